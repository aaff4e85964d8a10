#include "kedagate/syntax/pem.h"

#include <string.h>

#include "kedagate/syntax/text.h"

bool kg_pem_has_block(const char *text, const char *type)
{
	static const char armour[] = "-----BEGIN ";
	struct kg_list lines = kg_list_of(kg_slice_of(text), '\n');
	struct kg_slice line;
	size_t type_length = strlen(type);

	while (kg_list_next(&lines, &line)) {
		const char *end;

		if (line.length < sizeof(armour) - 1 || memcmp(line.start, armour, sizeof(armour) - 1) != 0)
			continue;
		line.start += sizeof(armour) - 1;
		line.length -= sizeof(armour) - 1;
		end = memmem(line.start, line.length, "-----", 5);
		if (end && (size_t)(end - line.start) >= type_length && memcmp(end - type_length, type, type_length) == 0)
			return true;
	}
	return false;
}
