/*
 * A stream of manifests, and the findings on its first KEDA object.
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

#include "kedagate/rules/finding.h"
#include "kedagate/syntax/version.h"
#include "support/world.h"

struct fixture {
	uint32_t keda_version; /* 2.20.2 unless a test says otherwise */
	bool version_known;
	const struct kg_world *as; /* what is judged against; NULL: the manifests */
	bool open;                 /* a world was read */
	struct test_world world;
	struct kg_object object;
	struct kg_findings findings;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->keda_version = KG_VERSION(2, 20, 2);
	f->version_known = true;
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

/* Read the manifests and judge the first of KEDA's objects. */
static void judge(struct fixture *f, const char *yaml)
{
	struct kg_rules_context context;
	struct kg_err err = {0};
	int status = 0;
	size_t i = 0;

	if (f->open)
		test_world_release(&f->world);
	f->open = true;
	if (test_world_init(&f->world, yaml, true, &err) != 0)
		fail_msg("%u:%u: %s", err.line, err.column, err.message);
	while (i < f->world.manifests.count && !test_world_object(&f->world, i, &f->object, &status))
		i++;
	assert_int_equal(status, 0);
	context = (struct kg_rules_context){
	        .object = &f->object,
	        .namespace = test_world_namespace(&f->object),
	        .world = f->as != NULL ? f->as : kg_file_world_as_world(f->world.files),
	        .keda_version = f->keda_version,
	        .keda_version_known = f->version_known,
	};
	assert_int_equal(kg_rules_run(&context, &f->world.arena, &f->findings), 0);
}

/* Not every test program uses all of these. */

__attribute__((unused)) static const struct kg_finding *finding_of(const struct fixture *f, enum kg_rule_id rule)
{
	for (size_t i = 0; i < f->findings.count; i++) {
		if (f->findings.items[i].rule == rule)
			return &f->findings.items[i];
	}
	return NULL;
}

__attribute__((unused)) static const char *message_of(struct fixture *f, enum kg_rule_id rule)
{
	const struct kg_finding *finding = finding_of(f, rule);
	const char *message;

	assert_non_null(finding);
	message = kg_finding_message(finding, &f->world.arena);
	assert_non_null(message);
	return message;
}
