#include "kedagate/scalers/scaler.h"

#include <string.h>

#include "kedagate/base/nearest.h"
#include "scalers/scalers.h"

/* clang-format off */
static const struct kg_scaler *const scalers[] = {
#define SCALER(symbol_, type_) &kg_scaler_##symbol_,
#include "scalers/scalers.def"
#undef SCALER
};
/* clang-format on */

struct provider {
	enum kg_provider provider;
	const char *name;
	uint32_t since;
	uint32_t removed;
};

static const struct provider providers[] = {
        {KG_PROVIDER_NONE, "none", 0, 0},
        {KG_PROVIDER_AZURE_WORKLOAD, "azure-workload", 0, 0},
        {KG_PROVIDER_AWS, "aws", KG_VERSION(2, 13, 0), 0},
        {KG_PROVIDER_AWS_EKS, "aws-eks", 0, 0},
        {KG_PROVIDER_GCP, "gcp", 0, 0},
        {KG_PROVIDER_AZURE, "azure", 0, KG_VERSION(2, 15, 0)},
        {KG_PROVIDER_AWS_KIAM, "aws-kiam", 0, KG_VERSION(2, 15, 0)},
};

static bool in_force(uint32_t since, uint32_t removed, uint32_t version)
{
	return since <= version && (removed == 0 || version < removed);
}

const struct kg_scaler *kg_scaler_find(const char *type)
{
	size_t first = 0;
	size_t end = type ? KG_ARRAY_LEN(scalers) : 0;

	while (first < end) {
		size_t middle = first + (end - first) / 2;
		int order = strcmp(type, scalers[middle]->type);

		if (order == 0)
			return scalers[middle];
		if (order < 0)
			end = middle;
		else
			first = middle + 1;
	}
	return NULL;
}

const struct kg_scaler *const *kg_scalers(size_t *ret_count)
{
	*ret_count = KG_ARRAY_LEN(scalers);
	return scalers;
}

const char *kg_scaler_nearest(const char *type, uint32_t version)
{
	struct kg_nearest nearest;

	kg_nearest_init(&nearest, type);
	for (size_t i = 0; i < KG_ARRAY_LEN(scalers); i++) {
		if (kg_scaler_exists(scalers[i], version))
			kg_nearest_try(&nearest, scalers[i]->type);
	}
	return nearest.best;
}

bool kg_scaler_exists(const struct kg_scaler *scaler, uint32_t version)
{
	return in_force(scaler->since, scaler->removed, version);
}

bool kg_param_reads(const struct kg_param *param, enum kg_source source)
{
	for (size_t i = 0; i < KG_SOURCES_MAX && param->from[i] != KG_SOURCE_NONE; i++) {
		if (param->from[i] == source)
			return true;
	}
	return false;
}

enum kg_provider kg_provider_parse(const char *text)
{
	if (!text || *text == '\0')
		return KG_PROVIDER_NONE;
	for (size_t i = 0; i < KG_ARRAY_LEN(providers); i++) {
		if (strcmp(providers[i].name, text) == 0)
			return providers[i].provider;
	}
	return KG_PROVIDER_OTHER;
}

static const struct provider *find_provider(enum kg_provider provider)
{
	for (size_t i = 0; i < KG_ARRAY_LEN(providers); i++) {
		if (providers[i].provider == provider)
			return &providers[i];
	}
	return NULL;
}

const char *kg_provider_name(enum kg_provider provider)
{
	const struct provider *found = find_provider(provider);

	return found ? found->name : "";
}

bool kg_provider_exists(enum kg_provider provider, uint32_t version)
{
	const struct provider *found = find_provider(provider);

	return found && in_force(found->since, found->removed, version);
}

bool kg_scaler_supports(const struct kg_scaler *scaler, enum kg_provider provider, uint32_t version, uint32_t *ret_since)
{
	const struct kg_identity_support *support = scaler->identities;

	if (ret_since)
		*ret_since = 0;
	if (!support || provider == KG_PROVIDER_NONE)
		return false;
	while (support->provider != provider) {
		if (support->provider == KG_PROVIDER_NONE)
			return false;
		support++;
	}
	if (ret_since)
		*ret_since = support->since;
	return support->since <= version && kg_provider_exists(provider, version);
}

/* Are the first `length` bytes of `text` the whole of `name`? Most names differ in the first two. */
static inline bool is_name(const char *name, const char *text, size_t length)
{
	return name[0] == text[0] && (length == 1 || name[1] == text[1]) && strncmp(name, text, length) == 0 && name[length] == '\0';
}

static bool begins_with(const char *text, size_t length, const char *prefix)
{
	size_t prefix_length = strlen(prefix);

	return length > prefix_length && strncmp(text, prefix, prefix_length) == 0;
}

/* Are the first `length` bytes of `text` a name of the row? */
static bool is_named(const struct kg_param *param, const char *text, size_t length)
{
	if (param->prefix ? begins_with(text, length, param->name) : is_name(param->name, text, length))
		return true;
	for (size_t i = 0; i < KG_PARAM_NAMES_MAX && param->also[i]; i++) {
		if (is_name(param->also[i], text, length))
			return true;
	}
	return false;
}

/* The length of `key` without a "FromEnv" behind it; 0 when it has none. */
static size_t env_name_length(const char *key)
{
	static const char suffix[] = "FromEnv";
	size_t suffix_length = sizeof(suffix) - 1;
	size_t length = strlen(key);

	if (length <= suffix_length || strcmp(key + length - suffix_length, suffix) != 0)
		return 0;
	return length - suffix_length;
}

const struct kg_param *kg_scaler_param(const struct kg_scaler *scaler, const char *key, uint32_t version, bool *ret_from_env)
{
	size_t length = strlen(key);
	size_t env_length = env_name_length(key);
	const struct kg_param *found = NULL;

	for (size_t i = 0; i < scaler->param_count; i++) {
		const struct kg_param *param = &scaler->params[i];
		bool literal = is_named(param, key, length) && kg_param_reads(param, KG_SOURCE_METADATA);
		bool from_env = env_length > 0 && is_named(param, key, env_length) && kg_param_reads(param, KG_SOURCE_ENV);
		bool exists = (literal || from_env) && kg_param_exists(param, version);

		if ((!literal && !from_env) || (found && !exists))
			continue;
		found = param;
		if (ret_from_env)
			*ret_from_env = from_env;
		if (exists)
			break;
	}
	return found;
}

const struct kg_param *kg_scaler_row(const struct kg_scaler *scaler, const char *name, uint32_t version)
{
	size_t length = strlen(name);
	const struct kg_param *found = NULL;

	for (size_t i = 0; i < scaler->param_count; i++) {
		const struct kg_param *param = &scaler->params[i];

		if (!is_named(param, name, length))
			continue;
		if (kg_param_exists(param, version))
			return param;
		if (!found)
			found = param;
	}
	return found;
}
