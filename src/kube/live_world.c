#include "kube/live_world.h"

#include <string.h>

#include "kedagate/base/limits.h"
#include "kedagate/base/list.h"
#include "kedagate/model/facts.h"
#include "kedagate/model/json.h"
#include "kube/resource.h"

enum { VIEW_BITS = 2, VIEW_MASK = 3 };

/* What KEDA puts before the name of a ScaledObject that names no HPA. */
#define HPA_PREFIX "keda-hpa-"

_Static_assert(offsetof(struct kg_live_world, world) == 0, "a pointer to the world is one to the live world");

static const struct kg_live_resource *resource_of(const struct kg_world *world, enum kg_resource resource)
{
	return &((const struct kg_live_world *)(const void *)world)->resources[resource];
}

/* ---- what may be concluded ---- */

/* A look at a cache. */
struct glance {
	const struct kg_live_resource *resource;
	unsigned sight; /* as it began */
};

static struct glance begin_glance(const struct kg_world *world, enum kg_resource resource)
{
	const struct kg_live_resource *live = resource_of(world, resource);

	return (struct glance){.resource = live, .sight = atomic_load(&live->sight)};
}

static bool sees_something(const struct glance *glance)
{
	return (glance->sight & VIEW_MASK) != KG_VIEW_BLIND;
}

/* After the look: whether what was not found does not exist. */
static bool saw_all(const struct glance *glance)
{
	return (glance->sight & VIEW_MASK) == KG_VIEW_WHOLE && atomic_load(&glance->resource->sight) == glance->sight;
}

void kg_live_world_set_view(struct kg_live_world *world, enum kg_resource resource, enum kg_view view)
{
	atomic_uint *sight = &world->resources[resource].sight;
	unsigned next = (atomic_load(sight) >> VIEW_BITS) + 1;

	atomic_store(sight, next << VIEW_BITS | view);
}

enum kg_view kg_live_world_view(const struct kg_live_world *world, enum kg_resource resource)
{
	return atomic_load(&world->resources[resource].sight) & VIEW_MASK;
}

static enum kg_lookup find(const struct kg_world *world, enum kg_resource resource, const struct kg_world_name *name,
                           struct kg_arena *arena, const cJSON **ret_object)
{
	struct glance glance = begin_glance(world, resource);
	int status;

	if (!sees_something(&glance) || name->name == NULL)
		return KG_LOOKUP_UNSEEN;
	status = kg_cache_find(glance.resource->cache, name->namespace, name->name, arena, ret_object);
	if (status == 0)
		return KG_LOOKUP_FOUND;
	return status == KG_ENOTFOUND && saw_all(&glance) ? KG_LOOKUP_ABSENT : KG_LOOKUP_UNSEEN;
}

/* ---- by name ---- */

static const struct kg_object *decode(const cJSON *tree, enum kg_kind kind, struct kg_arena *arena)
{
	struct kg_object *object = kg_arena_alloc(arena, sizeof(*object));

	return object != NULL && kg_object_decode(tree, kind, arena, object) == 0 ? object : NULL;
}

static enum kg_lookup find_authentication(const struct kg_world *world, const struct kg_object_key *key, struct kg_arena *arena,
                                          const struct kg_authentication **ret_authentication)
{
	bool is_cluster_wide = key->kind == KG_KIND_CLUSTER_TRIGGER_AUTHENTICATION;
	const struct kg_world_name name = {.namespace = is_cluster_wide ? "" : key->namespace, .name = key->name};
	enum kg_resource resource = is_cluster_wide ? KG_RESOURCE_CLUSTER_TRIGGER_AUTHENTICATIONS : KG_RESOURCE_TRIGGER_AUTHENTICATIONS;
	const cJSON *tree;
	const struct kg_object *object;
	enum kg_lookup lookup = find(world, resource, &name, arena, &tree);

	if (lookup != KG_LOOKUP_FOUND)
		return lookup;
	object = decode(tree, key->kind, arena);
	if (object == NULL)
		return KG_LOOKUP_UNSEEN;
	*ret_authentication = &object->authentication;
	return KG_LOOKUP_FOUND;
}

static enum kg_lookup find_scaled(const struct kg_world *world, const struct kg_object_key *key, struct kg_arena *arena,
                                  const struct kg_object **ret_object)
{
	const struct kg_world_name name = {.namespace = key->namespace, .name = key->name};
	const cJSON *tree;
	const struct kg_object *object;
	enum kg_lookup lookup;

	lookup = find(world, key->kind == KG_KIND_SCALED_JOB ? KG_RESOURCE_SCALED_JOBS : KG_RESOURCE_SCALED_OBJECTS, &name, arena, &tree);
	if (lookup != KG_LOOKUP_FOUND)
		return lookup;
	object = decode(tree, key->kind, arena);
	if (object == NULL)
		return KG_LOOKUP_UNSEEN;
	*ret_object = object;
	return KG_LOOKUP_FOUND;
}

/* False for a kind that is not watched. */
static bool resource_of_target(const struct kg_scale_target *target, enum kg_resource *ret_resource)
{
	const char *kind = kg_scale_target_kind(target);

	if (strcmp(kg_scale_target_api_version(target), "apps/v1") != 0)
		return false;
	*ret_resource = strcmp(kind, "StatefulSet") == 0 ? KG_RESOURCE_STATEFUL_SETS : KG_RESOURCE_DEPLOYMENTS;
	return *ret_resource == KG_RESOURCE_STATEFUL_SETS || strcmp(kind, "Deployment") == 0;
}

static enum kg_lookup find_pod_template(const struct kg_world *world, const char *namespace, const struct kg_scale_target *target,
                                        struct kg_arena *arena, const struct kg_pod_template **ret_template)
{
	const struct kg_world_name name = {.namespace = namespace, .name = target->name};
	struct kg_pod_template *template;
	enum kg_resource resource;
	enum kg_lookup lookup;
	const cJSON *tree;

	if (!resource_of_target(target, &resource))
		return KG_LOOKUP_UNSEEN;
	lookup = find(world, resource, &name, arena, &tree);
	if (lookup != KG_LOOKUP_FOUND)
		return lookup;
	tree = kg_json_get(kg_json_get(tree, "spec"), "template");
	template = kg_arena_calloc(arena, 1, sizeof(*template));
	if (tree == NULL || template == NULL || kg_pod_template_decode(tree, arena, template) != 0)
		return KG_LOOKUP_UNSEEN;
	*ret_template = template;
	return KG_LOOKUP_FOUND;
}

/* ---- lists ---- */

/* Copies of the texts into the review's arena; NULL stays NULL. False without memory. */
static bool keep_texts(struct kg_arena *arena, const char **const *texts, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (*texts[i] == NULL)
			continue;
		*texts[i] = kg_arena_strdup(arena, *texts[i]);
		if (*texts[i] == NULL)
			return false;
	}
	return true;
}

/* What is gathered while objects are visited. */
struct gathering {
	struct kg_arena *arena;
	struct kg_arena scratch; /* for one object at a time: however large others make theirs, a review is handed little of it */
	const struct kg_world_name *wanted;
	struct kg_scaled_facts *scaled;
	struct kg_hpa_facts *hpas;
	struct kg_object_key *users;
	enum kg_kind user_kind;
	size_t count, left_out;
	bool cut; /* there may be more */
};

static bool is_text(const char *text, const char *expected)
{
	return text != NULL && strcmp(text, expected) == 0;
}

static void visit(const struct glance *glance, unsigned index, const struct kg_world_name *name, const struct kg_cache_visitor *visitor)
{
	if (sees_something(glance) && name->namespace != NULL && name->name != NULL)
		kg_cache_visit(glance->resource->cache, index, name->namespace, name->name, visitor);
}

/* Add a ScaledObject whose facts are wanted. False when there is no room. */
static bool add_scaled(struct gathering *gathering, struct kg_scaled_facts *facts)
{
	const char **const texts[] = {&facts->name, &facts->hpa_name, &facts->target.api_version, &facts->target.kind, &facts->target.name};
	struct kg_scaled_facts *items = NULL;

	if (gathering->count < KG_MAX_NEIGHBOURS && keep_texts(gathering->arena, texts, KG_ARRAY_LEN(texts)))
		items = kg_list_room(gathering->arena, gathering->scaled, gathering->count, sizeof(*items));
	gathering->cut = items == NULL;
	if (items == NULL)
		return false;
	gathering->scaled = items;
	items[gathering->count++] = *facts;
	return true;
}

/* The object in memory that is used again for the next one; NULL without. */
static const cJSON *unpack(struct kg_arena *scratch, const struct kg_cached *cached)
{
	kg_arena_reset(scratch, KG_KEEP_ARENA_BYTES);
	return kg_unpack(cached->packed, scratch);
}

static bool gather_by_target(void *context, const struct kg_cached *cached)
{
	struct gathering *gathering = context;
	const cJSON *tree = unpack(&gathering->scratch, cached);
	struct kg_scaled_facts facts;

	gathering->cut = tree == NULL;
	if (tree == NULL)
		return false;
	kg_scaled_facts_read(tree, &facts);
	return !is_text(facts.target.name, gathering->wanted->name) || add_scaled(gathering, &facts);
}

static bool gather_by_hpa(void *context, const struct kg_cached *cached)
{
	struct gathering *gathering = context;
	const cJSON *tree = unpack(&gathering->scratch, cached);
	struct kg_scaled_facts facts;
	const char *hpa = NULL;

	if (tree != NULL) {
		kg_scaled_facts_read(tree, &facts);
		hpa = kg_hpa_name(facts.hpa_name, facts.name, &gathering->scratch);
	}
	gathering->cut = hpa == NULL;
	if (hpa == NULL)
		return false;
	return !is_text(hpa, gathering->wanted->name) || add_scaled(gathering, &facts);
}

static void scaled_by_target(const struct kg_world *world, const struct kg_world_name *target, struct kg_arena *arena,
                             struct kg_scaled_list *ret_list)
{
	struct gathering gathering = {.arena = arena, .wanted = target};
	const struct kg_cache_visitor visitor = {.visit = gather_by_target, .context = &gathering};
	struct glance glance = begin_glance(world, KG_RESOURCE_SCALED_OBJECTS);

	kg_arena_init(&gathering.scratch, KG_MAX_CLUSTER_ARENA_BYTES);
	visit(&glance, KG_INDEX_TARGET, target, &visitor);
	kg_arena_release(&gathering.scratch);
	*ret_list = (struct kg_scaled_list){
	        .items = gathering.scaled, .count = gathering.count, .complete = saw_all(&glance) && !gathering.cut};
}

/* Those that name the HPA, and the one that gives it its name. */
static void scaled_by_hpa(const struct kg_world *world, const struct kg_world_name *hpa, struct kg_arena *arena,
                          struct kg_scaled_list *ret_list)
{
	struct gathering gathering = {.arena = arena, .wanted = hpa};
	const struct kg_cache_visitor visitor = {.visit = gather_by_hpa, .context = &gathering};
	struct glance glance = begin_glance(world, KG_RESOURCE_SCALED_OBJECTS);
	size_t prefix = strlen(HPA_PREFIX);

	kg_arena_init(&gathering.scratch, KG_MAX_CLUSTER_ARENA_BYTES);
	visit(&glance, KG_INDEX_HPA, hpa, &visitor);
	if (hpa->name != NULL && strncmp(hpa->name, HPA_PREFIX, prefix) == 0 && !gathering.cut) {
		const struct kg_world_name maker = {.namespace = hpa->namespace, .name = hpa->name + prefix};

		visit(&glance, KG_INDEX_NAME, &maker, &visitor);
	}
	kg_arena_release(&gathering.scratch);
	*ret_list = (struct kg_scaled_list){
	        .items = gathering.scaled, .count = gathering.count, .complete = saw_all(&glance) && !gathering.cut};
}

static bool gather_hpa(void *context, const struct kg_cached *cached)
{
	struct gathering *gathering = context;
	const cJSON *tree = kg_unpack(cached->packed, gathering->arena);
	struct kg_hpa_facts *items = NULL;
	struct kg_hpa_facts facts;

	gathering->cut = tree == NULL || kg_hpa_facts_read(tree, gathering->arena, &facts) != 0;
	if (gathering->cut)
		return false;
	if (!is_text(facts.target.name, gathering->wanted->name))
		return true;
	if (gathering->count < KG_MAX_NEIGHBOURS)
		items = kg_list_room(gathering->arena, gathering->hpas, gathering->count, sizeof(*items));
	gathering->cut = items == NULL;
	if (items == NULL)
		return false;
	gathering->hpas = items;
	items[gathering->count++] = facts;
	return true;
}

static void hpas_by_target(const struct kg_world *world, const struct kg_world_name *target, struct kg_arena *arena,
                           struct kg_hpa_list *ret_list)
{
	struct gathering gathering = {.arena = arena, .wanted = target};
	const struct kg_cache_visitor visitor = {.visit = gather_hpa, .context = &gathering};
	struct glance glance = begin_glance(world, KG_RESOURCE_AUTOSCALERS);

	visit(&glance, KG_INDEX_TARGET, target, &visitor);
	*ret_list = (struct kg_hpa_list){.items = gathering.hpas, .count = gathering.count, .complete = saw_all(&glance) && !gathering.cut};
}

static bool gather_user(void *context, const struct kg_cached *cached)
{
	struct gathering *gathering = context;
	struct kg_object_key *items;
	struct kg_object_key user = {.kind = gathering->user_kind};

	if (gathering->count >= KG_MAX_USERS) {
		gathering->left_out++;
		return true;
	}
	items = kg_list_room(gathering->arena, gathering->users, gathering->count, sizeof(*items));
	user.namespace = kg_arena_strdup(gathering->arena, cached->namespace);
	user.name = kg_arena_strdup(gathering->arena, cached->name);
	gathering->cut = items == NULL || user.namespace == NULL || user.name == NULL;
	if (items != NULL)
		gathering->users = items;
	if (!gathering->cut)
		items[gathering->count++] = user;
	return !gathering->cut;
}

static void find_users(const struct kg_world *world, const struct kg_object_key *authentication, struct kg_arena *arena,
                       struct kg_user_list *ret_list)
{
	bool is_cluster_wide = authentication->kind == KG_KIND_CLUSTER_TRIGGER_AUTHENTICATION;
	unsigned index = is_cluster_wide ? KG_INDEX_CLUSTER_AUTHENTICATION : KG_INDEX_AUTHENTICATION;
	const struct kg_world_name name = {.namespace = is_cluster_wide ? "" : authentication->namespace, .name = authentication->name};
	struct gathering gathering = {.arena = arena, .user_kind = KG_KIND_SCALED_OBJECT};
	const struct kg_cache_visitor visitor = {.visit = gather_user, .context = &gathering};
	struct glance objects = begin_glance(world, KG_RESOURCE_SCALED_OBJECTS);
	struct glance jobs = begin_glance(world, KG_RESOURCE_SCALED_JOBS);

	visit(&objects, index, &name, &visitor);
	gathering.user_kind = KG_KIND_SCALED_JOB;
	if (!gathering.cut)
		visit(&jobs, index, &name, &visitor);
	*ret_list = (struct kg_user_list){.items = gathering.users,
	                                  .count = gathering.count,
	                                  .left_out = gathering.left_out,
	                                  .complete = saw_all(&objects) && saw_all(&jobs) && !gathering.cut};
}

/* ---- defaults of a namespace ---- */

struct defaults {
	struct kg_arena arena; /* nothing of a LimitRange is handed on */
	struct kg_resources given;
	bool cut;
};

static bool add_defaults(void *context, const struct kg_cached *cached)
{
	struct defaults *defaults = context;
	const cJSON *tree = kg_unpack(cached->packed, &defaults->arena);

	defaults->cut = tree == NULL;
	if (tree != NULL)
		kg_limit_range_read(tree, &defaults->given);
	return tree != NULL;
}

static void container_defaults(const struct kg_world *world, const char *namespace, struct kg_container_defaults *ret_defaults)
{
	const struct kg_world_name all = {.namespace = namespace, .name = ""};
	struct defaults defaults = {0};
	const struct kg_cache_visitor visitor = {.visit = add_defaults, .context = &defaults};
	struct glance glance = begin_glance(world, KG_RESOURCE_LIMIT_RANGES);

	kg_arena_init(&defaults.arena, KG_MAX_CLUSTER_ARENA_BYTES);
	visit(&glance, KG_INDEX_NAMESPACE, &all, &visitor);
	kg_arena_release(&defaults.arena);
	*ret_defaults = (struct kg_container_defaults){.given = defaults.given, .complete = saw_all(&glance) && !defaults.cut};
}

/* ---- KEDA's operator ---- */

/* Where KEDA is installed unless told otherwise: whoever may create a Deployment elsewhere must not pose as its operator. */
#define USUAL_NAMESPACE "keda"

struct operators {
	struct kg_arena *arena;
	struct kg_arena scratch;        /* as of a gathering */
	struct kg_operator_facts facts; /* of the first, of those in the usual namespace if there are any */
	size_t count, visited;
	bool usual;
	bool cut;
};

static bool take_operator(struct operators *operators, const struct kg_operator_facts *facts)
{
	struct kg_operator_facts *kept = &operators->facts;
	const char **const texts[] = {&kept->namespace, &kept->service_account, &kept->azure_client_id};
	bool usual = is_text(facts->namespace, USUAL_NAMESPACE);

	if (operators->count > 0 && usual == operators->usual) {
		if (kept->keda_version != facts->keda_version)
			kept->keda_version = 0;
		return true;
	}
	if (operators->count++ > 0 && operators->usual)
		return true;
	operators->usual = usual;
	*kept = *facts;
	return keep_texts(operators->arena, texts, KG_ARRAY_LEN(texts));
}

static bool add_operator(void *context, const struct kg_cached *cached)
{
	struct operators *operators = context;
	const cJSON *tree = unpack(&operators->scratch, cached);
	struct kg_operator_facts facts;

	operators->cut = tree == NULL || operators->visited++ >= KG_MAX_NEIGHBOURS;
	if (operators->cut)
		return false;
	kg_operator_facts_read(tree, &facts);
	operators->cut = !take_operator(operators, &facts);
	return !operators->cut;
}

static void read_account(const struct kg_world *world, struct kg_arena *arena, struct kg_operator_facts *facts)
{
	const struct kg_world_name account = {.namespace = facts->namespace, .name = facts->service_account};
	const cJSON *tree = NULL;
	enum kg_lookup lookup = find(world, KG_RESOURCE_SERVICE_ACCOUNTS, &account, arena, &tree);

	if (lookup == KG_LOOKUP_FOUND)
		kg_operator_account_read(tree, facts);
	else
		facts->service_account_seen = lookup == KG_LOOKUP_ABSENT;
}

/* Of several whose versions differ the version is not known; but those in the usual namespace go before others. */
static enum kg_lookup find_operator(const struct kg_world *world, struct kg_arena *arena, struct kg_operator_facts *ret_facts)
{
	static const struct kg_world_name anywhere = {.namespace = "", .name = ""};
	struct operators operators = {.arena = arena};
	const struct kg_cache_visitor visitor = {.visit = add_operator, .context = &operators};
	struct glance glance = begin_glance(world, KG_RESOURCE_DEPLOYMENTS);

	kg_arena_init(&operators.scratch, KG_MAX_CLUSTER_ARENA_BYTES);
	visit(&glance, KG_INDEX_OPERATOR, &anywhere, &visitor);
	kg_arena_release(&operators.scratch);
	if (operators.cut || operators.count == 0)
		return !operators.cut && saw_all(&glance) ? KG_LOOKUP_ABSENT : KG_LOOKUP_UNSEEN;
	read_account(world, arena, &operators.facts);
	*ret_facts = operators.facts;
	return KG_LOOKUP_FOUND;
}

/* ---- the world ---- */

/* Secrets and ConfigMaps are never read. */
static enum kg_lookup find_value(const struct kg_world *world, const struct kg_value_source *source, const char *key,
                                 struct kg_arena *arena, const char **ret_value)
{
	(void)world, (void)source, (void)key, (void)arena, (void)ret_value;
	return KG_LOOKUP_UNSEEN;
}

static enum kg_lookup find_values(const struct kg_world *world, const struct kg_value_source *source, struct kg_arena *arena,
                                  struct kg_pairs *ret_values)
{
	(void)world, (void)source, (void)arena, (void)ret_values;
	return KG_LOOKUP_UNSEEN;
}

static const struct kg_world_operations live_operations = {
        .authentication = find_authentication,
        .pod_template = find_pod_template,
        .value = find_value,
        .values = find_values,
        .scaled_by_target = scaled_by_target,
        .scaled_by_hpa = scaled_by_hpa,
        .hpas_by_target = hpas_by_target,
        .users = find_users,
        .scaled = find_scaled,
        .container_defaults = container_defaults,
        .keda_operator = find_operator,
};

int kg_live_world_init(struct kg_live_world *world, uint64_t seed, struct kg_budget *budget)
{
	*world = (struct kg_live_world){.world.operations = &live_operations};
	for (size_t i = 0; i < KG_RESOURCE_COUNT; i++) {
		world->resources[i].cache = kg_cache_new(&kg_resources[i].sort, seed, budget);
		if (world->resources[i].cache == NULL)
			return KG_ENOMEM;
	}
	return 0;
}

void kg_live_world_release(struct kg_live_world *world)
{
	for (size_t i = 0; i < KG_RESOURCE_COUNT; i++)
		kg_cache_free(world->resources[i].cache);
}
