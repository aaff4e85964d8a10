/*
 * Source: expr-lang/expr v1.15.3 to v1.17.8, which KEDA 2.12 to 2.20 use: parser/lexer/state.go, parser/parser.go, checker/checker.go.
 */
#include "kedagate/syntax/expression.h"

#include <stdbool.h>
#include <string.h>

#include "kedagate/base/compiler.h"

/* Deeper formulas are left alone. */
enum { DEPTH_MAX = 64 };

enum token_kind { TOKEN_END, TOKEN_NUMBER, TOKEN_NAME, TOKEN_OPERATOR, TOKEN_OPAQUE };

struct token {
	enum token_kind kind;
	struct kg_slice text;
	bool fraction; /* of a number */
};

/* INT and FLOAT are numbers; ANY is what nobody knows. */
enum type { TYPE_ANY, TYPE_INT, TYPE_FLOAT, TYPE_BOOL, TYPE_NIL };

struct parser {
	const char *cursor; /* behind `token` */
	struct token token;
	const char *const *names;
	size_t name_count;
	bool stopped; /* something cannot be told, or a fault is found: nothing more is said */
	unsigned depth;
	struct kg_expression_fault *fault;
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
	return *text == '?' && text[1] != '?' && text[1] != '.' ? 1 : 0;
}

static struct token read_word(const char *text)
{
	struct token token = {.kind = TOKEN_NAME, .text = {.start = text}};

	while (is_word(text[token.text.length]))
		token.text.length++;
	if (kg_slice_among(token.text, opaque_words))
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
	if (is_digit(*text)) {
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

static enum type fail(struct parser *parser, enum kg_expression_fault_kind kind, struct kg_slice at)
{
	if (!parser->stopped)
		*parser->fault = (struct kg_expression_fault){kind, at};
	parser->stopped = true;
	return TYPE_ANY;
}

static void expect(struct parser *parser, const char *text)
{
	if (!is_operator(parser, text))
		(void)fail(parser, KG_EXPRESSION_SYNTAX, parser->token.text);
	else if (!parser->stopped)
		advance(parser);
}

/* ---- types ---- */

static bool is_number(enum type type)
{
	return type == TYPE_INT || type == TYPE_FLOAT;
}

enum operation { OPERATION_LOGIC, OPERATION_EQUALITY, OPERATION_ORDER, OPERATION_SUM, OPERATION_QUOTIENT, OPERATION_REMAINDER };

struct binary {
	const char *text;
	unsigned precedence;
	bool right; /* associative */
	enum operation operation;
};

static const struct binary binaries[] = {
        {"or", 10, false, OPERATION_LOGIC},    {"||", 10, false, OPERATION_LOGIC},    {"and", 15, false, OPERATION_LOGIC},
        {"&&", 15, false, OPERATION_LOGIC},    {"==", 20, false, OPERATION_EQUALITY}, {"!=", 20, false, OPERATION_EQUALITY},
        {"<", 20, false, OPERATION_ORDER},     {">", 20, false, OPERATION_ORDER},     {"<=", 20, false, OPERATION_ORDER},
        {">=", 20, false, OPERATION_ORDER},    {"+", 30, false, OPERATION_SUM},       {"-", 30, false, OPERATION_SUM},
        {"*", 60, false, OPERATION_SUM},       {"/", 60, false, OPERATION_QUOTIENT},  {"%", 60, false, OPERATION_REMAINDER},
        {"**", 100, true, OPERATION_QUOTIENT}, {"^", 100, true, OPERATION_QUOTIENT},
};

static const struct binary *find_binary(const struct parser *parser)
{
	for (size_t i = 0; i < KG_ARRAY_LEN(binaries) && parser->token.kind == TOKEN_OPERATOR; i++)
		if (kg_slice_equal(parser->token.text, binaries[i].text))
			return &binaries[i];
	return NULL;
}

static bool is_refused(enum operation operation, enum type left, enum type right)
{
	bool any_number = is_number(left) || is_number(right);
	bool any_bool = left == TYPE_BOOL || right == TYPE_BOOL;

	switch (operation) {
	case OPERATION_LOGIC:
		return any_number;
	case OPERATION_EQUALITY:
		return any_number && any_bool;
	case OPERATION_REMAINDER:
		return any_bool || left == TYPE_FLOAT || right == TYPE_FLOAT;
	case OPERATION_ORDER:
	case OPERATION_SUM:
	case OPERATION_QUOTIENT:
		break;
	}
	return any_bool;
}

static enum type type_of(enum operation operation, enum type left, enum type right)
{
	switch (operation) {
	case OPERATION_LOGIC:
	case OPERATION_EQUALITY:
	case OPERATION_ORDER:
		return TYPE_BOOL;
	case OPERATION_QUOTIENT:
		return TYPE_FLOAT;
	case OPERATION_REMAINDER:
		return TYPE_INT;
	case OPERATION_SUM:
		break;
	}
	if (!is_number(left) || !is_number(right))
		return TYPE_ANY;
	return left == TYPE_INT && right == TYPE_INT ? TYPE_INT : TYPE_FLOAT;
}

/* ---- grammar ---- */

/* NOLINTBEGIN(misc-no-recursion): depth is at most DEPTH_MAX */
static enum type parse_expression(struct parser *parser, unsigned precedence);

/* What stands between brackets, up to the closing one. Returns the type of the last item, and counts them. */
static enum type parse_items(struct parser *parser, const char *closing, size_t *ret_count)
{
	enum type type = TYPE_ANY;

	*ret_count = 0;
	advance(parser);
	while (!parser->stopped && !is_operator(parser, closing)) {
		if (*ret_count > 0)
			expect(parser, ",");
		if (*ret_count > 0 && is_operator(parser, closing)) {
			parser->stopped = true; /* newer versions take a comma there */
			break;
		}
		type = parse_expression(parser, 0);
		(*ret_count)++;
	}
	expect(parser, closing);
	return type;
}

static enum type parse_call(struct parser *parser, struct kg_slice name)
{
	size_t count = 0;
	enum type type = parse_items(parser, ")", &count);

	if (kg_slice_equal(name, "float")) {
		if (count != 1 || type == TYPE_BOOL)
			(void)fail(parser, KG_EXPRESSION_TYPE, name);
		return TYPE_FLOAT;
	}
	return kg_slice_equal(name, "int") ? TYPE_INT : TYPE_ANY;
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

static enum type parse_name(struct parser *parser)
{
	struct kg_slice name = parser->token.text;

	advance(parser);
	if (is_operator(parser, "("))
		return parse_call(parser, name);
	if (kg_slice_equal(name, "true") || kg_slice_equal(name, "false"))
		return TYPE_BOOL;
	if (kg_slice_equal(name, "nil"))
		return TYPE_NIL;
	for (size_t i = 0; i < parser->name_count; i++)
		if (kg_slice_equal(name, parser->names[i]))
			return TYPE_FLOAT;
	if (!kg_slice_equal(name, "$env") && !kg_slice_among(name, functions))
		return fail(parser, KG_EXPRESSION_NAME, name);
	return TYPE_ANY;
}

static enum type parse_unary(struct parser *parser)
{
	struct kg_slice sign = parser->token.text;
	bool arithmetic = is_operator(parser, "-") || is_operator(parser, "+");
	enum type type;

	advance(parser);
	type = parse_expression(parser, arithmetic ? 90 : 50);
	if (arithmetic ? type == TYPE_BOOL : is_number(type))
		return fail(parser, KG_EXPRESSION_TYPE, sign);
	return arithmetic ? type : TYPE_BOOL;
}

static enum type parse_primary(struct parser *parser)
{
	size_t count = 0;
	enum type type = parser->token.fraction ? TYPE_FLOAT : TYPE_INT;

	if (parser->token.kind == TOKEN_NUMBER) {
		advance(parser);
		return type;
	}
	if (parser->token.kind == TOKEN_NAME)
		return parse_name(parser);
	if (is_operator(parser, "-") || is_operator(parser, "+") || is_operator(parser, "!") || is_operator(parser, "not"))
		return parse_unary(parser);
	if (is_operator(parser, "[")) {
		(void)parse_items(parser, "]", &count);
		return TYPE_ANY;
	}
	if (!is_operator(parser, "("))
		return fail(parser, KG_EXPRESSION_SYNTAX, parser->token.text);
	advance(parser);
	type = parse_expression(parser, 0);
	expect(parser, ")");
	return type;
}

static enum type parse_binary(struct parser *parser, const struct binary *binary, enum type left)
{
	struct kg_slice at = parser->token.text;
	const struct binary *following;
	enum type right;

	advance(parser);
	right = parse_expression(parser, binary->precedence + (binary->right ? 0 : 1));
	following = find_binary(parser);
	/* What a < b < c means differs by version. */
	if (binary->operation == OPERATION_ORDER && following != NULL && following->operation == OPERATION_ORDER)
		parser->stopped = true;
	if (is_refused(binary->operation, left, right))
		return fail(parser, KG_EXPRESSION_TYPE, at);
	return type_of(binary->operation, left, right);
}

static enum type parse_choice(struct parser *parser, enum type condition)
{
	struct kg_slice at = parser->token.text;
	enum type one = condition, other;

	advance(parser);
	if (!is_operator(parser, ":"))
		one = parse_expression(parser, 0);
	expect(parser, ":");
	other = parse_expression(parser, 0);
	if (is_number(condition))
		return fail(parser, KG_EXPRESSION_TYPE, at);
	if (one == other || other == TYPE_NIL)
		return one;
	return one == TYPE_NIL ? other : TYPE_ANY;
}

static enum type parse_expression(struct parser *parser, unsigned precedence)
{
	const struct binary *binary;
	enum type type;

	if (parser->stopped || ++parser->depth > DEPTH_MAX) {
		parser->stopped = true;
		return TYPE_ANY;
	}
	type = parse_primary(parser);
	/* An index, a second call: left alone. */
	if (is_operator(parser, "[") || is_operator(parser, "("))
		parser->stopped = true;
	for (binary = find_binary(parser); !parser->stopped && binary != NULL && binary->precedence >= precedence;
	     binary = find_binary(parser))
		type = parse_binary(parser, binary, type);
	while (precedence == 0 && !parser->stopped && is_operator(parser, "?"))
		type = parse_choice(parser, type);
	parser->depth--;
	return type;
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
}
