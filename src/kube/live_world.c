#include "kube/live_world.h"

#include <string.h>

#include "kedagate/base/limits.h"
#include "kedagate/model/facts.h"
#include "kedagate/model/json.h"
#include "kube/glance.h"
#include "kube/live_lists.h"
#include "kube/resource.h"

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
	enum kg_lookup lookup = kg_glance_find(world, resource, &name, arena, &tree);

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

	lookup = kg_glance_find(world, key->kind == KG_KIND_SCALED_JOB ? KG_RESOURCE_SCALED_JOBS : KG_RESOURCE_SCALED_OBJECTS, &name, arena,
	                        &tree);
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
	lookup = kg_glance_find(world, resource, &name, arena, &tree);
	if (lookup != KG_LOOKUP_FOUND)
		return lookup;
	tree = kg_json_get(kg_json_get(tree, "spec"), "template");
	template = kg_arena_calloc(arena, 1, sizeof(*template));
	if (tree == NULL || template == NULL || kg_pod_template_decode(tree, arena, template) != 0)
		return KG_LOOKUP_UNSEEN;
	*ret_template = template;
	return KG_LOOKUP_FOUND;
}

/* ---- defaults of a namespace ---- */

struct defaults {
	struct kg_scratch scratch; /* nothing of a LimitRange is handed on */
	struct kg_resources given;
	size_t visited;
	bool cut;
};

static bool add_defaults(void *context, const struct kg_cached *cached)
{
	struct defaults *defaults = context;
	const cJSON *tree = NULL;

	if (defaults->visited++ < KG_MAX_NEIGHBOURS)
		tree = kg_scratch_unpack(&defaults->scratch, cached);
	defaults->cut = tree == NULL;
	if (tree != NULL)
		kg_limit_range_read(tree, &defaults->given);
	/* What is given stays given, whatever else there is. */
	return tree != NULL && !(defaults->given.cpu && defaults->given.memory);
}

static void container_defaults(const struct kg_world *world, const char *namespace, struct kg_arena *arena,
                               struct kg_container_defaults *ret_defaults)
{
	const struct kg_world_name all = {.namespace = namespace, .name = ""};
	struct defaults defaults = {0};
	const struct kg_cache_visitor visitor = {.visit = add_defaults, .context = &defaults};
	struct kg_glance glance = kg_glance_begin(world, KG_RESOURCE_LIMIT_RANGES);
	bool visited;

	kg_scratch_init(&defaults.scratch, arena);
	visited = kg_glance_visit(&glance, KG_INDEX_NAMESPACE, &all, &visitor);
	kg_scratch_release(&defaults.scratch);
	*ret_defaults =
	        (struct kg_container_defaults){.given = defaults.given, .complete = visited && kg_glance_saw_all(&glance) && !defaults.cut};
}

/* ---- KEDA's operator ---- */

/* Where KEDA is installed unless told otherwise: whoever may create a Deployment elsewhere must not pose as its operator. */
#define USUAL_NAMESPACE "keda"

struct operators {
	struct kg_arena *arena;
	struct kg_scratch scratch;
	struct kg_operator_facts facts; /* of the first */
	size_t count;
	bool elsewhere; /* than where the operator belongs */
	bool cut;
};

/* Of several whose versions differ the version is not known. */
static bool take_operator(struct operators *operators, const struct kg_operator_facts *facts)
{
	struct kg_operator_facts *kept = &operators->facts;
	const char **const texts[] = {&kept->namespace, &kept->service_account, &kept->azure_client_id};

	if (operators->count++ > 0) {
		if (kept->keda_version != facts->keda_version)
			kept->keda_version = 0;
		return true;
	}
	*kept = *facts;
	return kg_glance_keep_texts(operators->arena, texts, KG_ARRAY_LEN(texts));
}

static bool add_operator(void *context, const struct kg_cached *cached)
{
	struct operators *operators = context;
	const cJSON *tree = operators->count < KG_MAX_NEIGHBOURS ? kg_scratch_unpack(&operators->scratch, cached) : NULL;
	struct kg_operator_facts facts;

	operators->cut = tree == NULL;
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
	enum kg_lookup lookup = kg_glance_find(world, KG_RESOURCE_SERVICE_ACCOUNTS, &account, arena, &tree);

	if (lookup == KG_LOOKUP_FOUND)
		kg_operator_account_read(tree, facts);
	else
		facts->service_account_seen = lookup == KG_LOOKUP_ABSENT;
}

/* Where the operator is said to be; else those in the usual namespace go before others. */
static void visit_operators(const struct kg_live_world *live, const struct kg_glance *glance, struct operators *operators)
{
	const struct kg_cache_visitor visitor = {.visit = add_operator, .context = operators};
	const struct kg_world_name first = {.namespace = live->keda_namespace != NULL ? live->keda_namespace : USUAL_NAMESPACE, .name = ""};
	static const struct kg_world_name anywhere = {.namespace = "", .name = ""};

	operators->cut = !kg_glance_visit(glance, KG_INDEX_OPERATOR, &first, &visitor) || operators->cut;
	operators->elsewhere = live->keda_namespace == NULL && operators->count == 0 && !operators->cut;
	if (operators->elsewhere)
		operators->cut = !kg_glance_visit(glance, KG_INDEX_OPERATOR, &anywhere, &visitor) || operators->cut;
}

static enum kg_lookup find_operator(const struct kg_world *world, struct kg_arena *arena, struct kg_operator_facts *ret_facts)
{
	struct operators operators = {.arena = arena};
	struct kg_glance glance = kg_glance_begin(world, KG_RESOURCE_DEPLOYMENTS);

	kg_scratch_init(&operators.scratch, arena);
	visit_operators(kg_live_world_of(world), &glance, &operators);
	kg_scratch_release(&operators.scratch);
	if (operators.cut || operators.count == 0)
		return !operators.cut && kg_glance_saw_all(&glance) ? KG_LOOKUP_ABSENT : KG_LOOKUP_UNSEEN;
	/* The operator itself may not be seen yet, and this be somebody else's. */
	if (operators.elsewhere && !kg_glance_saw_all(&glance))
		operators.facts.keda_version = 0;
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
        .scaled_by_target = kg_live_scaled_by_target,
        .scaled_by_hpa = kg_live_scaled_by_hpa,
        .hpas_by_target = kg_live_hpas_by_target,
        .users = kg_live_users,
        .scaled = find_scaled,
        .container_defaults = container_defaults,
        .keda_operator = find_operator,
};

int kg_live_world_init(struct kg_live_world *world, uint64_t seed, struct kg_budget *budget)
{
	*world = (struct kg_live_world){.world = {.operations = &live_operations, .cluster = true}};
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
