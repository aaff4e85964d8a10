/*
 * cpu and memory: the metrics of the target's own pods, which the HorizontalPodAutoscaler reads itself.
 *
 * Whether metricType is given and right is metric-type-invalid; the value must fit it.
 */
#include <string.h>

#include "kedagate/base/err.h"
#include "kedagate/syntax/quantity.h"
#include "kedagate/syntax/scalar.h"
#include "scalers/complaints.h"
#include "scalers/scalers.h"

#define TYPED_SINCE  KG_VERSION(2, 16, 0)
#define TYPE_REFUSED KG_VERSION(2, 18, 0)

/* clang-format off */
static const struct kg_param rows[] = {
	PARAM("type",          KG_FROM_METADATA, KG_TYPE_STRING, KG_OPTIONAL, .values = KG_NAMES("Utilization", "AverageValue"), .announced = KG_VERSION(2, 17, 0), .deprecated = TYPE_REFUSED, .instead = "metricType of the trigger"),
	PARAM("value",         KG_FROM_METADATA, KG_TYPE_STRING, KG_REQUIRED),
	PARAM("containerName", KG_FROM_METADATA, KG_TYPE_STRING, KG_OPTIONAL),
};
/* clang-format on */

/* What decides how the value is read: the old parameter goes first as long as it counts. */
static const char *metric_type(const struct kg_params *params)
{
	const char *old = params->keda_version < TYPE_REFUSED ? kg_params_text(params, "type") : NULL;

	return old ? old : params->metric_type;
}

static bool is_utilization(const char *text)
{
	int64_t number;

	return kg_go_int_parse(kg_slice_of(text), &number) && number >= INT32_MIN && number <= INT32_MAX;
}

static int check(const struct kg_params *params, struct kg_complaints *out)
{
	const char *type = metric_type(params);
	const char *value = kg_params_text(params, "value");

	if (!type || !value)
		return 0;
	if (strcmp(type, "Utilization") == 0 && !is_utilization(value))
		return kg_complain_invalid(params, "value",
		                           "must be a whole number of per cent, written like 60, for metricType Utilization", out);
	if (strcmp(type, "AverageValue") == 0 && !kg_quantity_valid(value))
		return kg_complain_invalid(params, "value", "must be a quantity such as 500m or 1Gi for metricType AverageValue", out);
	return 0;
}

const struct kg_scaler kg_scaler_cpu = {
        .type = "cpu",
        .params = rows,
        .param_count = KG_ARRAY_LEN(rows),
        .typed_since = TYPED_SINCE,
        .read_since = TYPED_SINCE,
        .other_identities = KG_IDENTITY_IGNORED,
        .transport = {.kind = KG_TRANSPORT_NONE},
        .no_cached_metrics = true,
        .resource_metric = true,
        .check = check,
        .source = "pkg/scalers/cpu_memory_scaler.go",
};

const struct kg_scaler kg_scaler_memory = {
        .type = "memory",
        .params = rows,
        .param_count = KG_ARRAY_LEN(rows),
        .typed_since = TYPED_SINCE,
        .read_since = TYPED_SINCE,
        .other_identities = KG_IDENTITY_IGNORED,
        .transport = {.kind = KG_TRANSPORT_NONE},
        .no_cached_metrics = true,
        .resource_metric = true,
        .check = check,
        .source = "pkg/scalers/cpu_memory_scaler.go",
};
