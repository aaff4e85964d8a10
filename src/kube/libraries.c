#include "kedagate/kube/libraries.h"

#include "kube/curl.h"

void kg_kube_libraries(struct kg_library out[KG_KUBE_LIBRARIES])
{
	struct kg_curl curl;
	int status = kg_curl_load(&curl, NULL);

	out[0] = (struct kg_library){"libcurl", status == 0 ? curl.version_info(CURLVERSION_NOW)->version : "not found"};
}
