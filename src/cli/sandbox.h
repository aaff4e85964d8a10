/*
 * What the process gives up, so that whoever gains control of it gains little.
 */
#pragma once

#include <stdbool.h>

#include "kedagate/base/compiler.h"
#include "kedagate/base/err.h"

/*
 * For every subcommand, as early as possible and before threads: no privileges by execve(2), no core dumps, and no look into the memory by
 * other processes of the same user (a dump or a debugger would show private keys; root still may attach). A build with sanitizers stays open
 * to ptrace(2), which its leak detector is made of.
 */
void kg_sandbox_enter(void);

/* What happens to system calls that serving does not need. */
enum kg_sandbox_mode {
	KG_SANDBOX_ON,  /* they fail with EPERM, and one that starts a program ends the process; the kernel's audit log names them */
	KG_SANDBOX_LOG, /* they are allowed, and the kernel's audit log names them */
	KG_SANDBOX_OFF,
};

/* The names of the modes, as in --seccomp; NULL-terminated. */
extern const char *const kg_sandbox_modes[];

/*
 * Install the filter for all threads there are and will be (seccomp(2)); it cannot be taken back. Everything must be open by then: no socket is
 * made, no thread started and no file written any more; but a process that `calls_out`, to an API server, still makes connections, and threads that
 * resolve names. KG_EIO when the kernel or what runs the container refuses, KG_ENOMEM; nothing is
 * changed then.
 */
KG_MUST_CHECK int kg_sandbox_filter(enum kg_sandbox_mode mode, bool calls_out, struct kg_err *err);
