/*
 * JSON trees into structures, as schemas say.
 */
#pragma once

#include <cjson/cJSON.h>
#include <stddef.h>

#include "kedagate/base/arena.h"
#include "kedagate/base/compiler.h"
#include "model/schema.h"

/* Where a value stands, as a chain up to the root: paths are written out for what is malformed only. */
struct kg_place {
	const struct kg_place *parent; /* NULL at the root, which has neither key nor index */
	const char *key;               /* of a member; NULL: an item */
	size_t index;
};

struct kg_decoder {
	struct kg_arena *arena;
	struct kg_object *object; /* takes what is malformed; NULL: nobody wants to know */
	int status;               /* 0 or KG_ENOMEM, which sticks */
};

/* Decode `node` into the structure at `base`, which is zeroed; with NULL for `base` it is only checked. */
void kg_decode(struct kg_decoder *decoder, const struct kg_schema *schema, const cJSON *node, void *base, const struct kg_place *place);

/* Record what is wrong at `place`; `malformed->path` is filled in here. */
void kg_decoder_record(struct kg_decoder *decoder, const struct kg_place *place, struct kg_malformed malformed);

/* A quantity over 0, or something that is no quantity, which no API server takes: it is not missing. */
bool kg_node_is_amount(const cJSON *node);
