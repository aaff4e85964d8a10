/*
 * The case folders through the library: for each, judge every object of object.yaml and compare with want.json. Besides, every rule must have a case in which
 * it fires, one in which it does not, and an explanation.
 *
 *	run-cases tests/cases
 */
#include <cjson/cJSON.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kedagate/base/buf.h"
#include "kedagate/base/file.h"
#include "kedagate/policy/policy.h"
#include "support/world.h"

enum { FILE_MAX = 1 << 20, REPORT_MAX = 1 << 20, NAME_MAX_BYTES = 512 };

struct coverage {
	bool fires, stays_silent;
};

struct runner {
	unsigned passed, failed;
	struct coverage rules[KG_RULE_COUNT];
};

/* One case while it runs. */
struct test_case {
	const char *path;
	const struct kg_rule *rule; /* whose folder it is in */
	bool fired;
	cJSON *want;
	struct kg_buf objects;
};

static const char *text_of(const cJSON *object, const char *name)
{
	const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));

	return text != NULL ? text : "";
}

static void fail(struct runner *runner, const char *what, const char *why)
{
	printf("%s: %s\n", what, why);
	runner->failed++;
}

/* ---- what is wanted, and what is found, in the same words ---- */

static void write_object(struct kg_buf *out, const char *kind, const char *namespace, const char *name, const char *verdict)
{
	kg_buf_printf(out, "  %s %s/%s: %s\n", kind, namespace, name, verdict);
}

static void write_finding(struct kg_buf *out, const char *rule, const char *path, const char *action)
{
	kg_buf_printf(out, "    %s %s %s\n", action, rule, path);
}

static void write_wanted(const cJSON *want, struct kg_buf *out)
{
	const cJSON *object, *finding;

	cJSON_ArrayForEach(object, cJSON_GetObjectItemCaseSensitive(want, "objects"))
	{
		write_object(out, text_of(object, "kind"), text_of(object, "namespace"), text_of(object, "name"),
		             text_of(object, "verdict"));
		cJSON_ArrayForEach(finding, cJSON_GetObjectItemCaseSensitive(object, "findings"))
		        write_finding(out, text_of(finding, "rule"), text_of(finding, "path"), text_of(finding, "action"));
	}
}

static bool is_listed(const cJSON *want, const struct kg_object *object)
{
	const cJSON *listed;

	cJSON_ArrayForEach(listed, cJSON_GetObjectItemCaseSensitive(want, "objects"))
	{
		if (strcmp(text_of(listed, "kind"), kg_kind_name(object->kind)) == 0 &&
		    strcmp(text_of(listed, "namespace"), test_world_namespace(object)) == 0 && object->metadata.name != NULL &&
		    strcmp(text_of(listed, "name"), object->metadata.name) == 0)
			return true;
	}
	return false;
}

static void write_found(struct test_case *test_case, const struct kg_object *object, const struct kg_judgement *judgement,
                        struct kg_buf *out)
{
	for (size_t i = 0; i < judgement->count; i++)
		test_case->fired = test_case->fired || kg_rule_get(judgement->items[i].finding->rule) == test_case->rule;
	if (judgement->count == 0 && !is_listed(test_case->want, object))
		return;
	write_object(out, kg_kind_name(object->kind), test_world_namespace(object),
	             object->metadata.name != NULL ? object->metadata.name : "", kg_verdict_name(judgement->verdict));
	for (size_t i = 0; i < judgement->count; i++) {
		const struct kg_judged_finding *judged = &judgement->items[i];

		write_finding(out, kg_rule_get(judged->finding->rule)->name, judged->finding->path, kg_action_name(judged->action));
	}
}

static int judge_all(struct test_case *test_case, struct test_world *world, const struct kg_policy *policy, struct kg_buf *out)
{
	for (size_t i = 0; i < world->manifests.count; i++) {
		struct kg_policy_subject subject;
		struct kg_judgement judgement;
		struct kg_object object;
		int status = 0;

		if (!test_world_object(world, i, &object, &status))
			continue;
		subject = (struct kg_policy_subject){.object = &object, .namespace = test_world_namespace(&object)};
		if (status == 0)
			status = kg_policy_review(policy, &subject, kg_file_world_as_world(world->files), &world->arena, &judgement);
		if (status != 0)
			return status;
		write_found(test_case, &object, &judgement, out);
	}
	return 0;
}

/* ---- one case ---- */

static int find(struct test_case *test_case, bool read_secrets, struct kg_buf *out, struct kg_err *err)
{
	const char *version = text_of(test_case->want, "kedaVersion");
	const char *profile = text_of(test_case->want, "profile");
	const char *mode = text_of(test_case->want, "mode");
	const struct kg_policy_overrides overrides = {
	        .keda_version = *version != '\0' ? version : "2.20.2",
	        .profile = *profile != '\0' ? profile : NULL,
	        .mode = *mode != '\0' ? mode : NULL,
	};
	struct kg_policy *policy = NULL;
	struct test_world world;
	int status = test_world_init(&world, kg_buf_text(&test_case->objects), read_secrets, err);

	if (status == 0 && cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(test_case->want, "wholeCluster")))
		kg_file_world_close(world.files);
	if (status == 0)
		status = kg_policy_new(NULL, 0, &overrides, &policy, err);
	if (status == 0) {
		status = judge_all(test_case, &world, policy, out);
		kg_policy_unref(policy);
	}
	test_world_release(&world);
	return status;
}

static bool compare(struct test_case *test_case, bool read_secrets)
{
	struct kg_buf wanted KG_CLEANUP(kg_buf_release);
	struct kg_buf found KG_CLEANUP(kg_buf_release);
	struct kg_err err = {0};

	kg_buf_init(&wanted, REPORT_MAX);
	kg_buf_init(&found, REPORT_MAX);
	write_wanted(test_case->want, &wanted);
	if (find(test_case, read_secrets, &found, &err) != 0) {
		printf("%s: %u:%u: %s\n", test_case->path, err.line, err.column, err.message);
		return false;
	}
	if (strcmp(kg_buf_text(&wanted), kg_buf_text(&found)) == 0)
		return true;
	printf("%s%s\n wanted\n%s found\n%s", test_case->path, read_secrets ? "" : " (without secrets)", kg_buf_text(&wanted),
	       kg_buf_text(&found));
	return false;
}

static bool read_case_file(const char *folder, const char *name, struct kg_buf *out)
{
	char path[NAME_MAX_BYTES];
	struct kg_err err = {0};

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	if (kg_file_read(path, out, &err) == 0)
		return true;
	printf("%s\n", err.message);
	return false;
}

/* With and without Secrets, unless the case needs them. */
static bool run_open_case(struct test_case *test_case)
{
	bool needs_secrets = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(test_case->want, "secrets"));

	return compare(test_case, true) && (needs_secrets || compare(test_case, false));
}

static void run_case(struct runner *runner, const struct kg_rule *rule, const char *path)
{
	struct test_case test_case = {.path = path, .rule = rule};
	struct kg_buf want KG_CLEANUP(kg_buf_release);
	bool good = false;

	kg_buf_init(&want, FILE_MAX);
	kg_buf_init(&test_case.objects, FILE_MAX);
	if (read_case_file(path, "want.json", &want) && read_case_file(path, "object.yaml", &test_case.objects)) {
		test_case.want = cJSON_Parse(kg_buf_text(&want));
		if (test_case.want == NULL)
			printf("%s/want.json: no JSON\n", path);
		else
			good = run_open_case(&test_case);
		cJSON_Delete(test_case.want);
	}
	kg_buf_release(&test_case.objects);
	runner->passed += good ? 1 : 0;
	runner->failed += good ? 0 : 1;
	if (test_case.fired)
		runner->rules[rule->id].fires = true;
	else
		runner->rules[rule->id].stays_silent = true;
}

/* ---- all of them ---- */

static int is_folder(const struct dirent *entry)
{
	return entry->d_type == DT_DIR && entry->d_name[0] != '.' && entry->d_name[0] != '_';
}

static void run_rule(struct runner *runner, const char *root, const char *name)
{
	const struct kg_rule *rule = kg_rule_find(name);
	char folder[NAME_MAX_BYTES], path[NAME_MAX_BYTES];
	struct dirent **cases = NULL;
	int count;

	(void)snprintf(folder, sizeof(folder), "%s/%s", root, name);
	if (rule == NULL) {
		fail(runner, folder, "there is no such rule");
		return;
	}
	count = scandir(folder, &cases, is_folder, alphasort);
	for (int i = 0; i < count; i++) {
		(void)snprintf(path, sizeof(path), "%.255s/%.255s", folder, cases[i]->d_name);
		run_case(runner, rule, path);
		free(cases[i]);
	}
	free(cases);
}

static void check_coverage(struct runner *runner)
{
	for (unsigned i = 0; i < KG_RULE_COUNT; i++) {
		const char *name = kg_rule_get((enum kg_rule_id)i)->name;
		const char *lack = NULL;

		if (!runner->rules[i].fires)
			lack = "has no case in which it fires";
		else if (!runner->rules[i].stays_silent)
			lack = "has no case in which it stays silent";
		else if (*kg_rule_explanation((enum kg_rule_id)i) == '\0')
			lack = "has no explanation";
		if (lack != NULL)
			fail(runner, name, lack);
		else
			runner->passed++;
	}
}

int main(int argc, char **argv)
{
	const char *root = argc > 1 ? argv[1] : "tests/cases";
	struct runner runner = {0};
	struct dirent **rules = NULL;
	int count = scandir(root, &rules, is_folder, alphasort);

	for (int i = 0; i < count; i++) {
		run_rule(&runner, root, rules[i]->d_name);
		free(rules[i]);
	}
	free(rules);
	check_coverage(&runner);
	printf("cases: %u passed, %u failed\n", runner.passed, runner.failed);
	return runner.failed == 0 ? 0 : 1;
}
