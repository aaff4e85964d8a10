#include "cli/keda_version.h"

#include <stdio.h>

#include "kedagate/base/log.h"

const char *kg_keda_version_doubt(uint32_t version, char out[KG_ERR_MESSAGE_MAX])
{
	bool newer = version > KG_VERSION_NEWEST;
	char own[KG_VERSION_TEXT_MAX];
	char known[KG_VERSION_TEXT_MAX];

	if (version >= KG_VERSION_OLDEST && !newer)
		return NULL;
	(void)kg_version_text(version, own);
	(void)kg_version_text(newer ? KG_VERSION_NEWEST : KG_VERSION_OLDEST, known);
	(void)snprintf(out, KG_ERR_MESSAGE_MAX, "KEDA %s is %s than every release known here: judged by what is known of %s", own,
	               newer ? "newer" : "older", known);
	return out;
}

const char *kg_keda_version_text(const struct kg_policy *policy, bool looks_at_cluster, char out[KG_VERSION_TEXT_MAX])
{
	if (policy->keda_version_source == KG_KEDA_VERSION_AUTO)
		return looks_at_cluster ? "auto" : "unknown";
	return kg_version_text(policy->keda_version, out);
}

void kg_keda_version_log(const struct kg_policy *policy, bool looks_at_cluster)
{
	char doubt[KG_ERR_MESSAGE_MAX];

	if (policy->keda_version_source == KG_KEDA_VERSION_AUTO && !looks_at_cluster)
		kg_log(KG_LOG_WARN, "the KEDA version is unknown without a cluster: denials that depend on it are warnings",
		       KG_LOG_STR("advice", "name the version by --keda-version"));
	if (kg_keda_version_doubt(policy->keda_version, doubt) != NULL)
		kg_log(KG_LOG_WARN, "unknown KEDA version", KG_LOG_STR("reason", doubt));
}
