#include "kedagate/model/base64.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "kedagate/base/err.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

enum { GROUP = 4, PADDING_MAX = 2 };

/* Take the next group of four, line breaks left out. Returns the bytes that it stands for; 0 at the end of the text, -1 when it is malformed. */
static int next_group(const char **at, unsigned char out[3])
{
	uint32_t bits = 0;
	int digits = 0;
	int padding = 0;

	for (; **at != '\0' && digits + padding < GROUP; (*at)++) {
		const char *digit = strchr(alphabet, **at);

		if (**at == '\r' || **at == '\n')
			continue;
		if (**at == '=')
			padding++;
		else if (digit == NULL || padding > 0)
			return -1;
		else
			digits++;
		bits = bits << 6 | (digit != NULL ? (uint32_t)(digit - alphabet) : 0);
	}
	if (digits + padding == 0)
		return 0;
	if (digits + padding < GROUP || padding > PADDING_MAX)
		return -1;
	out[0] = (unsigned char)(bits >> 16);
	out[1] = (unsigned char)(bits >> 8);
	out[2] = (unsigned char)bits;
	return digits - 1;
}

int kg_base64_decode(const char *text, struct kg_arena *arena, const char **ret_bytes, size_t *ret_length)
{
	char *bytes = kg_arena_alloc(arena, strlen(text) / GROUP * 3 + 1);
	size_t length = 0;
	unsigned char group[3];
	int taken;

	if (bytes == NULL)
		return KG_ENOMEM;
	while ((taken = next_group(&text, group)) > 0) {
		memcpy(bytes + length, group, (size_t)taken);
		length += (size_t)taken;
		if (taken < 3)
			break;
	}
	/* Nothing but line breaks may follow the padding. */
	if (taken < 0 || text[strspn(text, "\r\n")] != '\0')
		return KG_EINVAL;
	bytes[length] = '\0';
	*ret_bytes = bytes;
	*ret_length = length;
	return 0;
}
