/*
 * Secrets written into objects: secret-inline.
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

/* A parameter that is a secret, by the scaler's rows; by its name where there are none. */
static const char *secret_by_row_or_key(const struct kg_rule_trigger *trigger, const struct entry *entry)
{
	const char *by_key = kg_secret_by_key(entry->pair->key);

	if (!entry->row)
		return by_key && !trigger->resolved.scaler ? NULL : by_key;
	if (!entry->row->credential)
		return NULL;
	return by_key ? by_key : "a credential";
}

/* The keys under which KEDA's scalers take a text in a query language: query, sumologic's query.<row>, new-relic's nrql. */
static bool is_query(const char *key)
{
	return strcmp(key, "query") == 0 || strncmp(key, "query.", strlen("query.")) == 0 || strcmp(key, "nrql") == 0;
}

static const char *secret_in_entry(const struct kg_rule_trigger *trigger, const struct entry *entry)
{
	const char *value = entry->pair->value;
	const char *what = NULL;

	if (kg_text_blank(value))
		return NULL;
	what = secret_by_row_or_key(trigger, entry);
	if (what && !kg_secret_is_placeholder(kg_slice_of(value)))
		return what;
	if (strcmp(entry->pair->key, "customHeaders") == 0)
		return kg_secret_in_headers(value);
	return is_query(entry->pair->key) ? kg_secret_in_query_text(value) : kg_secret_in_text(value);
}

static const char *fix_of(const struct kg_rule_context *context, const struct entry *entry)
{
	if (entry->row && kg_param_reads(entry->row, KG_SOURCE_ENV))
		return kg_arena_printf(context->arena,
		                       "move it to a Secret, and name it in a TriggerAuthentication (secretTargetRef) or write %sFromEnv",
		                       entry->row->name);
	return "move it to a Secret, and name it in a TriggerAuthentication (secretTargetRef)";
}

static int check_entry(const struct kg_rule_context *context, const struct kg_rule_trigger *trigger, const struct entry *entry,
                       struct kg_findings *out)
{
	const char *what = secret_in_entry(trigger, entry);

	if (!what)
		return 0;
	return kg_findings_add(out, &(struct kg_finding){
	                                    .rule = KG_RULE_SECRET_INLINE,
	                                    .path = kg_rule_metadata_path(context, trigger, entry->pair->key),
	                                    .type = KG_FIELD_FORBIDDEN,
	                                    .detail = kg_arena_printf(context->arena, "%s for everyone to read who may read a %s", what,
	                                                              kg_kind_name(context->object->kind)),
	                                    .fix = fix_of(context, entry),
	                            });
}

static int check_trigger(const struct kg_rule_context *context, const struct kg_rule_trigger *trigger, struct kg_findings *out)
{
	const struct kg_resolved_trigger *resolved = &trigger->resolved;
	const struct kg_pairs *metadata = &resolved->trigger->metadata;
	int status = 0;

	for (size_t i = 0; i < metadata->count && status == 0; i++) {
		struct entry entry = {.pair = &metadata->items[i]};

		if (resolved->scaler)
			entry.row = kg_scaler_row(resolved->scaler, entry.pair->key, context->keda_version);
		status = check_entry(context, trigger, &entry, out);
	}
	return status;
}

static int check_vault_token(const struct kg_rule_context *context, struct kg_findings *out)
{
	const struct kg_vault *vault = &context->object->authentication.vault;

	if (!vault->set || kg_text_blank(vault->token) || kg_secret_is_placeholder(kg_slice_of(vault->token)))
		return 0;
	return kg_findings_add(out,
	                       &(struct kg_finding){
	                               .rule = KG_RULE_SECRET_INLINE,
	                               .path = "spec.hashiCorpVault.credential.token",
	                               .type = KG_FIELD_FORBIDDEN,
	                               .detail = kg_arena_printf(context->arena, "a Vault token for everyone to read who may read a %s",
	                                                         kg_kind_name(context->object->kind)),
	                               .fix = "use authentication: kubernetes with a service account and a role",
	                       });
}

int kg_check_secret_inline(const struct kg_rule_context *context, struct kg_findings *out)
{
	if (context->object->kind & KG_KINDS_AUTHENTICATION)
		return check_vault_token(context, out);
	return kg_rule_each_trigger(context, out, check_trigger);
}
