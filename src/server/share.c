#include "server/share.h"

#include "kedagate/base/clock.h"
#include "kedagate/base/limits.h"

#define NANOSECONDS_PER_SECOND INT64_C(1000000000)

bool kg_share_claim(struct kg_connection *connection, size_t bytes, size_t share)
{
	struct kg_connections *all = connection->all;
	struct kg_client *client = connection->client;
	bool granted;

	if (client == NULL)
		return true;
	pthread_mutex_lock(&all->lock);
	granted = client->claimed == 0 || client->claimed + bytes <= share || kg_clock_monotonic() >= all->contended_until;
	if (granted) {
		connection->claimed = bytes;
		client->claimed += bytes;
	}
	pthread_mutex_unlock(&all->lock);
	return granted;
}

void kg_share_return(struct kg_connection *connection)
{
	/* Only the connection's thread changes its claim. */
	if (connection->claimed == 0)
		return;
	pthread_mutex_lock(&connection->all->lock);
	connection->client->claimed -= connection->claimed;
	connection->claimed = 0;
	pthread_mutex_unlock(&connection->all->lock);
}

static struct kg_client *client_with_most(struct kg_clients *clients)
{
	struct kg_client *most = NULL;

	for (struct kg_client *client = clients->first; client != NULL; client = client->next) {
		if (most == NULL || client->claimed > most->claimed)
			most = client;
	}
	return most;
}

/* The body that `client` has been sending for longest, if that is longer than an API server takes for one. */
static struct kg_connection *longest_sender(struct kg_connections *all, const struct kg_client *client, int64_t now)
{
	int64_t latest = now - KG_SPAN_SECONDS * NANOSECONDS_PER_SECOND * 2;
	struct kg_connection *longest = NULL;

	for (struct kg_connection *connection = all->first; connection != NULL; connection = connection->next) {
		int64_t began = atomic_load(&connection->last_activity);

		if (connection->client != client || connection->claimed == 0 || connection->leaving ||
		    atomic_load(&connection->span_began) == 0 || began > latest)
			continue;
		latest = began;
		longest = connection;
	}
	return longest;
}

bool kg_share_defend(struct kg_connection *connection, size_t share)
{
	struct kg_connections *all = connection->all;
	struct kg_connection *longest = NULL;
	int64_t now = kg_clock_monotonic();
	struct kg_client *most;

	pthread_mutex_lock(&all->lock);
	most = client_with_most(&all->clients);
	if (most != NULL && most != connection->client && most->claimed > share) {
		all->contended_until = now + KG_CONTENDED_SECONDS * NANOSECONDS_PER_SECOND;
		longest = longest_sender(all, most, now);
	}
	if (longest != NULL)
		kg_connection_cut(longest);
	pthread_mutex_unlock(&all->lock);
	return longest != NULL;
}
