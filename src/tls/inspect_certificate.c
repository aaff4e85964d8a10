/*
 * Each certificate by itself: dates, strength, extensions; of a server's also usage and names.
 */
#include <openssl/evp.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "kedagate/base/buf.h"
#include "kedagate/base/clock.h"
#include "kedagate/base/utf8.h"
#include "tls/certificate_dates.h"
#include "tls/inspection.h"
#include "tls/server_names.h"
#include "tls/traits.h"

enum { SECONDS_PER_DAY = 86400 };

/* Whatever renews a certificate does so in the last third of its life (cert-manager), or 90 days before (KEDA): when a fifth of it is left, and no
 * more than this, nothing has. */
enum { SOON_DAYS = 30, SOON_FRACTION = 5 };

/* Of the names in one sentence. */
enum { NAME_LIST_MAX = 300 };

typedef void (*certificate_check)(struct kg_inspection *, const struct kg_found_certificate *);

static void each_certificate(struct kg_inspection *inspection, certificate_check check)
{
	for (size_t i = 0; i < inspection->certificate_count; i++)
		check(inspection, &inspection->certificates[i]);
}

static void each_leaf(struct kg_inspection *inspection, certificate_check check)
{
	for (size_t i = 0; i < inspection->request->material_count; i++) {
		if (kg_found_is_chain(&inspection->materials[i]))
			check(inspection, &inspection->certificates[inspection->materials[i].leaf]);
	}
}

/* ---- dates ---- */

static const char *plural(long long count)
{
	return count == 1 ? "" : "s";
}

static bool is_valid_now(const struct kg_inspection *inspection, const X509 *x509)
{
	struct kg_certificate_dates dates;

	return kg_certificate_dates_read(x509, &dates) == 0 && inspection->request->now >= dates.not_before &&
	       inspection->request->now <= dates.not_after;
}

/* Of an authority that has run out beside one that has not: what clients do with the other decides. */
static bool has_successor(const struct kg_inspection *inspection, const struct kg_found_certificate *certificate)
{
	const struct kg_found_material *material = &inspection->materials[certificate->material];

	for (size_t i = 0; kg_found_is_bundle(material) && i < material->certificate_count; i++) {
		X509 *other = inspection->certificates[material->certificates + i].x509;

		if (kg_certificate_is_ca(other) && is_valid_now(inspection, other))
			return true;
	}
	return false;
}

void kg_inspect_report_expiry(struct kg_inspection *inspection, const struct kg_found_certificate *certificate, bool *ret_found)
{
	time_t now = inspection->request->now;
	struct kg_certificate_problem *problem = NULL;
	struct kg_certificate_dates dates;
	char when[KG_TIME_TEXT_MAX];

	if (kg_certificate_dates_read(certificate->x509, &dates) != 0)
		return;
	*ret_found = now < dates.not_before || now > dates.not_after;
	if (now > dates.not_after) {
		long long days = (now - dates.not_after) / SECONDS_PER_DAY;

		kg_clock_format(dates.not_after, when);
		problem = kg_inspection_add(inspection, KG_FLAW_EXPIRED, kg_spot_of(certificate), "%s (%s) expired on %s, %lld day%s ago",
		                            kg_certificate_kind_text(inspection, certificate),
		                            kg_inspection_subject(inspection, certificate), when, days, plural(days));
	} else if (now < dates.not_before) {
		kg_clock_format(dates.not_before, when);
		problem = kg_inspection_add(inspection, KG_FLAW_NOT_YET_VALID, kg_spot_of(certificate), "%s (%s) is not valid before %s",
		                            kg_certificate_kind_text(inspection, certificate),
		                            kg_inspection_subject(inspection, certificate), when);
	}
	kg_inspection_client(inspection, problem, "x509: certificate has expired or is not yet valid");
}

static void check_soon(struct kg_inspection *inspection, const struct kg_found_certificate *certificate,
                       const struct kg_certificate_dates *dates)
{
	time_t left = dates->not_after - inspection->request->now;
	long long days = left / SECONDS_PER_DAY;
	char when[KG_TIME_TEXT_MAX];

	if (left >= (time_t)SOON_DAYS * SECONDS_PER_DAY || left >= (dates->not_after - dates->not_before) / SOON_FRACTION)
		return;
	kg_clock_format(dates->not_after, when);
	(void)kg_inspection_add(inspection, KG_FLAW_EXPIRES_SOON, kg_spot_of(certificate), "%s (%s) expires on %s, in %lld day%s",
	                        kg_certificate_kind_text(inspection, certificate), kg_inspection_subject(inspection, certificate), when,
	                        days, plural(days));
}

static void check_dates(struct kg_inspection *inspection, const struct kg_found_certificate *certificate)
{
	struct kg_certificate_dates dates;
	bool found = false;

	if (kg_certificate_dates_read(certificate->x509, &dates) != 0)
		(void)kg_inspection_add(inspection, KG_FLAW_DATES_UNREADABLE, kg_spot_of(certificate), "its dates cannot be read");
	else if (is_valid_now(inspection, certificate->x509))
		check_soon(inspection, certificate, &dates);
	else if (has_successor(inspection, certificate))
		(void)kg_inspection_add(inspection, KG_FLAW_AUTHORITY_USELESS, kg_spot_of(certificate),
		                        "%s (%s) is outside its dates; another one in the bundle is within its own",
		                        kg_certificate_kind_text(inspection, certificate), kg_inspection_subject(inspection, certificate));
	else
		kg_inspect_report_expiry(inspection, certificate, &found);
}

void kg_inspect_dates(struct kg_inspection *inspection)
{
	each_certificate(inspection, check_dates);
}

/* ---- strength ---- */

/* What Go says differs by kind: it reads no other curve, and takes no other kind from a server. */
static void report_kind(struct kg_inspection *inspection, struct kg_spot spot, const EVP_PKEY *key)
{
	struct kg_certificate_problem *problem =
	        kg_inspection_add(inspection, KG_FLAW_KEY_KIND, spot, "clients take no key of this kind (%s)", kg_key_kind(key));

	if (kg_key_is_explicit(key))
		kg_inspection_client(inspection, problem, "x509: invalid ECDSA parameters");
	else
		kg_inspection_client(inspection, problem, "%s",
		                     EVP_PKEY_is_a(key, "EC") ? "x509: unsupported elliptic curve"
		                                              : "tls: server's certificate contains an unsupported type of public key");
}

static void check_key(struct kg_inspection *inspection, struct kg_spot spot, const EVP_PKEY *key)
{
	struct kg_certificate_problem *problem;

	if (kg_key_is_short(key)) {
		(void)kg_inspection_add(inspection, KG_FLAW_KEY_SHORT, spot, "the RSA key of %d bits is too weak: %d are the least",
		                        EVP_PKEY_get_bits(key), KG_RSA_BITS_MIN);
	} else if (kg_key_is_long(key)) {
		problem = kg_inspection_add(inspection, KG_FLAW_KEY_LONG, spot,
		                            "the RSA key of %d bits is larger than clients in Go take: %d", EVP_PKEY_get_bits(key),
		                            KG_RSA_BITS_MAX);
		kg_inspection_client(inspection, problem, "tls: server sent certificate containing RSA key larger than %d bits",
		                     KG_RSA_BITS_MAX);
	} else if (!kg_key_is_taken(key)) {
		report_kind(inspection, spot, key);
	}
}

/* As Go names the algorithm in its message. */
static const char *weak_name(X509 *x509)
{
	int digest = NID_undef;
	int key = NID_undef;

	if (X509_get_signature_info(x509, &digest, &key, NULL, NULL) != 1 || digest == NID_md5)
		return "MD5-RSA";
	return key == NID_X9_62_id_ecPublicKey ? "ECDSA-SHA1" : "SHA1-RSA";
}

static void check_strength(struct kg_inspection *inspection, const struct kg_found_certificate *certificate)
{
	const EVP_PKEY *key = X509_get0_pubkey(certificate->x509);
	struct kg_certificate_problem *problem;

	if (key != NULL)
		check_key(inspection, kg_spot_of(certificate), key);
	else
		(void)kg_inspection_add(inspection, KG_FLAW_KEY_KIND, kg_spot_of(certificate),
		                        "its public key is of a kind that cannot be read");
	if (!kg_certificate_has_weak_signature(certificate->x509))
		return;
	problem = kg_inspection_add(inspection, KG_FLAW_SIGNATURE_WEAK, kg_spot_of(certificate),
	                            "it is signed with MD5 or SHA-1 (%s), which clients refuse", weak_name(certificate->x509));
	kg_inspection_client(inspection, problem, "x509: cannot verify signature: insecure algorithm %s", weak_name(certificate->x509));
}

static bool has_certificate(const struct kg_inspection *inspection, const EVP_PKEY *key)
{
	for (size_t i = 0; i < inspection->certificate_count; i++) {
		if (X509_check_private_key(inspection->certificates[i].x509, key) == 1)
			return true;
	}
	return false;
}

void kg_inspect_strength(struct kg_inspection *inspection)
{
	each_certificate(inspection, check_strength);
	/* A key whose certificate is here was judged with it. */
	for (size_t i = 0; i < inspection->key_count; i++) {
		if (!has_certificate(inspection, inspection->keys[i].key))
			check_key(inspection, (struct kg_spot){inspection->keys[i].material, 0}, inspection->keys[i].key);
	}
}

/* ---- extensions ---- */

static void check_extensions(struct kg_inspection *inspection, const struct kg_found_certificate *certificate)
{
	uint32_t flags = X509_get_extension_flags(certificate->x509);
	struct kg_certificate_problem *problem;

	if ((flags & EXFLAG_INVALID) != 0)
		(void)kg_inspection_add(inspection, KG_FLAW_EXTENSION_UNREADABLE, kg_spot_of(certificate),
		                        "it has an extension that cannot be read");
	if ((flags & EXFLAG_CRITICAL) == 0)
		return;
	problem = kg_inspection_add(inspection, KG_FLAW_EXTENSION_UNKNOWN, kg_spot_of(certificate),
	                            "it has a critical extension that clients do not know, so they must refuse it");
	kg_inspection_client(inspection, problem, "x509: unhandled critical extension");
}

void kg_inspect_extensions(struct kg_inspection *inspection)
{
	each_certificate(inspection, check_extensions);
}

/* ---- usage of a server's certificate ---- */

static void check_usage(struct kg_inspection *inspection, const struct kg_found_certificate *leaf)
{
	struct kg_certificate_problem *problem;

	/* With an extension that cannot be read nothing is known of the others either. */
	if ((X509_get_extension_flags(leaf->x509) & EXFLAG_INVALID) != 0)
		return;
	if (!kg_certificate_is_for_servers(leaf->x509)) {
		problem = kg_inspection_add(inspection, KG_FLAW_USAGE_NOT_SERVER, kg_spot_of(leaf),
		                            "it is not for servers: its extended key usage lacks serverAuth");
		kg_inspection_client(inspection, problem, "x509: certificate specifies an incompatible key usage");
	}
	if (!kg_certificate_signs_handshakes(leaf->x509))
		(void)kg_inspection_add(inspection, KG_FLAW_USAGE_NO_SIGNATURE, kg_spot_of(leaf),
		                        "its key usage lacks digitalSignature%s: kedagate and many clients refuse it",
		                        kg_certificate_is_ca(leaf->x509) ? ", as that of an authority does" : "");
}

void kg_inspect_usage(struct kg_inspection *inspection)
{
	each_leaf(inspection, check_usage);
}

/* ---- names of a server's certificate ---- */

static bool has_alternative_names(const X509 *x509)
{
	return X509_get_ext_by_NID(x509, NID_subject_alt_name, -1) >= 0;
}

static void check_names(struct kg_inspection *inspection, const struct kg_found_certificate *leaf)
{
	bool has_extension = has_alternative_names(leaf->x509);
	struct kg_certificate_problem *problem;

	if (kg_certificate_names_a_host(leaf->x509))
		return;
	problem = kg_inspection_add(inspection, KG_FLAW_NAMES_MISSING, kg_spot_of(leaf), "it names no server: %s",
	                            has_extension ? "its subjectAltName has neither a DNS name nor an IP address"
	                                          : "it has no subjectAltName, only a subject");
	kg_inspection_client(inspection, problem, "%s",
	                     has_extension ? "x509: certificate is not valid for any names"
	                                   : "x509: certificate relies on legacy Common Name field, use SANs instead");
}

/* The SANs of one type, as Go lists them. */
static void list_names(const X509 *x509, int type, struct kg_buf *out)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(x509, NID_subject_alt_name, NULL, NULL);

	for (int i = 0; i < sk_GENERAL_NAME_num(names) && out->length < NAME_LIST_MAX; i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);

		if (name->type != type)
			continue;
		kg_buf_puts(out, out->length > 0 ? ", " : "");
		if (type == GEN_IPADD)
			kg_server_names_write_address(name->d.iPAddress, out);
		else
			kg_utf8_append_printable(out, (const char *)ASN1_STRING_get0_data(name->d.dNSName),
			                         (size_t)ASN1_STRING_length(name->d.dNSName));
	}
	GENERAL_NAMES_free(names);
}

static void client_of_name(struct kg_inspection *inspection, struct kg_certificate_problem *problem, const char *name,
                           const struct kg_buf *list)
{
	if (list->length > 0)
		kg_inspection_client(inspection, problem, "x509: certificate is valid for %s, not %s", kg_buf_text(list), name);
	else if (kg_server_name_is_address(name))
		kg_inspection_client(inspection, problem, "x509: cannot validate certificate for %s because it doesn't contain any IP SANs",
		                     name);
	else
		kg_inspection_client(inspection, problem, "x509: certificate is not valid for any names, but wanted to match %s", name);
}

void kg_inspect_report_name(struct kg_inspection *inspection, const struct kg_found_material *chain, const struct kg_wanted_name *wanted)
{
	const struct kg_found_certificate *leaf = &inspection->certificates[chain->leaf];
	int has = kg_server_names_has(leaf->x509, wanted->name);
	struct kg_certificate_problem *problem;
	struct kg_buf list;

	inspection->failed |= has < 0;
	if (has != 0 || !kg_certificate_names_a_host(leaf->x509))
		return;
	kg_buf_init(&list, 2 * (size_t)NAME_LIST_MAX + 256);
	list_names(leaf->x509, kg_server_name_is_address(wanted->name) ? GEN_IPADD : GEN_DNS, &list);
	problem = kg_inspection_add(inspection, wanted->flaw, kg_spot_of(leaf), "it is not for \"%s\", %s: that is not among its names",
	                            wanted->name, wanted->why);
	client_of_name(inspection, problem, wanted->name, &list);
	kg_buf_release(&list);
}

static bool is_any_bundle_named(const struct kg_inspection *inspection)
{
	for (size_t i = 0; i < inspection->request->material_count; i++) {
		if (inspection->request->materials[i].name != NULL)
			return true;
	}
	return false;
}

/* The address that was connected to says little when it is known what clients ask for. */
void kg_inspect_names(struct kg_inspection *inspection)
{
	const struct kg_inspect_request *request = inspection->request;
	const struct kg_wanted_name asked = {request->server_name, "which clients ask for (--server-name)", KG_FLAW_NAMES_MISMATCH};
	const struct kg_wanted_name host = {request->server_name, "where the connection went", KG_FLAW_NAMES_HOST};

	each_leaf(inspection, check_names);
	if (request->server_name == NULL || (request->server_name_is_host && is_any_bundle_named(inspection)))
		return;
	for (size_t i = 0; i < request->material_count; i++) {
		const struct kg_found_material *material = &inspection->materials[i];

		if (kg_found_is_chain(material) && (!request->server_name_is_host || material->role == KG_MATERIAL_SERVED))
			kg_inspect_report_name(inspection, material, request->server_name_is_host ? &host : &asked);
	}
}
