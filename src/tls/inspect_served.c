/*
 * What a server sends, compared with the files it should have read.
 */
#include <openssl/x509v3.h>
#include <string.h>

#include "kedagate/base/clock.h"
#include "tls/certificate_dates.h"
#include "tls/certificate_serial.h"
#include "tls/inspection.h"

static X509 *leaf_of(const struct kg_inspection *inspection, const struct kg_found_material *chain)
{
	return inspection->certificates[chain->leaf].x509;
}

static bool has_general_name(const GENERAL_NAMES *names, GENERAL_NAME *wanted)
{
	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		if (GENERAL_NAME_cmp(sk_GENERAL_NAME_value(names, i), wanted) == 0)
			return true;
	}
	return false;
}

/* One name in common makes them certificates of the same server. */
static bool share_a_name(const X509 *a, const X509 *b)
{
	GENERAL_NAMES *of_a = X509_get_ext_d2i(a, NID_subject_alt_name, NULL, NULL);
	GENERAL_NAMES *of_b = X509_get_ext_d2i(b, NID_subject_alt_name, NULL, NULL);
	bool found = false;

	for (int i = 0; i < sk_GENERAL_NAME_num(of_a) && !found; i++)
		found = has_general_name(of_b, sk_GENERAL_NAME_value(of_a, i));
	GENERAL_NAMES_free(of_a);
	GENERAL_NAMES_free(of_b);
	return found;
}

static bool is_on_disk(const struct kg_found_material *material)
{
	return kg_found_is_chain(material) && material->role == KG_MATERIAL_CERTIFICATE;
}

static size_t count_on_disk(const struct kg_inspection *inspection)
{
	size_t count = 0;

	for (size_t i = 0; i < inspection->request->material_count; i++)
		count += is_on_disk(&inspection->materials[i]);
	return count;
}

/* The server that sends `served` may well have read `chain`. */
static bool belong_together(const struct kg_inspection *inspection, const struct kg_found_material *chain,
                            const struct kg_found_material *served)
{
	return count_on_disk(inspection) == 1 || share_a_name(leaf_of(inspection, chain), leaf_of(inspection, served));
}

bool kg_inspection_is_served_as(const struct kg_inspection *inspection, size_t set, const struct kg_found_material *served)
{
	for (size_t i = 0; i < inspection->request->material_count; i++) {
		const struct kg_found_material *chain = &inspection->materials[i];

		if (inspection->request->materials[i].set == set && is_on_disk(chain) && belong_together(inspection, chain, served))
			return true;
	}
	return false;
}

static bool is_same_chain(const struct kg_inspection *inspection, const struct kg_found_material *a, const struct kg_found_material *b)
{
	if (a->certificate_count != b->certificate_count)
		return false;
	for (size_t i = 0; i < a->certificate_count; i++) {
		if (X509_cmp(inspection->certificates[a->certificates + i].x509, inspection->certificates[b->certificates + i].x509) != 0)
			return false;
	}
	return true;
}

static void report_difference(struct kg_inspection *inspection, const struct kg_found_material *chain,
                              const struct kg_found_material *served)
{
	const struct kg_material *materials = inspection->request->materials;
	struct kg_certificate_dates of_files = {0};
	struct kg_certificate_dates of_served = {0};
	char file_serial[KG_SERIAL_TEXT_MAX] = "";
	char served_serial[KG_SERIAL_TEXT_MAX] = "";
	char file_begin[KG_TIME_TEXT_MAX];
	char served_begin[KG_TIME_TEXT_MAX];
	bool is_stale;

	inspection->failed |= kg_certificate_serial_write(leaf_of(inspection, chain), file_serial) != 0 ||
	                      kg_certificate_serial_write(leaf_of(inspection, served), served_serial) != 0;
	if (kg_certificate_dates_read(leaf_of(inspection, chain), &of_files) != 0 ||
	    kg_certificate_dates_read(leaf_of(inspection, served), &of_served) != 0)
		return;
	is_stale = of_served.not_before <= of_files.not_before;
	kg_clock_format(of_files.not_before, file_begin);
	kg_clock_format(of_served.not_before, served_begin);
	(void)kg_inspection_add(inspection, is_stale ? KG_FLAW_SERVED_STALE : KG_FLAW_FILES_STALE,
	                        kg_spot_of(&inspection->certificates[served->leaf]),
	                        "what is served is not what %s holds: served is serial %s of %s, there is serial %s of %s: %s",
	                        materials[chain - inspection->materials].place, served_serial, served_begin, file_serial, file_begin,
	                        is_stale ? "the server has not loaded it" : "the server has a newer one");
}

static bool is_leaf_on_disk(const struct kg_inspection *inspection, const struct kg_found_material *served)
{
	for (size_t i = 0; i < inspection->request->material_count; i++) {
		const struct kg_found_material *chain = &inspection->materials[i];

		if (is_on_disk(chain) && X509_cmp(leaf_of(inspection, chain), leaf_of(inspection, served)) == 0)
			return true;
	}
	return false;
}

static void compare_chains(struct kg_inspection *inspection, const struct kg_found_material *served)
{
	for (size_t i = 0; i < inspection->request->material_count; i++) {
		const struct kg_found_material *chain = &inspection->materials[i];

		if (is_on_disk(chain) && X509_cmp(leaf_of(inspection, chain), leaf_of(inspection, served)) == 0 &&
		    !is_same_chain(inspection, chain, served))
			(void)kg_inspection_add(
			        inspection, KG_FLAW_SERVED_CHAIN_DIFFERS, kg_spot_of(&inspection->certificates[served->leaf]),
			        "the server's certificate is the one in %s, and the issuers sent with it are not those there",
			        inspection->request->materials[i].place);
	}
}

static void compare_leaves(struct kg_inspection *inspection, const struct kg_found_material *served)
{
	size_t compared = 0;

	for (size_t i = 0; i < inspection->request->material_count; i++) {
		const struct kg_found_material *chain = &inspection->materials[i];

		if (!is_on_disk(chain) || !belong_together(inspection, chain, served))
			continue;
		report_difference(inspection, chain, served);
		compared++;
	}
	if (compared == 0)
		(void)kg_inspection_add(inspection, KG_FLAW_SERVED_UNRELATED, kg_spot_of(&inspection->certificates[served->leaf]),
		                        "what is served is none of the %zu server certificates given, and shares a name with none",
		                        count_on_disk(inspection));
}

void kg_inspect_served(struct kg_inspection *inspection)
{
	for (size_t i = 0; i < inspection->request->material_count; i++) {
		const struct kg_found_material *served = &inspection->materials[i];

		if (!kg_found_is_chain(served) || served->role != KG_MATERIAL_SERVED || count_on_disk(inspection) == 0)
			continue;
		if (is_leaf_on_disk(inspection, served))
			compare_chains(inspection, served);
		else
			compare_leaves(inspection, served);
	}
}
