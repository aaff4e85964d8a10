#include "tls/authorities.h"

#include <limits.h>
#include <openssl/x509_vfy.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "kedagate/base/clock.h"
#include "kedagate/base/limits.h"
#include "tls/certificate_dates.h"
#include "tls/crypto_err.h"
#include "tls/distinguished_name.h"
#include "tls/pem.h"
#include "tls/trust.h"

/* The names of both files, in messages. */
struct names {
	const char *certificate;
	char authorities[PATH_MAX];
};

static void name_files(const struct kg_pair_paths *paths, struct names *out)
{
	const char *slash = strrchr(paths->certificate, '/');
	int length = slash == NULL ? 0 : (int)(slash - paths->certificate) + 1;

	out->certificate = paths->certificate;
	(void)snprintf(out->authorities, sizeof(out->authorities), "%.*s" KG_AUTHORITIES_FILE, length, paths->certificate);
}

/* The earlier errors are about the time, which a message never mentions: so that the same fault reads the same later. */
static int refuse_dates(const struct kg_trust_answer *answer, const struct names *names, struct kg_err *err)
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

static int refuse_unknown(const struct kg_trust_question *question, const struct names *names, struct kg_err *err)
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
        {X509_V_ERR_INVALID_PURPOSE, "is not for servers (its extended key usage lacks serverAuth); issue by one without that limit"},
        {X509_V_ERR_CA_KEY_TOO_SMALL, "has too short a key; make one of 2048 bits or more, or ECDSA P-256"},
        {X509_V_ERR_CA_MD_TOO_WEAK, "is signed with MD5 or SHA-1, which clients refuse; issue it with SHA-256"},
        {X509_V_ERR_PERMITTED_VIOLATION, "has a name that its authority may not issue (name constraints)"},
        {X509_V_ERR_EXCLUDED_VIOLATION, "has a name that its authority may not issue (name constraints)"},
};

static const char *fault_text(int error)
{
	for (size_t i = 0; i < KG_ARRAY_LEN(faults); i++) {
		if (faults[i].error == error)
			return faults[i].text;
	}
	return X509_verify_cert_error_string(error);
}

static int refuse(const struct kg_trust_question *question, const struct kg_trust_answer *answer, const struct names *names,
                  struct kg_err *err)
{
	char subject[KG_DISTINGUISHED_NAME_TEXT_MAX];

	if (answer->certificate == NULL || kg_trust_is_unknown(answer->error))
		return refuse_unknown(question, names, err);
	if (answer->error == X509_V_ERR_CERT_HAS_EXPIRED || answer->error == X509_V_ERR_CERT_NOT_YET_VALID)
		return refuse_dates(answer, names, err);
	kg_distinguished_name_write(X509_get_subject_name(answer->certificate), subject);
	return kg_crypto_err_refuse(err, "%s does not verify against %s: %s %s", names->certificate, names->authorities, subject,
	                            fault_text(answer->error));
}

static int verify(const struct kg_trust_question *question, const struct names *names, struct kg_pair_facts *facts, struct kg_err *err)
{
	struct kg_trust_answer answer;
	int status = kg_trust_verify(question, &answer, err);

	if (status == 0 && answer.error != X509_V_OK)
		status = refuse(question, &answer, names, err);
	if (status == 0)
		facts->trust = KG_PAIR_TRUST_VERIFIED;
	return status;
}

/* The file says nothing, and why. */
static int doubt(struct kg_pair_facts *facts, const char *reason)
{
	facts->trust = KG_PAIR_TRUST_DOUBTFUL;
	(void)snprintf(facts->doubt, sizeof(facts->doubt), "%s", reason);
	return 0;
}

static bool is_blank(const struct kg_buf *text)
{
	return strspn(kg_buf_text(text), " \t\r\n") == text->length;
}

static int judge_text(const struct kg_buf *text, struct kg_trust_question *question, const struct names *names, struct kg_pair_facts *facts,
                      struct kg_err *err)
{
	X509 *items[KG_MAX_AUTHORITIES];
	struct kg_err reason = {0};
	int status = kg_pem_read_certificates(text, names->authorities, items, KG_ARRAY_LEN(items), &question->authority_count, &reason);

	if (status == KG_ENOMEM)
		return kg_err_set(err, status, "%s", reason.message);
	if (status != 0)
		return doubt(facts, reason.message);
	question->authorities = items;
	status = verify(question, names, facts, err);
	for (size_t i = 0; i < question->authority_count; i++)
		X509_free(items[i]);
	question->authorities = NULL;
	question->authority_count = 0;
	return status;
}

int kg_authorities_judge(const struct kg_pem_authorities *authorities, const struct kg_parsed_pair *parsed,
                         const struct kg_pair_paths *paths, time_t now, struct kg_pair_facts *facts, struct kg_err *err)
{
	struct kg_trust_question question = {.chain = parsed->chain, .chain_length = parsed->chain_length, .now = now};
	struct names names;

	name_files(paths, &names);
	if (authorities->fault.code != 0)
		return doubt(facts, authorities->fault.message);
	if (is_blank(&authorities->text))
		return 0;
	return judge_text(&authorities->text, &question, &names, facts, err);
}
