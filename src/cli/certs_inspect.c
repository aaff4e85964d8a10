#include "cli/certs_inspect.h"

#include <string.h>

#include "cli/certs_report.h"
#include "cli/certs_sources.h"
#include "cli/command.h"
#include "kedagate/base/clock.h"
#include "kedagate/base/limits.h"
#include "kedagate/server/address.h"
#include "kedagate/tls/server_names.h"

enum { TIMEOUT_SECONDS = 10, TIMEOUT_SECONDS_MAX = 300 };

struct inspect_options {
	bool help;
	int output;
	struct kg_listen_address connect;
	const char *server_name;
	struct kg_option_strings authorities;
	long timeout;
};

/* The address of a server is written as that of a listener, with nothing left out. */
static int parse_connect(const char *text, void *ret_value, struct kg_err *err)
{
	struct kg_listen_address *address = ret_value;
	int status = kg_listen_address_parse(text, address, err);

	if (status != 0 || !address->enabled || address->host[0] == '\0' || address->port == 0)
		return kg_err_set(err, KG_EINVAL, "\"%s\" is no HOST:PORT or [IPV6]:PORT", text);
	return 0;
}

static int parse_server_name(const char *text, void *ret_value, struct kg_err *err)
{
	int status = kg_server_names_check(text, err);

	if (status == 0 && strchr(text, ',') != NULL)
		status = kg_err_set(err, KG_EINVAL, "\"%s\" is more than one name", text);
	if (status == 0)
		*(const char **)ret_value = text;
	return status;
}

/* clang-format off */
static const struct kg_option options[] = {
	{.name = "connect", .type = KG_OPTION_PARSED, .offset = offsetof(struct inspect_options, connect), .argument = "HOST:PORT",
	 .parse = parse_connect, .help = "look at what a server really serves, and compare it with the files"},
	{.name = "server-name", .type = KG_OPTION_PARSED, .offset = offsetof(struct inspect_options, server_name), .argument = "NAME",
	 .parse = parse_server_name, .help = "the name that clients ask for, such as kedagate.kedagate.svc (default: the host of --connect)"},
	{.name = "ca", .type = KG_OPTION_STRINGS, .offset = offsetof(struct inspect_options, authorities), .argument = "FILE",
	 .help = "authorities that clients trust; may be repeated"},
	{.name = "timeout", .type = KG_OPTION_INTEGER, .offset = offsetof(struct inspect_options, timeout), .argument = "SECONDS",
	 .help = "for all of --connect (default 10)", .minimum = 1, .maximum = TIMEOUT_SECONDS_MAX},
	{.name = "output", .letter = 'o', .type = KG_OPTION_CHOICE, .offset = offsetof(struct inspect_options, output), .choices = kg_command_formats,
	 .help = "format of the report (default text)"},
	KG_COMMAND_HELP(struct inspect_options),
};
/* clang-format on */

static const struct kg_command_usage usage = {
        .name = "certs inspect",
        .operands = "[FILE|DIRECTORY|-]...",
        .maximum_operands = KG_OPERANDS_ANY,
        .summary =
                "Say what is wrong with certificates, why clients refuse them, and what to do. Reads PEM files (which together are\n"
                "one deployment: the server's chain, its key, the authority), directories with tls.crt, tls.key, ca.crt, and manifests:\n"
                "Secrets such as KEDA's kedaorg-certs, and the caBundle of webhook configurations, APIServices and CRDs.\n"
                "Private keys are never printed. \"Go says\" quotes what kube-apiserver and KEDA log.\n\n"
                "Exit code: 0 nothing is wrong, or warnings only; 1 problems; 2 wrong usage, or input that cannot be read.",
        .example = "kedagate certs inspect /certs webhook.yaml --connect localhost:9443 --server-name kedagate.kedagate.svc",
        .options = options,
        .option_count = KG_ARRAY_LEN(options),
};

_Static_assert(TIMEOUT_SECONDS == 10, "the help names the default");

/* One run. */
struct inspection {
	const struct inspect_options *options;
	struct kg_arena arena;
	struct kg_certs_sources sources;
	struct kg_inspect_report found;
	time_t now;
};

static int connect_to(struct inspection *inspection)
{
	const struct inspect_options *values = inspection->options;
	const struct kg_listen_address *address = &values->connect;
	bool has_brackets = strchr(address->host, ':') != NULL;
	const char *name = kg_arena_printf(&inspection->arena, "%s%s%s:%u", has_brackets ? "[" : "", address->host, has_brackets ? "]" : "",
	                                   (unsigned)address->port);
	const char *port = kg_arena_printf(&inspection->arena, "%u", (unsigned)address->port);
	const struct kg_connect_request request = {.host = address->host,
	                                           .port = port,
	                                           .server_name = values->server_name != NULL ? values->server_name : address->host,
	                                           .timeout_seconds = (int)values->timeout};

	if (name == NULL || port == NULL)
		return KG_ENOMEM;
	return kg_certs_sources_add_served(&inspection->sources, name, &request);
}

static int gather(struct inspection *inspection, char *const *operands, size_t operand_count)
{
	const struct kg_option_strings *authorities = &inspection->options->authorities;
	int status = 0;

	for (size_t i = 0; i < operand_count && status == 0; i++)
		status = kg_certs_sources_add(&inspection->sources, operands[i]);
	for (size_t i = 0; i < authorities->count && status == 0; i++)
		status = kg_certs_sources_add_authorities(&inspection->sources, authorities->items[i]);
	if (status == 0 && inspection->options->connect.enabled)
		status = connect_to(inspection);
	return status;
}

/* Input without a certificate, a key or a problem is no sound deployment. */
static int check_found_anything(struct inspection *inspection, char *const *operands)
{
	struct kg_err err;

	if (inspection->sources.count > 0 || inspection->sources.errors.count > 0)
		return 0;
	(void)kg_err_set(&err, KG_ENOTFOUND,
	                 "%s: no certificate: neither PEM text nor a Secret with tls.crt, tls.key, ca.crt or ca.key, nor an object with a "
	                 "caBundle",
	                 operands[0]);
	return kg_input_errors_add(&inspection->sources.errors, &inspection->arena, operands[0], &err);
}

static int inspect(struct inspection *inspection)
{
	const struct inspect_options *values = inspection->options;
	const char *host = values->connect.enabled ? values->connect.host : NULL;
	const struct kg_inspect_request request = {
	        .materials = inspection->sources.materials,
	        .material_count = inspection->sources.count,
	        .server_name = values->server_name != NULL ? values->server_name : host,
	        .server_name_is_host = values->server_name == NULL,
	        .now = inspection->now,
	};

	return kg_inspect(&request, &inspection->arena, &inspection->found, NULL);
}

static int print_text(const struct kg_certs_report *report)
{
	struct kg_buf text;
	int status;

	kg_buf_init(&text, KG_MAX_REPORT_BYTES);
	status = kg_certs_report_text(report, &text);
	if (status == 0)
		(void)fwrite(kg_buf_text(&text), 1, text.length, stdout);
	kg_buf_release(&text);
	return status;
}

/* Returns the exit code. */
static int print(const struct inspection *inspection)
{
	const struct kg_certs_report report = {&inspection->sources, &inspection->found, inspection->now};

	if (inspection->options->output == KG_COMMAND_JSON) {
		if (kg_command_print_json(usage.name, kg_certs_report_json(&report)) != KG_EXIT_OK)
			return KG_EXIT_USAGE;
	} else if (print_text(&report) != 0) {
		return KG_EXIT_USAGE;
	}
	if (inspection->sources.errors.count > 0)
		return KG_EXIT_USAGE;
	return kg_certs_report_count(&report, KG_SEVERITY_PROBLEM) > 0 ? KG_EXIT_DENIED : KG_EXIT_OK;
}

/* Returns the exit code. */
static int run(const struct inspect_options *values, char *const *operands, size_t operand_count)
{
	struct inspection inspection = {.options = values, .now = kg_clock_wall()};
	struct kg_err err;
	int code = KG_EXIT_USAGE;
	int status;

	kg_arena_init(&inspection.arena, KG_MAX_CHECK_ARENA_BYTES);
	kg_certs_sources_init(&inspection.sources, &inspection.arena);
	status = gather(&inspection, operands, operand_count);
	if (status == 0)
		status = check_found_anything(&inspection, operands);
	if (status == 0)
		status = inspect(&inspection);
	if (status == 0)
		code = print(&inspection);
	kg_arena_release(&inspection.arena);
	if (status == 0)
		return code;
	(void)kg_err_set(&err, status, "out of memory");
	return kg_command_fail(usage.name, &err);
}

static int check_usage(const struct inspect_options *values, int operands)
{
	struct kg_err err;

	if (operands > 0 || values->connect.enabled || values->authorities.count > 0)
		return KG_EXIT_OK;
	(void)kg_err_set(&err, KG_EINVAL, "FILE or --connect is missing");
	return kg_command_misused(usage.name, &err);
}

int kg_command_certs_inspect(char **argv)
{
	struct inspect_options values = {.timeout = TIMEOUT_SECONDS};
	int operands = 0;
	int status = 0;

	if (!kg_command_parse(&usage, &values, argv, &operands, &status))
		return status;
	status = check_usage(&values, operands);
	return status == KG_EXIT_OK ? run(&values, argv + 1, (size_t)operands) : status;
}
