#include "scalers/aws_authorization.h"

#include <string.h>

#include "scalers/complaints.h"

const struct kg_identity_support kg_aws_identities[] = {
        {KG_PROVIDER_AWS, KG_VERSION(2, 13, 0)},
        {KG_PROVIDER_AWS_EKS, 0},
        {KG_PROVIDER_AWS_KIAM, 0},
        {KG_PROVIDER_NONE, 0},
};

static const char owner_detail[] =
        "KEDA signs in as the workload: give awsRoleArn or an access key in the authentication, a pod identity, or "
        "identityOwner: operator";

/* A provider of AWS brings a role, or may bring one. */
static bool has_provider(const struct kg_params *params)
{
	const unsigned providers = KG_PROVIDER_AWS | KG_PROVIDER_AWS_EKS | KG_PROVIDER_AWS_KIAM;

	return params->identity.state == KG_IDENTITY_STATE_UNRESOLVED || (params->identity.provider & providers) != 0;
}

/* The secret half comes from where the access key comes from: the authentication, or else the environment. */
static bool lacks_secret(const struct kg_params *params)
{
	const struct kg_param_value *key = kg_params_get(params, "awsAccessKeyID");
	const struct kg_param_value *secret = kg_params_get(params, "awsSecretAccessKey");
	bool shared = kg_params_given(params, "awsAccessKeyId") || (kg_param_value_given(key) && key->source == KG_SOURCE_AUTH);
	bool own = !shared && kg_param_value_given(key) && kg_params_missing(params, "awsAccessKeyId");

	if (!kg_param_value_given(secret))
		return kg_param_value_missing(secret);
	/* One in the authentication hides the variable, which counts for a key of the trigger's own. */
	return secret->source == KG_SOURCE_AUTH ? own && kg_params_missing(params, "awsSecretAccessKeyFromEnv") : shared;
}

static bool is_owner(const struct kg_param_value *owner, const char *word)
{
	return owner->text && !owner->spaced && strcmp(owner->text, word) == 0;
}

/* White space alone is a word like any other. */
static bool is_given(const struct kg_param_value *owner)
{
	return owner->text || (owner->state == KG_PARAM_PRESENT && owner->spaced);
}

/* KEDA compares the word with two, as it stands, and signs in as its operator with any other. */
static int check_owner(const struct kg_params *params, const struct kg_param_value *owner, struct kg_complaints *out)
{
	bool known = !is_given(owner) || is_owner(owner, "pod") || is_owner(owner, "operator");
	const struct kg_identity *identity = &params->identity;

	if (known || (identity->state == KG_IDENTITY_STATE_KNOWN && identity->provider == KG_PROVIDER_AWS))
		return 0;
	return kg_complaints_add(
	        out,
	        &(struct kg_complaint){
	                .kind = KG_COMPLAINT_IDENTITY_OWNER,
	                .parameter = "identityOwner",
	                .detail = "KEDA takes any text but \"pod\", spaces counted, for \"operator\", and signs in as its own operator",
	                .fix = "write identityOwner: pod, or remove it",
	                .show_value = true,
	                .uncertain = identity->state != KG_IDENTITY_STATE_KNOWN,
	        });
}

int kg_aws_check(const struct kg_params *params, struct kg_complaints *out)
{
	const struct kg_param_value *owner = kg_params_get(params, "identityOwner");
	int status = check_owner(params, owner, out);

	if (status)
		return status;
	if (has_provider(params) || (is_given(owner) && !is_owner(owner, "pod")) || !kg_params_missing(params, "awsRoleArn"))
		return 0;
	if (kg_params_missing(params, "awsAccessKeyID") && kg_params_missing(params, "awsAccessKeyId"))
		return kg_complain_missing(params, "awsAccessKeyID", owner_detail, out);
	if (!kg_params_given(params, "awsAccessKeyID") && !kg_params_given(params, "awsAccessKeyId"))
		return 0;
	return lacks_secret(params) ? kg_complain_missing(params, "awsSecretAccessKey", "an access key needs it", out) : 0;
}
