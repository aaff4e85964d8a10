#include "scalers/azure_period.h"

#include "kedagate/syntax/scalar.h"
#include "kedagate/syntax/text.h"
#include "scalers/complaints.h"

int kg_azure_period_check(const struct kg_params *params, const char *parameter, unsigned parts, const char *detail,
                          struct kg_complaints *out)
{
	const char *text = kg_params_text(params, parameter);
	struct kg_list list = kg_list_of(kg_slice_of(text), ':');
	struct kg_slice part;
	int64_t number;
	unsigned count = 0;
	bool numbers = true;

	if (!text)
		return 0;
	for (; kg_list_next(&list, &part); count++)
		numbers = kg_go_int_parse(part, &number) && numbers;
	if (count != parts)
		return kg_complain_invalid(params, parameter, detail, out);
	return numbers ? 0 : kg_complain_doubtful(params, parameter, detail, out);
}
