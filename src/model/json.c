#include "kedagate/model/json.h"

#include <stdlib.h>
#include <string.h>

#include "model/json_scan.h"
#include "model/json_text.h"
#include "model/json_walk.h"
#include "model/members.h"
#include "model/node.h"
#include "model/text.h"

/* cJSON's hooks take no context: what they allocate from has to be known to the thread. */
static _Thread_local struct kg_arena *current_arena;

static void *allocate(size_t size)
{
	return current_arena != NULL ? kg_arena_alloc(current_arena, size) : malloc(size);
}

/* Parsing frees what it gives up. An arena frees nothing singly. */
static void deallocate(void *memory)
{
	if (current_arena == NULL)
		free(memory);
}

void kg_json_setup(void)
{
	cJSON_Hooks hooks = {.malloc_fn = allocate, .free_fn = deallocate};

	cJSON_InitHooks(&hooks);
}

struct kg_arena *kg_json_use_arena(struct kg_arena *arena)
{
	struct kg_arena *before = current_arena;

	current_arena = arena;
	return before;
}

static int fail_at(const struct kg_json_text *text, size_t offset, struct kg_err *err, const char *problem)
{
	struct kg_position position = kg_text_position(text->bytes, text->length, offset);

	return kg_err_set_at(err, KG_EINVAL, position.line, position.column, "%s", problem);
}

/* ---- \u0000 ---- */

/* Rewrite each \u0000 of a value that was scanned. Backslashes occur in strings only, each with the byte that it escapes. */
static void replace_nul_escapes(char *at, char *end)
{
	for (at = memchr(at, '\\', (size_t)(end - at)); at != NULL; at = memchr(at, '\\', (size_t)(end - at))) {
		if (end - at >= 6 && memcmp(at, "\\u0000", 6) == 0)
			memcpy(at, "\\uFFFD", 6);
		at += 2;
	}
}

static bool has_nul_escape(const char *at, const char *end)
{
	for (at = memchr(at, '\\', (size_t)(end - at)); at != NULL; at = memchr(at, '\\', (size_t)(end - at))) {
		if (end - at >= 6 && memcmp(at, "\\u0000", 6) == 0)
			return true;
		at += 2;
	}
	return false;
}

/* `context` is the value's text as it was before the escapes were rewritten. */
static void mark_nul(void *context, cJSON *node, struct kg_json_span span)
{
	const char *original = context;

	if (has_nul_escape(original + span.start, original + span.end))
		node->type |= KG_NODE_HOLDS_NUL;
}

/* NOLINTBEGIN(misc-no-recursion): depth is at most KG_MAX_DEPTH */
/* Mark each node above a marked one. */
static bool mark_above(cJSON *node)
{
	bool marked = false;

	for (cJSON *child = node->child; child != NULL; child = child->next)
		marked |= mark_above(child);
	if (marked)
		node->type |= KG_NODE_HOLDS_NUL;
	return (node->type & KG_NODE_HOLDS_NUL) != 0;
}
/* NOLINTEND(misc-no-recursion) */

bool kg_json_holds_nul(const cJSON *node)
{
	return (node->type & KG_NODE_HOLDS_NUL) != 0;
}

/* ---- duplicates ---- */

struct search {
	const cJSON *wanted;
	size_t offset;
};

static void note_offset(void *context, cJSON *node, struct kg_json_span span)
{
	struct search *search = context;

	if (node == search->wanted)
		search->offset = span.start;
}

static int refuse_duplicates(const struct kg_json_text *text, cJSON *tree, struct kg_arena *arena, struct kg_err *err)
{
	struct search search = {0};
	struct kg_position position;
	int status = kg_members_find_twice_below(tree, arena, &search.wanted);

	if (status != 0)
		return kg_err_set(err, status, "out of memory");
	if (search.wanted == NULL)
		return 0;
	kg_json_walk(text, tree, note_offset, &search);
	position = kg_text_position(text->bytes, text->length, search.offset);
	return kg_err_set_at(err, KG_EINVAL, position.line, position.column, "duplicate member name");
}

/* ---- managedFields ---- */

/* Nothing reads them, and they may be the larger part of an object: an empty list is cheaper to parse, and positions stay as they are. */
static void empty_left_out(const struct kg_json_scan *scan, char *bytes)
{
	for (size_t i = 0; i < scan->left_out_count; i++) {
		char *inside = bytes + (scan->left_out[i].start + 1 - bytes);

		memset(inside, ' ', (size_t)(scan->left_out[i].end - 1 - inside));
	}
}

/* ---- parsing ---- */

static cJSON *parse_in(struct kg_arena *arena, const char *bytes, size_t length)
{
	struct kg_arena *before = kg_json_use_arena(arena);
	cJSON *tree = cJSON_ParseWithLengthOpts(bytes, length, NULL, false);

	(void)kg_json_use_arena(before);
	return tree;
}

/* Parse a value that was scanned, and rewrite its \u0000. cJSON can now fail for want of memory only, and then gives NULL. */
static cJSON *parse_rewriting(char *bytes, size_t length, struct kg_arena *arena)
{
	struct kg_json_text original = {.bytes = kg_arena_strndup(arena, bytes, length), .length = length};
	cJSON *tree;

	if (original.bytes == NULL)
		return NULL;
	replace_nul_escapes(bytes, bytes + length);
	tree = parse_in(arena, bytes, length);
	if (tree == NULL)
		return NULL;
	kg_json_walk(&original, tree, mark_nul, original.bytes);
	(void)mark_above(tree);
	return tree;
}

int kg_json_text_next(struct kg_json_text *text, struct kg_arena *arena, cJSON **ret_tree, struct kg_err *err)
{
	struct kg_json_scan scan = {0};
	char *bytes = text->bytes + text->at;
	const char *end = kg_json_scan_value(&scan, bytes, text->bytes + text->length);
	bool holds_nul;
	size_t length;
	cJSON *tree;
	int status;

	if (end == NULL)
		return fail_at(text, (size_t)(scan.at - text->bytes), err, scan.problem);
	length = (size_t)(end - bytes);
	empty_left_out(&scan, bytes);
	holds_nul = scan.has_nul_escape && has_nul_escape(bytes, end);
	tree = holds_nul ? parse_rewriting(bytes, length, arena) : parse_in(arena, bytes, length);
	if (tree == NULL)
		return kg_err_set(err, KG_ENOMEM, "out of memory");
	status = refuse_duplicates(text, tree, arena, err);
	if (status != 0)
		return status;
	text->at = (size_t)(end - text->bytes);
	text->has_nul_escape |= holds_nul;
	*ret_tree = tree;
	return 0;
}

int kg_json_parse(char *bytes, size_t length, struct kg_arena *arena, cJSON **ret_tree, struct kg_json_facts *ret_facts, struct kg_err *err)
{
	struct kg_json_text text = {.bytes = bytes, .length = length};
	const char *end = bytes + length;
	const char *rest;
	cJSON *tree;
	int status = kg_json_text_next(&text, arena, &tree, err);

	if (status != 0)
		return status;
	rest = kg_json_skip_space(bytes + text.at, end);
	if (rest != end)
		return fail_at(&text, (size_t)(rest - bytes), err, "unexpected text behind the document");
	*ret_tree = tree;
	*ret_facts = (struct kg_json_facts){.has_nul_escape = text.has_nul_escape};
	return 0;
}

const cJSON *kg_json_get(const cJSON *object, const char *name)
{
	if (object == NULL || kg_node_type(object) != cJSON_Object)
		return NULL;
	for (const cJSON *member = object->child; member != NULL; member = member->next)
		if (member->string[0] == name[0] && strcmp(member->string, name) == 0)
			return kg_node_type(member) != cJSON_NULL ? member : NULL;
	return NULL;
}

const char *kg_json_text(const cJSON *object, const char *name)
{
	const cJSON *member = kg_json_get(object, name);

	return member != NULL && kg_node_type(member) == cJSON_String ? member->valuestring : NULL;
}
