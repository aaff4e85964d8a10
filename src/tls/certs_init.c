#include "kedagate/tls/certs_init.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kedagate/base/clock.h"
#include "kedagate/base/file.h"
#include "kedagate/tls/certificate.h"
#include "kedagate/tls/keypair.h"
#include "tls/installation.h"

enum { SECONDS_PER_DAY = 86400, CLOCK_SKEW_SECONDS = 300, COMMON_NAME_MAX = 64 };

/* The four files, by path. */
struct files {
	char *authority_certificate;
	char *authority_key;
	char *serving_certificate;
	char *serving_key;
};

static void files_release(struct files *files)
{
	free(files->authority_certificate);
	free(files->authority_key);
	free(files->serving_certificate);
	free(files->serving_key);
}

static char *join(const char *directory, const char *name)
{
	char *path = NULL;

	return asprintf(&path, "%s/%s", directory, name) < 0 ? NULL : path;
}

static int files_init(struct files *files, const char *directory, struct kg_err *err)
{
	*files = (struct files){
	        .authority_certificate = join(directory, "ca.crt"),
	        .authority_key = join(directory, "ca.key"),
	        .serving_certificate = join(directory, "tls.crt"),
	        .serving_key = join(directory, "tls.key"),
	};
	if (files->authority_certificate != NULL && files->authority_key != NULL && files->serving_certificate != NULL &&
	    files->serving_key != NULL)
		return 0;
	files_release(files);
	return kg_err_set(err, KG_ENOMEM, "cannot make certificates in %s: out of memory", directory);
}

/* A link counts, wherever it leads. */
static bool exists(const char *path)
{
	struct stat status;

	return lstat(path, &status) == 0;
}

static int check_days(const char *what, int days, struct kg_err *err)
{
	if (days >= 0 && days <= KG_VALIDITY_DAYS_MAX)
		return 0;
	return kg_err_set(err, KG_EINVAL, "the %s cannot be valid for %d days: 1 to %d are allowed", what, days, KG_VALIDITY_DAYS_MAX);
}

static int check_overwrites(const struct files *files, bool replace, struct kg_err *err)
{
	const char *paths[] = {files->serving_certificate, files->serving_key};

	for (size_t i = 0; i < KG_ARRAY_LEN(paths) && !replace; i++) {
		if (exists(paths[i]))
			return kg_err_set(err, KG_EINVAL, "%s exists already; give --replace to overwrite it", paths[i]);
	}
	return 0;
}

/* Parents first. What is there is left as it is. */
static int make_directories(char *path)
{
	for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		int result;

		*slash = '\0';
		result = mkdir(path, S_IRWXU);
		*slash = '/';
		if (result != 0 && errno != EEXIST)
			return -1;
	}
	return mkdir(path, S_IRWXU) == 0 || errno == EEXIST ? 0 : -1;
}

static int make_directory(const char *directory, struct kg_err *err)
{
	char *path = strdup(directory);
	int status = 0;

	if (path == NULL)
		return kg_err_set(err, KG_ENOMEM, "cannot make the directory %s: out of memory", directory);
	if (make_directories(path) != 0)
		status = kg_err_set_errno(err, "cannot make the directory %s", directory);
	free(path);
	return status;
}

static struct kg_certificate_request validity(const struct kg_certs_init *request, int days)
{
	return (struct kg_certificate_request){
	        .not_before = request->now - CLOCK_SKEW_SECONDS,
	        .not_after = request->now - CLOCK_SKEW_SECONDS + (time_t)days * SECONDS_PER_DAY,
	};
}

/* Authorities of different days have different subjects: two of one subject with different keys are what clients explain worst. */
static int make_authority(const struct kg_certs_init *request, struct kg_pem_pair *out, struct kg_err *err)
{
	int days = request->authority_days > 0 ? request->authority_days : KG_AUTHORITY_DAYS;
	struct kg_certificate_request certificate = validity(request, days);
	char when[KG_TIME_TEXT_MAX];
	char name[COMMON_NAME_MAX + 1];

	kg_clock_format(request->now, when);
	(void)snprintf(name, sizeof(name), "kedagate CA %s", when);
	certificate.common_name = name;
	return kg_certificate_make_authority(&certificate, out, err);
}

/* The authority that is there, or a new one. */
static int get_authority(const struct kg_certs_init *request, const struct files *files, struct kg_pem_pair *out, bool *ret_made,
                         struct kg_err *err)
{
	const struct kg_pair_paths paths = {files->authority_certificate, files->authority_key};
	bool has_certificate = exists(paths.certificate);
	bool has_key = exists(paths.key);

	*ret_made = !has_certificate && !has_key;
	if (*ret_made)
		return make_authority(request, out, err);
	if (has_certificate && has_key)
		return kg_pair_read(&paths, out, err);
	return kg_err_set(err, KG_EINVAL, "%s is there without %s: put the missing file back, or remove the other to make a new authority",
	                  has_certificate ? paths.certificate : paths.key, has_certificate ? paths.key : paths.certificate);
}

/* Clients look at the names, never at the CN; so a name that is too long for one is no obstacle. */
static int make_serving(const struct kg_certs_init *request, const struct kg_pem_pair *authority, struct kg_pem_pair *out,
                        struct kg_err *err)
{
	int days = request->serving_days > 0 ? request->serving_days : KG_SERVING_DAYS;
	struct kg_certificate_request certificate = validity(request, days);

	certificate.names = request->names;
	certificate.name_count = request->name_count;
	certificate.common_name = "kedagate";
	if (request->name_count > 0 && request->names[0][0] != '\0' && strlen(request->names[0]) <= COMMON_NAME_MAX)
		certificate.common_name = request->names[0];
	return kg_certificate_make_serving(&certificate, authority, out, err);
}

static int write_pair(const char *certificate, const char *key, const struct kg_pem_pair *pair, bool replace, struct kg_err *err)
{
	int status = kg_file_write(key, pair->key.data, pair->key.length, S_IRUSR | S_IWUSR, replace, err);

	if (status != 0)
		return status;
	return kg_file_write(certificate, pair->certificate.data, pair->certificate.length, S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH, replace,
	                     err);
}

/* Both pairs in memory, then on disk. */
static int make_files(const struct kg_certs_init *request, const struct files *files, struct kg_pem_pair *authority,
                      struct kg_pem_pair *serving, struct kg_err *err)
{
	bool is_new;
	int status = get_authority(request, files, authority, &is_new, err);

	if (status == 0)
		status = make_serving(request, authority, serving, err);
	if (status == 0)
		status = make_directory(request->directory, err);
	if (status == 0 && is_new)
		status = write_pair(files->authority_certificate, files->authority_key, authority, false, err);
	if (status == 0)
		status = write_pair(files->serving_certificate, files->serving_key, serving, request->replace, err);
	if (status == 0)
		status = kg_installation_write(request, authority, serving, err);
	return status;
}

static int check_request(const struct kg_certs_init *request, const struct files *files, struct kg_err *err)
{
	int status;

	/* Made piece by piece below, which an empty path would not survive. */
	if (request->directory[0] == '\0')
		return kg_err_set(err, KG_EINVAL, "the directory for the certificates has no name");
	status = check_days("certificate authority", request->authority_days, err);

	if (status == 0)
		status = check_days("serving certificate", request->serving_days, err);
	if (status == 0)
		status = check_overwrites(files, request->replace, err);
	if (status == 0)
		status = kg_installation_check(request, err);
	return status;
}

int kg_certs_init(const struct kg_certs_init *request, struct kg_err *err)
{
	struct kg_pem_pair authority;
	struct kg_pem_pair serving;
	struct files files;
	int status = files_init(&files, request->directory, err);

	if (status != 0)
		return status;
	kg_pem_pair_init(&authority);
	kg_pem_pair_init(&serving);
	status = check_request(request, &files, err);
	if (status == 0)
		status = make_files(request, &files, &authority, &serving, err);
	kg_pem_pair_release(&serving);
	kg_pem_pair_release(&authority);
	files_release(&files);
	return status;
}
