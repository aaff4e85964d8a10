#include <string.h>

#include "kedagate/admission/admission.h"
#include "kedagate/model/object.h"

const struct kg_metric_family kg_admission_metric_families[KG_ADMISSION_METRIC_COUNT] = {
        [KG_METRIC_REQUESTS] =
                {.name = "kedagate_admission_requests_total",
                 .help = "AdmissionReviews by kind, operation, verdict (allow, warn, deny, skip, invalid, error) and dry run.",
                 .type = KG_METRIC_COUNTER,
                 .labels = {"kind", "operation", "verdict", "dry_run"}},
        [KG_METRIC_FINDINGS] =
                {.name = "kedagate_findings_total",
                 .help = "Findings in reviewed objects by rule and by what the policy made of them: deny, warn, audit or excused.",
                 .type = KG_METRIC_COUNTER,
                 .labels = {"rule", "action"}},
        [KG_METRIC_DURATION] = {.name = "kedagate_admission_duration_seconds",
                                .help = "Time from the last byte of a review to its answer.",
                                .type = KG_METRIC_HISTOGRAM,
                                .buckets = {0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5}},
};

/* Labels take only values known beforehand: a caller must not be able to make series. */
static const char *kind_label(const char *kind)
{
	return kind && kg_kind_parse("keda.sh/v1alpha1", kind) != KG_KIND_OTHER ? kind : "other";
}

static const char *operation_label(const char *operation)
{
	static const char *const known[] = {"CREATE", "UPDATE", "DELETE", "CONNECT"};

	for (size_t i = 0; operation && i < KG_ARRAY_LEN(known); i++)
		if (strcmp(known[i], operation) == 0)
			return known[i];
	return "other";
}

void kg_admission_count(struct kg_metrics *metrics, const struct kg_admission_summary *summary, double seconds)
{
	const char *const labels[] = {kind_label(summary->kind), operation_label(summary->operation), summary->verdict,
	                              summary->dry_run ? "true" : "false"};
	const struct kg_judgement *judgement = summary->judgement;

	kg_metrics_add(metrics, KG_METRIC_REQUESTS, labels, 1);
	kg_metrics_observe(metrics, KG_METRIC_DURATION, NULL, seconds);
	for (size_t i = 0; judgement && i < judgement->count; i++) {
		const struct kg_judged_finding *judged = &judgement->items[i];
		const char *const finding_labels[] = {kg_rule_get(judged->finding->rule)->name, kg_judged_action_name(judged)};

		kg_metrics_add(metrics, KG_METRIC_FINDINGS, finding_labels, 1);
	}
}

static void count_requests_from_zero(struct kg_metrics *metrics, const char *kind)
{
	static const char *const changes[] = {"CREATE", "UPDATE"};
	static const enum kg_verdict verdicts[] = {KG_VERDICT_ALLOW, KG_VERDICT_WARN, KG_VERDICT_DENY};

	for (size_t i = 0; i < KG_ARRAY_LEN(changes); i++) {
		for (size_t k = 0; k < KG_ARRAY_LEN(verdicts); k++)
			kg_metrics_add(metrics, KG_METRIC_REQUESTS,
			               (const char *const[]){kind, changes[i], kg_verdict_name(verdicts[k]), "false"}, 0);
	}
}

void kg_admission_count_from_zero(struct kg_metrics *metrics)
{
	static const enum kg_action actions[] = {KG_ACTION_DENY, KG_ACTION_WARN};

	for (unsigned kind = 1; kind & KG_KINDS_ALL; kind <<= 1)
		count_requests_from_zero(metrics, kg_kind_name((enum kg_kind)kind));
	for (unsigned rule = 0; rule < KG_RULE_COUNT; rule++) {
		for (size_t i = 0; i < KG_ARRAY_LEN(actions); i++)
			kg_metrics_add(metrics, KG_METRIC_FINDINGS,
			               (const char *const[]){kg_rule_get((enum kg_rule_id)rule)->name, kg_action_name(actions[i])}, 0);
	}
}
