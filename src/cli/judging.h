/*
 * Objects judged by the policy into a report, and the report on standard output: what `check` and `audit` share.
 */
#pragma once

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "kedagate/base/arena.h"
#include "kedagate/base/compiler.h"
#include "kedagate/base/err.h"
#include "kedagate/model/manifest.h"
#include "kedagate/model/object.h"
#include "kedagate/model/world.h"
#include "kedagate/policy/policy.h"
#include "kedagate/report/report.h"

/* By what objects are judged. */
struct kg_judging {
	const struct kg_policy *policy;
	const struct kg_world *world;
	time_t now;
	uint32_t keda_version;   /* the release to judge for; 0: the policy's */
	uint32_t from;           /* the release that is upgraded, of which all that is no news is left out; 0: none */
	struct kg_arena arena;   /* everything that the report needs */
	struct kg_arena scratch; /* of one object */
};

void kg_judging_init(struct kg_judging *judging, const struct kg_policy *policy);
void kg_judging_release(struct kg_judging *judging);

/* One object, and where the fields of it stand. */
struct kg_judged_object {
	const cJSON *tree;
	enum kg_kind kind;
	const char *default_namespace; /* of a namespaced object that names none */
	const char *file;              /* NULL for a live object; outlives the report */
	size_t document;
	/* NULL for a live object. */
	struct kg_position (*position)(const void *context, const char *path);
	const void *context;
};

/* Judge it; nothing that `out` holds is the tree's. 0 or KG_ENOMEM. */
KG_MUST_CHECK int kg_judging_judge(struct kg_judging *judging, const struct kg_judged_object *object, struct kg_report_result *out);

/* Read --from-version into judging->from; NULL: none is given. KG_EINVAL when it does not go with the release that is judged for. */
KG_MUST_CHECK int kg_judging_read_from(struct kg_judging *judging, const char *text, struct kg_err *err);

/* Print, in format number `format` of kg_report_formats. 0 or KG_ENOMEM. */
KG_MUST_CHECK int kg_judging_print(struct kg_judging *judging, size_t format, const struct kg_report *report);

/* What the report comes to as an exit code. */
int kg_judging_exit_code(const struct kg_report *report);

/* Say on standard error, in the name of a subcommand, that the release is not well known. */
void kg_judging_warn_of_doubt(const char *command, uint32_t version);
