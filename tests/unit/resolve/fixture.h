/*
 * A stream of manifests, and the first ScaledObject or ScaledJob in it, resolved.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kedagate/resolve/resolve.h"
#include "support/world.h"

/* Heads of the objects that tests write; what follows is indented below `triggers`, `spec` or the top. */
#define SCALED_OBJECT                                                                                                                      \
	"apiVersion: keda.sh/v1alpha1\n"                                                                                                   \
	"kind: ScaledObject\n"                                                                                                             \
	"metadata: {name: orders, namespace: shop}\n"                                                                                      \
	"spec:\n"                                                                                                                          \
	"  scaleTargetRef: {name: app}\n"                                                                                                  \
	"  triggers:\n"
#define AUTHENTICATION                                                                                                                     \
	"---\n"                                                                                                                            \
	"apiVersion: keda.sh/v1alpha1\n"                                                                                                   \
	"kind: TriggerAuthentication\n"                                                                                                    \
	"metadata: {name: auth, namespace: shop}\n"                                                                                        \
	"spec:\n"
#define DEPLOYMENT                                                                                                                         \
	"---\n"                                                                                                                            \
	"apiVersion: apps/v1\n"                                                                                                            \
	"kind: Deployment\n"                                                                                                               \
	"metadata: {name: app, namespace: shop}\n"                                                                                         \
	"spec:\n"                                                                                                                          \
	"  template:\n"                                                                                                                    \
	"    spec:\n"                                                                                                                      \
	"      containers:\n"

struct fixture {
	uint32_t keda_version;     /* 2.20.2 unless a test says otherwise */
	const struct kg_world *as; /* what is resolved against; NULL: the manifests */
	bool open;                 /* a world was read */
	struct test_world world;
	struct kg_object object;
	struct kg_resolved_trigger trigger;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->keda_version = KG_VERSION(2, 20, 2);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	if (f->open)
		test_world_release(&f->world);
	free(f);
	return 0;
}

/* Read the manifests and resolve the first trigger of the first scaled object. */
static void resolve(struct fixture *f, const char *yaml)
{
	struct kg_resolve_context context;
	struct kg_err err = {0};
	int status = 0;

	if (f->open)
		test_world_release(&f->world);
	f->open = true;
	if (test_world_init(&f->world, yaml, true, &err) != 0)
		fail_msg("%u:%u: %s", err.line, err.column, err.message);
	for (size_t i = 0; i < f->world.manifests.count; i++) {
		if (test_world_object(&f->world, i, &f->object, &status) && (f->object.kind & KG_KINDS_SCALED) != 0)
			break;
	}
	assert_int_equal(status, 0);
	context = (struct kg_resolve_context){
	        .object = &f->object,
	        .namespace = test_world_namespace(&f->object),
	        .world = f->as != NULL ? f->as : kg_file_world_as_world(f->world.files),
	        .keda_version = f->keda_version,
	        .arena = &f->world.arena,
	};
	assert_int_equal(kg_resolve_trigger(&context, 0, &f->trigger), 0);
}

static const struct kg_param_value *value_of(const struct fixture *f, const char *parameter)
{
	return kg_params_get(&f->trigger.params, parameter);
}

/* Not every test program uses both. */
__attribute__((unused)) static void assert_known(const struct fixture *f, const char *parameter, const char *text)
{
	const struct kg_param_value *value = value_of(f, parameter);

	assert_int_equal(value->state, KG_PARAM_KNOWN);
	assert_string_equal(value->text, text);
}

__attribute__((unused)) static void assert_state(const struct fixture *f, const char *parameter, enum kg_param_state state)
{
	const struct kg_param_value *value = value_of(f, parameter);

	assert_int_equal(value->state, state);
	assert_null(value->text);
}
