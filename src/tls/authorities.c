#include "tls/authorities.h"

#include <limits.h>
#include <openssl/x509_vfy.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "kedagate/base/limits.h"
#include "tls/crypto_err.h"
#include "tls/pem.h"
#include "tls/trust.h"
#include "tls/trust_refusal.h"

static void name_authorities(const struct kg_pair_paths *paths, char out[PATH_MAX])
{
	const char *slash = strrchr(paths->certificate, '/');
	int length = slash == NULL ? 0 : (int)(slash - paths->certificate) + 1;

	(void)snprintf(out, PATH_MAX, "%.*s" KG_AUTHORITIES_FILE, length, paths->certificate);
}

static int verify(const struct kg_trust_question *question, const struct kg_trust_names *names, struct kg_pair_facts *facts,
                  struct kg_err *err)
{
	struct kg_trust_answer answer;
	int status = kg_trust_verify(question, &answer, err);

	if (status == 0 && answer.error != X509_V_OK)
		status = kg_trust_refuse(question, &answer, names, err);
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

static int judge_text(const struct kg_buf *text, struct kg_trust_question *question, const struct kg_trust_names *names,
                      struct kg_pair_facts *facts, struct kg_err *err)
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
	char authorities_path[PATH_MAX];
	const struct kg_trust_names names = {.certificate = paths->certificate, .authorities = authorities_path};

	name_authorities(paths, authorities_path);
	if (authorities->fault.code != 0)
		return doubt(facts, authorities->fault.message);
	if (is_blank(&authorities->text))
		return 0;
	return judge_text(&authorities->text, &question, &names, facts, err);
}
