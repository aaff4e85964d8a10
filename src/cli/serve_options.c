#include "cli/serve_options.h"

#include <stdlib.h>
#include <string.h>

#include "cli/sandbox.h"
#include "kedagate/base/limits.h"
#include "kedagate/base/log.h"
#include "kedagate/policy/policy.h"
#include "kedagate/server/server.h"
#include "kedagate/syntax/duration.h"
#include "kedagate/syntax/version.h"
#include "kedagate/tls/client_trust.h"
#include "kedagate/tls/server_names.h"

#define NANOSECONDS_PER_SECOND INT64_C(1000000000)
#define DEFAULT_SHUTDOWN_DELAY (5 * NANOSECONDS_PER_SECOND)

/* A kubelet waits 30 s by default, and nobody an hour. */
#define MAX_SHUTDOWN_DELAY (3600 * NANOSECONDS_PER_SECOND)

static const char *const tls_versions[] = {[KG_TLS_1_2] = "VersionTLS12", [KG_TLS_1_3] = "VersionTLS13", NULL};
static const char *const log_formats[] = {[KG_LOG_TEXT] = "text", [KG_LOG_JSON] = "json", NULL};
static const char *const log_levels[] = {
        [KG_LOG_ERROR] = "error", [KG_LOG_WARN] = "warn", [KG_LOG_INFO] = "info", [KG_LOG_DEBUG] = "debug", NULL};

static int parse_ip(const char *text, void *ret_value, struct kg_err *err)
{
	struct kg_listen_address checked;
	int code = kg_listen_address_from_ip(text, 0, &checked, err);

	if (code == 0)
		*(const char **)ret_value = text;
	return code;
}

static int parse_address(const char *text, void *ret_value, struct kg_err *err)
{
	return kg_listen_address_parse(text, ret_value, err);
}

static int parse_delay(const char *text, void *ret_value, struct kg_err *err)
{
	int64_t delay;
	int code = kg_duration_parse(text, &delay, err);

	if (code != 0)
		return code;
	if (delay > MAX_SHUTDOWN_DELAY)
		return kg_err_set(err, KG_EINVAL, "must be at most 1h, not \"%s\"", text);
	*(int64_t *)ret_value = delay;
	return 0;
}

/* A number of bytes, or of KiB, MiB or GiB as Kubernetes writes them. False for anything else, and for what no machine has. */
static bool read_bytes(const char *text, int64_t *ret_bytes)
{
	static const char *const units[] = {"", "Ki", "Mi", "Gi"};
	char *unit;
	unsigned long long number;

	/* strtoull would take a sign and white space; ten digits of GiB fit an int64_t. */
	if (text[0] < '0' || text[0] > '9' || strspn(text, "0123456789") > 10)
		return false;
	number = strtoull(text, &unit, 10);
	for (size_t i = 0; i < KG_ARRAY_LEN(units); i++) {
		if (strcmp(unit, units[i]) != 0)
			continue;
		*ret_bytes = (int64_t)(number << (10 * i));
		return *ret_bytes >> (10 * i) == (int64_t)number;
	}
	return false;
}

static int parse_inflight_bytes(const char *text, void *ret_value, struct kg_err *err)
{
	int64_t bytes;

	if (!read_bytes(text, &bytes) || bytes < KG_MIN_INFLIGHT_BYTES || bytes > KG_MAX_INFLIGHT_BYTES)
		return kg_err_set(err, KG_EINVAL, "must be 16Mi to 64Gi (bytes, or with Ki, Mi or Gi), not \"%s\"", text);
	*(int64_t *)ret_value = bytes;
	return 0;
}

_Static_assert(KG_MIN_INFLIGHT_BYTES == 16u << 20 && KG_MAX_INFLIGHT_BYTES == INT64_C(64) << 30, "the message names both");

static int parse_server_names(const char *text, void *ret_value, struct kg_err *err)
{
	int code = kg_server_names_check(text, err);

	if (code == 0)
		*(const char **)ret_value = text;
	return code;
}

static int parse_client_names(const char *text, void *ret_value, struct kg_err *err)
{
	int code = kg_client_names_check(text, err);

	if (code == 0)
		*(const char **)ret_value = text;
	return code;
}

static int parse_keda_version(const char *text, void *ret_value, struct kg_err *err)
{
	uint32_t version;
	int code = strcmp(text, "auto") == 0 ? 0 : kg_version_parse(text, &version, err);

	if (code == 0)
		*(const char **)ret_value = text;
	return code;
}

#define AT(member_) .offset = offsetof(struct kg_serve_options, member_)

/* clang-format off */
static const struct kg_option options[] = {
	{.name = "bind-address", .type = KG_OPTION_PARSED, AT(bind_address), .argument = "IP", .parse = parse_ip,
	 .help = "address of the HTTPS listener (default 0.0.0.0; :: takes IPv4 and IPv6)"},
	{.name = "secure-port", .type = KG_OPTION_INTEGER, AT(secure_port), .argument = "PORT", .minimum = 0, .maximum = 65535,
	 .help = "port of the HTTPS listener; 0 takes a free one (default 9443)"},
	{.name = "tls-cert-file", .type = KG_OPTION_STRING, AT(certificate), .argument = "FILE",
	 .help = "serving certificate, leaf first, then its chain; verified against a ca.crt beside it, and reloaded when it changes (default /certs/tls.crt)"},
	{.name = "tls-private-key-file", .type = KG_OPTION_STRING, AT(key), .argument = "FILE",
	 .help = "private key of that certificate (default /certs/tls.key)"},
	{.name = "tls-server-names", .type = KG_OPTION_PARSED, AT(server_names), .argument = "NAME,...", .parse = parse_server_names,
	 .help = "DNS names and IP addresses that clients use; a certificate that lacks one is refused (default: none is asked for)"},
	{.name = "client-ca-file", .type = KG_OPTION_STRING, AT(client_ca), .argument = "FILE",
	 .help = "answer only clients with a certificate of an authority in FILE, reloaded when it changes; health and metrics stay open (default: any client)"},
	{.name = "client-names", .type = KG_OPTION_PARSED, AT(client_names), .argument = "NAME,...", .parse = parse_client_names,
	 .help = "common names and DNS names of which such a client must have one (default: any)"},
	{.name = "tls-min-version", .type = KG_OPTION_CHOICE, AT(minimum_tls), .choices = tls_versions,
	 .help = "lowest TLS version; of 1.2 only cipher suites with ECDHE and AEAD (default VersionTLS13)"},
	{.name = "health-probe-bind-address", .type = KG_OPTION_PARSED, AT(health), .argument = "HOST:PORT", .parse = parse_address,
	 .help = "where /livez, /readyz and /healthz answer, without TLS; 0 for nowhere (default :8081)"},
	{.name = "metrics-bind-address", .type = KG_OPTION_PARSED, AT(metrics), .argument = "HOST:PORT", .parse = parse_address,
	 .help = "where /metrics answers, without TLS; 0 for nowhere (default :8080)"},
	{.name = "policy", .type = KG_OPTION_STRING, AT(policy), .argument = "FILE",
	 .help = "policy file; reloaded when it changes (default: profile baseline, mode enforce)"},
	{.name = "mode", .type = KG_OPTION_CHOICE, AT(mode), .choices = kg_mode_names,
	 .help = "ceiling on every action, over the policy's mode"},
	{.name = "profile", .type = KG_OPTION_CHOICE, AT(profile), .choices = kg_profile_names,
	 .help = "starting actions of the rules, over the policy's profile"},
	{.name = "keda-version", .type = KG_OPTION_PARSED, AT(keda_version), .argument = "VERSION", .parse = parse_keda_version,
	 .help = "the KEDA release in the cluster, or auto, over the policy's kedaVersion (default: the newest known)"},
	{.name = "objects", .type = KG_OPTION_STRING, AT(objects), .argument = "PATH",
	 .help = "manifests that stand in for the cluster's objects: a file, or a directory and all below it; Secrets are not read"},
	{.name = "cluster", .type = KG_OPTION_SWITCH, AT(cluster),
	 .help = "look at the objects of the cluster that the process runs in, as the Pod's ServiceAccount; Secrets are never read"},
	{.name = "kubeconfig", .type = KG_OPTION_STRING, AT(kubeconfig), .argument = "FILE",
	 .help = "the same, of the cluster that a kubeconfig file names"},
	{.name = "context", .type = KG_OPTION_STRING, AT(context), .argument = "NAME",
	 .help = "context of the kubeconfig (default: its current one)"},
	{.name = "keda-namespace", .type = KG_OPTION_PARSED, AT(keda_namespace), .argument = "NAME", .parse = kg_command_parse_namespace,
	 .help = "where KEDA's operator runs in that cluster (default: it is looked for, first in keda)"},
	{.name = "shutdown-delay", .type = KG_OPTION_PARSED, AT(shutdown_delay), .argument = "DURATION", .parse = parse_delay,
	 .help = "how long to go on answering, while not ready, after SIGTERM (default 5s)"},
	{.name = "max-inflight-bytes", .type = KG_OPTION_PARSED, AT(max_inflight_bytes), .argument = "BYTES", .parse = parse_inflight_bytes,
	 .help = "what all requests at work may take of memory; past it 503 with Retry-After (default 256Mi)"},
	{.name = "seccomp", .type = KG_OPTION_CHOICE, AT(seccomp), .choices = kg_sandbox_modes,
	 .help = "refuse system calls that serving does not need; log lets them pass and has the kernel log them (default on)"},
	{.name = "log-format", .type = KG_OPTION_CHOICE, AT(log_format), .choices = log_formats, .help = "of the lines on standard error (default text)"},
	{.name = "log-level", .type = KG_OPTION_CHOICE, AT(log_level), .choices = log_levels, .help = "lowest level that is logged (default info)"},
	KG_COMMAND_HELP(struct kg_serve_options),
};
/* clang-format on */

const struct kg_command_usage kg_serve_usage = {
        .name = "serve",
        .summary = "Answer a Kubernetes API server: POST /validate over TLS takes AdmissionReviews of KEDA's resources.\n\n"
                   "SIGTERM and SIGINT end the process after the shutdown delay, with every request answered; a second one ends it at\n"
                   "once, with requests cut. SIGHUP looks at the certificate and the policy at once, which are otherwise noticed\n"
                   "when they change.\n\n"
                   "Exit code: 0 stopped by a signal, 1 it could not start, 2 wrong usage, 128 and its number by a second signal.",
        .example = "kedagate serve --tls-cert-file tls.crt --tls-private-key-file tls.key --policy policy.yaml",
        .options = options,
        .option_count = KG_ARRAY_LEN(options),
};

void kg_serve_options_init(struct kg_serve_options *values)
{
	*values = (struct kg_serve_options){
	        .bind_address = "0.0.0.0",
	        .secure_port = 9443,
	        .certificate = "/certs/tls.crt",
	        .key = "/certs/tls.key",
	        .minimum_tls = KG_TLS_1_3,
	        .health = {.enabled = true, .port = 8081},
	        .metrics = {.enabled = true, .port = 8080},
	        .mode = KG_SERVE_NOT_GIVEN,
	        .profile = KG_SERVE_NOT_GIVEN,
	        .max_inflight_bytes = KG_DEFAULT_INFLIGHT_BYTES,
	        .shutdown_delay = DEFAULT_SHUTDOWN_DELAY,
	        .seccomp = KG_SANDBOX_ON,
	        .log_format = KG_LOG_TEXT,
	        .log_level = KG_LOG_INFO,
	};
}
