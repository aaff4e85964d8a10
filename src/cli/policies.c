#include "cli/policies.h"

#include "kedagate/base/limits.h"
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

/* What `serve --policy` refuses though the policy itself is right. NULL: nothing. */
static const char *refusal_of_file(const struct kg_bundle_file *file)
{
	if (file->documents > 1)
		return "serve --policy takes a file with one document: put the policy into a file of its own";
	return file->length > KG_MAX_POLICY_BYTES ? "serve --policy takes a file of at most 1 MiB" : NULL;
}

_Static_assert(KG_MAX_POLICY_BYTES == 1u << 20, "the remark names the limit");

static int remark_on_file(struct kg_report *report, const struct kg_bundle_file *file, const struct kg_bundle_policy *bundled,
                          struct kg_arena *arena)
{
	const size_t offset = kg_manifest_offset(&bundled->manifest, "kind");
	struct kg_policy_remark remark = {kg_lines_position(&file->lines, offset), refusal_of_file(file)};
	const struct kg_policy_remarks remarks = {&remark, 1};

	return remark.message != NULL ? add_remarks(report, file->name, &remarks, arena) : 0;
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
	code = remark_on_file(report, file, bundled, arena);
	if (code == 0)
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
