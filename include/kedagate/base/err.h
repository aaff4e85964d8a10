/*
 * Errors as values: a code, and a message that says what was being done, to what, and why it failed.
 *
 * A function that can fail returns 0 or one of the negative codes and takes `struct kg_err *err` last. `err` lives on the caller's stack,
 * needs no release and never allocates, so running out of memory can be reported. It is written on failure only; NULL is allowed
 * everywhere and drops the text. Messages hold no secret and no newline.
 */
#pragma once

#include "kedagate/base/compiler.h"

enum kg_code {
	KG_OK = 0,
	KG_ENOMEM = -1,     /* memory is exhausted, or an arena's or buffer's cap is reached where no input is to blame */
	KG_EINVAL = -2,     /* the input is wrong; the message says where */
	KG_ELIMIT = -3,     /* the input is over a documented limit */
	KG_EIO = -4,        /* the operating system refused; the message carries its text */
	KG_ENOTFOUND = -5,  /* there is no such thing */
	KG_EUNCHANGED = -6, /* nothing to do: what is there equals what is in use */
	KG_EBUSY = -7,      /* a budget that many share has no room at the moment */
};

enum { KG_ERR_MESSAGE_MAX = 512 };

/* `line` and `column` are 1-based; 0 means that the error has no position in a text. Columns count bytes. */
struct kg_err {
	int code;
	unsigned line;
	unsigned column;
	char message[KG_ERR_MESSAGE_MAX];
};

/* Fill `err` (position cleared; text cut to the room there is, between two characters; control characters and
 * bytes that are not UTF-8 become '?') and return `code`. */
int kg_err_set(struct kg_err *err, int code, const char *format, ...) KG_PRINTF(3, 4);

/* As kg_err_set, with a position in the text that was read. */
int kg_err_set_at(struct kg_err *err, int code, unsigned line, unsigned column, const char *format, ...) KG_PRINTF(5, 6);

/* KG_EIO, or KG_ENOTFOUND for ENOENT, or KG_ENOMEM for ENOMEM, with ": strerror" behind the message. Reads errno. */
int kg_err_set_errno(struct kg_err *err, const char *format, ...) KG_PRINTF(2, 3);

/* Put "prefix: " before the message while unwinding; code and position stay. Returns the code, KG_EINVAL when `err` is NULL. */
int kg_err_wrap(struct kg_err *err, const char *format, ...) KG_PRINTF(2, 3);
