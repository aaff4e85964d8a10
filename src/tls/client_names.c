#include "tls/client_names.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A name of a certificate, which may hold any byte. */
struct name {
	const char *bytes;
	size_t length;
};

int kg_client_names_init(struct kg_client_names *names, const char *text)
{
	names->text = text != NULL ? strdup(text) : NULL;
	return text != NULL && names->text == NULL ? KG_ENOMEM : 0;
}

void kg_client_names_release(struct kg_client_names *names)
{
	free(names->text);
	names->text = NULL;
}

int kg_client_names_check(const char *names, struct kg_err *err)
{
	for (const char *item = names;; item++) {
		size_t length = strcspn(item, ",");

		if (length == 0)
			return kg_err_set(err, KG_EINVAL, "\"%.100s\" has an empty name", names);
		item += length;
		if (*item == '\0')
			return 0;
	}
}

static bool is_allowed(const struct kg_client_names *names, struct name name)
{
	if (names->text == NULL)
		return true;
	for (const char *item = names->text;; item++) {
		size_t length = strcspn(item, ",");

		if (length == name.length && memcmp(item, name.bytes, length) == 0)
			return true;
		item += length;
		if (*item == '\0')
			return false;
	}
}

/* The first name is what the client is called, but one that is allowed goes over it. What is no printable ASCII shows as '?'. */
static void take(const struct kg_client_names *names, struct name name, struct kg_caller *out)
{
	bool allowed = is_allowed(names, name);
	size_t length = name.length < sizeof(out->name) - 1 ? name.length : sizeof(out->name) - 1;

	if (out->name[0] == '\0' || (allowed && !out->named)) {
		for (size_t i = 0; i < length; i++)
			out->name[i] = name.bytes[i] >= ' ' && name.bytes[i] <= '~' ? name.bytes[i] : '?';
		out->name[length] = '\0';
	}
	out->named |= allowed;
}

static int take_common_name(const struct kg_client_names *names, const X509 *certificate, struct kg_caller *out)
{
	const X509_NAME *subject = X509_get_subject_name(certificate);
	int index = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
	unsigned char *text = NULL;
	int length;

	if (index < 0)
		return 0;
	length = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, index)));
	if (length < 0)
		return KG_ENOMEM;
	take(names, (struct name){(const char *)text, (size_t)length}, out);
	OPENSSL_free(text);
	return 0;
}

static void take_dns_names(const struct kg_client_names *names, const X509 *certificate, struct kg_caller *out)
{
	GENERAL_NAMES *all = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);

	for (int i = 0; i < sk_GENERAL_NAME_num(all); i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(all, i);

		if (name->type == GEN_DNS)
			take(names,
			     (struct name){(const char *)ASN1_STRING_get0_data(name->d.dNSName),
			                   (size_t)ASN1_STRING_length(name->d.dNSName)},
			     out);
	}
	GENERAL_NAMES_free(all);
}

int kg_client_names_judge(const struct kg_client_names *names, X509 *certificate, struct kg_caller *out, struct kg_err *err)
{
	*out = (struct kg_caller){.verified = true, .named = names->text == NULL};
	if (take_common_name(names, certificate, out) != 0)
		return kg_err_set(err, KG_ENOMEM, "cannot read the name of a client: out of memory");
	take_dns_names(names, certificate, out);
	ERR_clear_error();
	return 0;
}
