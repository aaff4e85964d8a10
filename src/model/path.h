/*
 * Paths such as "spec.triggers[0].metadata[a.b/c]", followed through a tree.
 */
#pragma once

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

struct kg_path_step {
	const cJSON *child;
	size_t position; /* among its siblings */
	size_t taken;    /* the bytes of the path that led there */
};

/*
 * Go from `node` to the child that `rest`, the rest of a path (`is_start`: all of it), names next. False when there is none. A name may hold dots and
 * brackets: names are told by what is there, the longer one of two that fit.
 */
bool kg_path_follow(const cJSON *node, const char *rest, bool is_start, struct kg_path_step *out);
