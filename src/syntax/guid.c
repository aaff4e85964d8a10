#include "kedagate/syntax/guid.h"

#include <ctype.h>
#include <stddef.h>

bool kg_guid_valid(const char *text)
{
	static const char pattern[] = "hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh";
	size_t i;

	if (!text)
		return false;
	for (i = 0; pattern[i] != '\0'; i++) {
		if (pattern[i] == '-' ? text[i] != '-' : !isxdigit((unsigned char)text[i]))
			return false;
	}
	return text[i] == '\0';
}
