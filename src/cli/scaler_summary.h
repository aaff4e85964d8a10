/*
 * What counts for a trigger type as a whole, in words: releases, encryption, identities.
 */
#pragma once

#include "kedagate/base/arena.h"
#include "kedagate/base/compiler.h"
#include "kedagate/scalers/scaler.h"

enum { KG_SCALER_SUMMARY_MAX = 8 };

struct kg_scaler_line {
	const char *label; /* "encryption" */
	const char *text;  /* one line, in the arena or constant */
};

struct kg_scaler_summary {
	struct kg_scaler_line lines[KG_SCALER_SUMMARY_MAX];
	size_t count;
};

/* What there is to say of the scaler. False without memory. */
KG_MUST_CHECK bool kg_scaler_summarize(const struct kg_scaler *scaler, struct kg_arena *arena, struct kg_scaler_summary *ret_summary);
