#include "kedagate/kube/client.h"

#include <stdlib.h>
#include <string.h>

#include "kedagate/syntax/url.h"
#include "kube/transfer.h"

enum { MEMORY_MAX = 64 << 10 };

#define SLICE(slice_) (int)(slice_).length, (slice_).start

/* The server goes by another name than that of its host: libcurl is told where that is, and the server what it was called. */
static int rename_server(struct kg_kube_client *client, const struct kg_url *url)
{
	const char *name = client->config->tls_server_name;
	const char *open = memchr(url->host.start, ':', url->host.length) != NULL ? "[" : "";
	const char *close = *open != '\0' ? "]" : "";
	bool has_port = url->port.length > 0;
	const char *target = kg_arena_printf(&client->memory, "::%s%.*s%s:%.*s", open, SLICE(url->host), close, SLICE(url->port));

	client->base =
	        kg_arena_printf(&client->memory, "https://%s%s%.*s%.*s", name, has_port ? ":" : "", SLICE(url->port), SLICE(url->path));
	client->host_header = kg_arena_printf(&client->memory, "Host: %s%.*s%s%s%.*s", open, SLICE(url->host), close, has_port ? ":" : "",
	                                      SLICE(url->port));
	if (target == NULL || client->base == NULL || client->host_header == NULL)
		return KG_ENOMEM;
	client->connect_to = client->curl.slist_append(NULL, target);
	return client->connect_to != NULL ? 0 : KG_ENOMEM;
}

static int find_way(struct kg_kube_client *client, struct kg_err *err)
{
	const struct kg_kube_config *config = client->config;
	struct kg_url url;
	int status = 0;

	if (!kg_url_parse(config->server, &url) || url.host.length == 0)
		return kg_err_set(err, KG_EINVAL, "%s: the server is no URL, such as https://10.0.0.1:6443", config->origin);
	client->base = config->server;
	if (config->tls_server_name != NULL)
		status = rename_server(client, &url);
	return status == 0 ? 0 : kg_err_set(err, status, "out of memory");
}

int kg_kube_client_new(const struct kg_kube_config *config, struct kg_kube_client **ret_client, struct kg_err *err)
{
	struct kg_kube_client *client = calloc(1, sizeof(*client));
	int status;

	if (client == NULL)
		return kg_err_set(err, KG_ENOMEM, "out of memory");
	client->config = config;
	kg_arena_init(&client->memory, MEMORY_MAX);
	status = kg_curl_load(&client->curl, err);
	if (status == 0)
		status = find_way(client, err);
	if (status != 0) {
		kg_kube_client_free(client);
		return status;
	}
	*ret_client = client;
	return 0;
}

void kg_kube_client_free(struct kg_kube_client *client)
{
	if (client == NULL)
		return;
	kg_kube_transfers_free(client->own);
	if (client->connect_to != NULL)
		client->curl.slist_free_all(client->connect_to);
	kg_arena_release(&client->memory);
	free(client);
}
