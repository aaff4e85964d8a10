/*
 * Certificates and keys that should belong together: the pair, and the order of the chain.
 */
#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "tls/inspection.h"
#include "tls/traits.h"

/* ---- keys ---- */

/* How a key relates to the certificates of its set. */
struct match {
	const struct kg_found_certificate *server; /* a server's certificate, of any key */
	const struct kg_found_certificate *issuer; /* an authority, of any key */
	bool is_servers;                           /* the key is that of a server's certificate */
	bool is_authoritys;
};

static void match_with(const struct kg_inspection *inspection, const struct kg_found_material *material, const EVP_PKEY *key,
                       struct match *out)
{
	for (size_t i = 0; i < material->certificate_count; i++) {
		const struct kg_found_certificate *certificate = &inspection->certificates[material->certificates + i];
		bool belongs = X509_check_private_key(certificate->x509, key) == 1;

		if (kg_found_is_bundle(material)) {
			out->issuer = out->issuer == NULL ? certificate : out->issuer;
			out->is_authoritys |= belongs;
		} else if (material->leaf == material->certificates + i) {
			out->server = out->server == NULL ? certificate : out->server;
			out->is_servers |= belongs;
		}
	}
}

static struct match match_key(const struct kg_inspection *inspection, const struct kg_found_key *key)
{
	const struct kg_material *materials = inspection->request->materials;
	struct match match = {0};

	for (size_t i = 0; i < inspection->request->material_count; i++) {
		const struct kg_found_material *material = &inspection->materials[i];

		if (materials[i].set == materials[key->material].set && (kg_found_is_chain(material) || kg_found_is_bundle(material)))
			match_with(inspection, material, key->key, &match);
	}
	return match;
}

static void report_mismatch(struct kg_inspection *inspection, const struct kg_found_key *key,
                            const struct kg_found_certificate *certificate, bool is_authoritys)
{
	const EVP_PKEY *public_key = X509_get0_pubkey(certificate->x509);
	bool same_type = public_key != NULL && EVP_PKEY_get_base_id(public_key) == EVP_PKEY_get_base_id(key->key);
	struct kg_certificate_problem *problem =
	        kg_inspection_add(inspection, KG_FLAW_KEY_MISMATCH, (struct kg_spot){key->material, 0},
	                          "the private key does not belong to the certificate in %s (%s)%s",
	                          inspection->request->materials[certificate->material].place,
	                          kg_inspection_subject(inspection, certificate), is_authoritys ? ": it is the authority's" : "");

	kg_inspection_client(inspection, problem, "%s",
	                     same_type ? "tls: private key does not match public key"
	                               : "tls: private key type does not match public key type");
}

/* A text of the set in which the server's certificate should stand, or may, held none: so nobody knows whose a key is. */
static bool is_server_unread(const struct kg_inspection *inspection, size_t set)
{
	for (size_t i = 0; i < inspection->request->material_count; i++) {
		const struct kg_found_material *material = &inspection->materials[i];
		bool is_candidate = material->role == KG_MATERIAL_CERTIFICATE || material->role == KG_MATERIAL_UNKNOWN;

		if (inspection->request->materials[i].set == set && is_candidate && material->certificate_count == 0)
			return true;
	}
	return false;
}

/* Without a server's certificate: must the key be that of an authority? */
static bool is_due_to_authority(const struct kg_inspection *inspection, const struct kg_found_key *key)
{
	const struct kg_material *material = &inspection->request->materials[key->material];

	if (material->role == KG_MATERIAL_AUTHORITY_KEY)
		return true;
	return material->role != KG_MATERIAL_KEY && !is_server_unread(inspection, material->set);
}

/* A file that somebody named may be the key of either; the others are one or the other by their name. */
static void check_key(struct kg_inspection *inspection, const struct kg_found_key *key)
{
	enum kg_material_role role = inspection->request->materials[key->material].role;
	struct match match = match_key(inspection, key);
	bool may_be_authoritys = role != KG_MATERIAL_KEY;

	if (role == KG_MATERIAL_AUTHORITY_KEY)
		match.server = NULL;
	if ((match.is_servers && match.server != NULL) || (match.is_authoritys && (may_be_authoritys || match.server == NULL)))
		return;
	if (match.server != NULL)
		report_mismatch(inspection, key, match.server, match.is_authoritys);
	else if (match.issuer != NULL && is_due_to_authority(inspection, key))
		report_mismatch(inspection, key, match.issuer, false);
}

void kg_inspect_keys(struct kg_inspection *inspection)
{
	for (size_t i = 0; i < inspection->key_count; i++)
		check_key(inspection, &inspection->keys[i]);
	ERR_clear_error();
}

/* ---- order ---- */

static const struct kg_found_certificate *member(const struct kg_inspection *inspection, const struct kg_found_material *chain, size_t at)
{
	return &inspection->certificates[chain->certificates + at];
}

static bool is_copy(const struct kg_inspection *inspection, const struct kg_found_material *chain, size_t at)
{
	for (size_t i = 0; i < at; i++) {
		if (X509_cmp(member(inspection, chain, i)->x509, member(inspection, chain, at)->x509) == 0)
			return true;
	}
	return false;
}

/* The one in the chain that issued number `at`, NULL when there is none or it signed itself. */
static const struct kg_found_certificate *find_issuer(const struct kg_inspection *inspection, const struct kg_found_material *chain,
                                                      size_t at)
{
	for (size_t i = 0; i < chain->certificate_count; i++) {
		if (i != at && !is_copy(inspection, chain, i) &&
		    kg_certificate_check_issued(member(inspection, chain, at)->x509, member(inspection, chain, i)->x509) == X509_V_OK)
			return member(inspection, chain, i);
	}
	return NULL;
}

static void report_broken(struct kg_inspection *inspection, const struct kg_found_certificate *below,
                          const struct kg_found_certificate *above)
{
	const X509_NAME *issuer = X509_get_issuer_name(below->x509);
	struct kg_spot spot = kg_spot_of(above);

	if (X509_NAME_cmp(issuer, X509_get_subject_name(above->x509)) != 0)
		(void)kg_inspection_add(inspection, KG_FLAW_CHAIN_BROKEN, spot,
		                        "it (%s) did not issue the certificate before it, whose issuer is %s",
		                        kg_inspection_subject(inspection, above), kg_inspection_name(inspection, issuer));
	else if (!kg_certificate_is_ca(above->x509) || !kg_certificate_may_sign(above->x509))
		kg_inspect_report_no_authority(inspection, above);
	else
		(void)kg_inspection_add(inspection, KG_FLAW_CHAIN_BROKEN, spot,
		                        "it has the name of the issuer of the certificate before it (%s), and another key",
		                        kg_inspection_subject(inspection, above));
}

static void report_order(struct kg_inspection *inspection, const struct kg_found_material *chain, size_t at)
{
	const struct kg_found_certificate *above = member(inspection, chain, at);
	const struct kg_found_certificate *issuer;

	if (is_copy(inspection, chain, at)) {
		(void)kg_inspection_add(inspection, KG_FLAW_CHAIN_DUPLICATE, kg_spot_of(above), "it (%s) is there twice",
		                        kg_inspection_subject(inspection, above));
		return;
	}
	issuer = find_issuer(inspection, chain, at - 1);
	if (issuer != NULL)
		(void)kg_inspection_add(inspection, KG_FLAW_CHAIN_ORDER, kg_spot_of(issuer),
		                        "it (%s) issued certificate %zu, so it must follow that one; it is number %zu",
		                        kg_inspection_subject(inspection, issuer), at, issuer->number);
	else
		report_broken(inspection, member(inspection, chain, at - 1), above);
}

/* Names that are equal to OpenSSL and not to Go, such as a PrintableString and a UTF8String of the same letters. */
static void check_encoding(struct kg_inspection *inspection, const struct kg_found_certificate *below,
                           const struct kg_found_certificate *above)
{
	struct kg_certificate_problem *problem;

	if (!kg_names_differ_in_bytes(below->x509, above->x509))
		return;
	problem = kg_inspection_add(inspection, KG_FLAW_ISSUER_ENCODING, kg_spot_of(below),
	                            "its issuer's name and the subject of that issuer (%s) are the same letters in another encoding",
	                            kg_inspection_subject(inspection, above));
	kg_inspection_client(inspection, problem, "x509: certificate signed by unknown authority");
}

static void check_order(struct kg_inspection *inspection, const struct kg_found_material *chain)
{
	const struct kg_found_certificate *leaf = &inspection->certificates[chain->leaf];

	if (chain->leaf != chain->certificates) {
		(void)kg_inspection_add(inspection, KG_FLAW_CHAIN_ORDER, kg_spot_of(leaf),
		                        "the server's own certificate (%s) is number %zu of %zu; it must be the first",
		                        kg_inspection_subject(inspection, leaf), leaf->number, chain->certificate_count);
		return;
	}
	for (size_t i = 1; i < chain->certificate_count; i++) {
		const struct kg_found_certificate *below = member(inspection, chain, i - 1);
		const struct kg_found_certificate *above = member(inspection, chain, i);

		if (kg_certificate_check_issued(below->x509, above->x509) != X509_V_OK) {
			report_order(inspection, chain, i);
			return;
		}
		check_encoding(inspection, below, above);
	}
}

void kg_inspect_order(struct kg_inspection *inspection)
{
	for (size_t i = 0; i < inspection->request->material_count; i++) {
		const struct kg_found_material *material = &inspection->materials[i];

		if (!kg_found_is_chain(material))
			continue;
		check_order(inspection, material);
		if (material->role == KG_MATERIAL_CERTIFICATE && material->certificate_count > KG_CHAIN_MAX)
			(void)kg_inspection_add(inspection, KG_FLAW_TOO_MANY, (struct kg_spot){i, 0},
			                        "%zu certificates: kedagate takes %d, clients not many more", material->certificate_count,
			                        KG_CHAIN_MAX);
	}
	ERR_clear_error();
}
