/*
 * Quotes and brackets of a PromQL query.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct kg_brackets_fault {
	char byte;     /* the quote or bracket that is wrong */
	size_t offset; /* where it stands in the query, in bytes */
	bool unclosed; /* it is never closed; else: it closes what was not opened, or something else */
};

/*
 * Is every quote closed and every bracket closed by its own kind? Strings are "…" and '…', in which a backslash takes the next byte along and a
 * newline ends the string unclosed, and `…`, which is raw; # begins a comment that ends with the line; brackets are ( ) [ ] { }. (The lexer of
 * Prometheus, promql/parser/lex.go.) Fills *ret_fault when it returns false. More than 256 open brackets count as balanced.
 */
bool kg_brackets_balanced(const char *query, struct kg_brackets_fault *ret_fault);
