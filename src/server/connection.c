#include "server/connection.h"

#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "kedagate/base/clock.h"
#include "kedagate/base/limits.h"

#define NANOSECONDS_PER_SECOND INT64_C(1000000000)

void kg_connections_init(struct kg_connections *all, unsigned max, struct kg_certstore *certstore)
{
	*all = (struct kg_connections){.certstore = certstore, .max = max, .lock = PTHREAD_MUTEX_INITIALIZER};
}

void kg_connections_release(struct kg_connections *all)
{
	pthread_mutex_destroy(&all->lock);
}

bool kg_connections_admit(struct kg_connections *all)
{
	bool room;

	pthread_mutex_lock(&all->lock);
	room = atomic_load(&all->admitted) - atomic_load(&all->gone) < all->max + (unsigned long long)atomic_load(&all->leaving);
	if (room)
		atomic_fetch_add(&all->admitted, 1);
	pthread_mutex_unlock(&all->lock);
	return room;
}

void kg_connections_retract(struct kg_connections *all)
{
	atomic_fetch_sub(&all->admitted, 1);
}

unsigned kg_connections_peak(unsigned max)
{
	return max + max / KG_LEAVING_PART + 1;
}

bool kg_connections_crowded(struct kg_connections *all)
{
	return atomic_load(&all->leaving) >= kg_connections_peak(all->max) - all->max;
}

bool kg_connections_pending(struct kg_connections *all)
{
	return atomic_load(&all->entered) < atomic_load(&all->admitted);
}

struct kg_connection *kg_connection_enter(struct kg_connections *all, int fd)
{
	struct kg_connection *connection = calloc(1, sizeof(*connection));

	atomic_fetch_add(&all->entered, 1);
	if (connection == NULL)
		return NULL;
	connection->all = all;
	connection->fd = fd;
	atomic_init(&connection->last_activity, kg_clock_monotonic());
	pthread_mutex_lock(&all->lock);
	connection->client = kg_clients_join(&all->clients, fd);
	connection->next = all->first;
	if (connection->next != NULL)
		connection->next->previous = connection;
	all->first = connection;
	pthread_mutex_unlock(&all->lock);
	return connection;
}

static void unlink_connection(struct kg_connection *connection)
{
	if (connection->previous != NULL)
		connection->previous->next = connection->next;
	else
		connection->all->first = connection->next;
	if (connection->next != NULL)
		connection->next->previous = connection->previous;
}

void kg_connection_leave(struct kg_connections *all, struct kg_connection *connection)
{
	pthread_mutex_lock(&all->lock);
	atomic_fetch_add(&all->gone, 1);
	if (connection != NULL) {
		unlink_connection(connection);
		kg_clients_leave(&all->clients, connection->client);
		all->leaving -= connection->leaving ? 1 : 0;
	}
	pthread_mutex_unlock(&all->lock);
	if (connection == NULL)
		return;
	if (connection->pair != NULL)
		kg_served_pair_unref(connection->pair);
	free(connection->stranger);
	free(connection);
}

void kg_connection_cut(struct kg_connection *connection)
{
	connection->leaving = true;
	connection->all->leaving++;
	(void)shutdown(connection->fd, SHUT_RDWR);
}

void kg_connection_begin(struct kg_connection *connection)
{
	int64_t now = kg_clock_monotonic();

	atomic_store(&connection->last_activity, now);
	connection->span_bytes = 0;
	connection->span_wanted = KG_SPAN_BYTES;
	atomic_store(&connection->span_poor, false);
	atomic_store(&connection->span_began, now);
	atomic_store(&connection->busy, true);
}

void kg_connection_end(struct kg_connection *connection)
{
	kg_connection_has_received(connection);
	atomic_store(&connection->last_activity, kg_clock_monotonic());
	atomic_store(&connection->busy, false);
}

void kg_connection_expects(struct kg_connection *connection, uint64_t bytes)
{
	uint64_t share = bytes / (KG_BODY_SECONDS / KG_SPAN_SECONDS);

	if (share > KG_SPAN_BYTES && share < KG_MAX_BODY_BYTES)
		connection->span_wanted = (size_t)share;
}

void kg_connection_receives(struct kg_connection *connection, size_t bytes, int64_t now)
{
	int64_t began = atomic_load(&connection->span_began);

	connection->span_bytes += bytes;
	if (began == 0 || now - began < KG_SPAN_SECONDS * NANOSECONDS_PER_SECOND)
		return;
	atomic_store(&connection->span_poor, connection->span_bytes < connection->span_wanted);
	atomic_store(&connection->span_began, now);
	connection->span_bytes = 0;
}

void kg_connection_has_received(struct kg_connection *connection)
{
	atomic_store(&connection->span_began, 0);
}

static bool has_unread_bytes(int fd)
{
	int unread = 0;

	return ioctl(fd, FIONREAD, &unread) == 0 && unread > 0;
}

struct kg_connections_census kg_connections_count(struct kg_connections *all, int64_t quiet)
{
	struct kg_connections_census census = {0};
	int64_t quiet_since = kg_clock_monotonic() - quiet;

	pthread_mutex_lock(&all->lock);
	for (const struct kg_connection *connection = all->first; connection != NULL; connection = connection->next) {
		/* The end of a request sets last_activity before it clears busy: read in the other order, no request falls between. */
		if (atomic_load(&connection->busy))
			census.busy++;
		else if (atomic_load(&connection->last_activity) > quiet_since || has_unread_bytes(connection->fd))
			census.waiting++;
		else
			census.idle++;
	}
	pthread_mutex_unlock(&all->lock);
	return census;
}

bool kg_connection_is_slow(const struct kg_connection *connection, int64_t now)
{
	int64_t began = atomic_load(&connection->span_began);

	if (began == 0 || (!atomic_load(&connection->span_poor) && now - began < KG_SPAN_SECONDS * NANOSECONDS_PER_SECOND * 2))
		return false;
	/* Otherwise it is this side that has not found the time to read. */
	return !has_unread_bytes(connection->fd);
}
