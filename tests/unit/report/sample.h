/*
 * A small report to be written in every format: three findings in two objects of two files, and an error.
 */
#pragma once

#include "kedagate/base/compiler.h"
#include "kedagate/report/report.h"
#include "kedagate/rules/finding.h"

static const struct kg_finding sample_clear_text = {
        .rule = KG_RULE_CREDENTIALS_IN_CLEAR_TEXT,
        .path = "spec.triggers[0].metadata.sslmode",
        .type = KG_FIELD_INVALID,
        .value = "disable",
        .detail = "the access token would travel unencrypted",
        .fix = "write sslmode: require",
        .ceiling = KG_ACTION_DENY,
};
static const struct kg_finding sample_missing = {
        .rule = KG_RULE_IDENTITY_ID_MISSING,
        .path = "spec.podIdentity.identityId",
        .type = KG_FIELD_REQUIRED,
        .detail = "without it every workload shares the operator's own identity",
        .ceiling = KG_ACTION_DENY,
};
static const struct kg_finding sample_unknown = {
        .rule = KG_RULE_PARAMETER_UNKNOWN,
        .path = "spec.triggers[1].metadata.queueLenght",
        .type = KG_FIELD_NO_EFFECT,
        .detail = "unknown parameter, did you mean \"queueLength\"?",
        .ceiling = KG_ACTION_WARN,
};

static const struct kg_exemption sample_exemption = {
        .place = {.line = 12, .column = 5},
        .reason = "the broker moves in Q1",
        .expires = {.text = "2027-01-31"},
};

struct sample {
	struct kg_report_finding orders[2], auth[1];
	struct kg_report_result results[3];
	struct kg_report_error errors[1];
	struct kg_report report;
};

static inline void sample_init(struct sample *sample)
{
	*sample = (struct sample){
	        .orders = {{.finding = &sample_clear_text, .action = KG_ACTION_DENY, .line = 24, .column = 7},
	                   {.finding = &sample_unknown, .action = KG_ACTION_WARN, .line = 31, .column = 9}},
	        .auth = {{.finding = &sample_missing, .action = KG_ACTION_WARN, .line = 5, .column = 3}},
	        .errors = {{"deploy/broken.yaml", 3, 1, "did not find expected key"}},
	};
	sample->results[0] = (struct kg_report_result){.file = "deploy/orders.yaml",
	                                               .line = 2,
	                                               .document = 1,
	                                               .kind = "ScaledObject",
	                                               .namespace = "shop",
	                                               .name = "orders",
	                                               .verdict = KG_VERDICT_DENY,
	                                               .findings = sample->orders,
	                                               .finding_count = 2};
	sample->results[1] = (struct kg_report_result){.file = "deploy/auth.yaml",
	                                               .line = 1,
	                                               .kind = "ClusterTriggerAuthentication",
	                                               .verdict = KG_VERDICT_WARN,
	                                               .findings = sample->auth,
	                                               .finding_count = 1};
	sample->results[2] = (struct kg_report_result){.file = "deploy/auth.yaml",
	                                               .line = 20,
	                                               .document = 1,
	                                               .kind = "TriggerAuthentication",
	                                               .namespace = "shop",
	                                               .name = "fine",
	                                               .verdict = KG_VERDICT_ALLOW};
	sample->report = (struct kg_report){.keda_version = "2.20.2",
	                                    .file_count = 3,
	                                    .results = sample->results,
	                                    .result_count = KG_ARRAY_LEN(sample->results),
	                                    .errors = sample->errors,
	                                    .error_count = 1};
}
