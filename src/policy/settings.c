#include "policy/settings.h"

#include <cjson/cJSON.h>
#include <string.h>

#include "kedagate/base/buf.h"
#include "kedagate/base/nearest.h"
#include "kedagate/model/json.h"
#include "kedagate/syntax/version.h"
#include "policy/reader.h"

void kg_policy_settings_init(struct kg_policy_settings *settings)
{
	*settings = (struct kg_policy_settings){
	        .keda_version = {KG_KEDA_VERSION_DEFAULT, KG_VERSION_NEWEST},
	        .profile = {.index = KG_PROFILE_BASELINE},
	        .mode = {.index = KG_MODE_ENFORCE},
	        .ratchet = true,
	};
}

int kg_keda_version_read(const char *text, struct kg_keda_version *ret_version, struct kg_err *err)
{
	uint32_t number = 0;
	int status = 0;

	if (strcmp(text, "auto") == 0) {
		*ret_version = (struct kg_keda_version){KG_KEDA_VERSION_AUTO, KG_VERSION_NEWEST};
		return 0;
	}
	status = kg_version_parse(text, &number, err);
	if (status == 0)
		*ret_version = (struct kg_keda_version){KG_KEDA_VERSION_GIVEN, number};
	return status;
}

int kg_policy_word(const char *const *words, const char *word, int *ret_index, struct kg_err *err)
{
	struct kg_buf allowed KG_CLEANUP(kg_buf_release);
	struct kg_nearest nearest;

	kg_buf_init(&allowed, KG_ERR_MESSAGE_MAX);
	kg_nearest_init(&nearest, word);
	for (int i = 0; words[i]; i++) {
		if (strcmp(words[i], word) == 0) {
			*ret_index = i;
			return 0;
		}
		kg_nearest_try(&nearest, words[i]);
		kg_buf_printf(&allowed, "%s%s", i > 0 ? ", " : "", words[i]);
	}
	if (kg_buf_status(&allowed) == KG_ENOMEM)
		return kg_err_set(err, KG_ENOMEM, "out of memory");
	if (nearest.best)
		return kg_err_set(err, KG_EINVAL, "\"%s\" is not allowed, did you mean \"%s\"? must be one of %s", word, nearest.best,
		                  kg_buf_text(&allowed));
	return kg_err_set(err, KG_EINVAL, "\"%s\" is not allowed; must be one of %s", word, kg_buf_text(&allowed));
}

/* No exemption may name a rule that is locked. `list` is the document's. */
static int check_exemptions(struct kg_policy_reader *reader, const cJSON *list, const struct kg_policy_rules *rules)
{
	const cJSON *item = NULL;
	size_t index = 0;
	int code = 0;

	kg_policy_enter(reader, "exemptions", 0);
	cJSON_ArrayForEach(item, list)
	{
		const cJSON *name = kg_json_get(item, "rule");
		const struct kg_rule *rule = kg_rule_find(name->valuestring);

		kg_policy_enter(reader, NULL, index++);
		kg_policy_enter(reader, "rule", 0);
		if (rules->locked[rule->id])
			code = kg_policy_at(reader, name,
			                    kg_err_set(reader->err, KG_EINVAL,
			                               "%s is locked by exemptible: false in line %u; no exemption may name it", rule->name,
			                               rules->places[rule->id].line));
		kg_policy_leave(reader);
		kg_policy_leave(reader);
		if (code)
			break;
	}
	kg_policy_leave(reader);
	return code;
}

/* One scope's `rules`. */
static int check_scope_rules(struct kg_policy_reader *reader, const cJSON *map, const struct kg_policy_rules *rules,
                             const struct kg_policy_rules *of_scope)
{
	const cJSON *item = NULL;
	int code = 0;

	cJSON_ArrayForEach(item, map)
	{
		const struct kg_rule *rule = kg_rule_find(item->string);

		if (!rules->locked[rule->id] || of_scope->actions[rule->id] >= rules->actions[rule->id])
			continue;
		kg_policy_enter(reader, item->string, 0);
		code = kg_policy_at(reader, item,
		                    kg_err_set(reader->err, KG_EINVAL,
		                               "locked by exemptible: false in line %u; no scope may lower it below %s",
		                               rules->places[rule->id].line, kg_action_name(rules->actions[rule->id])));
		kg_policy_leave(reader);
		break;
	}
	return code;
}

/* No scope may lower a rule that is locked. */
static int check_scopes(struct kg_policy_reader *reader, const cJSON *list, const struct kg_policy_settings *settings)
{
	const struct kg_scope *scopes = settings->scopes.items;
	const cJSON *item = NULL;
	size_t index = 0;
	int code = 0;

	kg_policy_enter(reader, "scopes", 0);
	cJSON_ArrayForEach(item, list)
	{
		kg_policy_enter(reader, NULL, index);
		kg_policy_enter(reader, "rules", 0);
		code = check_scope_rules(reader, kg_json_get(item, "rules"), &settings->rules, &scopes[index++].rules);
		kg_policy_leave(reader);
		kg_policy_leave(reader);
		if (code)
			break;
	}
	kg_policy_leave(reader);
	return code;
}

int kg_policy_settings_read(const struct kg_policy_source *source, struct kg_policy_settings *settings, struct kg_err *err)
{
	const cJSON *tree = source->manifest->tree;
	struct kg_policy_reader reader = {.source = source, .err = err};
	int code = kg_policy_read_map(&reader, &kg_policy_format, tree, settings);

	if (settings->trusted_hosts.globs.count > 0)
		settings->trusted_hosts.place = kg_policy_position(&reader, kg_json_get(tree, "trustedHosts"));
	if (code == 0)
		code = check_exemptions(&reader, kg_json_get(tree, "exemptions"), &settings->rules);
	if (code == 0)
		code = check_scopes(&reader, kg_json_get(tree, "scopes"), settings);
	return code;
}
