#include "tls/inspection.h"

#include <openssl/objects.h>
#include <openssl/x509v3.h>
#include <stdarg.h>
#include <string.h>

#include "kedagate/base/buf.h"
#include "kedagate/base/list.h"
#include "kedagate/base/utf8.h"
#include "tls/certificate_serial.h"
#include "tls/distinguished_name.h"

struct kg_spot kg_spot_of(const struct kg_found_certificate *certificate)
{
	return (struct kg_spot){certificate->material, certificate->number};
}

static bool is_known(const struct kg_inspect_report *report, const struct kg_certificate_problem *problem)
{
	for (size_t i = 0; i < report->problem_count; i++) {
		const struct kg_certificate_problem *other = &report->problems[i];

		if (other->flaw == problem->flaw && other->material == problem->material && other->certificate == problem->certificate &&
		    strcmp(other->sentence, problem->sentence) == 0)
			return true;
	}
	return false;
}

struct kg_certificate_problem *kg_inspection_add(struct kg_inspection *inspection, enum kg_flaw flaw, struct kg_spot spot,
                                                 const char *format, ...)
{
	struct kg_inspect_report *report = inspection->out;
	struct kg_certificate_problem problem = {.flaw = flaw, .material = spot.material, .certificate = spot.certificate};
	struct kg_certificate_problem *problems;
	va_list arguments;

	va_start(arguments, format);
	problem.sentence = kg_arena_vprintf(inspection->arena, format, arguments);
	va_end(arguments);
	if (problem.sentence != NULL && is_known(report, &problem))
		return NULL;
	problems = kg_list_room(inspection->arena, report->problems, report->problem_count, sizeof(*problems));
	if (problem.sentence == NULL || problems == NULL) {
		inspection->failed = true;
		return NULL;
	}
	report->problems = problems;
	problems[report->problem_count] = problem;
	return &problems[report->problem_count++];
}

void kg_inspection_client(struct kg_inspection *inspection, struct kg_certificate_problem *problem, const char *format, ...)
{
	va_list arguments;

	if (problem == NULL)
		return;
	va_start(arguments, format);
	problem->client_error = kg_arena_vprintf(inspection->arena, format, arguments);
	va_end(arguments);
	inspection->failed |= problem->client_error == NULL;
}

bool kg_found_is_chain(const struct kg_found_material *material)
{
	return (material->role == KG_MATERIAL_CERTIFICATE || material->role == KG_MATERIAL_SERVED) && material->certificate_count > 0;
}

bool kg_found_is_bundle(const struct kg_found_material *material)
{
	return material->role == KG_MATERIAL_AUTHORITY && material->certificate_count > 0;
}

bool kg_inspection_set_has_chain(const struct kg_inspection *inspection, size_t set)
{
	for (size_t i = 0; i < inspection->request->material_count; i++) {
		if (inspection->request->materials[i].set == set && kg_found_is_chain(&inspection->materials[i]))
			return true;
	}
	return false;
}

const char *kg_inspection_name(struct kg_inspection *inspection, const X509_NAME *name)
{
	char text[KG_DISTINGUISHED_NAME_TEXT_MAX];
	const char *copy;

	kg_distinguished_name_write(name, text);
	copy = kg_arena_strdup(inspection->arena, text);
	inspection->failed |= copy == NULL;
	return copy != NULL ? copy : "";
}

const char *kg_inspection_subject(struct kg_inspection *inspection, const struct kg_found_certificate *certificate)
{
	return kg_inspection_name(inspection, X509_get_subject_name(certificate->x509));
}

/* The first value of that kind, as one printable line; NULL when there is none. */
static const char *attribute(struct kg_inspection *inspection, const X509_NAME *name, int nid)
{
	int at = X509_NAME_get_index_by_NID(name, nid, -1);
	unsigned char *text = NULL;
	const char *copy = NULL;
	struct kg_buf line;
	int length;

	if (at < 0)
		return NULL;
	length = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
	kg_buf_init(&line, KG_DISTINGUISHED_NAME_TEXT_MAX);
	if (length > 0)
		kg_utf8_append_printable(&line, (const char *)text, (size_t)length);
	if (line.length > 0)
		copy = kg_arena_strdup(inspection->arena, kg_buf_text(&line));
	kg_buf_release(&line);
	OPENSSL_free(text);
	return copy;
}

const char *kg_inspection_go_name(struct kg_inspection *inspection, const X509 *certificate)
{
	static const int nids[] = {NID_commonName, NID_organizationName};
	char serial[KG_SERIAL_TEXT_MAX] = "";
	const char *text = NULL;

	for (size_t i = 0; i < KG_ARRAY_LEN(nids) && text == NULL; i++)
		text = attribute(inspection, X509_get_subject_name(certificate), nids[i]);
	if (text == NULL && kg_certificate_serial_write(certificate, serial) == 0)
		text = kg_arena_printf(inspection->arena, "serial:%s", serial);
	inspection->failed |= text == NULL;
	return text != NULL ? text : "";
}

enum kg_certificate_kind kg_certificate_kind_of(const struct kg_inspection *inspection, const struct kg_found_certificate *certificate)
{
	const struct kg_found_material *material = &inspection->materials[certificate->material];

	if (kg_found_is_chain(material) && &inspection->certificates[material->leaf] == certificate)
		return KG_CERTIFICATE_SERVER;
	if (!kg_certificate_is_ca(certificate->x509))
		return KG_CERTIFICATE_OTHER;
	return (X509_get_extension_flags(certificate->x509) & EXFLAG_SI) != 0 ? KG_CERTIFICATE_ROOT : KG_CERTIFICATE_INTERMEDIATE;
}

const char *kg_certificate_kind_text(const struct kg_inspection *inspection, const struct kg_found_certificate *certificate)
{
	static const char *const texts[] = {
	        [KG_CERTIFICATE_SERVER] = "the server's certificate",
	        [KG_CERTIFICATE_INTERMEDIATE] = "the intermediate authority",
	        [KG_CERTIFICATE_ROOT] = "the root authority",
	        [KG_CERTIFICATE_OTHER] = "the certificate",
	};

	return texts[kg_certificate_kind_of(inspection, certificate)];
}

/* A version 1 certificate has no extensions, so no basicConstraints either: Go lets it pass (CheckSignatureFrom). */
bool kg_certificate_is_ca(X509 *certificate)
{
	uint32_t flags = X509_get_extension_flags(certificate);

	return (flags & EXFLAG_V1) != 0 || ((flags & EXFLAG_BCONS) != 0 && (flags & EXFLAG_CA) != 0);
}

/* The mask is all ones without a key usage. */
bool kg_certificate_may_sign(X509 *certificate)
{
	return (X509_get_key_usage(certificate) & KU_KEY_CERT_SIGN) != 0;
}

bool kg_names_differ_in_bytes(const X509 *certificate, const X509 *issuer)
{
	const unsigned char *wanted = NULL;
	const unsigned char *found = NULL;
	size_t wanted_length = 0;
	size_t found_length = 0;

	if (X509_NAME_get0_der(X509_get_issuer_name(certificate), &wanted, &wanted_length) != 1 ||
	    X509_NAME_get0_der(X509_get_subject_name(issuer), &found, &found_length) != 1)
		return false;
	return wanted_length != found_length || memcmp(wanted, found, found_length) != 0;
}
