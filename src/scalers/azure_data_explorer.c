/*
 * azure-data-explorer: the result of a Kusto query. The client refuses an endpoint that is not https, and hosts that are not Kusto's.
 *
 * Up to 2.19 code of its own reads the parameters; there clientSecretFromEnv is taken for the secret itself.
 */
#include <string.h>

#include "kedagate/syntax/url.h"
#include "scalers/azure_authorization.h"
#include "scalers/azure_cloud.h"
#include "scalers/complaints.h"
#include "scalers/scalers.h"

#define TYPED_SINCE KG_VERSION(2, 20, 0)

/* clang-format off */
static const struct kg_param rows[] = {
	PARAM("databaseName",            KG_FROM_METADATA,          KG_TYPE_STRING, KG_REQUIRED),
	PARAM("endpoint",                KG_FROM_METADATA,          KG_TYPE_STRING, KG_REQUIRED, .target = KG_TARGET_ADDRESS),
	PARAM("query",                   KG_FROM_METADATA,          KG_TYPE_STRING, KG_REQUIRED),
	PARAM("threshold",               KG_FROM_METADATA,          KG_TYPE_FLOAT,  KG_OPTIONAL, .removed = TYPED_SINCE),
	PARAM("threshold",               KG_FROM_METADATA,          KG_TYPE_FLOAT,  KG_REQUIRED, .since = TYPED_SINCE),
	PARAM("activationThreshold",     KG_FROM_METADATA,          KG_TYPE_FLOAT,  KG_OPTIONAL, .def = "0"),
	PARAM("tenantId",                KG_FROM_METADATA_AUTH_ENV, KG_TYPE_STRING, KG_REQUIRED_WITHOUT_IDENTITY, .ignored_with_identity = true),
	PARAM("clientId",                KG_FROM_METADATA_AUTH_ENV, KG_TYPE_STRING, KG_REQUIRED_WITHOUT_IDENTITY, .ignored_with_identity = true),
	PARAM("clientSecret",            KG_FROM_AUTH_ENV,          KG_TYPE_STRING, KG_REQUIRED_WITHOUT_IDENTITY, .credential = true, .ignored_with_identity = true, .removed = TYPED_SINCE),
	PARAM("clientSecret",            KG_FROM_AUTH,              KG_TYPE_STRING, KG_REQUIRED_WITHOUT_IDENTITY, .credential = true, .ignored_with_identity = true, .since = TYPED_SINCE),
	PARAM("cloud",                   KG_FROM_METADATA,          KG_TYPE_STRING, KG_OPTIONAL, .untrimmed = true),
	PARAM("activeDirectoryEndpoint", KG_FROM_METADATA,          KG_TYPE_STRING, KG_OPTIONAL, .untrimmed = true),
	PARAM("metricName",              KG_FROM_METADATA,          KG_TYPE_STRING, KG_OPTIONAL, .removed = KG_VERSION(2, 12, 0)),
};
/* clang-format on */

/* Is it certainly not https? An endpoint with "=" is a whole Kusto connection string, of which nothing is said. */
static bool not_https(const char *endpoint)
{
	struct kg_url url;

	if (strchr(endpoint, '='))
		return false;
	return !kg_url_parse(endpoint, &url) || !kg_slice_equal_nocase(url.scheme, "https");
}

static int check(const struct kg_params *params, struct kg_complaints *out)
{
	const char *endpoint = kg_params_text(params, "endpoint");
	const char *login = kg_params_text(params, "activeDirectoryEndpoint");
	int status = 0;

	if (endpoint && not_https(endpoint))
		status = kg_complain_invalid(params, "endpoint", "must be an https:// URL: KEDA sends its token nowhere else", out);
	if (status == 0)
		status = kg_azure_cloud_check(params, "activeDirectoryEndpoint", out);
	if (status || kg_params_identity_possible(params))
		return status;
	if (login && kg_azure_cloud_of(params) == KG_AZURE_PRIVATE && not_https(login))
		status = kg_complain_doubtful(params, "activeDirectoryEndpoint", "must be an https:// URL, or KEDA cannot log in", out);
	return status ? status : kg_azure_authorization_check_tenant(params, false, out);
}

static const struct kg_private_endpoint private_endpoints[] = {
        {
                .parameter = "activeDirectoryEndpoint",
                .hosts = kg_azure_login_hosts,
                .receives = "the client secret",
                .without_identity = true,
        },
        {.parameter = NULL},
};

const struct kg_scaler kg_scaler_azure_data_explorer = {
        .type = "azure-data-explorer",
        .params = rows,
        .param_count = KG_ARRAY_LEN(rows),
        .typed_since = TYPED_SINCE,
        .read_since = TYPED_SINCE,
        .identities = kg_azure_identities,
        .other_identities = KG_IDENTITY_REFUSED,
        .transport = {.kind = KG_TRANSPORT_ALWAYS_TLS},
        .check = check,
        .private_endpoints = private_endpoints,
        .source = "pkg/scalers/azure_data_explorer_scaler.go",
};
