/*
 * A trigger's parameters as a test gives them, and what is complained about them.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "kedagate/scalers/params.h"

enum { GIVEN_ROWS_MAX = 80 };

struct given {
	struct kg_arena arena;
	struct kg_param_value values[GIVEN_ROWS_MAX];
	struct kg_params params;
	struct kg_complaints complaints;
};

/* A trigger of that type in that version of KEDA, without any parameter: defaults are in place. */
static inline void given_trigger(struct given *given, const char *type, uint32_t version)
{
	const struct kg_scaler *scaler = kg_scaler_find(type);

	*given = (struct given){.params = {.scaler = scaler, .keda_version = version}};
	kg_arena_init(&given->arena, (size_t)1 << 20);
	assert_non_null(scaler);
	assert_in_range(scaler->param_count, 1, GIVEN_ROWS_MAX);
	for (size_t i = 0; i < scaler->param_count; i++) {
		if (scaler->params[i].def && kg_param_exists(&scaler->params[i], version))
			given->values[i] =
			        (struct kg_param_value){.state = KG_PARAM_KNOWN, .text = scaler->params[i].def, .default_used = true};
	}
	given->params.values = given->values;
	given->complaints.arena = &given->arena;
}

static inline struct kg_param_value *given_row(struct given *given, const char *name)
{
	const struct kg_param *row = kg_scaler_row(given->params.scaler, name, given->params.keda_version);

	assert_non_null(row);
	assert_true(kg_param_exists(row, given->params.keda_version));
	return &given->values[row - given->params.scaler->params];
}

/* The row's value is known, from the first source it has. */
static inline void given_known(struct given *given, const char *name, const char *text)
{
	const struct kg_param *row = kg_scaler_row(given->params.scaler, name, given->params.keda_version);

	*given_row(given, name) = (struct kg_param_value){.state = KG_PARAM_KNOWN, .source = row->from[0], .text = text, .key = row->name};
}

/* It is given in an authentication, and its value cannot be seen. */
static inline void given_present(struct given *given, const char *name)
{
	*given_row(given, name) = (struct kg_param_value){.state = KG_PARAM_PRESENT, .source = KG_SOURCE_AUTH, .key = name};
}

static inline void given_unresolved(struct given *given, const char *name)
{
	*given_row(given, name) = (struct kg_param_value){.state = KG_PARAM_UNRESOLVED};
}

/* The reference cannot be seen: neither an identity nor any parameter of it. */
static inline void given_unresolved_authentication(struct given *given)
{
	const struct kg_scaler *scaler = given->params.scaler;

	given->params.authentication_unresolved = true;
	given->params.identity.state = KG_IDENTITY_STATE_UNRESOLVED;
	for (size_t i = 0; i < scaler->param_count; i++) {
		bool open = given->values[i].state == KG_PARAM_ABSENT || given->values[i].default_used;

		if (open && kg_param_exists(&scaler->params[i], given->params.keda_version) &&
		    kg_param_reads(&scaler->params[i], KG_SOURCE_AUTH))
			given->values[i] = (struct kg_param_value){.state = KG_PARAM_UNRESOLVED};
	}
}

static inline void given_identity(struct given *given, const char *provider)
{
	given->params.identity = (struct kg_identity){.provider = kg_provider_parse(provider), .provider_text = provider};
}

/* Make the complaints anew. */
static inline void given_check(struct given *given)
{
	given->complaints = (struct kg_complaints){.arena = &given->arena};
	assert_int_equal(kg_params_check(&given->params, &given->complaints), 0);
}

static inline const struct kg_complaint *given_complaint(const struct given *given, enum kg_complaint_kind kind, const char *parameter)
{
	for (size_t i = 0; i < given->complaints.count; i++) {
		const struct kg_complaint *complaint = &given->complaints.items[i];

		if (complaint->kind == kind && strcmp(complaint->parameter, parameter) == 0)
			return complaint;
	}
	return NULL;
}

/* Check, and expect one of that kind about that parameter, among others perhaps. */
static inline struct kg_complaint expect_complaint(struct given *given, enum kg_complaint_kind kind, const char *parameter)
{
	const struct kg_complaint *complaint;

	given_check(given);
	complaint = given_complaint(given, kind, parameter);
	if (complaint)
		return *complaint;
	fail_msg("no complaint about %s", parameter);
	return (struct kg_complaint){.kind = kind};
}

/* The only complaint, and KEDA certainly refuses it or cannot work with it. */
static inline void expect_only(struct given *given, enum kg_complaint_kind kind, const char *parameter)
{
	struct kg_complaint complaint = expect_complaint(given, kind, parameter);

	assert_int_equal(given->complaints.count, 1);
	assert_false(complaint.uncertain);
	kg_arena_release(&given->arena);
}

/* The only complaint, and it can be a warning at most. */
static inline void expect_doubt(struct given *given, enum kg_complaint_kind kind, const char *parameter)
{
	struct kg_complaint complaint = expect_complaint(given, kind, parameter);

	assert_int_equal(given->complaints.count, 1);
	assert_true(complaint.uncertain);
	kg_arena_release(&given->arena);
}

static inline void expect_nothing(struct given *given)
{
	given_check(given);
	if (given->complaints.count > 0)
		fail_msg("%s: %s", given->complaints.items[0].parameter, given->complaints.items[0].detail);
	kg_arena_release(&given->arena);
}

static inline struct kg_channel channel_of(const struct given *given)
{
	struct kg_channel channel;

	kg_params_channel(&given->params, &channel);
	return channel;
}
