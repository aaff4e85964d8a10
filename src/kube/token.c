#include "kube/token.h"

#include <ctype.h>
#include <fcntl.h>
#include <string.h>

#include "kedagate/base/file.h"
#include "kedagate/base/limits.h"

#define HEADER "Authorization: Bearer "

/* What a header can hold. */
static bool is_token(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (!isgraph((unsigned char)text[i]))
			return false;
	}
	return length > 0;
}

static int append(const char *text, size_t length, const char *origin, struct kg_buf *out, struct kg_err *err)
{
	while (length > 0 && isspace((unsigned char)text[length - 1]))
		length--;
	if (!is_token(text, length))
		return kg_err_set(err, KG_EINVAL, "%s: this is no token: one line of printable characters, and nothing else", origin);
	kg_buf_puts(out, HEADER);
	kg_buf_append(out, text, length);
	return kg_buf_status(out) == 0 ? 0 : kg_err_set(err, kg_buf_status(out), "%s: no memory for a token of this length", origin);
}

static int append_file(const char *path, struct kg_buf *out, struct kg_err *err)
{
	struct kg_buf text KG_CLEANUP(kg_buf_release);
	int status;

	kg_buf_init(&text, KG_MAX_TOKEN_BYTES);
	kg_buf_keep_secret(&text);
	status = kg_file_read_at(AT_FDCWD, path, &text, err);
	return status == 0 ? append(kg_buf_text(&text), text.length, path, out, err) : status;
}

int kg_token_header(const struct kg_kube_material *token, struct kg_buf *out, struct kg_err *err)
{
	if (token->file != NULL)
		return append_file(token->file, out, err);
	if (token->text.length > 0)
		return append(token->text.data, token->text.length, "the token", out, err);
	return 0;
}
