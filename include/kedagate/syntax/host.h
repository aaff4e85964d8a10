/*
 * What a host is, as far as its text alone tells: an address or name that never leaves the machine, or one that a cloud keeps for itself.
 *
 * The forms are those that KEDA's operator connects to: Go's net/netip reads an address, Go's own resolver a name, since KEDA is built without C
 * (seen with Go 1.26). So 127.1, 2130706433, 0177.0.0.1 and 0x7f.0.0.1 are no addresses, and reach nothing; full-width digits are digits, since
 * net/http maps a host as IDNA does.
 */
#pragma once

#include "kedagate/base/compiler.h"
#include "kedagate/syntax/text.h"

/* From the harmless to the gravest. */
enum kg_host_place {
	KG_HOST_ELSEWHERE,  /* anything else: what a name of DNS leads to cannot be seen */
	KG_HOST_LINK_LOCAL, /* 169.254.0.0/16, fe80::/10, as far as it is not known what is there */
	KG_HOST_LOOPBACK,   /* 127.0.0.0/8, ::1, localhost; also 0.0.0.0 and ::, to which a connection goes the same way */
	KG_HOST_METADATA,   /* where a cloud tells an instance about itself, and gives it credentials */
};

/* `host` as kg_url has it: an IPv6 address without brackets, perhaps with a zone; escapes are decoded. */
KG_PURE enum kg_host_place kg_host_place(struct kg_slice host);
