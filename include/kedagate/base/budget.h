/*
 * A budget of bytes that many holders share, and the account of one holder.
 *
 * What is charged never exceeds the budget. A holder of little may take all there is; one that holds more than KG_SMALL_HOLDING only while
 * the total stays within its account's `limit`, so that small requests have room beside large ones. Charges are the bytes really held, also those
 * held for the moment of a copy. A budget is thread-safe; an account belongs to one thread at a time.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "kedagate/base/compiler.h"

struct kg_budget {
	atomic_size_t used;
	size_t max;
};

struct kg_account {
	struct kg_budget *budget; /* NULL: nothing is charged and nothing refused */
	size_t limit;             /* what the budget's `used` may become by a large holding; at most its `max` */
	size_t held;
	bool refused;              /* the budget had no room, once or more */
	struct kg_account *beside; /* whose `refused` is set as well, and which outlives this one; NULL: none */
};

void kg_budget_init(struct kg_budget *budget, size_t max);

/* What all accounts hold. */
size_t kg_budget_used(const struct kg_budget *budget);

/* An account that holds nothing. `budget`, which outlives it, may be NULL. */
void kg_account_init(struct kg_account *account, struct kg_budget *budget, size_t limit);

/* Charge `bytes` more. False, with `refused` set and nothing charged, when there is no room. */
KG_MUST_CHECK bool kg_account_take(struct kg_account *account, size_t bytes);

/* Give back `bytes` of what is held, or all of it. `refused` stays. */
void kg_account_give(struct kg_account *account, size_t bytes);
void kg_account_give_all(struct kg_account *account);
