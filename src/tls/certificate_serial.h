/*
 * The serial number of a certificate, as people write it.
 */
#pragma once

#include <openssl/x509.h>

#include "kedagate/base/compiler.h"
#include "kedagate/tls/keypair.h"

/* Upper-case hexadecimal, an even number of digits, no separators: as `openssl x509 -serial`. Cut when it is longer than RFC 5280 allows.
 * KG_ENOMEM. */
KG_MUST_CHECK int kg_certificate_serial_write(const X509 *certificate, char out[KG_SERIAL_TEXT_MAX]);
