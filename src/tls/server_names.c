#include "tls/server_names.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#include "kedagate/base/buf.h"
#include "kedagate/tls/server_names.h"
#include "tls/alternative_names.h"
#include "tls/crypto_err.h"

/* Of the message that lists what a certificate has: the rest of it fits beside. */
enum { LIST_MAX = 240, NAME_MAX_SHOWN = 100 };

static int check_name(const char *name, struct kg_err *err)
{
	int status = kg_alternative_names_check(&name, 1, err);

	if (status == 0 && strchr(name, '*') != NULL)
		return kg_err_set(err, KG_EINVAL, "\"%.260s\" has a wildcard: name the server as its clients do", name);
	return status;
}

int kg_server_names_init(struct kg_server_names *names, const char *text, struct kg_err *err)
{
	char *rest;
	char *item;
	int status = 0;

	*names = (struct kg_server_names){.text = text != NULL ? strdup(text) : NULL};
	if (text == NULL)
		return 0;
	if (names->text == NULL)
		return kg_err_set(err, KG_ENOMEM, "cannot keep the names of the server: out of memory");
	rest = names->text;
	while (status == 0 && (item = strsep(&rest, ",")) != NULL) {
		if (names->count == KG_MAX_SERVER_NAMES)
			status = kg_err_set(err, KG_ELIMIT, "more than %d names", KG_MAX_SERVER_NAMES);
		else
			status = check_name(names->items[names->count++] = item, err);
	}
	if (status != 0)
		kg_server_names_release(names);
	return status;
}

void kg_server_names_release(struct kg_server_names *names)
{
	free(names->text);
	*names = (struct kg_server_names){0};
}

int kg_server_names_check(const char *text, struct kg_err *err)
{
	struct kg_server_names names;
	int status = kg_server_names_init(&names, text, err);

	if (status == 0)
		kg_server_names_release(&names);
	return status;
}

bool kg_server_name_is_address(const char *name)
{
	unsigned char address[sizeof(struct in6_addr)];

	return inet_pton(AF_INET, name, address) == 1 || inet_pton(AF_INET6, name, address) == 1;
}

int kg_server_names_has(X509 *certificate, const char *name)
{
	if (kg_server_name_is_address(name))
		return X509_check_ip_asc(certificate, name, 0);
	return X509_check_host(certificate, name, 0, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS, NULL);
}

void kg_server_names_write_address(const ASN1_OCTET_STRING *value, struct kg_buf *out)
{
	const unsigned char *bytes = ASN1_STRING_get0_data(value);
	char text[INET6_ADDRSTRLEN] = "an address that cannot be read";

	if (ASN1_STRING_length(value) == sizeof(struct in_addr))
		(void)inet_ntop(AF_INET, bytes, text, sizeof(text));
	else if (ASN1_STRING_length(value) == sizeof(struct in6_addr))
		(void)inet_ntop(AF_INET6, bytes, text, sizeof(text));
	kg_buf_puts(out, text);
}

static void write_name(const GENERAL_NAME *name, struct kg_buf *out)
{
	int length;

	if (out->length > 0)
		kg_buf_puts(out, ", ");
	if (name->type == GEN_IPADD) {
		kg_server_names_write_address(name->d.iPAddress, out);
		return;
	}
	length = ASN1_STRING_length(name->d.dNSName);
	kg_buf_printf(out, "%.*s", length < NAME_MAX_SHOWN ? length : NAME_MAX_SHOWN, (const char *)ASN1_STRING_get0_data(name->d.dNSName));
}

/* "a.example, 10.0.0.1 and 3 more". Clients look at no names of another kind. */
static void list_names(const GENERAL_NAMES *names, struct kg_buf *out)
{
	unsigned left_out = 0;

	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);

		if (name->type != GEN_DNS && name->type != GEN_IPADD)
			continue;
		if (out->length <= LIST_MAX)
			write_name(name, out);
		else
			left_out++;
	}
	if (left_out > 0)
		kg_buf_printf(out, " and %u more", left_out);
}

static int refuse(const char *missing, X509 *certificate, const char *path, struct kg_err *err)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
	struct kg_buf list;
	int status;

	kg_buf_init(&list, KG_ERR_MESSAGE_MAX);
	list_names(names, &list);
	status = kg_crypto_err_refuse(
	        err, "%s: the certificate does not name \"%s\", which --tls-server-names asks for; it has %s: issue it for that name too",
	        path, missing, kg_buf_text(&list));
	kg_buf_release(&list);
	GENERAL_NAMES_free(names);
	return status;
}

int kg_server_names_judge(const struct kg_server_names *names, X509 *certificate, const char *path, struct kg_err *err)
{
	for (size_t i = 0; i < names->count; i++) {
		int result = kg_server_names_has(certificate, names->items[i]);

		if (result < 0)
			return kg_err_set(err, KG_ENOMEM, "cannot judge the key pair: out of memory");
		if (result == 0)
			return refuse(names->items[i], certificate, path, err);
	}
	return 0;
}
