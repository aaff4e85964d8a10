/*
 * Dates in a policy: a day, or an instant of RFC 3339.
 */
#pragma once

#include <time.h>

#include "kedagate/base/compiler.h"
#include "kedagate/base/err.h"

/*
 * The first second after what `text` names: of a day (`2027-01-31`, in UTC) the following midnight, of an instant (`2027-01-31T18:00:00Z`,
 * `2027-01-31T18:00:00.5+01:00`) its own second. Years are 1970 to 9999, a second of 60 is refused. KG_EINVAL says what is expected.
 */
KG_MUST_CHECK int kg_date_parse_end(const char *text, time_t *ret_end, struct kg_err *err);
