#include "tls/parsed_pair.h"

#include "tls/certificate_dates.h"
#include "tls/certificate_serial.h"
#include "tls/crypto_err.h"

int kg_parsed_pair_init(struct kg_parsed_pair *parsed, const struct kg_pem_pair *pair, const struct kg_pair_paths *paths,
                        struct kg_err *err)
{
	int status;

	*parsed = (struct kg_parsed_pair){0};
	status = kg_pem_read_certificates(&pair->certificate, paths->certificate, parsed->chain, KG_CHAIN_MAX, &parsed->chain_length, err);
	if (status == 0)
		status = kg_pem_read_key(&pair->key, paths->key, &parsed->key, err);
	if (status != 0)
		kg_parsed_pair_release(parsed);
	return status;
}

void kg_parsed_pair_release(struct kg_parsed_pair *parsed)
{
	for (size_t i = 0; i < parsed->chain_length; i++)
		X509_free(parsed->chain[i]);
	EVP_PKEY_free(parsed->key);
	*parsed = (struct kg_parsed_pair){0};
}

int kg_parsed_pair_facts(const struct kg_parsed_pair *parsed, const struct kg_pair_paths *paths, struct kg_pair_facts *ret_facts,
                         struct kg_err *err)
{
	struct kg_certificate_dates dates;
	struct kg_pair_facts facts = {0};
	int status = kg_certificate_dates_read(parsed->chain[0], &dates);

	if (status != 0)
		return kg_err_set(err, status, "%s: the certificate's dates cannot be read", paths->certificate);
	status = kg_certificate_serial_write(parsed->chain[0], facts.serial);
	if (status != 0)
		return kg_crypto_err_set(err, status, "%s: cannot write the serial number", paths->certificate);
	facts.not_before = dates.not_before;
	facts.not_after = dates.not_after;
	*ret_facts = facts;
	return 0;
}
