/*
 * Certificates of any shape, and directories as Kubernetes mounts them, for the tests of `tls`.
 *
 * Certificates live around NOW, a fixed time, so that no test depends on the clock. Helpers assert that they work.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "kedagate/base/file.h"
#include "kedagate/tls/keypair.h"
#include "tls/issue.h"
#include "tls/pem.h"

#define NOW ((time_t)1800000000) /* 2027-01-15T08:00:00Z */
#define DAY ((time_t)86400)

struct forged_pair {
	X509 *certificate;
	EVP_PKEY *key;
};

/* What to forge. A NULL extension is left out; begin and end 0 are a day before NOW and a day after. */
struct forgery {
	const char *common_name; /* NULL: "forged" */
	const char *name;        /* the one SAN, NULL: none */
	const char *constraints;
	const char *usage;
	const char *extended_usage;
	const char *name_constraints;
	const char *comment;    /* of Netscape: an extension that nobody knows any more */
	const char *other_name; /* a SAN extension in OpenSSL's notation, instead of `name` */
	const char *key_kind;   /* NULL: P-256; "RSA:bits", "explicit", a curve, or a type of key */
	const char *digest;     /* NULL: SHA-256 */
	const struct forged_pair *issuer;
	time_t begin, end;
};

/* What a good server certificate says; rows of tests change one thing. */
#define SERVER_NAMED(name_)                                                                                                                \
	.name = (name_), .constraints = "critical,CA:FALSE", .usage = "critical,digitalSignature", .extended_usage = "serverAuth"
#define SERVER    SERVER_NAMED("hook.example")
#define AUTHORITY .constraints = "critical,CA:TRUE", .usage = "critical,keyCertSign,cRLSign"

/* With many primes a long key is made in a moment. */
static inline EVP_PKEY *forge_rsa(int bits)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	EVP_PKEY *key = NULL;

	assert_true(EVP_PKEY_keygen_init(context) == 1 && EVP_PKEY_CTX_set_rsa_keygen_bits(context, bits) == 1);
	assert_true(EVP_PKEY_CTX_set_rsa_keygen_primes(context, bits > 8192 ? 5 : 2) == 1);
	assert_int_equal(EVP_PKEY_generate(context, &key), 1);
	EVP_PKEY_CTX_free(context);
	return key;
}

/* It says all the numbers of its curve instead of the curve's name. */
static inline EVP_PKEY *forge_explicit(void)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");

	assert_int_equal(EVP_PKEY_set_utf8_string_param(key, OSSL_PKEY_PARAM_EC_ENCODING, OSSL_PKEY_EC_ENCODING_EXPLICIT), 1);
	return key;
}

static inline EVP_PKEY *forge_key(const char *kind)
{
	EVP_PKEY *key;

	if (kind == NULL)
		key = EVP_EC_gen("P-256");
	else if (strncmp(kind, "RSA:", 4) == 0)
		key = forge_rsa((int)strtol(kind + 4, NULL, 10));
	else if (strcmp(kind, "explicit") == 0)
		key = forge_explicit();
	else if (strncmp(kind, "ED", 2) == 0)
		key = EVP_PKEY_Q_keygen(NULL, NULL, kind);
	else
		key = EVP_EC_gen(kind);
	assert_non_null(key);
	return key;
}

static inline void forge(const struct forgery *forgery, struct forged_pair *out)
{
	const struct kg_extension possible[] = {
	        {NID_basic_constraints, forgery->constraints}, {NID_key_usage, forgery->usage},
	        {NID_ext_key_usage, forgery->extended_usage},  {NID_subject_alt_name, forgery->other_name},
	        {NID_subject_key_identifier, "hash"},          {NID_name_constraints, forgery->name_constraints},
	        {NID_netscape_comment, forgery->comment},
	};
	struct kg_extension rows[KG_ARRAY_LEN(possible)];
	struct kg_certificate_shape shape = {rows, 0};
	const struct kg_certificate_request request = {
	        .common_name = forgery->common_name != NULL ? forgery->common_name : "forged",
	        .names = &forgery->name,
	        .name_count = forgery->name != NULL ? 1 : 0,
	        .not_before = forgery->begin != 0 ? forgery->begin : NOW - DAY,
	        .not_after = forgery->end != 0 ? forgery->end : NOW + DAY,
	};
	struct kg_issuer issuer = {0};
	struct kg_err err;

	for (size_t i = 0; i < KG_ARRAY_LEN(possible); i++) {
		if (possible[i].value != NULL)
			rows[shape.extension_count++] = possible[i];
	}
	if (forgery->issuer != NULL)
		issuer = (struct kg_issuer){forgery->issuer->certificate, forgery->issuer->key};
	out->key = forge_key(forgery->key_kind);
	assert_int_equal(kg_issue(&request, &shape, out->key, &issuer, &out->certificate, &err), 0);
	if (forgery->digest != NULL)
		assert_true(X509_sign(out->certificate, issuer.key != NULL ? issuer.key : out->key, EVP_get_digestbyname(forgery->digest)) >
		            0);
}

static inline void forged_release(struct forged_pair *pair)
{
	X509_free(pair->certificate);
	EVP_PKEY_free(pair->key);
	*pair = (struct forged_pair){0};
}

/* The chain ends with NULL. */
static inline void forged_pem(const struct forged_pair *const *chain, const struct forged_pair *key, struct kg_pem_pair *out)
{
	struct kg_err err;

	kg_pem_pair_init(out);
	for (; *chain != NULL; chain++)
		assert_int_equal(kg_pem_write_certificate((*chain)->certificate, &out->certificate, &err), 0);
	assert_int_equal(kg_pem_write_key(key->key, &out->key, &err), 0);
}

/* The same pair as forged_pem of one certificate. */
static inline void forge_pem(const struct forgery *forgery, struct kg_pem_pair *out)
{
	struct forged_pair pair;

	forge(forgery, &pair);
	forged_pem((const struct forged_pair *[]){&pair, NULL}, &pair, out);
	forged_release(&pair);
}

#define assert_message(err_, part_)                                                                                                        \
	do {                                                                                                                               \
		if (strstr((err_)->message, (part_)) == NULL)                                                                              \
			fail_msg("the message is \"%s\", without \"%s\"", (err_)->message, (part_));                                       \
	} while (0)

/* A temporary directory. */
struct directory {
	char path[64];
	int generation;
};

static inline void directory_make(struct directory *directory)
{
	*directory = (struct directory){.path = "/tmp/kedagate-test-XXXXXX"};
	assert_non_null(mkdtemp(directory->path));
}

static inline int remove_entry(const char *path, const struct stat *status, int type, struct FTW *position)
{
	(void)status;
	(void)type;
	(void)position;
	return remove(path);
}

static inline void directory_remove(struct directory *directory)
{
	assert_int_equal(nftw(directory->path, remove_entry, 8, FTW_DEPTH | FTW_PHYS), 0);
}

/* Valid until the next eight calls. */
static inline const char *directory_path(const struct directory *directory, const char *name)
{
	static _Thread_local char paths[8][160];
	static _Thread_local unsigned next;
	char *path = paths[next++ % 8];

	(void)snprintf(path, sizeof(paths[0]), "%s/%s", directory->path, name);
	return path;
}

static inline void directory_put(const struct directory *directory, const char *name, const void *bytes, size_t length)
{
	struct kg_err err;

	assert_int_equal(kg_file_write(directory_path(directory, name), bytes, length, 0600, true, &err), 0);
}

static inline void directory_put_text(const struct directory *directory, const char *name, const char *text)
{
	directory_put(directory, name, text, strlen(text));
}

static inline void directory_put_pair(const struct directory *directory, const struct kg_pem_pair *pair)
{
	directory_put(directory, "tls.crt", pair->certificate.data, pair->certificate.length);
	directory_put(directory, "tls.key", pair->key.data, pair->key.length);
}

/* Make the directory `..N` of the next generation; its number. */
static inline int generation_make(struct directory *directory)
{
	char name[32];

	(void)snprintf(name, sizeof(name), "..%d", ++directory->generation);
	assert_int_equal(mkdir(directory_path(directory, name), 0700), 0);
	return directory->generation;
}

static inline const char *generation_path(const struct directory *directory, int generation, const char *name)
{
	char relative[64];

	(void)snprintf(relative, sizeof(relative), "..%d/%s", generation, name);
	return directory_path(directory, relative);
}

static inline void generation_put(const struct directory *directory, int generation, const char *name, const char *text)
{
	struct kg_err err;

	assert_int_equal(kg_file_write(generation_path(directory, generation, name), text, strlen(text), 0600, true, &err), 0);
}

/* As kubelet does: a link beside, renamed over `..data`. The links to the files are made once. */
static inline void generation_publish(const struct directory *directory, int generation)
{
	char target[32];

	(void)snprintf(target, sizeof(target), "..%d", generation);
	assert_int_equal(symlink(target, directory_path(directory, "..data_tmp")), 0);
	assert_int_equal(rename(directory_path(directory, "..data_tmp"), directory_path(directory, "..data")), 0);
	(void)!symlink("..data/tls.crt", directory_path(directory, "tls.crt"));
	(void)!symlink("..data/tls.key", directory_path(directory, "tls.key"));
	if (access(directory_path(directory, "..data/ca.crt"), F_OK) == 0)
		(void)!symlink("..data/ca.crt", directory_path(directory, "ca.crt"));
}

static inline void generation_remove(const struct directory *directory, int generation)
{
	assert_int_equal(nftw(generation_path(directory, generation, ""), remove_entry, 8, FTW_DEPTH | FTW_PHYS), 0);
}
