#include "kedagate/base/budget.h"

#include "kedagate/base/limits.h"

void kg_budget_init(struct kg_budget *budget, size_t max)
{
	atomic_init(&budget->used, 0);
	budget->max = max;
}

size_t kg_budget_used(const struct kg_budget *budget)
{
	return atomic_load(&budget->used);
}

void kg_account_init(struct kg_account *account, struct kg_budget *budget, size_t limit)
{
	*account = (struct kg_account){.budget = budget, .limit = limit};
}

/* Never over the limit, not even for a moment: another holder would be refused for nothing. */
static bool charge(struct kg_budget *budget, size_t bytes, size_t limit)
{
	size_t used = atomic_load(&budget->used);

	do {
		if (used > limit || bytes > limit - used)
			return false;
	} while (!atomic_compare_exchange_weak(&budget->used, &used, used + bytes));
	return true;
}

bool kg_account_take(struct kg_account *account, size_t bytes)
{
	bool is_small = bytes <= KG_SMALL_HOLDING && account->held <= KG_SMALL_HOLDING - bytes;

	if (account->budget == NULL)
		return true;
	if (!charge(account->budget, bytes, is_small ? account->budget->max : account->limit)) {
		account->refused = true;
		if (account->beside != NULL)
			account->beside->refused = true;
		return false;
	}
	account->held += bytes;
	return true;
}

void kg_account_give(struct kg_account *account, size_t bytes)
{
	if (account->budget == NULL)
		return;
	account->held -= bytes;
	atomic_fetch_sub(&account->budget->used, bytes);
}

void kg_account_give_all(struct kg_account *account)
{
	kg_account_give(account, account->held);
}
