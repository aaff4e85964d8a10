#include "kedagate/rules/finding.h"
#include "rules/checks.h"
#include "rules/context.h"
#include "rules/findings.h"

struct check {
	unsigned kinds;
	int (*run)(const struct kg_rule_context *context, struct kg_findings *out);
};

static const struct check checks[] = {
#define RULE(symbol_, name_, category_, action_, kinds_, check_, title_) {(kinds_), check_},
#include "kedagate/rules/rules.def"
#undef RULE
};

int kg_rules_run(const struct kg_rules_context *context, struct kg_arena *arena, struct kg_findings *out)
{
	struct kg_rule_context rule_context;
	int status = kg_rule_context_init(&rule_context, context, arena);

	*out = (struct kg_findings){.arena = arena};
	for (size_t i = 0; i < KG_ARRAY_LEN(checks) && status == 0; i++) {
		if (checks[i].kinds & context->object->kind)
			status = checks[i].run(&rule_context, out);
	}
	return status ? status : kg_findings_sort(out, context->object);
}
