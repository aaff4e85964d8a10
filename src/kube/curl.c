#include "kube/curl.h"

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

/* The name of the interface, as Debian and most others call the library with OpenSSL. */
#define LIBRARY "libcurl.so.4"

#define FUNCTION(prefix_, name_)                                                                                                           \
	{                                                                                                                                  \
#prefix_ #name_, offsetof(struct kg_curl, name_)                                                                           \
	}

static const struct {
	const char *name;
	size_t offset;
} functions[] = {
        FUNCTION(curl_, global_init),         FUNCTION(curl_, version_info),    FUNCTION(curl_, easy_init),
        FUNCTION(curl_, easy_cleanup),        FUNCTION(curl_, easy_setopt),     FUNCTION(curl_, easy_getinfo),
        FUNCTION(curl_, easy_strerror),       FUNCTION(curl_, slist_append),    FUNCTION(curl_, slist_free_all),
        FUNCTION(curl_, multi_init),          FUNCTION(curl_, multi_cleanup),   FUNCTION(curl_, multi_add_handle),
        FUNCTION(curl_, multi_remove_handle), FUNCTION(curl_, multi_perform),   FUNCTION(curl_, multi_poll),
        FUNCTION(curl_, multi_wakeup),        FUNCTION(curl_, multi_info_read), FUNCTION(curl_, multi_strerror),
};

_Static_assert(KG_ARRAY_LEN(functions) * sizeof(void *) == sizeof(struct kg_curl), "each function is looked up");

int kg_curl_load(struct kg_curl *out, struct kg_err *err)
{
	struct kg_curl found;
	void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);

	if (library == NULL)
		return kg_err_set(err, KG_ENOTFOUND,
		                  "%s cannot be loaded, which is needed to reach a cluster: install libcurl (Debian: libcurl4)", LIBRARY);
	for (size_t i = 0; i < KG_ARRAY_LEN(functions); i++) {
		void *address = dlsym(library, functions[i].name);

		if (address == NULL)
			return kg_err_set(err, KG_ENOTFOUND, "%s is too old: it has no %s", LIBRARY, functions[i].name);
		memcpy((char *)&found + functions[i].offset, &address, sizeof(address));
	}
	if (found.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return kg_err_set(err, KG_ENOMEM, "%s cannot be initialised", LIBRARY);
	*out = found;
	return 0;
}
