#include "kedagate/report/libraries.h"

#include <jansson.h>

void kg_report_libraries(struct kg_library out[KG_REPORT_LIBRARIES])
{
	out[0] = (struct kg_library){"jansson", jansson_version_str()};
}
