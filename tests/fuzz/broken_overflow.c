/*
 * A target that is broken on purpose: hack/run-fuzz fails unless this fault is found. It shows that UndefinedBehaviorSanitizer ends the run.
 */
#include <limits.h>

#include "fuzz/target.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	volatile int sum = INT_MAX;

	if (length > 1 && bytes[0] == '{')
		sum += bytes[1];
	(void)sum;
	return 0;
}
