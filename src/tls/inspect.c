#include "kedagate/tls/inspect.h"

#include <openssl/err.h>

#include "tls/inspection.h"

#define ADVICE(severity_, id_, advice_)                                                                                                    \
	{                                                                                                                                  \
		.id = (id_), .severity = KG_SEVERITY_##severity_, .advice = (advice_)                                                      \
	}

static const struct kg_flaw_info flaws[] = {
#define FLAW(name_, id_, severity_, advice_) [KG_FLAW_##name_] = ADVICE(severity_, id_, advice_),
#include "kedagate/tls/flaws.def"
#undef FLAW
};

const struct kg_flaw_info *kg_flaw_info(enum kg_flaw flaw)
{
	return &flaws[flaw];
}

/* In this order problems of one material are told. */
static void (*const parts[])(struct kg_inspection *) = {
        kg_inspect_read,  kg_inspect_classify, kg_inspect_dates,    kg_inspect_strength, kg_inspect_extensions,
        kg_inspect_usage, kg_inspect_names,    kg_inspect_keys,     kg_inspect_order,    kg_inspect_authorities,
        kg_inspect_trust, kg_inspect_served,   kg_inspect_describe,
};

/* Stable, so that problems of one material keep their order. There are few. */
static void sort_problems(struct kg_inspect_report *report)
{
	for (size_t i = 1; i < report->problem_count; i++) {
		const struct kg_certificate_problem moved = report->problems[i];
		size_t at = i;

		for (; at > 0 && report->problems[at - 1].material > moved.material; at--)
			report->problems[at] = report->problems[at - 1];
		report->problems[at] = moved;
	}
}

int kg_inspect(const struct kg_inspect_request *request, struct kg_arena *arena, struct kg_inspect_report *out, struct kg_err *err)
{
	struct kg_inspection inspection = {
	        .request = request,
	        .arena = arena,
	        .out = out,
	        .materials = kg_arena_calloc(arena, request->material_count, sizeof(*inspection.materials)),
	};

	*out = (struct kg_inspect_report){0};
	if (inspection.materials == NULL)
		return kg_err_set(err, KG_ENOMEM, "cannot inspect the certificates: out of memory");
	for (size_t i = 0; i < KG_ARRAY_LEN(parts) && !inspection.failed; i++)
		parts[i](&inspection);
	kg_inspect_release(&inspection);
	ERR_clear_error();
	if (inspection.failed)
		return kg_err_set(err, KG_ENOMEM, "cannot inspect the certificates: out of memory");
	sort_problems(out);
	return 0;
}
