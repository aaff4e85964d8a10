/*
 * A target that is broken on purpose: it names something that its corpus does not reach, and hack/run-fuzz fails unless that is noticed.
 */
#include "fuzz/target.h"

enum { BEGUN, DEEP };

static struct fuzz_reach reaches[] = {[BEGUN] = {"begun", 0}, [DEEP] = {"what nothing reaches", 0}};
FUZZ_REACHES(reaches)

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	(void)bytes;
	reaches[BEGUN].count++;
	reaches[DEEP].count += length > 1 && bytes[0] == 0;
	return 0;
}
