#include "cli/reload.h"

#include <string.h>

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
	reload->policy_unread = (struct kg_err){0};
	reload->expiry_told = false;
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
	static const enum kg_server_metric families[] = {KG_SERVER_METRIC_CERTIFICATE_RELOADS, KG_SERVER_METRIC_POLICY_RELOADS};
	static const char *const results[] = {"success", "failure"};

	for (size_t i = 0; i < KG_ARRAY_LEN(families); i++)
		for (size_t j = 0; j < KG_ARRAY_LEN(results); j++)
			kg_metrics_add(reload->metrics, families[i], &results[j], 0);
}

static void note_pair_in_use(struct kg_reload *reload, const struct kg_pair_facts *facts)
{
	reload->expiry_told = false;
	kg_metrics_set(reload->metrics, KG_SERVER_METRIC_CERTIFICATE_NOT_AFTER, NULL, (double)facts->not_after);
}

int kg_reload_load_pair(struct kg_reload *reload, struct kg_err *err)
{
	struct kg_pair_facts facts;
	int code = kg_certstore_reload(reload->certstore, &reload->pair, kg_clock_wall(), err);

	if (code == 0 && kg_certstore_facts(reload->certstore, &facts))
		note_pair_in_use(reload, &facts);
	count_from_zero(reload);
	return code;
}

static void reload_pair(struct kg_reload *reload)
{
	char not_after[KG_TIME_TEXT_MAX];
	struct kg_pair_facts facts;
	struct kg_err err = {0};
	int code = kg_certstore_reload(reload->certstore, &reload->pair, kg_clock_wall(), &err);

	if (code == KG_EUNCHANGED || !kg_certstore_facts(reload->certstore, &facts))
		return;
	count(reload, KG_SERVER_METRIC_CERTIFICATE_RELOADS, code == 0);
	if (code != 0) {
		kg_log(KG_LOG_ERROR, "certificate refused, the one in use stays", KG_LOG_STR("reason", err.message),
		       KG_LOG_STR("servedSerial", facts.serial));
		return;
	}
	note_pair_in_use(reload, &facts);
	kg_clock_format(facts.not_after, not_after);
	kg_log(KG_LOG_INFO, "certificate reloaded", KG_LOG_STR("serial", facts.serial), KG_LOG_STR("notAfter", not_after));
}

/* Time passes without a change on disk. */
static void tell_expiry(struct kg_reload *reload)
{
	char not_after[KG_TIME_TEXT_MAX];
	struct kg_pair_facts facts;

	if (reload->expiry_told || !kg_certstore_facts(reload->certstore, &facts) || kg_clock_wall() <= facts.not_after)
		return;
	reload->expiry_told = true;
	kg_clock_format(facts.not_after, not_after);
	kg_log(KG_LOG_ERROR, "the certificate has expired: API servers refuse it from now on", KG_LOG_STR("serial", facts.serial),
	       KG_LOG_STR("notAfter", not_after));
}

/* Read the policy file into `text`. KG_EUNCHANGED when it is as it was last seen. */
static int read_policy(const struct kg_reload *reload, struct kg_buf *text, struct kg_err *err)
{
	const struct kg_buf *seen = &reload->policy_text;
	int code = kg_file_read(reload->policy_path, text, err);

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

	if (code == 0)
		kg_snapshot_slot_swap(&reload->policy, &policy->snapshot);
	return code;
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
	if (code != KG_ENOMEM)
		remember_policy(reload, &text);
	return code;
}

int kg_reload_load_policy(struct kg_reload *reload, struct kg_err *err)
{
	int code;

	if (reload->policy_path == NULL)
		return use_policy(reload, NULL, err);
	code = load_policy_file(reload, err);
	return code == KG_EINVAL ? kg_err_wrap(err, "%s", reload->policy_path) : code;
}

static void log_policy(struct kg_reload *reload)
{
	struct kg_snapshot *snapshot = kg_snapshot_slot_get(&reload->policy);
	const struct kg_policy *policy = KG_CONTAINER_OF(snapshot, struct kg_policy, snapshot);
	char version[KG_VERSION_TEXT_MAX];

	kg_log(KG_LOG_INFO, "policy reloaded", KG_LOG_STR("file", reload->policy_path), KG_LOG_STR("mode", kg_mode_names[policy->mode]),
	       KG_LOG_STR("profile", kg_profile_names[policy->profile]),
	       KG_LOG_STR("kedaVersion", kg_version_text(policy->keda_version, version)));
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
static void reload_policy(struct kg_reload *reload)
{
	struct kg_err err = {0};
	int code = load_policy_file(reload, &err);
	bool unread = code != 0 && code != KG_EINVAL && code != KG_EUNCHANGED;

	if (unread && same_cause(&err, &reload->policy_unread))
		return;
	reload->policy_unread = unread ? err : (struct kg_err){0};
	if (code == KG_EUNCHANGED)
		return;
	if (code != 0) {
		refuse_policy(reload, &err);
		return;
	}
	count(reload, KG_SERVER_METRIC_POLICY_RELOADS, true);
	log_policy(reload);
}

void kg_reload_all(struct kg_reload *reload)
{
	reload_pair(reload);
	tell_expiry(reload);
	if (reload->policy_path != NULL)
		reload_policy(reload);
}
