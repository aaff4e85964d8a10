#include "scalers/scalers.h"

const struct kg_scaler kg_scaler_postgresql = {.type = "postgresql", .since = 0};
