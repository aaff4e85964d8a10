#include "scalers/scalers.h"

const struct kg_scaler kg_scaler_azure_servicebus = {.type = "azure-servicebus", .since = 0};
