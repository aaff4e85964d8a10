/*
 * A stream of manifests, read, as the world that objects are judged in.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "kedagate/base/arena.h"
#include "kedagate/base/compiler.h"
#include "kedagate/base/err.h"
#include "kedagate/model/manifest.h"
#include "kedagate/model/object.h"
#include "kedagate/model/world.h"

struct test_world {
	struct kg_arena arena; /* holds everything */
	struct kg_manifests manifests;
	struct kg_file_world *files;
};

/* Read `text`; objects that name no namespace are in "default". Errors as kg_manifests_read. */
KG_MUST_CHECK int test_world_init(struct test_world *world, const char *text, bool read_secrets, struct kg_err *err);
void test_world_release(struct test_world *world);

/* Decode manifest `index` when it is one of KEDA's kinds. False for any other kind; *ret_status is then 0, else 0 or KG_ENOMEM. */
bool test_world_object(struct test_world *world, size_t index, struct kg_object *ret_object, int *ret_status);

/* The namespace of an object in this world: its own, "default", or "" for a cluster-wide kind. */
const char *test_world_namespace(const struct kg_object *object);
