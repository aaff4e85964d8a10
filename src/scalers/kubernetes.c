/*
 * kubernetes-workload: how many pods match a selector. kubernetes-resource: a number in a ConfigMap or Secret. Both ask the API server only.
 */
#include <string.h>

#include "kedagate/base/err.h"
#include "kedagate/syntax/label_selector.h"
#include "scalers/complaints.h"
#include "scalers/scalers.h"

#define WORKLOAD_TYPED_SINCE KG_VERSION(2, 16, 0)
#define RESOURCE_SINCE       KG_VERSION(2, 19, 0)

/* clang-format off */
static const struct kg_param workload_rows[] = {
	PARAM("podSelector",     KG_FROM_METADATA, KG_TYPE_STRING, KG_REQUIRED),
	PARAM("value",           KG_FROM_METADATA, KG_TYPE_FLOAT,  KG_REQUIRED_WITHOUT_FORMULA, .bound = KG_BOUND_POSITIVE_BUT_FOR_FORMULA),
	PARAM("activationValue", KG_FROM_METADATA, KG_TYPE_FLOAT,  KG_OPTIONAL, .def = "0"),
	PARAM("groupByNode",     KG_FROM_METADATA, KG_TYPE_BOOL,   KG_OPTIONAL, .since = KG_VERSION(2, 20, 0), .def = "false"),
};

static const struct kg_param resource_rows[] = {
	PARAM("resourceKind",          KG_FROM_METADATA, KG_TYPE_STRING, KG_REQUIRED, .values = KG_NAMES("ConfigMap", "Secret")),
	PARAM("resourceName",          KG_FROM_METADATA, KG_TYPE_STRING, KG_REQUIRED),
	PARAM("key",                   KG_FROM_METADATA, KG_TYPE_STRING, KG_REQUIRED),
	PARAM("format",                KG_FROM_METADATA, KG_TYPE_STRING, KG_OPTIONAL, .def = "number", .values = KG_NAMES("number", "json", "yaml")),
	PARAM("valueLocation",         KG_FROM_METADATA, KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("valueType",             KG_FROM_METADATA, KG_TYPE_STRING, KG_OPTIONAL, .def = "float64", .values = KG_NAMES("float64", "int64", "quantity")),
	PARAM("targetValue",           KG_FROM_METADATA, KG_TYPE_FLOAT,  KG_REQUIRED, .bound = KG_BOUND_POSITIVE_BUT_FOR_FORMULA),
	PARAM("activationTargetValue", KG_FROM_METADATA, KG_TYPE_FLOAT,  KG_OPTIONAL, .def = "0"),
};
/* clang-format on */

static int check_workload(const struct kg_params *params, struct kg_complaints *out)
{
	const char *selector = kg_params_text(params, "podSelector");
	const char *fault = selector ? kg_label_selector_fault(selector) : NULL;

	if (!fault)
		return 0;
	return kg_complain_invalid(params, "podSelector", kg_arena_printf(out->arena, "must be a label selector: %s", fault), out);
}

static int check_resource(const struct kg_params *params, struct kg_complaints *out)
{
	const char *format = kg_params_text(params, "format");

	if (!format)
		return 0;
	if (strcmp(format, "number") == 0 && kg_params_given(params, "valueLocation"))
		return kg_complain_conflict(params, "valueLocation", "must not be given with format number: json and yaml have locations",
		                            out);
	if ((strcmp(format, "json") == 0 || strcmp(format, "yaml") == 0) && kg_params_missing(params, "valueLocation"))
		return kg_complain_missing(params, "valueLocation", "KEDA needs it with format json and yaml", out);
	return 0;
}

const struct kg_scaler kg_scaler_kubernetes_workload = {
        .type = "kubernetes-workload",
        .params = workload_rows,
        .param_count = KG_ARRAY_LEN(workload_rows),
        .typed_since = WORKLOAD_TYPED_SINCE,
        .read_since = WORKLOAD_TYPED_SINCE,
        .other_identities = KG_IDENTITY_IGNORED,
        .transport = {.kind = KG_TRANSPORT_NONE},
        .check = check_workload,
        .source = "pkg/scalers/kubernetes_workload_scaler.go",
};

const struct kg_scaler kg_scaler_kubernetes_resource = {
        .type = "kubernetes-resource",
        .since = RESOURCE_SINCE,
        .params = resource_rows,
        .param_count = KG_ARRAY_LEN(resource_rows),
        .typed_since = RESOURCE_SINCE,
        .other_identities = KG_IDENTITY_IGNORED,
        .transport = {.kind = KG_TRANSPORT_NONE},
        .check = check_resource,
        .source = "pkg/scalers/kubernetes_resource_scaler.go",
};
