#include "cli/reload.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/keda_version.h"
#include "kedagate/base/clock.h"
#include "kedagate/base/file.h"
#include "kedagate/base/limits.h"
#include "kedagate/base/log.h"
#include "kedagate/server/server.h"
#include "kedagate/syntax/version.h"

void kg_reload_init(struct kg_reload *reload)
{
	kg_snapshot_slot_init(&reload->policy);
	kg_buf_init(&reload->policy_text, KG_MAX_POLICY_BYTES);
	kg_exemption_watch_reset(&reload->exemptions);
	reload->policy_unread = (struct kg_err){0};
	reload->policy_refusal = (struct kg_err){0};
	reload->dates_told = KG_DATES_KEPT;
	reload->certificate_outcome = reload->client_ca_outcome = reload->policy_outcome = (struct kg_reload_outcome){0};
}

void kg_reload_release(struct kg_reload *reload)
{
	kg_snapshot_slot_release(&reload->policy);
	kg_buf_release(&reload->policy_text);
}

static void count(const struct kg_reload *reload, enum kg_server_metric family, bool success)
{
	kg_metrics_add(reload->metrics, family, (const char *const[]){success ? "success" : "failure"}, 1);
}

/* A rate() over a counter that first shows with its first failure misses that failure. */
static void count_from_zero(const struct kg_reload *reload)
{
	static const enum kg_server_metric families[] = {KG_SERVER_METRIC_CERTIFICATE_RELOADS, KG_SERVER_METRIC_CLIENT_CA_RELOADS,
	                                                 KG_SERVER_METRIC_POLICY_RELOADS};
	static const char *const results[] = {"success", "failure"};

	for (size_t i = 0; i < KG_ARRAY_LEN(families); i++)
		for (size_t j = 0; j < KG_ARRAY_LEN(results); j++)
			kg_metrics_add(reload->metrics, families[i], &results[j], 0);
}

static void note_success(const struct kg_reload *reload, enum kg_server_metric family)
{
	kg_metrics_set(reload->metrics, family, NULL, (double)kg_clock_wall());
}

static void note_pair_in_use(struct kg_reload *reload, const struct kg_pair_facts *facts)
{
	const char *serial = facts->serial;

	reload->dates_told = KG_DATES_KEPT;
	kg_metrics_set(reload->metrics, KG_SERVER_METRIC_CERTIFICATE_NOT_BEFORE, NULL, (double)facts->not_before);
	kg_metrics_set(reload->metrics, KG_SERVER_METRIC_CERTIFICATE_NOT_AFTER, NULL, (double)facts->not_after);
	kg_metrics_set_only(reload->metrics, KG_SERVER_METRIC_CERTIFICATE_INFO, &serial, 1);
	if (facts->trust == KG_PAIR_TRUST_DOUBTFUL)
		kg_log(KG_LOG_WARN, KG_AUTHORITIES_FILE " says nothing: the certificate is in use without being verified against it",
		       KG_LOG_STR("reason", facts->doubt), KG_LOG_STR("serial", facts->serial));
}

static void show_fault(const struct kg_reload *reload)
{
	const enum kg_pair_fault now = kg_certstore_fault(reload->certstore);

	for (enum kg_pair_fault fault = KG_PAIR_FAULT_NONE + 1; fault < KG_PAIR_FAULT_COUNT; fault++)
		kg_metrics_set(reload->metrics, KG_SERVER_METRIC_CERTIFICATE_REFUSED, &kg_pair_fault_names[fault], fault == now);
}

/* kg_certstore_reload, and what is the same at the start and later. */
static int load_pair(struct kg_reload *reload, struct kg_pair_facts *ret_facts, struct kg_err *err)
{
	int code = kg_certstore_reload(reload->certstore, &reload->pair, kg_clock_wall(), err);

	show_fault(reload);
	if (code == 0 && kg_certstore_facts(reload->certstore, ret_facts))
		note_pair_in_use(reload, ret_facts);
	if (code == 0 || (code == KG_EUNCHANGED && err->message[0] == '\0'))
		note_success(reload, KG_SERVER_METRIC_CERTIFICATE_LAST_SUCCESS);
	return code;
}

int kg_reload_load_pair(struct kg_reload *reload, struct kg_err *err)
{
	struct kg_pair_facts facts;
	int code = load_pair(reload, &facts, err);

	count_from_zero(reload);
	return code;
}

/* Since the pair was written, or got its name: the later of the two files counts. */
static int64_t seconds_since_change(const struct kg_pair_paths *paths)
{
	const char *files[] = {paths->certificate, paths->key};
	time_t latest = 0;
	time_t now = kg_clock_wall();

	for (size_t i = 0; i < KG_ARRAY_LEN(files); i++) {
		struct stat status;

		if (stat(files[i], &status) == 0 && status.st_ctim.tv_sec > latest)
			latest = status.st_ctim.tv_sec;
	}
	return latest < now ? now - latest : 0;
}

static void log_pair(const struct kg_reload *reload, const struct kg_pair_facts *facts)
{
	static const char *const trust[] = {
	        [KG_PAIR_TRUST_UNKNOWN] = NULL, [KG_PAIR_TRUST_VERIFIED] = "verified", [KG_PAIR_TRUST_DOUBTFUL] = "unreadable"};
	char not_after[KG_TIME_TEXT_MAX];

	kg_clock_format(facts->not_after, not_after);
	kg_log(KG_LOG_INFO, "certificate reloaded", KG_LOG_STR("serial", facts->serial), KG_LOG_STR("notAfter", not_after),
	       KG_LOG_STR("authorities", trust[facts->trust]), KG_LOG_INT("lag_s", seconds_since_change(&reload->pair)));
}

static void refuse_pair(const struct kg_reload *reload, const struct kg_err *err)
{
	struct kg_pair_facts facts = {0};

	(void)kg_certstore_facts(reload->certstore, &facts);
	kg_log(KG_LOG_ERROR, "certificate refused, the one in use stays", KG_LOG_STR("reason", err->message),
	       KG_LOG_STR("servedSerial", facts.serial));
}

static void reload_pair(struct kg_reload *reload)
{
	struct kg_reload_outcome *outcome = &reload->certificate_outcome;
	struct kg_pair_facts facts;
	struct kg_err err = {0};
	int code = load_pair(reload, &facts, &err);

	*outcome = (struct kg_reload_outcome){0};
	if (code == KG_EUNCHANGED) {
		if (err.message[0] != '\0')
			*outcome = (struct kg_reload_outcome){KG_RELOAD_STILL_REFUSED, err};
		return;
	}
	count(reload, KG_SERVER_METRIC_CERTIFICATE_RELOADS, code == 0);
	outcome->result = code == 0 ? KG_RELOAD_TAKEN : KG_RELOAD_REFUSED;
	if (code == 0) {
		log_pair(reload, &facts);
		return;
	}
	outcome->reason = err;
	refuse_pair(reload, &err);
}

int kg_reload_load_client_ca(struct kg_reload *reload, struct kg_err *err)
{
	int code = kg_client_trust_reload(reload->clients, reload->client_ca_path, err);

	if (code == 0 || (code == KG_EUNCHANGED && err->message[0] == '\0'))
		note_success(reload, KG_SERVER_METRIC_CLIENT_CA_LAST_SUCCESS);
	return code;
}

static void reload_client_ca(struct kg_reload *reload)
{
	struct kg_reload_outcome *outcome = &reload->client_ca_outcome;
	struct kg_err err = {0};
	int code = kg_reload_load_client_ca(reload, &err);

	*outcome = (struct kg_reload_outcome){0};
	if (code == KG_EUNCHANGED) {
		if (err.message[0] != '\0')
			*outcome = (struct kg_reload_outcome){KG_RELOAD_STILL_REFUSED, err};
		return;
	}
	count(reload, KG_SERVER_METRIC_CLIENT_CA_RELOADS, code == 0);
	*outcome = (struct kg_reload_outcome){code == 0 ? KG_RELOAD_TAKEN : KG_RELOAD_REFUSED, err};
	if (code == 0)
		kg_log(KG_LOG_INFO, "client CA file reloaded", KG_LOG_STR("file", reload->client_ca_path));
	else
		kg_log(KG_LOG_ERROR, "client CA file refused, the one in use stays", KG_LOG_STR("reason", err.message));
}

static enum kg_dates judge_dates(const struct kg_pair_facts *facts, time_t now)
{
	if (now < facts->not_before)
		return KG_DATES_EARLY;
	return now > facts->not_after ? KG_DATES_EXPIRED : KG_DATES_KEPT;
}

/* Time passes without a change on disk, and the clock may be set, to and fro. */
static void tell_dates(struct kg_reload *reload)
{
	static const char *const messages[] = {
	        [KG_DATES_KEPT] = "the certificate is within its dates again",
	        [KG_DATES_EXPIRED] = "the certificate has expired: API servers refuse it from now on",
	        [KG_DATES_EARLY] = "the certificate is not valid yet: API servers refuse it; is this machine's clock right?",
	};
	char not_before[KG_TIME_TEXT_MAX];
	char not_after[KG_TIME_TEXT_MAX];
	struct kg_pair_facts facts;
	enum kg_dates dates;

	if (!kg_certstore_facts(reload->certstore, &facts))
		return;
	dates = judge_dates(&facts, kg_clock_wall());
	if (dates == reload->dates_told)
		return;
	reload->dates_told = dates;
	kg_clock_format(facts.not_before, not_before);
	kg_clock_format(facts.not_after, not_after);
	kg_log(dates == KG_DATES_KEPT ? KG_LOG_INFO : KG_LOG_ERROR, messages[dates], KG_LOG_STR("serial", facts.serial),
	       KG_LOG_STR("notBefore", not_before), KG_LOG_STR("notAfter", not_after));
}

/* Read the policy file into `text`. KG_EUNCHANGED when it is as it was last seen. */
static int read_policy(const struct kg_reload *reload, struct kg_buf *text, struct kg_err *err)
{
	const struct kg_buf *seen = &reload->policy_text;
	int code = kg_file_read_at(AT_FDCWD, reload->policy_path, text, err);

	if (code != 0)
		return code;
	if (seen->data == NULL || seen->length != text->length || memcmp(seen->data, kg_buf_text(text), text->length) != 0)
		return 0;
	return kg_err_set(err, KG_EUNCHANGED, "%s is unchanged", reload->policy_path);
}

/* Takes over the memory of `text`. */
static void remember_policy(struct kg_reload *reload, struct kg_buf *text)
{
	struct kg_buf old = reload->policy_text;

	reload->policy_text = *text;
	*text = old;
}

static int use_policy(struct kg_reload *reload, const struct kg_buf *text, struct kg_err *err)
{
	struct kg_policy *policy = NULL;
	int code =
	        kg_policy_new(text != NULL ? kg_buf_text(text) : NULL, text != NULL ? text->length : 0, &reload->overrides, &policy, err);

	if (code != 0)
		return code;
	kg_snapshot_slot_swap(&reload->policy, &policy->snapshot);
	kg_exemption_watch_reset(&reload->exemptions);
	return 0;
}

static void look_at_exemptions(struct kg_reload *reload)
{
	struct kg_snapshot *snapshot = kg_snapshot_slot_get(&reload->policy);
	const struct kg_policy *policy = KG_CONTAINER_OF(snapshot, struct kg_policy, snapshot);

	kg_exemption_watch_look(&reload->exemptions, policy, reload->metrics, kg_clock_wall());
	kg_snapshot_unref(snapshot);
}

static int load_policy_file(struct kg_reload *reload, struct kg_err *err)
{
	struct kg_buf text KG_CLEANUP(kg_buf_release);
	int code;

	kg_buf_init(&text, KG_MAX_POLICY_BYTES);
	code = read_policy(reload, &text, err);
	if (code != 0)
		return code;
	code = use_policy(reload, &text, err);
	/* Lack of memory says nothing about the file: try again next time. */
	if (code != KG_ENOMEM) {
		remember_policy(reload, &text);
		reload->policy_refusal = code != 0 ? *err : (struct kg_err){0};
	}
	return code;
}

int kg_reload_load_policy(struct kg_reload *reload, struct kg_err *err)
{
	int code;

	code = reload->policy_path != NULL ? load_policy_file(reload, err) : use_policy(reload, NULL, err);
	if (code == 0) {
		note_success(reload, KG_SERVER_METRIC_POLICY_LAST_SUCCESS);
		look_at_exemptions(reload);
	}
	return code == KG_EINVAL ? kg_err_wrap(err, "%s", reload->policy_path) : code;
}

static void log_policy(struct kg_reload *reload)
{
	struct kg_snapshot *snapshot = kg_snapshot_slot_get(&reload->policy);
	const struct kg_policy *policy = KG_CONTAINER_OF(snapshot, struct kg_policy, snapshot);
	char version[KG_VERSION_TEXT_MAX];

	kg_log(KG_LOG_INFO, "policy reloaded", KG_LOG_STR("file", reload->policy_path), KG_LOG_STR("mode", kg_mode_names[policy->mode]),
	       KG_LOG_STR("profile", kg_profile_names[policy->profile]),
	       KG_LOG_STR("kedaVersion", kg_keda_version_text(policy, reload->looks_at_cluster, version)));
	kg_keda_version_log(policy, reload->looks_at_cluster);
	kg_snapshot_unref(snapshot);
}

static bool same_cause(const struct kg_err *a, const struct kg_err *b)
{
	return a->code == b->code && strcmp(a->message, b->message) == 0;
}

static void refuse_policy(struct kg_reload *reload, const struct kg_err *err)
{
	count(reload, KG_SERVER_METRIC_POLICY_RELOADS, false);
	kg_log(KG_LOG_ERROR, "policy refused, the one in use stays", KG_LOG_STR("file", reload->policy_path),
	       KG_LOG_INT(err->line > 0 ? "line" : NULL, err->line), KG_LOG_INT(err->column > 0 ? "column" : NULL, err->column),
	       KG_LOG_STR("reason", err->message));
}

/* What is wrong with the content is told when it is new; a file that cannot be read looks new at each poll. */
static struct kg_reload_outcome look_at_policy(struct kg_reload *reload)
{
	struct kg_err err = {0};
	int code = load_policy_file(reload, &err);
	bool unread = code != 0 && code != KG_EINVAL && code != KG_EUNCHANGED;
	bool told = unread && same_cause(&err, &reload->policy_unread);

	reload->policy_unread = unread ? err : (struct kg_err){0};
	if (code == 0)
		return (struct kg_reload_outcome){.result = KG_RELOAD_TAKEN};
	if (code != KG_EUNCHANGED)
		return (struct kg_reload_outcome){told ? KG_RELOAD_STILL_REFUSED : KG_RELOAD_REFUSED, err};
	return (struct kg_reload_outcome){reload->policy_refusal.code == 0 ? KG_RELOAD_UNCHANGED : KG_RELOAD_STILL_REFUSED,
	                                  reload->policy_refusal};
}

static void reload_policy(struct kg_reload *reload)
{
	const struct kg_reload_outcome outcome = look_at_policy(reload);

	reload->policy_outcome = outcome;
	if (outcome.result == KG_RELOAD_REFUSED)
		refuse_policy(reload, &outcome.reason);
	if (outcome.result == KG_RELOAD_REFUSED || outcome.result == KG_RELOAD_STILL_REFUSED)
		return;
	note_success(reload, KG_SERVER_METRIC_POLICY_LAST_SUCCESS);
	if (outcome.result != KG_RELOAD_TAKEN)
		return;
	count(reload, KG_SERVER_METRIC_POLICY_RELOADS, true);
	log_policy(reload);
}

void kg_reload_all(struct kg_reload *reload)
{
	reload_pair(reload);
	tell_dates(reload);
	if (reload->client_ca_path != NULL)
		reload_client_ca(reload);
	if (reload->policy_path != NULL)
		reload_policy(reload);
	else
		note_success(reload, KG_SERVER_METRIC_POLICY_LAST_SUCCESS);
	look_at_exemptions(reload);
}

void kg_reload_log_outcome(const struct kg_reload *reload, const char *signal)
{
	static const char *const results[] = {[KG_RELOAD_UNCHANGED] = "unchanged",
	                                      [KG_RELOAD_TAKEN] = "reloaded",
	                                      [KG_RELOAD_REFUSED] = "refused",
	                                      [KG_RELOAD_STILL_REFUSED] = "still refused"};
	const struct kg_reload_outcome *certificate = &reload->certificate_outcome;
	const struct kg_reload_outcome *clients = &reload->client_ca_outcome;
	const struct kg_reload_outcome *policy = &reload->policy_outcome;

	kg_log(KG_LOG_INFO, "files looked at", KG_LOG_STR("signal", signal), KG_LOG_STR("certificate", results[certificate->result]),
	       KG_LOG_STR(certificate->reason.code != 0 ? "certificateReason" : NULL, certificate->reason.message),
	       KG_LOG_STR(reload->client_ca_path != NULL ? "clientCA" : NULL, results[clients->result]),
	       KG_LOG_STR(clients->reason.code != 0 ? "clientCAReason" : NULL, clients->reason.message),
	       KG_LOG_STR(reload->policy_path != NULL ? "policy" : NULL, results[policy->result]),
	       KG_LOG_STR(policy->reason.code != 0 ? "policyReason" : NULL, policy->reason.message));
}
