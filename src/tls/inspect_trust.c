/*
 * Whether clients that trust a bundle take what a server sends, and why not.
 */
#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <strings.h>

#include "tls/certificate_dates.h"
#include "tls/inspection.h"
#include "tls/server_names.h"
#include "tls/traits.h"
#include "tls/trust.h"

/* What Go says when the one candidate for an issuer fails: the reason and the candidate's name. */
#define UNKNOWN_BECAUSE                                                                                                                    \
	"x509: certificate signed by unknown authority (possibly because of \"%s\" while trying to verify candidate authority "            \
	"certificate \"%s\")"
#define CANNOT_SIGN "x509: invalid signature: parent certificate cannot sign this kind of certificate"

/* A bundle, a chain, and where they meet. */
struct meeting {
	struct kg_inspection *inspection;
	const struct kg_found_material *bundle;
	const struct kg_found_material *chain;
	const struct kg_found_certificate *top; /* the last that can be reached from the leaf within the chain */
	const char *bundle_place, *chain_place;
};

/* ---- authorities by themselves ---- */

static bool may_issue(X509 *x509)
{
	return kg_certificate_is_ca(x509) && kg_certificate_may_sign(x509);
}

static const char *why_no_ca(X509 *x509)
{
	if ((X509_get_extension_flags(x509) & EXFLAG_BCONS) == 0)
		return "its basicConstraints are missing";
	return kg_certificate_names_a_host(x509) ? "it is a server's certificate, with CA:FALSE" : "its basicConstraints say CA:FALSE";
}

void kg_inspect_report_no_authority(struct kg_inspection *inspection, const struct kg_found_certificate *certificate)
{
	const char *name = kg_inspection_go_name(inspection, certificate->x509);
	const char *subject = kg_inspection_subject(inspection, certificate);
	struct kg_certificate_problem *problem;

	if (!kg_certificate_is_ca(certificate->x509))
		problem = kg_inspection_add(inspection, KG_FLAW_AUTHORITY_NOT_CA, kg_spot_of(certificate),
		                            "it (%s) is no certificate authority, so clients accept nothing that it signed: %s", subject,
		                            why_no_ca(certificate->x509));
	else
		problem = kg_inspection_add(inspection, KG_FLAW_AUTHORITY_MAY_NOT_SIGN, kg_spot_of(certificate),
		                            "it (%s) may not sign certificates, so clients accept none that it signed: its key usage lacks "
		                            "keyCertSign",
		                            subject);
	kg_inspection_client(inspection, problem, UNKNOWN_BECAUSE, CANNOT_SIGN, name);
}

static bool is_any_leaf(const struct kg_inspection *inspection, X509 *x509)
{
	for (size_t i = 0; i < inspection->request->material_count; i++) {
		const struct kg_found_material *material = &inspection->materials[i];

		if (kg_found_is_chain(material) && X509_cmp(inspection->certificates[material->leaf].x509, x509) == 0)
			return true;
	}
	return false;
}

static size_t count_able(const struct kg_inspection *inspection, const struct kg_found_material *bundle)
{
	size_t count = 0;

	for (size_t i = 0; i < bundle->certificate_count; i++)
		count += may_issue(inspection->certificates[bundle->certificates + i].x509);
	return count;
}

static void check_authority(struct kg_inspection *inspection, const struct kg_found_certificate *certificate, bool has_others)
{
	if (is_any_leaf(inspection, certificate->x509))
		(void)kg_inspection_add(inspection, KG_FLAW_LEAF_AS_AUTHORITY, kg_spot_of(certificate),
		                        "it (%s) is the server's own certificate; clients in Go take that until it is renewed",
		                        kg_inspection_subject(inspection, certificate));
	else if (may_issue(certificate->x509))
		return;
	else if (has_others)
		(void)kg_inspection_add(inspection, KG_FLAW_AUTHORITY_USELESS, kg_spot_of(certificate),
		                        "it (%s) is no authority that may sign certificates; clients pass over it",
		                        kg_inspection_subject(inspection, certificate));
	else
		kg_inspect_report_no_authority(inspection, certificate);
}

void kg_inspect_authorities(struct kg_inspection *inspection)
{
	for (size_t i = 0; i < inspection->request->material_count; i++) {
		const struct kg_found_material *bundle = &inspection->materials[i];
		bool has_able;

		if (!kg_found_is_bundle(bundle))
			continue;
		has_able = count_able(inspection, bundle) > 0;
		for (size_t at = 0; at < bundle->certificate_count; at++)
			check_authority(inspection, &inspection->certificates[bundle->certificates + at], has_able);
	}
}

/* ---- the chain within itself ---- */

static const struct kg_found_certificate *issuer_in_chain(const struct kg_inspection *inspection, const struct kg_found_material *chain,
                                                          const struct kg_found_certificate *certificate)
{
	for (size_t i = 0; i < chain->certificate_count; i++) {
		const struct kg_found_certificate *other = &inspection->certificates[chain->certificates + i];

		if (X509_cmp(other->x509, certificate->x509) != 0 &&
		    kg_certificate_check_issued(certificate->x509, other->x509) == X509_V_OK)
			return other;
	}
	return NULL;
}

static const struct kg_found_certificate *find_top(const struct kg_inspection *inspection, const struct kg_found_material *chain)
{
	const struct kg_found_certificate *top = &inspection->certificates[chain->leaf];

	/* Two that signed each other would never end. */
	for (size_t i = 1; i < chain->certificate_count; i++) {
		const struct kg_found_certificate *next = issuer_in_chain(inspection, chain, top);

		if (next == NULL)
			break;
		top = next;
	}
	return top;
}

/* ---- why not ---- */

static const char *verification_failure(const X509 *x509)
{
	const EVP_PKEY *key = X509_get0_pubkey(x509);

	if (key != NULL && EVP_PKEY_is_a(key, "RSA"))
		return "crypto/rsa: verification error";
	return key != NULL && EVP_PKEY_is_a(key, "ED25519") ? "x509: Ed25519 verification failure" : "x509: ECDSA verification failure";
}

/* An authority is older than what it issued: so it can be told which of the two was left behind. */
static const char *which_is_old(const X509 *issued, const X509 *namesake)
{
	struct kg_certificate_dates below;
	struct kg_certificate_dates above;

	if (kg_certificate_dates_read(issued, &below) != 0 || kg_certificate_dates_read(namesake, &above) != 0 ||
	    above.not_before == below.not_before)
		return "";
	return above.not_before > below.not_before ? "; the authority in the bundle is newer than what it should have issued"
	                                           : "; the authority in the bundle may be the old one";
}

static void report_remade(const struct meeting *meeting, const struct kg_found_certificate *namesake)
{
	struct kg_inspection *inspection = meeting->inspection;
	struct kg_certificate_problem *problem = kg_inspection_add(
	        inspection, KG_FLAW_AUTHORITY_REMADE, kg_spot_of(namesake),
	        "it (%s) has the name of the issuer of certificate %zu in %s, and another key: the authority was made again%s",
	        kg_inspection_subject(inspection, namesake), meeting->top->number, meeting->chain_place,
	        which_is_old(meeting->top->x509, namesake->x509));

	kg_inspection_client(inspection, problem, UNKNOWN_BECAUSE, verification_failure(namesake->x509),
	                     kg_inspection_go_name(inspection, namesake->x509));
}

/* One of that name that is no authority, or not the one. False when the bundle has none of that name. */
static bool explain_namesake(const struct meeting *meeting)
{
	struct kg_inspection *inspection = meeting->inspection;
	const X509_NAME *issuer = X509_get_issuer_name(meeting->top->x509);
	bool found = false;

	for (size_t i = 0; i < meeting->bundle->certificate_count; i++) {
		const struct kg_found_certificate *candidate = &inspection->certificates[meeting->bundle->certificates + i];

		if (X509_NAME_cmp(issuer, X509_get_subject_name(candidate->x509)) != 0)
			continue;
		found = true;
		if (may_issue(candidate->x509))
			report_remade(meeting, candidate);
		else
			kg_inspect_report_no_authority(inspection, candidate);
	}
	return found;
}

/* Among all that was given. */
static const struct kg_found_certificate *find_true_issuer(const struct meeting *meeting)
{
	const struct kg_inspection *inspection = meeting->inspection;

	for (size_t i = 0; i < inspection->certificate_count; i++) {
		const struct kg_found_certificate *candidate = &inspection->certificates[i];

		if (X509_cmp(candidate->x509, meeting->top->x509) != 0 &&
		    kg_certificate_check_issued(meeting->top->x509, candidate->x509) == X509_V_OK)
			return candidate;
	}
	return NULL;
}

static void explain_unknown(const struct meeting *meeting)
{
	struct kg_inspection *inspection = meeting->inspection;
	struct kg_spot bundle = {(size_t)(meeting->bundle - inspection->materials), 0};
	const char *issuer = kg_inspection_name(inspection, X509_get_issuer_name(meeting->top->x509));
	const struct kg_found_certificate *known = find_true_issuer(meeting);
	struct kg_certificate_problem *problem;

	if (known != NULL && kg_certificate_kind_of(inspection, known) == KG_CERTIFICATE_INTERMEDIATE)
		problem = kg_inspection_add(inspection, KG_FLAW_INTERMEDIATE_MISSING, kg_spot_of(meeting->top),
		                            "the server does not send the intermediate that issued it (%s): that is certificate %zu of %s",
		                            issuer, known->number, inspection->request->materials[known->material].place);
	else if (known != NULL)
		problem = kg_inspection_add(inspection, KG_FLAW_AUTHORITY_UNKNOWN, bundle,
		                            "%s was issued by %s, which is not in it but in %s, certificate %zu", meeting->chain_place,
		                            issuer, inspection->request->materials[known->material].place, known->number);
	else
		problem = kg_inspection_add(inspection, KG_FLAW_AUTHORITY_UNKNOWN, bundle, "%s was issued by %s, which is not in it%s",
		                            meeting->chain_place, issuer,
		                            (X509_get_extension_flags(meeting->top->x509) & EXFLAG_SI) != 0 ? ": it signed itself" : "");
	kg_inspection_client(inspection, problem, "x509: certificate signed by unknown authority");
}

static const struct kg_found_certificate *find_certificate(const struct meeting *meeting, const X509 *x509)
{
	const struct kg_found_material *places[] = {meeting->chain, meeting->bundle};

	for (size_t place = 0; place < KG_ARRAY_LEN(places); place++) {
		for (size_t i = 0; i < places[place]->certificate_count; i++) {
			const struct kg_found_certificate *found = &meeting->inspection->certificates[places[place]->certificates + i];

			if (X509_cmp(found->x509, x509) == 0)
				return found;
		}
	}
	return meeting->top;
}

/* What cannot be told by looking at one certificate. */
static const struct {
	int error;
	enum kg_flaw flaw;
	const char *sentence;
	const char *client_error;
} refusals[] = {
        {X509_V_ERR_PATH_LENGTH_EXCEEDED, KG_FLAW_PATH_TOO_LONG, "its path length allows fewer authorities below it",
         "x509: too many intermediates for path length constraint"},
        {X509_V_ERR_PERMITTED_VIOLATION, KG_FLAW_NAME_CONSTRAINED, "its authority may not issue for a name that it has (name constraints)",
         "x509: a root or intermediate certificate is not authorized to sign for this name"},
        {X509_V_ERR_EXCLUDED_VIOLATION, KG_FLAW_NAME_CONSTRAINED, "its authority may not issue for a name that it has (name constraints)",
         "x509: a root or intermediate certificate is not authorized to sign for this name"},
        {X509_V_ERR_INVALID_PURPOSE, KG_FLAW_USAGE_NOT_SERVER, "it is not for servers: its extended key usage lacks serverAuth",
         "x509: certificate specifies an incompatible key usage"},
};

static void explain_refusal(const struct meeting *meeting, int error, const struct kg_found_certificate *certificate)
{
	struct kg_inspection *inspection = meeting->inspection;
	struct kg_certificate_problem *problem;

	for (size_t i = 0; i < KG_ARRAY_LEN(refusals); i++) {
		if (refusals[i].error != error)
			continue;
		problem = kg_inspection_add(inspection, refusals[i].flaw, kg_spot_of(certificate), "%s", refusals[i].sentence);
		kg_inspection_client(inspection, problem, "%s", refusals[i].client_error);
		return;
	}
	(void)kg_inspection_add(inspection, KG_FLAW_UNTRUSTED, kg_spot_of(certificate), "with the authorities in %s it is refused: %s",
	                        meeting->bundle_place, X509_verify_cert_error_string(error));
}

/* Said of the certificate by itself already. */
static bool is_told(const struct kg_inspection *inspection, const struct kg_found_certificate *certificate, enum kg_flaw flaw)
{
	for (size_t i = 0; i < inspection->out->problem_count; i++) {
		const struct kg_certificate_problem *problem = &inspection->out->problems[i];

		if (problem->flaw == flaw && problem->material == certificate->material && problem->certificate == certificate->number)
			return true;
	}
	return false;
}

static void explain(const struct meeting *meeting, const struct kg_trust_answer *answer)
{
	struct kg_inspection *inspection = meeting->inspection;
	const struct kg_found_certificate *certificate =
	        answer->certificate != NULL ? find_certificate(meeting, answer->certificate) : meeting->top;
	bool is_expired = false;

	if (answer->error == X509_V_ERR_CERT_HAS_EXPIRED || answer->error == X509_V_ERR_CERT_NOT_YET_VALID)
		kg_inspect_report_expiry(inspection, certificate, &is_expired);
	if (is_expired || is_told(inspection, certificate, KG_FLAW_SIGNATURE_WEAK) || is_told(inspection, certificate, KG_FLAW_KEY_SHORT) ||
	    is_told(inspection, certificate, KG_FLAW_EXTENSION_UNKNOWN))
		return;
	if (kg_trust_is_unknown(answer->error) || answer->error == X509_V_ERR_CERT_SIGNATURE_FAILURE) {
		if (!explain_namesake(meeting))
			explain_unknown(meeting);
	} else if (answer->error == X509_V_ERR_INVALID_CA || answer->error == X509_V_ERR_KEYUSAGE_NO_CERTSIGN) {
		kg_inspect_report_no_authority(inspection, certificate);
	} else {
		explain_refusal(meeting, answer->error, certificate);
	}
}

/* ---- the question ---- */

/* The server's certificate first, the rest as it comes. NULL without memory. */
static X509 **list_chain(const struct kg_inspection *inspection, const struct kg_found_material *chain)
{
	X509 **items = kg_arena_calloc(inspection->arena, chain->certificate_count, sizeof(X509 *));
	size_t count = 0;

	if (items == NULL)
		return NULL;
	items[count++] = inspection->certificates[chain->leaf].x509;
	for (size_t i = 0; i < chain->certificate_count; i++) {
		if (chain->certificates + i != chain->leaf)
			items[count++] = inspection->certificates[chain->certificates + i].x509;
	}
	return items;
}

static X509 **list_bundle(const struct kg_inspection *inspection, const struct kg_found_material *bundle)
{
	X509 **items = kg_arena_calloc(inspection->arena, bundle->certificate_count, sizeof(X509 *));

	for (size_t i = 0; i < bundle->certificate_count && items != NULL; i++)
		items[i] = inspection->certificates[bundle->certificates + i].x509;
	return items;
}

/* OpenSSL found the way; would Go have? */
static void check_encoding(const struct meeting *meeting, const struct kg_trust_answer *answer)
{
	struct kg_inspection *inspection = meeting->inspection;
	struct kg_certificate_problem *problem;

	if (answer->anchor == NULL || X509_cmp(answer->anchor, meeting->top->x509) == 0 ||
	    X509_NAME_cmp(X509_get_issuer_name(meeting->top->x509), X509_get_subject_name(answer->anchor)) != 0 ||
	    !kg_names_differ_in_bytes(meeting->top->x509, answer->anchor))
		return;
	problem = kg_inspection_add(inspection, KG_FLAW_ISSUER_ENCODING, kg_spot_of(meeting->top),
	                            "its issuer's name and the subject of the authority in %s are the same letters in another encoding",
	                            meeting->bundle_place);
	kg_inspection_client(inspection, problem, "x509: certificate signed by unknown authority");
}

static void judge(struct kg_inspection *inspection, const struct kg_found_material *bundle, const struct kg_found_material *chain)
{
	const struct kg_material *materials = inspection->request->materials;
	const struct meeting meeting = {
	        .inspection = inspection,
	        .bundle = bundle,
	        .chain = chain,
	        .top = find_top(inspection, chain),
	        .bundle_place = materials[bundle - inspection->materials].place,
	        .chain_place = materials[chain - inspection->materials].place,
	};
	const struct kg_trust_question question = {
	        .chain = list_chain(inspection, chain),
	        .chain_length = chain->certificate_count,
	        .authorities = list_bundle(inspection, bundle),
	        .authority_count = bundle->certificate_count,
	        .now = inspection->request->now,
	};
	struct kg_trust_answer answer;

	if (question.chain == NULL || question.authorities == NULL || kg_trust_verify(&question, &answer, NULL) != 0)
		inspection->failed = true;
	else if (answer.error != X509_V_OK)
		explain(&meeting, &answer);
	else
		check_encoding(&meeting, &answer);
}

/* ---- who meets whom ---- */

static bool covers(struct kg_inspection *inspection, const struct kg_found_material *chain, const char *name)
{
	int has = kg_found_is_chain(chain) ? kg_server_names_has(inspection->certificates[chain->leaf].x509, name) : 0;

	inspection->failed |= has < 0;
	return has > 0;
}

/* One of its names is in the domain of `name`: a service in the same namespace. */
static bool is_neighbour(const struct kg_inspection *inspection, const struct kg_found_material *chain, const char *name)
{
	const char *domain = strchr(name, '.');
	GENERAL_NAMES *names = X509_get_ext_d2i(inspection->certificates[chain->leaf].x509, NID_subject_alt_name, NULL, NULL);
	bool found = false;

	for (int i = 0; i < sk_GENERAL_NAME_num(names) && domain != NULL; i++) {
		const GENERAL_NAME *other = sk_GENERAL_NAME_value(names, i);
		const char *text = other->type == GEN_DNS ? (const char *)ASN1_STRING_get0_data(other->d.dNSName) : "";
		const char *others = strchr(text, '.');

		found |= others != NULL && strcasecmp(others, domain) == 0;
	}
	GENERAL_NAMES_free(names);
	return found;
}

/* No bundle asks for another server. */
static bool is_only_name(const struct kg_inspection *inspection, const char *name)
{
	for (size_t i = 0; i < inspection->request->material_count; i++) {
		const char *other = inspection->request->materials[i].name;

		if (other != NULL && strcmp(other, name) != 0)
			return false;
	}
	return true;
}

/* How many chains might be those that a named bundle is for. */
struct choice {
	size_t covering, served, all;
};

static struct choice count_choice(struct kg_inspection *inspection, const char *name)
{
	struct choice choice = {0};

	for (size_t i = 0; i < inspection->request->material_count; i++) {
		const struct kg_found_material *chain = &inspection->materials[i];

		choice.all += kg_found_is_chain(chain);
		choice.served += kg_found_is_chain(chain) && chain->role == KG_MATERIAL_SERVED;
		choice.covering += covers(inspection, chain, name);
	}
	return choice;
}

/* Those that have the name. When none has, it should be what is served, or the only one there is; but not on a guess: other bundles, or its names,
 * may tell that it is another server's. */
static bool is_chosen(struct kg_inspection *inspection, const struct choice *choice, const struct kg_found_material *chain,
                      const char *name)
{
	if (!kg_found_is_chain(chain))
		return false;
	if (choice->covering > 0)
		return covers(inspection, chain, name);
	if (choice->served > 0 ? chain->role != KG_MATERIAL_SERVED : choice->all != 1)
		return false;
	return is_only_name(inspection, name) || is_neighbour(inspection, chain, name);
}

static void meet_named(struct kg_inspection *inspection, size_t index)
{
	const struct kg_material *material = &inspection->request->materials[index];
	const struct choice choice = count_choice(inspection, material->name);
	const char *why = kg_arena_printf(inspection->arena, "the server name in %s", material->place);
	const struct kg_wanted_name wanted = {material->name, why, KG_FLAW_NAMES_MISMATCH};
	size_t met = 0;

	inspection->failed |= why == NULL;
	for (size_t i = 0; i < inspection->request->material_count && !inspection->failed; i++) {
		const struct kg_found_material *chain = &inspection->materials[i];

		if (!is_chosen(inspection, &choice, chain, material->name))
			continue;
		kg_inspect_report_name(inspection, chain, &wanted);
		if (kg_found_is_bundle(&inspection->materials[index]))
			judge(inspection, &inspection->materials[index], chain);
		met++;
	}
	if (met == 0 && choice.all > 0)
		(void)kg_inspection_add(inspection, KG_FLAW_SERVICE_UNMATCHED, (struct kg_spot){index, 0},
		                        "no certificate given is for \"%s\", so this bundle was not compared", material->name);
}

/* That of a set with a server's certificate is for that one, and for what is served in its place; any other for all. */
static void meet_unnamed(struct kg_inspection *inspection, size_t index)
{
	const struct kg_material *materials = inspection->request->materials;
	bool is_of_pair = kg_inspection_set_has_chain(inspection, materials[index].set);

	for (size_t i = 0; i < inspection->request->material_count; i++) {
		const struct kg_found_material *chain = &inspection->materials[i];

		if (!kg_found_is_chain(chain))
			continue;
		if (!is_of_pair || materials[i].set == materials[index].set ||
		    (chain->role == KG_MATERIAL_SERVED && kg_inspection_is_served_as(inspection, materials[index].set, chain)))
			judge(inspection, &inspection->materials[index], chain);
	}
}

void kg_inspect_trust(struct kg_inspection *inspection)
{
	for (size_t i = 0; i < inspection->request->material_count && !inspection->failed; i++) {
		if (inspection->request->materials[i].name != NULL)
			meet_named(inspection, i);
		else if (kg_found_is_bundle(&inspection->materials[i]))
			meet_unnamed(inspection, i);
	}
	ERR_clear_error();
}
