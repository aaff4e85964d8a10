#include "scalers/auth_modes.h"

#include "kedagate/base/err.h"
#include "scalers/complaints.h"
#include "scalers/tls_material.h"
#include "scalers/value.h"

/* A parameter that a mode needs, in some versions. `older` is its name before KG_AUTH_API_KEY_SINCE, where a scaler has it. */
struct requirement {
	unsigned mode;
	const char *word;
	const char *name;
	const char *older;
	uint32_t since;
	uint32_t until; /* 0: still */
};

/* clang-format off */
static const struct requirement requirements[] = {
	{KG_AUTH_BEARER,  "bearer", "bearerToken",      "token", 0, 0},
	{KG_AUTH_BASIC,   "basic",  "username",         NULL,    0, 0},
	{KG_AUTH_TLS,     "tls",    "cert",             NULL,    0, 0},
	{KG_AUTH_TLS,     "tls",    "key",              NULL,    0, 0},
	{KG_AUTH_CUSTOM,  "custom", "customAuthHeader", NULL,    0, 0},
	{KG_AUTH_CUSTOM,  "custom", "customAuthValue",  NULL,    0, 0},
	{KG_AUTH_OAUTH,   "oauth",  "oauthTokenURI",    NULL,    KG_AUTH_TYPED_SINCE, 0},
	{KG_AUTH_OAUTH,   "oauth",  "clientID",         NULL,    KG_AUTH_TYPED_SINCE, 0},
	{KG_AUTH_OAUTH,   "oauth",  "clientSecret",     NULL,    KG_AUTH_TYPED_SINCE, KG_VERSION(2, 20, 0)},
	{KG_AUTH_API_KEY, "apiKey", "apiKey",           NULL,    0, 0},
};
/* clang-format on */

static bool has_row(const struct kg_params *params, const char *name)
{
	const struct kg_param *row = kg_scaler_row(params->scaler, name, params->keda_version);

	return row && kg_param_exists(row, params->keda_version);
}

static int check_requirement(const struct kg_params *params, const struct requirement *requirement, struct kg_complaints *out)
{
	uint32_t version = params->keda_version;
	const char *name = requirement->name;

	if (version < requirement->since || (requirement->until != 0 && version >= requirement->until))
		return 0;
	if (requirement->older && version < KG_AUTH_API_KEY_SINCE && !has_row(params, name))
		name = requirement->older;
	if (!has_row(params, name) || !kg_params_missing(params, name))
		return 0;
	return kg_complain_missing(
	        params, name, kg_arena_printf(out->arena, "%s %s needs it", kg_params_auth_modes_name(params), requirement->word), out);
}

static int check_requirements(const struct kg_params *params, unsigned modes, struct kg_complaints *out)
{
	int status = 0;

	for (size_t i = 0; i < KG_ARRAY_LEN(requirements) && status == 0; i++) {
		if (requirements[i].mode & modes)
			status = check_requirement(params, &requirements[i], out);
	}
	if (status == 0 && (modes & params->scaler->auth_modes & KG_AUTH_TLS))
		status = kg_tls_material_check_pair(params, out);
	return status;
}

static const char *word_of(unsigned mode)
{
	for (size_t i = 0; i < KG_ARRAY_LEN(requirements); i++) {
		if (requirements[i].mode == mode)
			return requirements[i].word;
	}
	return "";
}

/* Given credentials that wait for a mode. The first is enough to say what is missing. */
static int check_idle_credentials(const struct kg_params *params, struct kg_complaints *out)
{
	const char *modes = kg_params_auth_modes_name(params);

	if (!kg_params_missing(params, modes) || kg_params_identity_possible(params))
		return 0;
	for (size_t i = 0; i < params->scaler->param_count; i++) {
		const struct kg_param *row = &params->scaler->params[i];
		const char *detail;
		const char *fix;

		if (!(row->auth_mode & params->scaler->auth_modes) || !row->credential || !kg_param_exists(row, params->keda_version) ||
		    !kg_param_value_given(&params->values[i]))
			continue;
		detail = kg_arena_printf(out->arena, "without it KEDA sends the request without %s", row->name);
		fix = kg_arena_printf(out->arena, "write %s: %s", modes, word_of(row->auth_mode));
		return detail && fix ? kg_complaints_add(out, &(struct kg_complaint){.kind = KG_COMPLAINT_MISSING,
		                                                                     .parameter = modes,
		                                                                     .detail = detail,
		                                                                     .fix = fix,
		                                                                     .uncertain = true})
		                     : KG_ENOMEM;
	}
	return 0;
}

/* Is the list one that KEDA refuses as a whole? The row has said so already. */
static bool is_refused(const struct kg_params *params)
{
	const char *name = kg_params_auth_modes_name(params);
	const char *text = kg_params_text(params, name);
	const struct kg_param *row = text ? kg_scaler_row(params->scaler, name, params->keda_version) : NULL;

	return row && ((row->values && kg_value_stranger(params, row, text, row->values)) ||
	               (row->exclusive && kg_value_clashes(params, row, text)));
}

int kg_auth_modes_check(const struct kg_params *params, struct kg_complaints *out)
{
	unsigned modes = is_refused(params) ? 0 : kg_params_auth_modes(params);
	int status = check_requirements(params, modes, out);

	if (status == 0 && (modes & ~params->scaler->auth_modes))
		status = kg_complain_doubtful(params, kg_params_auth_modes_name(params),
		                              kg_arena_printf(out->arena,
		                                              "KEDA takes every mode here, but a %s trigger does nothing for some of these",
		                                              params->scaler->type),
		                              out);
	return status ? status : check_idle_credentials(params, out);
}
