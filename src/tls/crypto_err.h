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
