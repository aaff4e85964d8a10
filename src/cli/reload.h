/*
 * What a serving process reads from files and replaces when they change: the serving key pair and the policy.
 *
 * What is wrong on disk never replaces what is in use; each cause is logged once. Used by the supervisor's thread alone; the certificate
 * store and the policy slot are what other threads read.
 */
#pragma once

#include <stdbool.h>

#include "kedagate/base/buf.h"
#include "kedagate/base/compiler.h"
#include "kedagate/base/err.h"
#include "kedagate/base/snapshot.h"
#include "kedagate/metrics/metrics.h"
#include "kedagate/policy/policy.h"
#include "kedagate/tls/certstore.h"

struct kg_reload {
	/* The caller's. */
	struct kg_pair_paths pair;
	const char *policy_path; /* NULL: the built-in policy, which never changes */
	struct kg_policy_overrides overrides;
	struct kg_certstore *certstore;
	struct kg_metrics *metrics;

	struct kg_snapshot_slot policy; /* of struct kg_policy */
	struct kg_buf policy_text;      /* as last seen, in use or refused */
	struct kg_err policy_unread;    /* why the file could not be read, when last looked at; code 0 when it could */
	bool expiry_told;               /* that the certificate in use has expired is in the log */
};

/* After the caller's fields are filled in. */
void kg_reload_init(struct kg_reload *reload);
void kg_reload_release(struct kg_reload *reload);

/* The first time, when there is nothing to fall back on. */
KG_MUST_CHECK int kg_reload_load_pair(struct kg_reload *reload, struct kg_err *err);
KG_MUST_CHECK int kg_reload_load_policy(struct kg_reload *reload, struct kg_err *err);

/* Look at the files and put into use what is new and right; log and count what is new and wrong. */
void kg_reload_all(struct kg_reload *reload);
