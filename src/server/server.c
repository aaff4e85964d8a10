#include "kedagate/server/server.h"

#include <stdlib.h>
#include <string.h>

#include "server/https.h"
#include "server/plain.h"

struct kg_server {
	struct kg_https https;
	struct kg_plain health; /* with the metrics when both have one address */
	struct kg_plain metrics;
};

static bool same_address(const struct kg_listen_address *a, const struct kg_listen_address *b)
{
	return a->enabled && b->enabled && a->port == b->port && strcmp(a->host, b->host) == 0;
}

static int start_plain(struct kg_server *server, const struct kg_server_config *config, struct kg_err *err)
{
	bool shared = same_address(&config->health, &config->metrics);
	int code = 0;

	server->health.https = &server->https;
	server->health.health = true;
	server->health.metrics = shared;
	server->metrics.https = &server->https;
	server->metrics.metrics = true;
	if (config->health.enabled)
		code = kg_plain_start(&server->health, &config->health, err);
	if (code == 0 && config->metrics.enabled && !shared)
		code = kg_plain_start(&server->metrics, &config->metrics, err);
	return code;
}

static void stop_plain(struct kg_server *server)
{
	kg_plain_stop(&server->health);
	kg_plain_stop(&server->metrics);
}

static int start(struct kg_server *server, const struct kg_server_config *config, const struct kg_server_state *state, struct kg_err *err)
{
	int code = kg_https_start(&server->https, config, state, err);

	if (code != 0)
		return code;
	code = start_plain(server, config, err);
	if (code == 0)
		return 0;
	stop_plain(server);
	(void)kg_https_stop(&server->https, 0);
	return code;
}

int kg_server_start(const struct kg_server_config *config, const struct kg_server_state *state, struct kg_server **ret_server,
                    struct kg_err *err)
{
	struct kg_server *server = calloc(1, sizeof(*server));
	int code;

	if (server == NULL)
		return kg_err_set(err, KG_ENOMEM, "out of memory");
	kg_plain_init(&server->health);
	kg_plain_init(&server->metrics);
	code = start(server, config, state, err);
	if (code != 0) {
		free(server);
		return code;
	}
	*ret_server = server;
	return 0;
}

unsigned kg_server_descriptors(unsigned max_connections)
{
	return kg_connections_peak(max_connections);
}

const char *kg_server_address(const struct kg_server *server)
{
	return server->https.listener.address;
}

const char *kg_server_health_address(const struct kg_server *server)
{
	return server->health.listener.address;
}

const char *kg_server_metrics_address(const struct kg_server *server)
{
	return server->health.metrics ? server->health.listener.address : server->metrics.listener.address;
}

void kg_server_drain(struct kg_server *server)
{
	atomic_store(&server->https.draining, true);
}

unsigned kg_server_stop(struct kg_server *server, unsigned grace_seconds)
{
	unsigned cut = kg_https_stop(&server->https, grace_seconds);

	stop_plain(server);
	free(server);
	return cut;
}
