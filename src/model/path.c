#include <string.h>

#include "kedagate/model/object.h"

/* Can `key` stand behind a dot and be told from what follows it? */
static bool is_plain(const char *key)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";

	return *key != '\0' && key[strspn(key, plain)] == '\0';
}

const char *kg_path_key(struct kg_arena *arena, const char *parent, const char *key)
{
	if (!is_plain(key))
		return kg_arena_printf(arena, "%s[%s]", parent, key);
	return kg_arena_printf(arena, "%s%s%s", parent, *parent != '\0' ? "." : "", key);
}
