#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "kedagate/base/buf.h"
#include "kedagate/base/err.h"
#include "kedagate/base/secret_memory.h"

enum { SIZE = 5000 };

/* The kernel's flags of the mapping that begins at `memory` (proc(5), VmFlags). */
static void read_flags(const void *memory, char out[256])
{
	FILE *file = fopen("/proc/self/smaps", "re");
	char line[512];
	bool there = false;

	assert_non_null(file);
	*out = '\0';
	while (*out == '\0' && fgets(line, sizeof(line), file) != NULL) {
		uintmax_t start;

		if (sscanf(line, "%" SCNxMAX "-", &start) == 1 && strchr(line, '-') != NULL && strstr(line, ":") != NULL && line[0] < 'A')
			there = start == (uintptr_t)memory;
		else if (there && strncmp(line, "VmFlags:", 8) == 0)
			(void)snprintf(out, 256, "%.255s", line);
	}
	fclose(file);
}

static void it_is_locked_and_kept_out_of_dumps_and_children(void **state)
{
	char *memory = kg_secret_memory_get(SIZE);
	char flags[256];

	(void)state;
	assert_non_null(memory);
	read_flags(memory, flags);
	/* Sanitizers lock nothing, in place of the C library. */
	assert_true(KG_SANITIZED || strstr(flags, " lo") != NULL);
	assert_non_null(strstr(flags, " dd"));
	assert_non_null(strstr(flags, " wf"));
	kg_secret_memory_put(memory, SIZE);
}

static void it_begins_as_zeros_and_can_be_written_whole(void **state)
{
	static const char zeros[SIZE];
	char *memory = kg_secret_memory_get(SIZE);

	(void)state;
	assert_non_null(memory);
	assert_memory_equal(memory, zeros, SIZE);
	memset(memory, 'x', SIZE);
	kg_secret_memory_put(memory, SIZE);
	kg_secret_memory_put(NULL, SIZE);
}

/* How a child ends that reads the byte. */
static int read_in_child(const volatile char *byte)
{
	int status;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		(void)signal(SIGSEGV, SIG_DFL);
		_exit(*byte);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

static void what_lies_beside_it_cannot_be_touched(void **state)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *memory = kg_secret_memory_get(SIZE);

	(void)state;
	assert_non_null(memory);
	memory[0] = 1;
	assert_int_equal(WEXITSTATUS(read_in_child(memory)), 0); /* a child sees zeros */
	assert_true(WIFSIGNALED(read_in_child(memory - 1)));
	assert_true(WIFSIGNALED(read_in_child(memory + (SIZE + page - 1) / page * page)));
	kg_secret_memory_put(memory, SIZE);
}

static void no_more_is_given_than_there_is(void **state)
{
	(void)state;
	assert_null(kg_secret_memory_get(SIZE_MAX));
	assert_null(kg_secret_memory_get(SIZE_MAX / 2));
}

static void it_is_there_where_nothing_may_be_locked(void **state)
{
	const struct rlimit none = {0, 0};
	int status;
	pid_t child = fork();

	(void)state;
	assert_true(child >= 0);
	if (child == 0) {
		char *memory = setrlimit(RLIMIT_MEMLOCK, &none) == 0 && setgid(65534) == 0 && setuid(65534) == 0
		                       ? kg_secret_memory_get(SIZE)
		                       : NULL;
		_exit(memory != NULL || geteuid() != 65534 ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void a_secret_buffer_never_moves_and_is_wiped_when_it_is_emptied(void **state)
{
	struct kg_buf buf;
	const char *first;

	(void)state;
	kg_buf_init(&buf, SIZE);
	kg_buf_keep_secret(&buf);
	kg_buf_puts(&buf, "secret");
	first = buf.data;
	for (int i = 6; i < SIZE; i++)
		kg_buf_putc(&buf, 'x');
	assert_int_equal(kg_buf_status(&buf), 0);
	assert_ptr_equal(buf.data, first);
	kg_buf_putc(&buf, 'x');
	assert_int_equal(kg_buf_status(&buf), KG_ELIMIT);
	kg_buf_clear(&buf);
	assert_int_equal(first[0], 0);
	assert_int_equal(first[SIZE - 1], 0);
	kg_buf_release(&buf);
	assert_true(buf.secret);
	assert_null(buf.data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(it_is_locked_and_kept_out_of_dumps_and_children),
	        cmocka_unit_test(it_begins_as_zeros_and_can_be_written_whole),
	        cmocka_unit_test(what_lies_beside_it_cannot_be_touched),
	        cmocka_unit_test(no_more_is_given_than_there_is),
	        cmocka_unit_test(it_is_there_where_nothing_may_be_locked),
	        cmocka_unit_test(a_secret_buffer_never_moves_and_is_wiped_when_it_is_emptied),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
