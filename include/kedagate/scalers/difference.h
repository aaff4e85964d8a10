/*
 * What an upgrade of KEDA changes in a scaler, from its rows.
 *
 * Names are compared, not rows: a parameter that a row of another version reads under the same name is the same parameter.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "kedagate/scalers/scaler.h"

enum kg_scaler_change_kind {
	KG_CHANGE_TYPE_ADDED,
	KG_CHANGE_TYPE_DEPRECATED, /* KEDA announces that it will go */
	KG_CHANGE_TYPE_REMOVED,
	KG_CHANGE_PARAM_ADDED,
	KG_CHANGE_NAME_ADDED,      /* another name of a parameter that was there: `after` */
	KG_CHANGE_PARAM_ANNOUNCED, /* still read; KEDA announces that it will go */
	KG_CHANGE_PARAM_REFUSED,   /* its presence is an error; where it comes from a source of `after`, when the name goes on besides */
	KG_CHANGE_PARAM_REMOVED,   /* not read any more */
	KG_CHANGE_NAME_REMOVED,    /* not read under this name any more; `instead` is one that is */
	KG_CHANGE_NEED,
	KG_CHANGE_DEFAULT,
	KG_CHANGE_SOURCES,
	KG_CHANGE_VALUE_TYPE,
	KG_CHANGE_VALUES,  /* the words that are allowed */
	KG_CHANGE_BOUND,   /* what is demanded of a number; see kg_scaler_bound */
	KG_CHANGE_CHECKED, /* a value of the wrong type was skipped, and is refused */
	KG_CHANGE_PROVIDER_ADDED,
	KG_CHANGE_PROVIDER_REMOVED,
};

/* Everything it points to belongs to the scaler's rows. */
struct kg_scaler_change {
	enum kg_scaler_change_kind kind;
	const char *name;              /* of the parameter, as it is written; NULL for a type or a provider */
	const struct kg_param *before; /* the rows on both sides; NULL where there is none */
	const struct kg_param *after;
	enum kg_provider provider;
	uint32_t version;    /* the release that made the change; 0: one after the older release, up to the newer */
	const char *instead; /* what to write; NULL: not known */
};

/* Call `report` for each change between two releases, `from` the older: the type, then parameters in the order of the rows, then providers. Of
 * a type that comes or goes nothing else is said. `from` >= `to`: nothing. Pure; a change is the callee's until it returns. */
void kg_scaler_difference(const struct kg_scaler *scaler, uint32_t from, uint32_t to,
                          void (*report)(void *context, const struct kg_scaler_change *change), void *context);

/* What the version demands of the row's number; KG_BOUND_NONE also where it does not check. */
enum kg_bound kg_scaler_bound(const struct kg_param *param, uint32_t version);
