/*
 * A policy file: read, and when it is one, used to judge objects with many findings.
 *
 * Targets: policy, and below it model's YAML. The corpus must reach policies that are taken and refused, and every verdict.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz/target.h"
#include "kedagate/admission/admission.h"
#include "kedagate/base/limits.h"
#include "kedagate/model/json.h"

enum { ARENA_BYTES = 64 << 20 };

/* 2027-01-15T08:00:00Z */
static const time_t now = 1800000000;

enum { TAKEN, REFUSED, ALLOWED, WARNED, DENIED };

static struct fuzz_reach reaches[] = {
        [TAKEN] = {"policy taken", 0},      [REFUSED] = {"policy refused", 0}, [ALLOWED] = {"object allowed", 0},
        [WARNED] = {"object warned of", 0}, [DENIED] = {"object denied", 0},
};
FUZZ_REACHES(reaches)

/* Among them findings of each default action; namespaces and names as scopes and exemptions might name them. */
static const struct sample {
	const char *kind, *head, *spec;
} samples[] = {
        {"ScaledObject", "\"name\":\"orders\",\"namespace\":\"legacy\",\"labels\":{\"team\":\"a\"}",
         "\"scaleTargetRef\":{\"name\":\"web\"},\"minReplicaCount\":9,\"maxReplicaCount\":3,\"triggers\":["
         "{\"type\":\"prometheus\",\"metadata\":{\"serverAddress\":\"http://u:p@p:9090\",\"query\":\"up\",\"unsafeSsl\":\"true\"}},"
         "{\"type\":\"postgresql\",\"metadata\":{\"connection\":\"host=a password=b\",\"sslmode\":\"off\",\"x\":\"1\"}}]"},
        {"ScaledJob", "\"name\":\"nightly\",\"namespace\":\"team-a\"",
         "\"jobTargetRef\":{\"template\":{\"spec\":{\"containers\":[{\"name\":\"c\"}]}}},\"triggers\":["
         "{\"type\":\"temporal\",\"metadata\":{\"endpoint\":\"x.tmprl.cloud:7233\",\"taskQueue\":\"q\",\"enableTLS\":\"false\"}}]"},
        {"ClusterTriggerAuthentication", "\"name\":\"all\"", "\"podIdentity\":{\"provider\":\"azure-workload\"}"},
};

static void check_judgement(const struct kg_policy *policy, const struct kg_judgement *judgement)
{
	if (judgement->verdict > judgement->enforced || (policy->mode != KG_MODE_ENFORCE && judgement->denied > 0))
		abort();
	if (judgement->denied + judgement->warned + judgement->audited > judgement->count)
		abort();
	if ((judgement->denied > 0) != (judgement->verdict == KG_VERDICT_DENY))
		abort();
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
	              "\"CREATE\",\"kind\":{\"group\":\"keda.sh\",\"version\":\"v1alpha1\",\"kind\":\"%s\"},\"object\":{\"apiVersion\":"
	              "\"keda.sh/v1alpha1\",\"kind\":\"%s\",\"metadata\":{%s},\"spec\":{%s}}}}",
	              sample->kind, sample->kind, sample->head, sample->spec);
	if (kg_admission_review(&env, &body, &arena, &answer, &summary) != 200 || summary.judgement == NULL)
		abort();
	check_judgement(policy, summary.judgement);
	kg_buf_release(&answer);
	kg_buf_release(&body);
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
