/*
 * Source: expr-lang/expr v1.15.3 to v1.17.8: vm/vm.go, vm/runtime/runtime.go, vm/runtime/helpers[generated].go, builtin/lib.go.
 */
#include "syntax/expression_value.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kedagate/base/compiler.h"

static const char by_zero[] = "divides by zero";
static const char no_integer[] = "takes integers only";
static const char no_number[] = "is given nil, a list, true or false where it needs a number";
static const char no_truth[] = "is given what is neither true nor false";
static const char no_list[] = "is given no list";
static const char no_index[] = "is given an index that is no integer";
static const char no_arguments[] = "needs another number of arguments";
static const char no_element[] = "asks for an element that the list does not have";

static bool is_number(const struct kg_expression_value *value)
{
	return value->actual == KG_EXPRESSION_INT || value->actual == KG_EXPRESSION_FLOAT;
}

static bool is_known_number(const struct kg_expression_value *value)
{
	return value->known && is_number(value);
}

/* Strings and the like are never known to be there: they are ANY. */
static bool is_no_number(const struct kg_expression_value *value)
{
	return !is_number(value) && value->actual != KG_EXPRESSION_ANY;
}

static double to_real(const struct kg_expression_value *value)
{
	return value->actual == KG_EXPRESSION_INT ? (double)value->integer : value->real;
}

/* ---- making values ---- */

struct kg_expression_value kg_expression_unknown(enum kg_expression_type declared, enum kg_expression_type actual)
{
	return (struct kg_expression_value){.declared = declared, .actual = actual};
}

struct kg_expression_value kg_expression_nil(void)
{
	return (struct kg_expression_value){.declared = KG_EXPRESSION_NIL, .actual = KG_EXPRESSION_NIL, .known = true};
}

struct kg_expression_value kg_expression_truth(bool truth)
{
	return (struct kg_expression_value){.declared = KG_EXPRESSION_BOOL, .actual = KG_EXPRESSION_BOOL, .known = true, .truth = truth};
}

struct kg_expression_value kg_expression_real(double real)
{
	return (struct kg_expression_value){.declared = KG_EXPRESSION_FLOAT, .actual = KG_EXPRESSION_FLOAT, .known = true, .real = real};
}

static struct kg_expression_value integer_of(int64_t integer)
{
	return (struct kg_expression_value){.declared = KG_EXPRESSION_INT, .actual = KG_EXPRESSION_INT, .known = true, .integer = integer};
}

struct kg_expression_value kg_expression_number(struct kg_slice text, bool fraction)
{
	enum kg_expression_type type = fraction ? KG_EXPRESSION_FLOAT : KG_EXPRESSION_INT;
	struct kg_expression_value value;

	errno = 0;
	value = fraction ? kg_expression_real(strtod(text.start, NULL)) : integer_of(strtoll(text.start, NULL, 10));
	/* What a leading zero means is the language's affair. */
	if (errno != 0 || (text.start[0] == '0' && text.length > 1 && !fraction))
		return kg_expression_unknown(type, type);
	return value;
}

struct kg_expression_items kg_expression_no_items(void)
{
	return (struct kg_expression_items){.numbers = true};
}

static bool is_less(const struct kg_expression_value *left, const struct kg_expression_value *right)
{
	if (left->actual == KG_EXPRESSION_INT && right->actual == KG_EXPRESSION_INT)
		return left->integer < right->integer;
	return to_real(left) < to_real(right);
}

void kg_expression_add_item(struct kg_expression_items *items, const struct kg_expression_value *item)
{
	bool first = items->count == 0;

	if (first)
		items->first = *item;
	items->last = *item;
	items->elements = first || items->elements == item->actual ? item->actual : KG_EXPRESSION_ANY;
	items->numbers = items->numbers && is_known_number(item);
	items->odd = items->odd || item->actual == KG_EXPRESSION_BOOL || item->actual == KG_EXPRESSION_NIL;
	if (items->numbers && (first || is_less(item, &items->least)))
		items->least = *item;
	if (items->numbers && (first || is_less(&items->greatest, item)))
		items->greatest = *item;
	items->count++;
}

struct kg_expression_value kg_expression_list(const struct kg_expression_items *items)
{
	return (struct kg_expression_value){
	        .declared = KG_EXPRESSION_LIST,
	        .actual = KG_EXPRESSION_LIST,
	        .known = true,
	        .length = items->count,
	        .elements = items->elements,
	        .odd = items->odd,
	};
}

/* ---- operators ---- */

const char *kg_expression_apply_sign(struct kg_slice sign, const struct kg_expression_value *operand, struct kg_expression_value *ret_value)
{
	*ret_value = *operand;
	ret_value->declared = KG_EXPRESSION_ANY;
	if (kg_slice_equal(sign, "+"))
		return operand->declared == KG_EXPRESSION_NIL || operand->declared == KG_EXPRESSION_LIST ? no_number : NULL;
	if (kg_slice_equal(sign, "-")) {
		/* Integers wrap around, as Go's do. */
		ret_value->integer = (int64_t)(0 - (uint64_t)operand->integer);
		ret_value->real = -operand->real;
		return is_no_number(operand) ? no_number : NULL;
	}
	ret_value->actual = KG_EXPRESSION_BOOL;
	ret_value->known = operand->known && operand->actual == KG_EXPRESSION_BOOL;
	ret_value->truth = !operand->truth;
	return operand->actual != KG_EXPRESSION_BOOL && operand->actual != KG_EXPRESSION_ANY ? no_truth : NULL;
}

static const char *take_remainder(const struct kg_expression_value *left, const struct kg_expression_value *right,
                                  struct kg_expression_value *ret_value)
{
	*ret_value = kg_expression_unknown(KG_EXPRESSION_ANY, KG_EXPRESSION_INT);
	if (left->actual == KG_EXPRESSION_FLOAT || right->actual == KG_EXPRESSION_FLOAT)
		return no_integer;
	if (!right->known || right->actual != KG_EXPRESSION_INT)
		return NULL;
	if (right->integer == 0)
		return by_zero;
	if (!left->known || left->actual != KG_EXPRESSION_INT)
		return NULL;
	/* The remainder of the least integer by -1 is 0 in Go. */
	*ret_value = integer_of(right->integer == -1 ? 0 : left->integer % right->integer);
	return NULL;
}

static struct kg_expression_value calculate_integers(char sign, int64_t left, int64_t right)
{
	uint64_t one = (uint64_t)left, other = (uint64_t)right;

	return integer_of((int64_t)(sign == '+' ? one + other : sign == '-' ? one - other : one * other));
}

/* Without powers: their last digit is not the same everywhere. */
static double calculate_reals(char sign, double left, double right)
{
	switch (sign) {
	case '+':
		return left + right;
	case '-':
		return left - right;
	case '*':
		return left * right;
	default:
		return left / right;
	}
}

static bool compares(const char *sign, const struct kg_expression_value *left, const struct kg_expression_value *right)
{
	bool same = left->actual == right->actual && left->actual == KG_EXPRESSION_INT ? left->integer == right->integer
	                                                                               : to_real(left) == to_real(right);
	bool more = !same && !is_less(left, right) && to_real(left) >= to_real(right);

	return (*sign == '<' ? is_less(left, right) : more) || (sign[1] == '=' && same);
}

static struct kg_expression_value calculate(const char *sign, const struct kg_expression_value *left,
                                            const struct kg_expression_value *right)
{
	bool integers = left->actual == KG_EXPRESSION_INT && right->actual == KG_EXPRESSION_INT;
	bool power = *sign == '^' || strcmp(sign, "**") == 0;
	bool floats = power || *sign == '/' || left->actual == KG_EXPRESSION_FLOAT || right->actual == KG_EXPRESSION_FLOAT;
	bool known = is_known_number(left) && is_known_number(right);

	if (*sign == '<' || *sign == '>')
		return known ? kg_expression_truth(compares(sign, left, right))
		             : kg_expression_unknown(KG_EXPRESSION_BOOL, KG_EXPRESSION_BOOL);
	if (known && integers && *sign != '/' && !power)
		return calculate_integers(*sign, left->integer, right->integer);
	if (known && !power)
		return kg_expression_real(calculate_reals(*sign, to_real(left), to_real(right)));
	/* An unknown one may be no number at all, as in a sum of strings. */
	if (power || *sign == '/' || (is_number(left) && is_number(right) && (floats || integers)))
		return kg_expression_unknown(KG_EXPRESSION_ANY, floats ? KG_EXPRESSION_FLOAT : KG_EXPRESSION_INT);
	return kg_expression_unknown(KG_EXPRESSION_ANY, KG_EXPRESSION_ANY);
}

static struct kg_expression_value equate(bool negated, const struct kg_expression_value *left, const struct kg_expression_value *right)
{
	bool simple = left->actual != KG_EXPRESSION_LIST && right->actual != KG_EXPRESSION_LIST;
	bool same = left->actual == right->actual;

	if (!left->known || !right->known || !simple)
		return kg_expression_unknown(KG_EXPRESSION_BOOL, KG_EXPRESSION_BOOL);
	if (is_number(left) && is_number(right))
		same = same && left->actual == KG_EXPRESSION_INT ? left->integer == right->integer : to_real(left) == to_real(right);
	else if (left->actual == KG_EXPRESSION_BOOL)
		same = same && left->truth == right->truth;
	return kg_expression_truth(same != negated);
}

/* The right one is looked at only where the left one does not decide. */
static struct kg_expression_value decide(bool decisive, const struct kg_expression_value *left, const struct kg_expression_value *right)
{
	if (left->actual == KG_EXPRESSION_BOOL && left->known && left->truth == decisive)
		return *left;
	if (left->actual != KG_EXPRESSION_BOOL || right->actual != KG_EXPRESSION_BOOL)
		return kg_expression_unknown(KG_EXPRESSION_BOOL, KG_EXPRESSION_ANY);
	return left->known ? *right : kg_expression_unknown(KG_EXPRESSION_BOOL, KG_EXPRESSION_BOOL);
}

const char *kg_expression_apply(const char *sign, const struct kg_expression_value *left, const struct kg_expression_value *right,
                                struct kg_expression_value *ret_value)
{
	const char *failure = NULL;

	if (sign[0] == '=' || sign[0] == '!') {
		*ret_value = equate(sign[0] == '!', left, right);
	} else if (strchr("a&o|", sign[0]) != NULL) {
		*ret_value = decide(sign[0] == 'o' || sign[0] == '|', left, right);
	} else if (is_no_number(left) || is_no_number(right)) {
		*ret_value = kg_expression_unknown(KG_EXPRESSION_ANY, KG_EXPRESSION_ANY);
		failure = no_number;
	} else if (sign[0] == '%') {
		failure = take_remainder(left, right, ret_value);
	} else {
		*ret_value = calculate(sign, left, right);
	}
	ret_value->declared = KG_EXPRESSION_ANY;
	return failure;
}

const char *kg_expression_index(const struct kg_expression_value *list, const struct kg_expression_value *index,
                                struct kg_expression_value *ret_value)
{
	int64_t length = (int64_t)list->length;

	*ret_value = kg_expression_unknown(KG_EXPRESSION_ANY, KG_EXPRESSION_ANY);
	if (list->actual != KG_EXPRESSION_LIST || !list->known)
		return NULL;
	ret_value->actual = list->elements;
	ret_value->known = list->elements == KG_EXPRESSION_NIL;
	if (index->declared == KG_EXPRESSION_FLOAT)
		return no_index;
	if (index->actual != KG_EXPRESSION_INT || !index->known)
		return NULL;
	/* Counted from the end where it is negative. */
	return index->integer >= length || index->integer < -length ? no_element : NULL;
}

/* ---- functions ---- */

/* What Go makes of a greater one, and of no number, differs by the machine. */
static bool has_integer(double real)
{
	const double bound = 4503599627370496.0;

	return real > -bound && real < bound;
}

static const char *make_integer(const struct kg_expression_items *arguments, struct kg_expression_value *ret_value)
{
	const struct kg_expression_value *argument = &arguments->first;

	*ret_value = kg_expression_unknown(KG_EXPRESSION_INT, KG_EXPRESSION_INT);
	if (is_known_number(argument) && argument->actual == KG_EXPRESSION_INT)
		*ret_value = *argument;
	else if (is_known_number(argument) && has_integer(argument->real))
		*ret_value = integer_of((int64_t)argument->real);
	return is_no_number(argument) ? no_number : NULL;
}

static const char *make_real(const struct kg_expression_items *arguments, struct kg_expression_value *ret_value)
{
	const struct kg_expression_value *argument = &arguments->first;

	*ret_value = is_known_number(argument) ? kg_expression_real(to_real(argument))
	                                       : kg_expression_unknown(KG_EXPRESSION_FLOAT, KG_EXPRESSION_FLOAT);
	return is_no_number(argument) ? no_number : NULL;
}

/* ceil, floor and round: which of them it was is lost, and the value with it, unless it is whole as it is. */
static const char *make_whole(const struct kg_expression_items *arguments, struct kg_expression_value *ret_value)
{
	const char *failure = make_real(arguments, ret_value);

	ret_value->known = ret_value->known && has_integer(ret_value->real) && (double)(int64_t)ret_value->real == ret_value->real;
	return failure;
}

static const char *make_absolute(const struct kg_expression_items *arguments, struct kg_expression_value *ret_value)
{
	*ret_value = arguments->first;
	if (ret_value->integer < 0)
		ret_value->integer = (int64_t)(0 - (uint64_t)ret_value->integer);
	if (ret_value->real < 0)
		ret_value->real = -ret_value->real;
	return is_no_number(ret_value) ? no_number : NULL;
}

static const char *measure(const struct kg_expression_items *arguments, struct kg_expression_value *ret_value)
{
	const struct kg_expression_value *argument = &arguments->first;

	*ret_value = kg_expression_unknown(KG_EXPRESSION_INT, KG_EXPRESSION_INT);
	if (argument->actual == KG_EXPRESSION_LIST && argument->known)
		*ret_value = integer_of((int64_t)argument->length);
	return argument->actual != KG_EXPRESSION_LIST && argument->actual != KG_EXPRESSION_ANY ? no_list : NULL;
}

/* Of one known list: its elements' type. Of an empty one, expr-lang makes `empty`. */
static const char *gather(const struct kg_expression_value *list, enum kg_expression_type empty, struct kg_expression_value *ret_value)
{
	*ret_value = kg_expression_unknown(KG_EXPRESSION_ANY, KG_EXPRESSION_ANY);
	if (list->length == 0)
		ret_value->actual = empty;
	else if (list->elements == KG_EXPRESSION_INT || list->elements == KG_EXPRESSION_FLOAT)
		ret_value->actual = list->elements;
	ret_value->known = ret_value->actual == KG_EXPRESSION_NIL;
	return list->odd ? no_number : NULL;
}

static const char *choose(const struct kg_expression_items *arguments, const struct kg_expression_value *chosen,
                          struct kg_expression_value *ret_value)
{
	const struct kg_expression_value *first = &arguments->first;

	*ret_value = kg_expression_unknown(KG_EXPRESSION_ANY, KG_EXPRESSION_ANY);
	if (arguments->numbers)
		*ret_value = *chosen;
	else if (arguments->count == 1 && first->actual == KG_EXPRESSION_LIST && first->known)
		return gather(first, KG_EXPRESSION_NIL, ret_value);
	else if (arguments->count == 1 && first->declared == KG_EXPRESSION_ANY)
		*ret_value = arguments->odd ? *first : *ret_value; /* a single one is not looked at */
	else if (arguments->odd)
		return no_number;
	return NULL;
}

static const char *find_least(const struct kg_expression_items *arguments, struct kg_expression_value *ret_value)
{
	return choose(arguments, &arguments->least, ret_value);
}

static const char *find_greatest(const struct kg_expression_items *arguments, struct kg_expression_value *ret_value)
{
	return choose(arguments, &arguments->greatest, ret_value);
}

static const char *add_up(const struct kg_expression_items *arguments, struct kg_expression_value *ret_value)
{
	const struct kg_expression_value *list = &arguments->first;

	*ret_value = kg_expression_unknown(KG_EXPRESSION_ANY, KG_EXPRESSION_ANY);
	if (list->actual == KG_EXPRESSION_LIST && list->known)
		return gather(list, KG_EXPRESSION_ANY, ret_value);
	return is_number(list) || list->actual == KG_EXPRESSION_BOOL ? no_list : NULL;
}

static const struct {
	const char *name;
	const char *(*call)(const struct kg_expression_items *arguments, struct kg_expression_value *ret_value);
	bool one; /* argument; otherwise one or more */
} functions[] = {
        {"int", make_integer, true},  {"float", make_real, true},    {"ceil", make_whole, true}, {"floor", make_whole, true},
        {"round", make_whole, true},  {"len", measure, true},        {"sum", add_up, true},      {"min", find_least, false},
        {"abs", make_absolute, true}, {"max", find_greatest, false},
};

const char *kg_expression_call(struct kg_slice name, const struct kg_expression_items *arguments, struct kg_expression_value *ret_value)
{
	const char *failure = NULL;

	*ret_value = kg_expression_unknown(KG_EXPRESSION_ANY, KG_EXPRESSION_ANY);
	for (size_t i = 0; i < KG_ARRAY_LEN(functions); i++) {
		if (!kg_slice_equal(name, functions[i].name))
			continue;
		if (arguments->count == 0 || (arguments->count > 1 && functions[i].one))
			return functions[i].call == add_up ? NULL : no_arguments;
		failure = functions[i].call(arguments, ret_value);
	}
	ret_value->declared = KG_EXPRESSION_ANY;
	return failure;
}
