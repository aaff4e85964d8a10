/*
 * huawei-cloudeye: a metric of Huawei Cloud's monitoring.
 *
 * The rows of the authentication end with 2.18: KEDA's declarative parser leaves their structure out, so that nothing of them is read.
 */
#include "scalers/complaints.h"
#include "scalers/scalers.h"

#define TYPED_SINCE KG_VERSION(2, 18, 0)

/* clang-format off */
static const struct kg_param rows[] = {
	PARAM("namespace",                   KG_FROM_METADATA, KG_TYPE_STRING, KG_REQUIRED),
	PARAM("metricName",                  KG_FROM_METADATA, KG_TYPE_STRING, KG_REQUIRED),
	PARAM("dimensionName",               KG_FROM_METADATA, KG_TYPE_STRING, KG_REQUIRED),
	PARAM("dimensionValue",              KG_FROM_METADATA, KG_TYPE_STRING, KG_REQUIRED),
	PARAM("targetMetricValue",           KG_FROM_METADATA, KG_TYPE_FLOAT,  KG_REQUIRED, .checked_since = TYPED_SINCE),
	PARAM("activationTargetMetricValue", KG_FROM_METADATA, KG_TYPE_FLOAT,  KG_OPTIONAL, .checked_since = TYPED_SINCE, .def = "0"),
	PARAM("minMetricValue",              KG_FROM_METADATA, KG_TYPE_FLOAT,  KG_OPTIONAL, .checked_since = TYPED_SINCE, .announced = TYPED_SINCE, .deprecated = KG_VERSION(2, 20, 0), .instead = "activationTargetMetricValue"),
	PARAM("metricCollectionTime",        KG_FROM_METADATA, KG_TYPE_INT,    KG_OPTIONAL, .checked_since = TYPED_SINCE, .def = "300"),
	PARAM("metricFilter",                KG_FROM_METADATA, KG_TYPE_STRING, KG_OPTIONAL, .checked_since = TYPED_SINCE, .def = "average", .values = KG_NAMES("average", "max", "min", "sum")),
	PARAM("metricPeriod",                KG_FROM_METADATA, KG_TYPE_STRING, KG_OPTIONAL, .def = "300"),

	PARAM("IdentityEndpoint", KG_FROM_AUTH, KG_TYPE_STRING, KG_REQUIRED, .removed = TYPED_SINCE, .target = KG_TARGET_ADDRESS),
	PARAM("ProjectID",        KG_FROM_AUTH, KG_TYPE_STRING, KG_REQUIRED, .removed = TYPED_SINCE),
	PARAM("DomainID",         KG_FROM_AUTH, KG_TYPE_STRING, KG_REQUIRED, .removed = TYPED_SINCE),
	PARAM("Region",           KG_FROM_AUTH, KG_TYPE_STRING, KG_REQUIRED, .removed = TYPED_SINCE),
	PARAM("Domain",           KG_FROM_AUTH, KG_TYPE_STRING, KG_REQUIRED, .removed = TYPED_SINCE),
	PARAM("Cloud",            KG_FROM_AUTH, KG_TYPE_STRING, KG_OPTIONAL, .removed = TYPED_SINCE, .def = "myhuaweicloud.com"),
	PARAM("AccessKey",        KG_FROM_AUTH, KG_TYPE_STRING, KG_REQUIRED, .removed = TYPED_SINCE),
	PARAM("SecretKey",        KG_FROM_AUTH, KG_TYPE_STRING, KG_REQUIRED, .removed = TYPED_SINCE, .credential = true),
};
/* clang-format on */

/* Before 2.18 the deprecated minMetricValue was required; since, KEDA signs in with empty credentials. */
static int check(const struct kg_params *params, struct kg_complaints *out)
{
	if (!kg_params_typed(params))
		return kg_params_missing(params, "minMetricValue")
		               ? kg_complain_missing(params, "minMetricValue", "KEDA 2.17 and before need it", out)
		               : 0;
	return kg_complaints_add(
	        out, &(struct kg_complaint){
	                     .kind = KG_COMPLAINT_CREDENTIALS_MISSING,
	                     .detail = "KEDA has not read the credentials of Huawei Cloud since 2.18, wherever they are written: "
	                               "no request of this trigger can be signed",
	                     .fix = "stay with KEDA 2.17, or read the metric in another way until KEDA mends it",
	                     .uncertain = true,
	             });
}

const struct kg_scaler kg_scaler_huawei_cloudeye = {
        .type = "huawei-cloudeye",
        .params = rows,
        .param_count = KG_ARRAY_LEN(rows),
        .typed_since = TYPED_SINCE,
        .read_since = TYPED_SINCE,
        .other_identities = KG_IDENTITY_IGNORED,
        /* What goes to IdentityEndpoint is signed with the secret key, which is not sent itself. */
        .transport = {.kind = KG_TRANSPORT_URL, .parameter = "IdentityEndpoint"},
        .check = check,
        .source = "pkg/scalers/huawei_cloudeye_scaler.go",
};
