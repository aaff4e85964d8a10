/*
 * Who a certificate is of, as text for messages.
 */
#pragma once

#include <openssl/x509.h>

enum { KG_DISTINGUISHED_NAME_TEXT_MAX = 100 };

/* "CN=name,O=org", ASCII only, cut to fit; "no name" for none. */
void kg_distinguished_name_write(const X509_NAME *name, char out[KG_DISTINGUISHED_NAME_TEXT_MAX]);
