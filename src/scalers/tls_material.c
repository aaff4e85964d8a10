#include "scalers/tls_material.h"

#include "kedagate/syntax/pem.h"
#include "scalers/complaints.h"

bool kg_tls_material_used(const struct kg_params *params)
{
	(void)params;
	return true;
}

static bool lacks_block(const struct kg_params *params, const char *name, const char *type)
{
	const char *text = kg_params_text(params, name);

	return text && !kg_pem_has_block(text, type);
}

static int check_certificate(const struct kg_params *params, const char *name, struct kg_complaints *out)
{
	return lacks_block(params, name, "CERTIFICATE") ? kg_complain_invalid(params, name, "must be a certificate in PEM", out) : 0;
}

int kg_tls_material_check_named_pair(const struct kg_params *params, const char *cert, const char *key, struct kg_complaints *out)
{
	int status = check_certificate(params, cert, out);

	if (status == 0 && lacks_block(params, key, "PRIVATE KEY"))
		status = kg_complain_invalid(params, key, "must be a private key in PEM", out);
	return status;
}

/* What keyPassword opens may be labelled as KEDA likes, and must be PEM. */
int kg_tls_material_check_pair(const struct kg_params *params, struct kg_complaints *out)
{
	int status = 0;

	if (kg_params_missing(params, "keyPassword"))
		return kg_tls_material_check_named_pair(params, "cert", "key", out);
	if (lacks_block(params, "key", ""))
		status = kg_complain_invalid(params, "key", "must be an encrypted private key in PEM", out);
	return status ? status : check_certificate(params, "cert", out);
}

int kg_tls_material_check_halves(const struct kg_params *params, struct kg_complaints *out)
{
	static const char *const names[] = {"cert", "key"};
	int status = 0;

	for (size_t i = 0; i < KG_ARRAY_LEN(names) && status == 0; i++) {
		if (kg_params_given(params, names[i]) && kg_params_missing(params, names[1 - i]))
			status = kg_complain_missing(params, names[1 - i], "a certificate and its key go together", out);
	}
	return status;
}

int kg_tls_material_check_named_ca(const struct kg_params *params, const char *name, struct kg_complaints *out)
{
	static const char detail[] = "must hold certificates in PEM";

	if (!lacks_block(params, name, "CERTIFICATE"))
		return 0;
	return params->keda_version >= KG_VERSION(2, 20, 2) ? kg_complain_invalid(params, name, detail, out)
	                                                    : kg_complain_doubtful(params, name, detail, out);
}

int kg_tls_material_check_ca(const struct kg_params *params, struct kg_complaints *out)
{
	return kg_tls_material_check_named_ca(params, "ca", out);
}
