#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/sandbox.h"
#include "kedagate/base/nearest.h"
#include "kedagate/model/json.h"

struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *summary;
};

static int help(int argc, char **argv);

static const struct command commands[] = {
        {"serve", kg_command_serve, "answer a Kubernetes API server over TLS: the admission webhook"},
        {"check", kg_command_check, "judge manifest files the same way, offline"},
        {"audit", kg_command_audit, "judge what is in a cluster, once"},
        {"rules", kg_command_rules, "list the rules"},
        {"explain", kg_command_explain, "why a rule is there, what breaks it and what mends it"},
        {"scalers", kg_command_scalers, "list KEDA's trigger types, or the parameters of one"},
        {"certs", kg_command_certs, "make certificates, and say what is wrong with them"},
        {"version", kg_command_version, "print the version, and those of the libraries"},
        {"help", help, "print this help, or that of a command"},
};

static void print_help(FILE *out)
{
	fputs("kedagate reads KEDA's custom resources on their way into a cluster and refuses what is broken or unsafe.\n\n"
	      "Usage: kedagate COMMAND [options]\n\nCommands:\n",
	      out);
	for (size_t i = 0; i < KG_ARRAY_LEN(commands); i++)
		fprintf(out, "  %-8s  %s\n", commands[i].name, commands[i].summary);
	fputs("\nRun \"kedagate COMMAND --help\" for the options of a command. Linked or copied as kubectl-kedagate into the PATH,\n"
	      "it is a kubectl plugin: kubectl kedagate COMMAND.\n\n"
	      "Example:\n  kedagate check -R deploy/\n",
	      out);
}

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < KG_ARRAY_LEN(commands); i++) {
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	}
	return NULL;
}

static int unknown_command(const char *name)
{
	struct kg_nearest nearest;

	kg_nearest_init(&nearest, name);
	for (size_t i = 0; i < KG_ARRAY_LEN(commands); i++)
		kg_nearest_try(&nearest, commands[i].name);
	fprintf(stderr, "kedagate: unknown command \"%s\"", name);
	if (nearest.best != NULL)
		fprintf(stderr, "; did you mean \"%s\"?", nearest.best);
	fputs("\nRun \"kedagate help\" for the commands.\n", stderr);
	return KG_EXIT_USAGE;
}

static int run(const char *name, int argc, char **argv)
{
	const struct command *command = find_command(name);

	return command != NULL ? command->run(argc, argv) : unknown_command(name);
}

static int help(int argc, char **argv)
{
	char option[] = "--help";
	char *arguments[] = {argc > 1 ? argv[1] : NULL, option, NULL};

	if (argc > 1 && strcmp(argv[1], "help") != 0 && argv[1][0] != '-')
		return run(argv[1], 2, arguments);
	print_help(stdout);
	return KG_EXIT_OK;
}

/* The usual options that stand for a command. */
static const char *command_name(const char *word)
{
	if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
		return "help";
	return strcmp(word, "--version") == 0 ? "version" : word;
}

int main(int argc, char **argv)
{
	int status;

	if (argc < 2) {
		print_help(stderr);
		return KG_EXIT_USAGE;
	}
	kg_sandbox_enter();
	kg_json_setup();
	kg_command_watch_json();
	status = run(command_name(argv[1]), argc - 1, argv + 1);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		perror("kedagate: cannot write to standard output");
		return KG_EXIT_USAGE;
	}
	return status;
}
