/*
 * etcd: the number behind a key. The scheme of an endpoint goes over `tls`: http:// turns it off, https:// on (clientv3).
 */
#include <string.h>

#include "kedagate/syntax/text.h"
#include "scalers/complaints.h"
#include "scalers/scalers.h"
#include "scalers/tls_material.h"

#define TYPED_SINCE KG_VERSION(2, 16, 0)

/* clang-format off */
static const struct kg_param rows[] = {
	PARAM("endpoints",                   KG_FROM_METADATA, KG_TYPE_LIST,   KG_REQUIRED, .target = KG_TARGET_ADDRESSES),
	PARAM("watchKey",                    KG_FROM_METADATA, KG_TYPE_STRING, KG_REQUIRED),
	PARAM("value",                       KG_FROM_METADATA, KG_TYPE_FLOAT,  KG_REQUIRED),
	PARAM("activationValue",             KG_FROM_METADATA, KG_TYPE_FLOAT,  KG_OPTIONAL, .def = "0"),
	PARAM("watchProgressNotifyInterval", KG_FROM_METADATA, KG_TYPE_INT,    KG_OPTIONAL, .def = "600", .bound = KG_BOUND_POSITIVE),
	PARAM("username",                    KG_FROM_AUTH_ENV, KG_TYPE_STRING, KG_OPTIONAL, .since = KG_VERSION(2, 16, 0)),
	PARAM("password",                    KG_FROM_AUTH_ENV, KG_TYPE_STRING, KG_OPTIONAL, .since = KG_VERSION(2, 16, 0), .credential = true, .sent_as = "the password"),
	PARAM("tls",                         KG_FROM_AUTH,     KG_TYPE_STRING, KG_OPTIONAL, .def = "disable"),
	PARAM("cert",                        KG_FROM_AUTH,     KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("key",                         KG_FROM_AUTH,     KG_TYPE_STRING, KG_OPTIONAL, .credential = true),
	PARAM("keyPassword",                 KG_FROM_AUTH,     KG_TYPE_STRING, KG_OPTIONAL, .credential = true),
	PARAM("ca",                          KG_FROM_AUTH,     KG_TYPE_STRING, KG_OPTIONAL),
};
/* clang-format on */

static bool begins(struct kg_slice text, const char *prefix)
{
	size_t length = strlen(prefix);

	return text.length >= length && memcmp(text.start, prefix, length) == 0;
}

static void decide(const struct kg_params *params, struct kg_channel *out)
{
	const char *text = kg_params_text(params, "endpoints");
	bool known = kg_params_text(params, "tls");
	bool on = kg_params_is(params, "tls", "enable");
	struct kg_list list = kg_list_of(kg_slice_of(text), ',');
	struct kg_slice endpoint;
	bool clear = false;
	bool secure = false;

	while (text && kg_list_next(&list, &endpoint)) {
		bool https = begins(endpoint, "https://") || begins(endpoint, "unixs://");

		if (begins(endpoint, "http://")) {
			out->parameter = "endpoints";
			clear = true;
		} else if (https || on) {
			secure = true;
		} else if (known) {
			clear = true;
		}
	}
	if (clear)
		out->encryption = KG_ENCRYPTION_OFF;
	else if (secure)
		out->encryption = KG_ENCRYPTION_ON;
	out->because = out->parameter ? "an endpoint begins with http://" : "TLS is off unless tls is enable";
	out->fix = out->parameter ? "write https:// endpoints" : "write tls: enable";
}

static int check_user(const struct kg_params *params, struct kg_complaints *out)
{
	if (kg_params_given(params, "password") && kg_params_missing(params, "username"))
		return kg_complain_missing(params, "username", "password needs it", out);
	if (kg_params_given(params, "username") && kg_params_missing(params, "password"))
		return kg_complain_missing(params, "password", "username needs it", out);
	return 0;
}

static int check(const struct kg_params *params, struct kg_complaints *out)
{
	const char *tls = kg_params_text(params, "tls");
	int status = 0;

	if (tls && strcmp(tls, "enable") != 0 && strcmp(tls, "disable") != 0)
		status = kg_complain_invalid(params, "tls", "must be enable or disable", out);
	if (kg_params_is(params, "tls", "enable")) {
		status = kg_tls_material_check_halves(params, out);
		if (status == 0)
			status = kg_tls_material_check_pair(params, out);
		if (status == 0)
			status = kg_tls_material_check_ca(params, out);
	}
	return status ? status : check_user(params, out);
}

const struct kg_scaler kg_scaler_etcd = {
        .type = "etcd",
        .params = rows,
        .param_count = KG_ARRAY_LEN(rows),
        .typed_since = TYPED_SINCE,
        .read_since = TYPED_SINCE,
        .other_identities = KG_IDENTITY_IGNORED,
        .transport = {.kind = KG_TRANSPORT_DECIDED, .decide = decide, .how = "the scheme of endpoints; those without one by tls: enable"},
        .check = check,
        .source = "pkg/scalers/etcd_scaler.go",
};
