#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "server/connection.h"

enum { LIMIT = 3 };
#define LONG_AGO INT64_C(0)
#define AN_HOUR  INT64_C(3600000000000)

/* A server's end and a client's end for each connection. */
struct fixture {
	struct kg_connections all;
	struct kg_connection *connections[LIMIT];
	int ends[LIMIT][2];
};

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	assert_non_null(fixture);
	kg_connections_init(&fixture->all, LIMIT, NULL);
	for (int i = 0; i < LIMIT; i++) {
		assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fixture->ends[i]), 0);
		assert_true(kg_connections_admit(&fixture->all));
		fixture->connections[i] = kg_connection_enter(&fixture->all, fixture->ends[i][0]);
		assert_non_null(fixture->connections[i]);
	}
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	for (int i = 0; i < LIMIT; i++) {
		if (fixture->connections[i] != NULL)
			kg_connection_leave(&fixture->all, fixture->connections[i]);
		close(fixture->ends[i][0]);
		close(fixture->ends[i][1]);
	}
	assert_null(fixture->all.first);
	kg_connections_release(&fixture->all);
	free(fixture);
	return 0;
}

static void leave(struct fixture *fixture, int index)
{
	kg_connection_leave(&fixture->all, fixture->connections[index]);
	fixture->connections[index] = NULL;
}

static void assert_census(struct fixture *fixture, int64_t quiet, const unsigned want[3])
{
	struct kg_connections_census census = kg_connections_count(&fixture->all, quiet);

	assert_int_equal(census.busy, want[0]);
	assert_int_equal(census.waiting, want[1]);
	assert_int_equal(census.idle, want[2]);
}

static void as_many_as_allowed_are_admitted(void **state)
{
	struct fixture *fixture = *state;

	assert_false(kg_connections_admit(&fixture->all));
	leave(fixture, 1);
	assert_true(kg_connections_admit(&fixture->all));
	assert_false(kg_connections_admit(&fixture->all));
	kg_connections_retract(&fixture->all);
	assert_true(kg_connections_admit(&fixture->all));
}

static void what_is_admitted_is_pending_until_it_is_taken_on(void **state)
{
	struct fixture *fixture = *state;

	assert_false(kg_connections_pending(&fixture->all));
	leave(fixture, 0);
	assert_false(kg_connections_pending(&fixture->all));
	assert_true(kg_connections_admit(&fixture->all));
	assert_true(kg_connections_pending(&fixture->all));
	fixture->connections[0] = kg_connection_enter(&fixture->all, fixture->ends[0][0]);
	assert_false(kg_connections_pending(&fixture->all));
}

static void a_request_makes_its_connection_busy_until_it_ends(void **state)
{
	struct fixture *fixture = *state;

	kg_connection_begin(fixture->connections[1]);
	assert_census(fixture, LONG_AGO, (const unsigned[]){1, 0, 2});
	kg_connection_end(fixture->connections[1]);
	assert_census(fixture, LONG_AGO, (const unsigned[]){0, 0, 3});
}

static void a_connection_that_was_active_lately_is_waited_for(void **state)
{
	assert_census(*state, AN_HOUR, (const unsigned[]){0, 3, 0});
}

static void unread_bytes_are_waited_for(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(write(fixture->ends[2][1], "P", 1), 1);
	assert_census(fixture, LONG_AGO, (const unsigned[]){0, 1, 2});
}

static void connections_leave_in_any_order(void **state)
{
	struct fixture *fixture = *state;

	leave(fixture, 1);
	assert_census(fixture, LONG_AGO, (const unsigned[]){0, 0, 2});
	leave(fixture, 2);
	leave(fixture, 0);
	assert_census(fixture, LONG_AGO, (const unsigned[]){0, 0, 0});
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(as_many_as_allowed_are_admitted, set_up, tear_down),
	        cmocka_unit_test_setup_teardown(what_is_admitted_is_pending_until_it_is_taken_on, set_up, tear_down),
	        cmocka_unit_test_setup_teardown(a_request_makes_its_connection_busy_until_it_ends, set_up, tear_down),
	        cmocka_unit_test_setup_teardown(a_connection_that_was_active_lately_is_waited_for, set_up, tear_down),
	        cmocka_unit_test_setup_teardown(unread_bytes_are_waited_for, set_up, tear_down),
	        cmocka_unit_test_setup_teardown(connections_leave_in_any_order, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
