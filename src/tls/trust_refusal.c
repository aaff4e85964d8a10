#include "tls/trust_refusal.h"

#include <openssl/x509_vfy.h>
#include <stdbool.h>

#include "kedagate/base/clock.h"
#include "tls/certificate_dates.h"
#include "tls/crypto_err.h"
#include "tls/distinguished_name.h"

/* The earlier errors are about the time, which a message never mentions: so that the same fault reads the same later. */
static int refuse_dates(const struct kg_trust_answer *answer, const struct kg_trust_names *names, struct kg_err *err)
{
	bool expired = answer->error == X509_V_ERR_CERT_HAS_EXPIRED;
	struct kg_certificate_dates dates;
	char subject[KG_DISTINGUISHED_NAME_TEXT_MAX];
	char when[KG_TIME_TEXT_MAX];

	if (kg_certificate_dates_read(answer->certificate, &dates) != 0)
		dates = (struct kg_certificate_dates){0};
	kg_distinguished_name_write(X509_get_subject_name(answer->certificate), subject);
	kg_clock_format(expired ? dates.not_after : dates.not_before, when);
	return kg_crypto_err_refuse(err, "%s does not verify against %s: %s %s %s; %s", names->certificate, names->authorities, subject,
	                            expired ? "expired on" : "is not valid before", when,
	                            expired ? "renew it" : "wait until then, or set this machine's clock");
}

static int refuse_unknown(const struct kg_trust_question *question, const struct kg_trust_names *names, struct kg_err *err)
{
	char issuer[KG_DISTINGUISHED_NAME_TEXT_MAX];

	kg_distinguished_name_write(X509_get_issuer_name(question->chain[question->chain_length - 1]), issuer);
	if (kg_trust_namesake(question) != NULL)
		return kg_crypto_err_refuse(
		        err,
		        "%s does not verify against %s: the certificate of %s therein has another key than the one that "
		        "issued it; put the issuer's own certificate there, or issue the pair anew",
		        names->certificate, names->authorities, issuer);
	return kg_crypto_err_refuse(
	        err, "%s does not verify against %s: its issuer, %s, is not therein; put that certificate there, or issue the pair anew",
	        names->certificate, names->authorities, issuer);
}

/* What the culprit lacks, for errors that are easily understood and mended. */
static const struct {
	int error;
	const char *text;
} faults[] = {
        {X509_V_ERR_INVALID_CA, "is no certificate authority (basicConstraints CA:TRUE is missing); issue by one that is"},
        {X509_V_ERR_KEYUSAGE_NO_CERTSIGN, "may not sign certificates (its key usage lacks keyCertSign); issue by one that may"},
        {X509_V_ERR_PATH_LENGTH_EXCEEDED, "allows fewer authorities below it (its path length); issue without an intermediate"},
        {X509_V_ERR_CA_KEY_TOO_SMALL, "has too short a key; make one of 2048 bits or more, or ECDSA P-256"},
        {X509_V_ERR_CA_MD_TOO_WEAK, "is signed with MD5 or SHA-1, which clients refuse; issue it with SHA-256"},
        {X509_V_ERR_PERMITTED_VIOLATION, "has a name that its authority may not issue (name constraints)"},
        {X509_V_ERR_EXCLUDED_VIOLATION, "has a name that its authority may not issue (name constraints)"},
};

static const char *fault_text(const struct kg_trust_question *question, int error)
{
	if (error == X509_V_ERR_INVALID_PURPOSE)
		return question->of_client
		               ? "is not for clients (its extended key usage lacks clientAuth); issue it for clients"
		               : "is not for servers (its extended key usage lacks serverAuth); issue by one without that limit";
	for (size_t i = 0; i < KG_ARRAY_LEN(faults); i++) {
		if (faults[i].error == error)
			return faults[i].text;
	}
	return X509_verify_cert_error_string(error);
}

int kg_trust_refuse(const struct kg_trust_question *question, const struct kg_trust_answer *answer, const struct kg_trust_names *names,
                    struct kg_err *err)
{
	char subject[KG_DISTINGUISHED_NAME_TEXT_MAX];

	if (answer->certificate == NULL || kg_trust_is_unknown(answer->error))
		return refuse_unknown(question, names, err);
	if (answer->error == X509_V_ERR_CERT_HAS_EXPIRED || answer->error == X509_V_ERR_CERT_NOT_YET_VALID)
		return refuse_dates(answer, names, err);
	kg_distinguished_name_write(X509_get_subject_name(answer->certificate), subject);
	return kg_crypto_err_refuse(err, "%s does not verify against %s: %s %s", names->certificate, names->authorities, subject,
	                            fault_text(question, answer->error));
}
