/*
 * Secrets that others get to see: secret-inline, written into objects; secret-as-metric, published as a number.
 */
#include <string.h>

#include "kedagate/base/err.h"
#include "rules/checks.h"
#include "rules/findings.h"
#include "rules/secret_text.h"

/* One metadata entry that is looked at. */
struct entry {
	const struct kg_pair *pair;
	const struct kg_param *row; /* NULL: the scaler is not described, or has no such parameter */
};

/* What was found. */
struct secret {
	const char *what; /* NULL: nothing */
	enum kg_action ceiling;
};

/* A parameter that is a secret, by the scaler's rows; by its name where there are none. */
static const char *secret_by_row_or_key(const struct entry *entry)
{
	const char *by_key = NULL;

	if (entry->row && !entry->row->credential)
		return NULL;
	by_key = kg_secret_by_key(entry->pair->key);
	return by_key || !entry->row ? by_key : "a credential";
}

/* The keys under which KEDA's scalers take a text in a query language: query, sumologic's query.<row>, new-relic's nrql. */
static bool is_query(const char *key)
{
	return strcmp(key, "query") == 0 || strncmp(key, "query.", strlen("query.")) == 0 || strcmp(key, "nrql") == 0;
}

/* A secret by what the value looks like. */
static struct secret secret_in_value(const char *key, const char *value)
{
	struct secret secret = {.ceiling = KG_ACTION_DENY};

	if (strcmp(key, "customHeaders") == 0) {
		secret.what = kg_secret_in_headers(value);
	} else if (is_query(key)) {
		secret.what = kg_secret_in_query_text(value);
	} else {
		secret.what = kg_secret_in_text(value);
		if (!secret.what)
			secret = (struct secret){kg_secret_suspected_in_text(value), KG_ACTION_WARN};
	}
	return secret;
}

static struct secret secret_in_entry(const struct kg_rule_trigger *trigger, const struct entry *entry)
{
	const char *value = entry->pair->value;
	const char *by_key = NULL;

	if (kg_text_blank(value))
		return (struct secret){0};
	by_key = secret_by_row_or_key(entry);
	/* What a type that no KEDA has does with a key of that name, nobody knows. */
	if (by_key && !kg_secret_is_placeholder(kg_slice_of(value)))
		return (struct secret){by_key, trigger->resolved.scaler ? KG_ACTION_DENY : KG_ACTION_WARN};
	return secret_in_value(entry->pair->key, value);
}

static const char *fix_of(const struct kg_rule_context *context, const struct entry *entry)
{
	if (entry->row && kg_param_reads(entry->row, KG_SOURCE_ENV))
		return kg_arena_printf(context->arena,
		                       "move it to a Secret, and name it in a TriggerAuthentication (secretTargetRef) or write %sFromEnv",
		                       entry->row->name);
	return "move it to a Secret, and name it in a TriggerAuthentication (secretTargetRef)";
}

static int add_secret(const struct kg_rule_context *context, const char *path, struct secret secret, const char *fix,
                      struct kg_findings *out)
{
	return kg_findings_add(out, &(struct kg_finding){
	                                    .rule = KG_RULE_SECRET_INLINE,
	                                    .path = path,
	                                    .type = KG_FIELD_FORBIDDEN,
	                                    .detail = kg_arena_printf(context->arena, "%s for everyone to read who may read a %s",
	                                                              secret.what, kg_kind_name(context->object->kind)),
	                                    .fix = fix,
	                                    .ceiling = secret.ceiling,
	                            });
}

static int check_entry(const struct kg_rule_context *context, const struct kg_rule_trigger *trigger, const struct entry *entry,
                       struct kg_findings *out)
{
	struct secret secret = secret_in_entry(trigger, entry);

	if (!secret.what)
		return 0;
	return add_secret(context, kg_rule_metadata_path(context, trigger, entry->pair->key), secret, fix_of(context, entry), out);
}

/* The row that the text under the key belongs to; NULL without one, as for the name of a variable. */
static const struct kg_param *row_of(const struct kg_rule_context *context, const struct kg_rule_trigger *trigger, size_t index)
{
	const struct kg_scaler *scaler = trigger->resolved.scaler;
	const char *key = trigger->resolved.trigger->metadata.items[index].key;
	bool variable = false;

	if (trigger->described && trigger->keys[index].use == KG_KEY_READ && trigger->keys[index].row)
		return trigger->keys[index].variable ? NULL : trigger->keys[index].row;
	if (!scaler)
		return NULL;
	(void)kg_scaler_param(scaler, key, context->keda_version, &variable);
	return variable ? NULL : kg_scaler_row(scaler, key, context->keda_version);
}

static int check_trigger(const struct kg_rule_context *context, const struct kg_rule_trigger *trigger, struct kg_findings *out)
{
	const struct kg_pairs *metadata = &trigger->resolved.trigger->metadata;
	int status = 0;

	for (size_t i = 0; i < metadata->count && status == 0; i++) {
		const struct entry entry = {&metadata->items[i], row_of(context, trigger, i)};

		status = check_entry(context, trigger, &entry, out);
	}
	return status;
}

static int check_vault_token(const struct kg_rule_context *context, struct kg_findings *out)
{
	const struct kg_vault *vault = &context->object->authentication.vault;

	if (!vault->set || kg_text_blank(vault->token) || kg_secret_is_placeholder(kg_slice_of(vault->token)))
		return 0;
	return add_secret(context, "spec.hashiCorpVault.credential.token", (struct secret){"a Vault token", KG_ACTION_DENY},
	                  "use authentication: kubernetes with a service account and a role", out);
}

/* Parameters of the token request: KEDA sends them as they stand here. */
static int check_token_parameters(const struct kg_rule_context *context, struct kg_findings *out)
{
	const struct kg_pairs *parameters = &context->object->authentication.oauth2.token_url_params;
	int status = 0;

	for (size_t i = 0; i < parameters->count && status == 0; i++) {
		const struct kg_pair *pair = &parameters->items[i];
		bool named = kg_secret_by_query_name(pair->key) || kg_secret_by_key(pair->key);

		if (!named || kg_text_blank(pair->value) || kg_secret_is_placeholder(kg_slice_of(pair->value)))
			continue;
		status = add_secret(context, kg_path_key(context->arena, "spec.oauth2.tokenUrlParams", pair->key),
		                    (struct secret){"a secret", KG_ACTION_DENY}, "write clientSecret, which names a Secret", out);
	}
	return status;
}

/* A text of an authentication in which a secret may stand. */
static int check_text(const struct kg_rule_context *context, const char *path, const char *text, struct kg_findings *out)
{
	struct secret secret = text ? secret_in_value("", text) : (struct secret){0};

	return secret.what ? add_secret(context, path, secret, "remove it", out) : 0;
}

static int check_authentication(const struct kg_rule_context *context, struct kg_findings *out)
{
	const struct kg_authentication *authentication = &context->object->authentication;
	int status = check_vault_token(context, out);

	if (status == 0)
		status = check_text(context, "spec.hashiCorpVault.address", authentication->vault.address, out);
	if (status == 0)
		status = check_text(context, "spec.oauth2.tokenUrl", authentication->oauth2.token_url, out);
	if (status == 0)
		status = check_text(context, "spec.azureKeyVault.vaultUri", authentication->azure_key_vault_uri, out);
	return status ? status : check_token_parameters(context, out);
}

int kg_check_secret_inline(const struct kg_rule_context *context, struct kg_findings *out)
{
	if (context->object->kind & KG_KINDS_AUTHENTICATION)
		return check_authentication(context, out);
	return kg_rule_each_trigger(context, out, check_trigger);
}

static int check_resource(const struct kg_rule_context *context, const struct kg_rule_trigger *trigger, struct kg_findings *out)
{
	const struct kg_scaler *scaler = trigger->resolved.scaler;

	if (!scaler || strcmp(scaler->type, "kubernetes-resource") != 0 ||
	    !kg_params_is(&trigger->resolved.params, "resourceKind", "Secret"))
		return 0;
	return kg_findings_add(
	        out, &(struct kg_finding){
	                     .rule = KG_RULE_SECRET_AS_METRIC,
	                     .path = kg_rule_metadata_path(context, trigger, "resourceKind"),
	                     .type = KG_FIELD_FORBIDDEN,
	                     .detail = "KEDA publishes a value of the Secret as a metric, for everyone to read who may read metrics",
	                     .fix = "keep the number in a ConfigMap, and write resourceKind: ConfigMap",
	             });
}

int kg_check_secret_as_metric(const struct kg_rule_context *context, struct kg_findings *out)
{
	return kg_rule_each_trigger(context, out, check_resource);
}
