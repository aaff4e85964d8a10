/*
 * What a process can still do behind the filter. Each attempt is made by a child, which the filter stays with.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/sandbox.h"

/* Any page of this program's data. */
static _Alignas(4096) char page[4096];

static long make_executable(void)
{
	return mprotect(page, sizeof(page), PROT_READ | PROT_EXEC);
}

static long map_executable(void)
{
	return mmap(NULL, sizeof(page), PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? -1 : 0;
}

static long map_memory(void)
{
	return mmap(NULL, sizeof(page), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? -1 : 0;
}

static long packet_socket(void)
{
	return socket(AF_PACKET, SOCK_RAW, 0);
}

static long internet_socket(void)
{
	return socket(AF_INET, SOCK_STREAM, 0);
}

static long local_socket(void)
{
	return socket(AF_UNIX, SOCK_STREAM, 0);
}

static long read_file(void)
{
	return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static long write_file(void)
{
	return open("/dev/null", O_WRONLY | O_CLOEXEC);
}

static long change_file(void)
{
	return open("/dev/null", O_RDWR | O_CLOEXEC);
}

static long empty_file(void)
{
	return open("/dev/null", O_RDONLY | O_TRUNC | O_CLOEXEC);
}

static long create_file(void)
{
	return open("/tmp/kedagate-sandbox", O_RDONLY | O_CREAT | O_CLOEXEC, 0600);
}

static long by_openat2(void)
{
	return syscall(SYS_openat2, AT_FDCWD, "/dev/null", NULL, 0);
}

static long remove_file(void)
{
	return unlink("/nonexistent");
}

static long fork_process(void)
{
	return syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
}

static long new_user_namespace(void)
{
	return syscall(SYS_unshare, 0x10000000);
}

static long trace_parent(void)
{
	return ptrace(PTRACE_ATTACH, getppid(), NULL, NULL);
}

static long signal_parent(void)
{
	return kill(getppid(), 0);
}

static long load_program_into_kernel(void)
{
	return syscall(SYS_bpf, 0, NULL, 0);
}

static long ask_io_uring(void)
{
	return syscall(SYS_io_uring_setup, 1, NULL);
}

static long become_user(void)
{
	return syscall(SYS_setuid, 0);
}

static long allow_dumps(void)
{
	return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
}

static long name_thread(void)
{
	return prctl(PR_SET_NAME, "sandbox", 0, 0, 0);
}

static const struct attempt {
	const char *name;
	long (*make)(void);
	bool allowed;
	bool for_sanitizers; /* allowed in their builds */
} attempts[] = {
        {"make memory executable", make_executable, false, false},
        {"map executable memory", map_executable, false, false},
        {"map memory", map_memory, true, false},
        {"make a packet socket", packet_socket, false, false},
        {"make an internet socket", internet_socket, false, false},
        {"make a local socket", local_socket, false, false},
        {"read a file", read_file, true, false},
        {"write a file", write_file, false, true},
        {"change a file", change_file, false, true},
        {"empty a file", empty_file, false, true},
        {"create a file", create_file, false, true},
        {"open by another name", by_openat2, false, false},
        {"remove a file", remove_file, false, false},
        {"fork", fork_process, false, true},
        {"make a namespace", new_user_namespace, false, false},
        {"trace another process", trace_parent, false, true},
        {"signal another process", signal_parent, false, true},
        {"load a program into the kernel", load_program_into_kernel, false, false},
        {"use io_uring", ask_io_uring, false, false},
        {"become another user", become_user, false, false},
        {"allow dumps again", allow_dumps, false, true},
        {"name a thread", name_thread, true, false},
};

enum { NOT_FILTERED = 255 };

/* How a child that runs `body` behind the filter ends. */
static int in_child(enum kg_sandbox_mode mode, bool calls_out, int (*body)(const struct attempt *attempt), const struct attempt *attempt)
{
	int status;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0)
		_exit(kg_sandbox_filter(mode, calls_out, NULL) == 0 ? body(attempt) : NOT_FILTERED);
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

/* The errno, 0 when it worked. */
static int try_it(const struct attempt *attempt)
{
	errno = 0;
	return attempt->make() >= 0 ? 0 : errno;
}

static void only_what_serving_needs_is_allowed(void **state)
{
	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(attempts); i++) {
		int expected = attempts[i].allowed ? 0 : EPERM;
		int status;

		if (attempts[i].for_sanitizers && KG_SANITIZED)
			continue;
		status = in_child(KG_SANDBOX_ON, false, try_it, &attempts[i]);
		if (!WIFEXITED(status) || WEXITSTATUS(status) != expected)
			fail_msg("%s: status %#x", attempts[i].name, (unsigned)status);
	}
}

/* Without the filter, or it would be no proof that the calls are refused with it. */
static int make_socket(const struct attempt *attempt)
{
	(void)attempt;
	return internet_socket() >= 0 ? 0 : errno;
}

static void nothing_is_refused_when_it_is_off_or_logs(void **state)
{
	(void)state;
	assert_int_equal(in_child(KG_SANDBOX_OFF, false, make_socket, NULL), 0);
	assert_int_equal(in_child(KG_SANDBOX_LOG, false, make_socket, NULL), 0);
}

static void *do_nothing(void *context)
{
	return context;
}

/* As libcurl does to resolve a name. */
static long start_thread(void)
{
	pthread_t thread;

	errno = pthread_create(&thread, NULL, do_nothing, NULL);
	return errno == 0 ? pthread_join(thread, NULL) : -1;
}

static void a_process_that_calls_out_may_connect_and_start_threads_alone(void **state)
{
	static const struct attempt rows[] = {
	        {"make an internet socket", internet_socket, true, false}, {"start a thread", start_thread, true, false},
	        {"make a packet socket", packet_socket, false, false},     {"fork", fork_process, false, true},
	        {"make a namespace", new_user_namespace, false, false},    {"write a file", write_file, false, true},
	        {"map executable memory", map_executable, false, false},
	};

	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(rows); i++) {
		int status = rows[i].for_sanitizers && KG_SANITIZED ? 0 : in_child(KG_SANDBOX_ON, true, try_it, &rows[i]);
		int expected = rows[i].allowed || (rows[i].for_sanitizers && KG_SANITIZED) ? 0 : EPERM;

		if (!WIFEXITED(status) || WEXITSTATUS(status) != expected)
			fail_msg("%s: status %#x", rows[i].name, (unsigned)status);
	}
}

static int start_program(const struct attempt *attempt)
{
	char name[] = "true";
	char *arguments[] = {name, NULL};

	(void)attempt;
	execv("/bin/true", arguments);
	return errno;
}

static void starting_a_program_ends_the_process(void **state)
{
	int status;

	(void)state;
	if (KG_SANITIZED)
		return;
	status = in_child(KG_SANDBOX_ON, false, start_program, NULL);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGSYS);
}

/* Threads that run before the filter is there. */
static atomic_bool filtered;

static void *wait_and_try(void *result)
{
	while (!atomic_load(&filtered))
		usleep(1000);
	*(int *)result = make_socket(NULL);
	return NULL;
}

static int with_thread(void)
{
	pthread_t thread;
	int result = 0;

	if (pthread_create(&thread, NULL, wait_and_try, &result) != 0 || kg_sandbox_filter(KG_SANDBOX_ON, false, NULL) != 0)
		return NOT_FILTERED;
	atomic_store(&filtered, true);
	pthread_join(thread, NULL);
	return result;
}

static void threads_that_run_are_filtered_too(void **state)
{
	int status;
	pid_t child = fork();

	(void)state;
	if (child == 0)
		_exit(with_thread());
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), EPERM);
}

static int entered(void)
{
	struct rlimit core;

	kg_sandbox_enter();
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
		return 1;
	if (getrlimit(RLIMIT_CORE, &core) != 0 || core.rlim_cur != 0 || core.rlim_max != 0)
		return 2;
	return prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == KG_SANITIZED ? 0 : 3;
}

static void privileges_and_dumps_are_given_up(void **state)
{
	int status;
	pid_t child = fork();

	(void)state;
	if (child == 0)
		_exit(entered());
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(only_what_serving_needs_is_allowed),
	        cmocka_unit_test(nothing_is_refused_when_it_is_off_or_logs),
	        cmocka_unit_test(a_process_that_calls_out_may_connect_and_start_threads_alone),
	        cmocka_unit_test(starting_a_program_ends_the_process),
	        cmocka_unit_test(threads_that_run_are_filtered_too),
	        cmocka_unit_test(privileges_and_dumps_are_given_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
