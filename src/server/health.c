#include "server/health.h"

#include "kedagate/base/clock.h"

struct check {
	const char *name;
	bool of_readiness; /* the others are of liveness as well */
	/* True when it passes; otherwise why not is in `why`. What it says when it passes is shown to those who ask for all checks. */
	bool (*run)(const struct kg_https *https, struct kg_buf *why);
};

static bool check_ping(const struct kg_https *https, struct kg_buf *why)
{
	(void)https;
	(void)why;
	return true;
}

static bool check_policy(const struct kg_https *https, struct kg_buf *why)
{
	struct kg_snapshot *policy = kg_snapshot_slot_get(https->state.policy);
	bool loaded = policy != NULL;

	kg_snapshot_unref(policy);
	if (!loaded)
		kg_buf_puts(why, "no policy is loaded");
	return loaded;
}

static bool check_certificate(const struct kg_https *https, struct kg_buf *why)
{
	struct kg_pair_facts facts;
	time_t now = kg_clock_wall();
	char when[KG_TIME_TEXT_MAX];

	if (!kg_certstore_facts(https->state.certstore, &facts)) {
		kg_buf_puts(why, "no certificate is loaded");
		return false;
	}
	if (now >= facts.not_before && now <= facts.not_after)
		return true;
	kg_clock_format(now < facts.not_before ? facts.not_before : facts.not_after, when);
	kg_buf_printf(why, now < facts.not_before ? "the certificate is not valid before %s" : "the certificate expired at %s", when);
	return false;
}

static bool check_cluster(const struct kg_https *https, struct kg_buf *why)
{
	return https->state.is_world_ready(https->state.world_context, why);
}

static bool check_listener(const struct kg_https *https, struct kg_buf *why)
{
	bool accepting = atomic_load(&https->acceptor.running);

	if (!accepting)
		kg_buf_puts(why, "no connections are accepted");
	return accepting;
}

static bool check_shutdown(const struct kg_https *https, struct kg_buf *why)
{
	bool draining = atomic_load(&https->draining);

	if (draining)
		kg_buf_puts(why, "the process is shutting down");
	return !draining;
}

/* clang-format off */
static const struct check checks[] = {
	{"ping",        false, check_ping},
	{"policy",      true,  check_policy},
	{"certificate", true,  check_certificate},
	{"cluster",     true,  check_cluster},
	{"listener",    true,  check_listener},
	{"shutdown",    true,  check_shutdown},
};

/* healthz is the old name of livez. */
static const struct {
	const char *name;
	bool readiness;
} probes[] = {
	[KG_PROBE_LIVEZ]   = {"livez", false},
	[KG_PROBE_READYZ]  = {"readyz", true},
	[KG_PROBE_HEALTHZ] = {"healthz", false},
};
/* clang-format on */

/* Long enough for every reason above, and for the names of all resources of a cluster. */
enum { REASON_MAX = 256 };

/* Returns whether the check passed. */
static bool write_check(const struct check *check, const struct kg_https *https, bool verbose, struct kg_buf *out)
{
	struct kg_buf why;
	bool passed;

	kg_buf_init(&why, REASON_MAX);
	passed = check->run(https, &why);
	if (!passed)
		kg_buf_printf(out, "[-]%s failed: %s\n", check->name, kg_buf_text(&why));
	else if (verbose)
		kg_buf_printf(out, "[+]%s ok%s%s\n", check->name, why.length > 0 ? ": " : "", kg_buf_text(&why));
	kg_buf_release(&why);
	return passed;
}

static bool applies(const struct check *check, const struct kg_https *https, enum kg_probe probe)
{
	if (check->run == check_cluster && https->state.is_world_ready == NULL)
		return false;
	return !check->of_readiness || probes[probe].readiness;
}

bool kg_health_write(const struct kg_https *https, enum kg_probe probe, bool verbose, struct kg_buf *out)
{
	bool passed = true;

	for (size_t i = 0; i < KG_ARRAY_LEN(checks); i++) {
		if (applies(&checks[i], https, probe))
			passed = write_check(&checks[i], https, verbose, out) && passed;
	}
	if (passed && !verbose)
		kg_buf_puts(out, "ok");
	else
		kg_buf_printf(out, "%s check %s\n", probes[probe].name, passed ? "passed" : "failed");
	return passed;
}
