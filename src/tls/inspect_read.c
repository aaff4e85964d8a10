/*
 * From texts to certificates and keys, and what stands in the way.
 */
#include <limits.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>

#include "kedagate/base/limits.h"
#include "kedagate/base/list.h"
#include "tls/inspection.h"
#include "tls/pem_block.h"

/* Of a label in a sentence. */
#define LABEL "%.40s"

/* One text while it is read. */
struct reading {
	struct kg_inspection *inspection;
	const struct kg_material *material;
	size_t index;           /* of the material */
	size_t blocks;          /* so far, damaged ones too */
	size_t certificates;    /* so far, those that cannot be read and those in the place of a key too */
	size_t keys;            /* likewise */
	bool has_foreign_block; /* one that was told */
};

static struct kg_spot whole(const struct reading *reading)
{
	return (struct kg_spot){reading->index, 0};
}

static bool wants_key(enum kg_material_role role)
{
	return role == KG_MATERIAL_KEY || role == KG_MATERIAL_AUTHORITY_KEY;
}

static bool wants_certificates(enum kg_material_role role)
{
	return role == KG_MATERIAL_CERTIFICATE || role == KG_MATERIAL_AUTHORITY || role == KG_MATERIAL_SERVED;
}

/* ---- blocks ---- */

static void keep_certificate(struct reading *reading, X509 *x509)
{
	struct kg_inspection *inspection = reading->inspection;
	struct kg_found_certificate *items;

	if (inspection->certificate_count == KG_MAX_INSPECTED_CERTIFICATES) {
		(void)kg_inspection_add(inspection, KG_FLAW_TOO_MANY, whole(reading),
		                        "more than %d certificates; the rest is not looked at", KG_MAX_INSPECTED_CERTIFICATES);
		X509_free(x509);
		return;
	}
	items = kg_list_room(inspection->arena, inspection->certificates, inspection->certificate_count, sizeof(*items));
	if (items == NULL) {
		inspection->failed = true;
		X509_free(x509);
		return;
	}
	inspection->certificates = items;
	items[inspection->certificate_count++] =
	        (struct kg_found_certificate){.x509 = x509, .material = reading->index, .number = reading->certificates};
	inspection->materials[reading->index].certificate_count++;
}

static void read_certificate(struct reading *reading, const struct kg_pem_block *block)
{
	X509 *x509;

	reading->certificates++;
	if (wants_key(reading->material->role))
		return;
	/* Go takes neither the older label nor a block with headers. */
	if (strcmp(block->label, PEM_STRING_X509) != 0 || *block->header != '\0')
		(void)kg_inspection_add(reading->inspection, KG_FLAW_BLOCK_FOREIGN, whole(reading),
		                        "certificate %zu is written as \"" LABEL "\"%s, which clients in Go pass over",
		                        reading->certificates, block->label, *block->header != '\0' ? " with headers" : "");
	x509 = kg_pem_block_certificate(block);
	if (x509 != NULL)
		keep_certificate(reading, x509);
	else
		(void)kg_inspection_add(reading->inspection, KG_FLAW_CERTIFICATE_UNREADABLE,
		                        (struct kg_spot){reading->index, reading->certificates},
		                        "block %zu says that it is a certificate and cannot be read as one", reading->blocks);
}

static void keep_key(struct reading *reading, EVP_PKEY *key)
{
	struct kg_inspection *inspection = reading->inspection;
	struct kg_found_key *items = kg_list_room(inspection->arena, inspection->keys, inspection->key_count, sizeof(*items));

	if (items == NULL) {
		inspection->failed = true;
		EVP_PKEY_free(key);
		return;
	}
	inspection->keys = items;
	items[inspection->key_count++] = (struct kg_found_key){.key = key, .material = reading->index};
	inspection->materials[reading->index].key_count++;
}

static void read_key(struct reading *reading, const struct kg_pem_block *block)
{
	struct kg_inspection *inspection = reading->inspection;
	struct kg_certificate_problem *problem;
	EVP_PKEY *key;

	reading->keys++;
	if (wants_certificates(reading->material->role)) {
		(void)kg_inspection_add(inspection, KG_FLAW_KEY_IN_CERTIFICATE, whole(reading),
		                        "holds a private key where certificates are expected");
		return;
	}
	if (kg_pem_block_is_encrypted(block)) {
		problem = kg_inspection_add(inspection, KG_FLAW_KEY_ENCRYPTED, whole(reading), "the private key is encrypted");
		kg_inspection_client(inspection, problem, "tls: failed to parse private key");
		return;
	}
	key = kg_pem_block_key(block);
	if (key != NULL) {
		keep_key(reading, key);
		return;
	}
	problem = kg_inspection_add(inspection, KG_FLAW_KEY_UNREADABLE, whole(reading), "the private key (" LABEL ") cannot be read",
	                            block->label);
	kg_inspection_client(inspection, problem, "tls: failed to parse private key");
}

/* Parameters stand beside keys in files that openssl(1) writes. */
static bool is_parameters(const struct kg_pem_block *block)
{
	return strcmp(block->label, PEM_STRING_ECPARAMETERS) == 0 || strcmp(block->label, PEM_STRING_DHPARAMS) == 0;
}

static void read_foreign(struct reading *reading, const struct kg_pem_block *block)
{
	bool is_request = strcmp(block->label, PEM_STRING_X509_REQ) == 0 || strcmp(block->label, PEM_STRING_X509_REQ_OLD) == 0;

	if (wants_key(reading->material->role) || (!wants_certificates(reading->material->role) && is_parameters(block)))
		return;
	reading->has_foreign_block = true;
	(void)kg_inspection_add(reading->inspection, KG_FLAW_BLOCK_FOREIGN, whole(reading),
	                        "block %zu is \"" LABEL "\", which is no certificate%s", reading->blocks, block->label,
	                        is_request ? ": it is a request, which an authority has yet to turn into one" : "");
}

static void read_block(struct reading *reading, const struct kg_pem_block *block)
{
	if (kg_pem_block_is_certificate(block))
		read_certificate(reading, block);
	else if (kg_pem_block_is_key(block))
		read_key(reading, block);
	else
		read_foreign(reading, block);
}

static void report_damage(struct reading *reading)
{
	(void)kg_inspection_add(reading->inspection, KG_FLAW_PEM_DAMAGED, whole(reading), "PEM block %zu is cut off or damaged",
	                        reading->blocks);
}

/* To the end, over damaged blocks too: each call takes a line at least. */
static void read_blocks(struct reading *reading, BIO *input)
{
	while (!reading->inspection->failed) {
		struct kg_pem_block block;
		int status = kg_pem_block_next(input, reading->material->place, &block, NULL);

		if (status == KG_ENOTFOUND)
			break;
		reading->blocks++;
		if (status == 0) {
			read_block(reading, &block);
			kg_pem_block_release(&block);
		} else if (status == KG_ENOMEM) {
			reading->inspection->failed = true;
		} else {
			report_damage(reading);
		}
		ERR_clear_error();
	}
	if (kg_pem_ends_in_partial_line(reading->material->text)) {
		reading->blocks++;
		report_damage(reading);
	}
}

/* ---- what is not there ---- */

/* Windows editors write it. OpenSSL passes over it; in Go a block begins at the beginning of a line. */
#define BYTE_ORDER_MARK "\xEF\xBB\xBF"

static bool is_der_certificate(const struct kg_material *material)
{
	const unsigned char *cursor = (const unsigned char *)material->text;
	X509 *certificate = d2i_X509(NULL, &cursor, (long)material->length);
	bool found = certificate != NULL;

	X509_free(certificate);
	ERR_clear_error();
	return found;
}

static void report_pem_missing(const struct reading *reading, const char *what)
{
	enum kg_material_role role = reading->material->role;
	struct kg_certificate_problem *problem = kg_inspection_add(reading->inspection, KG_FLAW_PEM_MISSING, whole(reading), "%s", what);

	if (role == KG_MATERIAL_AUTHORITY)
		kg_inspection_client(reading->inspection, problem, "unable to parse bytes as PEM block");
	else
		kg_inspection_client(reading->inspection, problem, "tls: failed to find any PEM data in %s input",
		                     wants_key(role) ? "key" : "certificate");
}

static void report_no_pem(const struct reading *reading)
{
	/* "-----BEGIN" in base64 */
	static const char twice[] = "LS0tLS1CRUdJTi";
	const struct kg_material *material = reading->material;
	const char *what = "it holds no PEM";

	if (strncmp(material->text, twice, sizeof(twice) - 1) == 0)
		what = "it holds base64 of PEM instead of PEM: it was encoded once too often";
	else if (is_der_certificate(material))
		what = "it holds a certificate as DER, not as PEM";
	report_pem_missing(reading, what);
}

static void report_no_key(const struct reading *reading)
{
	struct kg_certificate_problem *problem;

	if (reading->certificates == 0) {
		(void)kg_inspection_add(reading->inspection, KG_FLAW_KEY_MISSING, whole(reading), "it holds no private key");
		return;
	}
	problem = kg_inspection_add(reading->inspection, KG_FLAW_CERTIFICATE_IN_KEY, whole(reading),
	                            "it holds a certificate where the private key is expected");
	kg_inspection_client(reading->inspection, problem, "tls: found a certificate rather than a key in the PEM for the private key");
}

/* A key alone where certificates are wanted was told; what else Go says to it comes from it. */
static void judge_blocks(const struct reading *reading)
{
	struct kg_inspect_report *report = reading->inspection->out;

	if (reading->blocks == 0)
		report_no_pem(reading);
	else if (wants_key(reading->material->role) && reading->keys == 0)
		report_no_key(reading);
	else if (reading->material->role == KG_MATERIAL_CERTIFICATE && reading->certificates == 0 && reading->keys > 0)
		kg_inspection_client(
		        reading->inspection, &report->problems[report->problem_count - 1],
		        "tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs "
		        "may have been switched");
}

/* The ca.crt of a mounted Secret: whose issuer tells no authority leaves it empty, and servers take that for none. */
static bool lies_beside_a_certificate(const struct reading *reading)
{
	const struct kg_inspect_request *request = reading->inspection->request;

	for (size_t i = 0; i < request->material_count; i++) {
		if (request->materials[i].set == reading->material->set && request->materials[i].role == KG_MATERIAL_CERTIFICATE)
			return true;
	}
	return false;
}

static void report_empty(const struct reading *reading)
{
	if (reading->material->role == KG_MATERIAL_AUTHORITY && lies_beside_a_certificate(reading))
		(void)kg_inspection_add(reading->inspection, KG_FLAW_AUTHORITY_EMPTY, whole(reading),
		                        "it is empty, so it tells nobody whom to trust");
	else
		(void)kg_inspection_add(reading->inspection, KG_FLAW_EMPTY, whole(reading), "it is empty");
}

static void read_text(struct reading *reading)
{
	const struct kg_material *material = reading->material;
	BIO *input;

	if (strspn(material->text, " \t\r\n") == material->length) {
		report_empty(reading);
		return;
	}
	if (strncmp(material->text, BYTE_ORDER_MARK, strlen(BYTE_ORDER_MARK)) == 0)
		report_pem_missing(reading, "it begins with a byte order mark, behind which Go sees no block; most others do");
	input = material->length <= INT_MAX ? BIO_new_mem_buf(material->text, (int)material->length) : NULL;
	if (input == NULL) {
		reading->inspection->failed = true;
		return;
	}
	read_blocks(reading, input);
	BIO_free(input);
	if (!reading->inspection->failed)
		judge_blocks(reading);
}

static void report_absent(const struct reading *reading)
{
	if (reading->material->role == KG_MATERIAL_AUTHORITY)
		(void)kg_inspection_add(reading->inspection, KG_FLAW_BUNDLE_ABSENT, whole(reading),
		                        "there is none, so the API server trusts the authorities of its own system only");
	else
		(void)kg_inspection_add(reading->inspection, KG_FLAW_MISSING, whole(reading), "it is missing, and its type demands it");
}

static void read_material(struct reading *reading)
{
	switch (reading->material->state) {
	case KG_MATERIAL_WHOLE:
		read_text(reading);
		break;
	case KG_MATERIAL_ABSENT:
		report_absent(reading);
		break;
	case KG_MATERIAL_NO_BASE64:
		(void)kg_inspection_add(reading->inspection, KG_FLAW_BASE64_INVALID, whole(reading), "it is not base64");
		break;
	case KG_MATERIAL_UNVERIFIED:
		(void)kg_inspection_add(reading->inspection, KG_FLAW_VERIFICATION_OFF, whole(reading),
		                        "insecureSkipTLSVerify: the API server takes any certificate, an impostor's too");
		break;
	}
}

void kg_inspect_read(struct kg_inspection *inspection)
{
	for (size_t i = 0; i < inspection->request->material_count && !inspection->failed; i++) {
		struct reading reading = {.inspection = inspection, .material = &inspection->request->materials[i], .index = i};

		inspection->materials[i] = (struct kg_found_material){
		        .role = reading.material->role,
		        .certificates = inspection->certificate_count,
		        .keys = inspection->key_count,
		        .leaf = inspection->certificate_count,
		};
		read_material(&reading);
	}
}

void kg_inspect_release(struct kg_inspection *inspection)
{
	for (size_t i = 0; i < inspection->certificate_count; i++)
		X509_free(inspection->certificates[i].x509);
	for (size_t i = 0; i < inspection->key_count; i++)
		EVP_PKEY_free(inspection->keys[i].key);
}
