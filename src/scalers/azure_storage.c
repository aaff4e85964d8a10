#include "scalers/azure_storage.h"

#include <string.h>

#include "kedagate/syntax/base64.h"
#include "kedagate/syntax/url.h"
#include "scalers/complaints.h"

/* Unlike elsewhere at Azure the case of keys matters here, nothing is trimmed, and of a repeated key the last value counts. */
static bool value_of(const char *text, const char *key, struct kg_slice *ret_value)
{
	size_t length = strlen(key);
	bool found = false;

	while (*text) {
		size_t part = strcspn(text, ";");

		if (part > length && text[length] == '=' && strncmp(text, key, length) == 0) {
			*ret_value = (struct kg_slice){text + length + 1, part - length - 1};
			found = true;
		}
		text += part;
		text += *text == ';';
	}
	return found;
}

/* Trailing semicolons do not count. */
static bool each_part_has_value(const char *text)
{
	size_t length = strlen(text);
	const char *end = text + length;
	const char *part = text;

	while (end > text && end[-1] == ';')
		end--;
	while (part <= end) {
		const char *semicolon = memchr(part, ';', (size_t)(end - part));
		const char *stop = semicolon ? semicolon : end;

		if (!memchr(part, '=', (size_t)(stop - part)))
			return false;
		part = stop + 1;
	}
	return true;
}

/* What the client refuses about a connection string, in constant words; NULL when it takes it. */
static const char *fault_of(const char *text, const char *endpoint)
{
	struct kg_slice key;
	struct kg_slice other;
	bool account = value_of(text, "AccountName", &other);

	if (!each_part_has_value(text))
		return "must be a storage account's connection string: Key=Value pairs, separated by semicolons";
	if (!account && !value_of(text, endpoint, &other))
		return "must be a connection string with AccountName; KEDA's client knows no UseDevelopmentStorage";
	if (!account || !value_of(text, "AccountKey", &key))
		return value_of(text, "SharedAccessSignature", &other)
		               ? NULL
		               : "must be a connection string with AccountName and AccountKey, or with SharedAccessSignature";
	return kg_base64_valid(key) ? NULL : "must be a connection string whose AccountKey is base64";
}

/* The scheme of the service's URL. */
static struct kg_slice scheme_of(const char *text, const char *endpoint)
{
	struct kg_slice value;
	const char *colon;

	if (value_of(text, endpoint, &value)) {
		colon = memchr(value.start, ':', value.length);
		return (struct kg_slice){value.start, colon ? (size_t)(colon - value.start) : 0};
	}
	return value_of(text, "DefaultEndpointsProtocol", &value) ? value : kg_slice_of("https");
}

/* Without the endpoint the host begins with the account's name, and is nobody else's. */
static bool hosts_of(const char *text, const char *endpoint, struct kg_slice *ret_hosts)
{
	struct kg_slice value = {"", 0};

	if (!fault_of(text, endpoint))
		(void)value_of(text, endpoint, &value);
	*ret_hosts = kg_url_authority(value);
	return true;
}

bool kg_azure_blob_hosts(const char *text, struct kg_slice *ret_hosts)
{
	return hosts_of(text, KG_AZURE_BLOB_ENDPOINT, ret_hosts);
}

bool kg_azure_queue_hosts(const char *text, struct kg_slice *ret_hosts)
{
	return hosts_of(text, KG_AZURE_QUEUE_ENDPOINT, ret_hosts);
}

void kg_azure_storage_decide(const struct kg_params *params, const struct kg_azure_storage *storage, struct kg_channel *out)
{
	const char *text = kg_params_text(params, storage->parameter);
	struct kg_slice scheme;

	if (kg_params_identity_in_effect(params)) {
		out->encryption = KG_ENCRYPTION_ON;
		return;
	}
	if (!text || kg_params_identity_possible(params))
		return;
	out->parameter = storage->parameter;
	scheme = scheme_of(text, storage->endpoint);
	if (kg_slice_equal_nocase(scheme, "https")) {
		out->encryption = KG_ENCRYPTION_ON;
	} else if (kg_slice_equal_nocase(scheme, "http")) {
		out->encryption = KG_ENCRYPTION_OFF;
		out->because = "the connection string names an http endpoint";
		out->fix = "write DefaultEndpointsProtocol=https, or an https:// endpoint, in the connection string";
	}
}

bool kg_azure_storage_credential(const struct kg_params *params, const struct kg_azure_storage *storage, struct kg_credential_use *ret_use)
{
	const char *text = kg_params_text(params, storage->parameter);
	struct kg_slice value;
	bool account_key = false;

	if (!text || kg_params_identity_possible(params) || fault_of(text, storage->endpoint))
		return false;
	account_key = value_of(text, "AccountName", &value) && value_of(text, "AccountKey", &value);
	*ret_use = (struct kg_credential_use){
	        .parameter = storage->parameter,
	        .what = account_key ? "the signature of the account key" : "the shared access signature",
	        .key = kg_params_get(params, storage->parameter)->key,
	};
	return true;
}

int kg_azure_storage_check(const struct kg_params *params, const struct kg_azure_storage *storage, struct kg_complaints *out)
{
	const char *text = kg_params_text(params, storage->parameter);
	const char *fault = text && !kg_params_identity_possible(params) ? fault_of(text, storage->endpoint) : NULL;

	return fault ? kg_complain_invalid(params, storage->parameter, fault, out) : 0;
}
