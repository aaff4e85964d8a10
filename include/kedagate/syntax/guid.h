/*
 * GUIDs, as Microsoft Entra ID writes them.
 */
#pragma once

#include <stdbool.h>

/* Is `text` 32 hexadecimal digits in groups of 8-4-4-4-12, and nothing else? False for NULL. */
bool kg_guid_valid(const char *text);
