#include "scalers/gcp_authorization.h"

#include <string.h>

#include "kedagate/syntax/json_text.h"
#include "scalers/complaints.h"

#define SERVICE_ACCOUNTS_SINCE KG_VERSION(2, 19, 0) /* before, keys of other types were taken as well */
#define TYPES_REFUSED_SINCE    KG_VERSION(2, 20, 0) /* read in KEDA's source from then on: the client refuses another type while it is made */

const struct kg_identity_support kg_gcp_identities[] = {
        {KG_PROVIDER_GCP, 0},
        {KG_PROVIDER_NONE, 0},
};

static const char auth_key[] = "GoogleApplicationCredentials";
static const char env_key[] = "credentialsFromEnv";
static const char file_key[] = "credentialsFromEnvFile";

static const char missing_detail[] =
        "KEDA needs a key of a Google service account, here or by credentialsFromEnv in the metadata, or the pod identity gcp";

static bool has_provider(const struct kg_params *params)
{
	return params->identity.state == KG_IDENTITY_STATE_UNRESOLVED || params->identity.provider == KG_PROVIDER_GCP;
}

static int complain(const struct kg_params *params, const char *name, const char *detail, bool certain, struct kg_complaints *out)
{
	return certain ? kg_complain_invalid(params, name, detail, out) : kg_complain_doubtful(params, name, detail, out);
}

/* The text of a key in the row `name`. KEDA's parser takes any; what refuses it is Google's client. */
static int check_key(const struct kg_params *params, const char *name, const struct kg_gcp_client *client, struct kg_complaints *out)
{
	const struct kg_param_value *value = kg_params_get(params, name);
	const char *text = kg_params_text(params, name);

	if (!text && !(value->state == KG_PARAM_PRESENT && value->spaced))
		return 0;
	if (!text || kg_json_text_kind(text) != KG_JSON_OBJECT)
		return complain(params, name, "must be the JSON key of a Google service account", client->built_at_once, out);
	if (params->keda_version >= SERVICE_ACCOUNTS_SINCE && !strstr(text, "service_account"))
		return complain(params, name, "must be the key of a Google service account: KEDA takes no other type",
		                client->built_at_once && params->keda_version >= TYPES_REFUSED_SINCE, out);
	return 0;
}

/* The variable that credentialsFromEnv names; an empty one leaves KEDA without a key. */
static int check_variable(const struct kg_params *params, const struct kg_gcp_client *client, struct kg_complaints *out)
{
	const struct kg_param_value *value = kg_params_get(params, "credentials");
	bool empty = value->state == KG_PARAM_ABSENT || (kg_param_value_given(value) && value->source == KG_SOURCE_METADATA);

	if (!empty)
		return check_key(params, "credentials", client, out);
	if (client->empty_allowed)
		return 0;
	return complain(params, env_key, "must name a variable of the container that holds the key of a Google service account",
	                client->built_at_once, out);
}

static int check_file(const struct kg_params *params, const struct kg_gcp_client *client, struct kg_complaints *out)
{
	if (params->scaler->opens_key_file)
		return 0;
	return complain(params, file_key, "must not be the only key: a trigger of this type never reads the file; use credentialsFromEnv",
	                client->built_at_once, out);
}

static bool is_written(const struct kg_params *params, const char *name)
{
	const struct kg_param_value *value = kg_params_get(params, name);

	return kg_param_value_given(value) && value->source == KG_SOURCE_METADATA;
}

int kg_gcp_check(const struct kg_params *params, const struct kg_gcp_client *client, struct kg_complaints *out)
{
	int status = 0;

	if (is_written(params, "credentials") && !kg_params_identity_in_effect(params))
		status = kg_complain_ignored("credentials", "KEDA reads a key from the environment or the authentication only", out);
	if (status || has_provider(params))
		return status;
	if (!kg_params_missing(params, auth_key))
		return check_key(params, auth_key, client, out);
	if (is_written(params, env_key))
		return check_variable(params, client, out);
	if (is_written(params, file_key))
		return check_file(params, client, out);
	return kg_complain_missing(params, auth_key, missing_detail, out);
}
