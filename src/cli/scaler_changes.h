/*
 * What an upgrade of KEDA changes, for people and for programs.
 */
#pragma once

#include <stdint.h>

#include "cli/command.h"
#include "kedagate/scalers/scaler.h"

/* Print the changes between two releases of this scaler, or of all when it is NULL, in a format of `kedagate scalers`. Returns the exit code. */
int kg_scaler_changes_print(const char *command, const struct kg_scaler *scaler, uint32_t from, uint32_t to, enum kg_command_format format);
