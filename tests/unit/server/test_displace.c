#include "server/displace.h"
#include "unit/server/connections_fixture.h"

static bool displace_for(struct fixture *f, unsigned client)
{
	struct sockaddr_in from = loopback(client);
	struct sockaddr_storage newcomer = {0};

	memcpy(&newcomer, &from, sizeof(from));
	return kg_connections_displace(&f->all, &newcomer);
}

static void the_one_that_never_asked_gives_way_first(void **state)
{
	struct fixture *f = *state;
	struct kg_connection *kept = add(f, 1, 3000);
	struct kg_connection *silent = add(f, 1, 10);
	struct kg_connection *younger = add(f, 1, 5);
	char byte;

	atomic_store(&kept->kept, true);
	assert_true(displace_for(f, 1));
	assert_true(silent->leaving);
	assert_false(kept->leaving || younger->leaving);
	assert_int_equal(recv(f->ends[1][1], &byte, 1, 0), 0);

	assert_true(displace_for(f, 1));
	assert_true(younger->leaving);
	assert_true(displace_for(f, 1));
	assert_true(kept->leaving);
	assert_false(displace_for(f, 1));
}

static void the_client_with_most_gives_way(void **state)
{
	struct fixture *f = *state;
	struct kg_connection *lone = add(f, 2, 1000);

	add(f, 3, 20);
	add(f, 3, 10);
	assert_true(displace_for(f, 4));
	assert_false(lone->leaving);
	assert_true(f->connections[1]->leaving);
}

static void a_client_does_not_displace_those_that_have_less(void **state)
{
	struct fixture *f = *state;

	add(f, 2, 1000);
	kg_connection_begin(add(f, 3, 0));
	kg_connection_begin(add(f, 3, 0));
	assert_false(displace_for(f, 3));
	assert_true(displace_for(f, 2));
}

static void who_is_being_answered_or_was_lately_stays(void **state)
{
	struct fixture *f = *state;

	kg_connection_begin(add(f, 1, 1000));
	kg_connection_has_received(f->connections[0]);
	atomic_store(&add(f, 1, KG_DISPLACE_SECONDS - 2)->kept, true);
	assert_false(displace_for(f, 2));
}

static void a_place_that_is_being_left_is_free(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < LIMIT; i++)
		add(f, 1, 10);
	assert_false(kg_connections_admit(&f->all));
	assert_true(displace_for(f, 2));
	assert_true(kg_connections_admit(&f->all));
	assert_false(kg_connections_admit(&f->all));
	kg_connections_retract(&f->all);
}

static void too_many_that_leave_are_waited_for(void **state)
{
	struct fixture *f = *state;

	add(f, 1, 10);
	assert_false(kg_connections_crowded(&f->all));
	assert_true(displace_for(f, 2));
	assert_true(kg_connections_crowded(&f->all));
}

static void a_sender_that_pauses_is_cut_when_memory_is_short(void **state)
{
	struct fixture *f = *state;

	begin_long_ago(add(f, 1, 0), 2 * KG_SPAN_SECONDS + 1);
	begin_long_ago(add(f, 1, 0), KG_SPAN_SECONDS - 1);
	assert_true(kg_connections_cut_slow(&f->all));
	assert_true(f->connections[0]->leaving);
	assert_false(kg_connections_cut_slow(&f->all));
	assert_false(f->connections[1]->leaving);
}

static void a_sender_that_trickles_is_cut_and_a_fast_one_is_not(void **state)
{
	struct fixture *f = *state;

	begin_long_ago(add(f, 1, 0), KG_SPAN_SECONDS + 1);
	begin_long_ago(add(f, 1, 0), KG_SPAN_SECONDS + 1);
	kg_connection_receives(f->connections[0], KG_SPAN_BYTES, kg_clock_monotonic());
	kg_connection_receives(f->connections[1], KG_SPAN_BYTES - 1, kg_clock_monotonic());
	assert_true(kg_connections_cut_slow(&f->all));
	assert_false(f->connections[0]->leaving);
	assert_true(f->connections[1]->leaving);
}

static void a_large_body_must_come_faster(void **state)
{
	struct fixture *f = *state;

	begin_long_ago(add(f, 1, 0), KG_SPAN_SECONDS + 1);
	kg_connection_expects(f->connections[0], 30u << 20);
	kg_connection_receives(f->connections[0], KG_SPAN_BYTES, kg_clock_monotonic());
	assert_true(kg_connections_cut_slow(&f->all));
}

static void a_sender_whose_bytes_wait_here_is_not_slow(void **state)
{
	struct fixture *f = *state;

	begin_long_ago(add(f, 1, 0), 1000);
	assert_int_equal(send(f->ends[0][1], "x", 1, 0), 1);
	while (recv(f->ends[0][0], (char[1]){0}, 1, MSG_PEEK) != 1)
		continue;
	assert_false(kg_connections_cut_slow(&f->all));
	assert_false(f->connections[0]->leaving);
}

static void a_client_with_more_than_half_dominates(void **state)
{
	struct fixture *f = *state;
	struct sockaddr_in from = loopback(3);
	struct sockaddr_storage client = {0};

	memcpy(&client, &from, sizeof(from));
	add(f, 3, 0);
	add(f, 3, 0);
	assert_false(kg_connections_dominated_by(&f->all, &client));
	add(f, 3, 0);
	assert_true(kg_connections_dominated_by(&f->all, &client));
}

#define DISPLACE_TEST(test_) cmocka_unit_test_setup_teardown(test_, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        DISPLACE_TEST(the_one_that_never_asked_gives_way_first),
	        DISPLACE_TEST(the_client_with_most_gives_way),
	        DISPLACE_TEST(a_client_does_not_displace_those_that_have_less),
	        DISPLACE_TEST(who_is_being_answered_or_was_lately_stays),
	        DISPLACE_TEST(a_place_that_is_being_left_is_free),
	        DISPLACE_TEST(too_many_that_leave_are_waited_for),
	        DISPLACE_TEST(a_sender_that_pauses_is_cut_when_memory_is_short),
	        DISPLACE_TEST(a_sender_that_trickles_is_cut_and_a_fast_one_is_not),
	        DISPLACE_TEST(a_large_body_must_come_faster),
	        DISPLACE_TEST(a_sender_whose_bytes_wait_here_is_not_slow),
	        DISPLACE_TEST(a_client_with_more_than_half_dominates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
