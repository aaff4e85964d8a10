#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kedagate/base/option.h"

enum { WORDS_MAX = 80, TEXT_MAX = 4096 };

struct values {
	bool quiet;
	const char *policy;
	struct kg_option_strings files;
	long port;
	int mode;
	int doubled;
};

/* "7" becomes 14; "memory" runs out of it. */
static int parse_doubled(const char *text, void *ret_value, struct kg_err *err)
{
	if (strcmp(text, "memory") == 0)
		return kg_err_set(err, KG_ENOMEM, "out of memory");
	if (strlen(text) != 1)
		return kg_err_set(err, KG_EINVAL, "one digit is wanted");
	*(int *)ret_value = 2 * (text[0] - '0');
	return 0;
}

static const char *const modes[] = {"enforce", "warn", "audit", NULL};

/* clang-format off */
static const struct kg_option options[] = {
	{.name = "quiet", .letter = 'q', .type = KG_OPTION_SWITCH, .offset = offsetof(struct values, quiet), .help = "Print nothing."},
	{.name = "policy", .type = KG_OPTION_STRING, .offset = offsetof(struct values, policy), .argument = "FILE", .help = "The policy."},
	{.name = "filename", .letter = 'f', .type = KG_OPTION_STRINGS, .offset = offsetof(struct values, files), .argument = "PATH",
	 .help = "What to check; may be given several times and takes lists, so that this text is long enough to need another line."},
	{.name = "port", .type = KG_OPTION_INTEGER, .offset = offsetof(struct values, port), .argument = "N", .minimum = -1,
	 .maximum = 65535, .help = "The port."},
	{.name = "mode", .type = KG_OPTION_CHOICE, .offset = offsetof(struct values, mode), .choices = modes, .help = "What to do."},
	{.name = "an-option-with-a-name-so-long-that-it-fills-the-column", .type = KG_OPTION_PARSED, .argument = "DIGIT",
	 .offset = offsetof(struct values, doubled), .parse = parse_doubled, .help = "A digit."},
};
/* clang-format on */

/* A copy of the words of a command line, as main gets it. */
struct command {
	char text[TEXT_MAX];
	char *argv[WORDS_MAX + 1];
	struct values values;
	int operands;
	struct kg_err err;
};

/* Split `line` at blanks and parse it. */
static int parse(struct command *command, const char *line)
{
	char *rest = command->text;
	int count = 0;

	memset(command, 0, sizeof(*command));
	command->values.port = 443;
	command->operands = -1;
	snprintf(command->text, sizeof(command->text), "kedagate %s", line);
	while (rest != NULL && count < WORDS_MAX)
		command->argv[count++] = strsep(&rest, " ");
	if (line[0] == '\0')
		command->argv[1] = NULL;
	return kg_options_parse(options, KG_ARRAY_LEN(options), &command->values, command->argv, &command->operands, &command->err);
}

static void assert_refused(const char *line, const char *message)
{
	struct command command;

	assert_int_equal(parse(&command, line), KG_EINVAL);
	assert_string_equal(command.err.message, message);
	assert_int_equal(command.operands, -1);
}

static void nothing_given_leaves_the_defaults(void **state)
{
	struct command command;

	(void)state;
	assert_int_equal(parse(&command, ""), 0);
	assert_int_equal(command.operands, 0);
	assert_int_equal(command.values.port, 443);
	assert_false(command.values.quiet);
	assert_null(command.values.policy);
}

static void every_type_is_read_with_a_blank_or_an_equals_sign(void **state)
{
	static const char *const lines[] = {
	        "--quiet --policy p --filename f --port 9443 --mode warn --an-option-with-a-name-so-long-that-it-fills-the-column 7",
	        "--quiet --policy=p --filename=f --port=9443 --mode=warn --an-option-with-a-name-so-long-that-it-fills-the-column=7",
	};
	struct command command;

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(lines); i++) {
		assert_int_equal(parse(&command, lines[i]), 0);
		assert_true(command.values.quiet);
		assert_string_equal(command.values.policy, "p");
		assert_int_equal(command.values.files.count, 1);
		assert_string_equal(command.values.files.items[0], "f");
		assert_int_equal(command.values.port, 9443);
		assert_int_equal(command.values.mode, 1);
		assert_int_equal(command.values.doubled, 14);
	}
}

static void short_forms_take_their_value_in_each_way(void **state)
{
	static const char *const lines[] = {"-q -f f", "-ff -q", "-f=f -q"};
	struct command command;

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(lines); i++) {
		assert_int_equal(parse(&command, lines[i]), 0);
		assert_true(command.values.quiet);
		assert_int_equal(command.values.files.count, 1);
		assert_string_equal(command.values.files.items[0], "f");
	}
}

static void operands_mix_with_options_and_keep_their_order(void **state)
{
	struct command command;

	(void)state;
	assert_int_equal(parse(&command, "a --port 1 b -q - c"), 0);
	assert_int_equal(command.operands, 4);
	assert_string_equal(command.argv[1], "a");
	assert_string_equal(command.argv[2], "b");
	assert_string_equal(command.argv[3], "-");
	assert_string_equal(command.argv[4], "c");
	assert_int_equal(command.values.port, 1);
}

static void two_dashes_end_the_options(void **state)
{
	struct command command;

	(void)state;
	assert_int_equal(parse(&command, "-q -- --port -f --"), 0);
	assert_int_equal(command.operands, 3);
	assert_string_equal(command.argv[1], "--port");
	assert_string_equal(command.argv[2], "-f");
	assert_string_equal(command.argv[3], "--");
}

static void last_of_repeated_values_counts(void **state)
{
	struct command command;

	(void)state;
	assert_int_equal(parse(&command, "--policy a --port 1 --policy b --port 2"), 0);
	assert_string_equal(command.values.policy, "b");
	assert_int_equal(command.values.port, 2);
}

static void lists_are_split_at_commas_and_add_up(void **state)
{
	static const char *const expected[] = {"a", "b", "c", "d"};
	struct command command;

	(void)state;
	assert_int_equal(parse(&command, "-f a,b --filename=c -f d"), 0);
	assert_int_equal(command.values.files.count, 4);
	for (size_t i = 0; i < KG_ARRAY_LEN(expected); i++)
		assert_string_equal(command.values.files.items[i], expected[i]);
}

static void list_over_the_maximum_is_refused(void **state)
{
	char line[TEXT_MAX / 2] = "-f x";
	struct command command;

	(void)state;
	for (int i = 1; i < KG_OPTION_STRINGS_MAX; i++)
		strcat(line, ",x");
	assert_int_equal(parse(&command, line), 0);
	assert_int_equal(command.values.files.count, KG_OPTION_STRINGS_MAX);
	strcat(line, ",x");
	assert_refused(line, "--filename: more than 64 items");
}

static void empty_item_of_a_list_is_refused(void **state)
{
	(void)state;
	assert_refused("-f a,,b", "--filename: an item of the list is empty");
	assert_refused("--filename=", "--filename: an item of the list is empty");
}

static void integers_have_bounds_that_belong_to_them(void **state)
{
	struct command command;

	(void)state;
	assert_int_equal(parse(&command, "--port -1"), 0);
	assert_int_equal(command.values.port, -1);
	assert_int_equal(parse(&command, "--port 65535"), 0);
	assert_int_equal(command.values.port, 65535);
}

static void what_is_no_integer_within_bounds_is_refused(void **state)
{
	static const char *const texts[] = {"65536", "-2", "x", "1x", "", "0x10", "1.5", "99999999999999999999", "\t1"};
	char line[64];
	char message[128];

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(texts); i++) {
		snprintf(line, sizeof(line), "--port=%s", texts[i]);
		snprintf(message, sizeof(message), "--port must be a whole number from -1 to 65535, not \"%s\"",
		         texts[i][0] == '\t' ? "?1" : texts[i]);
		assert_refused(line, message);
	}
}

static void unknown_choice_is_refused_with_the_choices(void **state)
{
	(void)state;
	assert_refused("--mode deny", "--mode must be one of enforce, warn, audit, not \"deny\"");
}

static void failed_parse_function_keeps_its_code_and_names_the_option(void **state)
{
	struct command command;

	(void)state;
	assert_refused("--an-option-with-a-name-so-long-that-it-fills-the-column 77",
	               "--an-option-with-a-name-so-long-that-it-fills-the-column: one digit is wanted");
	assert_int_equal(parse(&command, "--an-option-with-a-name-so-long-that-it-fills-the-column memory"), KG_ENOMEM);
}

static void unknown_option_is_refused_with_the_nearest(void **state)
{
	(void)state;
	assert_refused("--polcy p", "unknown option --polcy; did you mean --policy?");
	assert_refused("--polcy=secret", "unknown option --polcy; did you mean --policy?");
	assert_refused("--elsewhere", "unknown option --elsewhere");
	assert_refused("-x", "unknown option -x");
}

static void missing_value_is_refused(void **state)
{
	(void)state;
	assert_refused("--policy", "--policy needs a value");
	assert_refused("-f", "--filename needs a value");
	assert_refused("--policy --quiet", "--policy needs a value");
}

static void value_that_begins_with_dashes_needs_the_equals_sign(void **state)
{
	struct command command;

	(void)state;
	assert_int_equal(parse(&command, "--policy=--quiet"), 0);
	assert_string_equal(command.values.policy, "--quiet");
	assert_int_equal(parse(&command, "--policy="), 0);
	assert_string_equal(command.values.policy, "");
	assert_int_equal(parse(&command, "-f -"), 0);
	assert_string_equal(command.values.files.items[0], "-");
}

static void switch_takes_no_value(void **state)
{
	(void)state;
	assert_refused("--quiet=true", "--quiet takes no value");
	assert_refused("-qv", "--quiet takes no value");
}

static void empty_argv_has_no_operands(void **state)
{
	char *argv[] = {NULL};
	struct values values = {0};
	int operands = -1;

	(void)state;
	assert_int_equal(kg_options_parse(options, KG_ARRAY_LEN(options), &values, argv, &operands, NULL), 0);
	assert_int_equal(operands, 0);
}

static void help_is_aligned_and_wrapped(void **state)
{
	static const char expected[] =
	        "  -q, --quiet                    Print nothing.\n"
	        "      --policy FILE              The policy.\n"
	        "  -f, --filename PATH            What to check; may be given several times and takes lists, so that\n"
	        "                                 this text is long enough to need another line.\n"
	        "      --port N                   The port.\n"
	        "      --mode enforce|warn|audit  What to do.\n"
	        "      --an-option-with-a-name-so-long-that-it-fills-the-column DIGIT\n"
	        "                                 A digit.\n";
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	(void)state;
	assert_non_null(out);
	kg_options_help(options, KG_ARRAY_LEN(options), out);
	assert_int_equal(fclose(out), 0);
	assert_string_equal(text, expected);
	free(text);
}

static void help_keeps_a_word_that_is_wider_than_a_line(void **state)
{
	char help[140];
	struct kg_option option = {.name = "x", .type = KG_OPTION_SWITCH, .help = help};
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	(void)state;
	assert_non_null(out);
	memset(help, 'w', sizeof(help));
	memcpy(help + 120, " and the rest", 14);
	kg_options_help(&option, 1, out);
	assert_int_equal(fclose(out), 0);
	assert_string_equal(strchr(text, '\n'), "\n           and the rest\n");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(nothing_given_leaves_the_defaults),
	        cmocka_unit_test(every_type_is_read_with_a_blank_or_an_equals_sign),
	        cmocka_unit_test(short_forms_take_their_value_in_each_way),
	        cmocka_unit_test(operands_mix_with_options_and_keep_their_order),
	        cmocka_unit_test(two_dashes_end_the_options),
	        cmocka_unit_test(last_of_repeated_values_counts),
	        cmocka_unit_test(lists_are_split_at_commas_and_add_up),
	        cmocka_unit_test(list_over_the_maximum_is_refused),
	        cmocka_unit_test(empty_item_of_a_list_is_refused),
	        cmocka_unit_test(integers_have_bounds_that_belong_to_them),
	        cmocka_unit_test(what_is_no_integer_within_bounds_is_refused),
	        cmocka_unit_test(unknown_choice_is_refused_with_the_choices),
	        cmocka_unit_test(failed_parse_function_keeps_its_code_and_names_the_option),
	        cmocka_unit_test(unknown_option_is_refused_with_the_nearest),
	        cmocka_unit_test(missing_value_is_refused),
	        cmocka_unit_test(value_that_begins_with_dashes_needs_the_equals_sign),
	        cmocka_unit_test(switch_takes_no_value),
	        cmocka_unit_test(empty_argv_has_no_operands),
	        cmocka_unit_test(help_is_aligned_and_wrapped),
	        cmocka_unit_test(help_keeps_a_word_that_is_wider_than_a_line),
	};

	return cmocka_run_group_tests_name("option", tests, NULL, NULL);
}
