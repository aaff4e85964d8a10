#include "kube/page.h"

#include <string.h>

#include "kedagate/base/err.h"
#include "kedagate/base/limits.h"

/* Where items stand: the list is at 1, its items' array at 2, an item at 3. */
enum { LIST_DEPTH = 1, ARRAY_DEPTH = 2, ITEM_DEPTH = 3 };

void kg_page_init(struct kg_machine_page *page)
{
	*page = (struct kg_machine_page){0};
	kg_buf_init(&page->envelope, KG_MAX_LIST_ENVELOPE_BYTES);
	kg_buf_init(&page->item, KG_MAX_CLUSTER_OBJECT_BYTES);
}

void kg_page_release(struct kg_machine_page *page)
{
	kg_buf_release(&page->envelope);
	kg_buf_release(&page->item);
}

void kg_page_reset(struct kg_machine_page *page)
{
	kg_page_release(page);
	kg_page_init(page);
}

static bool is_space(char byte)
{
	return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

/* Whether the text ends with the key "items" and its colon. An inner quote of a longer key has a backslash before it. */
static bool ends_with_items_key(const struct kg_buf *text)
{
	static const char key[] = "\"items\"";
	const char *data = kg_buf_text(text);
	size_t length = text->length;

	while (length > 0 && is_space(data[length - 1]))
		length--;
	if (length == 0 || data[--length] != ':')
		return false;
	while (length > 0 && is_space(data[length - 1]))
		length--;
	if (length < sizeof(key) || memcmp(data + length - (sizeof(key) - 1), key, sizeof(key) - 1) != 0)
		return false;
	return data[length - sizeof(key)] != '\\';
}

/* Bytes from `start` up to `end` belong to what is being read. */
static void keep(struct kg_machine_page *page, const char *start, const char *end)
{
	if (page->in_item)
		kg_buf_append(&page->item, start, (size_t)(end - start));
	else if (!page->in_items)
		kg_buf_append(&page->envelope, start, (size_t)(end - start));
}

/* A byte of a string; true while it goes on. */
static void read_string_byte(struct kg_machine_page *page, char byte)
{
	if (page->escaped)
		page->escaped = false;
	else if (byte == '\\')
		page->escaped = true;
	else if (byte == '"')
		page->in_string = false;
}

static void hand_over_item(struct kg_machine_page *page, kg_page_item *item, void *context)
{
	bool fits = kg_buf_status(&page->item) == 0;

	item(context, fits ? page->item.data : NULL, fits ? page->item.length : 0);
	if (page->item.capacity > KG_KEEP_ARENA_BYTES)
		kg_buf_release(&page->item);
	kg_buf_clear(&page->item);
}

/* A bracket at `at` opens; *start is where what is not kept yet begins. */
static int open_bracket(struct kg_machine_page *page, const char *at, const char **start)
{
	page->depth++;
	if (page->in_items) {
		if (page->in_item || (page->depth == ITEM_DEPTH && *at == '{')) {
			*start = page->in_item ? *start : at;
			page->in_item = true;
			return 0;
		}
		return KG_EINVAL;
	}
	if (page->depth != ARRAY_DEPTH || *at != '[')
		return 0;
	keep(page, *start, at);
	page->in_items = ends_with_items_key(&page->envelope);
	*start = at;
	if (page->in_items) {
		kg_buf_putc(&page->envelope, '[');
		*start = at + 1;
	}
	return 0;
}

/* A bracket at `at` closes. True when it closes an item. */
static bool close_bracket(struct kg_machine_page *page, const char *at, const char **start)
{
	page->depth--;
	if (page->in_item && page->depth == ARRAY_DEPTH) {
		keep(page, *start, at + 1);
		*start = at + 1;
		page->in_item = false;
		return true;
	}
	if (page->in_items && page->depth == LIST_DEPTH) {
		page->in_items = false;
		*start = at;
	}
	return false;
}

static bool is_misplaced(const struct kg_machine_page *page, char byte)
{
	bool between_items = page->in_items && !page->in_item;

	return !is_space(byte) && ((between_items && byte != ',') || page->depth == 0);
}

int kg_page_feed(struct kg_machine_page *page, const char *bytes, size_t length, kg_page_item *item, void *context)
{
	const char *start = bytes;
	const char *end = bytes + length;

	for (const char *at = bytes; at < end; at++) {
		bool opens = *at == '{' || *at == '[';
		bool closes = *at == '}' || *at == ']';

		if (page->in_string) {
			read_string_byte(page, *at);
			continue;
		}
		if ((closes && page->depth == 0) || (!opens && !closes && is_misplaced(page, *at)))
			return KG_EINVAL;
		page->in_string = *at == '"';
		if (opens && open_bracket(page, at, &start) != 0)
			return KG_EINVAL;
		if (closes && close_bracket(page, at, &start))
			hand_over_item(page, item, context);
	}
	keep(page, start, end);
	return kg_buf_status(&page->envelope) == 0 ? 0 : KG_EINVAL;
}

struct kg_buf *kg_page_envelope(struct kg_machine_page *page)
{
	return page->depth == 0 && page->envelope.length > 0 ? &page->envelope : NULL;
}
