#include "scalers/complaints.h"

#include "kedagate/base/err.h"
#include "kedagate/syntax/url.h"

int kg_complaints_add(struct kg_complaints *complaints, const struct kg_complaint *complaint)
{
	size_t size = complaints->count * sizeof(*complaint);
	struct kg_complaint *items = kg_arena_grow(complaints->arena, complaints->items, size, size + sizeof(*complaint));

	if (!items)
		return KG_ENOMEM;
	items[complaints->count++] = *complaint;
	complaints->items = items;
	return 0;
}

/* "give connection in the TriggerAuthentication, or connectionFromEnv in the metadata" */
static const char *where_to_give(const struct kg_param *row, struct kg_arena *arena)
{
	bool metadata = kg_param_reads(row, KG_SOURCE_METADATA);
	bool environment = kg_param_reads(row, KG_SOURCE_ENV);

	if (kg_param_reads(row, KG_SOURCE_AUTH)) {
		if (metadata)
			return kg_arena_printf(arena, "give %s in the metadata or in a TriggerAuthentication", row->name);
		if (environment)
			return kg_arena_printf(arena, "give %s in a TriggerAuthentication, or %sFromEnv in the metadata", row->name,
			                       row->name);
		return kg_arena_printf(arena, "give %s in a TriggerAuthentication", row->name);
	}
	if (environment)
		return kg_arena_printf(arena, metadata ? "give %s or %sFromEnv in the metadata" : "give %s as %sFromEnv in the metadata",
		                       row->name, row->name);
	return kg_arena_printf(arena, "give %s in the metadata", row->name);
}

static int complain_absence(const struct kg_params *params, const char *parameter, const char *detail, bool uncertain,
                            struct kg_complaints *out)
{
	const struct kg_param *row = kg_scaler_row(params->scaler, parameter, params->keda_version);
	const char *fix = row ? where_to_give(row, out->arena) : NULL;

	if (!detail || (row && !fix))
		return KG_ENOMEM;
	return kg_complaints_add(
	        out, &(struct kg_complaint){
	                     .kind = KG_COMPLAINT_MISSING, .parameter = parameter, .detail = detail, .fix = fix, .uncertain = uncertain});
}

int kg_complain_missing(const struct kg_params *params, const char *parameter, const char *detail, struct kg_complaints *out)
{
	return complain_absence(params, parameter, detail, false, out);
}

int kg_complain_each_missing(const struct kg_params *params, const char *const *names, const char *detail, struct kg_complaints *out)
{
	int status = 0;

	for (; *names && status == 0; names++) {
		if (kg_params_missing(params, *names))
			status = kg_complain_missing(params, *names, detail, out);
	}
	return status;
}

int kg_complain_lacking(const struct kg_params *params, const char *parameter, const char *detail, struct kg_complaints *out)
{
	return complain_absence(params, parameter, detail, true, out);
}

/* A value from a Secret is never shown, nor one from the environment, which may come from a Secret as well. */
static bool may_show(const struct kg_params *params, const char *parameter)
{
	const struct kg_param *row = kg_scaler_row(params->scaler, parameter, params->keda_version);
	const struct kg_param_value *value = kg_params_get(params, parameter);

	return row && !row->credential && !row->secret_inside && value->state == KG_PARAM_KNOWN && value->source == KG_SOURCE_METADATA;
}

static int complain_value(const struct kg_params *params, const char *parameter, const char *detail, bool uncertain,
                          struct kg_complaints *out)
{
	if (!detail)
		return KG_ENOMEM;
	return kg_complaints_add(out, &(struct kg_complaint){
	                                      .kind = KG_COMPLAINT_INVALID,
	                                      .parameter = parameter,
	                                      .detail = detail,
	                                      .show_value = may_show(params, parameter),
	                                      .uncertain = uncertain,
	                              });
}

int kg_complain_invalid(const struct kg_params *params, const char *parameter, const char *detail, struct kg_complaints *out)
{
	return complain_value(params, parameter, detail, false, out);
}

int kg_complain_conflict(const struct kg_params *params, const char *parameter, const char *detail, struct kg_complaints *out)
{
	(void)params;
	if (!detail)
		return KG_ENOMEM;
	return kg_complaints_add(out, &(struct kg_complaint){.kind = KG_COMPLAINT_CONFLICT, .parameter = parameter, .detail = detail});
}

int kg_complain_doubtful(const struct kg_params *params, const char *parameter, const char *detail, struct kg_complaints *out)
{
	return complain_value(params, parameter, detail, true, out);
}

int kg_complain_unless_url(const struct kg_params *params, const char *parameter, struct kg_complaints *out)
{
	const char *text = kg_params_text(params, parameter);
	struct kg_url url;

	if (!text || (kg_url_parse(text, &url) && url.host.length > 0))
		return 0;
	return kg_complain_doubtful(params, parameter, "must be an absolute URL, beginning with https:// or http://", out);
}

int kg_complain_unless_http(const struct kg_params *params, const char *parameter, struct kg_complaints *out)
{
	const struct kg_param_value *value = kg_params_get(params, parameter);
	struct kg_url url;

	if (!value->text)
		return 0;
	if (kg_url_parse(value->text, &url) && url.host.length > 0 && !(kg_params_strict_urls(params) && kg_url_has_stray_colon(&url)) &&
	    (kg_slice_equal_nocase(url.scheme, "http") || kg_slice_equal_nocase(url.scheme, "https")))
		return 0;
	return kg_complain_invalid(params, parameter, "must be a URL that begins with https:// or http://", out);
}

int kg_complain_ignored(const char *parameter, const char *because, struct kg_complaints *out)
{
	if (!because)
		return KG_ENOMEM;
	return kg_complaints_add(out, &(struct kg_complaint){.kind = KG_COMPLAINT_NO_EFFECT, .parameter = parameter, .detail = because});
}
