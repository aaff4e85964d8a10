#include "kedagate/model/lines.h"

#include "model/text.h"

static size_t count_lines(const char *bytes, size_t length)
{
	size_t count = 1;

	for (size_t i = 0; i < length; i++)
		count += kg_text_line_ends_at(bytes, length, i);
	return count;
}

int kg_lines_find(const char *bytes, size_t length, struct kg_arena *arena, struct kg_lines *out)
{
	size_t *starts = kg_arena_calloc(arena, count_lines(bytes, length), sizeof(*starts));
	size_t count = 1;

	if (starts == NULL)
		return KG_ENOMEM;
	for (size_t i = 0; i < length; i++) {
		if (kg_text_line_ends_at(bytes, length, i))
			starts[count++] = i + 1;
	}
	*out = (struct kg_lines){.starts = starts, .count = count};
	return 0;
}

struct kg_position kg_lines_position(const struct kg_lines *lines, size_t offset)
{
	size_t first = 0;
	size_t last = lines->count - 1;

	/* The last line that does not begin behind the offset. */
	while (first < last) {
		size_t middle = last - (last - first) / 2;

		if (lines->starts[middle] <= offset)
			first = middle;
		else
			last = middle - 1;
	}
	return (struct kg_position){.line = (unsigned)first + 1, .column = (unsigned)(offset - lines->starts[first]) + 1};
}
