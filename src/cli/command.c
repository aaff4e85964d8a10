#include "cli/command.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* NAMESPACE_MAX is that of a DNS label. */
enum { COLUMN_GAP = 2, NAMESPACE_MAX = 63 };

const char *const kg_command_formats[] = {[KG_COMMAND_TEXT] = "text", [KG_COMMAND_JSON] = "json", NULL};
const char *const kg_command_formats_with_markdown[] = {
        [KG_COMMAND_TEXT] = "text", [KG_COMMAND_JSON] = "json", [KG_COMMAND_MARKDOWN] = "markdown", NULL};

static void print_help(const struct kg_command_usage *usage)
{
	printf("Usage: kedagate %s [options]%s%s\n\n%s\n\nOptions:\n", usage->name, usage->operands != NULL ? " " : "",
	       usage->operands != NULL ? usage->operands : "", usage->summary);
	kg_options_help(usage->options, usage->option_count, stdout);
	printf("\nExample:\n  %s\n", usage->example);
}

/* The value of the row that KG_COMMAND_HELP made. */
static bool help_wanted(const struct kg_command_usage *usage, const void *values)
{
	for (size_t i = 0; i < usage->option_count; i++) {
		if (strcmp(usage->options[i].name, "help") == 0)
			return *(const bool *)((const char *)values + usage->options[i].offset);
	}
	return false;
}

static int check_operands(const struct kg_command_usage *usage, int operands, char **argv, struct kg_err *err)
{
	if (operands < usage->minimum_operands)
		return kg_err_set(err, KG_EINVAL, "%s is missing", usage->operands);
	if (usage->maximum_operands != KG_OPERANDS_ANY && operands > usage->maximum_operands)
		return kg_err_set(err, KG_EINVAL, "unexpected argument \"%s\"", argv[usage->maximum_operands + 1]);
	return 0;
}

bool kg_command_parse(const struct kg_command_usage *usage, void *values, char **argv, int *ret_operands, int *ret_exit)
{
	struct kg_err err = {0};
	int operands = 0;
	int status = kg_options_parse(usage->options, usage->option_count, values, argv, &operands, &err);

	if (status == 0 && help_wanted(usage, values)) {
		print_help(usage);
		*ret_exit = KG_EXIT_OK;
		return false;
	}
	if (status == 0)
		status = check_operands(usage, operands, argv, &err);
	if (status != 0) {
		*ret_exit = kg_command_misused(usage->name, &err);
		return false;
	}
	*ret_operands = operands;
	return true;
}

int kg_command_fail(const char *name, const struct kg_err *err)
{
	fprintf(stderr, "kedagate %s: %s", name, err->message);
	if (err->line > 0)
		fprintf(stderr, " (line %u, column %u)", err->line, err->column);
	fputc('\n', stderr);
	return KG_EXIT_USAGE;
}

int kg_command_parse_namespace(const char *text, void *ret_value, struct kg_err *err)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
	size_t length = strlen(text);

	if (length == 0 || length > NAMESPACE_MAX || strspn(text, allowed) != length || text[0] == '-' || text[length - 1] == '-')
		return kg_err_set(err, KG_EINVAL, "this is no name of a namespace, such as \"keda\"");
	*(const char **)ret_value = text;
	return 0;
}

int kg_command_misused(const char *name, const struct kg_err *err)
{
	(void)kg_command_fail(name, err);
	fprintf(stderr, "Run \"kedagate %s --help\" for usage.\n", name);
	return KG_EXIT_USAGE;
}

/* Memory that jansson asked for and did not get. */
static atomic_bool json_lacks_memory;

static void *allocate_for_json(size_t size)
{
	void *memory = malloc(size);

	if (memory == NULL)
		atomic_store(&json_lacks_memory, true);
	return memory;
}

void kg_command_watch_json(void)
{
	json_set_alloc_funcs(allocate_for_json, free);
}

int kg_command_print_json(const char *name, json_t *document)
{
	struct kg_err err;

	if (document == NULL || atomic_load(&json_lacks_memory) || json_dumpf(document, stdout, JSON_INDENT(2)) != 0) {
		json_decref(document);
		(void)kg_err_set(&err, KG_ENOMEM, "out of memory, or standard output cannot be written");
		return kg_command_fail(name, &err);
	}
	json_decref(document);
	putchar('\n');
	return KG_EXIT_OK;
}

static int column_width(const char *const *cells, size_t columns, size_t rows, size_t column)
{
	size_t widest = 0;

	for (size_t row = 0; row < rows; row++) {
		size_t length = strlen(cells[row * columns + column]);

		if (length > widest)
			widest = length;
	}
	return (int)widest + COLUMN_GAP;
}

static void print_row(const char *const *cells, const int *widths, size_t columns, FILE *out)
{
	size_t last = columns - 1;

	/* An empty cell at the end leaves no blanks before it. */
	while (last > 0 && cells[last][0] == '\0')
		last--;
	for (size_t column = 0; column < last; column++)
		fprintf(out, "%-*s", widths[column], cells[column]);
	fprintf(out, "%s\n", cells[last]);
}

void kg_command_print_columns(const char *const *cells, size_t columns, size_t rows, FILE *out)
{
	int widths[KG_COMMAND_COLUMNS_MAX] = {0};

	for (size_t column = 0; column < columns; column++)
		widths[column] = column_width(cells, columns, rows, column);
	for (size_t row = 0; row < rows; row++)
		print_row(cells + row * columns, widths, columns, out);
}

/* A bar would end the cell. */
static void print_markdown_cell(const char *text, FILE *out)
{
	fputc(' ', out);
	for (; *text != '\0'; text++) {
		if (*text == '|')
			fputc('\\', out);
		fputc(*text, out);
	}
	fputs(" |", out);
}

void kg_command_print_markdown(const char *const *cells, size_t columns, size_t rows, FILE *out)
{
	for (size_t row = 0; row < rows; row++) {
		fputc('|', out);
		for (size_t column = 0; column < columns; column++)
			print_markdown_cell(cells[row * columns + column], out);
		fputc('\n', out);
		for (size_t column = 0; row == 0 && column < columns; column++)
			fputs(column == 0 ? "|---|" : "---|", out);
		if (row == 0)
			fputc('\n', out);
	}
}
