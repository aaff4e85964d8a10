#include "scalers/request_uri.h"

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
