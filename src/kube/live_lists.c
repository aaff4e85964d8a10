/*
 * Look-ups of the live world that answer with a list: neighbours on a workload, and users of an authentication.
 */
#include "kube/live_lists.h"

#include <string.h>

#include "kedagate/base/limits.h"
#include "kedagate/base/list.h"
#include "kedagate/model/facts.h"
#include "kube/glance.h"
#include "kube/resource.h"

/* What KEDA puts before the name of a ScaledObject that names no HPA. */
#define HPA_PREFIX "keda-hpa-"

/* What is gathered while objects are visited. */
struct gathering {
	struct kg_arena *arena;
	struct kg_scratch scratch;
	bool (*wants)(const struct kg_scaled_facts *facts, const char *name); /* of ScaledObjects */
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

/* Add a ScaledObject whose facts are wanted. False when there is no room. */
static bool add_scaled(struct gathering *gathering, struct kg_scaled_facts *facts)
{
	const char **const texts[] = {&facts->name, &facts->hpa_name, &facts->target.api_version, &facts->target.kind, &facts->target.name};
	struct kg_scaled_facts *items = NULL;

	if (gathering->count < KG_MAX_NEIGHBOURS && kg_glance_keep_texts(gathering->arena, texts, KG_ARRAY_LEN(texts)))
		items = kg_list_room(gathering->arena, gathering->scaled, gathering->count, sizeof(*items));
	gathering->cut = items == NULL;
	if (items == NULL)
		return false;
	gathering->scaled = items;
	items[gathering->count++] = *facts;
	return true;
}

static bool has_target(const struct kg_scaled_facts *facts, const char *target)
{
	return is_text(facts->target.name, target);
}

static bool names_hpa(const struct kg_scaled_facts *facts, const char *hpa)
{
	return is_text(facts->hpa_name, hpa);
}

/* KEDA calls its HPA after it. */
static bool names_no_hpa(const struct kg_scaled_facts *facts, const char *name)
{
	return (facts->hpa_name == NULL || *facts->hpa_name == '\0') && is_text(facts->name, name);
}

static bool gather_scaled(void *context, const struct kg_cached *cached)
{
	struct gathering *gathering = context;
	const cJSON *tree = kg_scratch_unpack(&gathering->scratch, cached);
	struct kg_scaled_facts facts;

	gathering->cut = tree == NULL;
	if (tree == NULL)
		return false;
	kg_scaled_facts_read(tree, &facts);
	return !gathering->wants(&facts, gathering->wanted->name) || add_scaled(gathering, &facts);
}

/* Those at `name` in the index that are wanted. False: there may be more. */
static bool visit_scaled(struct gathering *gathering, const struct kg_glance *glance, unsigned index, const struct kg_world_name *name)
{
	const struct kg_cache_visitor visitor = {.visit = gather_scaled, .context = gathering};

	gathering->wanted = name;
	return kg_glance_visit(glance, index, name, &visitor) && !gathering->cut;
}

void kg_live_scaled_by_target(const struct kg_world *world, const struct kg_world_name *target, struct kg_arena *arena,
                              struct kg_scaled_list *ret_list)
{
	struct gathering gathering = {.arena = arena, .wants = has_target};
	struct kg_glance glance = kg_glance_begin(world, KG_RESOURCE_SCALED_OBJECTS);
	bool visited;

	kg_scratch_init(&gathering.scratch, arena);
	visited = visit_scaled(&gathering, &glance, KG_INDEX_TARGET, target);
	kg_scratch_release(&gathering.scratch);
	*ret_list = (struct kg_scaled_list){
	        .items = gathering.scaled, .count = gathering.count, .complete = visited && kg_glance_saw_all(&glance)};
}

void kg_live_scaled_by_hpa(const struct kg_world *world, const struct kg_world_name *hpa, struct kg_arena *arena,
                           struct kg_scaled_list *ret_list)
{
	struct gathering gathering = {.arena = arena, .wants = names_hpa};
	struct kg_world_name maker = *hpa;
	struct kg_glance glance = kg_glance_begin(world, KG_RESOURCE_SCALED_OBJECTS);
	bool visited;

	kg_scratch_init(&gathering.scratch, arena);
	visited = visit_scaled(&gathering, &glance, KG_INDEX_HPA, hpa);
	if (visited && strncmp(hpa->name, HPA_PREFIX, strlen(HPA_PREFIX)) == 0) {
		maker.name += strlen(HPA_PREFIX);
		gathering.wants = names_no_hpa;
		visited = visit_scaled(&gathering, &glance, KG_INDEX_NAME, &maker);
	}
	kg_scratch_release(&gathering.scratch);
	*ret_list = (struct kg_scaled_list){
	        .items = gathering.scaled, .count = gathering.count, .complete = visited && kg_glance_saw_all(&glance)};
}

/* Copies of the facts' texts into the review's arena. False without memory. */
static bool keep_hpa(struct kg_arena *arena, struct kg_hpa_facts *facts)
{
	const char **const texts[] = {&facts->name, &facts->target.api_version, &facts->target.kind, &facts->target.name};
	const char **owners = kg_arena_calloc(arena, facts->owners.count, sizeof(*owners));

	if (owners == NULL || !kg_glance_keep_texts(arena, texts, KG_ARRAY_LEN(texts)))
		return false;
	for (size_t i = 0; i < facts->owners.count; i++) {
		owners[i] = kg_arena_strdup(arena, facts->owners.items[i]);
		if (owners[i] == NULL)
			return false;
	}
	facts->owners.items = owners;
	return true;
}

/* Add an HPA whose facts are wanted. False when there is no room. */
static bool add_hpa(struct gathering *gathering, struct kg_hpa_facts *facts)
{
	struct kg_hpa_facts *items = NULL;

	if (gathering->count < KG_MAX_NEIGHBOURS && facts->owners.count <= KG_MAX_NEIGHBOURS && keep_hpa(gathering->arena, facts))
		items = kg_list_room(gathering->arena, gathering->hpas, gathering->count, sizeof(*items));
	gathering->cut = items == NULL;
	if (items == NULL)
		return false;
	gathering->hpas = items;
	items[gathering->count++] = *facts;
	return true;
}

static bool gather_hpa(void *context, const struct kg_cached *cached)
{
	struct gathering *gathering = context;
	const cJSON *tree = kg_scratch_unpack(&gathering->scratch, cached);
	struct kg_hpa_facts facts;

	gathering->cut = tree == NULL || kg_hpa_facts_read(tree, &gathering->scratch.arena, &facts) != 0;
	if (gathering->cut)
		return false;
	return !is_text(facts.target.name, gathering->wanted->name) || add_hpa(gathering, &facts);
}

void kg_live_hpas_by_target(const struct kg_world *world, const struct kg_world_name *target, struct kg_arena *arena,
                            struct kg_hpa_list *ret_list)
{
	struct gathering gathering = {.arena = arena, .wanted = target};
	const struct kg_cache_visitor visitor = {.visit = gather_hpa, .context = &gathering};
	struct kg_glance glance = kg_glance_begin(world, KG_RESOURCE_AUTOSCALERS);
	bool visited;

	kg_scratch_init(&gathering.scratch, arena);
	visited = kg_glance_visit(&glance, KG_INDEX_TARGET, target, &visitor);
	kg_scratch_release(&gathering.scratch);
	*ret_list = (struct kg_hpa_list){
	        .items = gathering.hpas, .count = gathering.count, .complete = visited && kg_glance_saw_all(&glance) && !gathering.cut};
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

static bool leave_out(void *context, const struct kg_cached *cached)
{
	(void)cached;
	((struct gathering *)context)->left_out++;
	return true;
}

/* One with more triggers than are indexed may be a user or none. */
static void visit_users(const struct kg_glance *glance, unsigned index, const struct kg_world_name *name, struct gathering *gathering)
{
	const struct kg_cache_visitor users = {.visit = gather_user, .context = gathering};
	const struct kg_cache_visitor crowded = {.visit = leave_out, .context = gathering};
	const struct kg_world_name beside = {.namespace = name->namespace, .name = ""};

	if (!gathering->cut)
		gathering->cut = !kg_glance_visit(glance, index, name, &users) || gathering->cut;
	if (!gathering->cut)
		gathering->cut = !kg_glance_visit(glance, KG_INDEX_CROWDED, &beside, &crowded) || gathering->cut;
}

void kg_live_users(const struct kg_world *world, const struct kg_object_key *authentication, struct kg_arena *arena,
                   struct kg_user_list *ret_list)
{
	bool is_cluster_wide = authentication->kind == KG_KIND_CLUSTER_TRIGGER_AUTHENTICATION;
	unsigned index = is_cluster_wide ? KG_INDEX_CLUSTER_AUTHENTICATION : KG_INDEX_AUTHENTICATION;
	const struct kg_world_name name = {.namespace = is_cluster_wide ? "" : authentication->namespace, .name = authentication->name};
	struct gathering gathering = {.arena = arena, .user_kind = KG_KIND_SCALED_OBJECT};
	struct kg_glance objects = kg_glance_begin(world, KG_RESOURCE_SCALED_OBJECTS);
	struct kg_glance jobs = kg_glance_begin(world, KG_RESOURCE_SCALED_JOBS);

	visit_users(&objects, index, &name, &gathering);
	gathering.user_kind = KG_KIND_SCALED_JOB;
	visit_users(&jobs, index, &name, &gathering);
	*ret_list = (struct kg_user_list){.items = gathering.users,
	                                  .count = gathering.count,
	                                  .left_out = gathering.left_out,
	                                  .complete = kg_glance_saw_all(&objects) && kg_glance_saw_all(&jobs) && !gathering.cut};
}
