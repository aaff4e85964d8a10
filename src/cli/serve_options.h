/*
 * The flags of `kedagate serve`, in the manner of Kubernetes' components.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "cli/command.h"
#include "kedagate/base/compiler.h"
#include "kedagate/server/address.h"

enum { KG_SERVE_NOT_GIVEN = -1 };

struct kg_serve_options {
	const char *bind_address; /* an IP address */
	long secure_port;
	const char *certificate, *key;
	const char *server_names;             /* DNS names and IP addresses, separated by commas; NULL: not given */
	const char *client_ca, *client_names; /* NULL: not given */
	int64_t max_inflight_bytes;
	int minimum_tls; /* enum kg_tls_version */
	struct kg_listen_address health, metrics;
	const char *policy, *keda_version;
	int mode, profile; /* indices of kg_mode_names and kg_profile_names, or KG_SERVE_NOT_GIVEN */
	const char *objects;
	bool cluster;                     /* the one that the process runs in */
	const char *kubeconfig, *context; /* or another; NULL: not given */
	const char *keda_namespace;       /* where its operator runs; NULL: it is found */
	int64_t shutdown_delay;           /* nanoseconds */
	int seccomp;                      /* enum kg_sandbox_mode */
	int log_format, log_level;        /* enum kg_log_format, enum kg_log_level */
	bool help;
};

extern const struct kg_command_usage kg_serve_usage;

/* The values of the flags that are not given. */
void kg_serve_options_init(struct kg_serve_options *values);
