/*
 * A policy file: read, and when it is one, looked over, used to judge objects with many findings, and explained.
 *
 * Targets: policy, and below it model's YAML. The corpus must reach policies that are taken, doubtful and refused, scopes that decide, findings
 * that are excused, and every verdict.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz/target.h"
#include "kedagate/admission/admission.h"
#include "kedagate/base/limits.h"
#include "kedagate/model/json.h"
#include "kedagate/policy/decision.h"
#include "kedagate/policy/lint.h"

enum { ARENA_BYTES = 64 << 20 };

/* 2027-01-15T08:00:00Z */
static const time_t now = 1800000000;

enum { TAKEN, DOUBTED, REFUSED, SCOPED, EXCUSED, ALLOWED, WARNED, DENIED };

static struct fuzz_reach reaches[] = {
        [TAKEN] = {"policy taken", 0},      [DOUBTED] = {"policy doubted", 0},  [REFUSED] = {"policy refused", 0},
        [SCOPED] = {"scope decided", 0},    [EXCUSED] = {"finding excused", 0}, [ALLOWED] = {"object allowed", 0},
        [WARNED] = {"object warned of", 0}, [DENIED] = {"object denied", 0},
};
FUZZ_REACHES(reaches)

/* Among them findings of each default action; namespaces and names as scopes and exemptions might name them. */
static const struct sample {
	const char *kind, *namespace, *head, *spec;
} samples[] = {
        {"ScaledObject", "legacy", "\"name\":\"orders\",\"namespace\":\"legacy\",\"labels\":{\"team\":\"a\"}",
         "\"scaleTargetRef\":{\"name\":\"web\"},\"minReplicaCount\":9,\"maxReplicaCount\":3,\"triggers\":["
         "{\"type\":\"prometheus\",\"metadata\":{\"serverAddress\":\"http://u:p@p:9090\",\"query\":\"up\",\"unsafeSsl\":\"true\"}},"
         "{\"type\":\"postgresql\",\"metadata\":{\"connection\":\"host=a password=b\",\"sslmode\":\"off\",\"x\":\"1\"}}]"},
        {"ScaledJob", "team-a", "\"name\":\"nightly\",\"namespace\":\"team-a\"",
         "\"jobTargetRef\":{\"template\":{\"spec\":{\"containers\":[{\"name\":\"c\"}]}}},\"triggers\":["
         "{\"type\":\"temporal\",\"metadata\":{\"endpoint\":\"x.tmprl.cloud:7233\",\"taskQueue\":\"q\",\"enableTLS\":\"false\"}}]"},
        {"ClusterTriggerAuthentication", "", "\"name\":\"all\"", "\"podIdentity\":{\"provider\":\"azure-workload\"}"},
};

/* A scope may enforce what the rest of the file only warns of. */
static bool may_deny(const struct kg_policy *policy)
{
	for (size_t i = 0; i < policy->scope_count; i++)
		if (policy->scopes[i].mode.place.line > 0 && policy->scopes[i].mode.index == KG_MODE_ENFORCE)
			return true;
	return policy->mode == KG_MODE_ENFORCE;
}

static void check_judgement(const struct kg_policy *policy, const struct kg_judgement *judgement)
{
	if (judgement->verdict > judgement->enforced || (!may_deny(policy) && judgement->denied > 0))
		abort();
	if (judgement->denied + judgement->warned + judgement->audited > judgement->count)
		abort();
	if ((judgement->denied > 0) != (judgement->verdict == KG_VERDICT_DENY))
		abort();
	for (size_t i = 0; i < judgement->count; i++) {
		const struct kg_judged_finding *judged = &judgement->items[i];

		if (judged->excused && (judged->action == KG_ACTION_DENY || judged->exemption == NULL))
			abort();
		reaches[SCOPED].count += judged->scope != NULL;
		reaches[EXCUSED].count += judged->excused;
	}
	reaches[ALLOWED].count += judgement->verdict == KG_VERDICT_ALLOW;
	reaches[WARNED].count += judgement->verdict == KG_VERDICT_WARN;
	reaches[DENIED].count += judgement->verdict == KG_VERDICT_DENY;
}

static void judge(const struct kg_policy *policy, const struct sample *sample)
{
	const struct kg_admission_env env = {.policy = policy, .world = kg_world_blind(), .now = now};
	struct kg_admission_summary summary;
	struct kg_buf body, answer;
	struct kg_arena arena;

	kg_arena_init(&arena, ARENA_BYTES);
	kg_buf_init(&body, KG_MAX_BODY_BYTES);
	kg_buf_init(&answer, KG_MAX_RESPONSE_BYTES);
	kg_buf_printf(&body,
	              "{\"kind\":\"AdmissionReview\",\"apiVersion\":\"admission.k8s.io/v1\",\"request\":{\"uid\":\"u\",\"operation\":"
	              "\"CREATE\",\"kind\":{\"group\":\"keda.sh\",\"version\":\"v1alpha1\",\"kind\":\"%s\"},\"namespace\":\"%s\","
	              "\"object\":{\"apiVersion\":"
	              "\"keda.sh/v1alpha1\",\"kind\":\"%s\",\"metadata\":{%s},\"spec\":{%s}}}}",
	              sample->kind, sample->namespace, sample->kind, sample->head, sample->spec);
	if (kg_admission_review(&env, &body, &arena, &answer, &summary) != 200 || summary.judgement == NULL)
		abort();
	check_judgement(policy, summary.judgement);
	kg_buf_release(&answer);
	kg_buf_release(&body);
	kg_arena_release(&arena);
}

/* The steps end in the action that is decided, and exactly one decides. */
static void explain(const struct kg_policy *policy, struct kg_arena *arena)
{
	const struct kg_object object = {.kind = KG_KIND_SCALED_OBJECT, .metadata = {.name = "orders"}};
	const struct kg_policy_subject subject = {.object = &object, .namespace = "legacy", .now = now};

	for (unsigned rule = 0; rule < KG_RULE_COUNT; rule++) {
		struct kg_decision_steps steps;
		struct kg_decision decision;
		unsigned deciding = 0;

		if (kg_policy_decide(policy, &subject, (enum kg_rule_id)rule, arena, &decision) != 0 ||
		    kg_policy_explain(policy, &subject, (enum kg_rule_id)rule, arena, &steps) != 0)
			abort();
		for (size_t i = 0; i < steps.count; i++)
			deciding += steps.items[i].decides;
		if (deciding != 1 || strcmp(steps.items[steps.count - 1].action,
		                            kg_decision_excuses(&decision) ? "excused" : kg_action_name(decision.action)) != 0)
			abort();
	}
}

static void look_over(const struct kg_policy *policy)
{
	struct kg_policy_remarks remarks;
	struct kg_arena arena;

	kg_arena_init(&arena, ARENA_BYTES);
	if (kg_policy_lint(policy, now, &arena, &remarks) != 0)
		abort();
	reaches[DOUBTED].count += remarks.count > 0;
	explain(policy, &arena);
	kg_arena_release(&arena);
}

static void use(const char *text, size_t length)
{
	struct kg_policy *policy = NULL;
	struct kg_err err = {0};
	int status = kg_policy_new(text, length, NULL, &policy, &err);

	if ((status == 0) != (policy != NULL) || (status != 0 && err.message[0] == '\0') ||
	    (status == KG_EINVAL && (err.line == 0 || err.column == 0)))
		abort();
	reaches[status == 0 ? TAKEN : REFUSED].count++;
	if (status == 0)
		look_over(policy);
	for (size_t i = 0; status == 0 && i < KG_ARRAY_LEN(samples); i++)
		judge(policy, &samples[i]);
	kg_policy_unref(policy);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	/* Of the exact size, so that reading past the end is seen. */
	char *copy = malloc(length > 0 ? length : 1);

	if (copy == NULL)
		return 0;
	if (length > 0)
		memcpy(copy, bytes, length);
	kg_json_setup();
	use(copy, length);
	free(copy);
	return 0;
}
