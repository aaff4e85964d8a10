#include "kedagate/server/libraries.h"

#include <microhttpd.h>

void kg_server_libraries(struct kg_library out[KG_SERVER_LIBRARIES])
{
	out[0] = (struct kg_library){"libmicrohttpd", MHD_get_version()};
}
