/*
 * Faults put into a call, one after the other: the n-th allocation, the n-th step of an arena, the n-th call of the system.
 *
 * A test makes an attempt again and again, each time with the next fault, until one is through that no fault met:
 *
 *	static bool attempt(const struct fault *fault, void *context)
 *	{
 *		fault_arm(fault);
 *		status = the_call();
 *		met = fault_disarm();
 *		... a call that was met failed in an honest way, or did its work; another one after it does its work
 *		return met;
 *	}
 *
 *	assert_int_not_equal(fault_each(FAULT_ALLOCATION, attempt, context), 0);
 *
 * A program test_mishaps.c gets all of this: see the Makefile.
 */
#pragma once

#include <stdbool.h>

enum fault_kind {
	FAULT_ALLOCATION,  /* one allocation is refused */
	FAULT_ALLOCATIONS, /* one and all that follow */
	FAULT_ARENA,       /* arenas have an end: 64 bytes further each time */
	FAULT_CALL,        /* one call of the system fails with EIO */
	FAULT_INTERRUPT,   /* with EINTR, so that it is to be made again */
	FAULT_SHORT,       /* one read or write moves a single byte */
	FAULT_KINDS
};

struct fault {
	enum fault_kind kind;
	unsigned long number; /* from 1 */
};

/* For messages. */
const char *fault_name(enum fault_kind kind);

void fault_arm(const struct fault *fault);

/* True when the fault was met. */
bool fault_disarm(void);

/* The faults of a kind, each of the first hundred and a sample of the rest (of all with FAULTS_EACH in the environment). Returns how many attempts met theirs. Fails the test when there is no
 * end. */
unsigned long fault_each(enum fault_kind kind, bool (*attempt)(const struct fault *fault, void *context), void *context);
