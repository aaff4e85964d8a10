#include "unit/rules/fixture.h"

#include "kedagate/base/limits.h"
#include "rules/findings.h"

#define HEAD "apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata: {name: orders, namespace: shop}\n"

static void findings_stand_in_document_order(void **state)
{
	static const struct {
		enum kg_rule_id rule;
		const char *path;
	} want[] = {
	        {KG_RULE_REPLICA_BOUNDS, "spec.minReplicaCount"},
	        {KG_RULE_PARAMETER_INVALID, "spec.triggers[0].metadata.sslmode"},
	        {KG_RULE_PARAMETER_UNKNOWN, "spec.triggers[0].metadata.tableName"},
	        {KG_RULE_PARAMETER_MISSING, "spec.triggers[0].metadata"},
	        {KG_RULE_TRIGGER_TYPE_UNKNOWN, "spec.triggers[1].type"},
	        {KG_RULE_FIELD_MALFORMED, "spec.scaleTargetRef.name"},
	        {KG_RULE_PAUSED_NOT_BOOLEAN, "metadata.annotations[autoscaling.keda.sh/paused]"},
	};
	struct fixture *f = *state;

	/* The metadata stands last here, and sslmode before what is missing beside it. */
	judge(f, "apiVersion: keda.sh/v1alpha1\n"
	         "kind: ScaledObject\n"
	         "spec:\n"
	         "  minReplicaCount: 5\n"
	         "  maxReplicaCount: 2\n"
	         "  triggers:\n"
	         "    - type: postgresql\n"
	         "      metadata: {host: h, userName: u, dbName: d, sslmode: tls, tableName: t, query: SELECT 1, targetQueryValue: '5'}\n"
	         "    - type: no-such-type\n"
	         "      metadata: {}\n"
	         "  scaleTargetRef: {}\n"
	         "metadata:\n"
	         "  name: orders\n"
	         "  annotations: {autoscaling.keda.sh/paused: 'no'}\n");
	assert_int_equal(f->findings.count, sizeof(want) / sizeof(want[0]));
	for (size_t i = 0; i < f->findings.count; i++) {
		assert_int_equal(f->findings.items[i].rule, want[i].rule);
		assert_string_equal(f->findings.items[i].path, want[i].path);
	}
}

static void findings_that_say_the_same_are_kept_once(void **state)
{
	struct kg_finding finding = {.rule = KG_RULE_PARAMETER_MISSING, .path = "spec", .type = KG_FIELD_REQUIRED, .detail = "host"};
	struct kg_arena arena;
	struct kg_findings findings = {.arena = &arena};

	(void)state;
	kg_arena_init(&arena, 1 << 20);
	assert_int_equal(kg_findings_add(&findings, &finding), 0);
	assert_int_equal(kg_findings_add(&findings, &finding), 0);
	assert_int_equal(findings.count, 1);
	assert_int_equal(findings.items[0].ceiling, KG_ACTION_DENY);
	finding.detail = "port";
	assert_int_equal(kg_findings_add(&findings, &finding), 0);
	assert_int_equal(findings.count, 2);
	kg_arena_release(&arena);
}

static void a_value_that_may_hold_a_secret_is_not_shown(void **state)
{
	static const struct {
		const char *value;
		const char *shown;
	} rows[] = {
	        {"disable", "disable"},
	        {"http://prometheus:9090/api", "http://prometheus:9090/api"},
	        {"http://u:hunter2@h:1/p", NULL},
	        {"http://hunter2@h:1/p?key=x", "http://h:1/p"},
	        {"https://h/p?X-Any=hunter2", "https://h/p"},
	        {"user:hunter2@x.tmprl.cloud:7233", NULL},
	        {"5432 password=hunter2", NULL},
	        {"Bearer hunter2", NULL},
	        {"Zq7kT2mB9xYp4Lr8", NULL},
	        {"https://h/services/Zq7kT2mB9xYp4Lr8", NULL},
	        {"https://[::1]:9090/p", "https://[::1]:9090/p"},
	        {NULL, NULL},
	};
	struct kg_arena arena;
	struct kg_findings findings = {.arena = &arena};

	(void)state;
	kg_arena_init(&arena, 1 << 20);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *path = kg_arena_printf(&arena, "spec.row[%zu]", i);
		struct kg_finding finding = {.rule = KG_RULE_PARAMETER_INVALID,
		                             .path = path,
		                             .type = KG_FIELD_INVALID,
		                             .value = rows[i].value,
		                             .detail = "text"};

		assert_int_equal(kg_findings_add(&findings, &finding), 0);
		if (rows[i].shown)
			assert_string_equal(findings.items[i].value, rows[i].shown);
		else
			assert_null(findings.items[i].value);
	}
	kg_arena_release(&arena);
}

static void a_path_is_shown_up_to_a_key_that_may_hold_a_secret(void **state)
{
	static const struct {
		const char *path;
		const char *shown;
	} rows[] = {
	        {"spec.triggers[0].metadata.password", "spec.triggers[0].metadata.password"},
	        {"spec.triggers[0].metadata[queue name]", "spec.triggers[0].metadata[queue name]"},
	        {"spec.triggers[0].metadata.GoogleApplicationCredentials", "spec.triggers[0].metadata.GoogleApplicationCredentials"},
	        {"metadata.annotations[autoscaling.keda.sh/paused]", "metadata.annotations[autoscaling.keda.sh/paused]"},
	        {"spec.triggers[0].metadata[amqp://u:hunter2@h]", "spec.triggers[0].metadata"},
	        {"spec.triggers[0].metadata[password:hunter2]", "spec.triggers[0].metadata"},
	        {"spec.triggers[0].metadata.Zq7kT2mB9xYp4Lr8", "spec.triggers[0].metadata"},
	        {"metadata.labels[Zq7kT2mB9xYp4Lr8]", "metadata.labels"},
	};
	struct kg_arena arena;
	struct kg_findings findings = {.arena = &arena};

	(void)state;
	kg_arena_init(&arena, 1 << 20);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(kg_findings_add(&findings, &(struct kg_finding){.path = rows[i].path, .detail = "wrong"}), 0);
		assert_string_equal(findings.items[i].path, rows[i].path);
		assert_string_equal(kg_finding_place(&findings.items[i]), rows[i].shown);
	}
	kg_arena_release(&arena);
}

static void a_path_or_detail_that_found_no_memory_is_an_error(void **state)
{
	struct kg_arena arena;
	struct kg_findings findings = {.arena = &arena};

	(void)state;
	kg_arena_init(&arena, 1 << 20);
	assert_int_equal(kg_findings_add(&findings, &(struct kg_finding){.path = "spec"}), KG_ENOMEM);
	assert_int_equal(kg_findings_add(&findings, &(struct kg_finding){.detail = "x"}), KG_ENOMEM);
	assert_int_equal(findings.count, 0);
	kg_arena_release(&arena);
}

static void over_the_limit_they_are_only_counted(void **state)
{
	struct fixture *f = *state;
	size_t size = 64u * (KG_MAX_FINDINGS + 50u);
	char *yaml = malloc(size);
	size_t length;

	assert_non_null(yaml);
	length = (size_t)snprintf(yaml, size, "%sspec:\n  scaleTargetRef: {name: app}\n  triggers:\n", HEAD);
	for (int i = 0; i < KG_MAX_FINDINGS + 5; i++)
		length += (size_t)snprintf(yaml + length, size - length, "    - {type: no-such-type-%d, metadata: {}}\n", i);
	judge(f, yaml);
	free(yaml);
	assert_int_equal(f->findings.count, KG_MAX_FINDINGS);
	assert_int_equal(f->findings.dropped, 5);
}

static void a_sound_object_has_none(void **state)
{
	struct fixture *f = *state;

	judge(f, HEAD "spec:\n  scaleTargetRef: {name: app}\n  triggers: [{type: external, metadata: {scalerAddress: 'scaler:6000'}}]\n");
	assert_int_equal(f->findings.count, 0);
	assert_int_equal(f->findings.dropped, 0);
}

static void running_out_of_memory_is_an_error_at_every_step(void **state)
{
	static const char yaml[] = HEAD "spec:\n"
	                                "  scaleTargetRef: {name: app}\n"
	                                "  triggers:\n"
	                                "    - type: postgresql\n"
	                                "      metadata: {sslmode: tls, tableName: t, hostFromEnv: X, password: hunter2}\n"
	                                "    - type: azure-servicebus\n"
	                                "      metadata: {queueName: a, topicName: b, queueLength: '5'}\n";
	struct fixture *f = *state;
	struct kg_rules_context context;
	bool done = false;

	judge(f, yaml);
	context = (struct kg_rules_context){
	        .object = &f->object,
	        .namespace = "shop",
	        .world = kg_file_world_as_world(f->world.files),
	        .keda_version = f->keda_version,
	        .keda_version_known = false,
	};
	for (size_t cap = 512; !done; cap += 512) {
		struct kg_findings findings;
		struct kg_arena arena;
		int status;

		kg_arena_init(&arena, cap);
		status = kg_rules_run(&context, &arena, &findings);
		done = status == 0;
		assert_true(done || status == KG_ENOMEM);
		kg_arena_release(&arena);
		assert_true(cap < (1u << 20));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(findings_stand_in_document_order, setup, teardown),
	        cmocka_unit_test(findings_that_say_the_same_are_kept_once),
	        cmocka_unit_test(a_value_that_may_hold_a_secret_is_not_shown),
	        cmocka_unit_test(a_path_is_shown_up_to_a_key_that_may_hold_a_secret),
	        cmocka_unit_test(a_path_or_detail_that_found_no_memory_is_an_error),
	        cmocka_unit_test_setup_teardown(over_the_limit_they_are_only_counted, setup, teardown),
	        cmocka_unit_test_setup_teardown(a_sound_object_has_none, setup, teardown),
	        cmocka_unit_test_setup_teardown(running_out_of_memory_is_an_error_at_every_step, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
