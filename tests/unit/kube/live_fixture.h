/*
 * A live world that a test fills by hand.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "kedagate/base/limits.h"
#include "kedagate/model/json.h"
#include "kube/live_world.h"
#include "kube/resource.h"

struct fixture {
	struct kg_arena arena;
	struct kg_budget budget;
	struct kg_live_world live;
	const struct kg_world *world;
};

static inline int begin(void **state)
{
	static struct fixture f;

	kg_json_setup();
	kg_arena_init(&f.arena, KG_MAX_CLUSTER_ARENA_BYTES);
	kg_budget_init(&f.budget, KG_MAX_CLUSTER_CACHE_BYTES);
	assert_int_equal(kg_live_world_init(&f.live, 99, &f.budget), 0);
	f.world = &f.live.world;
	*state = &f;
	return 0;
}

static inline int end(void **state)
{
	struct fixture *f = *state;

	kg_live_world_release(&f->live);
	kg_arena_release(&f->arena);
	assert_int_equal(kg_budget_used(&f->budget), 0);
	return 0;
}

static inline cJSON *parse(struct fixture *f, const char *text)
{
	char *copy = kg_arena_strdup(&f->arena, text);
	struct kg_json_facts facts;
	cJSON *tree = NULL;

	assert_non_null(copy);
	assert_int_equal(kg_json_parse(copy, strlen(copy), &f->arena, &tree, &facts, NULL), 0);
	return tree;
}

static inline void put(struct fixture *f, enum kg_resource resource, const char *text)
{
	assert_int_equal(kg_cache_put(f->live.resources[resource].cache, parse(f, text)), 0);
}

static inline void see(struct fixture *f, enum kg_resource resource, enum kg_view view)
{
	kg_live_world_set_view(&f->live, resource, view);
}

static inline void see_all(struct fixture *f)
{
	for (size_t i = 0; i < KG_RESOURCE_COUNT; i++)
		see(f, (enum kg_resource)i, KG_VIEW_WHOLE);
}

#define META(name_) "\"metadata\":{\"name\":\"" name_ "\",\"namespace\":\"ns\",\"managedFields\":[{\"a\":1}]}"
#define KEDA(kind_) "\"apiVersion\":\"keda.sh/v1alpha1\",\"kind\":\"" kind_ "\","

#define POD(variable_)                                                                                                                     \
	",\"spec\":{\"replicas\":3,\"template\":{\"metadata\":{\"labels\":{\"a\":\"b\"}},\"spec\":{\"containers\":[{\"name\":\"c\","       \
	"\"image\":\"i\","                                                                                                                 \
	"\"env\":[{\"name\":\"" variable_ "\",\"valueFrom\":{\"secretKeyRef\":{\"name\":\"s\",\"key\":\"k\"}}}],"                          \
	"\"resources\":{\"requests\":{\"cpu\":\"100m\"}}}]}}}}"

#define SCALED(name_, target_, advanced_)                                                                                                  \
	"{" KEDA("ScaledObject") META(name_) ",\"spec\":{\"scaleTargetRef\":{\"name\":\"" target_ "\"}," advanced_                         \
	                                     "\"triggers\":[{\"type\":\"cron\",\"metadata\":{}}]}}"
#define HPA_NAMED(hpa_) "\"advanced\":{\"horizontalPodAutoscalerConfig\":{\"name\":\"" hpa_ "\"}},"
