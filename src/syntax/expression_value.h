/*
 * Values of a formula: what is known of them before it is run, and what expr-lang makes of them when it is.
 *
 * A function that computes returns NULL, or why expr-lang certainly fails there: constant text that follows "it". What it makes then is
 * of no use. Pure: safe in any thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kedagate/syntax/text.h"

/* INT and FLOAT are numbers; ANY is what nobody knows. */
enum kg_expression_type {
	KG_EXPRESSION_ANY,
	KG_EXPRESSION_INT,
	KG_EXPRESSION_FLOAT,
	KG_EXPRESSION_BOOL,
	KG_EXPRESSION_NIL,
	KG_EXPRESSION_LIST,
};

struct kg_expression_value {
	enum kg_expression_type declared; /* what the compiler takes it for */
	enum kg_expression_type actual;   /* what it is when the formula is run */
	bool known;                       /* the value too, which stands in the member for `actual` */
	int64_t integer;
	double real;
	bool truth;
	size_t length;                    /* of a list */
	enum kg_expression_type elements; /* of a known list: what all of them are; ANY for no elements and for a mixture */
	bool odd;                         /* of a known list: some element is neither a number nor a list */
};

/* What stands between brackets. */
struct kg_expression_items {
	size_t count;
	struct kg_expression_value first, last;
	struct kg_expression_value least, greatest; /* where `numbers`, and there are any */
	enum kg_expression_type elements;           /* what all are, or ANY */
	bool numbers;                               /* all are known numbers */
	bool odd;                                   /* some item is certainly neither a number nor a list */
};

/* A value of which no more than the types is known. */
struct kg_expression_value kg_expression_unknown(enum kg_expression_type declared, enum kg_expression_type actual);

struct kg_expression_value kg_expression_nil(void);
struct kg_expression_value kg_expression_truth(bool truth);
struct kg_expression_value kg_expression_real(double real);

/* A number as it is written: decimal digits, a point, an exponent. Behind it stands no digit. */
struct kg_expression_value kg_expression_number(struct kg_slice text, bool fraction);

/* No items yet. */
struct kg_expression_items kg_expression_no_items(void);

void kg_expression_add_item(struct kg_expression_items *items, const struct kg_expression_value *item);

struct kg_expression_value kg_expression_list(const struct kg_expression_items *items);

/* `-`, `+`, `!` and `not`. The declared type of *ret_value is ANY. */
const char *kg_expression_apply_sign(struct kg_slice sign, const struct kg_expression_value *operand,
                                     struct kg_expression_value *ret_value);

/* Every operator between two values but `??`. The declared type of *ret_value is ANY. */
const char *kg_expression_apply(const char *sign, const struct kg_expression_value *left, const struct kg_expression_value *right,
                                struct kg_expression_value *ret_value);

/* list[index] */
const char *kg_expression_index(const struct kg_expression_value *list, const struct kg_expression_value *index,
                                struct kg_expression_value *ret_value);

/* A function of the language. One that is not known here makes a value that is not. */
const char *kg_expression_call(struct kg_slice name, const struct kg_expression_items *arguments, struct kg_expression_value *ret_value);
