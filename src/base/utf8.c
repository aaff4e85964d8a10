#include "kedagate/base/utf8.h"

enum { SEQUENCE_MAX = 4 };

/* RFC 3629 section 4. The second byte's bounds exclude overlong forms, surrogates and what lies past U+10FFFF. */
struct lead {
	unsigned char first, last;
	unsigned char second_low, second_high;
	unsigned char length;
};

/* clang-format off */
static const struct lead leads[] = {
	{0x00, 0x7f, 0x00, 0x00, 1},
	{0xc2, 0xdf, 0x80, 0xbf, 2},
	{0xe0, 0xe0, 0xa0, 0xbf, 3},
	{0xe1, 0xec, 0x80, 0xbf, 3},
	{0xed, 0xed, 0x80, 0x9f, 3},
	{0xee, 0xef, 0x80, 0xbf, 3},
	{0xf0, 0xf0, 0x90, 0xbf, 4},
	{0xf1, 0xf3, 0x80, 0xbf, 4},
	{0xf4, 0xf4, 0x80, 0x8f, 4},
};
/* clang-format on */

static const struct lead *find_lead(unsigned char byte)
{
	for (size_t i = 0; i < KG_ARRAY_LEN(leads); i++) {
		if (byte >= leads[i].first && byte <= leads[i].last)
			return &leads[i];
	}
	return NULL;
}

static bool is_continuation(char byte)
{
	return ((unsigned char)byte & 0xc0) == 0x80;
}

size_t kg_utf8_character(const char *text, size_t length)
{
	const struct lead *lead = length > 0 ? find_lead((unsigned char)text[0]) : NULL;

	if (lead == NULL || lead->length > length)
		return 0;
	if (lead->length == 1)
		return 1;
	if ((unsigned char)text[1] < lead->second_low || (unsigned char)text[1] > lead->second_high)
		return 0;
	for (size_t i = 2; i < lead->length; i++) {
		if (!is_continuation(text[i]))
			return 0;
	}
	return lead->length;
}

/* How many bytes from the start are valid. */
KG_PURE static size_t valid_length(const char *text, size_t length)
{
	size_t at = 0;

	while (at < length) {
		size_t character = kg_utf8_character(text + at, length - at);

		if (character == 0)
			break;
		at += character;
	}
	return at;
}

bool kg_utf8_is_valid(const char *text, size_t length)
{
	return valid_length(text, length) == length;
}

size_t kg_utf8_cut(const char *text, size_t length, size_t max)
{
	if (length <= max)
		return length;
	for (size_t back = 1; back < SEQUENCE_MAX && back <= max; back++) {
		if (kg_utf8_character(text + max - back, length - max + back) > back)
			return max - back;
	}
	return max;
}

void kg_utf8_append_valid(struct kg_buf *out, const char *text, size_t length)
{
	for (;;) {
		size_t valid = valid_length(text, length);

		kg_buf_append(out, text, valid);
		if (valid == length)
			return;
		kg_buf_puts(out, "\xef\xbf\xbd");
		text += valid + 1;
		length -= valid + 1;
	}
}

uint32_t kg_utf8_code_point(const char *character, size_t length)
{
	/* Of the first byte, by the length of the character. */
	static const unsigned char value_bits[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
	uint32_t point = (unsigned char)character[0] & value_bits[length];

	for (size_t i = 1; i < length; i++)
		point = point << 6 | ((unsigned char)character[i] & 0x3fu);
	return point;
}

struct range {
	uint32_t first, last;
};

/* clang-format off */
static const struct range unprintable[] = {
	{0x00, 0x1f}, {0x7f, 0x9f}, {0xad, 0xad}, {0x061c, 0x061c}, {0x180e, 0x180e}, {0x200b, 0x200f}, {0x2028, 0x202e},
	{0x2060, 0x206f}, {0xfeff, 0xfeff}, {0xfff9, 0xfffb},
};
/* clang-format on */

bool kg_utf8_is_printable(uint32_t code_point)
{
	for (size_t i = 0; i < KG_ARRAY_LEN(unprintable); i++) {
		if (code_point >= unprintable[i].first && code_point <= unprintable[i].last)
			return false;
	}
	return true;
}

/* How many bytes from the start are printable ASCII, as nearly all are. */
KG_PURE static size_t plain_length(const char *text, size_t length)
{
	size_t at = 0;

	while (at < length && text[at] >= ' ' && text[at] <= '~')
		at++;
	return at;
}

/* Append the character, or the stray byte, that `text` begins with. Returns how many bytes it took. */
static size_t append_one_printable(struct kg_buf *out, const char *text, size_t length)
{
	size_t character = kg_utf8_character(text, length);

	if (character == 0 || !kg_utf8_is_printable(kg_utf8_code_point(text, character)))
		kg_buf_putc(out, '?');
	else
		kg_buf_append(out, text, character);
	return character > 0 ? character : 1;
}

void kg_utf8_append_printable(struct kg_buf *out, const char *text, size_t length)
{
	for (;;) {
		size_t taken = plain_length(text, length);

		kg_buf_append(out, text, taken);
		if (taken == length)
			return;
		taken += append_one_printable(out, text + taken, length - taken);
		text += taken;
		length -= taken;
	}
}
