/*
 * Trigger types whose parameters are not described yet: known by name and version, so that nothing but their existence is judged.
 *
 * Source: the builder's switch (pkg/scaling/scalers_builder.go) at each minor release from 2.10.0 to 2.20.2, and main as what becomes 2.21.
 * `external-mock`, which exists for KEDA's own tests only, is left out: a trigger of that type is unknown here.
 */
#include "scalers/scalers.h"

/* clang-format off */
#define TYPE(symbol_, type_, ...) const struct kg_scaler kg_scaler_##symbol_ = {.type = (type_), __VA_ARGS__}

/* clang-format on */
