/*
 * The world that sees nothing. No function looks at the world it is called for, so that other worlds may have some of them.
 */
#include "kedagate/model/world.h"

static enum kg_lookup no_authentication(const struct kg_world *world, const struct kg_object_key *key, struct kg_arena *arena,
                                        const struct kg_authentication **ret_authentication)
{
	(void)world, (void)key, (void)arena, (void)ret_authentication;
	return KG_LOOKUP_UNSEEN;
}

static enum kg_lookup no_template(const struct kg_world *world, const char *namespace, const struct kg_scale_target *target,
                                  struct kg_arena *arena, const struct kg_pod_template **ret_template)
{
	(void)world, (void)namespace, (void)target, (void)arena, (void)ret_template;
	return KG_LOOKUP_UNSEEN;
}

static enum kg_lookup no_value(const struct kg_world *world, const struct kg_value_source *source, const char *key, struct kg_arena *arena,
                               const char **ret_value)
{
	(void)world, (void)source, (void)key, (void)arena, (void)ret_value;
	return KG_LOOKUP_UNSEEN;
}

static enum kg_lookup no_values(const struct kg_world *world, const struct kg_value_source *source, struct kg_arena *arena,
                                struct kg_pairs *ret_values)
{
	(void)world, (void)source, (void)arena, (void)ret_values;
	return KG_LOOKUP_UNSEEN;
}

static void no_scaled_objects(const struct kg_world *world, const struct kg_world_name *name, struct kg_arena *arena,
                              struct kg_scaled_list *ret_list)
{
	(void)world, (void)name, (void)arena;
	*ret_list = (struct kg_scaled_list){0};
}

static void no_hpas(const struct kg_world *world, const struct kg_world_name *target, struct kg_arena *arena, struct kg_hpa_list *ret_list)
{
	(void)world, (void)target, (void)arena;
	*ret_list = (struct kg_hpa_list){0};
}

static void no_users(const struct kg_world *world, const struct kg_object_key *authentication, struct kg_arena *arena,
                     struct kg_user_list *ret_list)
{
	(void)world, (void)authentication, (void)arena;
	*ret_list = (struct kg_user_list){0};
}

static enum kg_lookup no_scaled(const struct kg_world *world, const struct kg_object_key *key, struct kg_arena *arena,
                                const struct kg_object **ret_object)
{
	(void)world, (void)key, (void)arena, (void)ret_object;
	return KG_LOOKUP_UNSEEN;
}

static void no_container_defaults(const struct kg_world *world, const char *namespace, struct kg_arena *arena,
                                  struct kg_container_defaults *ret_defaults)
{
	(void)world, (void)namespace, (void)arena;
	*ret_defaults = (struct kg_container_defaults){0};
}

static enum kg_lookup no_operator(const struct kg_world *world, struct kg_arena *arena, struct kg_operator_facts *ret_facts)
{
	(void)world, (void)arena, (void)ret_facts;
	return KG_LOOKUP_UNSEEN;
}

const struct kg_world *kg_world_blind(void)
{
	static const struct kg_world_operations operations = {
	        .authentication = no_authentication,
	        .pod_template = no_template,
	        .value = no_value,
	        .values = no_values,
	        .scaled_by_target = no_scaled_objects,
	        .scaled_by_hpa = no_scaled_objects,
	        .hpas_by_target = no_hpas,
	        .users = no_users,
	        .scaled = no_scaled,
	        .container_defaults = no_container_defaults,
	        .keda_operator = no_operator,
	};
	static const struct kg_world blind = {.operations = &operations};

	return &blind;
}
