#include "scalers/request_uri.h"

#include <string.h>

#include "kedagate/base/err.h"
#include "kedagate/syntax/url.h"
#include "scalers/complaints.h"

int kg_request_uri_check(const struct kg_params *params, const char *parameter, const char *detail, struct kg_complaints *out)
{
	const char *text = kg_params_text(params, parameter);
	struct kg_url url;

	if (!text)
		return 0;
	if (kg_url_parse(text, &url))
		return kg_params_strict_urls(params) && kg_url_has_stray_colon(&url) ? kg_complain_invalid(params, parameter, detail, out)
		                                                                     : 0;
	return kg_request_uri_valid(text) ? kg_complain_doubtful(params, parameter, detail, out)
	                                  : kg_complain_invalid(params, parameter, detail, out);
}

int kg_request_uri_check_list(const struct kg_params *params, const char *parameter, struct kg_complaints *out)
{
	const char *text = kg_params_text(params, parameter);
	struct kg_list list = kg_list_of(kg_slice_of(text), ',');
	struct kg_slice address;

	while (text && kg_list_next(&list, &address)) {
		const char *copy = kg_arena_strndup(out->arena, address.start, address.length);
		struct kg_url url;

		if (!copy)
			return KG_ENOMEM;
		if (strstr(copy, "://") && !kg_url_parse(copy, &url))
			return kg_complain_invalid(params, parameter, "must be well-formed URLs", out);
	}
	return 0;
}
