#include "kedagate/syntax/version.h"

#include <stdbool.h>
#include <stdio.h>

/* Each part has ten bits in the number. */
enum { PART_MAX = 1023 };

static bool read_part(const char **cursor, uint32_t *ret_part)
{
	const char *digit = *cursor;
	uint32_t part = 0;

	if (*digit < '0' || *digit > '9')
		return false;
	while (*digit >= '0' && *digit <= '9') {
		part = part * 10 + (uint32_t)(*digit++ - '0');
		if (part > PART_MAX)
			return false;
	}
	*cursor = digit;
	*ret_part = part;
	return true;
}

static bool read_version(const char *text, uint32_t *ret_version)
{
	uint32_t major;
	uint32_t minor;
	uint32_t patch = 0;

	if (*text == 'v')
		text++;
	if (!read_part(&text, &major) || *text++ != '.' || !read_part(&text, &minor))
		return false;
	if (*text == '.') {
		text++;
		if (!read_part(&text, &patch))
			return false;
	}
	*ret_version = KG_VERSION(major, minor, patch);
	return *text == '\0' && *ret_version != 0;
}

int kg_version_parse(const char *text, uint32_t *ret_version, struct kg_err *err)
{
	uint32_t version;

	if (!read_version(text, &version))
		return kg_err_set(err, KG_EINVAL, "\"%.32s\" is no KEDA version: write one such as 2.20.2", text);
	*ret_version = version;
	return 0;
}

const char *kg_version_text(uint32_t version, char out[KG_VERSION_TEXT_MAX])
{
	(void)snprintf(out, KG_VERSION_TEXT_MAX, "%u.%u.%u", version >> 20, version >> 10 & PART_MAX, version & PART_MAX);
	return out;
}
