/*
 * cron: a number of replicas between two times of day. KEDA looks at its own clock only.
 */
#include <string.h>

#include "kedagate/base/err.h"
#include "kedagate/syntax/cron.h"
#include "scalers/complaints.h"
#include "scalers/number.h"
#include "scalers/scalers.h"

#define TYPED_SINCE KG_VERSION(2, 16, 0)

/* clang-format off */
static const struct kg_param rows[] = {
	PARAM("start",           KG_FROM_METADATA, KG_TYPE_STRING, KG_REQUIRED),
	PARAM("end",             KG_FROM_METADATA, KG_TYPE_STRING, KG_REQUIRED),
	PARAM("timezone",        KG_FROM_METADATA, KG_TYPE_STRING, KG_REQUIRED),
	PARAM("desiredReplicas", KG_FROM_METADATA, KG_TYPE_INT,    KG_REQUIRED),
};
/* clang-format on */

static int check_schedule(const struct kg_params *params, const char *name, struct kg_complaints *out)
{
	const char *text = kg_params_text(params, name);
	const char *fault = text ? kg_cron_fault(text) : NULL;

	return fault ? kg_complain_invalid(params, name, kg_arena_printf(out->arena, "must be a cron schedule: %s", fault), out) : 0;
}

/* KEDA looks the zone up only when it asks for the time, and then fails each time. */
static int check_zone(const struct kg_params *params, struct kg_complaints *out)
{
	const char *zone = kg_params_text(params, "timezone");
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/";

	if (!zone || (zone[strspn(zone, letters)] == '\0' && *zone != '/'))
		return 0;
	return kg_complain_doubtful(params, "timezone", "must be the name of an IANA time zone such as Europe/Berlin", out);
}

static int check(const struct kg_params *params, struct kg_complaints *out)
{
	const char *start = kg_params_text(params, "start");
	const char *end = kg_params_text(params, "end");
	int status = check_schedule(params, "start", out);

	if (status == 0)
		status = check_schedule(params, "end", out);
	if (status == 0 && start && end && strcmp(start, end) == 0)
		status = kg_complain_invalid(params, "end", "must not be the same as start", out);
	if (status == 0 && kg_number_is_zero(params, "desiredReplicas"))
		status = kg_complain_invalid(params, "desiredReplicas", "must not be 0", out);
	return status ? status : check_zone(params, out);
}

const struct kg_scaler kg_scaler_cron = {
        .type = "cron",
        .params = rows,
        .param_count = KG_ARRAY_LEN(rows),
        .typed_since = TYPED_SINCE,
        .read_since = TYPED_SINCE,
        .other_identities = KG_IDENTITY_IGNORED,
        .transport = {.kind = KG_TRANSPORT_NONE},
        .no_cached_metrics = true,
        .check = check,
        .source = "pkg/scalers/cron_scaler.go",
};
