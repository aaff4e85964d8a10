#include "kedagate/syntax/base64.h"

#include <stddef.h>
#include <string.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static size_t padding_of(struct kg_slice text)
{
	size_t padding = 0;

	while (padding < 2 && padding < text.length && text.start[text.length - 1 - padding] == '=')
		padding++;
	return padding;
}

bool kg_base64_valid(struct kg_slice text)
{
	size_t padding = padding_of(text);

	for (size_t i = 0; i + padding < text.length; i++) {
		if (text.start[i] == '\0' || !strchr(alphabet, text.start[i]))
			return false;
	}
	return text.length % 4 == 0;
}

bool kg_base64_holds(struct kg_slice text, char byte)
{
	size_t length = text.length - padding_of(text);
	unsigned bits = 0;

	if (!kg_base64_valid(text))
		return false;
	for (size_t i = 0; i < length; i++) {
		bits = (bits << 6 | (unsigned)(strchr(alphabet, text.start[i]) - alphabet)) & 0xffff;
		/* The first letter of four completes no byte; the others leave 4, 2 and 0 bits of the next one. */
		if (i % 4 > 0 && (bits >> (6 - 2 * (i % 4)) & 0xff) == (unsigned char)byte)
			return true;
	}
	return false;
}
