#include "kedagate/syntax/label_selector.h"

#include <string.h>

#include "kedagate/syntax/scalar.h"
#include "kedagate/syntax/text.h"

/* Kubernetes' limits on a label's name and value, and on the prefix of a name (a DNS subdomain). */
enum { NAME_MAX_LENGTH = 63, PREFIX_MAX_LENGTH = 253 };

enum token {
	TOKEN_END,
	TOKEN_ERROR,
	TOKEN_WORD,
	TOKEN_NOT,
	TOKEN_COMMA,
	TOKEN_OPEN,
	TOKEN_CLOSE,
	TOKEN_EQUALS, /* =, ==, != */
	TOKEN_ORDER,  /* <, > */
};

struct parser {
	const char *rest;
	enum token token;     /* the one at hand */
	struct kg_slice word; /* its text, of a WORD */
};

static const char blanks[] = " \t\r\n";

static const struct symbol {
	const char *text;
	enum token token;
} symbols[] = {
        {"==", TOKEN_EQUALS}, {"!=", TOKEN_EQUALS}, {"=", TOKEN_EQUALS}, {"!", TOKEN_NOT},   {",", TOKEN_COMMA},
        {"(", TOKEN_OPEN},    {")", TOKEN_CLOSE},   {"<", TOKEN_ORDER},  {">", TOKEN_ORDER},
};

static void advance(struct parser *parser)
{
	const char *text = parser->rest + strspn(parser->rest, blanks);
	size_t length = strcspn(text, "=!(),>< \t\r\n");

	parser->word = (struct kg_slice){text, length};
	parser->rest = text + length;
	parser->token = length > 0 ? TOKEN_WORD : TOKEN_END;
	if (length > 0 || *text == '\0')
		return;
	parser->token = TOKEN_ERROR;
	for (size_t i = 0; i < KG_ARRAY_LEN(symbols); i++) {
		if (strncmp(text, symbols[i].text, strlen(symbols[i].text)) == 0) {
			parser->token = symbols[i].token;
			parser->rest = text + strlen(symbols[i].text);
			return;
		}
	}
}

static bool is_alphanumeric(char byte)
{
	return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

static bool is_lower_alphanumeric(char byte)
{
	return is_alphanumeric(byte) && !(byte >= 'A' && byte <= 'Z');
}

/* A label's value, or the name in its key: alphanumeric at both ends, "-", "_" and "." between. */
static bool is_name(struct kg_slice text)
{
	if (text.length == 0 || text.length > NAME_MAX_LENGTH || !is_alphanumeric(text.start[0]) ||
	    !is_alphanumeric(text.start[text.length - 1]))
		return false;
	for (size_t i = 0; i < text.length; i++) {
		if (!is_alphanumeric(text.start[i]) && !strchr("-_.", text.start[i]))
			return false;
	}
	return true;
}

/* RFC 1123: lower-case labels with points between, each alphanumeric at both ends. */
static bool is_subdomain(struct kg_slice text)
{
	char before = '.';

	if (text.length == 0 || text.length > PREFIX_MAX_LENGTH)
		return false;
	for (size_t i = 0; i <= text.length; i++) {
		char byte = i < text.length ? text.start[i] : '.';
		bool edge = byte == '.' || byte == '-';

		if (!is_lower_alphanumeric(byte) && !edge)
			return false;
		if ((byte == '.' && !is_lower_alphanumeric(before)) || (byte == '-' && before == '.'))
			return false;
		before = byte;
	}
	return true;
}

static bool is_key(struct kg_slice text)
{
	const char *slash = memchr(text.start, '/', text.length);
	size_t prefix = slash ? (size_t)(slash - text.start) : 0;

	if (!slash)
		return is_name(text);
	return is_subdomain((struct kg_slice){text.start, prefix}) && is_name((struct kg_slice){slash + 1, text.length - prefix - 1});
}

static bool is_value(struct kg_slice text)
{
	return text.length == 0 || is_name(text);
}

static const char value_fault[] = "a value is at most 63 letters, digits, - _ and ., with a letter or digit at both ends";

/* "(a, b)"; values may be empty. */
static const char *parse_values(struct parser *parser)
{
	if (parser->token != TOKEN_OPEN)
		return "in and notin are followed by values in parentheses";
	do {
		advance(parser);
		if (parser->token == TOKEN_WORD) {
			if (!is_value(parser->word))
				return value_fault;
			advance(parser);
		}
	} while (parser->token == TOKEN_COMMA);
	if (parser->token != TOKEN_CLOSE)
		return "the values of in and notin are separated by commas and end with a parenthesis";
	advance(parser);
	return NULL;
}

/* The one value behind an operator; none is the empty one, which is no number. */
static const char *parse_value(struct parser *parser, bool number)
{
	int64_t integer;

	if (parser->token == TOKEN_END || parser->token == TOKEN_COMMA)
		return number ? "< and > are followed by a whole number" : NULL;
	if (parser->token != TOKEN_WORD)
		return "an operator is followed by one value";
	if (!is_value(parser->word))
		return value_fault;
	if (number && !kg_go_int_parse(parser->word, &integer))
		return "< and > are followed by a whole number";
	advance(parser);
	return NULL;
}

static const char *parse_restriction(struct parser *parser)
{
	enum token token = parser->token;
	bool set = token == TOKEN_WORD && (kg_slice_equal(parser->word, "in") || kg_slice_equal(parser->word, "notin"));

	if (!set && token != TOKEN_EQUALS && token != TOKEN_ORDER)
		return "a key is followed by =, ==, !=, in, notin, < or >, or by a comma";
	advance(parser);
	return set ? parse_values(parser) : parse_value(parser, token == TOKEN_ORDER);
}

/* "!key", "key", "key=value", … */
static const char *parse_requirement(struct parser *parser)
{
	bool negated = parser->token == TOKEN_NOT;

	if (negated)
		advance(parser);
	if (parser->token != TOKEN_WORD)
		return "each part begins with a label's key";
	if (!is_key(parser->word))
		return "a key is a label's name of at most 63 letters, digits, - _ and ., perhaps with a DNS name and / before it";
	advance(parser);
	if (negated || parser->token == TOKEN_END || parser->token == TOKEN_COMMA)
		return NULL;
	return parse_restriction(parser);
}

const char *kg_label_selector_fault(const char *text)
{
	struct parser parser = {.rest = text};
	const char *fault = NULL;

	advance(&parser);
	while (!fault && parser.token != TOKEN_END) {
		fault = parse_requirement(&parser);
		if (fault || parser.token == TOKEN_END)
			break;
		if (parser.token != TOKEN_COMMA)
			return "its parts are separated by commas";
		advance(&parser);
		if (parser.token == TOKEN_END)
			return "each part begins with a label's key";
	}
	return fault;
}
