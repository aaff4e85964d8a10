/*
 * Included by hack/check-tidy before every source file but those that define what is below: what the analyzer cannot see from a prototype.
 */
#pragma once

#include "kedagate/base/err.h"
#include "tls/crypto_err.h"

/* An error is never 0. */
#define kg_err_set(err_, code_, ...)                    ((void)(kg_err_set)((err_), (code_), __VA_ARGS__), (code_))
#define kg_err_set_at(err_, code_, line_, column_, ...) ((void)(kg_err_set_at)((err_), (code_), (line_), (column_), __VA_ARGS__), (code_))
#define kg_err_set_errno(err_, ...)                     ((void)(kg_err_set_errno)((err_), __VA_ARGS__), KG_EIO)
#define kg_err_wrap(err_, ...)                          ((void)(kg_err_wrap)((err_), __VA_ARGS__), KG_EINVAL)
#define kg_crypto_err_set(err_, code_, ...)             ((void)(kg_crypto_err_set)((err_), (code_), __VA_ARGS__), (code_))
