/*
 * The least an admission webhook over libmicrohttpd can cost: TLS 1.3, the same pool, the body read whole, the uid found by a text search and
 * echoed. `bare_server CERTIFICATE KEY` prints its port and serves until its standard input ends.
 */
#include <arpa/inet.h>
#include <gnutls/gnutls.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kedagate/base/buf.h"
#include "kedagate/base/file.h"
#include "kedagate/base/limits.h"

static enum MHD_Result answer(struct MHD_Connection *connection, const struct kg_buf *body)
{
	static const char marker[] = "\"uid\":\"";
	const char *uid = strstr(kg_buf_text(body), marker);
	char text[512];
	struct MHD_Response *response = NULL;
	enum MHD_Result result = MHD_NO;

	uid = uid ? uid + sizeof(marker) - 1 : "";
	(void)snprintf(
	        text, sizeof(text),
	        "{\"kind\":\"AdmissionReview\",\"apiVersion\":\"admission.k8s.io/v1\",\"response\":{\"uid\":\"%.*s\",\"allowed\":true}}\n",
	        (int)strcspn(uid, "\""), uid);
	response = MHD_create_response_from_buffer(strlen(text), text, MHD_RESPMEM_MUST_COPY);
	if (!response)
		return MHD_NO;
	(void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, "application/json");
	result = MHD_queue_response(connection, MHD_HTTP_OK, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result handle(void *cookie, struct MHD_Connection *connection, const char *url, const char *method, const char *version,
                              const char *upload, size_t *upload_size, void **request)
{
	struct kg_buf *body = *request;

	(void)cookie, (void)url, (void)method, (void)version;
	if (!body) {
		body = calloc(1, sizeof(*body));
		if (!body)
			return MHD_NO;
		kg_buf_init(body, KG_MAX_BODY_BYTES);
		*request = body;
		return MHD_YES;
	}
	if (*upload_size) {
		kg_buf_append(body, upload, *upload_size);
		*upload_size = 0;
		return MHD_YES;
	}
	return answer(connection, body);
}

static void complete(void *cookie, struct MHD_Connection *connection, void **request, enum MHD_RequestTerminationCode why)
{
	(void)cookie, (void)connection, (void)why;
	if (*request)
		kg_buf_release(*request);
	free(*request);
}

static struct MHD_Daemon *start(const char *certificate, const char *key)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

	return MHD_start_daemon(MHD_USE_TLS | MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, handle, NULL, MHD_OPTION_SOCK_ADDR,
	                        (struct sockaddr *)&address, MHD_OPTION_HTTPS_MEM_CERT, certificate, MHD_OPTION_HTTPS_MEM_KEY, key,
	                        MHD_OPTION_HTTPS_PRIORITIES, "NORMAL:-VERS-ALL:+VERS-TLS1.3", MHD_OPTION_THREAD_POOL_SIZE, 2u,
	                        MHD_OPTION_NOTIFY_COMPLETED, complete, NULL, MHD_OPTION_CONNECTION_TIMEOUT, 300u, MHD_OPTION_END);
}

int main(int argc, char **argv)
{
	struct kg_buf certificate;
	struct kg_buf key;
	struct kg_err err = {0};
	struct MHD_Daemon *daemon = NULL;
	char byte = 0;

	kg_buf_init(&certificate, KG_MAX_PEM_BYTES);
	kg_buf_init(&key, KG_MAX_PEM_BYTES);
	if (argc != 3 || kg_file_read(argv[1], &certificate, &err) || kg_file_read(argv[2], &key, &err)) {
		(void)fprintf(stderr, "usage: bare_server CERTIFICATE KEY\n%s\n", err.message);
		return 2;
	}
	daemon = start(kg_buf_text(&certificate), kg_buf_text(&key));
	if (!daemon)
		return 1;
	(void)printf("%u\n", (unsigned)MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port);
	(void)fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	MHD_stop_daemon(daemon);
	kg_buf_release(&certificate);
	kg_buf_release(&key);
	return 0;
}
