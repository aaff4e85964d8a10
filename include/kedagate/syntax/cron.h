/*
 * Cron schedules as KEDA's cron scaler reads them: github.com/robfig/cron/v3 with the five standard fields, no descriptors (@daily).
 */
#pragma once

#include "kedagate/base/compiler.h"

/*
 * What is wrong with a schedule such as "0 8 * * MON-FRI", in words that go on "must be a cron schedule: …"; NULL when it is legal. The result is a
 * constant.
 *
 * A field is a comma list of "*", "?", a number or name, or a range of them, each with "/step" behind it; months and days of the week have
 * English names of three letters; Sunday is 0, not 7. "TZ=" or "CRON_TZ=" with a time zone may come first; whether the zone exists is not
 * looked at.
 */
const char *kg_cron_fault(const char *text);
