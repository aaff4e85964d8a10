#include "scalers/number.h"

#include "kedagate/syntax/scalar.h"
#include "scalers/complaints.h"

bool kg_number_below(const struct kg_params *params, const char *name, int64_t minimum)
{
	const char *text = kg_params_text(params, name);
	int64_t value;

	return text && kg_go_int_parse(kg_slice_of(text), &value) && value < minimum;
}

int kg_number_sign(const struct kg_params *params, const char *name)
{
	const char *text = kg_params_text(params, name);
	double value;

	if (!text || !kg_json_float_parse(kg_slice_of(text), &value))
		return 1;
	return (value > 0) - (value < 0);
}

bool kg_number_is_zero(const struct kg_params *params, const char *name)
{
	return kg_number_sign(params, name) == 0;
}

int kg_number_check_natural(const struct kg_params *params, const char *const *names, struct kg_complaints *out)
{
	int status = 0;

	for (; *names && status == 0; names++) {
		if (kg_number_below(params, *names, 0))
			status = kg_complain_invalid(params, *names, "must not be negative", out);
	}
	return status;
}
