#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "kedagate/base/nearest.h"

static void distance_counts_edits(void **state)
{
	static const struct {
		const char *a, *b;
		unsigned expected;
	} rows[] = {
	        {"", "", 0},
	        {"abc", "", 3},
	        {"", "abc", 3},
	        {"abc", "abc", 0},
	        {"abc", "ABC", 0},
	        {"abc", "abd", 1},
	        {"abc", "abcd", 1},
	        {"abcd", "abc", 1},
	        {"abcd", "acbd", 1},
	        {"AbCd", "aCbd", 1},
	        {"ca", "abc", 3},
	        {"kitten", "sitting", 3},
	        {"promethues", "prometheus", 1},
	        {"flaw", "lawn", 2},
	};

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(rows); i++) {
		assert_int_equal(kg_edit_distance(rows[i].a, rows[i].b), rows[i].expected);
		assert_int_equal(kg_edit_distance(rows[i].b, rows[i].a), rows[i].expected);
	}
}

static void texts_over_64_bytes_are_far_apart(void **state)
{
	char text[66];

	(void)state;
	memset(text, 'a', sizeof(text) - 1);
	text[65] = '\0';
	assert_int_equal(kg_edit_distance(text, text), UINT_MAX);
	assert_int_equal(kg_edit_distance("", text), UINT_MAX);
	text[64] = '\0';
	assert_int_equal(kg_edit_distance(text, text), 0);
	assert_int_equal(kg_edit_distance(text, ""), 64);
}

/* The best of `words`, which ends with NULL. */
static const char *nearest_of(const char *wanted, const char *const *words)
{
	struct kg_nearest nearest;

	kg_nearest_init(&nearest, wanted);
	for (; *words != NULL; words++)
		kg_nearest_try(&nearest, *words);
	return nearest.best;
}

static void nearest_word_wins(void **state)
{
	static const char *const words[] = {"kafka", "prometheus", "postgresql", "cron", NULL};

	(void)state;
	assert_string_equal(nearest_of("promethues", words), "prometheus");
	assert_string_equal(nearest_of("PostgresQL", words), "postgresql");
	assert_string_equal(nearest_of("corn", words), "cron");
}

static void nothing_is_near_a_different_word(void **state)
{
	static const char *const words[] = {"kafka", "prometheus", "cron", NULL};

	(void)state;
	assert_null(nearest_of("rabbitmq", words));
	assert_null(nearest_of("", words));
	assert_null(nearest_of("crxx", words));
}

static void allowed_distance_grows_with_the_word_up_to_four(void **state)
{
	static const struct {
		const char *wanted, *word;
		int is_near;
	} rows[] = {
	        {"ab", "xb", 1},
	        {"ab", "xy", 0},
	        {"abcdef", "xycdef", 1},
	        {"abcdef", "xyzdef", 0},
	        {"abcdefghijklmno", "wxyzefghijklmno", 1},
	        {"abcdefghijklmno", "vwxyzfghijklmno", 0},
	};

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(rows); i++) {
		const char *const words[] = {rows[i].word, NULL};

		assert_int_equal(nearest_of(rows[i].wanted, words) != NULL, rows[i].is_near);
	}
}

static void short_prefix_or_suffix_is_near(void **state)
{
	static const struct {
		const char *wanted, *word;
		int is_near;
	} rows[] = {
	        {"url", "hostUrl", 1}, {"hostUrl", "URL", 1}, {"cert", "certFile", 1}, {"cert", "certFiles", 0},
	        {"min", "minimum", 1}, {"mi", "minimum", 0},  {"ab", "abcd", 0},       {"url", "aurlb", 0},
	};

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(rows); i++) {
		const char *const words[] = {rows[i].word, NULL};

		assert_int_equal(nearest_of(rows[i].wanted, words) != NULL, rows[i].is_near);
	}
}

static void first_of_equally_near_words_stays(void **state)
{
	static const char *const words[] = {"cat", "bat", "hat", NULL};

	(void)state;
	assert_string_equal(nearest_of("xat", words), "cat");
	assert_string_equal(nearest_of("hat", words), "hat");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(distance_counts_edits),
	        cmocka_unit_test(texts_over_64_bytes_are_far_apart),
	        cmocka_unit_test(nearest_word_wins),
	        cmocka_unit_test(nothing_is_near_a_different_word),
	        cmocka_unit_test(allowed_distance_grows_with_the_word_up_to_four),
	        cmocka_unit_test(short_prefix_or_suffix_is_near),
	        cmocka_unit_test(first_of_equally_near_words_stays),
	};

	return cmocka_run_group_tests_name("nearest", tests, NULL, NULL);
}
