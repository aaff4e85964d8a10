#include "policy/coverage.h"

#include <string.h>

#include "kedagate/syntax/glob.h"

/*
 * Matching the narrow glob as if it were a text: its wildcards must then be taken by wildcards of the wide one. `*` takes anything that either may
 * stand for; `?` takes one byte, so a `*` must not be left to it.
 */
static bool glob_covers(const char *wide, const char *narrow)
{
	return kg_glob_match(wide, narrow) && (!strchr(wide, '?') || !strchr(narrow, '*'));
}

static bool some_glob_covers(const struct kg_strings *wide, const char *narrow)
{
	for (size_t i = 0; i < wide->count; i++)
		if (glob_covers(wide->items[i], narrow))
			return true;
	return false;
}

/* No globs at all match everything. */
static bool globs_cover(const struct kg_strings *wide, const struct kg_strings *narrow)
{
	if (wide->count == 0)
		return true;
	for (size_t i = 0; i < narrow->count; i++)
		if (!some_glob_covers(wide, narrow->items[i]))
			return false;
	return narrow->count > 0;
}

static bool labels_cover(const struct kg_pairs *wide, const struct kg_pairs *narrow)
{
	for (size_t i = 0; i < wide->count; i++) {
		const char *glob = kg_pairs_get(narrow, wide->items[i].key);

		if (!glob || !glob_covers(wide->items[i].value, glob))
			return false;
	}
	return true;
}

static unsigned kinds_of(const struct kg_scope *scope)
{
	return scope->kinds ? scope->kinds : KG_KINDS_ALL;
}

bool kg_scope_covers(const struct kg_scope *wide, const struct kg_scope *narrow)
{
	return (kinds_of(narrow) & ~kinds_of(wide)) == 0 && globs_cover(&wide->namespaces, &narrow->namespaces) &&
	       globs_cover(&wide->names, &narrow->names) && labels_cover(&wide->labels, &narrow->labels);
}
