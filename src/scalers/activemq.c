/*
 * activemq and artemis-queue: the length of a queue by the broker's Jolokia API. The URL that KEDA makes of the parts is http; only a template of one's own
 * may be https. User and password go along as basic authentication.
 */
#include <string.h>

#include "kedagate/syntax/url.h"
#include "scalers/complaints.h"
#include "scalers/scalers.h"
#include "scalers/tls_material.h"

#define TYPED_SINCE KG_VERSION(2, 15, 0)
#define TLS_SINCE   KG_VERSION(2, 18, 0)

/* clang-format off */
static const struct kg_param activemq_rows[] = {
	PARAM("managementEndpoint",        KG_FROM_METADATA,          KG_TYPE_STRING, KG_OPTIONAL, .target = KG_TARGET_ADDRESS, .overridden_by = "restAPITemplate"),
	PARAM("destinationName",           KG_FROM_METADATA,          KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("brokerName",                KG_FROM_METADATA,          KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("username",                  KG_FROM_AUTH_ENV_METADATA, KG_TYPE_STRING, KG_REQUIRED),
	PARAM("password",                  KG_FROM_AUTH_ENV_METADATA, KG_TYPE_STRING, KG_REQUIRED, .credential = true, .sent_as = "the password"),
	PARAM("corsHeader",                KG_FROM_METADATA,          KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("restAPITemplate",           KG_FROM_METADATA,          KG_TYPE_STRING, KG_OPTIONAL, .target = KG_TARGET_ADDRESS),
	PARAM("targetQueueSize",           KG_FROM_METADATA,          KG_TYPE_INT,    KG_OPTIONAL, .def = "10"),
	PARAM("activationTargetQueueSize", KG_FROM_METADATA,          KG_TYPE_INT,    KG_OPTIONAL, .def = "0"),
};

static const struct kg_param artemis_rows[] = {
	PARAM("managementEndpoint",    KG_FROM_METADATA,          KG_TYPE_STRING, KG_OPTIONAL, .target = KG_TARGET_ADDRESS, .overridden_by = "restApiTemplate"),
	PARAM("queueName",             KG_FROM_METADATA,          KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("brokerName",            KG_FROM_METADATA,          KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("brokerAddress",         KG_FROM_METADATA,          KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("username",              KG_FROM_AUTH_METADATA_ENV, KG_TYPE_STRING, KG_REQUIRED),
	PARAM("password",              KG_FROM_AUTH_METADATA_ENV, KG_TYPE_STRING, KG_REQUIRED, .credential = true, .sent_as = "the password"),
	PARAM("restApiTemplate",       KG_FROM_METADATA,          KG_TYPE_STRING, KG_OPTIONAL, .target = KG_TARGET_ADDRESS),
	PARAM("queueLength",           KG_FROM_METADATA,          KG_TYPE_INT,    KG_OPTIONAL, .def = "10"),
	PARAM("activationQueueLength", KG_FROM_METADATA,          KG_TYPE_INT,    KG_OPTIONAL, .def = "10"),
	PARAM("corsHeader",            KG_FROM_METADATA,          KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("unsafeSsl",             KG_FROM_METADATA,          KG_TYPE_BOOL,   KG_OPTIONAL, .since = TLS_SINCE, .def = "false"),
	PARAM("ca",                    KG_FROM_AUTH,              KG_TYPE_STRING, KG_OPTIONAL, .since = TLS_SINCE),
	PARAM("cert",                  KG_FROM_AUTH,              KG_TYPE_STRING, KG_OPTIONAL, .since = TLS_SINCE),
	PARAM("key",                   KG_FROM_AUTH,              KG_TYPE_STRING, KG_OPTIONAL, .since = TLS_SINCE, .credential = true),
	PARAM("keyPassword",           KG_FROM_AUTH,              KG_TYPE_STRING, KG_OPTIONAL, .since = TLS_SINCE, .credential = true),
};
/* clang-format on */

static void decide_by(const struct kg_params *params, const char *name, struct kg_channel *out)
{
	const char *template = kg_params_text(params, name);
	struct kg_url url;

	out->encryption = KG_ENCRYPTION_OFF;
	out->parameter = template ? name : NULL;
	out->because = template ? "the scheme of the template is http" : "KEDA makes an http URL of managementEndpoint";
	out->fix = "give a template that begins with https://";
	if (template && (!kg_url_parse(template, &url) || kg_slice_equal_nocase(url.scheme, "https")))
		out->encryption = KG_ENCRYPTION_ON;
}

static void decide_activemq(const struct kg_params *params, struct kg_channel *out)
{
	decide_by(params, "restAPITemplate", out);
}

static void decide_artemis(const struct kg_params *params, struct kg_channel *out)
{
	decide_by(params, "restApiTemplate", out);
}

/* Go's url.ParseRequestURI of a URL, followed by "…:name=value,name=value/…": KEDA takes each of `keys` from between the first ":" and the next "/" of the
 * path, and breaks off without it. */
static bool is_template(const char *text, const char *const *keys)
{
	struct kg_slice part;
	struct kg_slice value;
	struct kg_slice name;
	struct kg_url url;
	const char *colon;

	if (!kg_url_parse(text, &url) || url.path.length == 0)
		return false;
	colon = memchr(url.path.start, ':', url.path.length);
	if (!colon)
		return false;
	part = (struct kg_slice){colon + 1, url.path.length - (size_t)(colon + 1 - url.path.start)};
	for (size_t i = 0; i < part.length; i++) {
		if (part.start[i] == '/' || part.start[i] == ':')
			part.length = i;
	}
	for (; *keys; keys++) {
		bool found = false;
		struct kg_list list = kg_list_of(part, ',');

		while (!found && kg_list_next(&list, &value))
			found = kg_query_get(value, *keys, &name) && name.length > 0 && !kg_slice_equal(name, "\"\"");
		if (!found)
			return false;
	}
	return true;
}

static int check_form(const struct kg_params *params, const char *template_name, const char *const *template_keys, const char *const *parts,
                      struct kg_complaints *out)
{
	const char *template = kg_params_text(params, template_name);

	if (!template)
		return kg_complain_each_missing(params, parts, "KEDA needs it, or a template of the URL", out);
	if (is_template(template, template_keys))
		return 0;
	return kg_complain_invalid(params, template_name, "must be a URL of the broker's REST API that names the broker and the queue",
	                           out);
}

static int check_activemq(const struct kg_params *params, struct kg_complaints *out)
{
	return check_form(params, "restAPITemplate", KG_NAMES("destinationName", "brokerName"),
	                  KG_NAMES("managementEndpoint", "destinationName", "brokerName"), out);
}

static int check_artemis(const struct kg_params *params, struct kg_complaints *out)
{
	int status = check_form(params, "restApiTemplate", KG_NAMES("address", "queue", "broker"),
	                        KG_NAMES("managementEndpoint", "queueName", "brokerName", "brokerAddress"), out);

	if (status == 0)
		status = kg_tls_material_check_halves(params, out);
	if (status == 0 && kg_params_given(params, "cert") && kg_params_given(params, "key"))
		status = kg_tls_material_check_pair(params, out);
	if (status == 0 && kg_params_given(params, "ca") && kg_params_missing(params, "cert"))
		status = kg_complain_ignored("ca", "without cert and key KEDA does not look at it", out);
	return status;
}

const struct kg_scaler kg_scaler_activemq = {
        .type = "activemq",
        .params = activemq_rows,
        .param_count = KG_ARRAY_LEN(activemq_rows),
        .typed_since = TYPED_SINCE,
        .read_since = TYPED_SINCE,
        .other_identities = KG_IDENTITY_IGNORED,
        .transport = {.kind = KG_TRANSPORT_DECIDED,
                      .decide = decide_activemq,
                      .how = "the scheme of restAPITemplate; managementEndpoint is http"},
        .check = check_activemq,
        .source = "pkg/scalers/activemq_scaler.go",
};

const struct kg_scaler kg_scaler_artemis_queue = {
        .type = "artemis-queue",
        .params = artemis_rows,
        .param_count = KG_ARRAY_LEN(artemis_rows),
        .typed_since = TYPED_SINCE,
        .read_since = TYPED_SINCE,
        .other_identities = KG_IDENTITY_IGNORED,
        .transport = {.kind = KG_TRANSPORT_DECIDED,
                      .decide = decide_artemis,
                      .how = "the scheme of restApiTemplate; managementEndpoint is http"},
        .verification_switch = "unsafeSsl",
        .check = check_artemis,
        .source = "pkg/scalers/artemis_scaler.go",
};
