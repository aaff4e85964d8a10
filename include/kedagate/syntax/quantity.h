/*
 * Kubernetes quantities: "500m", "1.5Gi", "2e3" (apimachinery pkg/api/resource, ParseQuantity).
 */
#pragma once

#include <stdbool.h>

#include "kedagate/base/compiler.h"

/* Would ParseQuantity take it? An optional sign, digits with at most one point, then nothing, a suffix (n u m k M G T P E, Ki to Ei) or an
 * exponent. Digits may be missing: "." and "Ki" are 0. */
KG_PURE bool kg_quantity_valid(const char *text);

/* Is it a quantity over 0? */
KG_PURE bool kg_quantity_positive(const char *text);
