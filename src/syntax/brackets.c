#include "kedagate/syntax/brackets.h"

#include <string.h>

enum { OPEN_MAX = 256 };

struct open_brackets {
	const char *query;
	size_t count;
	size_t offsets[OPEN_MAX];
};

static bool fail(const char *query, size_t offset, bool unclosed, struct kg_brackets_fault *ret_fault)
{
	*ret_fault = (struct kg_brackets_fault){.byte = query[offset], .offset = offset, .unclosed = unclosed};
	return false;
}

/* The offset behind the string that begins at `offset`; 0 when it is not closed. */
static size_t skip_string(const char *query, size_t offset)
{
	char quote = query[offset++];

	for (; query[offset] != '\0'; offset++) {
		if (query[offset] == quote)
			return offset + 1;
		if (quote == '`')
			continue;
		if (query[offset] == '\n')
			return 0;
		if (query[offset] == '\\' && query[++offset] == '\0')
			return 0;
	}
	return 0;
}

static bool closes(const struct open_brackets *open, char bracket)
{
	char opening = bracket == ')' ? '(' : bracket == ']' ? '[' : '{';

	return open->count > 0 && open->query[open->offsets[open->count - 1]] == opening;
}

bool kg_brackets_balanced(const char *query, struct kg_brackets_fault *ret_fault)
{
	struct open_brackets open;
	size_t offset = 0;

	open.query = query;
	open.count = 0;
	while (query[offset] != '\0') {
		size_t start = offset;

		switch (query[offset++]) {
		case '"':
		case '\'':
		case '`':
			offset = skip_string(query, start);
			if (offset == 0)
				return fail(query, start, true, ret_fault);
			break;
		case '#':
			offset += strcspn(query + offset, "\r\n");
			break;
		case '(':
		case '[':
		case '{':
			if (open.count == OPEN_MAX)
				return true;
			open.offsets[open.count++] = start;
			break;
		case ')':
		case ']':
		case '}':
			if (!closes(&open, query[start]))
				return fail(query, start, false, ret_fault);
			open.count--;
			break;
		default:
			break;
		}
	}
	return open.count == 0 || fail(query, open.offsets[open.count - 1], true, ret_fault);
}
