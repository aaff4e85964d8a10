/*
 * Namespaces of Event Hubs and Service Bus, as connection strings name them (azeventhubs and azservicebus, ParseConnectionString):
 * "Endpoint=sb://host/;…".
 */
#pragma once

#include <stdbool.h>

#include "kedagate/syntax/text.h"

/* As kg_param.hosts_in: the host of the last Endpoint. The string is read as nothing else. */
bool kg_azure_namespace_hosts(const char *text, struct kg_slice *ret_hosts);
