#include "tls/certificate_dates.h"

#include <openssl/asn1.h>
#include <openssl/err.h>

#include "kedagate/base/err.h"

int kg_certificate_dates_read(const X509 *certificate, struct kg_certificate_dates *ret_dates)
{
	struct tm begin;
	struct tm end;

	if (ASN1_TIME_to_tm(X509_get0_notBefore(certificate), &begin) != 1 || ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &end) != 1) {
		ERR_clear_error();
		return KG_EINVAL;
	}
	ret_dates->not_before = timegm(&begin);
	ret_dates->not_after = timegm(&end);
	return 0;
}
