#include "kedagate/syntax/text.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "kedagate/base/compiler.h"

struct kg_slice kg_slice_of(const char *text)
{
	if (!text)
		return (struct kg_slice){"", 0};
	return (struct kg_slice){text, strlen(text)};
}

bool kg_slice_equal(struct kg_slice slice, const char *text)
{
	/* The slice may hold a NUL: strncmp would end there. */
	return strlen(text) == slice.length && memcmp(slice.start, text, slice.length) == 0;
}

static char lower(char byte)
{
	return byte >= 'A' && byte <= 'Z' ? (char)(byte - 'A' + 'a') : byte;
}

bool kg_slice_equal_nocase(struct kg_slice slice, const char *text)
{
	for (size_t i = 0; i < slice.length; i++) {
		if (text[i] == '\0' || lower(slice.start[i]) != lower(text[i]))
			return false;
	}
	return text[slice.length] == '\0';
}

/* Unicode's White_Space beyond ASCII, encoded. */
static const char *const wide_spaces[] = {
        "\xc2\x85", "\u00a0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003", "\u2004", "\u2005", "\u2006",
        "\u2007",   "\u2008", "\u2009", "\u200a", "\u2028", "\u2029", "\u202f", "\u205f", "\u3000",
};

static bool is_ascii_space(char byte)
{
	return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

/* The length of the white space that begins (or, with `at_end`, ends) the slice; 0 when none does. */
static size_t space_length(struct kg_slice slice, bool at_end)
{
	const char *byte = at_end ? slice.start + slice.length - 1 : slice.start;

	if (slice.length == 0)
		return 0;
	if ((unsigned char)*byte < 0x80)
		return is_ascii_space(*byte) ? 1 : 0;
	for (size_t i = 0; i < KG_ARRAY_LEN(wide_spaces); i++) {
		size_t length = strlen(wide_spaces[i]);

		if (length > slice.length)
			continue;
		if (memcmp(at_end ? slice.start + slice.length - length : slice.start, wide_spaces[i], length) == 0)
			return length;
	}
	return 0;
}

struct kg_slice kg_slice_trim(struct kg_slice slice)
{
	size_t length;

	while ((length = space_length(slice, false)) > 0) {
		slice.start += length;
		slice.length -= length;
	}
	while ((length = space_length(slice, true)) > 0)
		slice.length -= length;
	return slice;
}

bool kg_text_blank(const char *text)
{
	/* Most texts begin with something to be seen. */
	if (text && *text > ' ' && *text < 0x7f)
		return false;
	return kg_slice_trim(kg_slice_of(text)).length == 0;
}

bool kg_slice_among(struct kg_slice slice, const char *const *names)
{
	for (; names && *names; names++) {
		if (kg_slice_equal(slice, *names))
			return true;
	}
	return false;
}

struct kg_list kg_list_of(struct kg_slice text, char separator)
{
	return (struct kg_list){.rest = text, .separator = separator};
}

bool kg_list_next(struct kg_list *list, struct kg_slice *ret_element)
{
	struct kg_slice element = list->rest;
	const char *end;

	if (list->ended)
		return false;
	end = memchr(element.start, list->separator, element.length);
	if (end) {
		element.length = (size_t)(end - element.start);
		list->rest.start = end + 1;
		list->rest.length -= element.length + 1;
	} else {
		list->ended = true;
	}
	*ret_element = kg_slice_trim(element);
	return true;
}
