/*
 * Formulas of scalingModifiers, in the language of expr-lang as KEDA compiles it: names are numbers, and there are no others. And as KEDA's
 * webhook then runs it, once, with -1 for every name.
 *
 * Only what is certain is said. The part of the language that is known is numbers, names, calls, lists, parentheses and the operators for
 * arithmetic, comparison, logic, choice and fallback, in ASCII; at the first thing outside it, the check ends without a word about what comes there and after.
 */
#pragma once

#include <stddef.h>

#include "kedagate/syntax/text.h"

enum kg_expression_fault_kind {
	KG_EXPRESSION_FINE,     /* or it cannot be told */
	KG_EXPRESSION_SYNTAX,   /* nothing that can stand there */
	KG_EXPRESSION_NAME,     /* a name that is none of those given */
	KG_EXPRESSION_FUNCTION, /* a call of what is no function up to expr-lang v1.17.8; a later version may have it */
	KG_EXPRESSION_TYPE,     /* an operator, a condition or float() that cannot take what it is given */
	KG_EXPRESSION_RUN,      /* compiled, it fails when it is run with -1 for every name */
};

struct kg_expression_fault {
	enum kg_expression_fault_kind kind;
	struct kg_slice at;  /* the word that is at fault; empty at the end of the text */
	const char *failure; /* RUN only: what goes wrong at `at`; constant text that follows "it" */
};

/* The first fault of `text` for which expr-lang certainly refuses to compile it; if there is none, the first for which it certainly
 * fails to run it with -1 for every name. */
void kg_expression_check(const char *text, const char *const *names, size_t name_count, struct kg_expression_fault *ret_fault);
