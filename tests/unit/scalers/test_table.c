#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "kedagate/scalers/params.h"
#include "kedagate/syntax/text.h"
#include "scalers/value.h"

/* What every row and every scaler must obey, whatever the facts. */

/* KEDA's releases, and the one that is announced. */
static const uint32_t versions[] = {
        KG_VERSION(2, 10, 0), KG_VERSION(2, 10, 1), KG_VERSION(2, 11, 0), KG_VERSION(2, 11, 1), KG_VERSION(2, 11, 2), KG_VERSION(2, 12, 0),
        KG_VERSION(2, 12, 1), KG_VERSION(2, 13, 0), KG_VERSION(2, 13, 1), KG_VERSION(2, 14, 0), KG_VERSION(2, 14, 1), KG_VERSION(2, 15, 0),
        KG_VERSION(2, 15, 1), KG_VERSION(2, 16, 0), KG_VERSION(2, 16, 1), KG_VERSION(2, 17, 0), KG_VERSION(2, 17, 1), KG_VERSION(2, 17, 2),
        KG_VERSION(2, 17, 3), KG_VERSION(2, 18, 0), KG_VERSION(2, 18, 1), KG_VERSION(2, 18, 2), KG_VERSION(2, 18, 3), KG_VERSION(2, 19, 0),
        KG_VERSION(2, 20, 0), KG_VERSION(2, 20, 1), KG_VERSION(2, 20, 2), KG_VERSION(2, 21, 0),
};

typedef void row_test(const struct kg_scaler *scaler, const struct kg_param *row);

static void each_row(row_test *test)
{
	size_t count;
	const struct kg_scaler *const *scalers = kg_scalers(&count);
	size_t rows = 0;

	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < scalers[i]->param_count; k++, rows++)
			test(scalers[i], &scalers[i]->params[k]);
	}
	assert_in_range(rows, 100, 10000);
}

static void the_index_is_sorted_and_unique(void **state)
{
	size_t count;
	const struct kg_scaler *const *scalers = kg_scalers(&count);

	(void)state;
	assert_int_equal(count, 79);
	for (size_t i = 1; i < count; i++)
		assert_true(strcmp(scalers[i - 1]->type, scalers[i]->type) < 0);
}

static void in_order(const char *name, uint32_t earlier, uint32_t later)
{
	if (later != 0 && earlier >= later)
		fail_msg("%s: versions out of order", name);
}

static void scaler_versions_are_in_order(void **state)
{
	size_t count;
	const struct kg_scaler *const *scalers = kg_scalers(&count);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		in_order(scalers[i]->type, scalers[i]->since, scalers[i]->deprecated);
		in_order(scalers[i]->type, scalers[i]->since, scalers[i]->removed);
		in_order(scalers[i]->type, scalers[i]->deprecated, scalers[i]->removed);
	}
}

static void check_row_versions(const struct kg_scaler *scaler, const struct kg_param *row)
{
	(void)scaler;
	in_order(row->name, row->since, row->announced);
	/* One that is refused from the start has lost a source to another row. */
	if (row->since != row->deprecated)
		in_order(row->name, row->since, row->deprecated);
	in_order(row->name, row->since, row->removed);
	in_order(row->name, row->announced, row->removed);
	in_order(row->name, row->deprecated, row->removed);
}

static void row_versions_are_in_order(void **state)
{
	(void)state;
	each_row(check_row_versions);
}

static void is_release(const char *type, const char *name, uint32_t version)
{
	for (size_t i = 0; version != 0 && i < KG_ARRAY_LEN(versions); i++) {
		if (versions[i] == version)
			return;
	}
	if (version != 0)
		fail_msg("%s %s: %u is no release of KEDA", type, name, version);
}

static void check_row_releases(const struct kg_scaler *scaler, const struct kg_param *row)
{
	const uint32_t named[] = {row->since, row->bound_since, row->checked_since, row->announced, row->deprecated, row->removed};

	for (size_t i = 0; i < KG_ARRAY_LEN(named); i++)
		is_release(scaler->type, row->name, named[i]);
}

static void versions_are_releases_of_keda(void **state)
{
	size_t count;
	const struct kg_scaler *const *scalers = kg_scalers(&count);

	(void)state;
	each_row(check_row_releases);
	for (size_t i = 0; i < count; i++) {
		const struct kg_scaler *scaler = scalers[i];
		const uint32_t named[] = {scaler->since, scaler->deprecated, scaler->removed, scaler->typed_since, scaler->read_since};

		for (size_t k = 0; k < KG_ARRAY_LEN(named); k++)
			is_release(scaler->type, "", named[k]);
	}
}

static void check_row_source(const struct kg_scaler *scaler, const struct kg_param *row)
{
	(void)scaler;
	assert_true(row->name && row->name[0] != '\0');
	assert_int_not_equal(row->from[0], KG_SOURCE_NONE);
	for (size_t i = 0; i < KG_SOURCES_MAX; i++) {
		for (size_t k = i + 1; k < KG_SOURCES_MAX && row->from[k] != KG_SOURCE_NONE; k++)
			assert_int_not_equal(row->from[i], row->from[k]);
	}
}

static void every_row_has_a_name_and_distinct_sources(void **state)
{
	(void)state;
	each_row(check_row_source);
}

static void check_row_default(const struct kg_scaler *scaler, const struct kg_param *row)
{
	if (!row->def)
		return;
	assert_int_equal(row->need, KG_OPTIONAL);
	assert_false(row->credential);
	if (row->values)
		assert_true(kg_slice_among(kg_slice_of(row->def), row->values));
	if (row->known_values)
		assert_true(kg_slice_among(kg_slice_of(row->def), row->known_values));
	if (!kg_value_fits(&(struct kg_params){.scaler = scaler, .keda_version = KG_VERSION_NEWEST}, row, row->def))
		fail_msg("%s %s: the default does not fit", scaler->type, row->name);
}

static void a_default_is_a_legal_value_of_an_optional_row(void **state)
{
	(void)state;
	each_row(check_row_default);
}

static bool shares_a_version(const struct kg_param *a, const struct kg_param *b)
{
	for (size_t i = 0; i < KG_ARRAY_LEN(versions); i++) {
		if (kg_param_exists(a, versions[i]) && kg_param_exists(b, versions[i]))
			return true;
	}
	return false;
}

static void check_company_names(const struct kg_scaler *scaler, const struct kg_param *row, const char *const *names)
{
	for (; names && *names; names++) {
		const struct kg_param *other = kg_scaler_row(scaler, *names, row->since ? row->since : KG_VERSION_OLDEST);

		if (!other || strcmp(other->name, *names) != 0 || other == row || !shares_a_version(row, other))
			fail_msg("%s %s: %s", scaler->type, row->name, *names);
	}
}

static void check_row_company(const struct kg_scaler *scaler, const struct kg_param *row)
{
	check_company_names(scaler, row, row->excludes);
	check_company_names(scaler, row, row->needs);
}

static void excluded_and_needed_parameters_are_rows(void **state)
{
	(void)state;
	each_row(check_row_company);
}

static void check_word_list(const struct kg_scaler *scaler, const struct kg_param *row, const char *const *words)
{
	if (words && !words[0])
		fail_msg("%s %s: an empty list", scaler->type, row->name);
	for (; words && *words; words++) {
		if (kg_text_blank(*words) || kg_slice_among(kg_slice_of(*words), words + 1))
			fail_msg("%s %s: \"%s\"", scaler->type, row->name, *words);
	}
}

static void check_word_lists(const struct kg_scaler *scaler, const struct kg_param *row)
{
	check_word_list(scaler, row, row->values);
	check_word_list(scaler, row, row->known_values);
	check_word_list(scaler, row, row->exclusive);
	check_word_list(scaler, row, row->excludes);
	check_word_list(scaler, row, row->needs);
}

static void lists_of_words_are_neither_empty_nor_double(void **state)
{
	(void)state;
	each_row(check_word_lists);
}

static void check_exclusive_words(const struct kg_scaler *scaler, const struct kg_param *row)
{
	(void)scaler;
	for (const char *const *word = row->exclusive; word && *word; word++) {
		assert_int_equal(row->type, KG_TYPE_LIST);
		assert_true(kg_slice_among(kg_slice_of(*word), row->values));
	}
}

static void exclusive_words_are_among_the_allowed(void **state)
{
	(void)state;
	each_row(check_exclusive_words);
}

static void check_row_modes(const struct kg_scaler *scaler, const struct kg_param *row)
{
	if (row->auth_mode != 0)
		assert_int_not_equal(scaler->auth_modes, 0);
}

static void only_scalers_with_modes_have_rows_for_them(void **state)
{
	(void)state;
	each_row(check_row_modes);
}

static void check_what_is_secret(const struct kg_scaler *scaler, const struct kg_param *row)
{
	static const char *const words[] = {"password",
	                                    "connection",
	                                    "apiKey",
	                                    "bearerToken",
	                                    "token",
	                                    "key",
	                                    "clientSecret",
	                                    "customAuthValue",
	                                    "awsSecretAccessKey",
	                                    "awsSessionToken",
	                                    "GoogleApplicationCredentials",
	                                    "keyPassword",
	                                    NULL};

	(void)scaler;
	/* What only the metadata may give is no secret to KEDA: the key of a ConfigMap. */
	if (kg_param_reads(row, KG_SOURCE_METADATA) && row->from[1] == KG_SOURCE_NONE && strcmp(row->name, "key") == 0)
		return;
	if (kg_slice_among(kg_slice_of(row->name), words) && !row->credential)
		fail_msg("%s %s", scaler->type, row->name);
}

static void what_is_secret_by_its_name_is_marked(void **state)
{
	(void)state;
	each_row(check_what_is_secret);
}

/* KEDA has no secret that only the metadata can give: one that is refused there has another row. */
static void check_credential_source(const struct kg_scaler *scaler, const struct kg_param *row)
{
	bool refused = row->deprecated != 0 && row->deprecated <= row->since;

	if (row->credential && !refused && !kg_param_reads(row, KG_SOURCE_AUTH) && !kg_param_reads(row, KG_SOURCE_ENV))
		fail_msg("%s %s", scaler->type, row->name);
}

static void a_credential_need_not_be_written_into_the_metadata(void **state)
{
	(void)state;
	each_row(check_credential_source);
}

/* Texts of `instead` that begin with no parameter. */
static const char *const other_ways[] = {"a TriggerAuthentication with podIdentity", "metricType of the trigger", NULL};

/* The length of the parameter's name that a text of `instead` begins with. */
static size_t name_length(const char *text)
{
	return strcspn(text, " ,:");
}

/* Does that version read a parameter called as `name` begins, by another row? */
static bool has_other(const struct kg_scaler *scaler, const struct kg_param *row, const char *name, uint32_t version)
{
	for (size_t i = 0; i < scaler->param_count; i++) {
		const struct kg_param *other = &scaler->params[i];

		if (other != row && kg_param_exists(other, version) && strlen(other->name) == name_length(name) &&
		    strncmp(other->name, name, name_length(name)) == 0)
			return true;
	}
	return false;
}

static void check_instead(const struct kg_scaler *scaler, const struct kg_param *row)
{
	uint32_t version = row->deprecated ? row->deprecated : row->removed ? row->removed : row->announced;

	if (!row->instead)
		return;
	if (version == 0)
		fail_msg("%s %s is never given up", scaler->type, row->name);
	if (!kg_slice_among(kg_slice_of(row->instead), other_ways) && !has_other(scaler, row, row->instead, version))
		fail_msg("%s %s: no parameter as in \"%s\"", scaler->type, row->name, row->instead);
}

static void what_stands_in_for_a_parameter_is_one(void **state)
{
	size_t count;
	const struct kg_scaler *const *scalers = kg_scalers(&count);

	(void)state;
	each_row(check_instead);
	for (size_t i = 0; i < count; i++) {
		const struct kg_scaler *other = kg_scaler_find(scalers[i]->instead);

		if (scalers[i]->instead && (!other || other->removed || other == scalers[i]))
			fail_msg("%s: %s", scalers[i]->type, scalers[i]->instead);
	}
}

/* Single bits that some version of KEDA knows. */
static bool is_known_provider(enum kg_provider provider)
{
	for (size_t i = 0; i < KG_ARRAY_LEN(versions); i++) {
		if (kg_provider_exists(provider, versions[i]))
			return true;
	}
	return false;
}

static void identities_are_providers_of_keda(void **state)
{
	size_t count;
	const struct kg_scaler *const *scalers = kg_scalers(&count);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		const struct kg_identity_support *identity = scalers[i]->identities;
		unsigned seen = 0;

		for (; identity && identity->provider != KG_PROVIDER_NONE; seen |= identity->provider, identity++) {
			if (!is_known_provider(identity->provider) || (seen & identity->provider))
				fail_msg("%s: provider %d", scalers[i]->type, (int)identity->provider);
			is_release(scalers[i]->type, "identity", identity->since);
		}
	}
}

static bool is_also(const struct kg_param *row, const char *name)
{
	for (size_t i = 0; i < KG_PARAM_NAMES_MAX && row->also[i]; i++) {
		if (strcmp(row->also[i], name) == 0)
			return true;
	}
	return strcmp(row->name, name) == 0;
}

static bool shares_a_source(const struct kg_param *a, const struct kg_param *b)
{
	for (size_t i = 0; i < KG_SOURCES_MAX && a->from[i] != KG_SOURCE_NONE; i++) {
		if (kg_param_reads(b, a->from[i]))
			return true;
	}
	return false;
}

static void a_name_belongs_to_one_row_in_each_version(void **state)
{
	size_t count;
	const struct kg_scaler *const *scalers = kg_scalers(&count);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < scalers[i]->param_count; k++) {
			for (size_t m = k + 1; m < scalers[i]->param_count; m++) {
				const struct kg_param *a = &scalers[i]->params[k];
				const struct kg_param *b = &scalers[i]->params[m];

				if ((is_also(a, b->name) || is_also(b, a->name)) && shares_a_version(a, b) && shares_a_source(a, b))
					fail_msg("%s %s", scalers[i]->type, b->name);
			}
		}
	}
}

static void every_scaler_is_described(void **state)
{
	size_t count;
	const struct kg_scaler *const *scalers = kg_scalers(&count);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		assert_non_null(scalers[i]->params);
		assert_non_null(scalers[i]->source);
		assert_int_not_equal(scalers[i]->typed_since, 0);
		assert_int_not_equal(scalers[i]->other_identities, KG_IDENTITY_UNDESCRIBED);
		assert_int_not_equal(scalers[i]->transport.kind, KG_TRANSPORT_UNKNOWN);
		assert_int_equal(scalers[i]->other_identities == KG_IDENTITY_BREAKS, scalers[i]->other_identity_effect != NULL);
		assert_int_equal(scalers[i]->transport.kind == KG_TRANSPORT_DECIDED, scalers[i]->transport.how != NULL);
		assert_false(scalers[i]->verification_switch && scalers[i]->unverified);
	}
}

/* Lower case, and either a host or, with a dot before it, a domain. */
static void assert_hosts(const char *const *hosts)
{
	for (; *hosts; hosts++) {
		assert_int_equal(strspn(*hosts, "abcdefghijklmnopqrstuvwxyz0123456789.-"), strlen(*hosts));
		assert_non_null(strchr(*hosts + 1, '.'));
	}
}

static void named_parameters_of_a_scaler_are_rows(void **state)
{
	size_t count;
	const struct kg_scaler *const *scalers = kg_scalers(&count);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		const struct kg_scaler *scaler = scalers[i];
		const struct kg_token_audience *audience = scaler->audiences;

		if (scaler->verification_switch)
			assert_int_equal(kg_scaler_row(scaler, scaler->verification_switch, KG_VERSION_NEWEST)->type, KG_TYPE_BOOL);
		if (scaler->transport.parameter)
			assert_non_null(kg_scaler_row(scaler, scaler->transport.parameter, KG_VERSION_NEWEST));
		for (; audience && audience->providers; audience++) {
			assert_non_null(kg_scaler_row(scaler, audience->parameter, KG_VERSION_NEWEST));
			assert_hosts(audience->suffixes);
		}
	}
}

static void private_endpoints_are_rows_of_scalers_with_a_cloud(void **state)
{
	size_t count;
	const struct kg_scaler *const *scalers = kg_scalers(&count);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		const struct kg_private_endpoint *endpoint = scalers[i]->private_endpoints;

		for (; endpoint && endpoint->parameter; endpoint++) {
			assert_non_null(kg_scaler_row(scalers[i], endpoint->parameter, KG_VERSION_NEWEST));
			assert_non_null(kg_scaler_row(scalers[i], "cloud", KG_VERSION_NEWEST));
			assert_true(endpoint->with_identity || endpoint->without_identity);
			assert_non_null(endpoint->receives);
			assert_hosts(endpoint->hosts);
		}
	}
}

/* Somebody has to read the value as an address. */
static void targets_are_texts_or_lists(void **state)
{
	size_t count;
	const struct kg_scaler *const *scalers = kg_scalers(&count);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < scalers[i]->param_count; j++) {
			const struct kg_param *row = &scalers[i]->params[j];

			if (row->target != KG_TARGET_NONE && row->type != KG_TYPE_STRING)
				assert_true(row->type == KG_TYPE_LIST && row->target == KG_TARGET_ADDRESSES);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(the_index_is_sorted_and_unique),
	        cmocka_unit_test(scaler_versions_are_in_order),
	        cmocka_unit_test(row_versions_are_in_order),
	        cmocka_unit_test(every_row_has_a_name_and_distinct_sources),
	        cmocka_unit_test(a_default_is_a_legal_value_of_an_optional_row),
	        cmocka_unit_test(excluded_and_needed_parameters_are_rows),
	        cmocka_unit_test(versions_are_releases_of_keda),
	        cmocka_unit_test(lists_of_words_are_neither_empty_nor_double),
	        cmocka_unit_test(a_credential_need_not_be_written_into_the_metadata),
	        cmocka_unit_test(what_stands_in_for_a_parameter_is_one),
	        cmocka_unit_test(identities_are_providers_of_keda),
	        cmocka_unit_test(exclusive_words_are_among_the_allowed),
	        cmocka_unit_test(only_scalers_with_modes_have_rows_for_them),
	        cmocka_unit_test(what_is_secret_by_its_name_is_marked),
	        cmocka_unit_test(a_name_belongs_to_one_row_in_each_version),
	        cmocka_unit_test(every_scaler_is_described),
	        cmocka_unit_test(named_parameters_of_a_scaler_are_rows),
	        cmocka_unit_test(private_endpoints_are_rows_of_scalers_with_a_cloud),
	        cmocka_unit_test(targets_are_texts_or_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
