/*
 * malloc and its kin, which refuse when they are told to: in a test program that is linked with this, or preloaded into a whole process.
 *
 * Every caller in the process counts, our code and the libraries, but for those that are known to end the process without memory: GnuTLS and
 * what lies under it (libtasn1, GMP, nettle, p11-kit, libunistring, libidn2), the dynamic loader, and what tests are made of. Works under the
 * sanitizers, whose allocator is then behind it. Thread-safe.
 */
#pragma once

#include <stdbool.h>

enum allocation_plan {
	ALLOCATIONS_SUCCEED,
	ALLOCATION_FAILS,     /* the n-th from now on, and no other */
	ALLOCATIONS_FAIL,     /* the n-th from now on, and all that follow */
	ALLOCATIONS_AT_RANDOM /* one in n */
};

/* From now on, in all threads; `number` is counted from 1. Safe in a signal handler but for the first call. */
void allocations_plan(enum allocation_plan plan, unsigned long number);

/* The same for the calling thread alone. (A thread that begins under AddressSanitizer cannot do without memory.) */
void allocations_plan_here(enum allocation_plan plan, unsigned long number);

/* How many were refused since the plan was made. */
unsigned long allocations_refused(void);
