/*
 * Command-line options from a table: the same rows parse, validate and print the help.
 *
 * Options are written `--name VALUE` or `--name=VALUE`; a switch is `--name`. Short forms are one letter: `-f VALUE`, `-fVALUE`,
 * `-f=VALUE`. A value that begins with `--` needs the form with `=`. `--` ends the options. The first non-option does not: options and
 * operands may mix, as with kubectl. `-` is an operand. Of an option that is given twice the last value counts, lists add up.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "kedagate/base/compiler.h"
#include "kedagate/base/err.h"

enum kg_option_type {
	KG_OPTION_SWITCH,  /* bool */
	KG_OPTION_STRING,  /* const char *, borrowed from argv */
	KG_OPTION_STRINGS, /* struct kg_option_strings: may be repeated, each value a comma list */
	KG_OPTION_INTEGER, /* long, within minimum and maximum */
	KG_OPTION_CHOICE,  /* int: index into `choices` */
	KG_OPTION_PARSED,  /* whatever `parse` makes of the text: durations, versions, addresses */
};

enum { KG_OPTION_STRINGS_MAX = 64 };

struct kg_option_strings {
	size_t count;
	const char *items[KG_OPTION_STRINGS_MAX];
};

struct kg_option {
	const char *name; /* without dashes */
	char letter;      /* short form, or 0 */
	enum kg_option_type type;
	size_t offset;              /* of the member in the caller's structure, which holds the default before parsing */
	const char *argument;       /* placeholder in the help, NULL for a switch; NULL for a choice shows what there is to choose */
	const char *help;           /* one sentence; the default belongs in it */
	const char *const *choices; /* NULL-terminated, for KG_OPTION_CHOICE */
	long minimum, maximum;
	/* For KG_OPTION_PARSED: read `text` into the member at `ret_value`; the message need not name the option. */
	int (*parse)(const char *text, void *ret_value, struct kg_err *err);
};

/*
 * Parse argv[1..], NULL-terminated, into the structure at `values`. Operands are moved, in order, to the front of argv + 1 and counted in
 * *ret_operands. KG_EINVAL with a message fit for the user (unknown option with the nearest name, missing value, value not allowed and what
 * is); a `parse` function's own code when that fails. After a failure `values` is partly filled. Values borrow from argv; comma lists are
 * split where they are, so its strings must be writable, as main's are.
 */
KG_MUST_CHECK int kg_options_parse(const struct kg_option *options, size_t count, void *values, char **argv, int *ret_operands,
                                   struct kg_err *err);

/* Print the options, aligned, one a line, wrapped at 100 columns. */
void kg_options_help(const struct kg_option *options, size_t count, FILE *out);
