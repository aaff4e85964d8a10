/*
 * Which kedagate this is.
 */
#pragma once

/* "0.1.0", from the Makefile. */
const char *kg_version(void);
