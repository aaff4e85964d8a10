/*
 * What the decoder noticed: field-malformed.
 */
#include <string.h>

#include "kedagate/base/err.h"
#include "kedagate/base/limits.h"
#include "rules/checks.h"
#include "rules/findings.h"

static const enum kg_field_error error_types[] = {
        [KG_MALFORMED_TYPE] = KG_FIELD_TYPE_INVALID,   [KG_MALFORMED_REQUIRED] = KG_FIELD_REQUIRED,
        [KG_MALFORMED_VALUE] = KG_FIELD_NOT_SUPPORTED, [KG_MALFORMED_RANGE] = KG_FIELD_INVALID,
        [KG_MALFORMED_NUL] = KG_FIELD_INVALID,
};

static const char *describe(const struct kg_rule_context *context, const struct kg_malformed *malformed)
{
	switch (malformed->kind) {
	case KG_MALFORMED_REQUIRED:
		return "the API server refuses the object without it";
	case KG_MALFORMED_NUL:
		return "must not hold the character U+0000";
	case KG_MALFORMED_TYPE:
		return kg_arena_printf(context->arena, "must be %s, not %s", malformed->expected, malformed->actual);
	case KG_MALFORMED_VALUE:
	case KG_MALFORMED_RANGE:
		break;
	}
	return kg_arena_printf(context->arena, "must be %s", malformed->expected);
}

/* A number or boolean where a text is wanted: in YAML a matter of quotes. */
static const char *fix_of(const struct kg_malformed *malformed)
{
	bool scalar = malformed->actual && (strcmp(malformed->actual, "a number") == 0 || strcmp(malformed->actual, "a boolean") == 0);

	if (malformed->kind != KG_MALFORMED_TYPE || !scalar || strcmp(malformed->expected, "a string") != 0)
		return NULL;
	return "put it in quotes";
}

static int add_malformed(const struct kg_rule_context *context, const struct kg_malformed *malformed, struct kg_findings *out)
{
	bool by_version = malformed->since > 0 || malformed->until > 0;
	bool no_triggers = malformed->kind == KG_MALFORMED_REQUIRED && strcmp(malformed->path, "spec.triggers") == 0;

	if (!kg_malformed_applies(malformed, context->keda_version) || no_triggers)
		return 0; /* triggers-empty says it */
	return kg_findings_add(out, &(struct kg_finding){
	                                    .rule = KG_RULE_FIELD_MALFORMED,
	                                    .path = malformed->path,
	                                    .type = error_types[malformed->kind],
	                                    .detail = describe(context, malformed),
	                                    .fix = fix_of(malformed),
	                                    .ceiling = by_version ? kg_rule_version_ceiling(context) : KG_ACTION_DENY,
	                            });
}

/* Is something wrong with the field itself, or with one right below it? */
static bool is_malformed(const struct kg_object *object, const char *field)
{
	for (size_t i = 0; i < object->malformed_count; i++) {
		if (strncmp(object->malformed[i].path, field, strlen(field)) == 0)
			return true;
	}
	return false;
}

/* A name, or what the API server makes one of; nothing is said while the metadata is not even readable. */
static int check_name(const struct kg_rule_context *context, struct kg_findings *out)
{
	const struct kg_metadata *metadata = &context->object->metadata;

	if (!kg_rule_is_empty(metadata->name) || !kg_rule_is_empty(metadata->generate_name) || is_malformed(context->object, "metadata"))
		return 0;
	return kg_findings_add(out, &(struct kg_finding){
	                                    .rule = KG_RULE_FIELD_MALFORMED,
	                                    .path = "metadata.name",
	                                    .type = KG_FIELD_REQUIRED,
	                                    .detail = "the API server refuses an object with neither name nor generateName",
	                            });
}

int kg_check_field_malformed(const struct kg_rule_context *context, struct kg_findings *out)
{
	const struct kg_object *object = context->object;
	int status = check_name(context, out);

	for (size_t i = 0; i < object->malformed_count && status == 0; i++)
		status = add_malformed(context, &object->malformed[i], out);
	out->dropped += object->malformed_left_out;
	if (status || object->scaled.triggers_left_out == 0)
		return status;
	return kg_findings_add(out,
	                       &(struct kg_finding){
	                               .rule = KG_RULE_FIELD_MALFORMED,
	                               .path = "spec.triggers",
	                               .type = KG_FIELD_TOO_MANY,
	                               .detail = kg_arena_printf(context->arena, "only the first %d triggers are judged", KG_MAX_TRIGGERS),
	                               .ceiling = KG_ACTION_WARN,
	                       });
}
