/*
 * What the scale target has to have: requests-missing, scale-to-zero-impossible, scale-target-not-found, container-not-found.
 *
 * Source: apis/keda/v1alpha1/scaledobject_webhook.go (verifyCPUMemoryScalers), pkg/scaling/resolver/scale_resolvers.go (ResolveContainerEnv).
 */
#include <string.h>

#include "kedagate/base/err.h"
#include "rules/checks.h"
#include "rules/findings.h"

static bool is_cpu(const struct kg_rule_trigger *trigger)
{
	const char *type = trigger->resolved.trigger->type;

	return type && strcmp(type, "cpu") == 0;
}

static bool is_resource(const struct kg_rule_trigger *trigger)
{
	const char *type = trigger->resolved.trigger->type;

	return is_cpu(trigger) || (type && strcmp(type, "memory") == 0);
}

/* KEDA's webhook looks into Deployments and StatefulSets of apps/v1, and passes over everything else. */
static bool is_looked_into(const struct kg_rule_context *context)
{
	const struct kg_scale_target_ref *reference = &context->object->scaled.scale_target_ref;
	const struct kg_scale_target target = {reference->api_version, reference->kind, reference->name};
	const char *kind = kg_scale_target_kind(&target);

	return strcmp(kg_scale_target_api_version(&target), "apps/v1") == 0 &&
	       (strcmp(kind, "Deployment") == 0 || strcmp(kind, "StatefulSet") == 0);
}

/* ---- requests-missing ---- */

static bool has_amount(const struct kg_resources *resources, bool cpu)
{
	return cpu ? resources->cpu : resources->memory;
}

/* The containers of the template that the trigger measures and that lack a request. 0 or KG_ENOMEM. */
static int find_lacking(const struct kg_rule_context *context, const struct kg_rule_trigger *trigger, struct kg_strings *out)
{
	const struct kg_pod_template *template = context->target.template;
	const char *wanted = kg_pairs_get(&trigger->resolved.trigger->metadata, "containerName");

	*out = (struct kg_strings){.items = kg_arena_calloc(context->arena, template->container_count, sizeof(*out->items))};
	if (!out->items)
		return KG_ENOMEM;
	for (size_t i = 0; i < template->container_count; i++) {
		const struct kg_container *container = &template->containers[i];

		if (!container->name || (!kg_rule_is_empty(wanted) && strcmp(container->name, wanted) != 0))
			continue;
		if (!has_amount(&container->resources, is_cpu(trigger)))
			out->items[out->count++] = container->name;
	}
	return 0;
}

static int add_lacking(const struct kg_rule_context *context, const struct kg_rule_trigger *trigger, const struct kg_strings *lacking,
                       struct kg_findings *out)
{
	const struct kg_world *world = context->judged->world;
	const char *type = trigger->resolved.trigger->type;
	bool by_pod = has_amount(&context->target.template->resources, is_cpu(trigger));
	struct kg_container_defaults defaults;
	const char *names = NULL;

	world->operations->container_defaults(world, context->judged->namespace, context->arena, &defaults);
	if (has_amount(&defaults.given, is_cpu(trigger)))
		return 0;
	names = kg_rule_join_names(context, lacking->items, lacking->count);
	return kg_findings_add(
	        out,
	        &(struct kg_finding){
	                .rule = KG_RULE_REQUESTS_MISSING,
	                .path = kg_rule_trigger_path(context, trigger, "type"),
	                .type = KG_FIELD_INVALID,
	                .value = type,
	                .detail = names ? kg_arena_printf(context->arena, "no %s request or limit in %s %s of the scale target%s", type,
	                                                  lacking->count > 1 ? "the containers" : "the container", names,
	                                                  by_pod ? ", only in the pod as a whole, which KEDA's webhook does not count" : "")
	                                : NULL,
	                .fix = kg_arena_printf(context->arena, "set resources.requests.%s", type),
	                /* Without a view of the namespace a LimitRange may give what lacks; with requests of the pod the HPA may work. */
	                .ceiling = defaults.complete && !by_pod ? KG_ACTION_DENY : KG_ACTION_WARN,
	        });
}

static int check_requests(const struct kg_rule_context *context, const struct kg_rule_trigger *trigger, struct kg_findings *out)
{
	struct kg_strings lacking;
	int status;

	if (!is_resource(trigger))
		return 0;
	status = find_lacking(context, trigger, &lacking);
	return status || lacking.count == 0 ? status : add_lacking(context, trigger, &lacking, out);
}

int kg_check_requests_missing(const struct kg_rule_context *context, struct kg_findings *out)
{
	if (!context->target.template || !is_looked_into(context))
		return 0;
	return kg_rule_each_trigger(context, out, check_requests);
}

/* ---- scale-to-zero-impossible ---- */

/* KEDA's webhook refuses it since 2.11 for the targets that it looks into and finds. Its operator would take it. */
static enum kg_action zero_ceiling(const struct kg_rule_context *context)
{
	if (!is_looked_into(context) || !context->target.template || context->keda_version < KG_VERSION(2, 11, 0))
		return KG_ACTION_WARN;
	return kg_rule_version_ceiling(context);
}

int kg_check_scale_to_zero_impossible(const struct kg_rule_context *context, struct kg_findings *out)
{
	const struct kg_optional_int *minimum = &context->object->scaled.min_replica_count;

	if (context->trigger_count == 0 || minimum->value != 0)
		return 0;
	for (size_t i = 0; i < context->trigger_count; i++) {
		if (!is_resource(&context->triggers[i]))
			return 0;
	}
	return kg_findings_add(out, &(struct kg_finding){
	                                    .rule = KG_RULE_SCALE_TO_ZERO_IMPOSSIBLE,
	                                    .path = "spec.minReplicaCount",
	                                    .type = minimum->set ? KG_FIELD_INVALID : KG_FIELD_REQUIRED,
	                                    .value = minimum->set ? "0" : NULL,
	                                    .detail = "must be at least 1 with only cpu and memory triggers: no pod, no metric, so nothing "
	                                              "would ever scale it up from zero",
	                                    .fix = "write minReplicaCount: 1",
	                                    .ceiling = zero_ceiling(context),
	                            });
}

/* ---- scale-target-not-found ---- */

int kg_check_scale_target_not_found(const struct kg_rule_context *context, struct kg_findings *out)
{
	if (context->target.lookup != KG_LOOKUP_ABSENT)
		return 0;
	return kg_findings_add(out, &(struct kg_finding){
	                                    .rule = KG_RULE_SCALE_TARGET_NOT_FOUND,
	                                    .path = "spec.scaleTargetRef.name",
	                                    .type = KG_FIELD_NOT_FOUND,
	                                    .value = context->object->scaled.scale_target_ref.name,
	                                    .detail = "nothing is scaled until it is there",
	                                    .ceiling = KG_ACTION_WARN,
	                            });
}

/* ---- container-not-found ---- */

/* A workload may still be on its way; the template of a ScaledJob is part of it. */
static enum kg_action template_ceiling(const struct kg_rule_context *context)
{
	return context->object->kind == KG_KIND_SCALED_JOB ? KG_ACTION_DENY : KG_ACTION_WARN;
}

static const struct kg_init_container *find_init_container(const struct kg_pod_template *template, const char *name)
{
	for (size_t i = 0; i < template->init_container_count; i++) {
		const struct kg_init_container *container = &template->init_containers[i];

		if (container->name && strcmp(container->name, name) == 0)
			return container;
	}
	return NULL;
}

/* KEDA looks in spec.containers alone, so for it even a sidecar is not there that Kubernetes keeps running. */
static int check_source_container(const struct kg_rule_context *context, struct kg_findings *out)
{
	const struct kg_scaled *scaled = &context->object->scaled;
	bool is_job = context->object->kind == KG_KIND_SCALED_JOB;
	const char *name = is_job ? scaled->env_source_container_name : scaled->scale_target_ref.env_source_container_name;
	bool initial = false;

	if (kg_rule_is_empty(name) || kg_resolve_container(context->target.template, name))
		return 0;
	initial = find_init_container(context->target.template, name) != NULL;
	return kg_findings_add(
	        out, &(struct kg_finding){
	                     .rule = KG_RULE_CONTAINER_NOT_FOUND,
	                     .path = is_job ? "spec.envSourceContainerName" : "spec.scaleTargetRef.envSourceContainerName",
	                     .type = KG_FIELD_NOT_FOUND,
	                     .value = name,
	                     .detail = initial ? "is one of the initContainers, where KEDA does not look: it builds no scaler at all"
	                                       : "no container of the pod template has this name: KEDA builds no scaler at all",
	                     .fix = initial ? "name one of spec.containers, and give it the variables" : NULL,
	                     .ceiling = template_ceiling(context),
	             });
}

/* Sidecars that are injected stand in no template, so this may be one of them. Those among the initContainers are measured as containers are. */
static int check_measured_container(const struct kg_rule_context *context, const struct kg_rule_trigger *trigger, struct kg_findings *out)
{
	const char *name = is_resource(trigger) ? kg_pairs_get(&trigger->resolved.trigger->metadata, "containerName") : NULL;
	const struct kg_init_container *initial = NULL;

	if (kg_rule_is_empty(name) || kg_resolve_container(context->target.template, name))
		return 0;
	initial = find_init_container(context->target.template, name);
	if (initial && initial->restart_policy && strcmp(initial->restart_policy, "Always") == 0)
		return 0;
	return kg_findings_add(
	        out, &(struct kg_finding){
	                     .rule = KG_RULE_CONTAINER_NOT_FOUND,
	                     .path = kg_rule_metadata_path(context, trigger, "containerName"),
	                     .type = KG_FIELD_NOT_FOUND,
	                     .value = name,
	                     .detail = initial ? "is one of the initContainers, which end before there is anything to measure"
	                                       : "no container of the pod template has this name: there is no metric unless it is injected",
	                     .ceiling = KG_ACTION_WARN,
	             });
}

int kg_check_container_not_found(const struct kg_rule_context *context, struct kg_findings *out)
{
	const struct kg_pod_template *template = context->target.template;
	int status;

	if (!template || template->container_count == 0)
		return 0;
	status = check_source_container(context, out);
	return status ? status : kg_rule_each_trigger(context, out, check_measured_container);
}
