#include "kedagate/tls/libraries.h"

#include <gnutls/gnutls.h>
#include <openssl/crypto.h>

void kg_tls_libraries(struct kg_library out[KG_TLS_LIBRARIES])
{
	out[0] = (struct kg_library){"OpenSSL", OpenSSL_version(OPENSSL_VERSION_STRING)};
	out[1] = (struct kg_library){"GnuTLS", gnutls_check_version(NULL)};
}
