#include "cli/keda_version.h"

#include <stdbool.h>
#include <stdio.h>

#include "kedagate/base/log.h"
#include "kedagate/syntax/version.h"

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

void kg_keda_version_log(uint32_t version)
{
	char doubt[KG_ERR_MESSAGE_MAX];

	if (kg_keda_version_doubt(version, doubt) != NULL)
		kg_log(KG_LOG_WARN, "unknown KEDA version", KG_LOG_STR("reason", doubt));
}
