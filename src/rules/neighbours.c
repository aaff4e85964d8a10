/*
 * Other autoscalers of the same workload, as KEDA's own webhook refuses them: workload-shared, workload-has-hpa, hpa-name-shared.
 *
 * Source: apis/keda/v1alpha1/scaledobject_webhook.go (verifyScaledObjects, verifyHpas).
 */
#include <string.h>

#include "kedagate/base/err.h"
#include "rules/checks.h"
#include "rules/findings.h"

#define TARGET_PATH   "spec.scaleTargetRef.name"
#define HPA_NAME_PATH "spec.advanced.horizontalPodAutoscalerConfig.name"

static struct kg_scale_target target_of(const struct kg_rule_context *context)
{
	const struct kg_scale_target_ref *reference = &context->object->scaled.scale_target_ref;

	return (struct kg_scale_target){reference->api_version, reference->kind, reference->name};
}

/* KEDA knows the object under review in a list by its name. */
static bool is_self(const struct kg_rule_context *context, const char *name)
{
	const char *own = context->object->metadata.name;

	return !name || (own && strcmp(own, name) == 0);
}

/* The ScaledObjects that scale the same workload. 0 or KG_ENOMEM. */
static int find_sharers(const struct kg_rule_context *context, struct kg_strings *out)
{
	const struct kg_world *world = context->judged->world;
	const struct kg_scale_target target = target_of(context);
	const struct kg_world_name name = {context->judged->namespace, target.name};
	struct kg_scaled_list list;

	*out = (struct kg_strings){0};
	world->operations->scaled_by_target(world, &name, context->arena, &list);
	if (list.count == 0)
		return 0;
	out->items = kg_arena_calloc(context->arena, list.count, sizeof(*out->items));
	if (!out->items)
		return KG_ENOMEM;
	for (size_t i = 0; i < list.count; i++) {
		if (!is_self(context, list.items[i].name) && kg_scale_target_equal(&list.items[i].target, &target))
			out->items[out->count++] = list.items[i].name;
	}
	return 0;
}

/* "the ScaledObjects a, b". */
static const char *name_them(const struct kg_rule_context *context, const char *kind, const struct kg_strings *names)
{
	const char *joined = kg_rule_join_names(context, names->items, names->count);

	return joined ? kg_arena_printf(context->arena, "the %s%s %s", kind, names->count > 1 ? "s" : "", joined) : NULL;
}

static const char *describe(const struct kg_rule_context *context, const char *who, bool several, const char *what)
{
	return who ? kg_arena_printf(context->arena, "%s %s %s", who, several ? "have" : "has", what) : NULL;
}

/* ---- workload-shared ---- */

int kg_check_workload_shared(const struct kg_rule_context *context, struct kg_findings *out)
{
	struct kg_strings sharers;
	int status = find_sharers(context, &sharers);

	if (status || sharers.count == 0)
		return status;
	return kg_findings_add(out, &(struct kg_finding){
	                                    .rule = KG_RULE_WORKLOAD_SHARED,
	                                    .path = TARGET_PATH,
	                                    .type = KG_FIELD_DUPLICATE,
	                                    .value = context->object->scaled.scale_target_ref.name,
	                                    .detail = describe(context, name_them(context, "ScaledObject", &sharers), sharers.count > 1,
	                                                       "the same scale target"),
	                                    .fix = "put all triggers into one ScaledObject",
	                            });
}

/* ---- hpa-name-shared ---- */

/* KEDA looks at it since 2.16; before, the two fight over one HPA and nobody says so. */
static enum kg_action hpa_name_ceiling(const struct kg_rule_context *context)
{
	return context->keda_version < KG_VERSION(2, 16, 0) ? KG_ACTION_WARN : kg_rule_version_ceiling(context);
}

static int add_hpa_name(const struct kg_rule_context *context, const char *hpa, const struct kg_strings *sharers, struct kg_findings *out)
{
	const char *given = context->object->scaled.advanced.hpa_name;

	return kg_findings_add(out, &(struct kg_finding){
	                                    .rule = KG_RULE_HPA_NAME_SHARED,
	                                    .path = kg_rule_is_empty(given) ? "metadata.name" : HPA_NAME_PATH,
	                                    .type = KG_FIELD_DUPLICATE,
	                                    .value = hpa,
	                                    .detail = describe(context, name_them(context, "ScaledObject", sharers), sharers->count > 1,
	                                                       "an HPA of this name already"),
	                                    .fix = "give each its own spec.advanced.horizontalPodAutoscalerConfig.name",
	                                    .ceiling = hpa_name_ceiling(context),
	                            });
}

int kg_check_hpa_name_shared(const struct kg_rule_context *context, struct kg_findings *out)
{
	const struct kg_world *world = context->judged->world;
	const char *given = context->object->scaled.advanced.hpa_name;
	const char *hpa = kg_hpa_name(given, context->object->metadata.name, context->arena);
	const struct kg_world_name name = {context->judged->namespace, hpa};
	struct kg_scaled_list list;
	struct kg_strings sharers = {0};

	if (!hpa)
		return KG_ENOMEM;
	/* A name that the API server is going to make up shares nothing. */
	if (kg_rule_is_empty(given) && kg_rule_is_empty(context->object->metadata.name))
		return 0;
	world->operations->scaled_by_hpa(world, &name, context->arena, &list);
	if (list.count == 0)
		return 0;
	sharers.items = kg_arena_calloc(context->arena, list.count, sizeof(*sharers.items));
	if (!sharers.items)
		return KG_ENOMEM;
	for (size_t i = 0; i < list.count; i++) {
		if (!is_self(context, list.items[i].name))
			sharers.items[sharers.count++] = list.items[i].name;
	}
	return sharers.count > 0 ? add_hpa_name(context, hpa, &sharers, out) : 0;
}

/* ---- workload-has-hpa ---- */

static bool is_owned_by(const struct kg_hpa_facts *hpa, const char *name)
{
	for (size_t i = 0; name && i < hpa->owners.count; i++) {
		if (strcmp(hpa->owners.items[i], name) == 0)
			return true;
	}
	return false;
}

static bool is_owned_by_one_of(const struct kg_hpa_facts *hpa, const struct kg_strings *names)
{
	for (size_t i = 0; i < names->count; i++) {
		if (is_owned_by(hpa, names->items[i]))
			return true;
	}
	return false;
}

/* The ScaledObject is to take over HPAs that it names. */
static bool is_transfer(const struct kg_rule_context *context)
{
	const char *annotation = kg_pairs_get(&context->object->metadata.annotations, "scaledobject.keda.sh/transfer-hpa-ownership");

	return annotation && strcmp(annotation, "true") == 0 && context->keda_version >= KG_VERSION(2, 11, 0);
}

static bool takes_over(const struct kg_rule_context *context, const struct kg_hpa_facts *hpa)
{
	const char *given = context->object->scaled.advanced.hpa_name;

	return is_transfer(context) && given && hpa->name && strcmp(given, hpa->name) == 0;
}

static bool is_left_alone(const struct kg_rule_context *context, const struct kg_hpa_facts *hpa)
{
	return hpa->left_alone && context->keda_version >= KG_VERSION(2, 14, 0);
}

/* An older version would refuse what these annotations allow, a newer one nothing that an older one takes: no denial depends on the version. */
static int add_hpas(const struct kg_rule_context *context, const struct kg_strings *hpas, struct kg_findings *out)
{
	bool transfer = is_transfer(context);
	const char *who = name_them(context, "HorizontalPodAutoscaler", hpas);
	const char *what = transfer ? "the same scale target, and is not the one to be taken over" : "the same scale target";

	return kg_findings_add(out, &(struct kg_finding){
	                                    .rule = KG_RULE_WORKLOAD_HAS_HPA,
	                                    .path = transfer ? HPA_NAME_PATH : TARGET_PATH,
	                                    .type = transfer ? KG_FIELD_REQUIRED : KG_FIELD_DUPLICATE,
	                                    .value = transfer ? NULL : context->object->scaled.scale_target_ref.name,
	                                    .detail = describe(context, who, hpas->count > 1, what),
	                                    .fix = transfer ? "write the name of that HPA there"
	                                                    : "delete it, or annotate this ScaledObject with "
	                                                      "scaledobject.keda.sh/transfer-hpa-ownership: \"true\" and set " HPA_NAME_PATH
	                                                      " to its name",
	                            });
}

int kg_check_workload_has_hpa(const struct kg_rule_context *context, struct kg_findings *out)
{
	const struct kg_world *world = context->judged->world;
	const struct kg_scale_target target = target_of(context);
	const struct kg_world_name name = {context->judged->namespace, target.name};
	struct kg_strings sharers, hpas = {0};
	struct kg_hpa_list list;
	int status;

	world->operations->hpas_by_target(world, &name, context->arena, &list);
	if (list.count == 0)
		return 0;
	hpas.items = kg_arena_calloc(context->arena, list.count, sizeof(*hpas.items));
	status = hpas.items ? find_sharers(context, &sharers) : KG_ENOMEM;
	if (status)
		return status;
	for (size_t i = 0; i < list.count; i++) {
		const struct kg_hpa_facts *hpa = &list.items[i];

		if (!hpa->name || !kg_scale_target_equal(&hpa->target, &target) || is_left_alone(context, hpa) || takes_over(context, hpa))
			continue;
		/* Of an HPA that another ScaledObject made, workload-shared speaks. */
		if (!is_owned_by(hpa, context->object->metadata.name) && !is_owned_by_one_of(hpa, &sharers))
			hpas.items[hpas.count++] = hpa->name;
	}
	return hpas.count > 0 ? add_hpas(context, &hpas, out) : 0;
}
