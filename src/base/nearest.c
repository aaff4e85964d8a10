#include "kedagate/base/nearest.h"

#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

enum { WORD_MAX = 64, AFFIX_MAX = 4, AFFIX_WORD_MIN = 3 };

static char lower(char letter)
{
	return letter >= 'A' && letter <= 'Z' ? (char)(letter - 'A' + 'a') : letter;
}

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* The distance between the first `i` letters of `a` and the first `j` of `b`, i and j > 0, from the smaller ones in `table`. */
static unsigned char one_distance(unsigned char table[][WORD_MAX + 1], const char *a, size_t i, const char *b, size_t j)
{
	bool same = lower(a[i - 1]) == lower(b[j - 1]);
	unsigned edits = table[i - 1][j - 1] + (same ? 0u : 1u);

	edits = least(edits, table[i - 1][j] + 1u);
	edits = least(edits, table[i][j - 1] + 1u);
	if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]))
		edits = least(edits, table[i - 2][j - 2] + 1u);
	return (unsigned char)edits;
}

/* Optimal string alignment: no part of a text is edited twice. */
unsigned kg_edit_distance(const char *a, const char *b)
{
	size_t a_length = strnlen(a, WORD_MAX + 1);
	size_t b_length = strnlen(b, WORD_MAX + 1);
	unsigned char table[WORD_MAX + 1][WORD_MAX + 1];

	if (a_length > WORD_MAX || b_length > WORD_MAX)
		return UINT_MAX;
	for (size_t i = 0; i <= a_length; i++)
		table[i][0] = (unsigned char)i;
	for (size_t j = 0; j <= b_length; j++)
		table[0][j] = (unsigned char)j;
	for (size_t i = 1; i <= a_length; i++) {
		for (size_t j = 1; j <= b_length; j++)
			table[i][j] = one_distance(table, a, i, b, j);
	}
	return table[a_length][b_length];
}

/* True when `longer` is `word` with a few letters before or behind it. */
static bool has_affix(const char *longer, const char *word)
{
	size_t length = strlen(word);
	size_t more = strlen(longer) - length;

	if (length < AFFIX_WORD_MIN || more > AFFIX_MAX)
		return false;
	return strncasecmp(longer, word, length) == 0 || strcasecmp(longer + more, word) == 0;
}

static bool is_near(const char *wanted, const char *candidate, unsigned distance)
{
	size_t wanted_length = strlen(wanted);
	size_t candidate_length = strlen(candidate);
	size_t longer = wanted_length > candidate_length ? wanted_length : candidate_length;
	size_t allowed = longer / 3;

	if (allowed < 1)
		allowed = 1;
	if (allowed > 4)
		allowed = 4;
	if (distance <= allowed)
		return true;
	return candidate_length > wanted_length ? has_affix(candidate, wanted) : has_affix(wanted, candidate);
}

void kg_nearest_init(struct kg_nearest *nearest, const char *wanted)
{
	*nearest = (struct kg_nearest){.wanted = wanted, .distance = UINT_MAX};
}

void kg_nearest_try(struct kg_nearest *nearest, const char *candidate)
{
	unsigned distance = kg_edit_distance(nearest->wanted, candidate);

	if (distance >= nearest->distance || !is_near(nearest->wanted, candidate, distance))
		return;
	nearest->best = candidate;
	nearest->distance = distance;
}
