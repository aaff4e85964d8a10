#include "kedagate/tls/keypair.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kedagate/base/file.h"
#include "tls/parsed_pair.h"

/* Each retry follows a change that happened while reading; Kubernetes changes a mount once in a minute at most. */
enum { READ_ATTEMPTS = 5 };

/* Where kubelet's atomic writer puts the current generation of a mounted volume. */
#define GENERATION "..data"

/* The two files as openat(2) wants them. */
struct place {
	int directory; /* or AT_FDCWD */
	const char *certificate;
	const char *key;
};

/* Make the buffer as large as it may become, so that it never moves and leaves no copy of the key behind. */
static int reserve_key(struct kg_buf *key, struct kg_err *err)
{
	char *nothing = calloc(1, KG_MAX_KEY_BYTES);

	if (nothing != NULL)
		kg_buf_append(key, nothing, KG_MAX_KEY_BYTES);
	free(nothing);
	if (nothing == NULL || kg_buf_status(key) != 0)
		return kg_err_set(err, KG_ENOMEM, "cannot read the private key: out of memory");
	kg_buf_clear(key);
	return 0;
}

static int read_once(const struct place *place, struct kg_pem_pair *out, struct kg_err *err)
{
	int status = kg_file_read_at(place->directory, place->certificate, &out->certificate, err);

	return status != 0 ? status : kg_file_read_at(place->directory, place->key, &out->key, err);
}

/* KG_EINVAL when the certificate was written while the key was read: they may belong to different generations. */
static int read_unchanged(const struct place *place, struct kg_pem_pair *out, struct kg_err *err)
{
	struct kg_buf again;
	int status = read_once(place, out, err);

	if (status != 0)
		return status;
	kg_buf_init(&again, out->certificate.max);
	status = kg_file_read_at(place->directory, place->certificate, &again, err);
	if (status == 0 &&
	    (again.length != out->certificate.length || memcmp(kg_buf_text(&again), kg_buf_text(&out->certificate), again.length) != 0))
		status = kg_err_set(err, KG_EINVAL, "%s changes while it is read; write it under another name, then rename it",
		                    place->certificate);
	kg_buf_release(&again);
	return status;
}

/* Does the entry lead into the current generation? `out` is then its path therein. */
static bool leads_into_generation(int directory, const char *name, char out[PATH_MAX])
{
	ssize_t length = readlinkat(directory, name, out, PATH_MAX - 1);
	const size_t prefix = strlen(GENERATION "/");

	if (length <= (ssize_t)prefix || memcmp(out, GENERATION "/", prefix) != 0)
		return false;
	memmove(out, out + prefix, (size_t)length - prefix);
	out[(size_t)length - prefix] = '\0';
	return true;
}

static int read_generation(int directory, const char *certificate, const char *key, struct kg_pem_pair *out, struct kg_err *err)
{
	struct place place = {openat(directory, GENERATION, O_PATH | O_DIRECTORY | O_CLOEXEC), certificate, key};
	int status;

	if (place.directory < 0)
		return kg_err_set_errno(err, "cannot open " GENERATION);
	status = read_once(&place, out, err);
	close(place.directory);
	return status;
}

/* Both files lie in `directory`, which is open. */
static int read_neighbours(int directory, const char *certificate, const char *key, struct kg_pem_pair *out, struct kg_err *err)
{
	const struct place place = {directory, certificate, key};
	char certificate_target[PATH_MAX];
	char key_target[PATH_MAX];

	if (leads_into_generation(directory, certificate, certificate_target) && leads_into_generation(directory, key, key_target))
		return read_generation(directory, certificate_target, key_target, out, err);
	return read_unchanged(&place, out, err);
}

/* Up to the last slash and with it, 0 when there is none. */
static size_t directory_length(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? 0 : (size_t)(slash - path) + 1;
}

static bool share_directory(const struct kg_pair_paths *paths)
{
	size_t length = directory_length(paths->certificate);

	return length == directory_length(paths->key) && memcmp(paths->certificate, paths->key, length) == 0;
}

static int read_from(const char *directory, size_t length, const struct kg_pair_paths *paths, struct kg_pem_pair *out, struct kg_err *err)
{
	int fd = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int status;

	if (fd < 0)
		return kg_err_set_errno(err, "cannot open the directory %s", directory);
	status = read_neighbours(fd, paths->certificate + length, paths->key + length, out, err);
	close(fd);
	if (status != 0)
		(void)kg_err_wrap(err, "%s", directory);
	return status;
}

static int read_attempt(const struct kg_pair_paths *paths, struct kg_pem_pair *out, struct kg_err *err)
{
	const struct place apart = {AT_FDCWD, paths->certificate, paths->key};
	size_t length = directory_length(paths->certificate);
	char *directory;
	int status;

	if (!share_directory(paths))
		return read_unchanged(&apart, out, err);
	directory = length == 0 ? strdup(".") : strndup(paths->certificate, length);
	if (directory == NULL)
		return kg_err_set(err, KG_ENOMEM, "cannot read %s: out of memory", paths->certificate);
	status = read_from(directory, length, paths, out, err);
	free(directory);
	return status;
}

/* Codes that a change while reading gives: files that differ, and files of a generation that is gone. */
static bool may_pass(int status)
{
	return status == KG_EINVAL || status == KG_ENOTFOUND;
}

int kg_pair_read(const struct kg_pair_paths *paths, struct kg_pem_pair *out, struct kg_err *err)
{
	int status = KG_EINVAL;

	for (int attempt = 0; attempt < READ_ATTEMPTS && may_pass(status); attempt++) {
		kg_pem_pair_release(out);
		status = reserve_key(&out->key, err);
		if (status == 0)
			status = read_attempt(paths, out, err);
	}
	if (status != 0)
		kg_pem_pair_release(out);
	return status;
}

int kg_pair_verify(const struct kg_pem_pair *pair, const struct kg_pair_paths *paths, time_t now, struct kg_pair_facts *ret_facts,
                   struct kg_err *err)
{
	struct kg_parsed_pair parsed;
	int status = kg_parsed_pair_init(&parsed, pair, paths, err);

	if (status != 0)
		return status;
	status = kg_parsed_pair_verify(&parsed, paths, now, ret_facts, err);
	kg_parsed_pair_release(&parsed);
	return status;
}
