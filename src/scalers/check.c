/*
 * What rows say: the checks that KEDA's declarative parser makes for every parameter of every scaler (pkg/scalers/scalersconfig/typed_config.go).
 */
#include "kedagate/base/err.h"
#include "kedagate/syntax/text.h"
#include "scalers/complaints.h"
#include "scalers/number.h"
#include "scalers/value.h"

static bool is_needed(const struct kg_params *params, const struct kg_param *row)
{
	switch (row->need) {
	case KG_OPTIONAL:
		return false;
	case KG_REQUIRED:
		return true;
	case KG_REQUIRED_WITH_IDENTITY:
		return kg_params_identity_in_effect(params);
	case KG_REQUIRED_WITHOUT_IDENTITY:
		return params->identity.state == KG_IDENTITY_STATE_KNOWN && params->identity.provider == KG_PROVIDER_NONE;
	case KG_REQUIRED_WITHOUT_FORMULA:
		return !params->metric_source;
	}
	return false;
}

static const char *why_needed(enum kg_need need)
{
	switch (need) {
	case KG_REQUIRED_WITH_IDENTITY:
		return "KEDA needs it when a pod identity is used";
	case KG_REQUIRED_WITHOUT_IDENTITY:
		return "KEDA needs it when no pod identity is used";
	case KG_REQUIRED_WITHOUT_FORMULA:
		return "KEDA needs it when no scalingModifiers are used";
	case KG_OPTIONAL:
	case KG_REQUIRED:
		break;
	}
	return "KEDA refuses the trigger without it";
}

/* `must be one of "a", "b"` */
static const char *one_of(const char *lead, const char *const *words, struct kg_arena *arena)
{
	const char *text = lead;

	for (size_t i = 0; words[i] && text; i++)
		text = kg_arena_printf(arena, "%s%s\"%s\"", text, i > 0 ? ", " : " ", words[i]);
	return text;
}

static int complain_if(bool certain, const struct kg_params *params, const struct kg_param *row, const char *detail,
                       struct kg_complaints *out)
{
	return certain ? kg_complain_invalid(params, row->name, detail, out) : kg_complain_doubtful(params, row->name, detail, out);
}

static int check_words(const struct kg_params *params, const struct kg_param *row, const char *text, struct kg_complaints *out)
{
	bool list = row->type == KG_TYPE_LIST;
	bool checked = params->keda_version >= row->checked_since;

	if (row->values && kg_value_stranger(params, row, text, row->values))
		return complain_if(checked, params, row, one_of(list ? "must hold only" : "must be one of", row->values, out->arena), out);
	if (row->exclusive && kg_value_clashes(params, row, text))
		return kg_complain_invalid(params, row->name, one_of("must hold only one of", row->exclusive, out->arena), out);
	/* Only a text that is none of the words as a whole gets here with commas. */
	if (row->values && !list && !kg_slice_among(kg_slice_of(text), row->values))
		return row->one_word ? kg_complain_invalid(params, row->name, one_of("must be one of", row->values, out->arena), out)
		                     : kg_complain_doubtful(
		                               params, row->name,
		                               "KEDA takes a comma list here, but none of its elements then has an effect: write one", out);
	if (row->known_values && !row->known_by_check && kg_value_stranger(params, row, text, row->known_values))
		return kg_complain_doubtful(
		        params, row->name,
		        one_of("KEDA does not check it, and what is none of these has no effect:", row->known_values, out->arena), out);
	return 0;
}

/* What is wrong with a number that is outside of the row's bound; NULL when it is inside. */
static const char *outside(const struct kg_params *params, const struct kg_param *row)
{
	int sign = kg_number_sign(params, row->name);

	switch (params->keda_version >= row->bound_since ? row->bound : KG_BOUND_NONE) {
	case KG_BOUND_NONE:
		break;
	case KG_BOUND_NATURAL:
		return sign < 0 ? "must not be negative" : NULL;
	case KG_BOUND_POSITIVE:
		return sign <= 0 ? "must be greater than 0" : NULL;
	case KG_BOUND_POSITIVE_BUT_FOR_FORMULA:
		return sign <= 0 && !params->metric_source ? "must be greater than 0" : NULL;
	case KG_BOUND_NOT_ZERO_BUT_FOR_FORMULA:
		return sign == 0 && !params->metric_source ? "must not be 0" : NULL;
	}
	return NULL;
}

static int check_bound(const struct kg_params *params, const struct kg_param *row, struct kg_complaints *out)
{
	const char *detail = outside(params, row);

	return detail ? kg_complain_invalid(params, row->name, detail, out) : 0;
}

static int check_value(const struct kg_params *params, const struct kg_param *row, const struct kg_param_value *value,
                       struct kg_complaints *out)
{
	if (value->state != KG_PARAM_KNOWN || value->default_used)
		return 0;
	if (!kg_value_fits(params, row, value->text))
		return complain_if(params->keda_version >= row->checked_since, params, row, kg_value_expected(row), out);
	return row->bound ? check_bound(params, row, out) : check_words(params, row, value->text, out);
}

static int check_company(const struct kg_params *params, const struct kg_param *row, struct kg_complaints *out)
{
	int status = 0;

	for (const char *const *other = row->excludes; other && *other && status == 0; other++) {
		const char *detail;

		if (!kg_params_given(params, *other))
			continue;
		detail = kg_arena_printf(out->arena, "must not be given together with %s", *other);
		status = detail ? kg_complaints_add(
		                          out,
		                          &(struct kg_complaint){.kind = KG_COMPLAINT_CONFLICT, .parameter = row->name, .detail = detail})
		                : KG_ENOMEM;
	}
	for (const char *const *other = row->needs; other && *other && status == 0; other++) {
		if (kg_params_missing(params, *other))
			status = kg_complain_missing(params, *other, kg_arena_printf(out->arena, "%s needs it", row->name), out);
	}
	return status;
}

static int check_row(const struct kg_params *params, const struct kg_param *row, const struct kg_param_value *value,
                     struct kg_complaints *out)
{
	int status = 0;

	if (is_needed(params, row) && kg_param_value_missing(value))
		return kg_complain_missing(params, row->name, why_needed(row->need), out);
	status = check_value(params, row, value, out);
	if (status == 0 && kg_param_value_given(value))
		status = check_company(params, row, out);
	return status;
}

static void doubt_all(struct kg_complaints *complaints)
{
	for (size_t i = 0; i < complaints->count; i++)
		complaints->items[i].uncertain = true;
}

int kg_params_check(const struct kg_params *params, struct kg_complaints *out)
{
	const struct kg_scaler *scaler = params->scaler;
	int status = 0;

	if (!scaler || !params->values)
		return 0;
	for (size_t i = 0; i < scaler->param_count && status == 0; i++) {
		if (kg_param_exists(&scaler->params[i], params->keda_version))
			status = check_row(params, &scaler->params[i], &params->values[i], out);
	}
	if (status == 0 && scaler->check)
		status = scaler->check(params, out);
	if (!kg_params_read(params))
		doubt_all(out);
	return status;
}
