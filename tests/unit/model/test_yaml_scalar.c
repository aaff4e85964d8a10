#include "fixture.h"

#include <math.h>

#include "model/yaml_scalar.h"

struct scalar {
	const char *text;
	enum kg_yaml_scalar_type type;
	double number; /* of a boolean 1 or 0 */
};

/* What sigs.k8s.io/yaml v1.6.0 makes of plain scalars; taken from a run of it. */
/* clang-format off */
static const struct scalar scalars[] = {
	{"y", KG_YAML_BOOL, 1},     {"Y", KG_YAML_BOOL, 1},     {"yes", KG_YAML_BOOL, 1},   {"Yes", KG_YAML_BOOL, 1},  {"YES", KG_YAML_BOOL, 1},
	{"true", KG_YAML_BOOL, 1},  {"True", KG_YAML_BOOL, 1},  {"TRUE", KG_YAML_BOOL, 1},  {"on", KG_YAML_BOOL, 1},   {"On", KG_YAML_BOOL, 1},
	{"ON", KG_YAML_BOOL, 1},    {"n", KG_YAML_BOOL, 0},     {"N", KG_YAML_BOOL, 0},     {"no", KG_YAML_BOOL, 0},   {"No", KG_YAML_BOOL, 0},
	{"NO", KG_YAML_BOOL, 0},    {"false", KG_YAML_BOOL, 0}, {"False", KG_YAML_BOOL, 0}, {"FALSE", KG_YAML_BOOL, 0},
	{"off", KG_YAML_BOOL, 0},   {"Off", KG_YAML_BOOL, 0},   {"OFF", KG_YAML_BOOL, 0},
	{"yEs", KG_YAML_STRING, 0}, {"tRUE", KG_YAML_STRING, 0}, {"oN", KG_YAML_STRING, 0}, {"truely", KG_YAML_STRING, 0}, {"t", KG_YAML_STRING, 0},

	{"", KG_YAML_NULL, 0}, {"~", KG_YAML_NULL, 0}, {"null", KG_YAML_NULL, 0}, {"Null", KG_YAML_NULL, 0}, {"NULL", KG_YAML_NULL, 0},
	{"nULL", KG_YAML_STRING, 0}, {"nil", KG_YAML_STRING, 0}, {"~~", KG_YAML_STRING, 0},

	{"0", KG_YAML_INTEGER, 0}, {"00", KG_YAML_INTEGER, 0}, {"-0", KG_YAML_INTEGER, 0}, {"+1", KG_YAML_INTEGER, 1}, {"-12", KG_YAML_INTEGER, -12},
	{"0777", KG_YAML_INTEGER, 511}, {"0o17", KG_YAML_INTEGER, 15}, {"0O17", KG_YAML_INTEGER, 15}, {"-017", KG_YAML_INTEGER, -15},
	{"0x1F", KG_YAML_INTEGER, 31}, {"0X1f", KG_YAML_INTEGER, 31}, {"+0x1", KG_YAML_INTEGER, 1}, {"0b11", KG_YAML_INTEGER, 3},
	{"-0B11", KG_YAML_INTEGER, -3}, {"1_000", KG_YAML_INTEGER, 1000}, {"1__0", KG_YAML_INTEGER, 10}, {"1_", KG_YAML_INTEGER, 1},
	{"-_1", KG_YAML_INTEGER, -1}, {"0_x1F", KG_YAML_INTEGER, 31},
	{"9223372036854775807", KG_YAML_INTEGER, 9223372036854775807.0}, {"-9223372036854775808", KG_YAML_INTEGER, -9223372036854775808.0},
	{"9223372036854775808", KG_YAML_BIG_INTEGER, 9223372036854775808.0}, {"18446744073709551615", KG_YAML_BIG_INTEGER, 18446744073709551615.0},
	{"0xFFFFFFFFFFFFFFFF", KG_YAML_BIG_INTEGER, 18446744073709551615.0},
	{"0x", KG_YAML_STRING, 0}, {"0b", KG_YAML_STRING, 0}, {"0b2", KG_YAML_STRING, 0}, {"0xg", KG_YAML_STRING, 0}, {"_1", KG_YAML_STRING, 0},
	{"0x1FFFFFFFFFFFFFFFF", KG_YAML_STRING, 0}, {"-0xFFFFFFFFFFFFFFFF", KG_YAML_STRING, 0}, {"+0xFFFFFFFFFFFFFFFF", KG_YAML_STRING, 0},

	{"1.", KG_YAML_FLOAT, 1}, {".5", KG_YAML_FLOAT, .5}, {"-.5", KG_YAML_FLOAT, -.5}, {"+.5e1", KG_YAML_FLOAT, 5}, {"1e3", KG_YAML_FLOAT, 1000},
	{"1E+3", KG_YAML_FLOAT, 1000}, {"1e-400", KG_YAML_FLOAT, 0}, {"08", KG_YAML_FLOAT, 8}, {"09.5", KG_YAML_FLOAT, 9.5}, {"08e1", KG_YAML_FLOAT, 80},
	{"1_0.5", KG_YAML_FLOAT, 10.5}, {"18446744073709551616", KG_YAML_FLOAT, 18446744073709551616.0},
	{"-9223372036854775809", KG_YAML_FLOAT, -9223372036854775808.0}, {"+18446744073709551615", KG_YAML_FLOAT, 18446744073709551615.0},
	{"07777777777777777777777777", KG_YAML_FLOAT, 7777777777777777777777777.0},
	{".inf", KG_YAML_FLOAT, (double)INFINITY}, {"+.INF", KG_YAML_FLOAT, (double)INFINITY}, {"-.Inf", KG_YAML_FLOAT, -(double)INFINITY},
	{".iNF", KG_YAML_STRING, 0}, {"inf", KG_YAML_STRING, 0}, {"nan", KG_YAML_STRING, 0}, {"infinity", KG_YAML_STRING, 0},
	{".", KG_YAML_STRING, 0}, {"..", KG_YAML_STRING, 0}, {"...", KG_YAML_STRING, 0}, {".e3", KG_YAML_STRING, 0}, {"1e", KG_YAML_STRING, 0}, {"1e+", KG_YAML_STRING, 0},
	{"1e5.0", KG_YAML_STRING, 0}, {"1.2.3", KG_YAML_STRING, 0}, {"1e400", KG_YAML_STRING, 0}, {"-", KG_YAML_STRING, 0}, {"+", KG_YAML_STRING, 0},
	{"0x1p3", KG_YAML_STRING, 0}, {"0x1.8", KG_YAML_STRING, 0}, {"1f", KG_YAML_STRING, 0},
	{".1_0", KG_YAML_FLOAT, .1}, {"._1", KG_YAML_STRING, 0}, {".1_", KG_YAML_STRING, 0},

	{"2001-01-01", KG_YAML_STRING, 0}, {"2001-01-01T00:00:00Z", KG_YAML_STRING, 0}, {"12:30:45", KG_YAML_STRING, 0}, {"1:30", KG_YAML_STRING, 0},
	{"<<", KG_YAML_STRING, 0}, {"=", KG_YAML_STRING, 0}, {"5s", KG_YAML_STRING, 0}, {"10Mi", KG_YAML_STRING, 0}, {"1 000", KG_YAML_STRING, 0},
};
/* clang-format on */

static void check(const struct scalar *want, const struct kg_yaml_scalar *got)
{
	bool is_number = got->type == KG_YAML_INTEGER || got->type == KG_YAML_BIG_INTEGER || got->type == KG_YAML_FLOAT;

	if (got->type != want->type)
		fail_msg("%s: type %d", want->text, (int)got->type);
	if (want->type == KG_YAML_BOOL && got->boolean != (want->number == 1))
		fail_msg("%s: the other boolean", want->text);
	if (is_number && got->number != want->number)
		fail_msg("%s: %.17g", want->text, got->number);
}

static void plain_scalars_resolve_as_in_kubectl(void **state)
{
	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(scalars); i++) {
		struct kg_yaml_scalar got;

		assert_int_equal(kg_yaml_resolve(scalars[i].text, NULL, true, &got, NULL), 0);
		check(&scalars[i], &got);
	}
}

static void quoted_scalars_are_strings(void **state)
{
	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(scalars); i++) {
		struct kg_yaml_scalar got;

		assert_int_equal(kg_yaml_resolve(scalars[i].text, NULL, false, &got, NULL), 0);
		assert_int_equal(got.type, KG_YAML_STRING);
	}
}

static void an_int64_is_kept_to_the_last_digit(void **state)
{
	struct kg_yaml_scalar got;

	(void)state;
	assert_int_equal(kg_yaml_resolve("9223372036854775807", NULL, true, &got, NULL), 0);
	assert_true(got.integer == INT64_MAX);
	assert_int_equal(kg_yaml_resolve("-9223372036854775808", NULL, true, &got, NULL), 0);
	assert_true(got.integer == INT64_MIN);
	assert_int_equal(kg_yaml_resolve("-0x7fffffffffffffff", NULL, true, &got, NULL), 0);
	assert_true(got.integer == -INT64_MAX);
}

struct tagged {
	const char *tag;
	const char *text;
	int status;
	enum kg_yaml_scalar_type type;
};

static const struct tagged tagged[] = {
        {KG_YAML_TAG("str"), "5", 0, KG_YAML_STRING},
        {KG_YAML_TAG("str"), "", 0, KG_YAML_STRING},
        {KG_YAML_TAG("int"), "5", 0, KG_YAML_INTEGER},
        {KG_YAML_TAG("int"), "0xFFFFFFFFFFFFFFFF", 0, KG_YAML_BIG_INTEGER},
        {KG_YAML_TAG("int"), "x", KG_EINVAL, KG_YAML_STRING},
        {KG_YAML_TAG("int"), "1.5", KG_EINVAL, KG_YAML_STRING},
        {KG_YAML_TAG("float"), "5", 0, KG_YAML_FLOAT},
        {KG_YAML_TAG("float"), "1.5", 0, KG_YAML_FLOAT},
        {KG_YAML_TAG("float"), "true", KG_EINVAL, KG_YAML_STRING},
        {KG_YAML_TAG("bool"), "yes", 0, KG_YAML_BOOL},
        {KG_YAML_TAG("bool"), "1", KG_EINVAL, KG_YAML_STRING},
        {KG_YAML_TAG("null"), "", 0, KG_YAML_NULL},
        {KG_YAML_TAG("null"), "x", KG_EINVAL, KG_YAML_STRING},
        {KG_YAML_TAG("timestamp"), "2001-01-01", 0, KG_YAML_STRING},
        {KG_YAML_TAG("binary"), "5", 0, KG_YAML_STRING},
        {"!own", "5", 0, KG_YAML_STRING},
};

static void tags_decide(void **state)
{
	(void)state;
	for (size_t i = 0; i < KG_ARRAY_LEN(tagged); i++) {
		struct kg_yaml_scalar got = {.type = KG_YAML_STRING};

		if (kg_yaml_resolve(tagged[i].text, tagged[i].tag, false, &got, NULL) != tagged[i].status || got.type != tagged[i].type)
			fail_msg("%s %s: type %d", tagged[i].tag, tagged[i].text, (int)got.type);
	}
}

static void a_long_row_of_digits_is_a_string(void **state)
{
	struct fixture *f = *state;
	struct kg_yaml_scalar got;

	assert_int_equal(kg_yaml_resolve(repeated(f, "1", 255), NULL, true, &got, NULL), 0);
	assert_int_equal(got.type, KG_YAML_FLOAT);
	assert_int_equal(kg_yaml_resolve(repeated(f, "1", 256), NULL, true, &got, NULL), 0);
	assert_int_equal(got.type, KG_YAML_STRING);
}

/* Names of members that are no strings, from a run of sigs.k8s.io/yaml; NULL: refused. */
static const char *const names[][2] = {
        {"1", "1"},
        {"0x10", "16"},
        {"-5", "-5"},
        {"yes", "true"},
        {"off", "false"},
        {"1.5", "1.5"},
        {"1.50", "1.5"},
        {"1e3", "1000"},
        {"1e5", "100000"},
        {"1e6", "1e+06"},
        {"123456.0", "123456"},
        {"1234567.0", "1.234567e+06"},
        {"0.0001", "0.0001"},
        {"0.00001", "1e-05"},
        {"0.1", "0.1"},
        {"16777217.0", "1.6777216e+07"},
        {"1e300", ".inf"},
        {"-1e300", "-.inf"},
        {".inf", ".inf"},
        {"-.INF", "-.inf"},
        {".NaN", ".nan"},
        {"3.14159265358979", "3.1415927"},
        {"-0.0", "-0"},
        {"9223372036854775807", "9223372036854775807"},
        {"9223372036854775808", NULL},
        {"~", NULL},
};

static void scalars_become_names_as_in_kubectl(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < KG_ARRAY_LEN(names); i++) {
		struct kg_yaml_scalar scalar;
		const char *name;

		assert_int_equal(kg_yaml_resolve(names[i][0], NULL, true, &scalar, NULL), 0);
		name = kg_yaml_name(&scalar, &f->arena);
		if (names[i][1] == NULL)
			assert_null(name);
		else
			assert_string_equal(name, names[i][1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        MODEL_TEST(plain_scalars_resolve_as_in_kubectl), MODEL_TEST(quoted_scalars_are_strings),
	        MODEL_TEST(an_int64_is_kept_to_the_last_digit),  MODEL_TEST(tags_decide),
	        MODEL_TEST(a_long_row_of_digits_is_a_string),    MODEL_TEST(scalars_become_names_as_in_kubectl),
	};

	return cmocka_run_group_tests_name("yaml_scalar", tests, NULL, NULL);
}
