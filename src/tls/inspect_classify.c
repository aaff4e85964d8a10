/*
 * What a file is that somebody named, told from its content, and what the certificates say.
 */
#include <openssl/evp.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

#include "kedagate/base/buf.h"
#include "kedagate/base/utf8.h"
#include "tls/certificate_dates.h"
#include "tls/certificate_serial.h"
#include "tls/inspection.h"
#include "tls/server_names.h"
#include "tls/traits.h"

/* Of one SAN in the listing: DNS names have 253 bytes at most, URIs may be longer. */
enum { NAME_TEXT_MAX = 512 };

/* ---- roles ---- */

static X509 *first_of(const struct kg_inspection *inspection, const struct kg_found_material *material)
{
	return inspection->certificates[material->certificates].x509;
}

/* Its common name is that of a Kubernetes Service: "webhook.keda.svc", or with the cluster's domain behind it. */
static bool is_called_like_a_service(const X509 *certificate)
{
	static const char service[] = ".svc";
	const X509_NAME *subject = X509_get_subject_name(certificate);
	int index = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
	const ASN1_STRING *text = index >= 0 ? X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, index)) : NULL;
	const char *at = text != NULL ? (const char *)ASN1_STRING_get0_data(text) : "";
	const char *end = text != NULL ? at + ASN1_STRING_length(text) : at;

	while ((at = memmem(at, (size_t)(end - at), service, sizeof(service) - 1)) != NULL) {
		at += sizeof(service) - 1;
		if (at == end || *at == '.')
			return true;
	}
	return false;
}

/* Made to sign others. One for a host is a server's, as `openssl req -x509` makes them, be the host a SAN or, too little for clients, the common
 * name alone. */
static bool is_made_to_sign(X509 *certificate)
{
	return (X509_get_extension_flags(certificate) & EXFLAG_CA) != 0 && !kg_certificate_names_a_host(certificate) &&
	       !is_called_like_a_service(certificate);
}

static bool are_all_made_to_sign(const struct kg_inspection *inspection, const struct kg_found_material *material)
{
	for (size_t i = 0; i < material->certificate_count; i++) {
		if (!is_made_to_sign(inspection->certificates[material->certificates + i].x509))
			return false;
	}
	return true;
}

/* Some other file of the set begins with a certificate that names this one's first as its issuer. */
static bool is_named_as_issuer(const struct kg_inspection *inspection, size_t index)
{
	const struct kg_material *materials = inspection->request->materials;
	X509 *first = first_of(inspection, &inspection->materials[index]);

	for (size_t i = 0; i < inspection->request->material_count; i++) {
		const struct kg_found_material *other = &inspection->materials[i];

		if (i == index || materials[i].set != materials[index].set || other->certificate_count == 0)
			continue;
		if ((X509_get_extension_flags(first_of(inspection, other)) & EXFLAG_SI) == 0 &&
		    X509_NAME_cmp(X509_get_issuer_name(first_of(inspection, other)), X509_get_subject_name(first)) == 0)
			return true;
	}
	return false;
}

static void find_role(struct kg_inspection *inspection, size_t index)
{
	struct kg_found_material *material = &inspection->materials[index];

	if (material->role != KG_MATERIAL_UNKNOWN)
		return;
	if (material->certificate_count == 0)
		material->role = material->key_count > 0 ? KG_MATERIAL_KEY : KG_MATERIAL_UNKNOWN;
	else if (are_all_made_to_sign(inspection, material) || is_named_as_issuer(inspection, index))
		material->role = KG_MATERIAL_AUTHORITY;
	else
		material->role = KG_MATERIAL_CERTIFICATE;
}

/* Wrong order does not hide which it is: the first that is no authority. */
static void find_leaf(struct kg_inspection *inspection, struct kg_found_material *material)
{
	for (size_t i = 0; i < material->certificate_count; i++) {
		if (!is_made_to_sign(inspection->certificates[material->certificates + i].x509)) {
			material->leaf = material->certificates + i;
			return;
		}
	}
}

void kg_inspect_classify(struct kg_inspection *inspection)
{
	for (size_t i = 0; i < inspection->request->material_count; i++) {
		find_role(inspection, i);
		if (kg_found_is_chain(&inspection->materials[i]))
			find_leaf(inspection, &inspection->materials[i]);
	}
}

/* ---- the listing ---- */

static const char *copy_line(struct kg_inspection *inspection, const struct kg_buf *line)
{
	const char *copy = kg_buf_status(line) == KG_ENOMEM ? NULL : kg_arena_strdup(inspection->arena, kg_buf_text(line));

	inspection->failed |= copy == NULL;
	return copy;
}

static void write_name(const GENERAL_NAME *name, struct kg_buf *out)
{
	static const struct {
		int type;
		const char *prefix;
	} texts[] = {{GEN_DNS, ""}, {GEN_EMAIL, "email:"}, {GEN_URI, "URI:"}};

	if (name->type == GEN_IPADD) {
		kg_server_names_write_address(name->d.iPAddress, out);
		return;
	}
	for (size_t i = 0; i < KG_ARRAY_LEN(texts); i++) {
		if (texts[i].type != name->type)
			continue;
		kg_buf_puts(out, texts[i].prefix);
		kg_utf8_append_printable(out, (const char *)ASN1_STRING_get0_data(name->d.ia5), (size_t)ASN1_STRING_length(name->d.ia5));
		return;
	}
	kg_buf_puts(out, "other");
}

static void describe_names(struct kg_inspection *inspection, X509 *x509, struct kg_inspected_certificate *out)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(x509, NID_subject_alt_name, NULL, NULL);
	size_t count = names != NULL ? (size_t)sk_GENERAL_NAME_num(names) : 0;
	const char **items = kg_arena_calloc(inspection->arena, count, sizeof(*items));
	struct kg_buf line;

	kg_buf_init(&line, NAME_TEXT_MAX);
	for (size_t i = 0; i < count && items != NULL && !inspection->failed; i++) {
		kg_buf_clear(&line);
		write_name(sk_GENERAL_NAME_value(names, (int)i), &line);
		items[i] = copy_line(inspection, &line);
	}
	inspection->failed |= items == NULL;
	out->names = items;
	out->name_count = inspection->failed ? 0 : count;
	kg_buf_release(&line);
	GENERAL_NAMES_free(names);
}

/* "ECDSA P-256" */
static const char *describe_key(struct kg_inspection *inspection, X509 *x509)
{
	const EVP_PKEY *key = X509_get0_pubkey(x509);
	const char *text;
	char group[64] = "";

	if (key == NULL)
		return "of a kind that cannot be read";
	if (EVP_PKEY_is_a(key, "ED25519"))
		return "Ed25519";
	if (EVP_PKEY_is_a(key, "EC") && EVP_PKEY_get_group_name(key, group, sizeof(group), NULL) == 1)
		text = kg_arena_printf(inspection->arena, "ECDSA %s",
		                       EC_curve_nid2nist(OBJ_txt2nid(group)) != NULL ? EC_curve_nid2nist(OBJ_txt2nid(group)) : group);
	else
		text = kg_arena_printf(inspection->arena, "%s %d", EVP_PKEY_get0_type_name(key), EVP_PKEY_get_bits(key));
	inspection->failed |= text == NULL;
	return text;
}

static const char *place_of_key(const struct kg_inspection *inspection, X509 *x509)
{
	for (size_t i = 0; i < inspection->key_count; i++) {
		if (X509_check_private_key(x509, inspection->keys[i].key) == 1)
			return inspection->request->materials[inspection->keys[i].material].place;
	}
	return NULL;
}

static void write_fingerprint(const X509 *x509, char out[KG_FINGERPRINT_TEXT_MAX])
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned length = 0;

	if (X509_digest(x509, EVP_sha256(), digest, &length) != 1)
		length = 0;
	out[0] = '\0';
	for (unsigned i = 0; i < length && (i + 1) * 3 <= KG_FINGERPRINT_TEXT_MAX; i++)
		(void)snprintf(out + (size_t)i * 3, 4, i + 1 < length ? "%02X:" : "%02X", digest[i]);
}

static void describe(struct kg_inspection *inspection, const struct kg_found_certificate *certificate, struct kg_inspected_certificate *out)
{
	X509 *x509 = certificate->x509;
	struct kg_certificate_dates dates = {0};

	*out = (struct kg_inspected_certificate){
	        .material = certificate->material,
	        .number = certificate->number,
	        .kind = kg_certificate_kind_of(inspection, certificate),
	        .subject = kg_inspection_subject(inspection, certificate),
	        .issuer = kg_inspection_name(inspection, X509_get_issuer_name(x509)),
	        .has_dates = kg_certificate_dates_read(x509, &dates) == 0,
	        .not_before = dates.not_before,
	        .not_after = dates.not_after,
	        .key = describe_key(inspection, x509),
	        .key_place = place_of_key(inspection, x509),
	};
	describe_names(inspection, x509, out);
	write_fingerprint(x509, out->fingerprint);
	inspection->failed |= kg_certificate_serial_write(x509, out->serial) != 0;
}

void kg_inspect_describe(struct kg_inspection *inspection)
{
	struct kg_inspect_report *report = inspection->out;

	report->certificates = kg_arena_calloc(inspection->arena, inspection->certificate_count, sizeof(*report->certificates));
	inspection->failed |= report->certificates == NULL;
	for (size_t i = 0; i < inspection->certificate_count && !inspection->failed; i++)
		describe(inspection, &inspection->certificates[i], &report->certificates[report->certificate_count++]);
}
