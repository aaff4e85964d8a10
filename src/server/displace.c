#include "server/displace.h"

#include "kedagate/base/clock.h"
#include "kedagate/base/limits.h"

#define NANOSECONDS_PER_SECOND INT64_C(1000000000)

/* In the order in which they give way. */
enum rank { NEVER_ASKED, KEPT, SLOW, STAYS };

static enum rank rank_of(const struct kg_connection *connection, int64_t now)
{
	if (connection->leaving)
		return STAYS;
	if (atomic_load(&connection->busy))
		return kg_connection_is_slow(connection, now) ? SLOW : STAYS;
	if (!atomic_load(&connection->kept))
		return NEVER_ASKED;
	/* An API server that has just been answered may have sent the next one. */
	return now - atomic_load(&connection->last_activity) > KG_DISPLACE_SECONDS * NANOSECONDS_PER_SECOND ? KEPT : STAYS;
}

static unsigned connections_of_client(const struct kg_connection *connection)
{
	return connection->client != NULL ? connection->client->connections : 1;
}

struct candidate {
	struct kg_connection *connection; /* NULL: none yet */
	unsigned clients_connections;
	enum rank rank;
};

/* Whether `a` gives way before `b`. */
static bool goes_before(const struct candidate *a, const struct candidate *b)
{
	if (a->rank == STAYS || b->connection == NULL)
		return a->rank != STAYS;
	if (a->clients_connections != b->clients_connections)
		return a->clients_connections > b->clients_connections;
	if (a->rank != b->rank)
		return a->rank < b->rank;
	return atomic_load(&a->connection->last_activity) < atomic_load(&b->connection->last_activity);
}

bool kg_connections_displace(struct kg_connections *all, const struct sockaddr_storage *newcomer)
{
	struct candidate first = {.rank = STAYS};
	int64_t now = kg_clock_monotonic();
	unsigned least;

	pthread_mutex_lock(&all->lock);
	least = kg_clients_count(&all->clients, newcomer);
	for (struct kg_connection *connection = all->first; connection != NULL; connection = connection->next) {
		struct candidate candidate = {connection, connections_of_client(connection), rank_of(connection, now)};

		if (candidate.clients_connections >= least && goes_before(&candidate, &first))
			first = candidate;
	}
	if (first.connection != NULL)
		kg_connection_cut(first.connection);
	pthread_mutex_unlock(&all->lock);
	return first.connection != NULL;
}

bool kg_connections_cut_slow(struct kg_connections *all)
{
	struct kg_connection *slowest = NULL;
	int64_t now = kg_clock_monotonic();

	pthread_mutex_lock(&all->lock);
	for (struct kg_connection *connection = all->first; connection != NULL; connection = connection->next) {
		if (rank_of(connection, now) == SLOW &&
		    (slowest == NULL || atomic_load(&connection->last_activity) < atomic_load(&slowest->last_activity)))
			slowest = connection;
	}
	if (slowest != NULL)
		kg_connection_cut(slowest);
	pthread_mutex_unlock(&all->lock);
	return slowest != NULL;
}

bool kg_connections_dominated_by(struct kg_connections *all, const struct sockaddr_storage *client)
{
	bool dominated;

	pthread_mutex_lock(&all->lock);
	dominated = kg_clients_count(&all->clients, client) > all->max / 2;
	pthread_mutex_unlock(&all->lock);
	return dominated;
}
