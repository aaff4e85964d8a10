#include "kedagate/tls/keypair.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kedagate/base/file.h"
#include "kedagate/base/limits.h"
#include "tls/parsed_pair.h"

/* Each retry follows a change that happened while reading; Kubernetes changes a mount once in a minute at most. */
enum { READ_ATTEMPTS = 5 };

/* Where kubelet's atomic writer puts the current generation of a mounted volume. */
#define GENERATION "..data"

/* The files as openat(2) wants them. */
struct place {
	int directory; /* or AT_FDCWD */
	const char *certificate;
	const char *key;
	const char *authorities; /* NULL: not wanted, or there is none */
};

/* What is read. */
struct reading {
	struct kg_pem_pair *pair;
	struct kg_pem_authorities *authorities; /* NULL: not wanted */
};

void kg_pem_authorities_init(struct kg_pem_authorities *authorities)
{
	kg_buf_init(&authorities->text, KG_MAX_PEM_BYTES);
	authorities->fault = (struct kg_err){0};
}

void kg_pem_authorities_release(struct kg_pem_authorities *authorities)
{
	kg_buf_release(&authorities->text);
	kg_pem_authorities_init(authorities);
}

/* Not fatal, unless memory is at an end: the pair may be good. */
static int read_authorities(const struct place *place, struct kg_pem_authorities *out, struct kg_err *err)
{
	struct kg_err fault = {0};
	int status = kg_file_read_at(place->directory, place->authorities, &out->text, &fault);

	if (status == 0)
		return 0;
	kg_buf_release(&out->text);
	if (status == KG_ENOMEM)
		return kg_err_set(err, status, "%s", fault.message);
	if (status != KG_ENOTFOUND)
		out->fault = fault;
	return 0;
}

static int read_once(const struct place *place, const struct reading *out, struct kg_err *err)
{
	int status = place->authorities != NULL ? read_authorities(place, out->authorities, err) : 0;

	if (status == 0)
		status = kg_file_read_at(place->directory, place->certificate, &out->pair->certificate, err);
	return status != 0 ? status : kg_file_read_at(place->directory, place->key, &out->pair->key, err);
}

/* KG_EINVAL when the certificate was written while the key was read: they may belong to different generations. */
static int read_unchanged(const struct place *place, const struct reading *out, struct kg_err *err)
{
	const struct kg_buf *certificate = &out->pair->certificate;
	struct kg_buf again;
	int status = read_once(place, out, err);

	if (status != 0)
		return status;
	kg_buf_init(&again, certificate->max);
	status = kg_file_read_at(place->directory, place->certificate, &again, err);
	if (status == 0 &&
	    (again.length != certificate->length || memcmp(kg_buf_text(&again), kg_buf_text(certificate), again.length) != 0))
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

/* While a generation is removed, its ca.crt may be gone before the pair is. */
static bool is_current(int directory, int generation)
{
	struct stat current;
	struct stat opened;

	return fstatat(directory, GENERATION, &current, 0) == 0 && fstat(generation, &opened) == 0 && current.st_ino == opened.st_ino &&
	       current.st_dev == opened.st_dev;
}

/* `place` holds names within the current generation of `directory`. */
static int read_generation(int directory, struct place place, const struct reading *out, struct kg_err *err)
{
	int status;

	place.directory = openat(directory, GENERATION, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (place.directory < 0)
		return kg_err_set_errno(err, "cannot open " GENERATION);
	status = read_once(&place, out, err);
	if (status == 0 && place.authorities != NULL && out->authorities->text.length == 0 && !is_current(directory, place.directory))
		status = kg_err_set(err, KG_ENOTFOUND, "%s changes while it is read", place.authorities);
	close(place.directory);
	return status;
}

/* The files lie in the directory of `place`, which is open. */
static int read_neighbours(const struct place *place, const struct reading *out, struct kg_err *err)
{
	char certificate[PATH_MAX];
	char key[PATH_MAX];
	char authorities[PATH_MAX];
	struct place inside = {-1, certificate, key, authorities};

	if (!leads_into_generation(place->directory, place->certificate, certificate) ||
	    !leads_into_generation(place->directory, place->key, key))
		return read_unchanged(place, out, err);
	if (place->authorities == NULL || leads_into_generation(place->directory, place->authorities, authorities)) {
		inside.authorities = place->authorities != NULL ? authorities : NULL;
		return read_generation(place->directory, inside, out, err);
	}
	/* It is no part of the mount, if it is there at all. */
	if (read_authorities(place, out->authorities, err) != 0)
		return KG_ENOMEM;
	inside.authorities = NULL;
	return read_generation(place->directory, inside, out, err);
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

static int read_from(const char *directory, const struct place *names, const struct reading *out, struct kg_err *err)
{
	struct place place = *names;
	int status;

	place.directory = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (place.directory < 0)
		return kg_err_set_errno(err, "cannot open the directory %s", directory);
	status = read_neighbours(&place, out, err);
	close(place.directory);
	if (status != 0)
		(void)kg_err_wrap(err, "%s", directory);
	return status;
}

static bool has_authorities_beside(const char *certificate, const struct reading *out)
{
	return out->authorities != NULL && strcmp(certificate + directory_length(certificate), KG_AUTHORITIES_FILE) != 0;
}

static int out_of_memory(const struct kg_pair_paths *paths, struct kg_err *err)
{
	return kg_err_set(err, KG_ENOMEM, "cannot read %s: out of memory", paths->certificate);
}

static int read_together(const struct kg_pair_paths *paths, const struct reading *out, struct kg_err *err)
{
	size_t length = directory_length(paths->certificate);
	const struct place place = {-1, paths->certificate + length, paths->key + length,
	                            has_authorities_beside(paths->certificate, out) ? KG_AUTHORITIES_FILE : NULL};
	char *directory = length == 0 ? strdup(".") : strndup(paths->certificate, length);
	int status;

	if (directory == NULL)
		return out_of_memory(paths, err);
	status = read_from(directory, &place, out, err);
	free(directory);
	return status;
}

static int read_apart(const struct kg_pair_paths *paths, const struct reading *out, struct kg_err *err)
{
	struct place place = {AT_FDCWD, paths->certificate, paths->key, NULL};
	char *authorities = NULL;
	int status;

	if (has_authorities_beside(paths->certificate, out) &&
	    asprintf(&authorities, "%.*s" KG_AUTHORITIES_FILE, (int)directory_length(paths->certificate), paths->certificate) < 0)
		return out_of_memory(paths, err);
	place.authorities = authorities;
	status = read_unchanged(&place, out, err);
	free(authorities);
	return status;
}

/* Codes that a change while reading gives: files that differ, and files of a generation that is gone. */
static bool may_pass(int status)
{
	return status == KG_EINVAL || status == KG_ENOTFOUND;
}

static void release(const struct reading *out)
{
	kg_pem_pair_release(out->pair);
	if (out->authorities != NULL)
		kg_pem_authorities_release(out->authorities);
}

static int read_all(const struct kg_pair_paths *paths, const struct reading *out, struct kg_err *err)
{
	int (*read_attempt)(const struct kg_pair_paths *, const struct reading *, struct kg_err *) =
	        share_directory(paths) ? read_together : read_apart;
	int status = KG_EINVAL;

	for (int attempt = 0; attempt < READ_ATTEMPTS && may_pass(status); attempt++) {
		release(out);
		status = read_attempt(paths, out, err);
	}
	if (status != 0)
		release(out);
	return status;
}

int kg_pair_read(const struct kg_pair_paths *paths, struct kg_pem_pair *out, struct kg_err *err)
{
	return read_all(paths, &(const struct reading){out, NULL}, err);
}

int kg_pair_read_beside(const struct kg_pair_paths *paths, struct kg_pem_pair *out, struct kg_pem_authorities *authorities,
                        struct kg_err *err)
{
	return read_all(paths, &(const struct reading){out, authorities}, err);
}

int kg_pair_verify(const struct kg_pem_pair *pair, const struct kg_pair_paths *paths, time_t now, struct kg_pair_facts *ret_facts,
                   struct kg_err *err)
{
	struct kg_parsed_pair parsed;
	enum kg_pair_fault fault;
	int status = kg_parsed_pair_init(&parsed, pair, paths, err);

	if (status != 0)
		return status;
	status = kg_parsed_pair_verify(&parsed, paths, now, ret_facts, &fault, err);
	kg_parsed_pair_release(&parsed);
	return status;
}
