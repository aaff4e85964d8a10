/*
 * Objects judged by the policy into a report, and the report on standard output: what `check` and `audit` share.
 */
#pragma once

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "kedagate/base/arena.h"
#include "kedagate/base/compiler.h"
#include "kedagate/base/err.h"
#include "kedagate/base/option.h"
#include "kedagate/model/manifest.h"
#include "kedagate/model/object.h"
#include "kedagate/model/world.h"
#include "kedagate/policy/policy.h"
#include "kedagate/report/report.h"

/* What the command line says: a member of the options of both. */
struct kg_judging_options {
	const char *policy, *keda_version, *from_version;
	int output;        /* index of kg_report_formats */
	int profile, mode; /* indices of kg_profile_names and kg_mode_names, or KG_JUDGING_NOT_GIVEN */
};

enum { KG_JUDGING_NOT_GIVEN = -1 };

/* Before the command line is parsed. */
#define KG_JUDGING_OPTIONS_INIT                                                                                                            \
	{                                                                                                                                  \
		.profile = KG_JUDGING_NOT_GIVEN, .mode = KG_JUDGING_NOT_GIVEN                                                              \
	}

/* Its rows of a table of options: `values_` has a member `struct kg_judging_options judging`, and without a flag `default_` is judged for. */
/* clang-format off */
#define KG_JUDGING_OPTIONS(values_, default_) \
	{.name = "output", .letter = 'o', .type = KG_OPTION_CHOICE, .offset = offsetof(values_, judging.output), .choices = kg_report_formats, \
	 .help = "format of the report (default text)"}, \
	{.name = "policy", .type = KG_OPTION_STRING, .offset = offsetof(values_, judging.policy), .argument = "FILE", \
	 .help = "policy file (default: profile baseline, mode enforce)"}, \
	{.name = "keda-version", .type = KG_OPTION_STRING, .offset = offsetof(values_, judging.keda_version), .argument = "VERSION", \
	 .help = "the KEDA release to judge for, over the policy's kedaVersion (default: " default_ ")"}, \
	{.name = "from-version", .type = KG_OPTION_STRING, .offset = offsetof(values_, judging.from_version), .argument = "VERSION", \
	 .help = "report only what an upgrade from this older release to the one of --keda-version would break"}, \
	{.name = "profile", .type = KG_OPTION_CHOICE, .offset = offsetof(values_, judging.profile), .choices = kg_profile_names, \
	 .help = "starting actions of the rules, over the policy's profile"}, \
	{.name = "mode", .type = KG_OPTION_CHOICE, .offset = offsetof(values_, judging.mode), .choices = kg_mode_names, \
	 .help = "ceiling on every action, over the policy's mode"}
/* clang-format on */

/* What of them goes over the policy file. */
struct kg_policy_overrides kg_judging_overrides(const struct kg_judging_options *options);

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
