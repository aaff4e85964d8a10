/*
 * The first version with which a finding comes, or goes: one row a boundary, the last version before it and the first version behind it.
 */
#include "unit/rules/fixture.h"

#define OBJECT "apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata: {name: orders}\nspec:\n  scaleTargetRef: {name: app}\n"
#define JOB                                                                                                                                \
	"apiVersion: keda.sh/v1alpha1\nkind: ScaledJob\nmetadata: {name: orders}\nspec:\n"                                                 \
	"  jobTargetRef: {template: {spec: {containers: [{name: main}]}}}\n"
#define ANNOTATED(kind_, annotations_)                                                                                                     \
	"apiVersion: keda.sh/v1alpha1\nkind: " kind_ "\nmetadata: {name: orders, annotations: {" annotations_ "}}\n"                       \
	"spec: {scaleTargetRef: {name: app}, jobTargetRef: {template: {}}, triggers: [{type: kafka, metadata: {}}]}\n"
#define TRIGGER(trigger_) "  triggers: [" trigger_ "]\n"
#define KAFKA             "{type: kafka, metadata: {}}"
#define CRON              "{type: cron, metadata: {}, useCachedMetrics: true}"
#define CPU               "{type: cpu, metricType: Utilization, metadata: {value: '60'}}"
#define FALLBACK          "  fallback: {failureThreshold: 3, replicas: 5}\n"
#define AUTHENTICATION    "apiVersion: keda.sh/v1alpha1\nkind: TriggerAuthentication\nmetadata: {name: auth}\nspec:\n"
#define TEMPORAL          "{type: temporal, metadata: {endpoint: e, taskQueue: t, "
#define PROMETHEUS        "{type: prometheus, metadata: {serverAddress: 'https://p', query: up, threshold: '1', "
#define V(minor_, patch_) KG_VERSION(2, minor_, patch_)

enum { NONE = KG_ACTION_OFF, WARN = KG_ACTION_WARN, DENY = KG_ACTION_DENY };

struct boundary {
	const char *yaml;
	enum kg_rule_id rule;
	uint32_t before;
	int before_ceiling; /* NONE: no such finding */
	uint32_t after;
	int after_ceiling;
};

static int ceiling_in(struct fixture *f, const struct boundary *boundary, uint32_t version)
{
	const struct kg_finding *finding;

	f->keda_version = version;
	judge(f, boundary->yaml);
	finding = finding_of(f, boundary->rule);
	return finding != NULL ? (int)finding->ceiling : NONE;
}

static void assert_boundaries(struct fixture *f, const struct boundary *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int before = ceiling_in(f, &rows[i], rows[i].before);
		int after = ceiling_in(f, &rows[i], rows[i].after);

		if (before != rows[i].before_ceiling || after != rows[i].after_ceiling)
			fail_msg("row %zu, %s: %d, then %d", i, kg_rule_get(rows[i].rule)->name, before, after);
	}
}

#define ASSERT_BOUNDARIES(state_, rows_) assert_boundaries(*(state_), (rows_), sizeof(rows_) / sizeof((rows_)[0]))

static void settings_of_authentications(void **state)
{
	static const struct boundary rows[] = {
	        {AUTHENTICATION "  podIdentity: {provider: azure-workload, identityTenantId: ''}\n", KG_RULE_AUTHENTICATION_INVALID,
	         V(13, 1), NONE, V(14, 0), DENY},
	        {AUTHENTICATION "  podIdentity: {provider: aws, roleArn: r, identityOwner: workload}\n", KG_RULE_AUTHENTICATION_INVALID,
	         V(12, 1), NONE, V(13, 0), DENY},
	        {AUTHENTICATION "  podIdentity: {provider: aws, externalID: x}\n", KG_RULE_AUTHENTICATION_INVALID, V(19, 0), NONE, V(20, 0),
	         DENY},
	        {AUTHENTICATION "  filePath: shop.json\n", KG_RULE_AUTHENTICATION_INVALID, V(18, 3), NONE, V(19, 0), DENY},
	        {AUTHENTICATION "  oauth2: {clientId: c, tokenUrl: 'https://'}\n", KG_RULE_AUTHENTICATION_INVALID, V(19, 0), NONE, V(20, 0),
	         DENY},
	        {AUTHENTICATION "  podIdentity: {provider: aws-kiam}\n", KG_RULE_PROVIDER_REMOVED, V(14, 1), NONE, V(15, 0), DENY},
	};

	ASSERT_BOUNDARIES(state, rows);
}

static void what_an_older_keda_drops_from_authentications(void **state)
{
	static const struct boundary rows[] = {
	        {AUTHENTICATION "  configMapTargetRef: [{parameter: p, name: n, key: k}]\n", KG_RULE_KEDA_TOO_OLD, V(12, 1), DENY, V(13, 0),
	         NONE},
	        {AUTHENTICATION "  gcpSecretManager: {secrets: [{parameter: p, id: i}]}\n", KG_RULE_KEDA_TOO_OLD, V(12, 1), DENY, V(13, 0),
	         NONE},
	        {AUTHENTICATION "  awsSecretManager: {secrets: [{parameter: p, name: n}]}\n", KG_RULE_KEDA_TOO_OLD, V(12, 1), DENY,
	         V(13, 0), NONE},
	        {AUTHENTICATION "  boundServiceAccountToken: [{parameter: p, serviceAccountName: s}]\n", KG_RULE_KEDA_TOO_OLD, V(16, 1),
	         DENY, V(17, 0), NONE},
	        {AUTHENTICATION "  oauth2: {clientId: c, tokenUrl: 'https://h'}\n", KG_RULE_KEDA_TOO_OLD, V(19, 0), DENY, V(20, 0), NONE},
	        {AUTHENTICATION "  podIdentity: {provider: aws}\n", KG_RULE_KEDA_TOO_OLD, V(12, 1), DENY, V(13, 0), NONE},
	        {AUTHENTICATION "  podIdentity: {provider: aws-eks, roleArn: r}\n", KG_RULE_KEDA_TOO_OLD, V(12, 1), DENY, V(13, 0), NONE},
	        {AUTHENTICATION "  podIdentity: {provider: gcp, identityTenantId: t}\n", KG_RULE_KEDA_TOO_OLD, V(13, 1), DENY, V(14, 0),
	         NONE},
	        {AUTHENTICATION "  podIdentity: {provider: gcp, externalID: x}\n", KG_RULE_KEDA_TOO_OLD, V(19, 0), DENY, V(20, 0), NONE},
	        {AUTHENTICATION "  filePath: shop.json\n", KG_RULE_KEDA_TOO_OLD, V(18, 3), DENY, V(19, 0), NONE},
	};

	ASSERT_BOUNDARIES(state, rows);
}

static void annotations(void **state)
{
	static const struct boundary rows[] = {
	        {ANNOTATED("ScaledObject", "autoscaling.keda.sh/paused: 'no'"), KG_RULE_PAUSED_NOT_BOOLEAN, V(11, 2), NONE, V(12, 0), DENY},
	        {ANNOTATED("ScaledObject", "autoscaling.keda.sh/paused: 'true'"), KG_RULE_PAUSED_NOT_BOOLEAN, V(12, 1), NONE, V(13, 0),
	         NONE},
	        {ANNOTATED("ScaledObject", "autoscaling.keda.sh/paused: 'false'"), KG_RULE_PAUSED_NOT_BOOLEAN, V(12, 1), DENY, V(13, 0),
	         NONE},
	        {ANNOTATED("ScaledJob", "autoscaling.keda.sh/paused: 'false'"), KG_RULE_PAUSED_NOT_BOOLEAN, V(10, 1), NONE, V(11, 0), DENY},
	        {ANNOTATED("ScaledJob", "autoscaling.keda.sh/paused: 'false'"), KG_RULE_PAUSED_NOT_BOOLEAN, V(12, 1), DENY, V(13, 0), NONE},
	        {ANNOTATED("ScaledObject", "autoscaling.keda.sh/paused-scale-in: 'off'"), KG_RULE_PAUSED_NOT_BOOLEAN, V(17, 3), NONE,
	         V(18, 0), DENY},
	        {ANNOTATED("ScaledObject", "autoscaling.keda.sh/paused-scale-out: fasle"), KG_RULE_PAUSED_NOT_BOOLEAN, V(17, 3), NONE,
	         V(18, 0), DENY},
	        {ANNOTATED("ScaledObject", "autoscaling.keda.sh/force-activation: 'no'"), KG_RULE_PAUSED_NOT_BOOLEAN, V(17, 3), NONE,
	         V(18, 0), DENY},
	        {ANNOTATED("ScaledJob", "autoscaling.keda.sh/force-activation: 'no'"), KG_RULE_PAUSED_NOT_BOOLEAN, V(17, 3), NONE, V(18, 0),
	         NONE},
	        /* Beside paused-replicas the other annotations count all the same. */
	        {ANNOTATED("ScaledObject", "autoscaling.keda.sh/paused-replicas: '1', autoscaling.keda.sh/force-activation: 'no'"),
	         KG_RULE_PAUSED_NOT_BOOLEAN, V(17, 3), NONE, V(18, 0), DENY},
	        {ANNOTATED("ScaledJob", "autoscaling.keda.sh/paused-replicas: '1', autoscaling.keda.sh/paused: 'no'"),
	         KG_RULE_PAUSED_NOT_BOOLEAN, V(10, 1), NONE, V(20, 0), DENY},
	        {ANNOTATED("ScaledObject", "autoscaling.keda.sh/paused-replicas: '2147483647'"), KG_RULE_PAUSED_REPLICAS_INVALID, V(10, 0),
	         NONE, V(20, 0), NONE},
	        {ANNOTATED("ScaledObject", "autoscaling.keda.sh/paused-replicas: '2147483648'"), KG_RULE_PAUSED_REPLICAS_INVALID, V(10, 0),
	         DENY, V(20, 0), DENY},
	        {ANNOTATED("ScaledObject", "autoscaling.keda.sh/paused-replicas: '-2147483648'"), KG_RULE_PAUSED_REPLICAS_INVALID, V(10, 0),
	         WARN, V(20, 0), WARN},
	        {ANNOTATED("ScaledObject", "autoscaling.keda.sh/paused-replicas: '-2147483649'"), KG_RULE_PAUSED_REPLICAS_INVALID, V(10, 0),
	         DENY, V(20, 0), DENY},
	};

	ASSERT_BOUNDARIES(state, rows);
}

static void fallbacks(void **state)
{
	static const char with_formula[] =
	        OBJECT "  advanced: {scalingModifiers: {formula: a, target: '1', metricType: Value}}\n" FALLBACK TRIGGER(
	                "{type: kafka, name: a, metadata: {}}");
	static const char with_average[] = OBJECT "  advanced: {scalingModifiers: {formula: a, target: '1'}}\n" FALLBACK TRIGGER(CPU);
	static const struct boundary rows[] = {
	        {OBJECT FALLBACK TRIGGER(CPU), KG_RULE_FALLBACK_INVALID, V(16, 1), WARN, V(17, 0), DENY},
	        {OBJECT FALLBACK TRIGGER(CPU), KG_RULE_FALLBACK_INVALID, V(17, 3), DENY, V(18, 0), DENY},
	        {OBJECT FALLBACK TRIGGER(KAFKA), KG_RULE_FALLBACK_INVALID, V(16, 1), NONE, V(17, 0), DENY},
	        {OBJECT FALLBACK TRIGGER(KAFKA), KG_RULE_FALLBACK_INVALID, V(17, 0), DENY, V(17, 1), NONE},
	        {OBJECT FALLBACK TRIGGER("{type: kafka, metricType: AverageValue, metadata: {}}"), KG_RULE_FALLBACK_INVALID, V(16, 1), NONE,
	         V(17, 0), NONE},
	        {OBJECT FALLBACK TRIGGER("{type: kafka, metricType: Value, metadata: {}}"), KG_RULE_FALLBACK_INVALID, V(17, 3), DENY,
	         V(18, 0), NONE},
	        {with_formula, KG_RULE_FALLBACK_INVALID, V(16, 1), NONE, V(17, 0), DENY},
	        {with_formula, KG_RULE_FALLBACK_INVALID, V(17, 3), DENY, V(18, 0), NONE},
	        {with_average, KG_RULE_FALLBACK_INVALID, V(17, 0), NONE, V(18, 0), NONE},
	        {OBJECT "  fallback: {failureThreshold: 0, replicas: 0}\n" TRIGGER(KAFKA), KG_RULE_FALLBACK_INVALID, V(18, 0), NONE,
	         V(19, 0), NONE},
	        {OBJECT "  fallback: {failureThreshold: -1, replicas: 0}\n" TRIGGER(KAFKA), KG_RULE_FALLBACK_INVALID, V(19, 0), DENY,
	         V(20, 0), NONE},
	        {OBJECT "  fallback: {failureThreshold: 1, replicas: -1}\n" TRIGGER(KAFKA), KG_RULE_FALLBACK_INVALID, V(16, 1), WARN,
	         V(19, 0), DENY},
	        {OBJECT "  fallback: {failureThreshold: 1, replicas: 1, behavior: scalingModifiers}\n" TRIGGER(KAFKA),
	         KG_RULE_FALLBACK_INVALID, V(19, 0), NONE, V(20, 0), DENY},
	};

	ASSERT_BOUNDARIES(state, rows);
}

#define NINE "aaaaaaaaa"
#define LONG NINE NINE NINE NINE NINE NINE NINE /* 63 bytes */

static void names(void **state)
{
	static const char own_name[] = OBJECT "  advanced: {horizontalPodAutoscalerConfig: {name: " LONG "}}\n" TRIGGER(KAFKA);
	static const char own_long_name[] = OBJECT "  advanced: {horizontalPodAutoscalerConfig: {name: " LONG "a}}\n" TRIGGER(KAFKA);
	static const struct boundary rows[] = {
	        {own_name, KG_RULE_NAME_TOO_LONG, V(19, 0), NONE, V(20, 0), NONE},
	        {own_long_name, KG_RULE_NAME_TOO_LONG, V(19, 0), NONE, V(20, 0), DENY},
	        {"apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata: {name: " LONG
	         "}\nspec: {scaleTargetRef: {name: a}, triggers: [" KAFKA "]}\n",
	         KG_RULE_NAME_TOO_LONG, V(19, 0), NONE, V(20, 0), DENY},
	        {"apiVersion: keda.sh/v1alpha1\nkind: ScaledJob\nmetadata: {name: " LONG
	         "a}\nspec: {jobTargetRef: {template: {}}, triggers: [" KAFKA "]}\n",
	         KG_RULE_NAME_TOO_LONG, V(10, 0), DENY, V(20, 0), DENY},
	};

	ASSERT_BOUNDARIES(state, rows);
}

static void triggers(void **state)
{
	static const char same_name[] = JOB TRIGGER("{type: kafka, name: a, metadata: {}}, {type: kafka, name: a, metadata: {}}");
	static const struct boundary rows[] = {
	        {OBJECT TRIGGER("{type: stan, metadata: {}}"), KG_RULE_TRIGGER_TYPE_REMOVED, V(18, 3), NONE, V(19, 0), DENY},
	        {OBJECT TRIGGER("{type: solr, metadata: {}}"), KG_RULE_KEDA_TOO_OLD, V(10, 1), DENY, V(11, 0), NONE},
	        {OBJECT TRIGGER("{type: liiklus, metadata: {}}"), KG_RULE_TRIGGER_TYPE_DEPRECATED, V(20, 2), NONE, V(21, 0), DENY},
	        {OBJECT TRIGGER("{type: no-such-type, metadata: {}}"), KG_RULE_TRIGGER_TYPE_UNKNOWN, V(20, 2), DENY, V(21, 0), WARN},
	        {OBJECT TRIGGER(CRON), KG_RULE_CACHED_METRICS_UNSUPPORTED, V(10, 1), NONE, V(11, 0), DENY},
	        {OBJECT TRIGGER(CRON ", " KAFKA), KG_RULE_CACHED_METRICS_UNSUPPORTED, V(10, 1), DENY, V(11, 0), DENY},
	        {JOB TRIGGER(CRON), KG_RULE_CACHED_METRICS_UNSUPPORTED, V(13, 1), WARN, V(14, 0), DENY},
	        {same_name, KG_RULE_TRIGGER_NAME_DUPLICATE, V(13, 1), WARN, V(14, 0), DENY},
	        {OBJECT TRIGGER("{type: cpu, metadata: {type: Utilization}}"), KG_RULE_METRIC_TYPE_INVALID, V(17, 3), NONE, V(18, 0), DENY},
	        {OBJECT TRIGGER("{type: cpu, metadata: {}}"), KG_RULE_METRIC_TYPE_INVALID, V(17, 3), DENY, V(18, 0), DENY},
	        {JOB TRIGGER("{type: cpu, metadata: {type: Utilization}}"), KG_RULE_TRIGGER_TYPE_UNSUPPORTED, V(17, 3), NONE, V(18, 0),
	         DENY},
	        {JOB TRIGGER("{type: memory, metadata: {}}"), KG_RULE_TRIGGER_TYPE_UNSUPPORTED, V(17, 3), DENY, V(18, 0), DENY},
	};

	ASSERT_BOUNDARIES(state, rows);
}

static void parameters(void **state)
{
	static const struct boundary rows[] = {
	        {OBJECT TRIGGER(PROMETHEUS "metricName: m}}"), KG_RULE_PARAMETER_REMOVED, V(11, 2), NONE, V(12, 0), DENY},
	        {OBJECT TRIGGER(PROMETHEUS "timeout: '500'}}"), KG_RULE_KEDA_TOO_OLD, V(16, 1), WARN, V(17, 0), NONE},
	        {OBJECT TRIGGER(PROMETHEUS "cortexOrgID: c}}"), KG_RULE_PARAMETER_DEPRECATED, V(10, 0), DENY, V(14, 1), DENY},
	        {OBJECT TRIGGER(PROMETHEUS "cortexOrgID: c}}"), KG_RULE_PARAMETER_REMOVED, V(14, 1), NONE, V(15, 0), DENY},
	        {OBJECT TRIGGER(TEMPORAL "buildId: b}}"), KG_RULE_PARAMETER_DEPRECATED, V(19, 0), NONE, V(20, 0), WARN},
	};

	ASSERT_BOUNDARIES(state, rows);
}

static void constraints_of_the_crd(void **state)
{
	static const struct boundary rows[] = {
	        {OBJECT "  pollingInterval: 0\n" TRIGGER(KAFKA), KG_RULE_FIELD_MALFORMED, V(19, 0), NONE, V(20, 0), DENY},
	        {JOB "  scalingStrategy: {strategy: default}\n" TRIGGER(KAFKA), KG_RULE_FIELD_MALFORMED, V(20, 1), DENY, V(20, 2), NONE},
	        {OBJECT "  pollingInterval: fast\n" TRIGGER(KAFKA), KG_RULE_FIELD_MALFORMED, V(10, 0), DENY, V(20, 0), DENY},
	};

	ASSERT_BOUNDARIES(state, rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(settings_of_authentications, setup, teardown),
	        cmocka_unit_test_setup_teardown(what_an_older_keda_drops_from_authentications, setup, teardown),
	        cmocka_unit_test_setup_teardown(annotations, setup, teardown),
	        cmocka_unit_test_setup_teardown(fallbacks, setup, teardown),
	        cmocka_unit_test_setup_teardown(names, setup, teardown),
	        cmocka_unit_test_setup_teardown(triggers, setup, teardown),
	        cmocka_unit_test_setup_teardown(parameters, setup, teardown),
	        cmocka_unit_test_setup_teardown(constraints_of_the_crd, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
