#include "cli/compatibility.h"

#include <stdio.h>
#include <string.h>

#include "kedagate/base/compiler.h"
#include "kedagate/syntax/version.h"

/* Minor releases of KEDA 2, and those of Kubernetes 1 that each was tested with: https://keda.sh/docs/latest/operate/cluster/ has none for 2.20 yet. */
static const struct {
	unsigned keda, oldest, newest;
} tested[] = {
        {10, 24, 26}, {11, 25, 27}, {12, 26, 28}, {13, 27, 29}, {14, 27, 29},
        {15, 28, 30}, {16, 29, 31}, {17, 30, 32}, {18, 31, 33}, {19, 32, 34},
};

/* The minor release of "v1.34.1" and of "1.29+"; 0 when it cannot be told. */
static unsigned minor_of(const char *version)
{
	unsigned minor = 0;

	version += *version == 'v';
	if (strncmp(version, "1.", 2) != 0)
		return 0;
	for (version += 2; *version >= '0' && *version <= '9' && minor < 1000; version++)
		minor = minor * 10 + (unsigned)(*version - '0');
	return minor;
}

const char *kg_compatibility_doubt(uint32_t version, const char *server_version, char out[KG_ERR_MESSAGE_MAX])
{
	unsigned minor = server_version != NULL ? minor_of(server_version) : 0;

	for (size_t i = 0; i < KG_ARRAY_LEN(tested) && minor != 0; i++) {
		if (version < KG_VERSION(2, tested[i].keda, 0) || version >= KG_VERSION(2, tested[i].keda + 1, 0) ||
		    (minor >= tested[i].oldest && minor <= tested[i].newest))
			continue;
		(void)snprintf(out, KG_ERR_MESSAGE_MAX,
		               "KEDA 2.%u was tested with Kubernetes 1.%u to 1.%u, and this is 1.%u: upgrade the older one", tested[i].keda,
		               tested[i].oldest, tested[i].newest, minor);
		return out;
	}
	return NULL;
}
