#include "cli/version.h"

#include "cli/command.h"
#include "kedagate/kube/libraries.h"
#include "kedagate/model/libraries.h"
#include "kedagate/report/libraries.h"
#include "kedagate/server/libraries.h"
#include "kedagate/syntax/version.h"
#include "kedagate/tls/libraries.h"

enum { LIBRARIES = KG_SERVER_LIBRARIES + KG_TLS_LIBRARIES + KG_MODEL_LIBRARIES + KG_REPORT_LIBRARIES + KG_KUBE_LIBRARIES };

struct version_options {
	bool help;
	int output;
};

/* clang-format off */
static const struct kg_option options[] = {
	{.name = "output", .letter = 'o', .type = KG_OPTION_CHOICE, .offset = offsetof(struct version_options, output),
	 .choices = kg_command_formats, .help = "format (default text)"},
	KG_COMMAND_HELP(struct version_options),
};
/* clang-format on */

static const struct kg_command_usage usage = {
        .name = "version",
        .summary = "Print the version, the KEDA releases whose facts are known, and the libraries the program runs with.",
        .example = "kedagate version -o json",
        .options = options,
        .option_count = KG_ARRAY_LEN(options),
};

const char *kg_version(void)
{
	return KEDAGATE_VERSION;
}

static void collect_libraries(struct kg_library out[LIBRARIES])
{
	kg_server_libraries(out);
	out += KG_SERVER_LIBRARIES;
	kg_tls_libraries(out);
	out += KG_TLS_LIBRARIES;
	kg_model_libraries(out);
	out += KG_MODEL_LIBRARIES;
	kg_report_libraries(out);
	out += KG_REPORT_LIBRARIES;
	kg_kube_libraries(out);
}

struct keda_range {
	char oldest[KG_VERSION_TEXT_MAX], newest[KG_VERSION_TEXT_MAX];
};

static int print_text(const struct keda_range *keda, const struct kg_library *libraries)
{
	const char *cells[LIBRARIES * 2];

	for (size_t i = 0; i < LIBRARIES; i++) {
		cells[2 * i] = libraries[i].name;
		cells[2 * i + 1] = libraries[i].version;
	}
	printf("kedagate %s (%s)\nKEDA %s to %s\n\n", KEDAGATE_VERSION, KEDAGATE_COMMIT, keda->oldest, keda->newest);
	kg_command_print_columns(cells, 2, LIBRARIES, stdout);
	return KG_EXIT_OK;
}

static int print_json(const struct keda_range *keda, const struct kg_library *libraries)
{
	json_t *object = json_object();

	for (size_t i = 0; i < LIBRARIES; i++)
		json_object_set_new(object, libraries[i].name, json_string(libraries[i].version));
	return kg_command_print_json(usage.name, json_pack("{s:s, s:s, s:s, s:s, s:{s:s, s:s}, s:o}", "apiVersion", "kedagate.io/v1",
	                                                   "kind", "Version", "version", KEDAGATE_VERSION, "commit", KEDAGATE_COMMIT,
	                                                   "keda", "oldest", keda->oldest, "newest", keda->newest, "libraries", object));
}

int kg_command_version(int argc, char **argv)
{
	struct version_options values = {0};
	struct kg_library libraries[LIBRARIES];
	struct keda_range keda;
	int operands = 0;
	int status = 0;

	(void)argc;
	if (!kg_command_parse(&usage, &values, argv, &operands, &status))
		return status;
	collect_libraries(libraries);
	(void)kg_version_text(KG_VERSION_OLDEST, keda.oldest);
	(void)kg_version_text(KG_VERSION_NEWEST, keda.newest);
	return values.output == KG_COMMAND_JSON ? print_json(&keda, libraries) : print_text(&keda, libraries);
}
