/*
 * The writers behind kg_report_write. Each appends a whole report; 0 or KG_ENOMEM, the state of `out` counts besides.
 */
#pragma once

#include "kedagate/report/report.h"

/* What the policy module says of judged findings goes for those of a report. */
static inline struct kg_judged_finding kg_report_judged(const struct kg_report_finding *item)
{
	return (struct kg_judged_finding){
	        .finding = item->finding, .action = item->action, .exemption = item->exemption, .excused = item->excused};
}

KG_MUST_CHECK int kg_report_write_text(const struct kg_report *report, const struct kg_report_options *options, struct kg_arena *arena,
                                       struct kg_buf *out);
KG_MUST_CHECK int kg_report_write_json(const struct kg_report *report, const struct kg_report_options *options, struct kg_arena *arena,
                                       struct kg_buf *out);
