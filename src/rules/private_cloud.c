/*
 * Clouds that an object makes for itself: private-cloud-untrusted, shared-endpoint-rewritten.
 */
#include "kedagate/base/err.h"
#include "kedagate/syntax/url.h"
#include "rules/checks.h"
#include "rules/findings.h"
#include "rules/secret_text.h"

static const char fix[] = "name the provider's own host, or list this one under trustedHosts in the policy";

/* Endpoints of Azure Monitor in clouds that are Azure's own (azquery's cloud_config.go, KEDA's pkg/scalers/azure/cloud_config.go), and the way to write
 * them: cloud: Private would replace the public cloud's, and trusting them lets it. */
#define BY_NAME(cloud_) "write cloud: " cloud_ " and leave this out: KEDA knows that cloud's endpoints"
static const struct {
	const char *host;
	const char *fix;
} clouds[] = {
        {"api.loganalytics.us", BY_NAME("AzureUSGovernmentCloud")},
        {"management.usgovcloudapi.net", BY_NAME("AzureUSGovernmentCloud")},
        {"api.loganalytics.azure.cn", BY_NAME("AzureChinaCloud")},
        {"management.chinacloudapi.cn", BY_NAME("AzureChinaCloud")},
        {"management.azure.com", BY_NAME("AzurePublicCloud")},
        {"management.microsoftazure.de",
         "remove the trigger: Azure closed its German cloud in 2021, and KEDA knows no such logs or metrics"},
};

static const char *fix_for(struct kg_slice host)
{
	for (size_t i = 0; i < KG_ARRAY_LEN(clouds); i++) {
		if (kg_slice_equal_nocase(host, clouds[i].host))
			return clouds[i].fix;
	}
	return fix;
}

/* Does this version write the endpoint over the public cloud's? */
static bool is_shared(const struct kg_private_endpoint *endpoint, uint32_t keda_version)
{
	return endpoint->shared_since != 0 && keda_version >= endpoint->shared_since;
}

static int add_shared(const struct kg_rule_context *context, const struct kg_rule_trigger *trigger, const char *parameter,
                      struct kg_slice host, struct kg_findings *out)
{
	return kg_findings_add(
	        out, &(struct kg_finding){
	                     .rule = KG_RULE_SHARED_ENDPOINT_REWRITTEN,
	                     .path = kg_rule_parameter_path(context, trigger, parameter),
	                     .type = KG_FIELD_INVALID,
	                     .value = kg_rule_shown_value(trigger, parameter),
	                     .detail = "KEDA would write it over the public cloud's endpoint of Log Analytics, for every trigger of every "
	                               "namespace: their queries and tokens would go to this host",
	                     .fix = fix_for(host),
	                     .ceiling = trigger->oldest ? kg_rule_version_ceiling(context) : KG_ACTION_DENY,
	             });
}

static int add_untrusted(const struct kg_rule_context *context, const struct kg_rule_trigger *trigger,
                         const struct kg_private_endpoint *endpoint, struct kg_slice host, struct kg_findings *out)
{
	return kg_findings_add(out, &(struct kg_finding){
	                                    .rule = KG_RULE_PRIVATE_CLOUD_UNTRUSTED,
	                                    .path = kg_rule_parameter_path(context, trigger, endpoint->parameter),
	                                    .type = KG_FIELD_INVALID,
	                                    .value = kg_rule_shown_value(trigger, endpoint->parameter),
	                                    .detail = kg_arena_printf(context->arena,
	                                                              "KEDA may send %s to this host, which only the object itself "
	                                                              "says is a cloud's",
	                                                              endpoint->receives),
	                                    .fix = fix_for(host),
	                                    .ceiling = kg_rule_version_ceiling(context),
	                            });
}

static int check_trigger(const struct kg_rule_context *context, const struct kg_rule_trigger *trigger, bool shared, struct kg_findings *out)
{
	const struct kg_params *params = &trigger->resolved.params;
	const struct kg_private_endpoint *endpoint = trigger->described ? params->scaler->private_endpoints : NULL;
	struct kg_url url;
	int status = 0;

	for (; endpoint && endpoint->parameter && status == 0; endpoint++) {
		if (is_shared(endpoint, params->keda_version) != shared || !kg_params_private_endpoint(params, endpoint, &url) ||
		    kg_rule_host_trusted(context, url.host))
			continue;
		status = shared ? add_shared(context, trigger, endpoint->parameter, url.host, out)
		                : add_untrusted(context, trigger, endpoint, url.host, out);
	}
	return status;
}

static int check_triggers(const struct kg_rule_context *context, bool shared, struct kg_findings *out)
{
	int status = 0;

	for (size_t i = 0; i < context->trigger_count && status == 0; i++)
		status = check_trigger(context, &context->triggers[i], shared, out);
	return status;
}

/* KEDA takes the host for the token of its own service account only together with a tenant. */
static int check_authority(const struct kg_rule_context *context, struct kg_findings *out)
{
	const struct kg_pod_identity *identity = &context->object->authentication.pod_identity;
	const char *text = identity->identity_authority_host;
	struct kg_url url;

	if (!text || kg_rule_is_empty(identity->identity_tenant_id) ||
	    kg_provider_parse(identity->provider) != KG_PROVIDER_AZURE_WORKLOAD || !kg_url_parse(text, &url) ||
	    kg_azure_login_host(url.host) || kg_rule_host_trusted(context, url.host))
		return 0;
	return kg_findings_add(out, &(struct kg_finding){
	                                    .rule = KG_RULE_PRIVATE_CLOUD_UNTRUSTED,
	                                    .path = "spec.podIdentity.identityAuthorityHost",
	                                    .type = KG_FIELD_INVALID,
	                                    .value = kg_secret_in_text(text) ? NULL : text,
	                                    .detail = "KEDA may send the token of its own service account to this host, and with that "
	                                              "anyone signs in as KEDA",
	                                    .fix = fix,
	                            });
}

int kg_check_private_cloud_untrusted(const struct kg_rule_context *context, struct kg_findings *out)
{
	if (context->object->kind & KG_KINDS_AUTHENTICATION)
		return check_authority(context, out);
	return check_triggers(context, false, out);
}

int kg_check_shared_endpoint_rewritten(const struct kg_rule_context *context, struct kg_findings *out)
{
	return check_triggers(context, true, out);
}
