/*
 * The directory that `kedagate certs init` makes, and what it leaves alone.
 */
#include "kedagate/tls/certs_init.h"

#include "kedagate/tls/certstore.h"
#include "unit/tls/fixture.h"

static const char *const server_names[] = {"hook.keda.svc", "127.0.0.1"};
static const char *const all_files[] = {"ca.crt", "ca.key", "tls.crt", "tls.key"};

struct fixture {
	struct directory parent;
	struct directory made; /* does not exist at first */
	struct kg_certs_init request;
	struct kg_err err;
};

static int set_up(void **state)
{
	static struct fixture fixture;

	directory_make(&fixture.parent);
	(void)snprintf(fixture.made.path, sizeof(fixture.made.path), "%.40s/a/b", fixture.parent.path);
	fixture.request = (struct kg_certs_init){
	        .directory = fixture.made.path, .names = server_names, .name_count = KG_ARRAY_LEN(server_names), .now = NOW};
	fixture.err = (struct kg_err){0};
	*state = &fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	directory_remove(&f->parent);
	return 0;
}

static void init(struct fixture *f)
{
	int status = kg_certs_init(&f->request, &f->err);

	if (status != 0)
		fail_msg("%d %s", status, f->err.message);
}

static mode_t mode_of(const char *path)
{
	struct stat status;

	assert_int_equal(stat(path, &status), 0);
	return status.st_mode & 07777;
}

static char *content(const struct fixture *f, const char *name)
{
	struct kg_buf text;
	struct kg_err err;

	kg_buf_init(&text, 1 << 20);
	assert_int_equal(kg_file_read(directory_path(&f->made, name), &text, &err), 0);
	return text.data;
}

/* Judge ca or tls by the first certificate in the file; the caller frees it. */
static X509 *certificate(const struct fixture *f, const char *name)
{
	struct kg_buf text;
	X509 *result = NULL;
	size_t count;
	struct kg_err err;

	kg_buf_init(&text, 1 << 20);
	assert_int_equal(kg_file_read(directory_path(&f->made, name), &text, &err), 0);
	assert_int_equal(kg_pem_read_certificates(&text, name, &result, 1, &count, &err), 0);
	kg_buf_release(&text);
	return result;
}

static time_t lifetime(const struct fixture *f, const char *name)
{
	X509 *it = certificate(f, name);
	int days;
	int seconds;

	assert_int_equal(ASN1_TIME_diff(&days, &seconds, X509_get0_notBefore(it), X509_get0_notAfter(it)), 1);
	X509_free(it);
	return days * DAY + seconds;
}

static void the_serving_pair_can_be_served(void **state)
{
	struct fixture *f = *state;
	struct kg_certstore *store = kg_certstore_new();
	struct kg_pair_paths paths;
	struct kg_pair_facts facts;

	init(f);
	paths = (struct kg_pair_paths){directory_path(&f->made, "tls.crt"), directory_path(&f->made, "tls.key")};
	assert_int_equal(kg_certstore_reload(store, &paths, NOW, &f->err), 0);
	assert_true(kg_certstore_facts(store, &facts));
	assert_int_equal(facts.not_before, NOW - 300);
	kg_certstore_free(store);
}

static void the_authority_issued_the_serving_certificate_for_the_names(void **state)
{
	struct fixture *f = *state;
	X509 *authority;
	X509 *leaf;

	init(f);
	authority = certificate(f, "ca.crt");
	leaf = certificate(f, "tls.crt");
	assert_int_equal(X509_check_issued(authority, leaf), X509_V_OK);
	assert_int_equal(X509_verify(leaf, X509_get0_pubkey(authority)), 1);
	assert_int_equal(X509_check_host(leaf, "hook.keda.svc", 0, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT, NULL), 1);
	assert_int_equal(X509_check_ip_asc(leaf, "127.0.0.1", 0), 1);
	X509_free(authority);
	X509_free(leaf);
}

static void keys_are_for_the_owner_alone(void **state)
{
	struct fixture *f = *state;
	mode_t before = umask(0);

	init(f);
	(void)umask(before);
	assert_int_equal(mode_of(f->made.path), 0700);
	assert_int_equal(mode_of(directory_path(&f->parent, "a")), 0700);
	assert_int_equal(mode_of(directory_path(&f->made, "ca.key")), 0600);
	assert_int_equal(mode_of(directory_path(&f->made, "tls.key")), 0600);
	assert_int_equal(mode_of(directory_path(&f->made, "ca.crt")), 0644);
	assert_int_equal(mode_of(directory_path(&f->made, "tls.crt")), 0644);
}

static void a_directory_that_is_there_keeps_its_mode(void **state)
{
	struct fixture *f = *state;

	f->request.directory = f->parent.path;
	assert_int_equal(chmod(f->parent.path, 0750), 0);
	init(f);
	assert_int_equal(mode_of(f->parent.path), 0750);
}

static void the_validity_defaults_to_ten_years_and_one(void **state)
{
	struct fixture *f = *state;

	init(f);
	assert_int_equal(lifetime(f, "ca.crt"), 3650 * DAY);
	assert_int_equal(lifetime(f, "tls.crt"), 365 * DAY);
}

static void the_validity_is_as_asked(void **state)
{
	struct fixture *f = *state;

	f->request.authority_days = 30;
	f->request.serving_days = 7;
	init(f);
	assert_int_equal(lifetime(f, "ca.crt"), 30 * DAY);
	assert_int_equal(lifetime(f, "tls.crt"), 7 * DAY);
}

/* How many of the four files are there. */
static size_t count_files(const struct fixture *f)
{
	size_t count = 0;

	for (size_t i = 0; i < KG_ARRAY_LEN(all_files); i++)
		count += access(directory_path(&f->made, all_files[i]), F_OK) == 0;
	return count;
}

static void assert_refused(struct fixture *f, const char *part)
{
	assert_int_equal(kg_certs_init(&f->request, &f->err), KG_EINVAL);
	assert_message(&f->err, part);
}

static void requests_that_cannot_be_met_write_nothing(void **state)
{
	const char *bad = "not a name";
	struct fixture *f = *state;

	f->request.serving_days = -1;
	assert_refused(f, "cannot be valid for -1 days");
	f->request.serving_days = 36501;
	assert_refused(f, "the serving certificate cannot be valid for 36501 days: 1 to 36500 are allowed");
	f->request.serving_days = 0;
	f->request.authority_days = 36501;
	assert_refused(f, "the certificate authority cannot be valid for 36501 days");
	f->request.authority_days = 364;
	assert_refused(f, "would outlive its authority");
	f->request.authority_days = 0;
	f->request.name_count = 0;
	assert_refused(f, "at least one DNS name");
	f->request.names = &bad;
	f->request.name_count = 1;
	assert_refused(f, "\"not a name\" is neither");
	assert_int_equal(access(f->made.path, F_OK), -1);
	f->request.directory = "";
	assert_refused(f, "has no name");
}

static void the_longest_name_is_no_obstacle(void **state)
{
	const char *name = "a-rather-long-service-name.in-a-rather-long-namespace-name.svc.cluster.local";
	struct fixture *f = *state;
	X509 *leaf;

	f->request.names = &name;
	f->request.name_count = 1;
	init(f);
	leaf = certificate(f, "tls.crt");
	assert_int_equal(X509_check_host(leaf, name, 0, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT, NULL), 1);
	X509_free(leaf);
}

static void nothing_is_overwritten_unasked(void **state)
{
	struct fixture *f = *state;
	char *before;
	char *after;

	init(f);
	before = content(f, "tls.crt");
	assert_refused(f, "tls.crt exists already; give --replace to overwrite it");
	after = content(f, "tls.crt");
	assert_string_equal(before, after);
	free(before);
	free(after);
	assert_int_equal(unlink(directory_path(&f->made, "tls.crt")), 0);
	assert_refused(f, "tls.key exists already");
	assert_int_equal(count_files(f), 3);
}

static void replacing_keeps_the_authority(void **state)
{
	struct fixture *f = *state;
	char *before[4];

	init(f);
	for (size_t i = 0; i < KG_ARRAY_LEN(all_files); i++)
		before[i] = content(f, all_files[i]);
	f->request.replace = true;
	f->request.now = NOW + DAY;
	init(f);
	for (size_t i = 0; i < KG_ARRAY_LEN(all_files); i++) {
		char *after = content(f, all_files[i]);

		if (strncmp(all_files[i], "ca.", 3) == 0)
			assert_string_equal(before[i], after);
		else
			assert_string_not_equal(before[i], after);
		free(before[i]);
		free(after);
	}
	assert_int_equal(mode_of(directory_path(&f->made, "tls.key")), 0600);
	assert_int_equal(lifetime(f, "tls.crt"), 365 * DAY);
}

static void a_missing_serving_pair_is_made_with_the_authority_that_is_there(void **state)
{
	struct fixture *f = *state;
	X509 *authority;
	X509 *leaf;

	init(f);
	assert_int_equal(unlink(directory_path(&f->made, "tls.crt")), 0);
	assert_int_equal(unlink(directory_path(&f->made, "tls.key")), 0);
	authority = certificate(f, "ca.crt");
	init(f);
	leaf = certificate(f, "tls.crt");
	assert_int_equal(X509_verify(leaf, X509_get0_pubkey(authority)), 1);
	X509_free(authority);
	X509_free(leaf);
}

static void half_an_authority_is_refused(void **state)
{
	struct fixture *f = *state;

	init(f);
	f->request.replace = true;
	assert_int_equal(rename(directory_path(&f->made, "ca.key"), directory_path(&f->made, "kept")), 0);
	assert_refused(f, "ca.key: put the missing file back");
	assert_int_equal(rename(directory_path(&f->made, "kept"), directory_path(&f->made, "ca.key")), 0);
	assert_int_equal(unlink(directory_path(&f->made, "ca.crt")), 0);
	assert_refused(f, "ca.key is there without");
	assert_int_equal(count_files(f), 3);
}

static void an_authority_near_its_end_is_refused(void **state)
{
	struct fixture *f = *state;
	char *before;
	char *after;

	init(f);
	before = content(f, "tls.crt");
	f->request.replace = true;
	f->request.now = NOW + 3300 * DAY;
	assert_refused(f, "would outlive its authority");
	after = content(f, "tls.crt");
	assert_string_equal(before, after);
	free(before);
	free(after);
	f->request.serving_days = 350;
	init(f);
}

static void an_authority_that_cannot_be_read_is_named(void **state)
{
	struct fixture *f = *state;

	init(f);
	f->request.replace = true;
	directory_put_text(&f->made, "ca.key", "nonsense");
	assert_refused(f, "key: holds no private key");
}

static void authorities_differ_in_name(void **state)
{
	struct fixture *f = *state;
	X509 *first;
	X509 *second;

	init(f);
	first = certificate(f, "ca.crt");
	for (size_t i = 0; i < KG_ARRAY_LEN(all_files); i++)
		assert_int_equal(unlink(directory_path(&f->made, all_files[i])), 0);
	f->request.now++;
	init(f);
	second = certificate(f, "ca.crt");
	assert_int_not_equal(X509_NAME_cmp(X509_get_subject_name(first), X509_get_subject_name(second)), 0);
	X509_free(first);
	X509_free(second);
}

static void a_file_in_the_directory_s_place_is_an_error(void **state)
{
	struct fixture *f = *state;

	directory_put_text(&f->parent, "a", "file");
	assert_int_equal(kg_certs_init(&f->request, &f->err), KG_EIO);
	assert_message(&f->err, f->made.path);
}

static void ask_for_an_installation(struct fixture *f)
{
	f->request.secret = "kedagate-tls";
	f->request.namespace = "kedagate";
	f->request.webhook_configuration = "kedagate";
}

static void an_installation_is_written_when_asked_for(void **state)
{
	struct fixture *f = *state;

	ask_for_an_installation(f);
	init(f);
	assert_int_equal(count_files(f), 4);
	assert_int_equal(mode_of(directory_path(&f->made, "secret.yaml")), 0600);
	assert_int_equal(mode_of(directory_path(&f->made, "ca-bundle.yaml")), 0644);
	assert_int_equal(mode_of(directory_path(&f->made, "kustomization.yaml")), 0644);
}

static void each_part_of_an_installation_comes_alone_too(void **state)
{
	struct fixture *f = *state;
	char *text;

	f->request.webhook_configuration = "hooks";
	init(f);
	assert_int_equal(access(directory_path(&f->made, "secret.yaml"), F_OK), -1);
	text = content(f, "kustomization.yaml");
	assert_non_null(strstr(text, "name: \"hooks\""));
	assert_null(strstr(text, "secret.yaml"));
	free(text);
	f->request.webhook_configuration = NULL;
	f->request.secret = "pair";
	f->request.namespace = "keda";
	f->request.replace = true;
	init(f);
	text = content(f, "kustomization.yaml");
	assert_non_null(strstr(text, "secret.yaml"));
	assert_null(strstr(text, "ca-bundle.yaml"));
	free(text);
}

static void an_installation_is_not_overwritten_unasked(void **state)
{
	static const char *const made[] = {"secret.yaml", "ca-bundle.yaml", "kustomization.yaml"};
	struct fixture *f = *state;

	ask_for_an_installation(f);
	for (size_t i = 0; i < KG_ARRAY_LEN(made); i++) {
		(void)mkdir(directory_path(&f->parent, "a"), 0700);
		(void)mkdir(f->made.path, 0700);
		directory_put_text(&f->made, made[i], "mine");
		assert_refused(f, "exists already; give --replace to overwrite it");
		assert_message(&f->err, made[i]);
		assert_int_equal(count_files(f), 0);
		assert_int_equal(unlink(directory_path(&f->made, made[i])), 0);
	}
	init(f);
	f->request.replace = true;
	init(f);
}

/* Longer than a label, and than a name. */
#define LONG_64  "a234567890123456789012345678901234567890123456789012345678901234"
#define LONG_254 LONG_64 "." LONG_64 "." LONG_64 ".a2345678901234567890123456789012345678901234567890123456789"

static void names_that_kubernetes_does_not_take_write_nothing(void **state)
{
	static const struct {
		const char *secret, *namespace, *webhook_configuration;
		const char *part; /* NULL: taken */
	} names[] = {
	        {"a.b-c", "keda", "x.y", NULL},
	        {"", "keda", "x", "\"\" cannot be the name of a Secret"},
	        {"A", "keda", "x", "\"A\" cannot be the name of a Secret"},
	        {"a\"\nb", "keda", "x", "of a Secret"},
	        {"-a", "keda", "x", "of a Secret"},
	        {"a-", "keda", "x", "of a Secret"},
	        {"a..b", "keda", "x", "of a Secret"},
	        {"a.-b", "keda", "x", "of a Secret"},
	        {LONG_254, "keda", "x", "of a Secret"},
	        {"a", "a.b", "x", "\"a.b\" cannot be the name of a namespace"},
	        {"a", LONG_64, "x", "of a namespace"},
	        {"a", "keda", "x_y", "\"x_y\" cannot be the name of a ValidatingWebhookConfiguration"},
	};
	struct fixture *f = *state;

	for (size_t i = KG_ARRAY_LEN(names); i-- > 0;) {
		f->request.secret = names[i].secret;
		f->request.namespace = names[i].namespace;
		f->request.webhook_configuration = names[i].webhook_configuration;
		if (names[i].part == NULL) {
			init(f);
			continue;
		}
		assert_refused(f, names[i].part);
		assert_int_equal(access(f->made.path, F_OK), -1);
	}
}

#define WITH_DIRECTORY(test_) cmocka_unit_test_setup_teardown(test_, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        WITH_DIRECTORY(the_serving_pair_can_be_served),
	        WITH_DIRECTORY(the_authority_issued_the_serving_certificate_for_the_names),
	        WITH_DIRECTORY(keys_are_for_the_owner_alone),
	        WITH_DIRECTORY(a_directory_that_is_there_keeps_its_mode),
	        WITH_DIRECTORY(the_validity_defaults_to_ten_years_and_one),
	        WITH_DIRECTORY(the_validity_is_as_asked),
	        WITH_DIRECTORY(requests_that_cannot_be_met_write_nothing),
	        WITH_DIRECTORY(the_longest_name_is_no_obstacle),
	        WITH_DIRECTORY(nothing_is_overwritten_unasked),
	        WITH_DIRECTORY(replacing_keeps_the_authority),
	        WITH_DIRECTORY(a_missing_serving_pair_is_made_with_the_authority_that_is_there),
	        WITH_DIRECTORY(half_an_authority_is_refused),
	        WITH_DIRECTORY(an_authority_near_its_end_is_refused),
	        WITH_DIRECTORY(an_authority_that_cannot_be_read_is_named),
	        WITH_DIRECTORY(authorities_differ_in_name),
	        WITH_DIRECTORY(a_file_in_the_directory_s_place_is_an_error),
	        WITH_DIRECTORY(an_installation_is_written_when_asked_for),
	        WITH_DIRECTORY(each_part_of_an_installation_comes_alone_too),
	        WITH_DIRECTORY(an_installation_is_not_overwritten_unasked),
	        WITH_DIRECTORY(names_that_kubernetes_does_not_take_write_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
