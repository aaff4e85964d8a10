#include "tls/certificate_serial.h"

#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <stdio.h>

#include "kedagate/base/err.h"

int kg_certificate_serial_write(const X509 *certificate, char out[KG_SERIAL_TEXT_MAX])
{
	BIGNUM *number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), NULL);
	char *text = number == NULL ? NULL : BN_bn2hex(number);
	int status = text == NULL ? KG_ENOMEM : 0;

	/* Of nought BN_bn2hex makes one digit; the authorities that KEDA makes have that serial number. */
	if (status == 0)
		(void)snprintf(out, KG_SERIAL_TEXT_MAX, "%s", BN_is_zero(number) ? "00" : text);
	OPENSSL_free(text);
	BN_free(number);
	return status;
}
