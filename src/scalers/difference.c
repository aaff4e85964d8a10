#include "kedagate/scalers/difference.h"

#include <string.h>

struct comparison {
	const struct kg_scaler *scaler;
	uint32_t from, to;
	void (*report)(void *context, const struct kg_scaler_change *change);
	void *context;
};

/* How one version reads a name. Both rows may be there, for different sources. */
struct reading {
	const struct kg_param *read;    /* NULL: it is not read */
	const struct kg_param *refused; /* NULL: it is no error */
};

static void tell(const struct comparison *comparison, const struct kg_scaler_change *change)
{
	comparison->report(comparison->context, change);
}

/* Did `version` come between the two releases? 0 never does. */
static bool came(const struct comparison *comparison, uint32_t version)
{
	return comparison->from < version && version <= comparison->to;
}

static bool same_text(const char *one, const char *other)
{
	return one == other || (one && other && strcmp(one, other) == 0);
}

static bool same_words(const char *const *one, const char *const *other)
{
	if (!one || !other)
		return one == other;
	while (*one && *other && strcmp(*one, *other) == 0) {
		one++;
		other++;
	}
	return !*one && !*other;
}

/* The name itself, then the others; NULL after the last. */
static const char *name_at(const struct kg_param *param, size_t index)
{
	if (index == 0)
		return param->name;
	return index <= KG_PARAM_NAMES_MAX ? param->also[index - 1] : NULL;
}

static bool has_name(const struct kg_param *param, const char *name)
{
	for (size_t i = 0; name_at(param, i); i++) {
		if (strcmp(name_at(param, i), name) == 0)
			return true;
	}
	return false;
}

static struct reading read_name(const struct kg_scaler *scaler, const char *name, uint32_t version)
{
	struct reading reading = {0};

	for (size_t i = 0; i < scaler->param_count; i++) {
		const struct kg_param *param = &scaler->params[i];

		if (!kg_param_exists(param, version) || !has_name(param, name))
			continue;
		if (param->deprecated != 0 && param->deprecated <= version)
			reading.refused = param;
		else
			reading.read = param;
	}
	return reading;
}

/* A name of the row, other than `name`, that the version reads; NULL when there is none. */
static const char *other_name(const struct comparison *comparison, const struct kg_param *param, const char *name, uint32_t version)
{
	for (size_t i = 0; name_at(param, i); i++) {
		const char *other = name_at(param, i);

		if (strcmp(other, name) != 0 && read_name(comparison->scaler, other, version).read)
			return other;
	}
	return NULL;
}

/* The first release in between that reads the name. */
static uint32_t added_in(const struct comparison *comparison, const char *name)
{
	uint32_t first = 0;

	for (size_t i = 0; i < comparison->scaler->param_count; i++) {
		const struct kg_param *param = &comparison->scaler->params[i];

		if (came(comparison, param->since) && has_name(param, name) && (first == 0 || param->since < first))
			first = param->since;
	}
	return first;
}

/* The first release in between that does not read it any more. */
static uint32_t removed_in(const struct comparison *comparison, const char *name)
{
	uint32_t last = 0;

	for (size_t i = 0; i < comparison->scaler->param_count; i++) {
		const struct kg_param *param = &comparison->scaler->params[i];

		if (came(comparison, param->removed) && has_name(param, name) && param->removed > last)
			last = param->removed;
	}
	return last;
}

static void report_added(const struct comparison *comparison, const char *name, const struct kg_param *after)
{
	struct kg_scaler_change change = {.name = name, .after = after, .version = added_in(comparison, name)};

	if (other_name(comparison, after, name, comparison->from))
		change.kind = KG_CHANGE_NAME_ADDED;
	else if (strcmp(after->name, name) == 0)
		change.kind = KG_CHANGE_PARAM_ADDED;
	else
		return;
	tell(comparison, &change);
}

static void report_removed(const struct comparison *comparison, const char *name, const struct kg_param *before)
{
	struct kg_scaler_change change = {.name = name, .before = before, .version = removed_in(comparison, name)};
	const char *other = other_name(comparison, before, name, comparison->to);

	change.kind = other ? KG_CHANGE_NAME_REMOVED : KG_CHANGE_PARAM_REMOVED;
	change.instead = other ? other : before->instead;
	if (other || strcmp(before->name, name) == 0)
		tell(comparison, &change);
}

static void report_refused(const struct comparison *comparison, const char *name, const struct reading *before, const struct reading *after)
{
	const struct kg_param *row = after->refused;

	tell(comparison, &(struct kg_scaler_change){.kind = KG_CHANGE_PARAM_REFUSED,
	                                            .name = name,
	                                            .before = before->read,
	                                            .after = row,
	                                            .version = came(comparison, row->deprecated) ? row->deprecated : 0,
	                                            .instead = row->instead});
}

enum kg_bound kg_scaler_bound(const struct kg_param *param, uint32_t version)
{
	return version >= param->bound_since ? param->bound : KG_BOUND_NONE;
}

/* Two readings of a name that is read in both versions. */
static void compare_rows(const struct comparison *comparison, const struct kg_param *before, const struct kg_param *after)
{
	bool unchecked = before->checked_since > comparison->from;
	const struct {
		enum kg_scaler_change_kind kind;
		bool differs;
	} facts[] = {
	        {KG_CHANGE_PARAM_ANNOUNCED, came(comparison, after->announced)},
	        {KG_CHANGE_NEED, before->need != after->need},
	        {KG_CHANGE_DEFAULT, !same_text(before->def, after->def)},
	        {KG_CHANGE_SOURCES, memcmp(before->from, after->from, sizeof(before->from)) != 0},
	        {KG_CHANGE_VALUE_TYPE, before->type != after->type},
	        {KG_CHANGE_VALUES, !same_words(before->values, after->values)},
	        {KG_CHANGE_BOUND, kg_scaler_bound(before, comparison->from) != kg_scaler_bound(after, comparison->to)},
	        {KG_CHANGE_CHECKED, unchecked && after->checked_since <= comparison->to},
	};

	for (size_t i = 0; i < KG_ARRAY_LEN(facts); i++) {
		struct kg_scaler_change change = {.kind = facts[i].kind, .name = after->name, .before = before, .after = after};

		if (!facts[i].differs)
			continue;
		if (change.kind == KG_CHANGE_PARAM_ANNOUNCED) {
			change.version = after->announced;
			change.instead = after->instead;
		}
		tell(comparison, &change);
	}
}

static void compare_name(const struct comparison *comparison, const char *name)
{
	struct reading before = read_name(comparison->scaler, name, comparison->from);
	struct reading after = read_name(comparison->scaler, name, comparison->to);

	if (after.refused && !before.refused)
		report_refused(comparison, name, &before, &after);
	if (before.read && after.read) {
		if (strcmp(after.read->name, name) == 0)
			compare_rows(comparison, before.read, after.read);
	} else if (after.read) {
		report_added(comparison, name, after.read);
	} else if (before.read && !after.refused) {
		report_removed(comparison, name, before.read);
	}
}

/* Does a row before this one have the name? Then it was compared there. */
static bool seen(const struct kg_scaler *scaler, size_t row, const char *name)
{
	for (size_t i = 0; i < row; i++) {
		if (has_name(&scaler->params[i], name))
			return true;
	}
	return false;
}

static void compare_params(const struct comparison *comparison)
{
	const struct kg_scaler *scaler = comparison->scaler;

	for (size_t row = 0; row < scaler->param_count; row++) {
		for (size_t i = 0; name_at(&scaler->params[row], i); i++) {
			const char *name = name_at(&scaler->params[row], i);

			if (!seen(scaler, row, name))
				compare_name(comparison, name);
		}
	}
}

static void compare_providers(const struct comparison *comparison)
{
	for (unsigned bit = 1; bit < KG_PROVIDER_OTHER; bit <<= 1) {
		struct kg_scaler_change change = {.provider = (enum kg_provider)bit};
		uint32_t since;
		bool before = kg_scaler_supports(comparison->scaler, change.provider, comparison->from, NULL);
		bool after = kg_scaler_supports(comparison->scaler, change.provider, comparison->to, &since);

		if (before == after)
			continue;
		change.kind = after ? KG_CHANGE_PROVIDER_ADDED : KG_CHANGE_PROVIDER_REMOVED;
		change.version = after && came(comparison, since) ? since : 0;
		tell(comparison, &change);
	}
}

/* False: the type comes or goes, or is in neither; nothing is left to compare. */
static bool compare_type(const struct comparison *comparison)
{
	const struct kg_scaler *scaler = comparison->scaler;
	struct kg_scaler_change change = {.instead = scaler->instead};
	bool before = kg_scaler_exists(scaler, comparison->from);
	bool after = kg_scaler_exists(scaler, comparison->to);

	if (before && after && !came(comparison, scaler->deprecated))
		return true;
	if (before && after) {
		change.kind = KG_CHANGE_TYPE_DEPRECATED;
		change.version = scaler->deprecated;
	} else if (after) {
		change.kind = KG_CHANGE_TYPE_ADDED;
		change.version = scaler->since;
		change.instead = NULL;
	} else if (before) {
		change.kind = KG_CHANGE_TYPE_REMOVED;
		change.version = scaler->removed;
	} else {
		return false;
	}
	tell(comparison, &change);
	return before && after;
}

void kg_scaler_difference(const struct kg_scaler *scaler, uint32_t from, uint32_t to,
                          void (*report)(void *context, const struct kg_scaler_change *change), void *context)
{
	struct comparison comparison = {.scaler = scaler, .from = from, .to = to, .report = report, .context = context};

	if (from >= to || !compare_type(&comparison))
		return;
	compare_params(&comparison);
	compare_providers(&comparison);
}
