/*
 * The writers behind kg_report_write. Each appends a whole report; 0 or KG_ENOMEM, the state of `out` counts besides.
 */
#pragma once

#include "kedagate/report/report.h"

KG_MUST_CHECK int kg_report_write_text(const struct kg_report *report, const struct kg_report_options *options, struct kg_arena *arena,
                                       struct kg_buf *out);
KG_MUST_CHECK int kg_report_write_json(const struct kg_report *report, const struct kg_report_options *options, struct kg_arena *arena,
                                       struct kg_buf *out);
