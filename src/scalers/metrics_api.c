#include "scalers/scalers.h"

const struct kg_scaler kg_scaler_metrics_api = {.type = "metrics-api", .since = 0};
