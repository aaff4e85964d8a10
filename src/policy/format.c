#include "kedagate/policy/format.h"

#include <stdint.h>

#include "kedagate/base/compiler.h"
#include "kedagate/base/limits.h"
#include "policy/reader.h"
#include "policy/settings.h"

const char *const kg_profile_names[] = {"permissive", "baseline", "restricted", NULL};
const char *const kg_mode_names[] = {"enforce", "warn", "audit", NULL};
const char *const kg_policy_action_words[] = {"deny", "warn", "audit", "off", NULL};

static const char *const api_versions[] = {"kedagate.io/v1", NULL};
static const char *const kinds[] = {"Policy", NULL};

/* clang-format off */
static const struct kg_policy_key rule_keys[] = {
	{.name = "action", .type = KG_POLICY_ACTION, .required = true, .words = kg_policy_action_words,
	 .offset = offsetof(struct kg_rule_setting, action),
	 .doc = "What comes of a finding: deny, warn, audit or off."},
	{.name = "exemptible", .type = KG_POLICY_BOOLEAN, .offset = offsetof(struct kg_rule_setting, exemptible),
	 .doc = "false locks the rule: no exemption may name it and no scope may lower its action or its mode (default true)."},
};

static const struct kg_policy_map rule_map = {
	.name = "rule", .doc = "The action of a rule, and whether it may be lowered.",
	.keys = rule_keys, .key_count = KG_ARRAY_LEN(rule_keys), .size = sizeof(struct kg_rule_setting), .place_offset = SIZE_MAX,
};

static const struct kg_policy_key scope_keys[] = {
	{.name = "namespaces", .type = KG_POLICY_NAMES, .offset = offsetof(struct kg_scope, namespaces),
	 .doc = "Globs (* and ?) over namespaces; a ClusterTriggerAuthentication has none and does not match. Without it, every namespace."},
	{.name = "kinds", .type = KG_POLICY_KINDS, .offset = offsetof(struct kg_scope, kinds),
	 .doc = "Kinds, or globs over them. Without it, every kind."},
	{.name = "names", .type = KG_POLICY_NAMES, .offset = offsetof(struct kg_scope, names),
	 .doc = "Globs over names of objects; an object with generateName matches one that ends in * and matches the prefix. Without it, every name."},
	{.name = "labels", .type = KG_POLICY_LABELS, .offset = offsetof(struct kg_scope, labels),
	 .doc = "Labels the object must have, each with a glob over its value. Without it, any labels."},
	{.name = "rules", .type = KG_POLICY_ACTIONS, .offset = offsetof(struct kg_scope, rules),
	 .doc = "The action of each rule for these objects. Of all scopes that match and name a rule the last one wins."},
	{.name = "mode", .type = KG_POLICY_WORD, .words = kg_mode_names, .offset = offsetof(struct kg_scope, mode),
	 .doc = "The ceiling on every action for these objects, in place of the file's. Of all scopes that match and have a mode the last one wins."},
};

static const char *const scope_needs[] = {"rules", "mode", NULL};

static const struct kg_policy_map scope_map = {
	.name = "scope", .doc = "Objects that are judged otherwise. All selectors that are given must match.",
	.keys = scope_keys, .key_count = KG_ARRAY_LEN(scope_keys), .any_of = scope_needs,
	.maximum = KG_MAX_SCOPES, .size = sizeof(struct kg_scope), .place_offset = offsetof(struct kg_scope, place),
};

static const struct kg_policy_key exemption_keys[] = {
	{.name = "rule", .type = KG_POLICY_RULE, .required = true, .offset = offsetof(struct kg_exemption, rule),
	 .doc = "The id of the one rule that is excused."},
	{.name = "kind", .type = KG_POLICY_KIND, .offset = offsetof(struct kg_exemption, kinds),
	 .doc = "The kind, or a glob over kinds. Without it, every kind."},
	{.name = "namespace", .type = KG_POLICY_NAME, .offset = offsetof(struct kg_exemption, namespace),
	 .doc = "A glob (* and ?) over namespaces; a ClusterTriggerAuthentication has none and does not match. Without it, every namespace."},
	{.name = "name", .type = KG_POLICY_NAME, .offset = offsetof(struct kg_exemption, name),
	 .doc = "A glob over names of objects; an object with generateName matches one that ends in * and matches the prefix. Without it, every name."},
	{.name = "reason", .type = KG_POLICY_TEXT, .required = true, .offset = offsetof(struct kg_exemption, reason),
	 .doc = "Why this is acceptable; reports and warnings repeat it."},
	{.name = "expires", .type = KG_POLICY_DATE, .offset = offsetof(struct kg_exemption, expires),
	 .doc = "The last day on which it counts (2027-01-31, UTC), or the instant from which it does not (RFC 3339). Without it, it never ends."},
};

static const char *const exemption_needs[] = {"kind", "namespace", "name", NULL};

static const struct kg_policy_map exemption_map = {
	.name = "exemption", .doc = "Findings of one rule that do not count for some objects. All selectors that are given must match.",
	.keys = exemption_keys, .key_count = KG_ARRAY_LEN(exemption_keys), .any_of = exemption_needs,
	.maximum = KG_MAX_EXEMPTIONS, .size = sizeof(struct kg_exemption), .place_offset = offsetof(struct kg_exemption, place),
};

static const struct kg_policy_key policy_keys[] = {
	{.name = "apiVersion", .type = KG_POLICY_CONSTANT, .required = true, .words = api_versions,
	 .doc = "The version of this format."},
	{.name = "kind", .type = KG_POLICY_CONSTANT, .required = true, .words = kinds,
	 .doc = "A policy file is of kind Policy."},
	{.name = "kedaVersion", .type = KG_POLICY_VERSION, .offset = offsetof(struct kg_policy_settings, keda_version),
	 .doc = "The release of KEDA to judge for, such as 2.20.2, or auto (default: the newest that is known)."},
	{.name = "profile", .type = KG_POLICY_WORD, .words = kg_profile_names, .offset = offsetof(struct kg_policy_settings, profile),
	 .doc = "The starting actions: permissive warns of everything, restricted also denies what baseline warns of for security (default baseline)."},
	{.name = "mode", .type = KG_POLICY_WORD, .words = kg_mode_names, .offset = offsetof(struct kg_policy_settings, mode),
	 .doc = "A ceiling on every action: warn denies nothing, audit neither denies nor warns (default enforce)."},
	{.name = "ratchet", .type = KG_POLICY_BOOLEAN, .offset = offsetof(struct kg_policy_settings, ratchet),
	 .doc = "Deny an UPDATE only for what it adds or worsens (default true)."},
	{.name = "trustedHosts", .type = KG_POLICY_NAMES, .offset = offsetof(struct kg_policy_settings, trusted_hosts.globs),
	 .doc = "Globs (* and ?) over hosts that may be sent tokens of cloud providers, or be the endpoints of a private cloud."},
	{.name = "rules", .type = KG_POLICY_RULE_SETTINGS, .of = &rule_map, .offset = offsetof(struct kg_policy_settings, rules),
	 .doc = "The action of each rule, over the profile's."},
	{.name = "scopes", .type = KG_POLICY_LIST, .of = &scope_map, .offset = offsetof(struct kg_policy_settings, scopes),
	 .doc = "Objects that are judged otherwise; for each rule the last scope that matches and names it wins."},
	{.name = "exemptions", .type = KG_POLICY_LIST, .of = &exemption_map, .offset = offsetof(struct kg_policy_settings, exemptions),
	 .doc = "Findings that do not count, each with a reason and usually a date."},
};

const struct kg_policy_map kg_policy_format = {
	.name = "policy", .doc = "A policy of kedagate: which findings deny, warn, are audited, or do not count.",
	.keys = policy_keys, .key_count = KG_ARRAY_LEN(policy_keys), .null_is_absent = true,
	.size = sizeof(struct kg_policy_settings), .place_offset = SIZE_MAX,
};
/* clang-format on */
