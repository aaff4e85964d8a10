#include "cli/scaler_facts.h"

#include "kedagate/scalers/params.h"

struct bit_word {
	unsigned bit;
	const char *word;
};

const char *kg_scaler_type_word(enum kg_param_type type)
{
	static const char *const words[] = {
	        [KG_TYPE_STRING] = "string", [KG_TYPE_BOOL] = "boolean",      [KG_TYPE_INT] = "integer", [KG_TYPE_NATURAL] = "natural",
	        [KG_TYPE_FLOAT] = "number",  [KG_TYPE_DURATION] = "duration", [KG_TYPE_LIST] = "list",   [KG_TYPE_RANGES] = "ranges",
	        [KG_TYPE_MAP] = "map",       [KG_TYPE_QUERY] = "query",
	};

	return words[type];
}

const char *kg_scaler_need_word(enum kg_need need)
{
	static const char *const words[] = {
	        [KG_OPTIONAL] = "optional",
	        [KG_REQUIRED] = "required",
	        [KG_REQUIRED_WITH_IDENTITY] = "required with identity",
	        [KG_REQUIRED_WITHOUT_IDENTITY] = "required without identity",
	        [KG_REQUIRED_WITHOUT_FORMULA] = "required without formula",
	};

	return words[need];
}

const char *kg_scaler_source_word(enum kg_source source)
{
	static const char *const words[] = {
	        [KG_SOURCE_NONE] = "",
	        [KG_SOURCE_METADATA] = "metadata",
	        [KG_SOURCE_AUTH] = "authentication",
	        [KG_SOURCE_ENV] = "environment",
	};

	return words[source];
}

static const char *target_word(enum kg_target target)
{
	static const char *const words[] = {
	        [KG_TARGET_NONE] = NULL,
	        [KG_TARGET_ADDRESS] = "address",
	        [KG_TARGET_ADDRESSES] = "addresses",
	};

	return words[target];
}

static const char *bound_word(enum kg_bound bound)
{
	static const char *const words[] = {
	        [KG_BOUND_NONE] = NULL,
	        [KG_BOUND_NATURAL] = "not negative",
	        [KG_BOUND_POSITIVE] = "positive",
	        [KG_BOUND_POSITIVE_BUT_FOR_FORMULA] = "positive without formula",
	        [KG_BOUND_NOT_ZERO_BUT_FOR_FORMULA] = "not 0 without formula",
	};

	return words[bound];
}

const char *kg_scaler_other_identities_word(enum kg_other_identities other)
{
	static const char *const words[] = {
	        [KG_IDENTITY_UNDESCRIBED] = NULL,
	        [KG_IDENTITY_IGNORED] = "ignored",
	        [KG_IDENTITY_REFUSED] = "refused",
	        [KG_IDENTITY_BREAKS] = "break",
	};

	return words[other];
}

static const char *transport_word(enum kg_transport_kind kind)
{
	static const char *const words[] = {
	        [KG_TRANSPORT_UNKNOWN] = NULL,          [KG_TRANSPORT_NONE] = "none",      [KG_TRANSPORT_ALWAYS_TLS] = "always TLS",
	        [KG_TRANSPORT_NEVER_TLS] = "never TLS", [KG_TRANSPORT_URL] = "URL scheme", [KG_TRANSPORT_SWITCH] = "switch",
	        [KG_TRANSPORT_DECIDED] = "decided",
	};

	return words[kind];
}

const char *kg_scaler_encryption_word(enum kg_encryption encryption)
{
	static const char *const words[] = {
	        [KG_ENCRYPTION_UNKNOWN] = NULL,
	        [KG_ENCRYPTION_ON] = "on",
	        [KG_ENCRYPTION_OFF] = "off",
	        [KG_ENCRYPTION_OPTIONAL] = "optional",
	};

	return words[encryption];
}

void kg_scaler_default_channel(const struct kg_scaler *scaler, struct kg_channel *ret_channel)
{
	uint32_t since = scaler->since != 0 ? scaler->since : KG_VERSION_OLDEST;
	struct kg_param_value values[KG_INDEXED_ROWS_MAX] = {0};
	const struct kg_params params = {
	        .scaler = scaler,
	        .keda_version = scaler->removed != 0 ? since : KG_VERSION_NEWEST,
	        .values = values,
	};

	for (size_t i = 0; i < scaler->param_count; i++) {
		const char *text = scaler->params[i].def;

		if (text != NULL)
			values[i] = (struct kg_param_value){.state = KG_PARAM_KNOWN, .text = text, .default_used = true};
	}
	kg_params_channel(&params, ret_channel);
}

static void set_text(json_t *object, const char *name, const char *text)
{
	if (text != NULL)
		json_object_set_new(object, name, json_string(text));
}

static void set_version(json_t *object, const char *name, uint32_t version)
{
	char text[KG_VERSION_TEXT_MAX];

	if (version != 0)
		set_text(object, name, kg_version_text(version, text));
}

static void set_true(json_t *object, const char *name, bool value)
{
	if (value)
		json_object_set_new(object, name, json_true());
}

/* Takes over the reference to `array`. */
static void set_array(json_t *object, const char *name, json_t *array)
{
	if (json_array_size(array) > 0)
		json_object_set(object, name, array);
	json_decref(array);
}

static void set_words(json_t *object, const char *name, const char *const *words)
{
	json_t *array = json_array();

	for (; words != NULL && *words != NULL; words++)
		json_array_append_new(array, json_string(*words));
	set_array(object, name, array);
}

static void set_auth_modes(json_t *object, unsigned modes)
{
	static const struct bit_word words[] = {{KG_AUTH_API_KEY, "apiKey"}, {KG_AUTH_BASIC, "basic"},   {KG_AUTH_TLS, "tls"},
	                                        {KG_AUTH_BEARER, "bearer"},  {KG_AUTH_CUSTOM, "custom"}, {KG_AUTH_OAUTH, "oauth"}};
	json_t *array = json_array();

	for (size_t i = 0; i < KG_ARRAY_LEN(words); i++) {
		if ((modes & words[i].bit) != 0)
			json_array_append_new(array, json_string(words[i].word));
	}
	set_array(object, "authModes", array);
}

static void set_names(json_t *object, const struct kg_param *param)
{
	json_t *also = json_array();
	json_t *from = json_array();

	set_text(object, "name", param->name);
	for (size_t i = 0; i < KG_PARAM_NAMES_MAX && param->also[i] != NULL; i++)
		json_array_append_new(also, json_string(param->also[i]));
	for (size_t i = 0; i < KG_SOURCES_MAX && param->from[i] != KG_SOURCE_NONE; i++)
		json_array_append_new(from, json_string(kg_scaler_source_word(param->from[i])));
	set_array(object, "also", also);
	set_array(object, "from", from);
}

static json_t *param_json(const struct kg_param *param)
{
	json_t *object = json_object();
	const char separator[] = {param->separator, '\0'};

	set_names(object, param);
	set_true(object, "prefix", param->prefix);
	set_text(object, "type", kg_scaler_type_word(param->type));
	set_text(object, "separator", param->separator ? separator : NULL);
	set_true(object, "nullable", param->nullable);
	set_text(object, "bound", bound_word(param->bound));
	set_text(object, "need", kg_scaler_need_word(param->need));
	set_text(object, "default", param->def);
	set_words(object, "values", param->values);
	set_words(object, "exclusive", param->exclusive);
	set_words(object, "knownValues", param->known_values);
	set_words(object, "excludes", param->excludes);
	set_words(object, "needs", param->needs);
	set_true(object, "credential", param->credential);
	set_true(object, "secretInside", param->secret_inside);
	set_true(object, "ignoredWithIdentity", param->ignored_with_identity);
	set_text(object, "sentAs", param->sent_as);
	set_text(object, "target", target_word(param->target));
	set_text(object, "receives", param->receives);
	set_auth_modes(object, param->auth_mode);
	set_version(object, "since", param->since);
	set_version(object, "checkedSince", param->checked_since);
	set_version(object, "boundSince", param->bound_since);
	set_version(object, "announced", param->announced);
	set_version(object, "deprecated", param->deprecated);
	set_version(object, "removed", param->removed);
	set_text(object, "instead", param->instead);
	return object;
}

static void set_identities(json_t *object, const struct kg_scaler *scaler)
{
	const struct kg_identity_support *support = scaler->identities;
	json_t *array = json_array();

	for (; support != NULL && support->provider != KG_PROVIDER_NONE; support++) {
		json_t *identity = json_object();

		set_text(identity, "provider", kg_provider_name(support->provider));
		set_version(identity, "since", support->since);
		json_array_append_new(array, identity);
	}
	set_array(object, "identities", array);
	set_text(object, "otherIdentities", kg_scaler_other_identities_word(scaler->other_identities));
	set_text(object, "otherIdentityEffect", scaler->other_identity_effect);
}

static void set_transport(json_t *object, const struct kg_scaler *scaler)
{
	const struct kg_transport *transport = &scaler->transport;
	struct kg_channel channel;
	json_t *member;

	if (transport->kind == KG_TRANSPORT_UNKNOWN)
		return;
	member = json_object();
	set_text(member, "encryption", transport_word(transport->kind));
	set_text(member, "parameter", transport->parameter);
	set_text(member, "how", transport->how);
	kg_scaler_default_channel(scaler, &channel);
	set_text(member, "byDefault", kg_scaler_encryption_word(channel.encryption));
	if (channel.encryption == KG_ENCRYPTION_OFF || channel.encryption == KG_ENCRYPTION_OPTIONAL)
		set_text(member, "because", channel.because);
	json_object_set_new(object, "transport", member);
}

static void set_audiences(json_t *object, const struct kg_token_audience *audience)
{
	json_t *array = json_array();

	for (; audience != NULL && audience->providers != 0; audience++) {
		json_t *member = json_object();
		json_t *providers = json_array();

		for (unsigned bit = 1; bit < KG_PROVIDER_OTHER; bit <<= 1) {
			if ((audience->providers & bit) != 0)
				json_array_append_new(providers, json_string(kg_provider_name((enum kg_provider)bit)));
		}
		set_array(member, "providers", providers);
		set_text(member, "parameter", audience->parameter);
		set_words(member, "suffixes", audience->suffixes);
		set_text(member, "what", audience->what);
		json_array_append_new(array, member);
	}
	set_array(object, "tokenAudiences", array);
}

static void set_private_endpoints(json_t *object, const struct kg_private_endpoint *endpoint)
{
	json_t *array = json_array();

	for (; endpoint != NULL && endpoint->parameter != NULL; endpoint++) {
		json_t *member = json_object();

		set_text(member, "parameter", endpoint->parameter);
		set_words(member, "hosts", endpoint->hosts);
		set_text(member, "receives", endpoint->receives);
		set_true(member, "withIdentity", endpoint->with_identity);
		set_true(member, "withoutIdentity", endpoint->without_identity);
		set_version(member, "removed", endpoint->removed);
		set_version(member, "sharedSince", endpoint->shared_since);
		json_array_append_new(array, member);
	}
	set_array(object, "privateEndpoints", array);
}

json_t *kg_scaler_json(const struct kg_scaler *scaler)
{
	json_t *object = json_object();
	json_t *parameters = json_array();

	set_text(object, "type", scaler->type);
	set_version(object, "since", scaler->since);
	set_version(object, "deprecated", scaler->deprecated);
	set_version(object, "removed", scaler->removed);
	set_text(object, "instead", scaler->instead);
	set_version(object, "typedSince", scaler->typed_since);
	set_version(object, "readSince", scaler->read_since);
	set_identities(object, scaler);
	set_auth_modes(object, scaler->auth_modes);
	set_true(object, "singleAuthMode", scaler->single_auth_mode);
	set_transport(object, scaler);
	set_text(object, "verificationSwitch", scaler->verification_switch);
	set_text(object, "unverified", scaler->unverified);
	set_audiences(object, scaler->audiences);
	set_private_endpoints(object, scaler->private_endpoints);
	set_true(object, "forwardsAllKeys", scaler->forwards_all_keys);
	set_true(object, "noCachedMetrics", scaler->no_cached_metrics);
	set_true(object, "resourceMetric", scaler->resource_metric);
	set_text(object, "source", scaler->source);
	for (size_t i = 0; i < scaler->param_count; i++)
		json_array_append_new(parameters, param_json(&scaler->params[i]));
	set_array(object, "parameters", parameters);
	return object;
}
