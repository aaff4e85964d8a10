/*
 * The request inside an AdmissionReview, and whether its object is to be judged.
 */
#pragma once

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "kedagate/base/compiler.h"
#include "kedagate/base/err.h"
#include "kedagate/model/object.h"

struct kg_admission_request {
	const char *api_version; /* of the review: "admission.k8s.io/v1" or v1beta1 */
	const char *uid;
	const char *operation;
	const char *group, *version, *kind, *subresource;
	const char *namespace, *name, *user;
	bool dry_run;
	const cJSON *object, *old_object;
	enum kg_kind known_kind;
};

/* Read the review in `tree`. KG_EINVAL names the field that is missing or wrong. */
KG_MUST_CHECK int kg_admission_request_read(const cJSON *tree, struct kg_admission_request *out, struct kg_err *err);

/*
 * Why the object is allowed without a look at it, NULL when it is to be judged: "delete", "connect", "subresource", "kind" (none of KEDA's),
 * "deleting" (an UPDATE of an object with a deletionTimestamp), "finalizers" (an UPDATE that changes nothing but removes finalizers).
 */
const char *kg_admission_skip_reason(const struct kg_admission_request *request);
