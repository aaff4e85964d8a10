#include "resolve/given.h"

#include "kedagate/base/err.h"
#include "kedagate/syntax/text.h"

int kg_given_text(struct kg_arena *arena, const char *text, struct kg_given *ret_given)
{
	struct kg_slice trimmed = kg_slice_trim(kg_slice_of(text));
	const char *value = text;

	if (trimmed.length == 0) {
		*ret_given = (struct kg_given){.state = KG_PARAM_ABSENT, .spaced = text && *text};
		return 0;
	}
	if (trimmed.start != text || text[trimmed.length] != '\0')
		value = kg_arena_strndup(arena, trimmed.start, trimmed.length);
	if (!value)
		return KG_ENOMEM;
	*ret_given = (struct kg_given){KG_PARAM_KNOWN, value, value != text};
	return 0;
}
