#include "kedagate/syntax/header.h"

#include <stddef.h>
#include <string.h>

#include "kedagate/base/compiler.h"

/* Names of header fields do not know case (RFC 9110 section 5.1). */
static const char *const secret_names[] = {
        "Authorization",  "Proxy-Authorization", "X-API-Key", "Api-Key",       "ApiKey",         "X-Auth-Token",
        "X-Access-Token", "Private-Token",       "Cookie",    "X-Vault-Token", "X-Gitlab-Token",
};

static bool is_secret_name(struct kg_slice name)
{
	for (size_t i = 0; i < KG_ARRAY_LEN(secret_names); i++) {
		if (kg_slice_equal_nocase(name, secret_names[i]))
			return true;
	}
	return false;
}

bool kg_header_next_secret(struct kg_list *list, struct kg_slice *ret_value)
{
	struct kg_slice element;

	while (kg_list_next(list, &element)) {
		const char *equals = memchr(element.start, '=', element.length);
		struct kg_slice name = {element.start, equals ? (size_t)(equals - element.start) : 0};
		struct kg_slice value;

		if (!equals || !is_secret_name(kg_slice_trim(name)))
			continue;
		value = kg_slice_trim((struct kg_slice){equals + 1, element.length - name.length - 1});
		if (value.length == 0)
			continue;
		*ret_value = value;
		return true;
	}
	return false;
}
