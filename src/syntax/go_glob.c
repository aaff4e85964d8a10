#include "kedagate/syntax/go_glob.h"

#include <stddef.h>
#include <string.h>

/* Length of the UTF-8 character at `at`, which is not the end. */
static size_t character_length(const char *at)
{
	size_t length = 1;

	while (((unsigned char)at[length] & 0xC0) == 0x80)
		length++;
	return length;
}

/* The order of UTF-8 texts is that of their code points. */
static bool in_order(const char *low, const char *high)
{
	size_t low_length = character_length(low);
	size_t high_length = character_length(high);

	return low_length < high_length || (low_length == high_length && memcmp(low, high, low_length) <= 0);
}

/* `at` is behind the "[" and a "!"; returns what follows the "]", NULL when it is no set. A range is one character, "-" and another, whatever they
 * are; in a list a backslash takes the next character as it is. */
static const char *skip_set(const char *at)
{
	const char *end = at;

	if (*at == '\0')
		return NULL;
	end += character_length(at);
	if (*end == '-') {
		const char *high = end + 1;

		if (*high == '\0' || !in_order(at, high))
			return NULL;
		end = high + character_length(high);
		return *end == ']' ? end + 1 : NULL;
	}
	for (end = at; *end != '\0' && *end != ']'; end++)
		end += *end == '\\' && end[1] != '\0';
	return *end == ']' && end > at ? end + 1 : NULL;
}

bool kg_go_glob_valid(const char *pattern)
{
	while (pattern && *pattern != '\0') {
		if (*pattern == '\\' && pattern[1] != '\0')
			pattern += 2;
		else if (*pattern == '[')
			pattern = skip_set(pattern[1] == '!' ? pattern + 2 : pattern + 1);
		else
			pattern++;
	}
	return pattern;
}
