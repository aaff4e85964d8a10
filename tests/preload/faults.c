/*
 * Allocations that are refused in a whole process: preloaded (LD_PRELOAD) into the program under test.
 *
 * FAULTS is "one:N", "all:N" or "random:N", as enum allocation_plan has it. It holds from the start; with FAULTS_ON_SIGNAL in the environment
 * from each SIGUSR1 until SIGUSR2. At its end the process writes to the file FAULTS_MET how many allocations were refused.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kedagate/base/compiler.h"
#include "support/faults/allocations.h"

static enum allocation_plan plan = ALLOCATIONS_SUCCEED;
static unsigned long number;

static void on_signal(int signal)
{
	allocations_plan(signal == SIGUSR1 ? plan : ALLOCATIONS_SUCCEED, number);
}

static void read_plan(const char *text)
{
	static const struct {
		const char *name;
		enum allocation_plan plan;
	} plans[] = {{"one:", ALLOCATION_FAILS}, {"all:", ALLOCATIONS_FAIL}, {"random:", ALLOCATIONS_AT_RANDOM}};

	for (size_t i = 0; i < KG_ARRAY_LEN(plans); i++) {
		if (strncmp(text, plans[i].name, strlen(plans[i].name)) != 0)
			continue;
		plan = plans[i].plan;
		number = strtoul(text + strlen(plans[i].name), NULL, 10);
	}
}

__attribute__((constructor)) static void begin(void)
{
	const struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};

	if (getenv("FAULTS") == NULL)
		return;
	read_plan(getenv("FAULTS"));
	allocations_plan(ALLOCATIONS_SUCCEED, 0);
	if (getenv("FAULTS_ON_SIGNAL") == NULL) {
		allocations_plan(plan, number);
		return;
	}
	(void)sigaction(SIGUSR1, &action, NULL);
	(void)sigaction(SIGUSR2, &action, NULL);
}

__attribute__((destructor)) static void end(void)
{
	unsigned long refused = allocations_refused();
	const char *path = getenv("FAULTS_MET");
	int fd;

	allocations_plan(ALLOCATIONS_SUCCEED, 0);
	fd = path != NULL ? open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600) : -1;
	if (fd < 0)
		return;
	(void)dprintf(fd, "%lu\n", refused);
	close(fd);
}
