#include "scalers/azure_namespace.h"

#include <string.h>
#include <strings.h>

#include "kedagate/syntax/url.h"

bool kg_azure_namespace_hosts(const char *text, struct kg_slice *ret_hosts)
{
	static const char key[] = "Endpoint=";
	static const size_t key_length = sizeof(key) - 1;
	struct kg_slice endpoint = {"", 0};

	while (*text) {
		size_t length = strcspn(text, ";");

		if (strncasecmp(text, key, key_length) == 0)
			endpoint = (struct kg_slice){text + key_length, length - key_length};
		text += length;
		text += *text == ';';
	}
	*ret_hosts = kg_url_authority(endpoint);
	return true;
}
