#include "policy/selector.h"

#include <string.h>

#include "kedagate/syntax/glob.h"

struct kg_target kg_target_of(const struct kg_policy_subject *subject)
{
	const struct kg_metadata *metadata = &subject->object->metadata;
	bool generated = !metadata->name && metadata->generate_name;
	const char *name = generated ? metadata->generate_name : metadata->name;

	return (struct kg_target){
	        .kind = subject->object->kind,
	        .namespace = subject->object->kind != KG_KIND_CLUSTER_TRIGGER_AUTHENTICATION ? subject->namespace : NULL,
	        .name = name ? name : "",
	        .generated = generated,
	        .labels = &metadata->labels,
	};
}

/* Of a name that is yet to be generated only the prefix is known: a glob matches it when it matches whatever comes behind. */
static bool name_matches(const char *glob, const struct kg_target *target)
{
	size_t length = strlen(glob);

	if (target->generated && (length == 0 || glob[length - 1] != '*'))
		return false;
	return kg_glob_match(glob, target->name);
}

static bool namespace_matches(const char *glob, const struct kg_target *target)
{
	return target->namespace && kg_glob_match(glob, target->namespace);
}

static bool any_matches(const struct kg_strings *globs, const struct kg_target *target,
                        bool (*matches)(const char *glob, const struct kg_target *target))
{
	for (size_t i = 0; i < globs->count; i++)
		if (matches(globs->items[i], target))
			return true;
	return globs->count == 0;
}

static bool labels_match(const struct kg_pairs *wanted, const struct kg_pairs *labels)
{
	for (size_t i = 0; i < wanted->count; i++) {
		const char *value = kg_pairs_get(labels, wanted->items[i].key);

		if (!value || !kg_glob_match(wanted->items[i].value, value))
			return false;
	}
	return true;
}

static bool kind_matches(unsigned kinds, const struct kg_target *target)
{
	return kinds == 0 || (kinds & target->kind) != 0;
}

bool kg_scope_matches(const struct kg_scope *scope, const struct kg_target *target)
{
	return kind_matches(scope->kinds, target) && any_matches(&scope->namespaces, target, namespace_matches) &&
	       any_matches(&scope->names, target, name_matches) && labels_match(&scope->labels, target->labels);
}

bool kg_exemption_matches(const struct kg_exemption *exemption, const struct kg_target *target)
{
	return kind_matches(exemption->kinds, target) && (!exemption->namespace || namespace_matches(exemption->namespace, target)) &&
	       (!exemption->name || name_matches(exemption->name, target));
}
