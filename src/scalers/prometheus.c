#include "scalers/scalers.h"

const struct kg_scaler kg_scaler_prometheus = {.type = "prometheus", .since = 0};
