#include "kedagate/syntax/glob.h"

#include <stddef.h>

bool kg_glob_match(const char *pattern, const char *text)
{
	const char *after_star = NULL; /* of the last `*` seen */
	const char *retry = NULL;      /* where in `text` that star would have to stop next */

	/* Only the last star needs a second try: whatever an earlier one could still take, the last one can take as well. */
	while (*text != '\0') {
		if (*pattern == '*') {
			after_star = ++pattern;
			retry = text;
		} else if (*pattern == '?' || *pattern == *text) {
			pattern++;
			text++;
		} else if (after_star) {
			pattern = after_star;
			text = ++retry;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return *pattern == '\0';
}
