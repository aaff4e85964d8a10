/*
 * A cluster as it is at one moment: everything that a live view watches, listed once.
 *
 * The objects of KEDA's four kinds are kept whole, to be judged; of all else what rules look up. Secrets and ConfigMaps are not asked for.
 */
#pragma once

#include <cjson/cJSON.h>
#include <stddef.h>

#include "kedagate/base/arena.h"
#include "kedagate/base/compiler.h"
#include "kedagate/base/err.h"
#include "kedagate/kube/client.h"
#include "kedagate/kube/cluster.h"
#include "kedagate/model/object.h"
#include "kedagate/model/world.h"

struct kg_survey;

struct kg_survey_options {
	/* NULL: all. Else KEDA's objects in it are kept, and of the others at least those in it; what would have to be seen elsewhere may be unseen. */
	const char *namespace;
	const char *keda_namespace; /* where KEDA's operator runs; NULL: it is found */
	/* After some objects of a resource, and after the last. NULL: nobody wants to know. */
	void (*progress)(void *context, enum kg_resource resource, size_t objects);
	/* The API server asked for a pause of so many seconds, of which the first few are not told. NULL: nobody wants to know. */
	void (*waiting)(void *context, enum kg_resource resource, unsigned seconds);
	void *context;
};

/* How it went with one resource. */
struct kg_survey_state {
	enum kg_view view;               /* BLIND: nothing was seen of it */
	enum kg_machine_failure failure; /* why not; NONE otherwise */
	const char *message;             /* on the failure: the server's own, or the client's; NULL otherwise */
	size_t unread;                   /* objects that are there and could not be read */
};

/*
 * List all. Resources that the API server refuses are left out, and their state says so; what passes (429, 5xx, a connection that broke) is tried again a
 * few times, and a list whose pages expire is begun anew once. KG_EIO or KG_EINVAL when the API server cannot be reached at all, KG_ENOMEM.
 */
KG_MUST_CHECK int kg_survey_take(struct kg_kube_client *client, const struct kg_survey_options *options, struct kg_survey **ret_survey,
                                 struct kg_err *err);
/* Accepts NULL. */
void kg_survey_free(struct kg_survey *survey);

const struct kg_survey_state *kg_survey_state(const struct kg_survey *survey, enum kg_resource resource);

/* Lives as long as the survey. */
const struct kg_world *kg_survey_world(const struct kg_survey *survey);

/* The version of the API server, "v1.34.1"; NULL when it does not say. */
const char *kg_survey_server_version(const struct kg_survey *survey);

/* The objects of KEDA's kinds, in the order of enum kg_resource, each kind in that of the API server. */
size_t kg_survey_object_count(const struct kg_survey *survey);

struct kg_survey_object {
	enum kg_kind kind;
	const cJSON *tree; /* apiVersion, kind, metadata (without managedFields) and spec */
};

/* The object number `index`, its tree in `arena`. 0 or KG_ENOMEM. */
KG_MUST_CHECK int kg_survey_object(const struct kg_survey *survey, size_t index, struct kg_arena *arena, struct kg_survey_object *out);
