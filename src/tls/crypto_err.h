/*
 * OpenSSL's error queue as a struct kg_err.
 */
#pragma once

#include "kedagate/base/compiler.h"
#include "kedagate/base/err.h"

/*
 * Fill `err` with the message and, behind it in parentheses, the first reason in this thread's queue; empty the queue. Returns `code`, or
 * KG_ENOMEM when the queue says that memory ran out.
 */
int kg_crypto_err_set(struct kg_err *err, int code, const char *format, ...) KG_PRINTF(3, 4);

/* The message alone, with KG_EINVAL: for a judgement that needs no reason from the queue. Empties it, and returns KG_ENOMEM likewise: what OpenSSL
 * could not look at for lack of memory is not judged. */
int kg_crypto_err_refuse(struct kg_err *err, const char *format, ...) KG_PRINTF(2, 3);
