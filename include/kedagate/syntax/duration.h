/*
 * Durations: Go's, and KEDA's parameters of that type.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "kedagate/base/compiler.h"
#include "kedagate/base/err.h"
#include "kedagate/syntax/text.h"

/* Go's time.ParseDuration, in nanoseconds: "300ms", "-1.5h", "1h30m", "0"; units ns us µs ms s m h. False also when out of range. */
bool kg_go_duration_parse(struct kg_slice text, int64_t *ret_nanoseconds);

/* A KEDA parameter: a Go duration, or else an integer of milliseconds; neither may be negative. (KEDA 2.18 and later.) */
bool kg_keda_duration_parse(struct kg_slice text, int64_t *ret_nanoseconds);

/* A command-line flag: a Go duration that is not negative. KG_EINVAL says what is expected. */
KG_MUST_CHECK int kg_duration_parse(const char *text, int64_t *ret_nanoseconds, struct kg_err *err);
