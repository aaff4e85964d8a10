#include "kedagate/model/libraries.h"

#include <cjson/cJSON.h>
#include <yaml.h>

void kg_model_libraries(struct kg_library out[KG_MODEL_LIBRARIES])
{
	out[0] = (struct kg_library){"cJSON", cJSON_Version()};
	out[1] = (struct kg_library){"libyaml", yaml_get_version_string()};
}
