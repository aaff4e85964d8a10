/*
 * Policy: which findings deny, warn, are only audited, or do not count; and the verdict on an object.
 *
 * A policy comes from a file, from command-line overrides, or is the built-in default (profile baseline, mode enforce). Once built it never
 * changes, so it may be shared between threads through a snapshot.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "kedagate/base/arena.h"
#include "kedagate/base/compiler.h"
#include "kedagate/base/err.h"
#include "kedagate/base/snapshot.h"
#include "kedagate/model/object.h"
#include "kedagate/rules/finding.h"
#include "kedagate/rules/rule.h"

/* The starting actions. permissive: what baseline denies is a warning. restricted: security findings that baseline warns of are denied. */
enum kg_profile { KG_PROFILE_PERMISSIVE, KG_PROFILE_BASELINE, KG_PROFILE_RESTRICTED };

/* A ceiling on every action. */
enum kg_mode { KG_MODE_ENFORCE, KG_MODE_WARN, KG_MODE_AUDIT };

extern const char *const kg_profile_names[]; /* NULL-terminated, in the order of the enum */
extern const char *const kg_mode_names[];

enum kg_keda_version_source {
	KG_KEDA_VERSION_DEFAULT, /* nobody named one: the newest release known */
	KG_KEDA_VERSION_GIVEN,
	KG_KEDA_VERSION_AUTO, /* to be read from the cluster; until then unknown */
};

struct kg_policy {
	struct kg_snapshot snapshot;
	enum kg_keda_version_source keda_version_source;
	uint32_t keda_version; /* never 0: the newest release known unless given */
	enum kg_profile profile;
	enum kg_mode mode;
	bool ratchet;                          /* an UPDATE is denied only for what it adds or worsens */
	enum kg_action actions[KG_RULE_COUNT]; /* after profile and rules, before the mode */
};

/* What the command line says over the file. NULL and 0: not given. */
struct kg_policy_overrides {
	const char *keda_version; /* "2.20.2" or "auto" */
	const char *mode;
	const char *profile;
};

/*
 * Build a policy from the text of a policy file (NULL: the default) and overrides. KG_EINVAL with line and column for a syntax error, an unknown key or rule
 * (names the nearest), a wrong type or value, a duplicate key, another apiVersion or kind. The caller owns the one reference.
 */
KG_MUST_CHECK int kg_policy_new(const char *text, size_t length, const struct kg_policy_overrides *overrides, struct kg_policy **ret_policy,
                                struct kg_err *err);
struct kg_policy *kg_policy_ref(struct kg_policy *policy);
void kg_policy_unref(struct kg_policy *policy);

/* Read the file at `path` (at most KG_MAX_POLICY_BYTES; NULL: the default policy) and build it. Errors are prefixed with the path. */
KG_MUST_CHECK int kg_policy_load(const char *path, const struct kg_policy_overrides *overrides, struct kg_policy **ret_policy,
                                 struct kg_err *err);

enum kg_verdict { KG_VERDICT_ALLOW, KG_VERDICT_WARN, KG_VERDICT_DENY };
const char *kg_verdict_name(enum kg_verdict verdict);

/* A finding with what the policy makes of it. Findings that are off are not among them. */
struct kg_judged_finding {
	const struct kg_finding *finding;
	enum kg_action action;
	enum kg_action enforced; /* what it would be in mode enforce */
	bool stored;             /* the stored object has it already (kg_policy_ratchet): at most a warning */
};

/* In the order of the findings. Audit findings leave the verdict at allow. */
struct kg_judgement {
	enum kg_verdict verdict;
	enum kg_verdict enforced; /* what the verdict would be in mode enforce */
	struct kg_judged_finding *items;
	size_t count;
	size_t denied, warned, audited;
	size_t dropped;
};

/* The object that is judged; policies may look at it. */
struct kg_policy_subject {
	const struct kg_object *object;
	const char *namespace;
	time_t now;
};

/* Apply the policy. 0 or KG_ENOMEM. */
KG_MUST_CHECK int kg_policy_judge(const struct kg_policy *policy, const struct kg_policy_subject *subject,
                                  const struct kg_findings *findings, struct kg_arena *arena, struct kg_judgement *out);

/* Rules and policy at once: run the rules on the object and judge what they find. 0 or KG_ENOMEM. */
KG_MUST_CHECK int kg_policy_review(const struct kg_policy *policy, const struct kg_policy_subject *subject, const struct kg_world *world,
                                   struct kg_arena *arena, struct kg_judgement *out);
