/*
 * Kinds of Kubernetes' own that nothing can scale: scale-target-unscalable. What a custom resource can do is not known here.
 *
 * Source: apis/keda/v1alpha1/gvkr.go (ParseGVKR: its webhook refuses a kind that the API server does not have, other than Deployment and
 * StatefulSet, of which it does not ask), controllers/keda/scaledobject_controller.go (checkTargetResourceIsScalable); which kinds have the
 * subresource scale: Kubernetes' pkg/registry, storage_apps.go, storage_batch.go, storage_core.go.
 */
#include <string.h>

#include "kedagate/base/compiler.h"
#include "kedagate/base/err.h"
#include "kedagate/base/nearest.h"
#include "rules/checks.h"
#include "rules/findings.h"

#define KIND_PATH "spec.scaleTargetRef.kind"

static const char *const apps_kinds[] = {"Deployment", "StatefulSet", "ReplicaSet", NULL};
static const char *const core_kinds[] = {"ReplicationController", NULL};
static const char *const no_kinds[] = {NULL};

/* A group that no custom resource can be in: theirs have a dot. */
struct group {
	const char *name;
	const char *const *kinds; /* that have replicas */
	const char *detail, *fix; /* of any other kind */
};

static const struct group groups[] = {
        {"apps", apps_kinds, "nothing else of apps can be scaled; supported values: \"Deployment\", \"StatefulSet\", \"ReplicaSet\"", NULL},
        {"", core_kinds, "an apiVersion without a group has nothing that can be scaled but a ReplicationController",
         "write the apiVersion with its group, such as apps/v1"},
        {"batch", no_kinds, "nothing of batch can be scaled", "write a ScaledJob, which starts Jobs"},
};

static const struct group *find_group(struct kg_slice name)
{
	for (size_t i = 0; i < KG_ARRAY_LEN(groups); i++)
		if (kg_slice_equal(name, groups[i].name))
			return &groups[i];
	return NULL;
}

static const char *fix_of(const struct kg_rule_context *context, const struct group *group, const char *kind)
{
	struct kg_nearest nearest;

	if (group->fix)
		return group->fix;
	kg_nearest_init(&nearest, kind);
	for (size_t i = 0; group->kinds[i]; i++)
		kg_nearest_try(&nearest, group->kinds[i]);
	return nearest.best ? kg_arena_printf(context->arena, "write kind: %s", nearest.best) : NULL;
}

static int add_kind(const struct kg_rule_context *context, const struct group *group, const char *kind, struct kg_findings *out)
{
	return kg_findings_add(out, &(struct kg_finding){
	                                    .rule = KG_RULE_SCALE_TARGET_UNSCALABLE,
	                                    .path = KIND_PATH,
	                                    .type = KG_FIELD_NOT_SUPPORTED,
	                                    .value = kind,
	                                    .detail = group->detail,
	                                    .fix = fix_of(context, group, kind),
	                            });
}

static int add_version(const char *api_version, const char *detail, enum kg_action ceiling, struct kg_findings *out)
{
	return kg_findings_add(out, &(struct kg_finding){
	                                    .rule = KG_RULE_SCALE_TARGET_UNSCALABLE,
	                                    .path = "spec.scaleTargetRef.apiVersion",
	                                    .type = KG_FIELD_INVALID,
	                                    .value = api_version,
	                                    .detail = detail,
	                                    .fix = "write the group and its version, such as apps/v1",
	                                    .ceiling = ceiling,
	                            });
}

/* KEDA finds a Deployment by its name alone. The HorizontalPodAutoscaler that it makes goes by the apiVersion, and finds none. */
static bool is_half_found(struct kg_slice group, const char *kind)
{
	return group.length == 0 && (strcmp(kind, "Deployment") == 0 || strcmp(kind, "StatefulSet") == 0);
}

static int check_kind(const struct kg_rule_context *context, const char *api_version, const char *kind, struct kg_findings *out)
{
	const char *slash = strchr(api_version, '/');
	const struct kg_slice name = {api_version, slash ? (size_t)(slash - api_version) : 0};
	const struct group *group = find_group(name);

	if (slash && strchr(slash + 1, '/'))
		return add_version(api_version, "has more than a group and a version: KEDA cannot read it", KG_ACTION_DENY, out);
	if (!group || kg_slice_among(kg_slice_of(kind), group->kinds))
		return 0;
	if (is_half_found(name, kind))
		return add_version(api_version,
		                   "this kind is in apps/v1: KEDA scales it between 0 and 1, and the HPA finds nothing to scale",
		                   KG_ACTION_WARN, out);
	return add_kind(context, group, kind, out);
}

int kg_check_scale_target_unscalable(const struct kg_rule_context *context, struct kg_findings *out)
{
	const struct kg_scale_target_ref *reference = &context->object->scaled.scale_target_ref;
	const struct kg_scale_target target = {reference->api_version, reference->kind, reference->name};

	if (kg_rule_is_empty(reference->api_version) && kg_rule_is_empty(reference->kind))
		return 0;
	return check_kind(context, kg_scale_target_api_version(&target), kg_scale_target_kind(&target), out);
}
