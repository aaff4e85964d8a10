#include "model/text.h"

#include <string.h>

size_t kg_text_mark_length(const char *bytes, size_t length)
{
	static const char mark[] = "\xEF\xBB\xBF";

	return length >= strlen(mark) && memcmp(bytes, mark, strlen(mark)) == 0 ? strlen(mark) : 0;
}

struct kg_position kg_text_position(const char *bytes, size_t length, size_t offset)
{
	struct kg_position position = {.line = 1, .column = 1};
	size_t end = offset < length ? offset : length;

	for (size_t i = 0; i < end; i++) {
		if (kg_text_line_ends_at(bytes, length, i)) {
			position.line++;
			position.column = 1;
		} else {
			position.column++;
		}
	}
	return position;
}
