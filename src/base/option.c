#include "kedagate/base/option.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kedagate/base/buf.h"
#include "kedagate/base/nearest.h"

enum { HELP_WIDTH = 100, NAME_COLUMN_MAX = 40, CHOICES_TEXT_MAX = 256 };

/* What is being parsed, and where it stands. */
struct parser {
	const struct kg_option *options;
	size_t count;
	void *values;
	char **next;    /* the next word of argv */
	int operands;   /* found so far */
	char **operand; /* where the next operand goes */
	struct kg_err *err;
};

static void *member(const struct parser *parser, const struct kg_option *option)
{
	return (char *)parser->values + option->offset;
}

static int unknown_name(const struct parser *parser, const char *name)
{
	struct kg_nearest nearest;

	kg_nearest_init(&nearest, name);
	for (size_t i = 0; i < parser->count; i++)
		kg_nearest_try(&nearest, parser->options[i].name);
	if (nearest.best == NULL)
		return kg_err_set(parser->err, KG_EINVAL, "unknown option --%s", name);
	return kg_err_set(parser->err, KG_EINVAL, "unknown option --%s; did you mean --%s?", name, nearest.best);
}

static const struct kg_option *find_name(const struct parser *parser, const char *name)
{
	for (size_t i = 0; i < parser->count; i++) {
		if (strcmp(parser->options[i].name, name) == 0)
			return &parser->options[i];
	}
	return NULL;
}

static const struct kg_option *find_letter(const struct parser *parser, char letter)
{
	for (size_t i = 0; i < parser->count; i++) {
		if (parser->options[i].letter == letter)
			return &parser->options[i];
	}
	return NULL;
}

static int store_string(const struct parser *parser, const struct kg_option *option, char *text)
{
	*(const char **)member(parser, option) = text;
	return 0;
}

static int store_strings(const struct parser *parser, const struct kg_option *option, char *text)
{
	struct kg_option_strings *strings = member(parser, option);
	char *item;

	while ((item = strsep(&text, ",")) != NULL) {
		if (item[0] == '\0')
			return kg_err_set(parser->err, KG_EINVAL, "--%s: an item of the list is empty", option->name);
		if (strings->count == KG_OPTION_STRINGS_MAX)
			return kg_err_set(parser->err, KG_EINVAL, "--%s: more than %d items", option->name, KG_OPTION_STRINGS_MAX);
		strings->items[strings->count++] = item;
	}
	return 0;
}

static int store_integer(const struct parser *parser, const struct kg_option *option, char *text)
{
	char *end;
	long number;

	errno = 0;
	number = strtol(text, &end, 10);
	/* strtol would also skip white space. */
	if (strspn(text, "+-0123456789") != strlen(text) || end == text || *end != '\0' || errno != 0 || number < option->minimum ||
	    number > option->maximum)
		return kg_err_set(parser->err, KG_EINVAL, "--%s must be a whole number from %ld to %ld, not \"%s\"", option->name,
		                  option->minimum, option->maximum, text);
	*(long *)member(parser, option) = number;
	return 0;
}

/* The choices, `separator` between them. */
static void list_choices(const struct kg_option *option, const char *separator, char out[CHOICES_TEXT_MAX])
{
	struct kg_buf text;

	kg_buf_init(&text, CHOICES_TEXT_MAX - 1);
	for (const char *const *choice = option->choices; *choice != NULL; choice++)
		kg_buf_printf(&text, "%s%s", choice == option->choices ? "" : separator, *choice);
	snprintf(out, CHOICES_TEXT_MAX, "%s", kg_buf_text(&text));
	kg_buf_release(&text);
}

static int store_choice(const struct parser *parser, const struct kg_option *option, char *text)
{
	char choices[CHOICES_TEXT_MAX];

	for (int i = 0; option->choices[i] != NULL; i++) {
		if (strcmp(option->choices[i], text) == 0) {
			*(int *)member(parser, option) = i;
			return 0;
		}
	}
	list_choices(option, ", ", choices);
	return kg_err_set(parser->err, KG_EINVAL, "--%s must be one of %s, not \"%s\"", option->name, choices, text);
}

static int store_parsed(const struct parser *parser, const struct kg_option *option, char *text)
{
	int status = option->parse(text, member(parser, option), parser->err);

	if (status != 0)
		(void)kg_err_wrap(parser->err, "--%s", option->name);
	return status;
}

typedef int store_value(const struct parser *parser, const struct kg_option *option, char *text);

static store_value *const stores[] = {
        [KG_OPTION_STRING] = store_string, [KG_OPTION_STRINGS] = store_strings, [KG_OPTION_INTEGER] = store_integer,
        [KG_OPTION_CHOICE] = store_choice, [KG_OPTION_PARSED] = store_parsed,
};

/* `attached` is the value that came in the same word, NULL when none did. */
static int store(struct parser *parser, const struct kg_option *option, char *attached)
{
	char *text = attached;

	if (option->type == KG_OPTION_SWITCH) {
		if (attached != NULL)
			return kg_err_set(parser->err, KG_EINVAL, "--%s takes no value", option->name);
		*(bool *)member(parser, option) = true;
		return 0;
	}
	if (text == NULL) {
		text = *parser->next;
		if (text == NULL || strncmp(text, "--", 2) == 0)
			return kg_err_set(parser->err, KG_EINVAL, "--%s needs a value", option->name);
		parser->next++;
	}
	return stores[option->type](parser, option, text);
}

/* `word` is what follows the dashes. */
static int parse_long(struct parser *parser, char *word)
{
	const struct kg_option *option;
	char *value = strchr(word, '=');

	if (value != NULL)
		*value++ = '\0';
	option = find_name(parser, word);
	if (option == NULL)
		return unknown_name(parser, word);
	return store(parser, option, value);
}

/* `word` is what follows the dash: a letter, perhaps with its value. */
static int parse_short(struct parser *parser, char *word)
{
	const struct kg_option *option = find_letter(parser, word[0]);
	char *value = word[1] == '=' ? word + 2 : word + 1;

	if (option == NULL)
		return kg_err_set(parser->err, KG_EINVAL, "unknown option -%c", word[0]);
	return store(parser, option, word[1] != '\0' ? value : NULL);
}

static void keep_operand(struct parser *parser, char *word)
{
	*parser->operand++ = word;
	parser->operands++;
}

static int parse_words(struct parser *parser)
{
	bool options_ended = false;
	int status = 0;

	while (status == 0 && *parser->next != NULL) {
		char *word = *parser->next++;

		if (options_ended || word[0] != '-' || word[1] == '\0')
			keep_operand(parser, word);
		else if (word[1] != '-')
			status = parse_short(parser, word + 1);
		else if (word[2] != '\0')
			status = parse_long(parser, word + 2);
		else
			options_ended = true;
	}
	return status;
}

int kg_options_parse(const struct kg_option *options, size_t count, void *values, char **argv, int *ret_operands, struct kg_err *err)
{
	struct parser parser = {.options = options, .count = count, .values = values, .err = err};
	int status;

	parser.next = argv + (argv[0] != NULL ? 1 : 0);
	parser.operand = parser.next;
	status = parse_words(&parser);
	if (status == 0)
		*ret_operands = parser.operands;
	return status;
}

/* What stands left of the help text: "-f, --filename PATH". */
static void print_name(const struct kg_option *option, struct kg_buf *out)
{
	char choices[CHOICES_TEXT_MAX];
	const char *argument = option->argument;

	if (argument == NULL && option->type == KG_OPTION_CHOICE) {
		list_choices(option, "|", choices);
		argument = choices;
	}
	if (option->letter != 0)
		kg_buf_printf(out, "  -%c, --%s", option->letter, option->name);
	else
		kg_buf_printf(out, "      --%s", option->name);
	if (argument != NULL)
		kg_buf_printf(out, " %s", argument);
}

/* How much of `text` goes on a line of `width`: whole words, at least one. */
KG_PURE static size_t line_length(const char *text, size_t width)
{
	size_t length = strlen(text);

	if (length <= width)
		return length;
	length = width;
	while (length > 0 && text[length] != ' ')
		length--;
	return length > 0 ? length : strcspn(text, " ");
}

/* Print `text` from column `column`, where the cursor is, wrapped between words. */
static void print_wrapped(const char *text, int column, FILE *out)
{
	for (;;) {
		size_t length = line_length(text, (size_t)(HELP_WIDTH - column));

		fprintf(out, "%.*s\n", (int)length, text);
		text += length;
		text += strspn(text, " ");
		if (*text == '\0')
			return;
		fprintf(out, "%*s", column, "");
	}
}

/* How wide the left column is: as its widest entry that is not so wide as to get a line of its own. */
static int name_column(const struct kg_option *options, size_t count)
{
	size_t widest = 0;

	for (size_t i = 0; i < count; i++) {
		struct kg_buf name;

		kg_buf_init(&name, HELP_WIDTH);
		print_name(&options[i], &name);
		if (name.length > widest && name.length <= NAME_COLUMN_MAX)
			widest = name.length;
		kg_buf_release(&name);
	}
	return (int)widest + 2;
}

void kg_options_help(const struct kg_option *options, size_t count, FILE *out)
{
	int column = name_column(options, count);

	for (size_t i = 0; i < count; i++) {
		struct kg_buf name;

		kg_buf_init(&name, (size_t)HELP_WIDTH * 4);
		print_name(&options[i], &name);
		fprintf(out, "%-*s", column, kg_buf_text(&name));
		if (name.length + 2 > (size_t)column)
			fprintf(out, "\n%*s", column, "");
		print_wrapped(options[i].help, column, out);
		kg_buf_release(&name);
	}
}
