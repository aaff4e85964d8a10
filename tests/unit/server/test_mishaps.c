#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <string.h>
#include <unistd.h>

#include "kedagate/model/json.h"
#include "kedagate/server/server.h"
#include "support/faults/faults.h"

struct subject {
	struct kg_metric_family families[KG_SERVER_METRIC_COUNT];
	struct kg_snapshot_slot policy;
	struct kg_server_config config;
	struct kg_server_state state;
};

/* Without those that libmicrohttpd (0.9.75) forgets when its start fails: the process ends then. */
static size_t open_descriptors(void)
{
	DIR *folder = opendir("/proc/self/fd");
	const struct dirent *entry;
	char target[64];
	size_t count = 0;

	assert_non_null(folder);
	while ((entry = readdir(folder)) != NULL) {
		ssize_t length = readlinkat(dirfd(folder), entry->d_name, target, sizeof(target) - 1);

		target[length > 0 ? length : 0] = '\0';
		count += strncmp(target, "anon_inode:[event", strlen("anon_inode:[event")) != 0;
	}
	(void)closedir(folder);
	return count;
}

static void listen_at(const char *text, struct kg_listen_address *out)
{
	assert_int_equal(kg_listen_address_parse(text, out, NULL), 0);
}

static int set_up(void **state)
{
	static struct subject subject;
	struct kg_policy *policy = NULL;

	kg_json_setup();
	subject = (struct subject){.config = {.threads = 2}};
	listen_at("127.0.0.1:0", &subject.config.secure);
	listen_at("127.0.0.1:0", &subject.config.health);
	listen_at("127.0.0.1:0", &subject.config.metrics);
	kg_server_metric_families(subject.families);
	kg_snapshot_slot_init(&subject.policy);
	assert_int_equal(kg_policy_new(NULL, 0, NULL, &policy, NULL), 0);
	kg_snapshot_slot_swap(&subject.policy, &policy->snapshot);
	subject.state = (struct kg_server_state){
	        .policy = &subject.policy,
	        .world = kg_world_blind(),
	        .certstore = kg_certstore_new(),
	        .metrics = kg_metrics_new(subject.families, KG_ARRAY_LEN(subject.families)),
	};
	assert_true(subject.state.certstore != NULL && subject.state.metrics != NULL);
	*state = &subject;
	return 0;
}

static int tear_down(void **state)
{
	struct subject *subject = *state;

	kg_snapshot_slot_release(&subject->policy);
	kg_certstore_free(subject->state.certstore);
	kg_metrics_free(subject->state.metrics);
	return 0;
}

/* A server that did not start left nothing behind; one that did stops. */
static bool start(const struct fault *fault, void *context)
{
	const struct subject *subject = context;
	struct kg_server *server = NULL;
	size_t before = open_descriptors();
	struct kg_err err = {0};
	int status;
	bool met;

	fault_arm(fault);
	status = kg_server_start(&subject->config, &subject->state, &server, &err);
	met = fault_disarm();
	if (status != 0 && (!met || err.message[0] == '\0'))
		fail_msg("%s, number %lu: %d \"%s\"", fault_name(fault->kind), fault->number, status, err.message);
	assert_true((status == 0) == (server != NULL));
	if (server != NULL)
		(void)kg_server_stop(server, 0);
	assert_int_equal(open_descriptors(), before);
	return met;
}

static void a_server_without_memory_does_not_start_and_leaves_nothing(void **state)
{
	assert_true(fault_each(FAULT_ALLOCATION, start, *state) > 0);
	assert_true(fault_each(FAULT_ALLOCATIONS, start, *state) > 0);
}

static void it_starts_afterwards(void **state)
{
	const struct fault none = {FAULT_KINDS, 0};

	assert_false(start(&none, *state));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(a_server_without_memory_does_not_start_and_leaves_nothing, set_up, tear_down),
	        cmocka_unit_test_setup_teardown(it_starts_afterwards, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
