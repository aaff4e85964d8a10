#include "fixture.h"

#include "kedagate/model/base64.h"

struct row {
	const char *text;
	const char *bytes; /* NULL: refused */
	size_t length;
};

/* RFC 4648 section 10, and what Go's base64.StdEncoding says of the rest. */
static const struct row rows[] = {
        {"", "", 0},
        {"Zg==", "f", 1},
        {"Zm8=", "fo", 2},
        {"Zm9v", "foo", 3},
        {"Zm9vYg==", "foob", 4},
        {"Zm9vYmE=", "fooba", 5},
        {"Zm9vYmFy", "foobar", 6},
        {"+/+/", "\xfb\xff\xbf", 3},
        {"AAAA", "\0\0\0", 3},
        {"Zm\n9v\r\nYmFy\n", "foobar", 6},
        {"Zg=\n=\n", "f", 1},
        {"\n", "", 0},
        {"Z", NULL, 0},
        {"Zg", NULL, 0},
        {"Zm8", NULL, 0},
        {"Zg=", NULL, 0},
        {"Z===", NULL, 0},
        {"====", NULL, 0},
        {"=", NULL, 0},
        {"Zg==Zg==", NULL, 0},
        {"Zg==x", NULL, 0},
        {"Zm=v", NULL, 0},
        {"Zm9v====", NULL, 0},
        {"Zm 9v", NULL, 0},
        {"Zm9-", NULL, 0},
        {"Zm9_", NULL, 0},
        {"Zm9\xc3", NULL, 0},
};

static void texts_decode_as_in_go(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < KG_ARRAY_LEN(rows); i++) {
		const char *bytes = NULL;
		size_t length = 0;
		int status = kg_base64_decode(rows[i].text, &f->arena, &bytes, &length);

		if (status != (rows[i].bytes != NULL ? 0 : KG_EINVAL))
			fail_msg("%s: status %d", rows[i].text, status);
		if (status != 0)
			continue;
		assert_int_equal(length, rows[i].length);
		assert_memory_equal(bytes, rows[i].bytes, length + 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        MODEL_TEST(texts_decode_as_in_go),
	};

	return cmocka_run_group_tests_name("base64", tests, NULL, NULL);
}
