#include "kedagate/base/buf.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kedagate/base/err.h"
#include "kedagate/base/secret_memory.h"

enum { FIRST_CAPACITY = 256 };

void kg_buf_init(struct kg_buf *buf, size_t max)
{
	/* Room for the NUL must not overflow. */
	*buf = (struct kg_buf){.max = max < SIZE_MAX ? max : SIZE_MAX - 1};
}

void kg_buf_charge_to(struct kg_buf *buf, struct kg_account *account)
{
	buf->account = account;
}

void kg_buf_keep_secret(struct kg_buf *buf)
{
	buf->secret = true;
}

void kg_buf_release(struct kg_buf *buf)
{
	if (buf->secret)
		kg_secret_memory_put(buf->data, buf->capacity);
	else
		free(buf->data);
	if (buf->account != NULL)
		kg_account_give(buf->account, buf->capacity);
	*buf = (struct kg_buf){.max = buf->max, .account = buf->account, .secret = buf->secret};
}

void kg_buf_clear(struct kg_buf *buf)
{
	buf->length = 0;
	buf->status = 0;
	if (buf->secret && buf->data != NULL)
		explicit_bzero(buf->data, buf->capacity);
	if (buf->data != NULL)
		buf->data[0] = '\0';
}

/* Twice the room, at least what is needed, at most what the maximum allows; `needed` is within max + 1. */
static size_t next_capacity(const struct kg_buf *buf, size_t needed)
{
	size_t capacity = buf->capacity > SIZE_MAX / 2 ? SIZE_MAX : buf->capacity * 2;

	if (buf->secret)
		return buf->max + 1;
	if (capacity < FIRST_CAPACITY)
		capacity = FIRST_CAPACITY;
	if (capacity < needed)
		capacity = needed;
	return capacity > buf->max ? buf->max + 1 : capacity;
}

/* realloc may copy: for that moment both are held. Returns 0, KG_EBUSY or KG_ENOMEM. */
static int resize(struct kg_buf *buf, size_t capacity)
{
	char *data;

	if (buf->account != NULL && !kg_account_take(buf->account, capacity))
		return KG_EBUSY;
	/* What is secret has all it may need from the beginning. */
	data = buf->secret ? kg_secret_memory_get(capacity) : realloc(buf->data, capacity);
	if (buf->account != NULL)
		kg_account_give(buf->account, data != NULL ? buf->capacity : capacity);
	if (data == NULL)
		return KG_ENOMEM;
	buf->data = data;
	buf->capacity = capacity;
	return 0;
}

/* Make room for `length` more bytes and the NUL, or set the status. Returns the status. */
static int reserve(struct kg_buf *buf, size_t length)
{
	if (buf->status != 0)
		return buf->status;
	if (length > buf->max - buf->length)
		return buf->status = KG_ELIMIT;
	if (length < buf->capacity - buf->length)
		return 0;
	return buf->status = resize(buf, next_capacity(buf, buf->length + length + 1));
}

void kg_buf_reserve(struct kg_buf *buf, size_t length)
{
	if (buf->status == 0 && length > buf->max - buf->length)
		buf->status = KG_ELIMIT;
	else if (buf->status == 0 && length >= buf->capacity - buf->length)
		buf->status = resize(buf, buf->length + length + 1);
}

void kg_buf_append(struct kg_buf *buf, const void *bytes, size_t length)
{
	if (reserve(buf, length) != 0)
		return;
	if (length > 0)
		memcpy(buf->data + buf->length, bytes, length);
	buf->length += length;
	buf->data[buf->length] = '\0';
}

void kg_buf_puts(struct kg_buf *buf, const char *text)
{
	kg_buf_append(buf, text, strlen(text));
}

void kg_buf_putc(struct kg_buf *buf, char byte)
{
	if (reserve(buf, 1) != 0)
		return;
	buf->data[buf->length++] = byte;
	buf->data[buf->length] = '\0';
}

void kg_buf_printf(struct kg_buf *buf, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	kg_buf_vprintf(buf, format, arguments);
	va_end(arguments);
}

void kg_buf_vprintf(struct kg_buf *buf, const char *format, va_list arguments)
{
	va_list copy;
	int length;

	if (buf->status != 0)
		return;
	va_copy(copy, arguments);
	length = vsnprintf(NULL, 0, format, copy);
	va_end(copy);
	if (length < 0) {
		buf->status = KG_ENOMEM;
		return;
	}
	if (reserve(buf, (size_t)length) != 0)
		return;
	vsnprintf(buf->data + buf->length, buf->capacity - buf->length, format, arguments);
	buf->length += (size_t)length;
}

int kg_buf_status(const struct kg_buf *buf)
{
	return buf->status;
}

const char *kg_buf_text(const struct kg_buf *buf)
{
	return buf->data != NULL ? buf->data : "";
}
