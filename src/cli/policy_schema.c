#include "cli/policy_schema.h"

#include <stdbool.h>

#include "kedagate/base/compiler.h"
#include "kedagate/model/object.h"
#include "kedagate/policy/format.h"
#include "kedagate/rules/rule.h"

static json_t *make_words(const char *const *words)
{
	json_t *list = json_array();

	for (; *words != NULL; words++)
		json_array_append_new(list, json_string(*words));
	return list;
}

static json_t *ref(const char *name)
{
	return json_pack("{s:s+}", "$ref", "#/definitions/", name);
}

static json_t *list_of(json_t *items, bool empty_too)
{
	json_t *list = json_pack("{s:s, s:o}", "type", "array", "items", items);

	if (!empty_too)
		json_object_set_new(list, "minItems", json_integer(1));
	return list;
}

static json_t *make_constant(const struct kg_policy_key *key)
{
	return json_pack("{s:s}", "const", key->words[0]);
}

static json_t *make_word(const struct kg_policy_key *key)
{
	return json_pack("{s:o}", "enum", make_words(key->words));
}

static json_t *make_boolean(const struct kg_policy_key *key)
{
	(void)key;
	return json_pack("{s:s}", "type", "boolean");
}

static json_t *make_version(const struct kg_policy_key *key)
{
	(void)key;
	return json_pack("{s:s, s:s, s:[s, s]}", "type", "string", "pattern", "^(auto|v?[0-9]+\\.[0-9]+(\\.[0-9]+)?)$", "examples", "auto",
	                 "2.20.2");
}

static json_t *make_text(const struct kg_policy_key *key)
{
	(void)key;
	return json_pack("{s:s, s:s}", "type", "string", "pattern", "\\S");
}

static json_t *make_date(const struct kg_policy_key *key)
{
	(void)key;
	return json_pack("{s:s, s:s, s:[s, s]}", "type", "string", "pattern",
	                 "^[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2}))?$",
	                 "examples", "2027-01-31", "2027-01-31T18:00:00Z");
}

static json_t *make_rule(const struct kg_policy_key *key)
{
	(void)key;
	return ref("ruleId");
}

static json_t *make_action(const struct kg_policy_key *key)
{
	(void)key;
	return ref("action");
}

static json_t *make_name(const struct kg_policy_key *key)
{
	(void)key;
	return ref("name");
}

static json_t *make_kind(const struct kg_policy_key *key)
{
	(void)key;
	return ref("kind");
}

static json_t *make_names(const struct kg_policy_key *key)
{
	(void)key;
	return list_of(ref("name"), false);
}

static json_t *make_kinds(const struct kg_policy_key *key)
{
	(void)key;
	return list_of(ref("kind"), false);
}

static json_t *make_labels(const struct kg_policy_key *key)
{
	(void)key;
	return json_pack("{s:s, s:i, s:{s:s, s:s}}", "type", "object", "minProperties", 1, "additionalProperties", "type", "string",
	                 "pattern", "^[A-Za-z0-9_.*?-]*$");
}

/* A map from every rule to an action, or to the map `of` when there is one. */
static json_t *make_rules(const struct kg_policy_map *of)
{
	json_t *properties = json_object();

	for (unsigned i = 0; i < KG_RULE_COUNT; i++) {
		const struct kg_rule *rule = kg_rule_get((enum kg_rule_id)i);
		json_t *value = of != NULL ? json_pack("[o, o]", ref("action"), ref(of->name)) : json_pack("[o]", ref("action"));

		json_object_set_new(
		        properties, rule->name,
		        json_pack("{s:s++, s:o}", "description", kg_category_name(rule->category), ": ", rule->title, "anyOf", value));
	}
	return json_pack("{s:s, s:o, s:b}", "type", "object", "properties", properties, "additionalProperties", false);
}

static json_t *make_rule_settings(const struct kg_policy_key *key)
{
	return make_rules(key->of);
}

static json_t *make_actions(const struct kg_policy_key *key)
{
	json_t *map = make_rules(NULL);

	(void)key;
	json_object_set_new(map, "minProperties", json_integer(1));
	return map;
}

static json_t *make_list(const struct kg_policy_key *key)
{
	json_t *list = list_of(ref(key->of->name), true);

	json_object_set_new(list, "maxItems", json_integer((json_int_t)key->of->maximum));
	return list;
}

static json_t *(*const makers[KG_POLICY_TYPE_COUNT])(const struct kg_policy_key *key) = {
        [KG_POLICY_CONSTANT] = make_constant, [KG_POLICY_WORD] = make_word,
        [KG_POLICY_BOOLEAN] = make_boolean,   [KG_POLICY_VERSION] = make_version,
        [KG_POLICY_TEXT] = make_text,         [KG_POLICY_DATE] = make_date,
        [KG_POLICY_RULE] = make_rule,         [KG_POLICY_ACTION] = make_action,
        [KG_POLICY_NAME] = make_name,         [KG_POLICY_KIND] = make_kind,
        [KG_POLICY_NAMES] = make_names,       [KG_POLICY_KINDS] = make_kinds,
        [KG_POLICY_LABELS] = make_labels,     [KG_POLICY_ACTIONS] = make_actions,
        [KG_POLICY_LIST] = make_list,         [KG_POLICY_RULE_SETTINGS] = make_rule_settings,
};

/* A key without a value is as if it were not there. The keywords of a $ref's siblings do not count, so what can be null is a choice. */
static json_t *make_value(const struct kg_policy_map *map, const struct kg_policy_key *key)
{
	json_t *value = makers[key->type](key);
	json_t *property = json_pack("{s:s}", "description", key->doc);

	if (map->null_is_absent && !key->required)
		json_object_set_new(property, "anyOf", json_pack("[o, {s:s}]", value, "type", "null"));
	else
		json_object_set_new(property, "allOf", json_pack("[o]", value));
	return property;
}

static json_t *make_any_of(const struct kg_policy_map *map)
{
	json_t *list = json_array();

	for (const char *const *name = map->any_of; *name != NULL; name++)
		json_array_append_new(list, json_pack("{s:[s]}", "required", *name));
	return list;
}

static json_t *make_map(const struct kg_policy_map *map)
{
	json_t *properties = json_object();
	json_t *required = json_array();
	json_t *schema = json_pack("{s:s, s:s, s:o, s:o, s:b}", "type", "object", "description", map->doc, "properties", properties,
	                           "required", required, "additionalProperties", false);

	for (size_t i = 0; i < map->key_count; i++) {
		json_object_set_new(properties, map->keys[i].name, make_value(map, &map->keys[i]));
		if (map->keys[i].required)
			json_array_append_new(required, json_string(map->keys[i].name));
	}
	if (map->any_of != NULL)
		json_object_set_new(schema, "anyOf", make_any_of(map));
	return schema;
}
static json_t *make_rule_ids(void)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < KG_RULE_COUNT; i++)
		json_array_append_new(list, json_string(kg_rule_get((enum kg_rule_id)i)->name));
	return list;
}

static json_t *make_kind_names(void)
{
	json_t *list = json_array();

	for (unsigned kind = 1; kind <= KG_KINDS_ALL; kind <<= 1)
		json_array_append_new(list, json_string(kg_kind_name((enum kg_kind)kind)));
	return list;
}

/* YAML reads a bare off as the boolean false. */
static json_t *make_action_words(void)
{
	json_t *words = make_words(kg_policy_action_words);

	json_array_append_new(words, json_false());
	return words;
}

/* What is referred to: the maps of the format by their names, and words and globs that stand in many places. */
static json_t *make_definitions(void)
{
	json_t *definitions =
	        json_pack("{s:{s:o}, s:{s:o}, s:{s:s, s:s}, s:{s:[{s:o}, {s:s, s:s}]}}", "ruleId", "enum", make_rule_ids(), "action",
	                  "enum", make_action_words(), "name", "type", "string", "pattern", "^[a-z0-9.*?-]+$", "kind", "anyOf", "enum",
	                  make_kind_names(), "type", "string", "pattern", "^[A-Za-z]*[*?][A-Za-z*?]*$");

	for (size_t i = 0; i < kg_policy_format.key_count; i++) {
		const struct kg_policy_map *of = kg_policy_format.keys[i].of;

		if (of != NULL)
			json_object_set_new(definitions, of->name, make_map(of));
	}
	return definitions;
}

json_t *kg_policy_schema(void)
{
	json_t *schema = make_map(&kg_policy_format);

	json_object_set_new(schema, "$schema", json_string("http://json-schema.org/draft-07/schema#"));
	json_object_set_new(schema, "title", json_string("kedagate policy"));
	json_object_set_new(schema, "definitions", make_definitions());
	return schema;
}
