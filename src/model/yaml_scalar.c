#include "model/yaml_scalar.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- words ---- */

struct word {
	const char *text;
	enum kg_yaml_scalar_type type;
	bool boolean;
	double number;
};

/* clang-format off */
static const struct word words[] = {
	{.text = "y",     .type = KG_YAML_BOOL, .boolean = true},
	{.text = "Y",     .type = KG_YAML_BOOL, .boolean = true},
	{.text = "yes",   .type = KG_YAML_BOOL, .boolean = true},
	{.text = "Yes",   .type = KG_YAML_BOOL, .boolean = true},
	{.text = "YES",   .type = KG_YAML_BOOL, .boolean = true},
	{.text = "true",  .type = KG_YAML_BOOL, .boolean = true},
	{.text = "True",  .type = KG_YAML_BOOL, .boolean = true},
	{.text = "TRUE",  .type = KG_YAML_BOOL, .boolean = true},
	{.text = "on",    .type = KG_YAML_BOOL, .boolean = true},
	{.text = "On",    .type = KG_YAML_BOOL, .boolean = true},
	{.text = "ON",    .type = KG_YAML_BOOL, .boolean = true},
	{.text = "n",     .type = KG_YAML_BOOL},
	{.text = "N",     .type = KG_YAML_BOOL},
	{.text = "no",    .type = KG_YAML_BOOL},
	{.text = "No",    .type = KG_YAML_BOOL},
	{.text = "NO",    .type = KG_YAML_BOOL},
	{.text = "false", .type = KG_YAML_BOOL},
	{.text = "False", .type = KG_YAML_BOOL},
	{.text = "FALSE", .type = KG_YAML_BOOL},
	{.text = "off",   .type = KG_YAML_BOOL},
	{.text = "Off",   .type = KG_YAML_BOOL},
	{.text = "OFF",   .type = KG_YAML_BOOL},
	{.text = "",      .type = KG_YAML_NULL},
	{.text = "~",     .type = KG_YAML_NULL},
	{.text = "null",  .type = KG_YAML_NULL},
	{.text = "Null",  .type = KG_YAML_NULL},
	{.text = "NULL",  .type = KG_YAML_NULL},
	{.text = ".nan",  .type = KG_YAML_FLOAT, .number = (double)NAN},
	{.text = ".NaN",  .type = KG_YAML_FLOAT, .number = (double)NAN},
	{.text = ".NAN",  .type = KG_YAML_FLOAT, .number = (double)NAN},
	{.text = ".inf",  .type = KG_YAML_FLOAT, .number = (double)INFINITY},
	{.text = ".Inf",  .type = KG_YAML_FLOAT, .number = (double)INFINITY},
	{.text = ".INF",  .type = KG_YAML_FLOAT, .number = (double)INFINITY},
	{.text = "+.inf", .type = KG_YAML_FLOAT, .number = (double)INFINITY},
	{.text = "+.Inf", .type = KG_YAML_FLOAT, .number = (double)INFINITY},
	{.text = "+.INF", .type = KG_YAML_FLOAT, .number = (double)INFINITY},
	{.text = "-.inf", .type = KG_YAML_FLOAT, .number = -(double)INFINITY},
	{.text = "-.Inf", .type = KG_YAML_FLOAT, .number = -(double)INFINITY},
	{.text = "-.INF", .type = KG_YAML_FLOAT, .number = -(double)INFINITY},
};
/* clang-format on */

enum { LONGEST_WORD = 5 };

static bool resolve_word(const char *text, struct kg_yaml_scalar *out)
{
	if (strnlen(text, LONGEST_WORD + 1) > LONGEST_WORD)
		return false;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(words[i].text, text) == 0) {
			*out = (struct kg_yaml_scalar){.type = words[i].type, .boolean = words[i].boolean, .number = words[i].number};
			return true;
		}
	}
	return false;
}

/* ---- numbers ---- */

/* Longer texts are no numbers that anyone writes; they stay strings. */
enum { NUMBER_MAX = 255 };

static bool is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

/* `text` without underscores; false when it is too long. */
static bool without_underscores(const char *text, char out[NUMBER_MAX + 1])
{
	size_t length = 0;

	for (; *text != '\0'; text++) {
		if (*text == '_')
			continue;
		if (length == NUMBER_MAX)
			return false;
		out[length++] = *text;
	}
	out[length] = '\0';
	return true;
}

/* The base that a prefix names, which is skipped: 0x, 0b, 0o, or a leading 0. */
static unsigned base_of(const char **text)
{
	char letter = (*text)[0] == '0' ? (*text)[1] : '\0';
	unsigned base = letter == 'x' || letter == 'X' ? 16 : letter == 'b' || letter == 'B' ? 2 : letter == 'o' || letter == 'O' ? 8 : 0;

	if (base != 0) {
		*text += 2;
		return base;
	}
	if (letter == '\0')
		return 10;
	*text += 1;
	return 8;
}

static unsigned digit_value(char byte)
{
	if (is_digit(byte))
		return (unsigned)(byte - '0');
	if (byte >= 'a' && byte <= 'z')
		return (unsigned)(byte - 'a') + 10;
	return byte >= 'A' && byte <= 'Z' ? (unsigned)(byte - 'A') + 10 : UINT32_MAX;
}

/* An integer as strconv.ParseInt and then ParseUint with base 0 read it: 64 bits, and no sign where the highest of them is needed. */
static bool resolve_integer(const char *text, struct kg_yaml_scalar *out)
{
	bool has_sign = *text == '-' || *text == '+';
	bool negative = *text == '-';
	const char *digits = text + (has_sign ? 1 : 0);
	unsigned base = base_of(&digits);
	uint64_t magnitude = 0;
	bool is_big;

	if (*digits == '\0')
		return false;
	for (; *digits != '\0'; digits++) {
		unsigned digit = digit_value(*digits);

		if (digit >= base || __builtin_mul_overflow(magnitude, base, &magnitude) ||
		    __builtin_add_overflow(magnitude, digit, &magnitude))
			return false;
	}
	is_big = magnitude > (uint64_t)INT64_MAX + (negative ? 1 : 0);
	if (is_big && has_sign)
		return false;
	*out = (struct kg_yaml_scalar){.type = is_big ? KG_YAML_BIG_INTEGER : KG_YAML_INTEGER};
	out->number = negative ? -(double)magnitude : (double)magnitude;
	if (!is_big)
		out->integer = negative ? (int64_t)(0 - magnitude) : (int64_t)magnitude;
	return true;
}

static const char *skip_digits(const char *at)
{
	while (is_digit(*at))
		at++;
	return at;
}

/* [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)? */
static bool is_float(const char *text)
{
	const char *at = text + (*text == '-' || *text == '+' ? 1 : 0);
	const char *whole = at;
	const char *exponent;

	at = skip_digits(at);
	if (*at == '.') {
		const char *fraction = at + 1;

		if (at == whole && !is_digit(*fraction))
			return false;
		at = skip_digits(fraction);
	}
	if (at == whole)
		return false;
	if (*at != 'e' && *at != 'E')
		return *at == '\0';
	exponent = at + (at[1] == '-' || at[1] == '+' ? 2 : 1);
	at = skip_digits(exponent);
	return at > exponent && *at == '\0';
}

/* A float that a double can hold; one that is too large stays a string. */
static bool resolve_float(const char *text, struct kg_yaml_scalar *out)
{
	double number;

	if (!is_float(text))
		return false;
	number = strtod(text, NULL);
	if (isinf(number))
		return false;
	*out = (struct kg_yaml_scalar){.type = KG_YAML_FLOAT, .number = number};
	return true;
}

/* Go's ParseFloat takes an underscore between two digits. A text that begins with a point goes there as it is, others without underscores. */
static bool underscores_separate(const char *text)
{
	for (const char *at = strchr(text, '_'); at != NULL; at = strchr(at + 1, '_'))
		if (!is_digit(at[-1]) || !is_digit(at[1]))
			return false;
	return true;
}

static bool resolve_number(const char *text, struct kg_yaml_scalar *out)
{
	char plain[NUMBER_MAX + 1] = "";

	if (!is_digit(*text) && *text != '-' && *text != '+' && *text != '.')
		return false;
	if (!without_underscores(text, plain))
		return false;
	if (*text == '.')
		return underscores_separate(text) && resolve_float(plain, out);
	return resolve_integer(plain, out) || resolve_float(plain, out);
}

/* ---- tags ---- */

struct tag {
	const char *tag;
	enum kg_yaml_scalar_type type;
	const char *name;
};

/* Tags that a text has to suit. A text under any other tag is a string. */
static const struct tag tags[] = {
        {KG_YAML_TAG("null"), KG_YAML_NULL, "!!null"},
        {KG_YAML_TAG("bool"), KG_YAML_BOOL, "!!bool"},
        {KG_YAML_TAG("int"), KG_YAML_INTEGER, "!!int"},
        {KG_YAML_TAG("float"), KG_YAML_FLOAT, "!!float"},
};

static const struct tag *find_tag(const char *tag)
{
	for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++)
		if (strcmp(tags[i].tag, tag) == 0)
			return &tags[i];
	return NULL;
}

static bool suits(enum kg_yaml_scalar_type type, enum kg_yaml_scalar_type wanted)
{
	if (wanted == KG_YAML_FLOAT)
		return type == KG_YAML_FLOAT || type == KG_YAML_INTEGER;
	return type == wanted || (wanted == KG_YAML_INTEGER && type == KG_YAML_BIG_INTEGER);
}

int kg_yaml_resolve(const char *text, const char *tag, bool plain, struct kg_yaml_scalar *out, struct kg_err *err)
{
	const struct tag *wanted = tag != NULL ? find_tag(tag) : NULL;
	struct kg_yaml_scalar scalar = {.type = KG_YAML_STRING};

	if (wanted != NULL || (tag == NULL && plain))
		(void)(resolve_word(text, &scalar) || resolve_number(text, &scalar));
	if (wanted != NULL && !suits(scalar.type, wanted->type))
		return kg_err_set(err, KG_EINVAL, "the value is no %s, as its tag says", wanted->name);
	if (wanted != NULL && wanted->type == KG_YAML_FLOAT)
		scalar.type = KG_YAML_FLOAT;
	*out = scalar;
	return 0;
}

/* ---- names ---- */

enum { FLOAT_DIGITS_MAX = 9, FIXED_EXPONENT_MIN = -4, FIXED_EXPONENT_END = 6 };

/* The shortest text that reads as the same 32-bit float: Go's FormatFloat(number, 'g', -1, 32). */
static const char *name_of_float(float number, struct kg_arena *arena)
{
	char text[32];
	int digits = 0;
	int exponent;

	do {
		(void)snprintf(text, sizeof(text), "%.*e", digits, (double)number);
	} while (strtof(text, NULL) != number && ++digits < FLOAT_DIGITS_MAX);
	exponent = (int)strtol(strchr(text, 'e') + 1, NULL, 10);
	if (exponent < FIXED_EXPONENT_MIN || exponent >= FIXED_EXPONENT_END)
		return kg_arena_strdup(arena, text);
	return kg_arena_printf(arena, "%.*f", digits > exponent ? digits - exponent : 0, (double)number);
}

const char *kg_yaml_name(const struct kg_yaml_scalar *scalar, struct kg_arena *arena)
{
	switch (scalar->type) {
	case KG_YAML_BOOL:
		return scalar->boolean ? "true" : "false";
	case KG_YAML_INTEGER:
		return kg_arena_printf(arena, "%" PRId64, scalar->integer);
	case KG_YAML_FLOAT:
		if (isnan(scalar->number))
			return ".nan";
		if (fabs(scalar->number) > (double)FLT_MAX)
			return scalar->number > 0 ? ".inf" : "-.inf";
		return name_of_float((float)scalar->number, arena);
	case KG_YAML_NULL:
	case KG_YAML_BIG_INTEGER:
	case KG_YAML_STRING:
		break;
	}
	return NULL;
}
