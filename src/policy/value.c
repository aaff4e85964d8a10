#include <stdint.h>
#include <string.h>

#include "kedagate/base/arena.h"
#include "kedagate/base/nearest.h"
#include "kedagate/syntax/date.h"
#include "kedagate/syntax/glob.h"
#include "kedagate/syntax/text.h"
#include "policy/reader.h"

/* What may stand in the globs over names, and over the values of labels. */
#define NAME_BYTES  "abcdefghijklmnopqrstuvwxyz0123456789-.*?"
#define LABEL_BYTES NAME_BYTES "ABCDEFGHIJKLMNOPQRSTUVWXYZ_"

static int wrong(const struct kg_policy_reader *reader, const cJSON *value, const char *must_be)
{
	return kg_policy_at(reader, value, kg_err_set(reader->err, KG_EINVAL, "must be %s, is %s", must_be, kg_policy_json_type(value)));
}

/* A copy that outlives the tree. */
static int keep(const struct kg_policy_reader *reader, const char *text, const char **ret_text)
{
	*ret_text = kg_arena_strdup(reader->source->memory, text);
	return *ret_text != NULL ? 0 : KG_ENOMEM;
}

static int read_constant(struct kg_policy_reader *reader, const struct kg_policy_key *key, const cJSON *value, void *out)
{
	(void)out;
	if (strcmp(value->valuestring, key->words[0]) == 0)
		return 0;
	return kg_policy_at(reader, value, kg_err_set(reader->err, KG_EINVAL, "must be %s", key->words[0]));
}

static int read_word(struct kg_policy_reader *reader, const struct kg_policy_key *key, const cJSON *value, void *out)
{
	struct kg_policy_choice *choice = out;

	choice->place = kg_policy_position(reader, value);
	return kg_policy_at(reader, value, kg_policy_word(key->words, value->valuestring, &choice->index, reader->err));
}

static int read_boolean(struct kg_policy_reader *reader, const struct kg_policy_key *key, const cJSON *value, void *out)
{
	(void)key;
	if (!cJSON_IsBool(value))
		return wrong(reader, value, "true or false");
	*(bool *)out = cJSON_IsTrue(value);
	return 0;
}

static int read_version(struct kg_policy_reader *reader, const struct kg_policy_key *key, const cJSON *value, void *out)
{
	(void)key;
	/* YAML reads 2.20 as the number 2.2. */
	if (!cJSON_IsString(value))
		return wrong(reader, value, "a version of three numbers such as 2.20.2");
	return kg_policy_at(reader, value, kg_keda_version_read(value->valuestring, out, reader->err));
}

static int read_text(struct kg_policy_reader *reader, const struct kg_policy_key *key, const cJSON *value, void *out)
{
	(void)key;
	if (kg_text_blank(value->valuestring))
		return kg_policy_at(reader, value, kg_err_set(reader->err, KG_EINVAL, "must not be blank"));
	return keep(reader, value->valuestring, out);
}

static int read_date(struct kg_policy_reader *reader, const struct kg_policy_key *key, const cJSON *value, void *out)
{
	struct kg_expiry *expiry = out;
	int code = kg_policy_at(reader, value, kg_date_parse_end(value->valuestring, &expiry->end, reader->err));

	(void)key;
	return code == 0 ? keep(reader, value->valuestring, &expiry->text) : code;
}

/* A rule by its id, or an error in reader->err. */
static const struct kg_rule *find_rule(const struct kg_policy_reader *reader, const char *name)
{
	const struct kg_rule *rule = kg_rule_find(name);
	const char *nearest = rule == NULL ? kg_rule_nearest(name) : NULL;

	if (nearest != NULL)
		(void)kg_err_set(reader->err, KG_EINVAL, "unknown rule, did you mean \"%s\"?", nearest);
	else if (rule == NULL)
		(void)kg_err_set(reader->err, KG_EINVAL, "unknown rule; \"kedagate rules\" lists them");
	return rule;
}

static int read_rule(struct kg_policy_reader *reader, const struct kg_policy_key *key, const cJSON *value, void *out)
{
	const struct kg_rule *rule = find_rule(reader, value->valuestring);

	(void)key;
	if (rule == NULL)
		return kg_policy_at(reader, value, KG_EINVAL);
	*(enum kg_rule_id *)out = rule->id;
	return 0;
}

/* An action. YAML reads a bare off as the boolean false. */
static int read_action(struct kg_policy_reader *reader, const struct kg_policy_key *key, const cJSON *value, void *out)
{
	enum kg_action *action = out;
	int index = 0;
	int code;

	(void)key;
	*action = KG_ACTION_OFF;
	if (cJSON_IsFalse(value))
		return 0;
	if (!cJSON_IsString(value))
		return wrong(reader, value, "one of deny, warn, audit, off");
	code = kg_policy_word(kg_policy_action_words, value->valuestring, &index, reader->err);
	if (code == 0)
		code = kg_action_parse(value->valuestring, action, reader->err);
	return kg_policy_at(reader, value, code);
}

/* A glob that can match something: of bytes that names have. */
static int keep_glob(struct kg_policy_reader *reader, const cJSON *value, const char *allowed, const char **ret_glob)
{
	const char *text = cJSON_IsString(value) ? value->valuestring : NULL;
	size_t good;

	if (text == NULL)
		return wrong(reader, value, "a string");
	good = strspn(text, allowed);
	if ((unsigned char)text[good] >= 0x7F || (text[good] > '\0' && text[good] < ' '))
		return kg_policy_at(
		        reader, value,
		        kg_err_set(reader->err, KG_EINVAL, "\"%s\" matches nothing: no name has other letters than those of ASCII", text));
	if (text[good] != '\0')
		return kg_policy_at(reader, value,
		                    kg_err_set(reader->err, KG_EINVAL,
		                               "\"%s\" matches nothing: \"%c\" stands in no name; wildcards are * and ?", text,
		                               text[good]));
	return keep(reader, text, ret_glob);
}

static int keep_name(struct kg_policy_reader *reader, const cJSON *value, const char **ret_glob)
{
	if (cJSON_IsString(value) && *value->valuestring == '\0')
		return kg_policy_at(reader, value, kg_err_set(reader->err, KG_EINVAL, "must not be empty"));
	return keep_glob(reader, value, NAME_BYTES, ret_glob);
}

static int read_name(struct kg_policy_reader *reader, const struct kg_policy_key *key, const cJSON *value, void *out)
{
	(void)key;
	return keep_name(reader, value, out);
}

/* Add the kinds that a glob matches to the bits. */
static int add_kinds(struct kg_policy_reader *reader, const cJSON *value, unsigned *kinds)
{
	struct kg_nearest nearest;
	unsigned matched = 0;

	if (!cJSON_IsString(value))
		return wrong(reader, value, "a string");
	kg_nearest_init(&nearest, value->valuestring);
	for (unsigned kind = 1; kind <= KG_KINDS_ALL; kind <<= 1) {
		if (kg_glob_match(value->valuestring, kg_kind_name((enum kg_kind)kind)))
			matched |= kind;
		kg_nearest_try(&nearest, kg_kind_name((enum kg_kind)kind));
	}
	*kinds |= matched;
	if (matched != 0)
		return 0;
	if (nearest.best != NULL)
		return kg_policy_at(reader, value, kg_err_set(reader->err, KG_EINVAL, "unknown kind, did you mean \"%s\"?", nearest.best));
	return kg_policy_at(reader, value,
	                    kg_err_set(reader->err, KG_EINVAL,
	                               "matches none of ScaledObject, ScaledJob, TriggerAuthentication and "
	                               "ClusterTriggerAuthentication"));
}

static int read_kind(struct kg_policy_reader *reader, const struct kg_policy_key *key, const cJSON *value, void *out)
{
	(void)key;
	return add_kinds(reader, value, out);
}

static int refuse_empty(struct kg_policy_reader *reader, const cJSON *value)
{
	if (value->child != NULL)
		return 0;
	return kg_policy_at(reader, value, kg_err_set(reader->err, KG_EINVAL, "is empty; write an item, or leave the key out"));
}

static int read_names(struct kg_policy_reader *reader, const struct kg_policy_key *key, const cJSON *value, void *out)
{
	struct kg_strings *names = out;
	const cJSON *item = NULL;
	int code = refuse_empty(reader, value);

	(void)key;
	names->items = kg_arena_calloc(reader->source->memory, (size_t)cJSON_GetArraySize(value), sizeof(*names->items));
	if (names->items == NULL)
		return KG_ENOMEM;
	cJSON_ArrayForEach(item, value)
	{
		kg_policy_enter(reader, NULL, names->count);
		code = keep_name(reader, item, &names->items[names->count++]);
		kg_policy_leave(reader);
		if (code != 0)
			break;
	}
	return code;
}

static int read_kinds(struct kg_policy_reader *reader, const struct kg_policy_key *key, const cJSON *value, void *out)
{
	const cJSON *item = NULL;
	size_t index = 0;
	int code = refuse_empty(reader, value);

	(void)key;
	cJSON_ArrayForEach(item, value)
	{
		kg_policy_enter(reader, NULL, index++);
		code = add_kinds(reader, item, out);
		kg_policy_leave(reader);
		if (code != 0)
			break;
	}
	return code;
}

static int read_labels(struct kg_policy_reader *reader, const struct kg_policy_key *key, const cJSON *value, void *out)
{
	struct kg_pairs *labels = out;
	struct kg_pair *pairs = kg_arena_calloc(reader->source->memory, (size_t)cJSON_GetArraySize(value), sizeof(*pairs));
	const cJSON *item = NULL;
	int code = pairs != NULL ? refuse_empty(reader, value) : KG_ENOMEM;

	(void)key;
	labels->items = pairs;
	cJSON_ArrayForEach(item, value)
	{
		struct kg_pair *pair = &pairs[labels->count++];

		if (code == 0)
			code = keep(reader, item->string, &pair->key);
		if (code != 0)
			break;
		kg_policy_enter(reader, item->string, 0);
		code = keep_glob(reader, item, LABEL_BYTES, &pair->value);
		kg_policy_leave(reader);
	}
	return code;
}

/* The value of one rule: an action, or where `of` allows it a map. */
static int read_setting(struct kg_policy_reader *reader, const struct kg_policy_map *of, const cJSON *value, struct kg_policy_rules *rules)
{
	struct kg_rule_setting setting = {.exemptible = true};
	const struct kg_rule *rule = find_rule(reader, value->string);
	int code;

	if (rule == NULL)
		return kg_policy_at(reader, value, KG_EINVAL);
	if (of != NULL && cJSON_IsObject(value))
		code = kg_policy_read_map(reader, of, value, &setting);
	else
		code = read_action(reader, NULL, value, &setting.action);
	rules->actions[rule->id] = setting.action;
	rules->places[rule->id] = kg_policy_position(reader, value);
	rules->locked[rule->id] = !setting.exemptible;
	return code;
}

static int read_rules(struct kg_policy_reader *reader, const struct kg_policy_map *of, const cJSON *value, struct kg_policy_rules *rules)
{
	const cJSON *item = NULL;
	int code = 0;

	cJSON_ArrayForEach(item, value)
	{
		kg_policy_enter(reader, item->string, 0);
		code = read_setting(reader, of, item, rules);
		kg_policy_leave(reader);
		if (code != 0)
			break;
	}
	return code;
}

static int read_actions(struct kg_policy_reader *reader, const struct kg_policy_key *key, const cJSON *value, void *out)
{
	int code = refuse_empty(reader, value);

	return code == 0 ? read_rules(reader, key->of, value, out) : code;
}

static int read_rule_settings(struct kg_policy_reader *reader, const struct kg_policy_key *key, const cJSON *value, void *out)
{
	return read_rules(reader, key->of, value, out);
}

static int read_list(struct kg_policy_reader *reader, const struct kg_policy_key *key, const cJSON *value, void *out)
{
	struct kg_policy_items *list = out;
	size_t count = (size_t)cJSON_GetArraySize(value);
	const cJSON *item = NULL;
	int code = 0;

	if (count > key->of->maximum)
		return kg_policy_at(reader, value,
		                    kg_err_set(reader->err, KG_EINVAL, "at most %zu, here are %zu", key->of->maximum, count));
	list->items = kg_arena_calloc(reader->source->memory, count, key->of->size);
	if (list->items == NULL)
		return KG_ENOMEM;
	cJSON_ArrayForEach(item, value)
	{
		kg_policy_enter(reader, NULL, list->count);
		code = kg_policy_read_map(reader, key->of, item, (char *)list->items + list->count++ * key->of->size);
		kg_policy_leave(reader);
		if (code != 0)
			break;
	}
	return code;
}

/* How a value of each type is written and read. `json` 0: the reader accepts several types and says itself what is wrong. */
static const struct type {
	int json;
	const char *must_be;
	int (*read)(struct kg_policy_reader *reader, const struct kg_policy_key *key, const cJSON *value, void *out);
} types[KG_POLICY_TYPE_COUNT] = {
        [KG_POLICY_CONSTANT] = {cJSON_String, "a string", read_constant},
        [KG_POLICY_WORD] = {cJSON_String, "a string", read_word},
        [KG_POLICY_BOOLEAN] = {0, NULL, read_boolean},
        [KG_POLICY_VERSION] = {0, NULL, read_version},
        [KG_POLICY_TEXT] = {cJSON_String, "a string", read_text},
        [KG_POLICY_DATE] = {cJSON_String, "a date such as 2027-01-31", read_date},
        [KG_POLICY_RULE] = {cJSON_String, "the id of a rule", read_rule},
        [KG_POLICY_ACTION] = {0, NULL, read_action},
        [KG_POLICY_NAME] = {cJSON_String, "a string", read_name},
        [KG_POLICY_KIND] = {cJSON_String, "a string", read_kind},
        [KG_POLICY_NAMES] = {cJSON_Array, "a list of globs", read_names},
        [KG_POLICY_KINDS] = {cJSON_Array, "a list of kinds", read_kinds},
        [KG_POLICY_LABELS] = {cJSON_Object, "a map from label to glob", read_labels},
        [KG_POLICY_ACTIONS] = {cJSON_Object, "a map from rule to action", read_actions},
        [KG_POLICY_RULE_SETTINGS] = {cJSON_Object, "a map from rule to action", read_rule_settings},
        [KG_POLICY_LIST] = {cJSON_Array, "a list", read_list},
};

int kg_policy_read_value(struct kg_policy_reader *reader, const struct kg_policy_key *key, const cJSON *value, void *out)
{
	const struct type *type = &types[key->type];

	if (type->json != 0 && (value->type & 0xFF) != type->json)
		return wrong(reader, value, type->must_be);
	return type->read(reader, key, value, out);
}
