#include "cli/policies.h"

#include "kedagate/base/list.h"
#include "kedagate/policy/lint.h"
#include "kedagate/policy/policy.h"

static int add_remarks(struct kg_report *report, const char *file, const struct kg_policy_remarks *remarks, struct kg_arena *arena)
{
	for (size_t i = 0; i < remarks->count; i++) {
		const struct kg_policy_remark *remark = &remarks->items[i];
		struct kg_report_error *items = kg_list_room(arena, report->remarks, report->remark_count, sizeof(*items));

		if (items == NULL)
			return KG_ENOMEM;
		report->remarks = items;
		items[report->remark_count++] = (struct kg_report_error){
		        .file = file, .line = remark->place.line, .column = remark->place.column, .message = remark->message};
	}
	return 0;
}

static int look_over(struct kg_bundle *bundle, const struct kg_bundle_policy *bundled, time_t now, struct kg_arena *arena,
                     struct kg_report *report)
{
	const struct kg_bundle_file *file = &bundle->files[bundled->file];
	struct kg_policy_remarks remarks;
	struct kg_policy *policy = NULL;
	struct kg_err err = {0};
	int code = kg_policy_new_from_manifest(&bundled->manifest, &file->lines, NULL, &policy, &err);

	if (code == KG_EINVAL)
		return kg_input_errors_add(&bundle->errors, arena, file->name, &err);
	if (code != 0)
		return code;
	report->policy_count++;
	code = kg_policy_lint(policy, now, arena, &remarks);
	kg_policy_unref(policy);
	return code == 0 ? add_remarks(report, file->name, &remarks, arena) : code;
}

int kg_policies_look_over(struct kg_bundle *bundle, time_t now, struct kg_arena *arena, struct kg_report *report)
{
	int code = 0;

	for (size_t i = 0; i < bundle->policy_count && code == 0; i++)
		code = look_over(bundle, &bundle->policies[i], now, arena, report);
	return code;
}
