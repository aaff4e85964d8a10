/*
 * What is malformed in an object, as text to compare.
 */
#pragma once

#include "fixture.h"

#include "kedagate/syntax/version.h"

static inline const char *version_or_nothing(uint32_t version, char out[KG_VERSION_TEXT_MAX])
{
	return version != 0 ? kg_version_text(version, out) : "";
}

/* A line for each: "path: kind expected, actual since-until". */
static inline const char *malformed_of(struct fixture *f, const struct kg_object *object)
{
	static const char *const kinds[] = {"type", "required", "value", "range", "nul"};
	const char *out = "";

	for (size_t i = 0; i < object->malformed_count; i++) {
		const struct kg_malformed *malformed = &object->malformed[i];
		char since[KG_VERSION_TEXT_MAX];
		char until[KG_VERSION_TEXT_MAX];

		out = kg_arena_printf(&f->arena, "%s%s: %s %s, %s %s-%s\n", out, malformed->path, kinds[malformed->kind],
		                      malformed->expected, malformed->actual != NULL ? malformed->actual : "-",
		                      version_or_nothing(malformed->since, since), version_or_nothing(malformed->until, until));
	}
	return out;
}
