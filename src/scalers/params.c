#include "kedagate/scalers/params.h"

#include <string.h>

#include "kedagate/base/err.h"
#include "kedagate/syntax/scalar.h"
#include "kedagate/syntax/url.h"
#include "scalers/azure_cloud.h"
#include "scalers/complaints.h"

static const struct kg_param_value absent = {.state = KG_PARAM_ABSENT};

/* No name is empty. */
static inline size_t bucket_of(const char *name)
{
	return ((unsigned char)name[0] + 5u * (unsigned char)name[1]) % KG_ROW_BUCKETS;
}

int kg_params_index(struct kg_params *params, struct kg_arena *arena)
{
	const struct kg_scaler *scaler = params->scaler;
	struct kg_row_index *index = NULL;

	if (scaler->param_count > KG_INDEXED_ROWS_MAX)
		return 0;
	index = kg_arena_alloc(arena, sizeof(*index) + scaler->param_count);
	if (!index)
		return KG_ENOMEM;
	memset(index->first, 0, sizeof(index->first));
	for (size_t i = scaler->param_count; i > 0; i--) {
		const struct kg_param *row = &scaler->params[i - 1];
		uint8_t *first = NULL;

		if (!kg_param_exists(row, params->keda_version))
			continue;
		first = &index->first[bucket_of(row->name)];
		index->next[i - 1] = *first;
		*first = (uint8_t)i;
	}
	params->index = index;
	return 0;
}

static const struct kg_param_value *find_anywhere(const struct kg_params *params, const char *name)
{
	for (size_t i = 0; params->values && i < params->scaler->param_count; i++) {
		const struct kg_param *row = &params->scaler->params[i];

		if (strcmp(row->name, name) == 0 && kg_param_exists(row, params->keda_version))
			return &params->values[i];
	}
	return &absent;
}

const struct kg_param_value *kg_params_get(const struct kg_params *params, const char *name)
{
	const struct kg_row_index *index = params->index;

	if (!index)
		return find_anywhere(params, name);
	for (size_t i = index->first[bucket_of(name)]; i > 0; i = index->next[i - 1]) {
		if (strcmp(params->scaler->params[i - 1].name, name) == 0)
			return &params->values[i - 1];
	}
	return &absent;
}

bool kg_param_value_given(const struct kg_param_value *value)
{
	return value->state == KG_PARAM_PRESENT || (value->state == KG_PARAM_KNOWN && !value->default_used);
}

bool kg_param_value_missing(const struct kg_param_value *value)
{
	return value->state == KG_PARAM_ABSENT || (value->state == KG_PARAM_KNOWN && value->default_used);
}

bool kg_params_given(const struct kg_params *params, const char *name)
{
	return kg_param_value_given(kg_params_get(params, name));
}

bool kg_params_missing(const struct kg_params *params, const char *name)
{
	return kg_param_value_missing(kg_params_get(params, name));
}

const char *kg_params_text(const struct kg_params *params, const char *name)
{
	const struct kg_param_value *value = kg_params_get(params, name);

	return value->state == KG_PARAM_KNOWN ? value->text : NULL;
}

bool kg_params_is(const struct kg_params *params, const char *name, const char *word)
{
	const char *text = kg_params_text(params, name);

	return text && strcmp(text, word) == 0;
}

bool kg_params_true(const struct kg_params *params, const char *name, bool otherwise)
{
	const char *text = kg_params_text(params, name);
	bool value;

	return text && kg_go_bool_parse(kg_slice_of(text), &value) ? value : otherwise;
}

bool kg_params_identity_in_effect(const struct kg_params *params)
{
	const struct kg_identity *identity = &params->identity;

	return params->scaler && identity->state == KG_IDENTITY_STATE_KNOWN &&
	       kg_scaler_supports(params->scaler, identity->provider, params->keda_version, NULL);
}

bool kg_params_identity_possible(const struct kg_params *params)
{
	return params->identity.state == KG_IDENTITY_STATE_UNRESOLVED || kg_params_identity_in_effect(params);
}

enum kg_other_identities kg_params_useless_identity(const struct kg_params *params)
{
	const struct kg_identity *identity = &params->identity;

	if (!params->scaler || !params->scaler->params || identity->state != KG_IDENTITY_STATE_KNOWN ||
	    identity->provider == KG_PROVIDER_NONE || kg_params_identity_in_effect(params) || !kg_params_read(params))
		return KG_IDENTITY_UNDESCRIBED;
	return params->scaler->other_identity ? params->scaler->other_identity(params) : params->scaler->other_identities;
}

static void decide_by_url(const struct kg_params *params, const char *parameter, struct kg_channel *out)
{
	const char *text = kg_params_text(params, parameter);
	struct kg_url url;

	if (!text || !kg_url_parse(text, &url))
		return;
	out->parameter = parameter;
	if (kg_slice_equal_nocase(url.scheme, "https")) {
		out->encryption = KG_ENCRYPTION_ON;
	} else if (kg_slice_equal_nocase(url.scheme, "http")) {
		out->encryption = KG_ENCRYPTION_OFF;
		out->because = "the scheme of the URL is http";
		out->fix = "write an https:// URL";
	}
}

static void decide_by_switch(const struct kg_params *params, const struct kg_transport *transport, struct kg_channel *out)
{
	const struct kg_param_value *value = kg_params_get(params, transport->parameter);
	bool on = false;

	if (value->state != KG_PARAM_ABSENT && (value->state != KG_PARAM_KNOWN || !kg_go_bool_parse(kg_slice_of(value->text), &on)))
		return;
	out->encryption = on ? KG_ENCRYPTION_ON : KG_ENCRYPTION_OFF;
	if (on)
		return;
	out->parameter = kg_param_value_given(value) ? transport->parameter : NULL;
	out->because = out->parameter ? "it turns TLS off" : "TLS is off unless it is turned on";
	out->fix = transport->fix;
}

void kg_params_channel(const struct kg_params *params, struct kg_channel *ret_channel)
{
	const struct kg_transport *transport = params->scaler ? &params->scaler->transport : NULL;

	*ret_channel = (struct kg_channel){.encryption = KG_ENCRYPTION_UNKNOWN};
	switch (transport ? transport->kind : KG_TRANSPORT_UNKNOWN) {
	case KG_TRANSPORT_UNKNOWN:
	case KG_TRANSPORT_NONE:
		break;
	case KG_TRANSPORT_ALWAYS_TLS:
		ret_channel->encryption = KG_ENCRYPTION_ON;
		break;
	case KG_TRANSPORT_NEVER_TLS:
		ret_channel->encryption = KG_ENCRYPTION_OFF;
		ret_channel->because = "KEDA never encrypts it";
		break;
	case KG_TRANSPORT_URL:
		decide_by_url(params, transport->parameter, ret_channel);
		break;
	case KG_TRANSPORT_SWITCH:
		decide_by_switch(params, transport, ret_channel);
		break;
	case KG_TRANSPORT_DECIDED:
		transport->decide(params, ret_channel);
		break;
	}
	if (params->scaler && !kg_params_read(params))
		ret_channel->uncertain = true;
}

static unsigned mode_of(struct kg_slice word)
{
	static const struct mode {
		const char *word;
		unsigned mode;
	} modes[] = {
	        {"apiKey", KG_AUTH_API_KEY}, {"basic", KG_AUTH_BASIC},   {"tls", KG_AUTH_TLS},
	        {"bearer", KG_AUTH_BEARER},  {"custom", KG_AUTH_CUSTOM}, {"oauth", KG_AUTH_OAUTH},
	};

	for (size_t i = 0; i < KG_ARRAY_LEN(modes); i++) {
		if (kg_slice_equal(word, modes[i].word))
			return modes[i].mode;
	}
	return 0;
}

unsigned kg_params_auth_modes(const struct kg_params *params)
{
	const char *text = kg_params_text(params, kg_params_auth_modes_name(params));
	struct kg_list words = kg_list_of(kg_slice_of(text), ',');
	struct kg_slice word;
	unsigned modes = 0;

	while (text && kg_list_next(&words, &word)) {
		unsigned mode = mode_of(word);

		/* KEDA refuses the whole list for one wrong word. */
		if (mode == 0)
			return 0;
		modes |= mode;
	}
	return modes;
}

const char *kg_params_auth_modes_name(const struct kg_params *params)
{
	bool single = params->scaler && params->scaler->single_auth_mode && params->keda_version < KG_VERSION(2, 18, 0);

	return single ? "authMode" : "authModes";
}

/* Are pod identities certainly not pushed aside by the authModes block? */
static bool identity_is_used(const struct kg_params *params)
{
	return kg_params_identity_in_effect(params) &&
	       (params->scaler->auth_modes == 0 || kg_params_missing(params, kg_params_auth_modes_name(params)));
}

/* The token or signature that a pod identity in effect makes KEDA send. */
static bool identity_credential(const struct kg_params *params, struct kg_credential_use *ret_use)
{
	if (!identity_is_used(params))
		return false;
	switch (params->identity.provider) {
	case KG_PROVIDER_AZURE_WORKLOAD:
	case KG_PROVIDER_AZURE:
	case KG_PROVIDER_GCP:
		*ret_use = (struct kg_credential_use){.what = "the access token"};
		return true;
	case KG_PROVIDER_AWS:
		*ret_use = (struct kg_credential_use){.what = "the signed request with its session token"};
		return true;
	case KG_PROVIDER_AWS_EKS: /* without a role nothing is signed, and the role cannot be seen here */
	case KG_PROVIDER_AWS_KIAM:
	case KG_PROVIDER_NONE:
	case KG_PROVIDER_OTHER:
		break;
	}
	return false;
}

static bool row_credential(const struct kg_params *params, unsigned modes, struct kg_credential_use *ret_use)
{
	for (size_t i = 0; params->values && i < params->scaler->param_count; i++) {
		const struct kg_param *row = &params->scaler->params[i];

		if (!row->sent_as || !kg_param_value_given(&params->values[i]) || (row->auth_mode != 0 && !(row->auth_mode & modes)))
			continue;
		*ret_use = (struct kg_credential_use){.parameter = row->name, .what = row->sent_as, .key = params->values[i].key};
		return true;
	}
	return false;
}

/* Go's HTTP client sends the user and password of a URL as basic authentication. */
static bool url_credential(const struct kg_params *params, struct kg_credential_use *ret_use)
{
	const struct kg_transport *transport = &params->scaler->transport;
	const char *text = transport->kind == KG_TRANSPORT_URL ? kg_params_text(params, transport->parameter) : NULL;
	struct kg_url url;

	if (!text || !kg_url_parse(text, &url) || url.password.length == 0)
		return false;
	*ret_use = (struct kg_credential_use){
	        .parameter = transport->parameter,
	        .what = "the password in the URL",
	        .key = kg_params_get(params, transport->parameter)->key,
	};
	return true;
}

bool kg_params_credential(const struct kg_params *params, struct kg_credential_use *ret_use)
{
	if (!params->scaler)
		return false;
	return identity_credential(params, ret_use) ||
	       row_credential(params, kg_params_auth_modes(params) & params->scaler->auth_modes, ret_use) ||
	       (params->scaler->credential && params->scaler->credential(params, ret_use)) || url_credential(params, ret_use);
}

static bool is_among(struct kg_slice host, const char *const *suffixes)
{
	for (const char *const *suffix = suffixes; *suffix; suffix++) {
		if (**suffix == '.' ? kg_host_under(host, *suffix) : kg_slice_equal_nocase(host, *suffix))
			return true;
	}
	return false;
}

const struct kg_token_audience *kg_params_foreign_audience(const struct kg_params *params)
{
	const struct kg_token_audience *audience = params->scaler ? params->scaler->audiences : NULL;

	if (!audience || params->identity.state != KG_IDENTITY_STATE_KNOWN)
		return NULL;
	for (; audience->providers; audience++) {
		const char *text = kg_params_text(params, audience->parameter);
		struct kg_url url;

		if (!(audience->providers & params->identity.provider) || !text || !kg_url_parse(text, &url) || url.host.length == 0)
			continue;
		if (is_among(url.host, audience->suffixes) || (audience->applies && !audience->applies(params)))
			continue;
		if (audience->sent ? audience->sent(params) : identity_is_used(params))
			return audience;
	}
	return NULL;
}

/* Does KEDA use it, as far as pod identity and version go? */
static bool private_endpoint_is_used(const struct kg_params *params, const struct kg_private_endpoint *endpoint)
{
	if (endpoint->removed != 0 && params->keda_version >= endpoint->removed)
		return false;
	if (endpoint->with_identity && endpoint->without_identity)
		return true;
	return endpoint->with_identity ? identity_is_used(params) : !kg_params_identity_possible(params);
}

bool kg_params_private_endpoint(const struct kg_params *params, const struct kg_private_endpoint *endpoint, struct kg_url *ret_url)
{
	const char *text = private_endpoint_is_used(params, endpoint) ? kg_params_text(params, endpoint->parameter) : NULL;

	return text && kg_azure_cloud_of(params) == KG_AZURE_PRIVATE && kg_url_parse(text, ret_url) && ret_url->host.length > 0 &&
	       !is_among(ret_url->host, endpoint->hosts);
}

bool kg_azure_login_host(struct kg_slice host)
{
	return is_among(host, kg_azure_login_hosts);
}
