/*
 * The subcommands, and what they share: parsing with `--help`, what goes to standard output, how they fail.
 *
 * A subcommand is a function `int kg_command_NAME(int argc, char **argv)` in a file of its own, with its name in argv[0]; it returns the
 * exit code of the process. It describes itself in a constant struct kg_command_usage, from which options are parsed and help is printed.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "kedagate/base/compiler.h"
#include "kedagate/base/err.h"
#include "kedagate/base/option.h"

enum kg_exit {
	KG_EXIT_OK = 0,
	KG_EXIT_DENIED = 1, /* something was denied */
	KG_EXIT_USAGE = 2,  /* usage, unreadable input, or what the machine refused */
};

int kg_command_serve(int argc, char **argv);
int kg_command_check(int argc, char **argv);
int kg_command_audit(int argc, char **argv);
int kg_command_rules(int argc, char **argv);
int kg_command_explain(int argc, char **argv);
int kg_command_certs(int argc, char **argv);
int kg_command_scalers(int argc, char **argv);
int kg_command_version(int argc, char **argv);

/* As many operands as there are. */
enum { KG_OPERANDS_ANY = -1 };

struct kg_command_usage {
	const char *name;     /* "check", "certs init" */
	const char *operands; /* as in the help: "RULE"; NULL when it takes none */
	int minimum_operands, maximum_operands;
	const char *summary; /* sentences, lines at most 100 columns wide */
	const char *example; /* one command line */
	const struct kg_option *options;
	size_t option_count;
};

/* The row every table of options ends with; `values_` has a member `bool help`. */
#define KG_COMMAND_HELP(values_)                                                                                                           \
	{                                                                                                                                  \
		.name = "help", .letter = 'h', .type = KG_OPTION_SWITCH, .offset = offsetof(values_, help), .help = "print this help"      \
	}

/* Output of a listing: the choices of an option `-o`, and their indices. Most listings have no Markdown. */
enum kg_command_format { KG_COMMAND_TEXT, KG_COMMAND_JSON, KG_COMMAND_MARKDOWN };
extern const char *const kg_command_formats[];
extern const char *const kg_command_formats_with_markdown[];

/*
 * Parse argv[1..] into `values` and check the number of operands. True: go on. False: *ret_exit is the exit code; help or an error has been
 * printed.
 */
KG_MUST_CHECK bool kg_command_parse(const struct kg_command_usage *usage, void *values, char **argv, int *ret_operands, int *ret_exit);

/* For options: the name of a namespace, a DNS label of RFC 1123. */
int kg_command_parse_namespace(const char *text, void *ret_value, struct kg_err *err);

/* Print "kedagate NAME: message", with the position when there is one, to standard error. Returns KG_EXIT_USAGE. */
int kg_command_fail(const char *name, const struct kg_err *err);

/* As kg_command_fail for a mistake in the command line: with a line that points to `--help`. */
int kg_command_misused(const char *name, const struct kg_err *err);

/* From now on jansson's allocations are watched, so that a document which lost a part for want of one is not printed. Before threads start. */
void kg_command_watch_json(void);

/* Print a document, indented, and drop the caller's reference. NULL is out of memory. Returns the exit code. */
int kg_command_print_json(const char *name, json_t *document);

enum { KG_COMMAND_COLUMNS_MAX = 16 };

/* Print rows * columns cells, a row after the other, each column as wide as its widest cell, the last one as it is. */
void kg_command_print_columns(const char *const *cells, size_t columns, size_t rows, FILE *out);

/* Print them as a table in Markdown; the first row is its head. */
void kg_command_print_markdown(const char *const *cells, size_t columns, size_t rows, FILE *out);
