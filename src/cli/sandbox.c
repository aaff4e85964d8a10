#include "cli/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

const char *const kg_sandbox_modes[] = {[KG_SANDBOX_ON] = "on", [KG_SANDBOX_LOG] = "log", [KG_SANDBOX_OFF] = "off", NULL};

/* A row allows one call; of an argument that counts, the bits of `mask` must be `value`. Rows of one call add up. */
struct row {
	const char *call; /* a name that this architecture does not have is skipped */
	bool restricted;
	struct scmp_arg_cmp argument;
	const char *reason;
};

#define ALLOW(call_, reason_)                                                                                                              \
	{                                                                                                                                  \
		.call = (call_), .reason = (reason_)                                                                                       \
	}
#define WHERE(call_, argument_, mask_, value_, reason_)                                                                                    \
	{                                                                                                                                  \
		.call = (call_), .restricted = true, .argument = {(argument_), SCMP_CMP_MASKED_EQ, (mask_), (value_)}, .reason = (reason_) \
	}

#define WHOLE UINT32_MAX /* all bits of an int */

/* clang-format off */
/* Old and new names of one call stand side by side: which one a C library uses depends on its version and the architecture. */
static const struct row rows[] = {
	ALLOW("accept4",         "the acceptor"),
	ALLOW("shutdown",        "connections"),
	ALLOW("recvfrom",        "connections"),
	ALLOW("recvmsg",         "connections"),
	ALLOW("sendto",          "connections"),
	ALLOW("sendmsg",         "connections"),
	ALLOW("sendfile",        "libmicrohttpd, of answers without TLS"),
	ALLOW("getsockname",     "connections"),
	ALLOW("getpeername",     "connections"),
	ALLOW("getsockopt",      "connections"),
	ALLOW("setsockopt",      "connections: TCP_NODELAY, TCP_CORK"),
	WHERE("ioctl", 1, WHOLE, FIONREAD, "does a waiting connection have a request"),
	WHERE("fcntl", 1, WHOLE, F_GETFL,  "libmicrohttpd looks whether a socket blocks"),
	WHERE("fcntl", 1, WHOLE, F_SETFL,  "and makes it not block"),
	WHERE("fcntl", 1, WHOLE, F_GETFD,  "and the same of inheritance"),
	WHERE("fcntl", 1, WHOLE, F_SETFD,  "and the same of inheritance"),

	ALLOW("epoll_ctl",       "libmicrohttpd's threads"),
	ALLOW("epoll_wait",      "libmicrohttpd's threads"),
	ALLOW("epoll_pwait",     "libmicrohttpd's threads"),
	ALLOW("poll",            "the supervisor and the acceptor"),
	ALLOW("ppoll",           "the supervisor and the acceptor"),

	/* O_RDONLY and O_PATH are 0 in these bits; without O_CREAT the mode does not count. */
	WHERE("openat", 2, O_ACCMODE | O_CREAT | O_TRUNC, 0, "the key pair and the policy are read again"),
	WHERE("open",   1, O_ACCMODE | O_CREAT | O_TRUNC, 0, "the same"),
	ALLOW("read",            "files, signals, notices of changes"),
	ALLOW("readv",           "GnuTLS"),
	ALLOW("pread64",         "files"),
	ALLOW("lseek",           "files"),
	ALLOW("fstat",           "files"),
	ALLOW("newfstatat",      "files"),
	ALLOW("statx",           "files"),
	ALLOW("readlink",        "where a mounted Secret's files lead"),
	ALLOW("readlinkat",      "the same"),
	ALLOW("inotify_add_watch", "a directory that was made anew"),
	ALLOW("inotify_rm_watch",  "the same"),
	ALLOW("write",           "log lines; wakes libmicrohttpd's threads"),
	ALLOW("writev",          "log lines"),
	ALLOW("close",           "whatever is open"),

	ALLOW("brk",             "memory"),
	ALLOW("munmap",          "memory"),
	ALLOW("mremap",          "memory"),
	ALLOW("madvise",         "memory"),
	ALLOW("mlock",           "memory of private keys"),
	ALLOW("mlock2",          "the same"),
	ALLOW("munlock",         "the same"),
	WHERE("mmap",     2, PROT_EXEC, 0, "memory, none of which can be executed"),
	WHERE("mprotect", 2, PROT_EXEC, 0, "the same"),
	ALLOW("sysinfo",         "qsort() asks how much memory there is"),
	ALLOW("sched_getaffinity", "malloc() asks how many processors there are"),
	ALLOW("getrandom",       "TLS"),

	ALLOW("futex",           "locks"),
	ALLOW("sched_yield",     "locks"),
	ALLOW("membarrier",      "locks"),
	ALLOW("set_robust_list", "the beginning of a thread that was just started"),
	ALLOW("rseq",            "the same"),
	WHERE("prctl", 0, WHOLE, PR_SET_NAME, "the same"),
	ALLOW("exit",            "the end of a thread"),
	ALLOW("exit_group",      "the end of the process"),
	ALLOW("rt_sigaction",    "the second signal ends the process at once"),
	ALLOW("rt_sigprocmask",  "the same; threads that begin and end"),
	ALLOW("rt_sigreturn",    "a signal's handler has run"),
	ALLOW("restart_syscall", "a call goes on after the process was stopped and continued"),
	ALLOW("sigaltstack",     "a thread's end"),
	ALLOW("getpid",          "TLS notices a fork; abort()"),
	ALLOW("gettid",          "abort()"),

	ALLOW("clock_gettime",   "where the kernel has no clock in the process's own memory"),
	ALLOW("clock_getres",    "the same"),
	ALLOW("gettimeofday",    "the same"),
	ALLOW("time",            "the same"),
	ALLOW("getrusage",       "TLS mixes it into its random numbers"),
	ALLOW("nanosleep",       "the end of connections is waited for"),
	ALLOW("clock_nanosleep", "the same"),

#if KG_SANITIZED
	/* The leak detector stops all threads from a process of its own; reports go to files, and name lines by way of a program. */
	ALLOW("open",            "sanitizers"),
	ALLOW("openat",          "sanitizers"),
	ALLOW("clone",           "sanitizers"),
	ALLOW("clone3",          "sanitizers"),
	ALLOW("execve",          "sanitizers"),
	ALLOW("fork",            "sanitizers"),
	ALLOW("vfork",           "sanitizers"),
	ALLOW("pipe",            "sanitizers"),
	ALLOW("pipe2",           "sanitizers"),
	ALLOW("dup2",            "sanitizers"),
	ALLOW("ptrace",          "sanitizers"),
	ALLOW("process_vm_readv", "sanitizers"),
	ALLOW("prctl",           "sanitizers"),
	ALLOW("wait4",           "sanitizers"),
	ALLOW("waitid",          "sanitizers"),
	ALLOW("kill",            "sanitizers"),
	ALLOW("tgkill",          "sanitizers"),
	ALLOW("getppid",         "sanitizers"),
	ALLOW("getdents",        "sanitizers"),
	ALLOW("getdents64",      "sanitizers"),
	ALLOW("stat",            "sanitizers"),
	ALLOW("lstat",           "sanitizers"),
	ALLOW("access",          "sanitizers"),
	ALLOW("faccessat2",      "sanitizers"),
	ALLOW("uname",           "sanitizers"),
	ALLOW("getrlimit",       "sanitizers"),
	ALLOW("prlimit64",       "sanitizers"),
	ALLOW("setrlimit",       "sanitizers"),
	ALLOW("personality",     "sanitizers"),
	ALLOW("mincore",         "sanitizers"),
	ALLOW("msync",           "sanitizers"),
	ALLOW("arch_prctl",      "sanitizers"),
#endif
};

/* Besides, for a process that calls an API server: connections that are made anew, and names that are resolved, by libcurl in a thread of its own. */
static const struct row calling_rows[] = {
	WHERE("socket", 0, WHOLE, AF_INET,    "connections"),
	WHERE("socket", 0, WHOLE, AF_INET6,   "connections"),
	WHERE("socket", 0, WHOLE, AF_UNIX,    "the C library asks a cache of names, if there is one"),
	WHERE("socket", 0, WHOLE, AF_NETLINK, "and the kernel which addresses it has"),
	ALLOW("connect",     "connections"),
	ALLOW("bind",        "netlink"),
	ALLOW("sendmmsg",    "questions for IPv4 and IPv6 addresses at once"),
	WHERE("socketpair", 0, WHOLE, AF_UNIX, "a thread says that a name is resolved"),
	ALLOW("eventfd2",    "the same"),
	ALLOW("pipe2",       "the same"),
	ALLOW("uname",       "the C library's resolver"),
	WHERE("clone", 0, CLONE_THREAD, CLONE_THREAD, "that thread; it can be no process"),
};

/* Its flags are out of a filter's sight. The C library takes clone() where there is no such call. */
static const struct row missing_call = ALLOW("clone3", "");

/* Nothing here starts a program: whoever tries has taken the process over, so it ends. */
static const char *const fatal_calls[] = {"execve", "execveat"};
/* clang-format on */

void kg_sandbox_enter(void)
{
	const struct rlimit none = {0, 0};

	/* None of these can fail on a kernel that runs the C library. */
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	(void)setrlimit(RLIMIT_CORE, &none);
	/* The limit does not hold for dumps that go to a program (core(5)); this does. */
	if (!KG_SANITIZED)
		(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

static int add_row(scmp_filter_ctx context, uint32_t action, const struct row *row)
{
	int number = seccomp_syscall_resolve_name(row->call);

	if (number == __NR_SCMP_ERROR)
		return 0;
	return seccomp_rule_add_array(context, action, number, row->restricted ? 1 : 0, &row->argument);
}

/* A process may end itself by abort(), and no other. */
static int add_abort(scmp_filter_ctx context)
{
	const struct row row = WHERE("tgkill", 0, WHOLE, (uint32_t)getpid(), "abort()");

	return add_row(context, SCMP_ACT_ALLOW, &row);
}

static int add_fatal(scmp_filter_ctx context, const char *call)
{
	const struct row row = ALLOW(call, "");

	return add_row(context, SCMP_ACT_KILL_PROCESS, &row);
}

static int add_calling_rows(scmp_filter_ctx context, enum kg_sandbox_mode mode)
{
	int status = 0;

	for (size_t i = 0; i < KG_ARRAY_LEN(calling_rows) && status == 0; i++)
		status = add_row(context, SCMP_ACT_ALLOW, &calling_rows[i]);
	if (status == 0 && mode == KG_SANDBOX_ON && !KG_SANITIZED)
		status = add_row(context, SCMP_ACT_ERRNO(ENOSYS), &missing_call);
	return status;
}

static int add_rows(scmp_filter_ctx context, enum kg_sandbox_mode mode)
{
	int status = add_abort(context);

	for (size_t i = 0; i < KG_ARRAY_LEN(rows) && status == 0; i++)
		status = add_row(context, SCMP_ACT_ALLOW, &rows[i]);
	for (size_t i = 0; i < KG_ARRAY_LEN(fatal_calls) && status == 0 && mode == KG_SANDBOX_ON && !KG_SANITIZED; i++)
		status = add_fatal(context, fatal_calls[i]);
	return status;
}

/* 0 or a negative errno. */
static int load(scmp_filter_ctx context, enum kg_sandbox_mode mode, bool calls_out)
{
	/* What is refused is told to the audit log (no trace is left otherwise), errors are the kernel's own, and threads count too. */
	static const enum scmp_filter_attr switches[] = {SCMP_FLTATR_CTL_LOG, SCMP_FLTATR_API_SYSRAWRC, SCMP_FLTATR_CTL_TSYNC};
	/* A call in the manner of another architecture is an attempt to get by. */
	int status = seccomp_attr_set(context, SCMP_FLTATR_ACT_BADARCH, mode == KG_SANDBOX_ON ? SCMP_ACT_KILL_PROCESS : SCMP_ACT_LOG);

	for (size_t i = 0; i < KG_ARRAY_LEN(switches) && status == 0; i++)
		status = seccomp_attr_set(context, switches[i], 1);
	if (status == 0)
		status = add_rows(context, mode);
	if (status == 0 && calls_out)
		status = add_calling_rows(context, mode);
	return status == 0 ? seccomp_load(context) : status;
}

int kg_sandbox_filter(enum kg_sandbox_mode mode, bool calls_out, struct kg_err *err)
{
	scmp_filter_ctx context;
	int status;

	if (mode == KG_SANDBOX_OFF)
		return 0;
	context = seccomp_init(mode == KG_SANDBOX_ON ? SCMP_ACT_ERRNO(EPERM) : SCMP_ACT_LOG);
	if (context == NULL)
		return kg_err_set(err, KG_ENOMEM, "cannot make a filter of system calls");
	status = load(context, mode, calls_out);
	seccomp_release(context);
	errno = -status;
	return status == 0 ? 0 : kg_err_set_errno(err, "the kernel takes no filter of system calls");
}
