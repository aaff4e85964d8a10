/*
 * A request of the HTTPS listener, from its head to its answer.
 */
#pragma once

#include <microhttpd.h>
#include <stddef.h>

#include "server/https.h"

/* libmicrohttpd's handler; `listener` is a struct kg_https. Called when the head is there, for each part of the body, and at the end. */
enum MHD_Result kg_request_handle(void *listener, struct MHD_Connection *mhd, const char *url, const char *method, const char *version,
                                  const char *upload, size_t *upload_size, void **client);

/* libmicrohttpd's notice that the answer is sent, or that the connection broke before it was. */
void kg_request_completed(void *listener, struct MHD_Connection *mhd, void **client, enum MHD_RequestTerminationCode how);
