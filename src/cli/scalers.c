#include <string.h>

#include "cli/command.h"
#include "cli/keda_version.h"
#include "cli/scaler_changes.h"
#include "cli/scaler_facts.h"
#include "cli/scaler_summary.h"
#include "kedagate/base/arena.h"
#include "kedagate/scalers/scaler.h"

struct scalers_options {
	bool help, difference;
	int output;
};

/* clang-format off */
static const struct kg_option options[] = {
	{.name = "output", .letter = 'o', .type = KG_OPTION_CHOICE, .offset = offsetof(struct scalers_options, output),
	 .choices = kg_command_formats_with_markdown, .help = "format (default text); json is all that is known"},
	{.name = "diff", .type = KG_OPTION_SWITCH, .offset = offsetof(struct scalers_options, difference),
	 .help = "what an upgrade of KEDA from release FROM to release TO changes, of one type or of all"},
	KG_COMMAND_HELP(struct scalers_options),
};
/* clang-format on */

/* A type and two releases. */
enum { OPERANDS_MAX = 3 };

static const struct kg_command_usage usage = {
        .name = "scalers",
        .operands = "[TYPE] [--diff FROM TO]",
        .maximum_operands = OPERANDS_MAX,
        .summary = "List KEDA's trigger types and the releases that have them, or the parameters of one type; or say what an\n"
                   "upgrade of KEDA changes.",
        .example = "kedagate scalers postgresql\n  kedagate scalers --diff 2.16 2.20",
        .options = options,
        .option_count = KG_ARRAY_LEN(options),
};

enum { LIST_COLUMNS = 5, PARAM_COLUMNS = 6, TEXT_ARENA_MAX = 1 << 20 };

/* A table while it is filled; `failed` sticks. */
struct table {
	struct kg_arena *arena;
	const char **cells;
	size_t columns, rows;
	enum kg_command_format format;
	bool failed;
};

static bool table_init(struct table *table, struct kg_arena *arena, const char *const *head, size_t columns, size_t rows)
{
	*table = (struct table){.arena = arena, .columns = columns};
	table->cells = kg_arena_calloc(arena, (rows + 1) * columns, sizeof(*table->cells));
	for (size_t i = 0; table->cells != NULL && i < columns; i++)
		table->cells[i] = head[i];
	table->rows = 1;
	return table->cells != NULL;
}

/* `text` for a cell; NULL, without memory, counts as a failure. */
static const char *cell(struct table *table, const char *text)
{
	table->failed |= text == NULL;
	return text != NULL ? text : "";
}

static const char *version_cell(struct table *table, uint32_t version)
{
	char text[KG_VERSION_TEXT_MAX];

	return version != 0 ? cell(table, kg_arena_strdup(table->arena, kg_version_text(version, text))) : "-";
}

static int print_table(const struct table *table)
{
	struct kg_err err;

	if (table->failed) {
		(void)kg_err_set(&err, KG_ENOMEM, "out of memory");
		return kg_command_fail(usage.name, &err);
	}
	if (table->format == KG_COMMAND_MARKDOWN)
		kg_command_print_markdown(table->cells, table->columns, table->rows, stdout);
	else
		kg_command_print_columns(table->cells, table->columns, table->rows, stdout);
	return KG_EXIT_OK;
}

static void add_scaler(struct table *table, const struct kg_scaler *scaler)
{
	const char **row = &table->cells[table->columns * table->rows++];

	row[0] = scaler->type;
	row[1] = version_cell(table, scaler->since);
	row[2] = version_cell(table, scaler->deprecated);
	row[3] = version_cell(table, scaler->removed);
	row[4] = cell(table, kg_arena_printf(table->arena, "%zu", scaler->param_count));
}

static int print_list(struct kg_arena *arena, enum kg_command_format format)
{
	static const char *const head[LIST_COLUMNS] = {"TYPE", "SINCE", "DEPRECATED", "REMOVED", "PARAMETERS"};
	size_t count;
	const struct kg_scaler *const *scalers = kg_scalers(&count);
	struct table table;

	table.failed = !table_init(&table, arena, head, LIST_COLUMNS, count);
	table.format = format;
	for (size_t i = 0; i < count && !table.failed; i++)
		add_scaler(&table, scalers[i]);
	return print_table(&table);
}

static const char *sources_cell(struct table *table, const struct kg_param *param)
{
	const char *text = "";

	for (size_t i = 0; i < KG_SOURCES_MAX && param->from[i] != KG_SOURCE_NONE; i++)
		text = cell(table, kg_arena_printf(table->arena, "%s%s%s", text, i > 0 ? ", " : "", kg_scaler_source_word(param->from[i])));
	return text;
}

/* "2.15.0 on", "until 2.19.0", "deprecated in 2.18.0", as far as there is something to say. */
static const char *versions_cell(struct table *table, const struct kg_param *param)
{
	const char *text = "";
	char version[KG_VERSION_TEXT_MAX];

	if (param->since != 0)
		text = cell(table, kg_arena_printf(table->arena, "%s on", kg_version_text(param->since, version)));
	if (param->deprecated != 0)
		text = cell(table, kg_arena_printf(table->arena, "%s%sdeprecated in %s", text, *text != '\0' ? ", " : "",
		                                   kg_version_text(param->deprecated, version)));
	if (param->removed != 0)
		text = cell(table, kg_arena_printf(table->arena, "%s%sbefore %s", text, *text != '\0' ? ", " : "",
		                                   kg_version_text(param->removed, version)));
	return *text != '\0' ? text : "all";
}

static void add_param(struct table *table, const struct kg_param *param)
{
	const char **row = &table->cells[table->columns * table->rows++];

	row[0] = param->name;
	row[1] = kg_scaler_type_word(param->type);
	row[2] = kg_scaler_need_word(param->need);
	row[3] = sources_cell(table, param);
	row[4] = versions_cell(table, param);
	row[5] = param->def != NULL ? param->def : "";
}

/* What counts for the whole type, before the table of its parameters. */
static void print_head(const struct kg_scaler *scaler, const struct kg_scaler_summary *summary, enum kg_command_format format)
{
	bool markdown = format == KG_COMMAND_MARKDOWN;

	printf("%s%s\n%s", markdown ? "# " : "", scaler->type, markdown ? "\n" : "");
	for (size_t i = 0; i < summary->count; i++)
		printf("%s%s: %s\n", markdown ? "- " : "  ", summary->lines[i].label, summary->lines[i].text);
	putchar('\n');
}

static int print_scaler(const struct kg_scaler *scaler, struct kg_arena *arena, enum kg_command_format format)
{
	static const char *const head[PARAM_COLUMNS] = {"PARAMETER", "TYPE", "NEED", "FROM", "KEDA", "DEFAULT"};
	struct kg_scaler_summary summary;
	struct table table;

	table.failed = !table_init(&table, arena, head, PARAM_COLUMNS, scaler->param_count);
	table.failed |= !kg_scaler_summarize(scaler, arena, &summary);
	table.format = format;
	for (size_t i = 0; i < scaler->param_count && !table.failed; i++)
		add_param(&table, &scaler->params[i]);
	if (!table.failed)
		print_head(scaler, &summary, format);
	return print_table(&table);
}

static int print_json(const struct kg_scaler *scaler)
{
	size_t count = 1;
	const struct kg_scaler *const *scalers = scaler != NULL ? &scaler : kg_scalers(&count);
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, kg_scaler_json(scalers[i]));
	return kg_command_print_json(usage.name,
	                             json_pack("{s:s, s:s, s:o}", "apiVersion", "kedagate.io/v1", "kind", "ScalerList", "scalers", list));
}

static int unknown_type(const char *type)
{
	const char *nearest = kg_scaler_nearest(type, KG_VERSION_NEWEST);
	struct kg_err err;

	if (nearest != NULL)
		(void)kg_err_set(&err, KG_EINVAL, "unknown trigger type \"%s\"; did you mean \"%s\"?", type, nearest);
	else
		(void)kg_err_set(&err, KG_EINVAL, "unknown trigger type \"%s\"; \"kedagate scalers\" lists them", type);
	return kg_command_fail(usage.name, &err);
}

static int print_text(const struct kg_scaler *scaler, enum kg_command_format format)
{
	struct kg_arena arena;
	int status;

	kg_arena_init(&arena, TEXT_ARENA_MAX);
	status = scaler != NULL ? print_scaler(scaler, &arena, format) : print_list(&arena, format);
	kg_arena_release(&arena);
	return status;
}

static int unexpected(const char *operand)
{
	struct kg_err err;

	(void)kg_err_set(&err, KG_EINVAL, "unexpected argument \"%s\"", operand);
	return kg_command_misused(usage.name, &err);
}

static int releases_expected(void)
{
	struct kg_err err;

	(void)kg_err_set(&err, KG_EINVAL, "--diff takes two releases of KEDA, the older one first: --diff 2.16 2.20");
	return kg_command_misused(usage.name, &err);
}

/* The facts reach from one release to another: say what lies beyond. */
static void warn_of_version(uint32_t version)
{
	char doubt[KG_ERR_MESSAGE_MAX];

	if (kg_keda_version_doubt(version, doubt) != NULL)
		fprintf(stderr, "kedagate %s: %s\n", usage.name, doubt);
}

static int print_changes(const struct kg_scaler *scaler, char **releases, enum kg_command_format format)
{
	uint32_t versions[2] = {0};
	struct kg_err err;

	for (size_t i = 0; i < KG_ARRAY_LEN(versions); i++) {
		if (kg_version_parse(releases[i], &versions[i], &err) != 0)
			return kg_command_misused(usage.name, &err);
	}
	if (versions[0] > versions[1])
		return releases_expected();
	warn_of_version(versions[0]);
	warn_of_version(versions[1]);
	return kg_scaler_changes_print(usage.name, scaler, versions[0], versions[1], format);
}

/* `[TYPE] FROM TO` or, TYPE last, `FROM TO TYPE`: takes TYPE out, NULL when there is none. Returns where FROM is; NULL: not two releases. */
static char **take_releases(char **operand, int operands, const char **ret_type)
{
	uint32_t version;
	struct kg_err err;

	*ret_type = NULL;
	if (operands < 2)
		return NULL;
	if (operands == 2)
		return operand;
	if (kg_version_parse(operand[0], &version, &err) == 0) {
		*ret_type = operand[2];
		return operand;
	}
	*ret_type = operand[0];
	return operand + 1;
}

int kg_command_scalers(int argc, char **argv)
{
	struct scalers_options values = {0};
	const struct kg_scaler *scaler;
	const char *type;
	char **releases = NULL;
	int operands = 0;
	int status = 0;

	(void)argc;
	if (!kg_command_parse(&usage, &values, argv, &operands, &status))
		return status;
	if (!values.difference && operands > 1)
		return unexpected(argv[2]);
	type = operands > 0 ? argv[1] : NULL;
	if (values.difference)
		releases = take_releases(argv + 1, operands, &type);
	if (values.difference && releases == NULL)
		return releases_expected();
	scaler = kg_scaler_find(type);
	if (type != NULL && scaler == NULL)
		return unknown_type(type);
	if (releases != NULL)
		return print_changes(scaler, releases, (enum kg_command_format)values.output);
	return values.output == KG_COMMAND_JSON ? print_json(scaler) : print_text(scaler, (enum kg_command_format)values.output);
}
