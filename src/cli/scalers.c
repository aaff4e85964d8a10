#include <string.h>

#include "cli/command.h"
#include "cli/scaler_facts.h"
#include "kedagate/base/arena.h"
#include "kedagate/scalers/scaler.h"

struct scalers_options {
	bool help;
	int output;
};

/* clang-format off */
static const struct kg_option options[] = {
	{.name = "output", .letter = 'o', .type = KG_OPTION_CHOICE, .offset = offsetof(struct scalers_options, output),
	 .choices = kg_command_formats, .help = "format (default text); json is all that is known"},
	KG_COMMAND_HELP(struct scalers_options),
};
/* clang-format on */

static const struct kg_command_usage usage = {
        .name = "scalers",
        .operands = "[TYPE]",
        .maximum_operands = 1,
        .summary = "List KEDA's trigger types and the releases that have them, or the parameters of one type. A type without\n"
                   "parameters here is accepted without a check of its parameters.",
        .example = "kedagate scalers postgresql",
        .options = options,
        .option_count = KG_ARRAY_LEN(options),
};

enum { LIST_COLUMNS = 5, PARAM_COLUMNS = 6, TEXT_ARENA_MAX = 1 << 20 };

/* A table while it is filled; `failed` sticks. */
struct table {
	struct kg_arena *arena;
	const char **cells;
	size_t columns, rows;
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
	row[4] = scaler->params != NULL ? cell(table, kg_arena_printf(table->arena, "%zu", scaler->param_count)) : "-";
}

static int print_list(struct kg_arena *arena)
{
	static const char *const head[LIST_COLUMNS] = {"TYPE", "SINCE", "DEPRECATED", "REMOVED", "PARAMETERS"};
	size_t count;
	const struct kg_scaler *const *scalers = kg_scalers(&count);
	struct table table;

	table.failed = !table_init(&table, arena, head, LIST_COLUMNS, count);
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

static int print_scaler(const struct kg_scaler *scaler, struct kg_arena *arena)
{
	static const char *const head[PARAM_COLUMNS] = {"PARAMETER", "TYPE", "NEED", "FROM", "KEDA", "DEFAULT"};
	struct table table;

	if (scaler->params == NULL) {
		printf("%s: the parameters are not described; any are accepted\n", scaler->type);
		return KG_EXIT_OK;
	}
	table.failed = !table_init(&table, arena, head, PARAM_COLUMNS, scaler->param_count);
	for (size_t i = 0; i < scaler->param_count && !table.failed; i++)
		add_param(&table, &scaler->params[i]);
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

static int print_text(const struct kg_scaler *scaler)
{
	struct kg_arena arena;
	int status;

	kg_arena_init(&arena, TEXT_ARENA_MAX);
	status = scaler != NULL ? print_scaler(scaler, &arena) : print_list(&arena);
	kg_arena_release(&arena);
	return status;
}

int kg_command_scalers(int argc, char **argv)
{
	struct scalers_options values = {0};
	const struct kg_scaler *scaler = NULL; /* all of them */
	int operands = 0;
	int status = 0;

	(void)argc;
	if (!kg_command_parse(&usage, &values, argv, &operands, &status))
		return status;
	if (operands > 0) {
		scaler = kg_scaler_find(argv[1]);
		if (scaler == NULL)
			return unknown_type(argv[1]);
	}
	return values.output == KG_COMMAND_JSON ? print_json(scaler) : print_text(scaler);
}
