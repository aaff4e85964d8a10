#include "scalers/scalers.h"

const struct kg_scaler kg_scaler_temporal = {.type = "temporal", .since = KG_VERSION(2, 17, 0)};
