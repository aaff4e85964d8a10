/*
 * A growing byte buffer with a maximum, for text that is written and for bodies that are read. Its memory may be charged to a budget.
 *
 * Failure sticks: after the first append that did not fit or could not be allocated, further appends do nothing and kg_buf_status()
 * tells which it was. So a writer appends freely and checks once. `data` is always NUL-terminated once something was appended; the NUL
 * does not count in `length`. Not thread-safe.
 */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "kedagate/base/budget.h"
#include "kedagate/base/compiler.h"

struct kg_buf {
	char *data;
	size_t length;
	size_t capacity;
	size_t max; /* the most that `length` may become */
	int status;
	struct kg_account *account; /* charged with the capacity; NULL: nothing is charged */
	bool secret;
};

/* An empty buffer that may hold up to `max` bytes. Takes no memory yet. */
void kg_buf_init(struct kg_buf *buf, size_t max);

/* Charge the memory to `account`, which is the buffer's alone and outlives it. The buffer has no memory yet. */
void kg_buf_charge_to(struct kg_buf *buf, struct kg_account *account);

/* Keep the content in secret memory (base/secret_memory.h), taken whole with the first append, so that it never moves and leaves no copy behind. The
 * buffer has no memory yet. */
void kg_buf_keep_secret(struct kg_buf *buf);

/* Free the memory; the buffer is then empty and usable again with the same maximum, account and secrecy. Accepts a zeroed buffer. */
void kg_buf_release(struct kg_buf *buf);

/* Empty the buffer and clear its status; the memory is kept. */
void kg_buf_clear(struct kg_buf *buf);

/* Make room for `length` bytes more at once, as an append of them would. */
void kg_buf_reserve(struct kg_buf *buf, size_t length);

void kg_buf_append(struct kg_buf *buf, const void *bytes, size_t length);
void kg_buf_puts(struct kg_buf *buf, const char *text);
void kg_buf_putc(struct kg_buf *buf, char byte);
void kg_buf_printf(struct kg_buf *buf, const char *format, ...) KG_PRINTF(2, 3);
void kg_buf_vprintf(struct kg_buf *buf, const char *format, va_list arguments) KG_PRINTF(2, 0);

/* 0 while every append succeeded; KG_ELIMIT once one did not fit under the maximum; KG_ENOMEM once memory ran out; KG_EBUSY once the account was
 * refused more. */
KG_MUST_CHECK int kg_buf_status(const struct kg_buf *buf);

/* The text, "" while nothing was appended. Valid until the next append. */
const char *kg_buf_text(const struct kg_buf *buf);
