#include "cli/misfit.h"

#include <string.h>

#include "kedagate/base/err.h"
#include "kedagate/base/nearest.h"
#include "kedagate/model/object.h"

#define SERVED "keda.sh/v1alpha1"

/* What our own documents say. Reports have the same group and other kinds. */
#define POLICY_GROUP       "kedagate.io"
#define POLICY_API_VERSION POLICY_GROUP "/v1"
#define POLICY_KIND        "Policy"

/* The one that is not judged belongs to KEDA's OLM operator. */
static const char *const served_kinds[] = {"ScaledObject", "ScaledJob", "TriggerAuthentication", "ClusterTriggerAuthentication",
                                           "KedaController"};

static bool is_served_kind(const char *kind)
{
	for (size_t i = 0; i < KG_ARRAY_LEN(served_kinds); i++) {
		if (strcmp(served_kinds[i], kind) == 0)
			return true;
	}
	return false;
}

static const char *nearest_kind(const char *kind)
{
	struct kg_nearest nearest;

	kg_nearest_init(&nearest, kind);
	for (size_t i = 0; i < KG_ARRAY_LEN(served_kinds); i++)
		kg_nearest_try(&nearest, served_kinds[i]);
	return nearest.best;
}

static bool has_group(const char *api_version, const char *group)
{
	size_t length = strlen(group);

	return strncmp(api_version, group, length) == 0 && (api_version[length] == '/' || api_version[length] == '\0');
}

static bool is_near(const char *word, const char *candidate)
{
	struct kg_nearest nearest;

	kg_nearest_init(&nearest, word);
	kg_nearest_try(&nearest, candidate);
	return nearest.best != NULL;
}

static int find_kind(const char *kind, struct kg_arena *arena, struct kg_misfit *out)
{
	const char *nearest = nearest_kind(kind);

	out->field = "kind";
	out->message = nearest != NULL ? kg_arena_printf(arena, "not judged: KEDA has no kind %s; did you mean %s?", kind, nearest)
	                               : "not judged: KEDA has no such kind";
	return out->message != NULL ? 0 : KG_ENOMEM;
}

/* True when the document was meant to be a policy. */
static bool find_policy(const char *api_version, const char *kind, struct kg_misfit *out)
{
	bool is_kind = strcmp(kind, POLICY_KIND) == 0;

	if (has_group(api_version, POLICY_GROUP) && !is_kind && is_near(kind, POLICY_KIND))
		*out = (struct kg_misfit){.message = "no policy as it stands: write kind: " POLICY_KIND, .field = "kind"};
	else if (is_kind && (*api_version == '\0' || is_near(api_version, POLICY_API_VERSION)))
		out->message = "no policy as it stands: write apiVersion: " POLICY_API_VERSION;
	return out->message != NULL;
}

int kg_misfit_find(const char *api_version, const char *kind, struct kg_arena *arena, struct kg_misfit *out)
{
	*out = (struct kg_misfit){.field = "apiVersion"};
	if (find_policy(api_version, kind, out))
		return 0;
	if (has_group(api_version, "keda.k8s.io"))
		out->message = "not judged: keda.k8s.io was the group of KEDA 1; write apiVersion: " SERVED;
	else if (has_group(api_version, "keda.sh") && !is_served_kind(kind))
		return find_kind(kind, arena, out);
	else if (has_group(api_version, "keda.sh") && strcmp(api_version, SERVED) != 0)
		out->message = "KEDA serves no such version: write apiVersion: " SERVED;
	else if (*api_version == '\0' && is_served_kind(kind))
		out->message = "not judged: it has no apiVersion; write apiVersion: " SERVED;
	else if (!has_group(api_version, "keda.sh") && is_served_kind(kind) && is_near(api_version, SERVED))
		out->message = "not judged: KEDA's group and version are others; write apiVersion: " SERVED;
	return 0;
}
