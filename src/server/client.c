#include "server/client.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

/* The upper half of the address; of an IPv4 address, also one in IPv6's clothes, the address itself. Other families are one client. */
static void key_of(const struct sockaddr_storage *peer, unsigned char key[KG_CLIENT_KEY_BYTES])
{
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)peer;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)peer;

	memset(key, 0, KG_CLIENT_KEY_BYTES);
	if (peer->ss_family == AF_INET)
		memcpy(key, &v4->sin_addr, sizeof(v4->sin_addr));
	else if (peer->ss_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr))
		memcpy(key, v6->sin6_addr.s6_addr + 12, 4);
	else if (peer->ss_family == AF_INET6)
		memcpy(key, v6->sin6_addr.s6_addr, KG_CLIENT_KEY_BYTES);
}

static struct kg_client *find(const struct kg_clients *clients, const struct sockaddr_storage *peer)
{
	unsigned char key[KG_CLIENT_KEY_BYTES];
	struct kg_client *client = clients->first;

	key_of(peer, key);
	while (client != NULL && memcmp(client->key, key, sizeof(key)) != 0)
		client = client->next;
	return client;
}

struct kg_client *kg_clients_join(struct kg_clients *clients, int fd)
{
	struct sockaddr_storage peer = {0};
	socklen_t length = sizeof(peer);
	struct kg_client *client;

	/* One that has gone already is as good as any. */
	(void)getpeername(fd, (struct sockaddr *)&peer, &length);
	client = find(clients, &peer);
	if (client == NULL) {
		client = calloc(1, sizeof(*client));
		if (client == NULL)
			return NULL;
		key_of(&peer, client->key);
		client->next = clients->first;
		clients->first = client;
	}
	client->connections++;
	return client;
}

void kg_clients_leave(struct kg_clients *clients, struct kg_client *client)
{
	struct kg_client **link = &clients->first;

	if (client == NULL || --client->connections > 0)
		return;
	while (*link != client)
		link = &(*link)->next;
	*link = client->next;
	free(client);
}

unsigned kg_clients_count(const struct kg_clients *clients, const struct sockaddr_storage *peer)
{
	const struct kg_client *client = find(clients, peer);

	return client != NULL ? client->connections : 0;
}
