/*
 * What travels unprotected, or to the wrong place: credentials-in-clear-text, tls-verification-disabled, token-to-foreign-host.
 */
#include <string.h>

#include "kedagate/base/err.h"
#include "kedagate/syntax/scalar.h"
#include "kedagate/syntax/text.h"
#include "kedagate/syntax/url.h"
#include "rules/checks.h"
#include "rules/findings.h"
#include "rules/secret_text.h"

static const char *describe_channel(const struct kg_rule_context *context, const struct kg_channel *channel,
                                    const struct kg_credential_use *use)
{
	const char *may = channel->encryption == KG_ENCRYPTION_OFF ? "would" : "may";

	if (!channel->because)
		return kg_arena_printf(context->arena, "%s %s travel unencrypted", use->what, may);
	return kg_arena_printf(context->arena, "%s %s travel unencrypted: %s", use->what, may, channel->because);
}

static const char *channel_fix(const struct kg_rule_context *context, const struct kg_channel *channel)
{
	char version[KG_VERSION_TEXT_MAX];

	if (channel->fix || channel->mended_in == 0)
		return channel->fix;
	return kg_arena_printf(context->arena, "upgrade to KEDA %s or later", kg_version_text(channel->mended_in, version));
}

/* Where the mistake is: in what decides the encryption; else where the secret comes from. */
static const char *channel_path(const struct kg_rule_context *context, const struct kg_rule_trigger *trigger,
                                const struct kg_channel *channel, const struct kg_credential_use *use)
{
	if (channel->parameter)
		return kg_rule_parameter_path(context, trigger, channel->parameter);
	if (use->parameter)
		return kg_rule_parameter_path(context, trigger, use->parameter);
	return kg_rule_trigger_path(context, trigger, "authenticationRef.name");
}

/* While the version is not known: would the oldest send a secret in clear text as well? */
static bool depends_on_version(const struct kg_rule_trigger *trigger)
{
	struct kg_channel channel;
	struct kg_credential_use use;

	if (!trigger->oldest)
		return false;
	kg_params_channel(trigger->oldest, &channel);
	return (channel.encryption != KG_ENCRYPTION_OFF && channel.encryption != KG_ENCRYPTION_OPTIONAL) ||
	       !kg_params_credential(trigger->oldest, &use);
}

static enum kg_action channel_ceiling(const struct kg_rule_context *context, const struct kg_rule_trigger *trigger,
                                      const struct kg_channel *channel)
{
	if (channel->uncertain || depends_on_version(trigger) || kg_rule_targets_loopback_only(trigger))
		return KG_ACTION_WARN;
	return channel->mended_in > 0 ? kg_rule_version_ceiling(context) : KG_ACTION_DENY;
}

static int check_channel(const struct kg_rule_context *context, const struct kg_rule_trigger *trigger, struct kg_findings *out)
{
	const struct kg_params *params = &trigger->resolved.params;
	struct kg_channel channel;
	struct kg_credential_use use;

	if (!trigger->described)
		return 0;
	kg_params_channel(params, &channel);
	if (channel.encryption != KG_ENCRYPTION_OFF && channel.encryption != KG_ENCRYPTION_OPTIONAL)
		return 0;
	if (!kg_params_credential(params, &use))
		return 0;
	return kg_findings_add(out, &(struct kg_finding){
	                                    .rule = KG_RULE_CREDENTIALS_IN_CLEAR_TEXT,
	                                    .path = channel_path(context, trigger, &channel, &use),
	                                    .type = channel.parameter ? KG_FIELD_INVALID : KG_FIELD_FORBIDDEN,
	                                    .value = channel.parameter ? kg_rule_shown_value(trigger, channel.parameter) : NULL,
	                                    .detail = describe_channel(context, &channel, &use),
	                                    .fix = channel_fix(context, &channel),
	                                    .ceiling = channel_ceiling(context, trigger, &channel),
	                            });
}

static bool is_plain_http(const char *text)
{
	struct kg_url url;

	return text && kg_url_parse(text, &url) && kg_slice_equal_nocase(url.scheme, "http");
}

/* On the way to KEDA's own pod, where a proxy may stand, nobody reads it: then it is a warning. */
static int add_plain_url(const struct kg_rule_context *context, const char *url, struct kg_finding finding, struct kg_findings *out)
{
	enum kg_host_place place = KG_HOST_ELSEWHERE;
	int status = kg_rule_target_place(url, context->arena, &place);

	finding.rule = KG_RULE_CREDENTIALS_IN_CLEAR_TEXT;
	finding.type = KG_FIELD_INVALID;
	finding.fix = "write an https URL";
	finding.ceiling = place == KG_HOST_LOOPBACK ? KG_ACTION_WARN : KG_ACTION_DENY;
	return status ? status : kg_findings_add(out, &finding);
}

/* A URL besides the event source's that is sent a secret: where an access token is had. */
static int check_receiver(const struct kg_rule_context *context, const struct kg_rule_trigger *trigger, const struct kg_param *row,
                          struct kg_findings *out)
{
	const struct kg_params *params = &trigger->resolved.params;
	const struct kg_param_value *value = &params->values[row - params->scaler->params];

	if (!row->receives || value->state != KG_PARAM_KNOWN || !is_plain_http(value->text))
		return 0;
	return add_plain_url(
	        context, value->text,
	        (struct kg_finding){
	                .path = kg_rule_parameter_path(context, trigger, row->name),
	                .value = kg_rule_shown_value(trigger, row->name),
	                .detail = kg_arena_printf(context->arena, "%s would travel unencrypted: the URL scheme is http", row->receives),
	        },
	        out);
}

static int check_receivers(const struct kg_rule_context *context, const struct kg_rule_trigger *trigger, struct kg_findings *out)
{
	return kg_rule_each_given_row(context, trigger, out, check_receiver);
}

static int check_authentication_urls(const struct kg_rule_context *context, struct kg_findings *out)
{
	const struct kg_authentication *authentication = &context->object->authentication;
	const struct {
		bool set;
		const char *path;
		const char *url;
		const char *detail;
	} rows[] = {
	        {authentication->vault.set, "spec.hashiCorpVault.address", authentication->vault.address,
	         "the Vault token and the secrets themselves would travel unencrypted: the URL scheme is http"},
	        {authentication->oauth2.set, "spec.oauth2.tokenUrl", authentication->oauth2.token_url,
	         "the client secret and the access token would travel unencrypted: the URL scheme is http"},
	};
	int status = 0;

	for (size_t i = 0; i < KG_ARRAY_LEN(rows) && status == 0; i++) {
		if (rows[i].set && is_plain_http(rows[i].url))
			status = add_plain_url(context, rows[i].url,
			                       (struct kg_finding){.path = rows[i].path, .value = rows[i].url, .detail = rows[i].detail},
			                       out);
	}
	return status;
}

int kg_check_credentials_in_clear_text(const struct kg_rule_context *context, struct kg_findings *out)
{
	int status;

	if (context->object->kind & KG_KINDS_AUTHENTICATION)
		return check_authentication_urls(context, out);
	status = kg_rule_each_trigger(context, out, check_channel);
	return status ? status : kg_rule_each_trigger(context, out, check_receivers);
}

/* The names that scalers give the switch (reference: every scaler that has one, KEDA 2.20.2). */
static const char *const verification_switches[] = {"unsafeSsl", "unsafeSSL"};

/* The key that turns verification off in this trigger; NULL when none does. */
static const char *switched_off_by(const struct kg_rule_trigger *trigger)
{
	const struct kg_resolved_trigger *resolved = &trigger->resolved;
	const struct kg_scaler *scaler = resolved->scaler;
	bool on = false;

	if (trigger->described) {
		const char *name = scaler->verification_switch;

		return name && kg_params_true(&resolved->params, name, false) ? name : NULL;
	}
	for (size_t i = 0; scaler && i < KG_ARRAY_LEN(verification_switches); i++) {
		const char *text = kg_pairs_get(&resolved->trigger->metadata, verification_switches[i]);

		if (kg_go_bool_parse(kg_slice_trim(kg_slice_of(text)), &on) && on)
			return verification_switches[i];
	}
	return NULL;
}

/* May the switch have its effect? Without TLS there is no certificate at all. */
static bool may_skip_verification(const struct kg_params *params)
{
	struct kg_channel channel;

	kg_params_channel(params, &channel);
	return channel.encryption != KG_ENCRYPTION_OFF && !(params->scaler->verification_kept && params->scaler->verification_kept(params));
}

static const char *verification_fix(const struct kg_rule_trigger *trigger)
{
	const struct kg_scaler *scaler = trigger->resolved.scaler;

	if (!trigger->described || (scaler->uses_ca && scaler->uses_ca(&trigger->resolved.params)))
		return "remove it, and give the issuing CA to KEDA (--ca-dir) or to the trigger (ca)";
	return "remove it, and give the issuing CA to KEDA (--ca-dir)";
}

static int check_verification(const struct kg_rule_context *context, const struct kg_rule_trigger *trigger, struct kg_findings *out)
{
	const char *name = switched_off_by(trigger);

	if (!name || (trigger->described && !may_skip_verification(&trigger->resolved.params)))
		return 0;
	return kg_findings_add(
	        out, &(struct kg_finding){
	                     .rule = KG_RULE_TLS_VERIFICATION_DISABLED,
	                     .path = trigger->described ? kg_rule_parameter_path(context, trigger, name)
	                                                : kg_rule_metadata_path(context, trigger, name),
	                     .type = KG_FIELD_INVALID,
	                     .value = trigger->described ? kg_rule_shown_value(trigger, name) : "true",
	                     .detail = "anyone on the way can pose as the event source: its certificate is not verified",
	                     .fix = verification_fix(trigger),
	                     .ceiling = trigger->oldest && !may_skip_verification(trigger->oldest) ? KG_ACTION_WARN : KG_ACTION_DENY,
	             });
}

int kg_check_tls_verification_disabled(const struct kg_rule_context *context, struct kg_findings *out)
{
	return kg_rule_each_trigger(context, out, check_verification);
}

static const char *list_hosts(const struct kg_rule_context *context, const struct kg_token_audience *audience)
{
	const char *list = "";

	for (const char *const *suffix = audience->suffixes; *suffix && list; suffix++)
		list = kg_arena_printf(context->arena, "%s%s%s%s", list, *list ? ", " : "", **suffix == '.' ? "*" : "", *suffix);
	return list;
}

static bool is_trusted(const struct kg_rule_context *context, const struct kg_rule_trigger *trigger, const char *parameter)
{
	const char *text = kg_params_text(&trigger->resolved.params, parameter);
	struct kg_url url;

	return text && kg_url_parse(text, &url) && kg_rule_host_trusted(context, url.host);
}

static int check_audience(const struct kg_rule_context *context, const struct kg_rule_trigger *trigger, struct kg_findings *out)
{
	const struct kg_token_audience *audience = trigger->described ? kg_params_foreign_audience(&trigger->resolved.params) : NULL;
	const char *hosts = NULL;

	if (!audience || is_trusted(context, trigger, audience->parameter))
		return 0;
	hosts = list_hosts(context, audience);
	if (!hosts)
		return KG_ENOMEM;
	return kg_findings_add(out, &(struct kg_finding){
	                                    .rule = KG_RULE_TOKEN_TO_FOREIGN_HOST,
	                                    .path = kg_rule_parameter_path(context, trigger, audience->parameter),
	                                    .type = KG_FIELD_INVALID,
	                                    .value = kg_rule_shown_value(trigger, audience->parameter),
	                                    .detail = kg_arena_printf(context->arena, "KEDA would send %s to this host; must be %s",
	                                                              audience->what, hosts),
	                                    .fix = "name the provider's own host, use another authentication than the pod identity, or "
	                                           "list the host under trustedHosts in the policy",
	                            });
}

int kg_check_token_to_foreign_host(const struct kg_rule_context *context, struct kg_findings *out)
{
	return kg_rule_each_trigger(context, out, check_audience);
}
