#include "tls/alternative_names.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <string.h>

#include "tls/crypto_err.h"

/* RFC 1035, 2.3.4; in text without the root's dot. */
enum { DNS_NAME_MAX = 253, DNS_LABEL_MAX = 63 };

static bool is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

static bool is_letter_or_digit(char byte)
{
	return is_digit(byte) || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

/* RFC 1123, 2.1: letters, digits and hyphens, none at either end. */
static bool is_label(const char *label, size_t length)
{
	if (length == 0 || length > DNS_LABEL_MAX || !is_letter_or_digit(label[0]) || !is_letter_or_digit(label[length - 1]))
		return false;
	for (size_t i = 0; i < length; i++) {
		if (!is_letter_or_digit(label[i]) && label[i] != '-')
			return false;
	}
	return true;
}

/* The last label holds a letter (RFC 3696, 2): what has none is an address with a slip in it. */
static bool is_all_digits(const char *label)
{
	while (is_digit(*label))
		label++;
	return *label == '\0';
}

static bool is_dns_name(const char *name)
{
	if (strlen(name) > DNS_NAME_MAX)
		return false;
	if (strncmp(name, "*.", 2) == 0) {
		name += 2;
		if (strchr(name, '.') == NULL)
			return false;
	}
	for (;;) {
		size_t length = strcspn(name, ".");

		if (!is_label(name, length))
			return false;
		if (name[length] == '\0')
			return !is_all_digits(name);
		name += length + 1;
	}
}

/* The address in network order; its length in bytes, 0 when `name` is none. */
static int parse_address(const char *name, unsigned char out[sizeof(struct in6_addr)])
{
	if (inet_pton(AF_INET, name, out) == 1)
		return sizeof(struct in_addr);
	return inet_pton(AF_INET6, name, out) == 1 ? (int)sizeof(struct in6_addr) : 0;
}

/* NULL without memory. The names are checked before. */
static GENERAL_NAME *make_general_name(const char *name)
{
	unsigned char address[sizeof(struct in6_addr)];
	int length = parse_address(name, address);
	GENERAL_NAME *result = GENERAL_NAME_new();
	ASN1_STRING *value = ASN1_STRING_type_new(length > 0 ? V_ASN1_OCTET_STRING : V_ASN1_IA5STRING);
	int stored = 0;

	if (value != NULL)
		stored = length > 0 ? ASN1_STRING_set(value, address, length) : ASN1_STRING_set(value, name, (int)strlen(name));
	if (result == NULL || stored != 1) {
		ASN1_STRING_free(value);
		GENERAL_NAME_free(result);
		return NULL;
	}
	GENERAL_NAME_set0_value(result, length > 0 ? GEN_IPADD : GEN_DNS, value);
	return result;
}

static bool push_names(GENERAL_NAMES *list, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		GENERAL_NAME *name = make_general_name(names[i]);

		if (name == NULL || sk_GENERAL_NAME_push(list, name) <= 0) {
			GENERAL_NAME_free(name);
			return false;
		}
	}
	return true;
}

int kg_alternative_names_check(const char *const *names, size_t count, struct kg_err *err)
{
	unsigned char address[sizeof(struct in6_addr)];

	for (size_t i = 0; i < count; i++) {
		if (parse_address(names[i], address) == 0 && !is_dns_name(names[i]))
			return kg_err_set(err, KG_EINVAL, "\"%.260s\" is neither a DNS name nor an IP address", names[i]);
	}
	return 0;
}

int kg_alternative_names_add(X509 *certificate, const char *const *names, size_t count, struct kg_err *err)
{
	int status = kg_alternative_names_check(names, count, err);
	GENERAL_NAMES *list;

	if (status != 0)
		return status;
	list = GENERAL_NAMES_new();
	if (list == NULL || !push_names(list, names, count) ||
	    X509_add1_ext_i2d(certificate, NID_subject_alt_name, list, 0, X509V3_ADD_DEFAULT) != 1)
		status = kg_crypto_err_set(err, KG_ENOMEM, "cannot add the names to the certificate");
	GENERAL_NAMES_free(list);
	return status;
}
