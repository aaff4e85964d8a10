/*
 * What a serving process reads from files and replaces when they change: the serving key pair, the authorities of its clients, the policy.
 *
 * What is wrong on disk never replaces what is in use; each cause is logged once. Used by the supervisor's thread alone; the certificate
 * store and the policy slot are what other threads read.
 */
#pragma once

#include <stdbool.h>

#include "cli/exemptions.h"
#include "kedagate/base/buf.h"
#include "kedagate/base/compiler.h"
#include "kedagate/base/err.h"
#include "kedagate/base/snapshot.h"
#include "kedagate/metrics/metrics.h"
#include "kedagate/policy/policy.h"
#include "kedagate/tls/certstore.h"
#include "kedagate/tls/client_trust.h"

/* What came of a look at a file. */
enum kg_reload_result {
	KG_RELOAD_UNCHANGED,
	KG_RELOAD_TAKEN,         /* into use */
	KG_RELOAD_REFUSED,       /* for the reason given */
	KG_RELOAD_STILL_REFUSED, /* for a reason that is in the log already */
};

struct kg_reload_outcome {
	enum kg_reload_result result;
	struct kg_err reason; /* code 0 unless refused */
};

/* Whether the wall clock is within the dates of the certificate in use. */
enum kg_dates { KG_DATES_KEPT, KG_DATES_EXPIRED, KG_DATES_EARLY };

struct kg_reload {
	/* The caller's. */
	struct kg_pair_paths pair;
	const char *client_ca_path; /* NULL: any client may call */
	const char *policy_path;    /* NULL: the built-in policy, which never changes */
	struct kg_policy_overrides overrides;
	bool looks_at_cluster; /* which tells the release of KEDA */
	struct kg_certstore *certstore;
	struct kg_client_trust *clients; /* NULL without client_ca_path */
	struct kg_metrics *metrics;

	struct kg_snapshot_slot policy;       /* of struct kg_policy */
	struct kg_exemption_watch exemptions; /* of the policy in use */
	struct kg_buf policy_text;            /* as last seen, in use or refused */
	struct kg_err policy_unread;          /* why the file could not be read, when last looked at; code 0 when it could */
	struct kg_err policy_refusal;         /* why that text is not in use; code 0 when it is */
	enum kg_dates dates_told;             /* what the log says last of the dates of the certificate in use */
	struct kg_reload_outcome certificate_outcome, client_ca_outcome, policy_outcome; /* of the last look */
};

/* After the caller's fields are filled in. */
void kg_reload_init(struct kg_reload *reload);
void kg_reload_release(struct kg_reload *reload);

/* The first time, when there is nothing to fall back on. */
KG_MUST_CHECK int kg_reload_load_pair(struct kg_reload *reload, struct kg_err *err);
/* `client_ca_path` must be set. */
KG_MUST_CHECK int kg_reload_load_client_ca(struct kg_reload *reload, struct kg_err *err);
KG_MUST_CHECK int kg_reload_load_policy(struct kg_reload *reload, struct kg_err *err);

/* Look at the files and put into use what is new and right; log and count what is new and wrong. The dates of the certificate in use are held
 * against the wall clock each time, which may have jumped. */
void kg_reload_all(struct kg_reload *reload);

/* Log what came of the last look, for whoever asked for it by `signal`. */
void kg_reload_log_outcome(const struct kg_reload *reload, const char *signal);
