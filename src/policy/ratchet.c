/*
 * The ratchet: an UPDATE is denied only for what it adds or worsens.
 *
 * A finding of the stored object excuses one finding of the new one: of the same rule and type, at the same place, in the same words, about the same
 * value, and denied by the policy as well. It excuses no second one, because no two findings agree in rule, place and words, and no two items of a
 * list are the same item of the older one. Whoever changes a bad value into another bad one has touched it, and is denied. What is absent, and
 * objects and lists as a whole, are compared by place and words alone: a trigger that lacks a parameter may be changed in all else.
 *
 * An upgrade of KEDA is compared the same way: there the object stays what it is, and the findings of the older release stand for the stored ones.
 */
#include <stdlib.h>
#include <string.h>

#include "kedagate/base/err.h"
#include "kedagate/policy/policy.h"
#include "policy/judge.h"
#include "policy/list_pairs.h"

/* A list in both objects. */
struct list {
	const struct list *next;
	const char *path; /* not terminated behind `length` */
	size_t length;
	struct kg_list_pairs pairs;
};

struct comparison {
	struct kg_arena *arena;
	const cJSON *tree, *stored_tree;
	struct kg_judgement stored; /* of the stored object */
	const struct list *lists;
};

/* The length of "[<digits>]" at `text`; 0 when it is something else. */
static size_t index_length(const char *text, size_t *ret_index)
{
	char *end = NULL;

	if (text[0] != '[' || text[1] < '0' || text[1] > '9')
		return 0;
	*ret_index = strtoull(text + 1, &end, 10);
	return *end == ']' ? (size_t)(end + 1 - text) : 0;
}

/* The length of the path of the outermost list on the way of `path`; 0 when there is none. */
static size_t list_length(const char *path)
{
	size_t index = 0;

	for (const char *at = strchr(path, '['); at; at = strchr(at + 1, '['))
		if (index_length(at, &index))
			return (size_t)(at - path);
	return 0;
}

static const struct list *find_list(const struct comparison *comparison, const char *path, size_t length)
{
	for (const struct list *list = comparison->lists; list; list = list->next)
		if (list->length == length && memcmp(list->path, path, length) == 0)
			return list;
	return NULL;
}

/* The list that `path` leads through; *ret_list is NULL when there is none. */
static int list_of(struct comparison *comparison, const char *path, const struct list **ret_list)
{
	size_t length = list_length(path);
	const char *list_path = NULL;
	struct list *list = NULL;

	*ret_list = length ? find_list(comparison, path, length) : NULL;
	if (*ret_list || length == 0)
		return 0;
	list_path = kg_arena_strndup(comparison->arena, path, length);
	list = kg_arena_calloc(comparison->arena, 1, sizeof(*list));
	if (!list_path || !list)
		return KG_ENOMEM;
	*list = (struct list){.next = comparison->lists, .path = list_path, .length = length};
	comparison->lists = list;
	*ret_list = list;
	return kg_list_pair(kg_path_find(comparison->tree, list_path), kg_path_find(comparison->stored_tree, list_path), comparison->arena,
	                    &list->pairs);
}

/* The bytes at `text` that name an item of the list; 0 when they do not. */
static size_t item_length(const struct list *list, const char *text, size_t *ret_index)
{
	size_t length = 0;

	if (!list || strncmp(text, list->path, list->length) != 0)
		return 0;
	length = index_length(text + list->length, ret_index);
	return length ? list->length + length : 0;
}

static bool are_paired(const struct list *list, size_t index, size_t stored_index)
{
	return index < list->pairs.count && list->pairs.old_of[index] == stored_index;
}

static bool same_path(const struct list *list, const char *path, const char *stored)
{
	size_t index = 0;
	size_t stored_index = 0;
	size_t length = item_length(list, path, &index);
	size_t stored_length = item_length(list, stored, &stored_index);

	if (length && stored_length && !are_paired(list, index, stored_index))
		return false;
	return strcmp(path + (stored_length ? length : 0), stored + (length ? stored_length : 0)) == 0;
}

/* The same words, wherever they name items of the list ("spec.triggers[0] has this name too"). */
static bool same_detail(const struct list *list, const char *detail, const char *stored)
{
	while (*detail && *stored) {
		size_t index = 0;
		size_t stored_index = 0;
		size_t length = item_length(list, detail, &index);
		size_t stored_length = item_length(list, stored, &stored_index);

		if (length && stored_length ? !are_paired(list, index, stored_index) : *detail != *stored)
			return false;
		detail += length && stored_length ? length : 1;
		stored += length && stored_length ? stored_length : 1;
	}
	return *detail == *stored;
}

static bool is_container(const cJSON *node)
{
	return cJSON_IsObject(node) || cJSON_IsArray(node);
}

/* Is what stands at a finding's path what stood there? */
static bool same_content(const cJSON *node, const cJSON *stored)
{
	if (!node || !stored)
		return node == stored;
	if (is_container(node))
		return is_container(stored);
	return cJSON_Compare(node, stored, true);
}

static bool same_value(const char *value, const char *stored)
{
	return value && stored ? strcmp(value, stored) == 0 : value == stored;
}

static bool same_finding(const struct comparison *comparison, const struct list *list, const struct kg_finding *finding,
                         const struct kg_finding *stored)
{
	return finding->rule == stored->rule && finding->type == stored->type && same_path(list, finding->path, stored->path) &&
	       same_detail(list, finding->detail, stored->detail) && same_value(finding->value, stored->value) &&
	       same_content(kg_path_find(comparison->tree, finding->path), kg_path_find(comparison->stored_tree, stored->path));
}

/* The finding of the stored object that is this one; NULL when there is none. */
static const struct kg_judged_finding *find_stored(const struct comparison *comparison, const struct list *list,
                                                   const struct kg_finding *finding)
{
	for (size_t i = 0; i < comparison->stored.count; i++)
		if (same_finding(comparison, list, finding, comparison->stored.items[i].finding))
			return &comparison->stored.items[i];
	return NULL;
}

/* Does the stored object have it, for the policy to deny as well? */
static bool has_denied(const struct comparison *comparison, const struct list *list, const struct kg_finding *finding)
{
	const struct kg_judged_finding *stored = find_stored(comparison, list, finding);

	return stored && stored->enforced == KG_ACTION_DENY;
}

static void excuse(struct kg_judged_finding *judged)
{
	judged->stored = true;
	judged->enforced = KG_ACTION_WARN;
	if (judged->action > KG_ACTION_WARN)
		judged->action = KG_ACTION_WARN;
}

static int compare(struct comparison *comparison, struct kg_judgement *judgement)
{
	for (size_t i = 0; i < judgement->count; i++) {
		struct kg_judged_finding *judged = &judgement->items[i];
		const struct list *list = NULL;

		if (judged->enforced != KG_ACTION_DENY)
			continue;
		if (list_of(comparison, judged->finding->path, &list))
			return KG_ENOMEM;
		if (has_denied(comparison, list, judged->finding))
			excuse(judged);
	}
	kg_judgement_sum(judgement);
	return 0;
}

int kg_policy_ratchet(const struct kg_policy *policy, const struct kg_policy_subject *subject, const struct kg_world *world,
                      struct kg_arena *arena, struct kg_judgement *judgement)
{
	struct comparison comparison = {.arena = arena, .tree = subject->object->tree, .stored_tree = subject->stored};
	struct kg_object *object = NULL;
	struct kg_policy_subject stored = {.namespace = subject->namespace, .now = subject->now};
	int status = 0;

	/* Of what was left out nobody can say whether it is new. */
	if (!cJSON_IsObject(subject->stored) || judgement->dropped > 0)
		return 0;
	object = kg_arena_calloc(arena, 1, sizeof(*object));
	status = object ? kg_object_decode(subject->stored, subject->object->kind, arena, object) : KG_ENOMEM;
	stored.object = object;
	if (status == 0)
		status = kg_policy_judge_object(policy, &stored, world, arena, &comparison.stored);
	return status ? status : compare(&comparison, judgement);
}

/* A value that broke the same rule before, whatever was said of it: what a release wants instead changes ("a whole number", "a duration"). */
static const struct kg_judged_finding *find_value(const struct comparison *comparison, const struct kg_finding *finding)
{
	const cJSON *node = kg_path_find(comparison->tree, finding->path);
	const struct kg_judged_finding *worst = NULL;

	for (size_t i = 0; node && !is_container(node) && i < comparison->stored.count; i++) {
		const struct kg_judged_finding *stored = &comparison->stored.items[i];

		if (stored->finding->rule == finding->rule && stored->finding->type == finding->type &&
		    strcmp(stored->finding->path, finding->path) == 0 && (!worst || worst->enforced < stored->enforced))
			worst = stored;
	}
	return worst;
}

/* One object has no items to pair: each path names in both what it names. */
static void keep_new(const struct comparison *comparison, struct kg_judgement *judgement)
{
	size_t kept = 0;

	for (size_t i = 0; i < judgement->count; i++) {
		struct kg_judged_finding judged = judgement->items[i];
		const struct kg_judged_finding *older = find_stored(comparison, NULL, judged.finding);

		if (!older)
			older = find_value(comparison, judged.finding);
		judged.stored = older;
		if (!older || older->enforced < judged.enforced)
			judgement->items[kept++] = judged;
	}
	judgement->count = kept;
	kg_judgement_sum(judgement);
}

int kg_policy_upgrade(const struct kg_policy *policy, const struct kg_policy_subject *older, const struct kg_world *world,
                      struct kg_arena *arena, struct kg_judgement *judgement)
{
	struct comparison comparison = {.arena = arena, .tree = older->object->tree, .stored_tree = older->object->tree};
	int status = kg_policy_judge_object(policy, older, world, arena, &comparison.stored);

	if (status == 0)
		keep_new(&comparison, judgement);
	return status;
}

int kg_policy_review(const struct kg_policy *policy, const struct kg_policy_subject *subject, const struct kg_world *world,
                     struct kg_arena *arena, struct kg_judgement *out)
{
	int status = kg_policy_judge_object(policy, subject, world, arena, out);

	if (status || !policy->ratchet || !subject->stored || out->enforced != KG_VERDICT_DENY)
		return status;
	return kg_policy_ratchet(policy, subject, world, arena, out);
}
