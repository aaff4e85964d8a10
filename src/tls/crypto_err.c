#include "tls/crypto_err.h"

#include <openssl/err.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

/* Empty the queue. Its first entry is the cause, those behind it are who passed it on. */
static unsigned long take_first(bool *ret_out_of_memory)
{
	unsigned long first = ERR_get_error();

	*ret_out_of_memory = false;
	for (unsigned long code = first; code != 0; code = ERR_get_error())
		*ret_out_of_memory |= ERR_GET_REASON(code) == ERR_R_MALLOC_FAILURE;
	return first;
}

int kg_crypto_err_set(struct kg_err *err, int code, const char *format, ...)
{
	char text[KG_ERR_MESSAGE_MAX];
	bool out_of_memory;
	const char *reason = ERR_reason_error_string(take_first(&out_of_memory));
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	if (out_of_memory)
		return kg_err_set(err, KG_ENOMEM, "%s: out of memory", text);
	if (reason == NULL)
		return kg_err_set(err, code, "%s", text);
	return kg_err_set(err, code, "%s (%s)", text, reason);
}

int kg_crypto_err_refuse(struct kg_err *err, const char *format, ...)
{
	char text[KG_ERR_MESSAGE_MAX];
	bool out_of_memory;
	va_list arguments;

	(void)take_first(&out_of_memory);
	if (out_of_memory)
		return kg_err_set(err, KG_ENOMEM, "cannot judge the key pair: out of memory");
	va_start(arguments, format);
	(void)vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	return kg_err_set(err, KG_EINVAL, "%s", text);
}
