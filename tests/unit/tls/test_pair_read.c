/*
 * Reading a pair while it is replaced. The change comes when the reader has opened a file and not read it.
 */
#include <fcntl.h>

#include "kedagate/base/limits.h"
#include "kedagate/tls/keypair.h"
#include "unit/tls/fixture.h"

struct fixture {
	struct directory directory;
	struct kg_pair_paths paths;
	char certificate[160];
	char key[160];
	struct kg_pem_pair pair;
	struct kg_pem_authorities authorities;
	struct kg_err err;
};

/* What happens when the reader has opened `file`, for so many times. */
struct ambush {
	struct fixture *fixture;
	const char *file;
	int times;
	void (*act)(struct ambush *ambush);
	int next_generation;
};

static struct ambush *lying;

/* The linker puts them before and behind openat(2). */
int __real_openat(int directory, const char *path, int flags, mode_t mode);
int __wrap_openat(int directory, const char *path, int flags, mode_t mode);

int __wrap_openat(int directory, const char *path, int flags, mode_t mode)
{
	const char *slash = strrchr(path, '/');
	int fd = __real_openat(directory, path, flags, mode);

	if (lying != NULL && lying->times > 0 && strcmp(slash != NULL ? slash + 1 : path, lying->file) == 0) {
		lying->times--;
		lying->act(lying);
	}
	return fd;
}

static int set_up(void **state)
{
	static struct fixture fixture;

	directory_make(&fixture.directory);
	(void)snprintf(fixture.certificate, sizeof(fixture.certificate), "%s/tls.crt", fixture.directory.path);
	(void)snprintf(fixture.key, sizeof(fixture.key), "%s/tls.key", fixture.directory.path);
	fixture.paths = (struct kg_pair_paths){fixture.certificate, fixture.key};
	kg_pem_pair_init(&fixture.pair);
	kg_pem_authorities_init(&fixture.authorities);
	fixture.err = (struct kg_err){0};
	*state = &fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	lying = NULL;
	kg_pem_pair_release(&f->pair);
	kg_pem_authorities_release(&f->authorities);
	directory_remove(&f->directory);
	return 0;
}

static void assert_read(struct fixture *f, const char *certificate, const char *key)
{
	int status = kg_pair_read(&f->paths, &f->pair, &f->err);

	if (status != 0)
		fail_msg("%d %s", status, f->err.message);
	assert_string_equal(kg_buf_text(&f->pair.certificate), certificate);
	assert_string_equal(kg_buf_text(&f->pair.key), key);
}

static void plain_files_are_read(void **state)
{
	struct fixture *f = *state;

	directory_put_text(&f->directory, "tls.crt", "certificate");
	directory_put_text(&f->directory, "tls.key", "key");
	assert_read(f, "certificate", "key");
}

static void a_pair_is_read_again_into_the_same_place(void **state)
{
	struct fixture *f = *state;

	directory_put_text(&f->directory, "tls.crt", "certificate");
	directory_put_text(&f->directory, "tls.key", "key");
	assert_read(f, "certificate", "key");
	directory_put_text(&f->directory, "tls.crt", "new");
	assert_read(f, "new", "key");
}

static void files_in_two_directories_are_read(void **state)
{
	struct fixture *f = *state;
	struct directory other;
	const char *path;

	directory_make(&other);
	path = directory_path(&other, "elsewhere.key");
	f->paths.key = path;
	directory_put_text(&f->directory, "tls.crt", "certificate");
	directory_put_text(&other, "elsewhere.key", "key");
	assert_read(f, "certificate", "key");
	directory_remove(&other);
}

static void names_without_a_directory_are_read_here(void **state)
{
	struct fixture *f = *state;
	char before[PATH_MAX];

	assert_non_null(getcwd(before, sizeof(before)));
	directory_put_text(&f->directory, "tls.crt", "certificate");
	directory_put_text(&f->directory, "tls.key", "key");
	f->paths = (struct kg_pair_paths){"tls.crt", "tls.key"};
	assert_int_equal(chdir(f->directory.path), 0);
	assert_read(f, "certificate", "key");
	assert_int_equal(chdir(before), 0);
}

static void a_mounted_secret_is_read(void **state)
{
	struct fixture *f = *state;
	int first = generation_make(&f->directory);

	generation_put(&f->directory, first, "tls.crt", "certificate 1");
	generation_put(&f->directory, first, "tls.key", "key 1");
	generation_publish(&f->directory, first);
	assert_read(f, "certificate 1", "key 1");
}

static void a_file_beside_the_generation_is_no_part_of_it(void **state)
{
	struct fixture *f = *state;
	int first = generation_make(&f->directory);

	generation_put(&f->directory, first, "tls.crt", "certificate 1");
	generation_put(&f->directory, first, "tls.key", "key 1");
	generation_publish(&f->directory, first);
	directory_put_text(&f->directory, "tls.key", "plain");
	assert_read(f, "certificate 1", "plain");
}

static void missing_files_are_named(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(kg_pair_read(&f->paths, &f->pair, &f->err), KG_ENOTFOUND);
	assert_message(&f->err, f->directory.path);
	assert_message(&f->err, "tls.crt");
	directory_put_text(&f->directory, "tls.crt", "certificate");
	assert_int_equal(kg_pair_read(&f->paths, &f->pair, &f->err), KG_ENOTFOUND);
	assert_message(&f->err, "tls.key");
	assert_int_equal(f->pair.certificate.length, 0);
	f->paths = (struct kg_pair_paths){"/nowhere/at/all/tls.crt", "/nowhere/at/all/tls.key"};
	assert_int_equal(kg_pair_read(&f->paths, &f->pair, &f->err), KG_ENOTFOUND);
	assert_message(&f->err, "/nowhere/at/all");
}

static void a_directory_in_place_of_a_file_is_an_error(void **state)
{
	struct fixture *f = *state;

	directory_put_text(&f->directory, "tls.crt", "certificate");
	assert_int_equal(mkdir(f->key, 0700), 0);
	assert_int_equal(kg_pair_read(&f->paths, &f->pair, &f->err), KG_EIO);
	assert_message(&f->err, "tls.key");
}

static void files_over_their_limits_are_refused(void **state)
{
	struct fixture *f = *state;
	char *large = calloc(1, KG_MAX_PEM_BYTES + 1);

	directory_put_text(&f->directory, "tls.crt", "certificate");
	directory_put(&f->directory, "tls.key", large, KG_MAX_KEY_BYTES);
	assert_int_equal(kg_pair_read(&f->paths, &f->pair, &f->err), 0);
	directory_put(&f->directory, "tls.key", large, KG_MAX_KEY_BYTES + 1);
	assert_int_equal(kg_pair_read(&f->paths, &f->pair, &f->err), KG_ELIMIT);
	assert_message(&f->err, "tls.key is larger than the limit of 32 KiB");
	directory_put(&f->directory, "tls.crt", large, KG_MAX_PEM_BYTES + 1);
	assert_int_equal(kg_pair_read(&f->paths, &f->pair, &f->err), KG_ELIMIT);
	assert_message(&f->err, "tls.crt is larger than the limit of 256 KiB");
	free(large);
}

/* Growing would leave a copy of the key in freed memory. */
static void the_key_is_never_moved(void **state)
{
	struct fixture *f = *state;

	directory_put_text(&f->directory, "tls.crt", "certificate");
	directory_put_text(&f->directory, "tls.key", "key");
	assert_read(f, "certificate", "key");
	assert_int_equal(f->pair.key.capacity, KG_MAX_KEY_BYTES + 1);
}

static void read_in_ambush(struct ambush *ambush, const char *certificate, const char *key)
{
	lying = ambush;
	if (certificate != NULL)
		assert_read(ambush->fixture, certificate, key);
	else
		assert_int_equal(kg_pair_read(&ambush->fixture->paths, &ambush->fixture->pair, &ambush->fixture->err), KG_EINVAL);
	assert_int_equal(ambush->times, 0);
}

static void publish_next(struct ambush *ambush)
{
	generation_publish(&ambush->fixture->directory, ambush->next_generation);
}

/* The certificate is read, the key is not yet: the new generation's key does not belong to it. */
static void a_swap_between_the_files_mixes_no_generations(void **state)
{
	struct fixture *f = *state;
	int first = generation_make(&f->directory);
	int second = generation_make(&f->directory);
	struct ambush ambush = {f, "tls.key", 1, publish_next, second};

	generation_put(&f->directory, first, "tls.crt", "certificate 1");
	generation_put(&f->directory, first, "tls.key", "key 1");
	generation_put(&f->directory, second, "tls.crt", "certificate 2");
	generation_put(&f->directory, second, "tls.key", "key 2");
	generation_publish(&f->directory, first);
	read_in_ambush(&ambush, "certificate 1", "key 1");
	assert_read(f, "certificate 2", "key 2");
}

static void publish_and_remove(struct ambush *ambush)
{
	publish_next(ambush);
	generation_remove(&ambush->fixture->directory, 1);
}

/* As kubelet does after the swap. */
static void a_generation_that_is_removed_is_given_up_for_the_next(void **state)
{
	struct fixture *f = *state;
	int first = generation_make(&f->directory);
	int second = generation_make(&f->directory);
	struct ambush ambush = {f, "tls.crt", 1, publish_and_remove, second};

	generation_put(&f->directory, first, "tls.crt", "certificate 1");
	generation_put(&f->directory, first, "tls.key", "key 1");
	generation_put(&f->directory, second, "tls.crt", "certificate 2");
	generation_put(&f->directory, second, "tls.key", "key 2");
	generation_publish(&f->directory, first);
	read_in_ambush(&ambush, "certificate 2", "key 2");
}

static void replace_certificate(struct ambush *ambush)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "certificate %d", ++ambush->next_generation);
	directory_put_text(&ambush->fixture->directory, "tls.crt", text);
}

static void replace_both(struct ambush *ambush)
{
	replace_certificate(ambush);
	directory_put_text(&ambush->fixture->directory, "tls.key", "key 1");
}

static void a_certificate_replaced_meanwhile_is_read_again(void **state)
{
	struct fixture *f = *state;
	struct ambush ambush = {f, "tls.key", 1, replace_both, 0};

	directory_put_text(&f->directory, "tls.crt", "certificate 0");
	directory_put_text(&f->directory, "tls.key", "key 0");
	read_in_ambush(&ambush, "certificate 1", "key 1");
}

static void files_that_never_hold_still_are_given_up(void **state)
{
	struct fixture *f = *state;
	struct ambush ambush = {f, "tls.key", 5, replace_certificate, 0};

	directory_put_text(&f->directory, "tls.crt", "certificate 0");
	directory_put_text(&f->directory, "tls.key", "key");
	read_in_ambush(&ambush, NULL, NULL);
	assert_message(&f->err, "tls.crt changes while it is read");
	assert_message(&f->err, f->directory.path);
	assert_int_equal(f->pair.key.length, 0);
}

static void assert_read_beside(struct fixture *f, const char *certificate, const char *authorities)
{
	int status = kg_pair_read_beside(&f->paths, &f->pair, &f->authorities, &f->err);

	if (status != 0)
		fail_msg("%d %s", status, f->err.message);
	assert_string_equal(kg_buf_text(&f->pair.certificate), certificate);
	assert_string_equal(kg_buf_text(&f->authorities.text), authorities);
}

static void put_plain_pair(struct fixture *f)
{
	directory_put_text(&f->directory, "tls.crt", "certificate");
	directory_put_text(&f->directory, "tls.key", "key");
}

static void a_ca_crt_beside_is_read(void **state)
{
	struct fixture *f = *state;

	put_plain_pair(f);
	assert_read_beside(f, "certificate", "");
	assert_int_equal(f->authorities.fault.code, 0);
	directory_put_text(&f->directory, "ca.crt", "authority");
	assert_read_beside(f, "certificate", "authority");
}

static void a_ca_crt_beside_the_certificate_counts_not_that_beside_the_key(void **state)
{
	struct fixture *f = *state;
	struct directory other;

	directory_make(&other);
	f->paths.key = directory_path(&other, "tls.key");
	put_plain_pair(f);
	directory_put_text(&other, "tls.key", "key");
	directory_put_text(&other, "ca.crt", "other");
	assert_read_beside(f, "certificate", "");
	directory_put_text(&f->directory, "ca.crt", "authority");
	assert_read_beside(f, "certificate", "authority");
	directory_remove(&other);
}

static void a_certificate_called_ca_crt_has_none_beside(void **state)
{
	struct fixture *f = *state;

	put_plain_pair(f);
	directory_put_text(&f->directory, "ca.crt", "authority");
	f->paths.certificate = directory_path(&f->directory, "ca.crt");
	assert_read_beside(f, "authority", "");
}

static void a_ca_crt_that_cannot_be_read_is_a_fault_and_no_failure(void **state)
{
	struct fixture *f = *state;

	put_plain_pair(f);
	assert_int_equal(mkdir(directory_path(&f->directory, "ca.crt"), 0700), 0);
	assert_read_beside(f, "certificate", "");
	assert_int_equal(f->authorities.fault.code, KG_EIO);
	assert_message(&f->authorities.fault, "ca.crt");
	assert_int_equal(rmdir(directory_path(&f->directory, "ca.crt")), 0);
	assert_read_beside(f, "certificate", "");
	assert_int_equal(f->authorities.fault.code, 0);
}

static void a_ca_crt_over_the_limit_is_a_fault(void **state)
{
	struct fixture *f = *state;
	char *large = calloc(1, KG_MAX_PEM_BYTES + 1);

	put_plain_pair(f);
	directory_put(&f->directory, "ca.crt", large, KG_MAX_PEM_BYTES + 1);
	assert_read_beside(f, "certificate", "");
	assert_int_equal(f->authorities.fault.code, KG_ELIMIT);
	free(large);
}

static int put_generation(struct fixture *f, const char *certificate, const char *authorities)
{
	int generation = generation_make(&f->directory);

	generation_put(&f->directory, generation, "tls.crt", certificate);
	generation_put(&f->directory, generation, "tls.key", "key");
	if (authorities != NULL)
		generation_put(&f->directory, generation, "ca.crt", authorities);
	return generation;
}

static void a_mounted_ca_crt_is_of_the_pairs_generation(void **state)
{
	struct fixture *f = *state;

	generation_publish(&f->directory, put_generation(f, "certificate 1", "authority 1"));
	assert_read_beside(f, "certificate 1", "authority 1");
	generation_publish(&f->directory, put_generation(f, "certificate 2", "authority 2"));
	assert_read_beside(f, "certificate 2", "authority 2");
}

/* The link stays when a Secret loses its ca.crt, until kubelet removes it. */
static void a_link_to_a_ca_crt_that_is_gone_is_none(void **state)
{
	struct fixture *f = *state;

	generation_publish(&f->directory, put_generation(f, "certificate 1", "authority 1"));
	generation_publish(&f->directory, put_generation(f, "certificate 2", NULL));
	assert_read_beside(f, "certificate 2", "");
	assert_int_equal(f->authorities.fault.code, 0);
}

static void a_plain_ca_crt_beside_a_mounted_pair_is_read(void **state)
{
	struct fixture *f = *state;

	generation_publish(&f->directory, put_generation(f, "certificate 1", NULL));
	directory_put_text(&f->directory, "ca.crt", "plain");
	assert_read_beside(f, "certificate 1", "plain");
}

/* The reader stands in the old generation, whose ca.crt is gone already, and at its key. */
static void a_generation_that_loses_its_ca_crt_first_is_given_up_for_the_next(void **state)
{
	struct fixture *f = *state;
	int first = put_generation(f, "certificate 1", "authority 1");
	int second = put_generation(f, "certificate 2", "authority 2");
	struct ambush ambush = {f, "tls.key", 1, publish_next, second};

	generation_publish(&f->directory, first);
	assert_int_equal(unlink(generation_path(&f->directory, first, "ca.crt")), 0);
	lying = &ambush;
	assert_read_beside(f, "certificate 2", "authority 2");
	assert_int_equal(ambush.times, 0);
}

#define WITH_DIRECTORY(test_) cmocka_unit_test_setup_teardown(test_, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        WITH_DIRECTORY(plain_files_are_read),
	        WITH_DIRECTORY(a_pair_is_read_again_into_the_same_place),
	        WITH_DIRECTORY(files_in_two_directories_are_read),
	        WITH_DIRECTORY(names_without_a_directory_are_read_here),
	        WITH_DIRECTORY(a_mounted_secret_is_read),
	        WITH_DIRECTORY(a_file_beside_the_generation_is_no_part_of_it),
	        WITH_DIRECTORY(missing_files_are_named),
	        WITH_DIRECTORY(a_directory_in_place_of_a_file_is_an_error),
	        WITH_DIRECTORY(files_over_their_limits_are_refused),
	        WITH_DIRECTORY(the_key_is_never_moved),
	        WITH_DIRECTORY(a_swap_between_the_files_mixes_no_generations),
	        WITH_DIRECTORY(a_generation_that_is_removed_is_given_up_for_the_next),
	        WITH_DIRECTORY(a_certificate_replaced_meanwhile_is_read_again),
	        WITH_DIRECTORY(files_that_never_hold_still_are_given_up),
	        WITH_DIRECTORY(a_ca_crt_beside_is_read),
	        WITH_DIRECTORY(a_ca_crt_beside_the_certificate_counts_not_that_beside_the_key),
	        WITH_DIRECTORY(a_certificate_called_ca_crt_has_none_beside),
	        WITH_DIRECTORY(a_ca_crt_that_cannot_be_read_is_a_fault_and_no_failure),
	        WITH_DIRECTORY(a_ca_crt_over_the_limit_is_a_fault),
	        WITH_DIRECTORY(a_mounted_ca_crt_is_of_the_pairs_generation),
	        WITH_DIRECTORY(a_link_to_a_ca_crt_that_is_gone_is_none),
	        WITH_DIRECTORY(a_plain_ca_crt_beside_a_mounted_pair_is_read),
	        WITH_DIRECTORY(a_generation_that_loses_its_ca_crt_first_is_given_up_for_the_next),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
