/*
 * new-relic: the number that an NRQL query gives.
 */
#include "kedagate/syntax/text.h"
#include "scalers/complaints.h"
#include "scalers/scalers.h"

#define TYPED_SINCE KG_VERSION(2, 17, 0)

/* clang-format off */
static const struct kg_param rows[] = {
	PARAM("account",             KG_FROM_AUTH_METADATA, KG_TYPE_INT,    KG_REQUIRED),
	PARAM("region",              KG_FROM_AUTH_METADATA, KG_TYPE_STRING, KG_OPTIONAL, .def = "US"),
	PARAM("queryKey",            KG_FROM_AUTH_METADATA, KG_TYPE_STRING, KG_REQUIRED, .credential = true),
	PARAM("noDataError",         KG_FROM_METADATA,      KG_TYPE_BOOL,   KG_OPTIONAL, .def = "false"),
	PARAM("nrql",                KG_FROM_METADATA,      KG_TYPE_STRING, KG_REQUIRED),
	PARAM("threshold",           KG_FROM_METADATA,      KG_TYPE_FLOAT,  KG_REQUIRED),
	PARAM("activationThreshold", KG_FROM_METADATA,      KG_TYPE_FLOAT,  KG_OPTIONAL, .def = "0"),
};
/* clang-format on */

/* The client's regions are more with each of its versions. */
static int check(const struct kg_params *params, struct kg_complaints *out)
{
	static const char *const regions[] = {"US", "EU", "JP", "Staging", "Local"};
	const char *region = kg_params_text(params, "region");

	for (size_t i = 0; region && i < KG_ARRAY_LEN(regions); i++) {
		if (kg_slice_equal_nocase(kg_slice_of(region), regions[i]))
			return 0;
	}
	return region ? kg_complain_doubtful(params, "region", "must be a region of New Relic: US, EU or JP", out) : 0;
}

const struct kg_scaler kg_scaler_new_relic = {
        .type = "new-relic",
        .params = rows,
        .param_count = KG_ARRAY_LEN(rows),
        .typed_since = TYPED_SINCE,
        .read_since = TYPED_SINCE,
        .other_identities = KG_IDENTITY_IGNORED,
        .transport = {.kind = KG_TRANSPORT_ALWAYS_TLS},
        .check = check,
        .source = "pkg/scalers/newrelic_scaler.go",
};
