#include <string.h>

#include "cli/certs_inspect.h"
#include "cli/command.h"
#include "kedagate/base/clock.h"
#include "kedagate/tls/certs_init.h"
#include "kedagate/tls/key_memory.h"

struct init_options {
	bool help, replace, ca_bundle;
	const char *directory;
	const char *secret, *namespace, *webhook_configuration;
	struct kg_option_strings names;
	long authority_days, serving_days;
};

/* clang-format off */
static const struct kg_option options[] = {
	{.name = "directory", .letter = 'd', .type = KG_OPTION_STRING, .offset = offsetof(struct init_options, directory), .argument = "DIRECTORY",
	 .help = "where the files go; made when it is missing (required)"},
	{.name = "name", .type = KG_OPTION_STRINGS, .offset = offsetof(struct init_options, names), .argument = "NAME",
	 .help = "DNS name or IP address of the server; may be repeated (at least one)"},
	{.name = "replace", .type = KG_OPTION_SWITCH, .offset = offsetof(struct init_options, replace),
	 .help = "overwrite what is there; an existing authority is always kept and used"},
	{.name = "serving-days", .type = KG_OPTION_INTEGER, .offset = offsetof(struct init_options, serving_days), .argument = "DAYS",
	 .help = "validity of the serving certificate (default 365)", .minimum = 1, .maximum = KG_VALIDITY_DAYS_MAX},
	{.name = "authority-days", .type = KG_OPTION_INTEGER, .offset = offsetof(struct init_options, authority_days), .argument = "DAYS",
	 .help = "validity of a new authority (default 3650)", .minimum = 1, .maximum = KG_VALIDITY_DAYS_MAX},
	{.name = "secret", .type = KG_OPTION_STRING, .offset = offsetof(struct init_options, secret), .argument = "NAME",
	 .help = "also write secret.yaml: a Secret of that name with ca.crt, tls.crt and tls.key"},
	{.name = "namespace", .letter = 'n', .type = KG_OPTION_STRING, .offset = offsetof(struct init_options, namespace), .argument = "NAMESPACE",
	 .help = "of that Secret (default kedagate)"},
	{.name = "ca-bundle", .type = KG_OPTION_SWITCH, .offset = offsetof(struct init_options, ca_bundle),
	 .help = "also write ca-bundle.yaml: a patch that makes API servers trust ca.crt when they call the webhook"},
	{.name = "webhook-configuration", .type = KG_OPTION_STRING, .offset = offsetof(struct init_options, webhook_configuration), .argument = "NAME",
	 .help = "which ValidatingWebhookConfiguration that patch is for (default kedagate)"},
	KG_COMMAND_HELP(struct init_options),
};
/* clang-format on */

static const struct kg_command_usage usage = {
        .name = "certs init",
        .summary = "Make a certificate authority of your own and a serving certificate signed by it (ECDSA P-256).\n"
                   "Writes ca.crt, ca.key, tls.crt and tls.key; the keys can be read by their owner only.\n\n"
                   "With --secret or --ca-bundle it also writes kustomization.yaml, a kustomize Component that installs both: name the\n"
                   "directory under \"components\" of your kustomization, then kubectl apply -k.",
        .example = "kedagate certs init --directory certs/prod --name kedagate.kedagate.svc --secret kedagate-tls --ca-bundle",
        .options = options,
        .option_count = KG_ARRAY_LEN(options),
};

_Static_assert(KG_SERVING_DAYS == 365 && KG_AUTHORITY_DAYS == 3650, "the help names the defaults");

static int check_required(const struct init_options *values)
{
	struct kg_err err;

	if (values->directory != NULL && values->names.count > 0)
		return KG_EXIT_OK;
	(void)kg_err_set(&err, KG_EINVAL, "--%s is missing", values->directory == NULL ? "directory" : "name");
	return kg_command_misused(usage.name, &err);
}

static void print_files(const struct kg_certs_init *request)
{
	const bool secret = request->secret != NULL;
	const bool patch = request->webhook_configuration != NULL;

	printf("%s: ca.crt ca.key tls.crt tls.key%s%s%s\n", request->directory, secret ? " secret.yaml" : "",
	       patch ? " ca-bundle.yaml" : "", secret || patch ? " kustomization.yaml" : "");
}

static int init(char **argv)
{
	struct init_options values = {.authority_days = KG_AUTHORITY_DAYS,
	                              .serving_days = KG_SERVING_DAYS,
	                              .namespace = "kedagate",
	                              .webhook_configuration = "kedagate"};
	struct kg_certs_init request;
	struct kg_err err = {0};
	int operands = 0;
	int status = 0;

	if (!kg_command_parse(&usage, &values, argv, &operands, &status))
		return status;
	status = check_required(&values);
	if (status != KG_EXIT_OK)
		return status;
	request = (struct kg_certs_init){.directory = values.directory,
	                                 .names = values.names.items,
	                                 .name_count = values.names.count,
	                                 .authority_days = (int)values.authority_days,
	                                 .serving_days = (int)values.serving_days,
	                                 .replace = values.replace,
	                                 .now = kg_clock_wall(),
	                                 .secret = values.secret,
	                                 .namespace = values.namespace,
	                                 .webhook_configuration = values.ca_bundle ? values.webhook_configuration : NULL};
	if (kg_certs_init(&request, &err) != 0)
		return kg_command_fail(usage.name, &err);
	print_files(&request);
	return KG_EXIT_OK;
}

/* ---- the two commands ---- */

static const struct {
	const char *name;
	int (*run)(char **argv);
	const char *summary;
} commands[] = {
        {"init", init, "make a certificate authority and a serving certificate signed by it"},
        {"inspect", kg_command_certs_inspect,
         "say what is wrong with certificates in files, Secrets, webhook configurations, or as served"},
};

static int help(void)
{
	fputs("Usage: kedagate certs COMMAND [options]\n\nCommands:\n", stdout);
	for (size_t i = 0; i < KG_ARRAY_LEN(commands); i++)
		printf("  %-7s  %s\n", commands[i].name, commands[i].summary);
	fputs("\nRun \"kedagate certs COMMAND --help\" for the options of a command.\n\n"
	      "Example:\n  kedagate certs inspect /certs --connect localhost:9443\n",
	      stdout);
	return KG_EXIT_OK;
}

int kg_command_certs(int argc, char **argv)
{
	const char *word = argc > 1 ? argv[1] : "";
	struct kg_err err;

	/* Of no interest here: such a command ends soon. */
	(void)kg_key_memory_init();

	for (size_t i = 0; i < KG_ARRAY_LEN(commands); i++) {
		if (strcmp(word, commands[i].name) == 0)
			return commands[i].run(argv + 1);
	}
	if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
		return help();
	if (*word != '\0')
		(void)kg_err_set(&err, KG_EINVAL, "unknown command \"%s\"; there are \"init\" and \"inspect\"", word);
	else
		(void)kg_err_set(&err, KG_EINVAL, "\"init\" or \"inspect\" is missing");
	return kg_command_misused("certs", &err);
}
