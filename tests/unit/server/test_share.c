#include "server/share.h"
#include "unit/server/connections_fixture.h"

enum { SHARE = 100 };

/* A body of so many bytes that has been coming for so many seconds. */
static struct kg_connection *add_body(struct fixture *f, unsigned client, size_t bytes, int64_t seconds)
{
	struct kg_connection *connection = add(f, client, 0);

	begin_long_ago(connection, 0);
	atomic_store(&connection->last_activity, kg_clock_monotonic() - seconds * SECOND);
	assert_true(kg_share_claim(connection, bytes, SHARE));
	return connection;
}

static int return_all(void **state)
{
	struct fixture *f = *state;

	for (unsigned i = 0; i < f->count; i++)
		kg_share_return(f->connections[i]);
	for (struct kg_client *client = f->all.clients.first; client != NULL; client = client->next)
		assert_int_equal(client->claimed, 0);
	return tear_down(state);
}

static void while_nobody_is_kept_out_one_client_may_have_all(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < LIMIT; i++)
		add_body(f, 1, SHARE, 0);
}

static void whoever_keeps_another_out_is_kept_to_the_share(void **state)
{
	struct fixture *f = *state;
	struct kg_connection *more;
	struct kg_connection *other;

	add_body(f, 1, SHARE - 10, 0);
	add_body(f, 1, 20, 0);
	other = add_body(f, 2, 30, 0);
	more = add(f, 1, 0);
	assert_false(kg_share_defend(other, SHARE));
	assert_false(kg_share_claim(more, 1, SHARE));
	kg_share_return(f->connections[0]);
	assert_true(kg_share_claim(more, SHARE - 20, SHARE));
}

/* Its own attempts do not prolong it: the other may be gone. */
static void after_a_while_without_the_other_it_may_have_all_again(void **state)
{
	struct fixture *f = *state;
	struct kg_connection *more;
	int64_t until;

	add_body(f, 1, SHARE + 1, 0);
	assert_false(kg_share_defend(add_body(f, 2, 30, 0), SHARE));
	more = add(f, 1, 0);
	until = f->all.contended_until;
	assert_false(kg_share_claim(more, 1, SHARE));
	assert_int_equal(f->all.contended_until, until);
	f->all.contended_until = kg_clock_monotonic();
	assert_true(kg_share_claim(more, 1, SHARE));
}

static void the_other_client_has_its_share(void **state)
{
	struct fixture *f = *state;

	add_body(f, 1, SHARE + 1, 0);
	assert_false(kg_share_defend(add_body(f, 2, 30, 0), SHARE));
	assert_true(kg_share_claim(add(f, 2, 0), SHARE - 30, SHARE));
	assert_false(kg_share_claim(add(f, 2, 0), 1, SHARE));
}

static void one_body_alone_may_be_larger_than_the_share(void **state)
{
	struct fixture *f = *state;

	add_body(f, 1, SHARE + 1, 0);
	assert_false(kg_share_defend(add_body(f, 2, 30, 0), SHARE));
	assert_true(kg_share_claim(add(f, 3, 0), SHARE + 1, SHARE));
}

static void what_has_been_coming_for_longest_is_cut(void **state)
{
	struct fixture *f = *state;
	struct kg_connection *other = add_body(f, 2, 30, 100);

	add_body(f, 1, SHARE, 2 * KG_SPAN_SECONDS + 1);
	add_body(f, 1, SHARE, 2 * KG_SPAN_SECONDS + 5);
	add_body(f, 1, SHARE, 1);
	assert_true(kg_share_defend(other, SHARE));
	assert_true(f->connections[2]->leaving);
	assert_true(kg_share_defend(other, SHARE));
	assert_true(f->connections[1]->leaving);
	assert_false(kg_share_defend(other, SHARE));
	assert_false(f->connections[3]->leaving || other->leaving);
}

static void what_is_being_answered_is_not_cut(void **state)
{
	struct fixture *f = *state;

	kg_connection_has_received(add_body(f, 1, SHARE + 1, 100));
	assert_false(kg_share_defend(add_body(f, 2, 30, 0), SHARE));
}

static void a_client_is_not_defended_against_itself_or_those_within_their_share(void **state)
{
	struct fixture *f = *state;
	struct kg_connection *most = add_body(f, 1, SHARE + 1, 100);

	assert_false(kg_share_defend(most, SHARE));
	add_body(f, 2, SHARE, 100);
	assert_false(kg_share_defend(most, SHARE));
	assert_int_equal(f->all.contended_until, 0);
}

#define SHARE_TEST(test_) cmocka_unit_test_setup_teardown(test_, set_up, return_all)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        SHARE_TEST(while_nobody_is_kept_out_one_client_may_have_all),
	        SHARE_TEST(whoever_keeps_another_out_is_kept_to_the_share),
	        SHARE_TEST(after_a_while_without_the_other_it_may_have_all_again),
	        SHARE_TEST(the_other_client_has_its_share),
	        SHARE_TEST(one_body_alone_may_be_larger_than_the_share),
	        SHARE_TEST(what_has_been_coming_for_longest_is_cut),
	        SHARE_TEST(what_is_being_answered_is_not_cut),
	        SHARE_TEST(a_client_is_not_defended_against_itself_or_those_within_their_share),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
