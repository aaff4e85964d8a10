#include "tls/trust.h"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "tls/certificate_dates.h"
#include "tls/crypto_err.h"

/* OpenSSL's level of 80 bits: RSA and DH of 1024 bits or more, no MD5 and no SHA-1 below the anchor. Go refuses the same. */
enum { SECURITY_LEVEL = 1 };

/* What X509_check_ca(3) says of one with basicConstraints CA:TRUE, and of a self-signed one of version 1, which has none. */
enum { IS_AUTHORITY = 1, IS_VERSION_1_ROOT = 3 };

bool kg_trust_is_unknown(int error)
{
	switch (error) {
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
	case X509_V_ERR_CERT_SIGNATURE_FAILURE:
		return true;
	default:
		return false;
	}
}

const X509 *kg_trust_namesake(const struct kg_trust_question *question)
{
	const X509 *top = question->chain[question->chain_length - 1];

	for (size_t i = 0; i < question->authority_count; i++) {
		if (X509_NAME_cmp(X509_get_issuer_name(top), X509_get_subject_name(question->authorities[i])) == 0)
			return question->authorities[i];
	}
	return NULL;
}

/* OpenSSL's purposes do not know "any". The callback cannot be given anything but the context. */
static int allow_any_usage(int passed, X509_STORE_CTX *context)
{
	X509 *certificate = X509_STORE_CTX_get_current_cert(context);

	if (passed == 1 || X509_STORE_CTX_get_error(context) != X509_V_ERR_INVALID_PURPOSE || certificate == NULL)
		return passed;
	return (X509_get_extension_flags(certificate) & EXFLAG_XKUSAGE) != 0 &&
	       (X509_get_extended_key_usage(certificate) & XKU_ANYEKU) != 0;
}

static int prepare(X509_STORE_CTX *context, const struct kg_trust_question *question, STACK_OF(X509) * trusted, STACK_OF(X509) * untrusted)
{
	const int purpose = question->of_client ? X509_PURPOSE_SSL_CLIENT : X509_PURPOSE_SSL_SERVER;
	X509_VERIFY_PARAM *parameters;

	if (X509_STORE_CTX_init(context, NULL, question->chain[0], untrusted) != 1)
		return KG_ENOMEM;
	X509_STORE_CTX_set0_trusted_stack(context, trusted);
	X509_STORE_CTX_set_verify_cb(context, allow_any_usage);
	parameters = X509_STORE_CTX_get0_param(context);
	X509_VERIFY_PARAM_set_auth_level(parameters, SECURITY_LEVEL);
	return X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_NO_CHECK_TIME) == 1 &&
	                       X509_VERIFY_PARAM_set_purpose(parameters, purpose) == 1
	               ? 0
	               : KG_ENOMEM;
}

/* What OpenSSL lets pass and Go does not. */
static X509 *find_half_authority(STACK_OF(X509) * chain)
{
	for (int i = 1; i < sk_X509_num(chain); i++) {
		int kind = X509_check_ca(sk_X509_value(chain, i));

		if (kind != IS_AUTHORITY && kind != IS_VERSION_1_ROOT)
			return sk_X509_value(chain, i);
	}
	return NULL;
}

/* OpenSSL counts the last second as over. */
static int check_dates(const X509 *certificate, time_t now, time_t *ret_not_after)
{
	struct kg_certificate_dates dates;

	if (kg_certificate_dates_read(certificate, &dates) != 0)
		return X509_V_ERR_ERROR_IN_CERT_NOT_AFTER_FIELD;
	*ret_not_after = dates.not_after;
	if (now < dates.not_before)
		return X509_V_ERR_CERT_NOT_YET_VALID;
	return now > dates.not_after ? X509_V_ERR_CERT_HAS_EXPIRED : X509_V_OK;
}

/* The leaf first. */
static struct kg_trust_answer judge_chain(STACK_OF(X509) * chain, time_t now)
{
	struct kg_trust_answer answer = {.error = X509_V_OK, .anchor = sk_X509_value(chain, sk_X509_num(chain) - 1)};
	X509 *half = find_half_authority(chain);

	if (half != NULL)
		return (struct kg_trust_answer){.error = X509_V_ERR_INVALID_CA, .certificate = half};
	for (int i = 0; i < sk_X509_num(chain); i++) {
		time_t not_after = 0;
		int error = check_dates(sk_X509_value(chain, i), now, &not_after);

		if (error != X509_V_OK)
			return (struct kg_trust_answer){.error = error, .certificate = sk_X509_value(chain, i)};
		if (i == 0 || not_after < answer.not_after)
			answer.not_after = not_after;
	}
	return answer;
}

/* OpenSSL calls what must not sign no authority. */
static struct kg_trust_answer failure(int error, X509 *certificate)
{
	if (error == X509_V_ERR_INVALID_CA && (X509_get_key_usage(certificate) & KU_KEY_CERT_SIGN) == 0)
		error = X509_V_ERR_KEYUSAGE_NO_CERTSIGN;
	return (struct kg_trust_answer){.error = error, .certificate = certificate};
}

/* KG_ENOMEM, also when OpenSSL gave up without a judgement. */
static int verify_in(X509_STORE_CTX *context, time_t now, struct kg_trust_answer *out)
{
	int result = X509_verify_cert(context);
	int error = X509_STORE_CTX_get_error(context);

	if (result < 0 || error == X509_V_ERR_OUT_OF_MEM || error == X509_V_ERR_UNSPECIFIED)
		return KG_ENOMEM;
	if (result == 1)
		*out = judge_chain(X509_STORE_CTX_get0_chain(context), now);
	else
		*out = failure(error, X509_STORE_CTX_get_current_cert(context));
	return 0;
}

static int verify_with(const struct kg_trust_question *question, X509 *authority, STACK_OF(X509) * untrusted, struct kg_trust_answer *out)
{
	X509_STORE_CTX *context = X509_STORE_CTX_new();
	STACK_OF(X509) *trusted = sk_X509_new_null();
	int status = KG_ENOMEM;

	if (context != NULL && trusted != NULL && sk_X509_push(trusted, authority) > 0)
		status = prepare(context, question, trusted, untrusted);
	if (status == 0)
		status = verify_in(context, question->now, out);
	X509_STORE_CTX_free(context);
	sk_X509_free(trusted);
	return status;
}

/* Until one suffices. */
static int try_each(const struct kg_trust_question *question, STACK_OF(X509) * untrusted, struct kg_trust_answer *out)
{
	for (size_t i = 0; i < question->authority_count && out->error != X509_V_OK; i++) {
		struct kg_trust_answer answer;
		int status = verify_with(question, question->authorities[i], untrusted, &answer);

		if (status != 0)
			return status;
		if (answer.error == X509_V_OK || kg_trust_is_unknown(out->error))
			*out = answer;
	}
	return 0;
}

int kg_trust_verify(const struct kg_trust_question *question, struct kg_trust_answer *ret_answer, struct kg_err *err)
{
	struct kg_trust_answer answer = {.error = X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY};
	STACK_OF(X509) *untrusted = sk_X509_new_null();
	int status = untrusted != NULL ? 0 : KG_ENOMEM;

	for (size_t i = 1; i < question->chain_length && status == 0; i++)
		status = sk_X509_push(untrusted, question->chain[i]) > 0 ? 0 : KG_ENOMEM;
	if (status == 0)
		status = try_each(question, untrusted, &answer);
	sk_X509_free(untrusted);
	if (status != 0)
		return kg_crypto_err_set(err, status, "cannot verify the certificate: out of memory");
	ERR_clear_error();
	*ret_answer = answer;
	return 0;
}
