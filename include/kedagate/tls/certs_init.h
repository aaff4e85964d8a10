/*
 * A directory with a certificate authority of one's own and a serving pair signed by it: what `kedagate certs init` makes.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "kedagate/base/compiler.h"
#include "kedagate/base/err.h"

enum { KG_AUTHORITY_DAYS = 3650, KG_SERVING_DAYS = 365, KG_VALIDITY_DAYS_MAX = 36500 };

struct kg_certs_init {
	const char *directory;    /* made when missing, parents too, mode 0700 */
	const char *const *names; /* DNS names and IP addresses of the server, at least one */
	size_t name_count;
	int authority_days; /* 1 to KG_VALIDITY_DAYS_MAX; 0 is KG_AUTHORITY_DAYS */
	int serving_days;   /* 1 to KG_VALIDITY_DAYS_MAX; 0 is KG_SERVING_DAYS */
	bool replace;       /* an existing serving pair may be overwritten */
	time_t now;         /* the wall clock; certificates begin five minutes earlier, for clients whose clock is late */
};

/*
 * Write ca.crt, ca.key, tls.crt and tls.key into the directory: certificates with mode 0644, keys with 0600, each file whole or not at all.
 *
 * An authority that is there (ca.crt and ca.key) is used again and never overwritten, so that clients which trust it go on doing so; to
 * get a new one, remove both files. One of the two alone is KG_EINVAL. An existing tls.crt or tls.key is KG_EINVAL unless `replace`. Everything
 * is made before the first file is written. A server that watches the directory may see the new key before the new certificate, refuses
 * that, and takes the pair a moment later. Errors else as kg_certificate_make_serving, kg_file_read and kg_file_write.
 */
KG_MUST_CHECK int kg_certs_init(const struct kg_certs_init *request, struct kg_err *err);
