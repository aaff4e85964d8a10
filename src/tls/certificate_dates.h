/*
 * From when to when a certificate counts.
 */
#pragma once

#include <openssl/x509.h>
#include <time.h>

#include "kedagate/base/compiler.h"

struct kg_certificate_dates {
	time_t not_before; /* both inclusive (RFC 5280, 4.1.2.5) */
	time_t not_after;
};

/* KG_EINVAL when a date is no date. */
KG_MUST_CHECK int kg_certificate_dates_read(const X509 *certificate, struct kg_certificate_dates *ret_dates);
