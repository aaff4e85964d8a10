/*
 * Policy: which findings deny, warn, are only audited, or do not count; and the verdict on an object.
 *
 * A policy comes from a file, from command-line overrides, or is the built-in default (profile baseline, mode enforce). Once built it never
 * changes, so it may be shared between threads through a snapshot. kedagate/policy/format.h is the format of the file.
 *
 * What comes of a finding is decided in this order, and kedagate/policy/decision.h says which step it was:
 *   1. the profile's action for the rule, or the file's own under `rules`
 *   2. the last scope that matches the object and names the rule
 *   3. the finding's own ceiling: what rests on the unseen is at most a warning
 *   4. an exemption that matches and has not expired: the finding is excused
 *   5. the mode, a ceiling: the file's, or that of the last scope that matches and has one
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
#include "kedagate/model/lines.h"
#include "kedagate/model/manifest.h"
#include "kedagate/model/object.h"
#include "kedagate/rules/finding.h"
#include "kedagate/rules/rule.h"

/* The starting actions. permissive: what baseline denies is a warning. restricted: security findings that baseline warns of are denied. */
enum kg_profile { KG_PROFILE_PERMISSIVE, KG_PROFILE_BASELINE, KG_PROFILE_RESTRICTED };

/* The action that a profile gives a rule before the file's own word on it. */
enum kg_action kg_profile_action(enum kg_profile profile, const struct kg_rule *rule);

/* A ceiling on every action. */
enum kg_mode { KG_MODE_ENFORCE, KG_MODE_WARN, KG_MODE_AUDIT };

extern const char *const kg_profile_names[]; /* NULL-terminated, in the order of the enum */
extern const char *const kg_mode_names[];

enum kg_keda_version_source {
	KG_KEDA_VERSION_DEFAULT, /* nobody named one: the newest release known */
	KG_KEDA_VERSION_GIVEN,
	KG_KEDA_VERSION_AUTO, /* to be read from the cluster; until then unknown */
};

/* Positions here are places in the policy file; line 0: not from the file. */

/* A word of a fixed set. */
struct kg_policy_choice {
	int index;
	struct kg_position place;
};

/* What the file says of rules, at the top or in a scope. */
struct kg_policy_rules {
	enum kg_action actions[KG_RULE_COUNT];
	struct kg_position places[KG_RULE_COUNT]; /* line 0: the file says nothing */
	bool locked[KG_RULE_COUNT];               /* `exemptible: false`: neither exemption nor scope may lower it. At the top only */
};

/* Hosts that may be sent what else is for a cloud provider's own: for kg_rules_context. */
struct kg_policy_hosts {
	struct kg_strings globs;
	struct kg_position place;
};

/* Objects that are judged otherwise. Every selector that is given must match; one that is not given matches everything. */
struct kg_scope {
	struct kg_position place;
	struct kg_strings namespaces; /* globs; a cluster-wide kind has no namespace and never matches */
	unsigned kinds;               /* kg_kind bits; 0: not given */
	struct kg_strings names;      /* globs */
	struct kg_pairs labels;       /* name and glob of the value */
	struct kg_policy_choice mode; /* in place of the file's */
	struct kg_policy_rules rules;
};

/* When something ends. */
struct kg_expiry {
	const char *text; /* as written; NULL: never */
	time_t end;       /* the first second after it; the greatest time when never */
};

/* A finding that does not count, for a reason and usually for a time. Selectors as in a scope; at least one is given. */
struct kg_exemption {
	const struct kg_exemption *next; /* of the same rule */
	struct kg_position place;
	enum kg_rule_id rule;
	unsigned kinds;        /* kg_kind bits; 0: not given */
	const char *namespace; /* globs; NULL: not given */
	const char *name;
	const char *reason;
	struct kg_expiry expires;
};

struct kg_policy {
	struct kg_snapshot snapshot;
	struct kg_arena memory; /* of all that follows */
	enum kg_keda_version_source keda_version_source;
	uint32_t keda_version; /* never 0: the newest release known unless given */
	enum kg_profile profile;
	struct kg_position profile_place;
	enum kg_mode mode;
	struct kg_position mode_place;
	bool ratchet; /* an UPDATE is denied only for what it adds or worsens */
	struct kg_policy_hosts trusted_hosts;
	enum kg_action actions[KG_RULE_COUNT]; /* after profile and rules, before scopes and mode */
	struct kg_policy_rules rules;          /* as the file has them */
	const struct kg_scope *scopes;         /* in the order of the file */
	size_t scope_count;
	const struct kg_exemption *exemptions; /* in the order of the file */
	size_t exemption_count;
	const struct kg_exemption *exemptions_of[KG_RULE_COUNT]; /* the first of each rule; NULL: none */
};

/* What the command line says over the file, its scopes included. NULL: not given. */
struct kg_policy_overrides {
	const char *keda_version; /* "2.20.2" or "auto" */
	const char *mode;
	const char *profile;
};

/*
 * Build a policy from the text of a policy file (NULL: the default) and overrides. KG_EINVAL with line and column for a syntax error, an unknown key or rule
 * (names the nearest), a wrong type or value, a duplicate key, another apiVersion or kind, an exemption or a scope that a lock-out forbids. The
 * caller owns the one reference.
 */
KG_MUST_CHECK int kg_policy_new(const char *text, size_t length, const struct kg_policy_overrides *overrides, struct kg_policy **ret_policy,
                                struct kg_err *err);

/* The same from a document that was read already; `lines` are those of the whole text. Nothing of the tree is kept. */
KG_MUST_CHECK int kg_policy_new_from_manifest(const struct kg_manifest *manifest, const struct kg_lines *lines,
                                              const struct kg_policy_overrides *overrides, struct kg_policy **ret_policy,
                                              struct kg_err *err);

struct kg_policy *kg_policy_ref(struct kg_policy *policy);
void kg_policy_unref(struct kg_policy *policy);

/* Read the file at `path` (at most KG_MAX_POLICY_BYTES; NULL: the default policy) and build it. Errors are prefixed with the path. */
KG_MUST_CHECK int kg_policy_load(const char *path, const struct kg_policy_overrides *overrides, struct kg_policy **ret_policy,
                                 struct kg_err *err);

/* Is a document of this apiVersion and kind a policy, as far as these say? True for every version of the group. */
bool kg_policy_is_kind(const char *api_version, const char *kind);

enum kg_verdict { KG_VERDICT_ALLOW, KG_VERDICT_WARN, KG_VERDICT_DENY };
const char *kg_verdict_name(enum kg_verdict verdict);

/* A finding with what the policy makes of it. Findings that are off are not among them. */
struct kg_judged_finding {
	const struct kg_finding *finding;
	enum kg_action action;
	enum kg_action enforced; /* what it would be in mode enforce */
	/* kg_policy_ratchet: the stored object has it already, it is at most a warning. kg_policy_upgrade: the older release has it too, and makes
	 * less of it. */
	bool stored;
	/* The exemption that matches and lasts longest, NULL when none does. Unless it has expired the finding is excused: audited, and in the
	 * exemption's last days a warning. */
	const struct kg_exemption *exemption;
	bool excused;                 /* the exemption has not expired */
	const struct kg_scope *scope; /* that decided the rule's action; NULL: none did */
};

/* In the order of the findings. Audit findings leave the verdict at allow. */
struct kg_judgement {
	enum kg_verdict verdict;
	enum kg_verdict enforced; /* what the verdict would be in mode enforce */
	struct kg_judged_finding *items;
	size_t count;
	size_t denied, warned, audited; /* an excused finding counts as what became of it */
	size_t excused;
	size_t dropped;
};

/* "deny", …, and "excused" for what an exemption excuses: for reports, metrics and the audit log. */
const char *kg_judged_action_name(const struct kg_judged_finding *judged);

/* What a reader is to know of the exemption: "exempted until 2027-01-31 (<reason>)", "its exemption expired on 2027-01-31". NULL without an
 * exemption; *ret_failed is set without memory. */
const char *kg_judged_note(const struct kg_judged_finding *judged, struct kg_arena *arena, bool *ret_failed);

/* The object that is judged; policies may look at it. */
struct kg_policy_subject {
	const struct kg_object *object;
	const char *namespace;
	time_t now;
	const cJSON *stored;   /* of an UPDATE, the object that it replaces; NULL: nothing is stored, or nothing of it is to be excused */
	uint32_t keda_version; /* the release to judge for; 0: the policy's */
};

/* Apply the policy. 0 or KG_ENOMEM. */
KG_MUST_CHECK int kg_policy_judge(const struct kg_policy *policy, const struct kg_policy_subject *subject,
                                  const struct kg_findings *findings, struct kg_arena *arena, struct kg_judgement *out);

/* Rules and policy at once: run the rules on the object, judge what they find, and ratchet what would be denied. 0 or KG_ENOMEM. */
KG_MUST_CHECK int kg_policy_review(const struct kg_policy *policy, const struct kg_policy_subject *subject, const struct kg_world *world,
                                   struct kg_arena *arena, struct kg_judgement *out);

/*
 * The ratchet: what the stored object has already, and the policy would deny of it too, becomes a warning, in `judgement` of subject->object.
 * A finding is the same when rule, place, words and value are: an item of a list is known by its name or content, not by its index, and a bad
 * value that was changed is a new one. Each finding of the stored object excuses one. Nothing is excused when what is stored is no
 * object, or when the new one has more than KG_MAX_FINDINGS findings. Runs the rules a second time. 0 or KG_ENOMEM.
 */
KG_MUST_CHECK int kg_policy_ratchet(const struct kg_policy *policy, const struct kg_policy_subject *subject, const struct kg_world *world,
                                    struct kg_arena *arena, struct kg_judgement *judgement);

/*
 * What an upgrade of KEDA breaks: drop from `judgement` what an older release says as well of the same object, and judges no less. `older` is the
 * subject with that release in keda_version. What remains is new; or it is judged more severely now, and `stored` is set. Runs the rules a second
 * time. Of an object with more than KG_MAX_FINDINGS findings for the older release some may remain that are not new. 0 or KG_ENOMEM.
 */
KG_MUST_CHECK int kg_policy_upgrade(const struct kg_policy *policy, const struct kg_policy_subject *older, const struct kg_world *world,
                                    struct kg_arena *arena, struct kg_judgement *judgement);
