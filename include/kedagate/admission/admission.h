/*
 * The pure pipeline: AdmissionReview bytes in, AdmissionReview bytes out. No I/O, no clock, no log.
 *
 * Follows admission.k8s.io/v1 and v1beta1 as kube-apiserver sends and reads them. What must never be blocked is decided before the object
 * is decoded: DELETE, CONNECT, subresources, kinds that are not KEDA's, an UPDATE of an object that is being deleted or that only loses
 * finalizers.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "kedagate/base/arena.h"
#include "kedagate/base/buf.h"
#include "kedagate/base/compiler.h"
#include "kedagate/base/err.h"
#include "kedagate/metrics/metrics.h"
#include "kedagate/model/world.h"
#include "kedagate/policy/policy.h"

/* What a review is judged with; constant during the call. */
struct kg_admission_env {
	const struct kg_policy *policy;
	const struct kg_world *world;
	time_t now;
};

/* Names of rules, each once, in the order in which they fired; at most KG_SUMMARY_RULES_MAX. */
enum { KG_SUMMARY_RULES_MAX = 16 };

struct kg_rule_names {
	const char *const *names;
	size_t count;
};

/* What the server logs and counts. Texts live in the arena; NULL when not known. No object content. */
struct kg_admission_summary {
	const char *uid, *operation, *kind, *namespace, *name, *user;
	bool dry_run;
	const char *verdict;                  /* "allow", "warn", "deny", or "skip" when the object was not judged */
	const char *skip_reason;              /* why: "delete", "deleting", "finalizers", "subresource", "connect", "kind" */
	const struct kg_judgement *judgement; /* NULL when the object was not judged */
	struct kg_rule_names rules;           /* that fired and are not off */
	struct kg_rule_names stored;          /* of these, those with a finding that only the ratchet keeps from being denied */
	struct kg_rule_names excused;         /* of these, those with a finding that an exemption excuses */
};

/*
 * Review the bytes of `body` (changed in place) and write the response body to `out`, which is emptied first. Returns the HTTP status:
 * 200 with an AdmissionReview; 400 with one line of plain text that says where the request is wrong (malformed, duplicate member, too deep, no
 * AdmissionReview, no uid); 500 with one line of plain text when memory, the arena's cap or its budget is exhausted, so that failurePolicy decides.
 * `summary` is filled as far as it is known.
 */
int kg_admission_review(const struct kg_admission_env *env, struct kg_buf *body, struct kg_arena *arena, struct kg_buf *out,
                        struct kg_admission_summary *summary);

/* Metric families of reviews; the server's registry includes them. Indices follow the enum from `KG_ADMISSION_METRICS_BASE`. */
enum kg_admission_metric {
	KG_METRIC_REQUESTS, /* kind, operation, verdict, dry_run */
	KG_METRIC_FINDINGS, /* rule, action */
	KG_METRIC_DURATION, /* histogram, seconds */
	KG_ADMISSION_METRIC_COUNT
};

extern const struct kg_metric_family kg_admission_metric_families[KG_ADMISSION_METRIC_COUNT];

/* Count one review. `metrics`' first families are kg_admission_metric_families. */
void kg_admission_count(struct kg_metrics *metrics, const struct kg_admission_summary *summary, double seconds);

/* Show with 0 the series of what a server is there for: each kind created and updated, by verdict, and each rule denied and warned of. */
void kg_admission_count_from_zero(struct kg_metrics *metrics);
