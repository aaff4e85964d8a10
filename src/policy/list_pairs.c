#include "policy/list_pairs.h"

#include <stdbool.h>
#include <string.h>

#include "kedagate/base/err.h"
#include "kedagate/base/limits.h"
#include "kedagate/model/json.h"

/* Later ones have no partner: no trigger behind these is judged, and no other list is as long. */
enum { ITEMS_MAX = KG_MAX_TRIGGERS };

/* What is compared of an item: hashes, since every item meets every other. Should two be equal by chance, items are taken for the same that are
 * not, and their findings still differ. */
struct item {
	bool named;
	uint64_t name, type;
	uint64_t content; /* of all of it, whatever the order of members */
	uint64_t traits;  /* a bit for each member, and each member of a member */
	size_t partner;
};

struct items {
	struct item *items;
	size_t count;
};

/* FNV-1a, 64 bits, over the bytes and the NUL behind them. */
static uint64_t hash_text(const char *text)
{
	uint64_t hash = 0xcbf29ce484222325u;

	do {
		hash = (hash ^ (unsigned char)*text) * 0x100000001b3u;
	} while (*text++ != '\0');
	return hash;
}

/* Not commutative, and spreads its input over all bits (the finaliser of MurmurHash3). */
static uint64_t mix(uint64_t a, uint64_t b)
{
	uint64_t hash = a * 31 + b;

	hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccdu;
	hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53u;
	return hash ^ (hash >> 33);
}

static uint64_t hash_number(double number)
{
	uint64_t bits;

	memcpy(&bits, &number, sizeof(bits));
	return bits;
}

static uint64_t hash_json(const cJSON *node) /* NOLINT(misc-no-recursion): depth is at most KG_MAX_DEPTH */
{
	bool object = cJSON_IsObject(node);
	uint64_t hash = (uint64_t)(node->type & 0xFF);

	if (cJSON_IsString(node))
		return mix(hash, hash_text(node->valuestring));
	if (cJSON_IsNumber(node))
		return mix(hash, hash_number(node->valuedouble));
	for (const cJSON *child = node->child; child; child = child->next)
		hash = object ? hash + mix(hash_text(child->string), hash_json(child)) : mix(hash, hash_json(child));
	return mix(hash, 1);
}

static uint64_t trait(const cJSON *member)
{
	return (uint64_t)1 << (mix(hash_text(member->string), hash_json(member)) & 63);
}

/* What two items have in common shows in few enough bits to compare every pair. */
static uint64_t traits_of(const cJSON *item)
{
	uint64_t traits = 0;

	for (const cJSON *member = item->child; member; member = member->next) {
		if (!cJSON_IsObject(member))
			traits |= trait(member);
		for (const cJSON *inner = cJSON_IsObject(member) ? member->child : NULL; inner; inner = inner->next)
			traits |= trait(inner);
	}
	return traits;
}

static struct item read_item(const cJSON *node)
{
	const char *parameter = kg_json_text(node, "parameter");
	const char *name = parameter ? parameter : kg_json_text(node, "name");
	const char *type = kg_json_text(node, "type");

	return (struct item){
	        .named = name && *name,
	        .name = hash_text(name ? name : ""),
	        .type = hash_text(type ? type : ""),
	        .content = hash_json(node),
	        .traits = cJSON_IsObject(node) ? traits_of(node) : 0,
	        .partner = KG_LIST_NO_ITEM,
	};
}

static int read_items(const cJSON *list, struct kg_arena *arena, struct items *out)
{
	const cJSON *node = cJSON_IsArray(list) ? list->child : NULL;

	out->items = kg_arena_calloc(arena, ITEMS_MAX, sizeof(*out->items));
	if (!out->items)
		return KG_ENOMEM;
	for (; node && out->count < ITEMS_MAX; node = node->next)
		out->items[out->count++] = read_item(node);
	return 0;
}

/* How well two items fit; less than 0 when they are not the same one. */
typedef int fit(const struct item *a, const struct item *b);

static int fit_content(const struct item *a, const struct item *b)
{
	return a->content == b->content ? 0 : -1;
}

static int fit_name(const struct item *a, const struct item *b)
{
	return a->named && b->named && a->name == b->name && a->type == b->type ? 0 : -1;
}

static int fit_likeness(const struct item *a, const struct item *b)
{
	bool both_named = a->named && b->named;

	return !both_named && a->type == b->type ? __builtin_popcountll(a->traits & b->traits) : -1;
}

/* The free item that fits best, the first of several; NULL when none fits. */
static struct item *best_fit(const struct items *items, const struct item *wanted, fit *fits)
{
	struct item *best = NULL;
	int best_score = -1;

	for (size_t i = 0; i < items->count; i++) {
		int score = items->items[i].partner == KG_LIST_NO_ITEM ? fits(wanted, &items->items[i]) : -1;

		if (score > best_score) {
			best = &items->items[i];
			best_score = score;
		}
	}
	return best;
}

static void pair_by(const struct items *items, const struct items *old, fit *fits)
{
	for (size_t i = 0; i < items->count; i++) {
		struct item *found = items->items[i].partner == KG_LIST_NO_ITEM ? best_fit(old, &items->items[i], fits) : NULL;

		if (!found)
			continue;
		found->partner = i;
		items->items[i].partner = (size_t)(found - old->items);
	}
}

int kg_list_pair(const cJSON *list, const cJSON *old, struct kg_arena *arena, struct kg_list_pairs *out)
{
	static fit *const fits[] = {fit_content, fit_name, fit_likeness};
	struct items items = {0};
	struct items old_items = {0};
	size_t *old_of = NULL;

	if (read_items(list, arena, &items) || read_items(old, arena, &old_items))
		return KG_ENOMEM;
	old_of = kg_arena_calloc(arena, items.count, sizeof(*old_of));
	if (!old_of)
		return KG_ENOMEM;
	for (size_t i = 0; i < KG_ARRAY_LEN(fits); i++)
		pair_by(&items, &old_items, fits[i]);
	for (size_t i = 0; i < items.count; i++)
		old_of[i] = items.items[i].partner;
	*out = (struct kg_list_pairs){.old_of = old_of, .count = items.count};
	return 0;
}
