/*
 * A library that a module stands on, as the process runs with it.
 *
 * Each module that wraps libraries names them in its own <module>/libraries.h, so that nobody else needs their headers.
 */
#pragma once

struct kg_library {
	const char *name;
	const char *version; /* of the library that is loaded, not of its headers; a constant */
};
