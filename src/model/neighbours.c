/*
 * Objects of the world over files that are listed, or read when they are looked up.
 */
#include <stdio.h>
#include <string.h>

#include "kedagate/base/err.h"
#include "kedagate/base/limits.h"
#include "kedagate/model/json.h"
#include "model/file_world.h"

#define SERVICE_ACCOUNT "serviceaccount"

/* Of lists. */
#define BY_TARGET     "scaled by target"
#define BY_HPA        "scaled by hpa"
#define HPA_BY_TARGET "hpa by target"
#define USERS         "users"
#define LIMIT_RANGES  "limitranges"

/* An object that lists are made of; it is read when it is looked up. */
struct neighbour {
	enum kg_kind kind;
	const char *namespace, *name;
	const cJSON *tree;
	bool replaced; /* by a later one of its name */
};

/* What is listed under one key, in document order. */
struct listed {
	const struct neighbour *neighbour;
	struct listed *next;
};

struct list {
	struct listed *first, *last;
	size_t count;
};

/* What the users of an authentication of that kind are listed under. */
static bool make_users_sort(char out[KG_WORLD_KEY_MAX], enum kg_kind kind)
{
	int length = snprintf(out, KG_WORLD_KEY_MAX, USERS " of %s", kg_kind_name(kind));

	return length > 0 && length < KG_WORLD_KEY_MAX;
}

/* ---- lists ---- */

static const struct list *find_list(const struct kg_world *world, const char *sort, const char *namespace, const char *name)
{
	return kg_file_world_get(kg_file_world_of(world), sort, namespace, name);
}

/* The next that no later object replaced; NULL at the end. */
static const struct listed *skip_replaced(const struct listed *listed)
{
	while (listed != NULL && listed->neighbour->replaced)
		listed = listed->next;
	return listed;
}

static const struct listed *first_of(const struct list *list)
{
	return list != NULL ? skip_replaced(list->first) : NULL;
}

static const struct listed *after(const struct listed *listed)
{
	return skip_replaced(listed->next);
}

/* A list that holds something, and no memory for it, is not. */
static bool is_complete(const struct kg_world *world, const struct list *list, const void *items)
{
	return kg_file_world_of(world)->closed && (list == NULL || items != NULL);
}

static void read_scaled(const struct kg_world *world, const struct list *list, struct kg_arena *arena, struct kg_scaled_list *ret_list)
{
	struct kg_scaled_facts *items = list != NULL ? kg_arena_calloc(arena, list->count, sizeof(*items)) : NULL;
	bool complete = is_complete(world, list, items);

	*ret_list = (struct kg_scaled_list){.items = items, .complete = complete};
	for (const struct listed *listed = items != NULL ? first_of(list) : NULL; listed != NULL; listed = after(listed))
		kg_scaled_facts_read(listed->neighbour->tree, &items[ret_list->count++]);
}

void kg_neighbours_by_target(const struct kg_world *world, const struct kg_world_name *target, struct kg_arena *arena,
                             struct kg_scaled_list *ret_list)
{
	read_scaled(world, find_list(world, BY_TARGET, target->namespace, target->name), arena, ret_list);
}

void kg_neighbours_by_hpa(const struct kg_world *world, const struct kg_world_name *hpa, struct kg_arena *arena,
                          struct kg_scaled_list *ret_list)
{
	read_scaled(world, find_list(world, BY_HPA, hpa->namespace, hpa->name), arena, ret_list);
}

void kg_neighbours_hpas(const struct kg_world *world, const struct kg_world_name *target, struct kg_arena *arena,
                        struct kg_hpa_list *ret_list)
{
	const struct list *list = find_list(world, HPA_BY_TARGET, target->namespace, target->name);
	struct kg_hpa_facts *items = list != NULL ? kg_arena_calloc(arena, list->count, sizeof(*items)) : NULL;

	*ret_list = (struct kg_hpa_list){.items = items, .complete = is_complete(world, list, items)};
	for (const struct listed *listed = items != NULL ? first_of(list) : NULL; listed != NULL; listed = after(listed))
		if (kg_hpa_facts_read(listed->neighbour->tree, arena, &items[ret_list->count]) == 0)
			ret_list->count++;
		else
			ret_list->complete = false;
}

void kg_neighbours_users(const struct kg_world *world, const struct kg_object_key *authentication, struct kg_arena *arena,
                         struct kg_user_list *ret_list)
{
	char sort[KG_WORLD_KEY_MAX];
	const struct list *list = NULL;
	struct kg_object_key *items;

	*ret_list = (struct kg_user_list){0};
	if (kg_file_world_of(world)->objects.count > 0 && make_users_sort(sort, authentication->kind))
		list = find_list(world, sort, kg_object_key_namespace(authentication), authentication->name);
	items = list != NULL ? kg_arena_calloc(arena, list->count, sizeof(*items)) : NULL;
	*ret_list = (struct kg_user_list){.items = items, .complete = is_complete(world, list, items)};
	for (const struct listed *listed = items != NULL ? first_of(list) : NULL; listed != NULL; listed = after(listed)) {
		const struct neighbour *neighbour = listed->neighbour;

		if (ret_list->count == KG_MAX_USERS)
			ret_list->left_out++;
		else
			items[ret_list->count++] = (struct kg_object_key){neighbour->kind, neighbour->namespace, neighbour->name};
	}
}

enum kg_lookup kg_neighbours_scaled(const struct kg_world *world, const struct kg_object_key *key, struct kg_arena *arena,
                                    const struct kg_object **ret_object)
{
	const struct neighbour *found = kg_file_world_get(kg_file_world_of(world), kg_kind_name(key->kind), key->namespace, key->name);
	struct kg_object *object = found != NULL ? kg_arena_alloc(arena, sizeof(*object)) : NULL;

	if (found == NULL && key->name != NULL)
		return kg_file_world_missing(kg_file_world_of(world));
	if (object == NULL || kg_object_decode(found->tree, found->kind, arena, object) != 0)
		return KG_LOOKUP_UNSEEN;
	*ret_object = object;
	return KG_LOOKUP_FOUND;
}

void kg_neighbours_container_defaults(const struct kg_world *world, const char *namespace, struct kg_arena *arena,
                                      struct kg_container_defaults *ret_defaults)
{
	const struct list *list = find_list(world, LIMIT_RANGES, namespace, "");

	(void)arena;
	*ret_defaults = (struct kg_container_defaults){.complete = kg_file_world_of(world)->closed};
	for (const struct listed *listed = first_of(list); listed != NULL; listed = after(listed))
		kg_limit_range_read(listed->neighbour->tree, &ret_defaults->given);
}

enum kg_lookup kg_neighbours_operator(const struct kg_world *world, struct kg_arena *arena, struct kg_operator_facts *ret_facts)
{
	const struct kg_file_world *file_world = kg_file_world_of(world);
	const struct neighbour *account;

	(void)arena;
	if (file_world->keda_operator == NULL)
		return kg_file_world_missing(file_world);
	kg_operator_facts_read(file_world->keda_operator, ret_facts);
	ret_facts->namespace = file_world->operator_namespace;
	account = kg_file_world_get(file_world, SERVICE_ACCOUNT, file_world->operator_namespace, ret_facts->service_account);
	if (account != NULL)
		kg_operator_account_read(account->tree, ret_facts);
	return KG_LOOKUP_FOUND;
}

/* ---- adding ---- */

/* The list under the key; NULL without memory. */
static struct list *make_list(struct kg_file_world *world, const char *key)
{
	struct list *list = kg_names_get(&world->objects, key);
	const char *kept_key;
	void *old;

	if (list != NULL)
		return list;
	kept_key = kg_arena_strdup(world->arena, key);
	list = kg_arena_calloc(world->arena, 1, sizeof(*list));
	if (kept_key == NULL || list == NULL || kg_names_put(&world->objects, kept_key, list, &old) != 0)
		return NULL;
	return list;
}

static int list_under(const struct kg_addition *addition, const struct neighbour *neighbour, const char *sort, const char *name)
{
	char key[KG_WORLD_KEY_MAX];
	struct listed *listed;
	struct list *list;

	if (name == NULL || !kg_world_key(key, sort, addition->namespace, name))
		return 0;
	list = make_list(addition->world, key);
	if (list != NULL && list->last != NULL && list->last->neighbour == neighbour)
		return 0;
	listed = kg_arena_calloc(addition->world->arena, 1, sizeof(*listed));
	if (list == NULL || listed == NULL)
		return KG_ENOMEM;
	listed->neighbour = neighbour;
	if (list->last != NULL)
		list->last->next = listed;
	else
		list->first = listed;
	list->last = listed;
	list->count++;
	return 0;
}

/* Keep the object under its own name, in the place of an earlier one. */
static int add_neighbour(const struct kg_addition *addition, const char *sort, enum kg_kind kind, const struct neighbour **ret_neighbour)
{
	struct kg_file_world *world = addition->world;
	struct neighbour *neighbour = kg_arena_calloc(world->arena, 1, sizeof(*neighbour));
	char key[KG_WORLD_KEY_MAX];
	const char *kept_key;
	void *old = NULL;

	*ret_neighbour = NULL;
	if (!kg_world_key(key, sort, addition->namespace, addition->name))
		return 0;
	kept_key = kg_arena_strdup(world->arena, key);
	if (neighbour == NULL || kept_key == NULL)
		return KG_ENOMEM;
	*neighbour = (struct neighbour){.kind = kind, .namespace = addition->namespace, .name = addition->name, .tree = addition->tree};
	if (kg_names_put(&world->objects, kept_key, neighbour, &old) != 0)
		return KG_ENOMEM;
	if (old != NULL)
		((struct neighbour *)old)->replaced = true;
	*ret_neighbour = neighbour;
	return 0;
}

/* List the object among the users of each authentication that one of its triggers refers to. */
static int list_references(const struct kg_addition *addition, const struct neighbour *neighbour)
{
	const cJSON *triggers = kg_json_get(kg_json_get(addition->tree, "spec"), "triggers");
	struct kg_addition placed = *addition;
	char sort[KG_WORLD_KEY_MAX];
	int status = 0;

	for (const cJSON *trigger = triggers != NULL ? triggers->child : NULL; trigger != NULL && status == 0; trigger = trigger->next) {
		const cJSON *reference = kg_json_get(trigger, "authenticationRef");
		enum kg_kind kind = kg_authentication_kind(kg_json_text(reference, "kind"));

		placed.namespace = kind == KG_KIND_CLUSTER_TRIGGER_AUTHENTICATION ? "" : addition->namespace;
		if (kind != KG_KIND_OTHER && make_users_sort(sort, kind))
			status = list_under(&placed, neighbour, sort, kg_json_text(reference, "name"));
	}
	return status;
}

int kg_neighbours_add_scaled(const struct kg_addition *addition, enum kg_kind kind)
{
	struct kg_arena *arena = addition->world->arena;
	const struct neighbour *neighbour;
	struct kg_scaled_facts facts;
	const char *hpa_name;
	int status = add_neighbour(addition, kg_kind_name(kind), kind, &neighbour);

	if (status == 0 && neighbour != NULL)
		status = list_references(addition, neighbour);
	if (status != 0 || neighbour == NULL || kind != KG_KIND_SCALED_OBJECT)
		return status;
	kg_scaled_facts_read(addition->tree, &facts);
	hpa_name = kg_hpa_name(facts.hpa_name, facts.name, arena);
	if (hpa_name == NULL)
		return KG_ENOMEM;
	status = list_under(addition, neighbour, BY_TARGET, facts.target.name);
	return status == 0 ? list_under(addition, neighbour, BY_HPA, hpa_name) : status;
}

int kg_neighbours_add_hpa(const struct kg_addition *addition)
{
	const struct neighbour *neighbour;
	int status = add_neighbour(addition, addition->kind, KG_KIND_OTHER, &neighbour);
	const cJSON *target = kg_json_get(kg_json_get(addition->tree, "spec"), "scaleTargetRef");

	return status == 0 && neighbour != NULL ? list_under(addition, neighbour, HPA_BY_TARGET, kg_json_text(target, "name")) : status;
}

int kg_neighbours_add_limit_range(const struct kg_addition *addition)
{
	const struct neighbour *neighbour;
	int status = add_neighbour(addition, addition->kind, KG_KIND_OTHER, &neighbour);

	return status == 0 && neighbour != NULL ? list_under(addition, neighbour, LIMIT_RANGES, "") : status;
}

int kg_neighbours_add_service_account(const struct kg_addition *addition)
{
	const struct neighbour *neighbour;

	return add_neighbour(addition, SERVICE_ACCOUNT, KG_KIND_OTHER, &neighbour);
}
