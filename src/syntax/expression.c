/*
 * Source: expr-lang/expr v1.15.3 to v1.17.8, which KEDA 2.12 to 2.20 use: parser/lexer/state.go, parser/parser.go, checker/checker.go.
 */
#include "kedagate/syntax/expression.h"

#include <stdbool.h>
#include <string.h>

#include "kedagate/base/compiler.h"
#include "kedagate/base/limits.h"
#include "syntax/expression_value.h"

enum token_kind { TOKEN_END, TOKEN_NUMBER, TOKEN_NAME, TOKEN_OPERATOR, TOKEN_OPAQUE };

struct token {
	enum token_kind kind;
	struct kg_slice text;
	bool fraction; /* of a number */
};

struct parser {
	const char *cursor; /* behind `token` */
	struct token token;
	const char *const *names;
	size_t name_count;
	bool stopped; /* something cannot be told, or a fault is found: nothing more is said */
	unsigned depth;
	unsigned skipped; /* branches around the cursor that are not run, or perhaps not */
	struct kg_expression_fault *fault;
	struct kg_expression_fault run; /* the first that is certain if all of the text is understood */
};

/* ---- words ---- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Letters beyond ASCII are letters. */
static bool is_word(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' || (unsigned char)c >= 0x80;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Decimal numbers; other bases and separators are left alone. */
static const char *skip_number(const char *text, bool *ret_fraction)
{
	const char *end = text + strspn(text, "0123456789");

	*ret_fraction = *end == '.' || *end == 'e' || *end == 'E';
	if (*end == '.')
		end += 1 + strspn(end + 1, "0123456789");
	if (*end == 'e' || *end == 'E') {
		end++;
		if (*end == '+' || *end == '-')
			end++;
		end += strspn(end, "0123456789");
	}
	return is_word(*end) || *end == '.' || !is_digit(end[-1]) ? NULL : end;
}

/* The operators that are words, and those that begin what is left alone. */
static const char *const opaque_words[] = {"in", "matches", "contains", "startsWith", "endsWith", "let", "if", "else", NULL};
static const char *const operator_words[] = {"not", "and", "or", NULL};

static size_t operator_length(const char *text)
{
	if (strchr("()[],%+-^:", *text) != NULL)
		return 1;
	if (strchr("&!=*<>", *text) != NULL)
		return text[1] != '\0' && strchr("&=*", text[1]) != NULL ? 2 : 1;
	if (text[0] == '|' && text[1] == '|')
		return 2;
	if (*text == '/')
		return text[1] != '/' && text[1] != '*' ? 1 : 0;
	if (*text == '?')
		return text[1] == '?' ? 2 : text[1] != '.' ? 1 : 0;
	return 0;
}

static bool is_ascii(struct kg_slice text)
{
	for (size_t i = 0; i < text.length; i++) {
		if ((unsigned char)text.start[i] >= 0x80)
			return false;
	}
	return true;
}

static struct token read_word(const char *text)
{
	struct token token = {.kind = TOKEN_NAME, .text = {.start = text}};

	while (is_word(text[token.text.length]))
		token.text.length++;
	/* Beyond ASCII a byte may be of a letter or of a space (U+00A0), which part words. */
	if (kg_slice_among(token.text, opaque_words) || !is_ascii(token.text))
		token.kind = TOKEN_OPAQUE;
	else if (kg_slice_among(token.text, operator_words))
		token.kind = TOKEN_OPERATOR;
	return token;
}

static struct token read_token(const char *text)
{
	struct token token = {.kind = TOKEN_OPAQUE, .text = {.start = text, .length = 1}};
	size_t length;

	if (*text == '\0')
		return (struct token){.kind = TOKEN_END, .text = {.start = text}};
	if (is_digit(*text) || (*text == '.' && is_digit(text[1]))) {
		const char *end = skip_number(text, &token.fraction);

		token.kind = end != NULL ? TOKEN_NUMBER : TOKEN_OPAQUE;
		token.text.length = end != NULL ? (size_t)(end - text) : 1;
		return token;
	}
	if (is_word(*text))
		return read_word(text);
	length = operator_length(text);
	if (length > 0 && !(text[0] == ':' && text[1] == ':'))
		token = (struct token){.kind = TOKEN_OPERATOR, .text = {.start = text, .length = length}};
	return token;
}

static void advance(struct parser *parser)
{
	while (is_space(*parser->cursor))
		parser->cursor++;
	parser->token = read_token(parser->cursor);
	parser->cursor = parser->token.text.start + parser->token.text.length;
	if (parser->token.kind == TOKEN_OPAQUE)
		parser->stopped = true;
}

static bool is_operator(const struct parser *parser, const char *text)
{
	return parser->token.kind == TOKEN_OPERATOR && kg_slice_equal(parser->token.text, text);
}

static struct kg_expression_value fail(struct parser *parser, enum kg_expression_fault_kind kind, struct kg_slice at)
{
	if (!parser->stopped)
		*parser->fault = (struct kg_expression_fault){.kind = kind, .at = at};
	parser->stopped = true;
	return kg_expression_unknown(KG_EXPRESSION_ANY, KG_EXPRESSION_ANY);
}

/* `failure` is NULL, or why what is at `at` fails if it is run. */
static void note_failure(struct parser *parser, const char *failure, struct kg_slice at)
{
	if (failure != NULL && parser->skipped == 0 && parser->run.kind == KG_EXPRESSION_FINE)
		parser->run = (struct kg_expression_fault){.kind = KG_EXPRESSION_RUN, .at = at, .failure = failure};
}

static void expect(struct parser *parser, const char *text)
{
	if (!is_operator(parser, text))
		(void)fail(parser, KG_EXPRESSION_SYNTAX, parser->token.text);
	else if (!parser->stopped)
		advance(parser);
}

/* ---- types ---- */

static bool is_number(enum kg_expression_type type)
{
	return type == KG_EXPRESSION_INT || type == KG_EXPRESSION_FLOAT;
}

enum operation {
	OPERATION_LOGIC,
	OPERATION_EQUALITY,
	OPERATION_ORDER,
	OPERATION_SUM,
	OPERATION_QUOTIENT,
	OPERATION_REMAINDER,
	OPERATION_FALLBACK,
};

struct binary {
	const char *text;
	unsigned precedence;
	bool right; /* associative */
	enum operation operation;
};

enum { PRECEDENCE_AND = 15 };

static const struct binary binaries[] = {
        {"or", 10, false, OPERATION_LOGIC},
        {"||", 10, false, OPERATION_LOGIC},
        {"and", PRECEDENCE_AND, false, OPERATION_LOGIC},
        {"&&", PRECEDENCE_AND, false, OPERATION_LOGIC},
        {"==", 20, false, OPERATION_EQUALITY},
        {"!=", 20, false, OPERATION_EQUALITY},
        {"<", 20, false, OPERATION_ORDER},
        {">", 20, false, OPERATION_ORDER},
        {"<=", 20, false, OPERATION_ORDER},
        {">=", 20, false, OPERATION_ORDER},
        {"+", 30, false, OPERATION_SUM},
        {"-", 30, false, OPERATION_SUM},
        {"*", 60, false, OPERATION_SUM},
        {"/", 60, false, OPERATION_QUOTIENT},
        {"%", 60, false, OPERATION_REMAINDER},
        {"**", 100, true, OPERATION_QUOTIENT},
        {"^", 100, true, OPERATION_QUOTIENT},
        {"??", 500, false, OPERATION_FALLBACK},
};

static const struct binary *find_binary(const struct parser *parser)
{
	for (size_t i = 0; i < KG_ARRAY_LEN(binaries) && parser->token.kind == TOKEN_OPERATOR; i++)
		if (kg_slice_equal(parser->token.text, binaries[i].text))
			return &binaries[i];
	return NULL;
}

static bool is_refused(enum operation operation, enum kg_expression_type left, enum kg_expression_type right)
{
	bool any_number = is_number(left) || is_number(right);
	bool any_bool = left == KG_EXPRESSION_BOOL || right == KG_EXPRESSION_BOOL;

	switch (operation) {
	case OPERATION_LOGIC:
		return any_number;
	case OPERATION_EQUALITY:
		return any_number && any_bool;
	case OPERATION_REMAINDER:
		return any_bool || left == KG_EXPRESSION_FLOAT || right == KG_EXPRESSION_FLOAT;
	case OPERATION_FALLBACK:
		return false;
	case OPERATION_ORDER:
	case OPERATION_SUM:
	case OPERATION_QUOTIENT:
		break;
	}
	return any_bool;
}

/* What the compiler takes one of two for. */
static enum kg_expression_type either(enum kg_expression_type one, enum kg_expression_type other)
{
	if (one == other || other == KG_EXPRESSION_NIL)
		return one;
	return one == KG_EXPRESSION_NIL ? other : KG_EXPRESSION_ANY;
}

static enum kg_expression_type type_of(enum operation operation, enum kg_expression_type left, enum kg_expression_type right)
{
	switch (operation) {
	case OPERATION_LOGIC:
	case OPERATION_EQUALITY:
	case OPERATION_ORDER:
		return KG_EXPRESSION_BOOL;
	case OPERATION_QUOTIENT:
		return KG_EXPRESSION_FLOAT;
	case OPERATION_REMAINDER:
		return KG_EXPRESSION_INT;
	case OPERATION_FALLBACK:
		return either(left, right);
	case OPERATION_SUM:
		break;
	}
	if (!is_number(left) || !is_number(right))
		return KG_EXPRESSION_ANY;
	return left == KG_EXPRESSION_INT && right == KG_EXPRESSION_INT ? KG_EXPRESSION_INT : KG_EXPRESSION_FLOAT;
}

/* ---- grammar ---- */

/* NOLINTBEGIN(misc-no-recursion): depth is at most KG_MAX_FORMULA_DEPTH */
static struct kg_expression_value parse_expression(struct parser *parser, unsigned precedence);

/* What is run only where `runs`. */
static struct kg_expression_value parse_branch(struct parser *parser, unsigned precedence, bool runs)
{
	struct kg_expression_value value;

	parser->skipped += runs ? 0 : 1;
	value = parse_expression(parser, precedence);
	parser->skipped -= runs ? 0 : 1;
	return value;
}

/* What stands between brackets, up to the closing one. */
static struct kg_expression_items parse_items(struct parser *parser, const char *closing)
{
	struct kg_expression_items items = kg_expression_no_items();
	struct kg_expression_value item;

	advance(parser);
	while (!parser->stopped && !is_operator(parser, closing)) {
		if (items.count > 0)
			expect(parser, ",");
		if (items.count > 0 && is_operator(parser, closing)) {
			parser->stopped = true; /* newer versions take a comma there */
			break;
		}
		item = parse_expression(parser, 0);
		kg_expression_add_item(&items, &item);
	}
	expect(parser, closing);
	return items;
}

static bool is_given(const struct parser *parser, struct kg_slice name)
{
	for (size_t i = 0; i < parser->name_count; i++)
		if (kg_slice_equal(name, parser->names[i]))
			return true;
	return false;
}

static struct kg_expression_value parse_call(struct parser *parser, struct kg_slice name)
{
	struct kg_expression_items arguments = parse_items(parser, ")");
	bool to_float = kg_slice_equal(name, "float");
	struct kg_expression_value value;

	/* Which of the two it is differs by version. */
	if (is_given(parser, name))
		parser->stopped = true;
	if (to_float && (arguments.count != 1 || arguments.first.declared == KG_EXPRESSION_BOOL))
		return fail(parser, KG_EXPRESSION_TYPE, name);
	note_failure(parser, kg_expression_call(name, &arguments, &value), name);
	if (to_float || kg_slice_equal(name, "int"))
		value.declared = to_float ? KG_EXPRESSION_FLOAT : KG_EXPRESSION_INT;
	return value;
}

/* Functions of all versions, which are names as well. Were one missing here, a formula that is right might be refused. */
static const char *const functions[] = {
        "all",           "none",      "any",        "one",         "filter",     "map",    "find",     "findIndex",  "findLast",
        "findLastIndex", "count",     "sum",        "groupBy",     "sortBy",     "reduce", "len",      "type",       "abs",
        "ceil",          "floor",     "round",      "int",         "float",      "string", "trim",     "upper",      "lower",
        "trimPrefix",    "split",     "trimSuffix", "replace",     "repeat",     "join",   "indexOf",  "splitAfter", "max",
        "min",           "hasPrefix", "mean",       "lastIndexOf", "toJSON",     "median", "fromJSON", "hasSuffix",  "now",
        "duration",      "date",      "toBase64",   "timezone",    "fromBase64", "first",  "last",     "get",        "take",
        "keys",          "values",    "toPairs",    "fromPairs",   "reverse",    "uniq",   "concat",   "flatten",    "sort",
        "bitnot",        "bitand",    "bitor",      "bitxor",      "bitnand",    "bitshl", "bitshr",   "bitushr",    NULL,
};

/* Or may it be in some version? */
static bool is_callable(const struct parser *parser, struct kg_slice name)
{
	return kg_slice_among(name, functions) || is_given(parser, name) || kg_slice_equal(name, "$env");
}

static struct kg_expression_value parse_name(struct parser *parser)
{
	/* What KEDA tries a formula with. */
	const double tried = -1;
	struct kg_slice name = parser->token.text;

	advance(parser);
	if (is_operator(parser, "(") && !is_callable(parser, name))
		return fail(parser, KG_EXPRESSION_FUNCTION, name);
	if (is_operator(parser, "("))
		return parse_call(parser, name);
	if (kg_slice_equal(name, "true") || kg_slice_equal(name, "false"))
		return kg_expression_truth(kg_slice_equal(name, "true"));
	if (kg_slice_equal(name, "nil"))
		return kg_expression_nil();
	if (is_given(parser, name))
		return kg_expression_real(tried);
	if (!kg_slice_equal(name, "$env") && !kg_slice_among(name, functions))
		return fail(parser, KG_EXPRESSION_NAME, name);
	return kg_expression_unknown(KG_EXPRESSION_ANY, KG_EXPRESSION_ANY);
}

static struct kg_expression_value parse_unary(struct parser *parser)
{
	struct kg_slice sign = parser->token.text;
	bool arithmetic = is_operator(parser, "-") || is_operator(parser, "+");
	struct kg_expression_value operand, value;

	advance(parser);
	operand = parse_expression(parser, arithmetic ? 90 : 50);
	if (arithmetic ? operand.declared == KG_EXPRESSION_BOOL : is_number(operand.declared))
		return fail(parser, KG_EXPRESSION_TYPE, sign);
	note_failure(parser, kg_expression_apply_sign(sign, &operand, &value), sign);
	value.declared = arithmetic ? operand.declared : KG_EXPRESSION_BOOL;
	return value;
}

static struct kg_expression_value parse_list(struct parser *parser)
{
	struct kg_expression_items items = parse_items(parser, "]");

	return kg_expression_list(&items);
}

static struct kg_expression_value parse_number(struct parser *parser)
{
	struct kg_expression_value value = kg_expression_number(parser->token.text, parser->token.fraction);

	advance(parser);
	return value;
}

static struct kg_expression_value parse_primary(struct parser *parser)
{
	struct kg_expression_value value;

	if (parser->token.kind == TOKEN_NUMBER)
		return parse_number(parser);
	if (parser->token.kind == TOKEN_NAME)
		return parse_name(parser);
	if (is_operator(parser, "-") || is_operator(parser, "+") || is_operator(parser, "!") || is_operator(parser, "not"))
		return parse_unary(parser);
	if (is_operator(parser, "["))
		return parse_list(parser);
	if (!is_operator(parser, "("))
		return fail(parser, KG_EXPRESSION_SYNTAX, parser->token.text);
	advance(parser);
	value = parse_expression(parser, 0);
	expect(parser, ")");
	return value;
}

/* An index of a list. Slices, and indexes of anything else, are left alone. */
static struct kg_expression_value parse_index(struct parser *parser, const struct kg_expression_value *list)
{
	struct kg_slice at = parser->token.text;
	struct kg_expression_value index, value;

	if (list->declared != KG_EXPRESSION_LIST)
		parser->stopped = true;
	advance(parser);
	if (is_operator(parser, ":"))
		parser->stopped = true;
	index = parse_expression(parser, 0);
	if (is_operator(parser, ":"))
		parser->stopped = true;
	expect(parser, "]");
	note_failure(parser, kg_expression_index(list, &index, &value), at);
	return value;
}

/* Is what stands to the right of an operator certainly run? */
static bool runs_right(const struct binary *binary, const struct kg_expression_value *left)
{
	if (binary->operation == OPERATION_FALLBACK)
		return left->actual == KG_EXPRESSION_NIL;
	if (binary->operation != OPERATION_LOGIC)
		return true;
	return left->known && left->actual == KG_EXPRESSION_BOOL && left->truth == (binary->precedence == PRECEDENCE_AND);
}

static struct kg_expression_value fall_back(const struct kg_expression_value *left, const struct kg_expression_value *right)
{
	if (left->actual == KG_EXPRESSION_ANY)
		return kg_expression_unknown(KG_EXPRESSION_ANY, KG_EXPRESSION_ANY);
	return left->actual == KG_EXPRESSION_NIL ? *right : *left;
}

/* What `left` is with what stands behind it. It begins at `start`. */
static struct kg_expression_value parse_binary(struct parser *parser, const struct binary *binary, const struct kg_expression_value *left,
                                               const char *start)
{
	struct kg_slice at = parser->token.text;
	const struct binary *following;
	struct kg_expression_value right, value;

	advance(parser);
	right = parse_branch(parser, binary->precedence + (binary->right ? 0 : 1), runs_right(binary, left));
	following = find_binary(parser);
	/* What a < b < c means differs by version, and what may follow a fallback. */
	if ((binary->operation == OPERATION_ORDER && following != NULL && following->operation == OPERATION_ORDER) ||
	    (binary->operation == OPERATION_FALLBACK && following != NULL && following->operation != OPERATION_FALLBACK))
		parser->stopped = true;
	if (is_refused(binary->operation, left->declared, right.declared))
		return fail(parser, KG_EXPRESSION_TYPE, at);
	/* `x and false` is made false before it is run. */
	if (binary->operation == OPERATION_LOGIC && right.known && parser->run.at.start >= start)
		parser->run = (struct kg_expression_fault){.kind = KG_EXPRESSION_FINE};
	if (binary->operation == OPERATION_FALLBACK)
		value = fall_back(left, &right);
	else
		note_failure(parser, kg_expression_apply(binary->text, left, &right, &value), at);
	value.declared = type_of(binary->operation, left->declared, right.declared);
	return value;
}

/* Of a choice whose condition is not known. */
static enum kg_expression_type common(enum kg_expression_type one, enum kg_expression_type other)
{
	return one == other ? one : KG_EXPRESSION_ANY;
}

static struct kg_expression_value parse_choice(struct parser *parser, const struct kg_expression_value *condition)
{
	struct kg_slice at = parser->token.text;
	bool told = condition->known && condition->actual == KG_EXPRESSION_BOOL;
	struct kg_expression_value one = *condition, other, value;

	advance(parser);
	if (!is_operator(parser, ":"))
		one = parse_branch(parser, 0, told && condition->truth);
	expect(parser, ":");
	other = parse_branch(parser, 0, told && !condition->truth);
	if (is_number(condition->declared))
		return fail(parser, KG_EXPRESSION_TYPE, at);
	value = kg_expression_unknown(KG_EXPRESSION_ANY, common(one.actual, other.actual));
	if (told)
		value = condition->truth ? one : other;
	value.declared = either(one.declared, other.declared);
	return value;
}

/* A value with the indexes behind it. A second call is left alone. */
static struct kg_expression_value parse_operand(struct parser *parser)
{
	struct kg_expression_value value = parse_primary(parser);

	while (!parser->stopped && is_operator(parser, "["))
		value = parse_index(parser, &value);
	/* Behind a value, `not` begins `not in`. */
	if (is_operator(parser, "(") || is_operator(parser, "not"))
		parser->stopped = true;
	return value;
}

static struct kg_expression_value parse_expression(struct parser *parser, unsigned precedence)
{
	const char *start = parser->token.text.start;
	const struct binary *binary;
	struct kg_expression_value value;

	if (parser->stopped || ++parser->depth > KG_MAX_FORMULA_DEPTH) {
		parser->stopped = true;
		return kg_expression_unknown(KG_EXPRESSION_ANY, KG_EXPRESSION_ANY);
	}
	value = parse_operand(parser);
	for (binary = find_binary(parser); !parser->stopped && binary != NULL && binary->precedence >= precedence;
	     binary = find_binary(parser))
		value = parse_binary(parser, binary, &value, start);
	while (precedence == 0 && !parser->stopped && is_operator(parser, "?"))
		value = parse_choice(parser, &value);
	parser->depth--;
	return value;
}
/* NOLINTEND(misc-no-recursion) */

void kg_expression_check(const char *text, const char *const *names, size_t name_count, struct kg_expression_fault *ret_fault)
{
	struct parser parser = {.cursor = text, .names = names, .name_count = name_count, .fault = ret_fault};

	*ret_fault = (struct kg_expression_fault){.kind = KG_EXPRESSION_FINE};
	advance(&parser);
	(void)parse_expression(&parser, 0);
	if (!parser.stopped && parser.token.kind != TOKEN_END)
		(void)fail(&parser, KG_EXPRESSION_SYNTAX, parser.token.text);
	/* Were something not understood, it might keep the failing part from being run. */
	if (!parser.stopped)
		*ret_fault = parser.run;
}
