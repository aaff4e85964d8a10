#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kedagate/base/compiler.h"
#include "kedagate/syntax/host.h"

struct row {
	const char *host;
	enum kg_host_place place;
};

static void check(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (kg_host_place(kg_slice_of(rows[i].host)) != rows[i].place)
			fail_msg("%s", rows[i].host);
	}
}

static void loopback_is_recognised(void **state)
{
	static const struct row rows[] = {
	        {"127.0.0.1", KG_HOST_LOOPBACK},
	        {"127.255.255.254", KG_HOST_LOOPBACK},
	        {"0.0.0.0", KG_HOST_LOOPBACK},
	        {"::", KG_HOST_LOOPBACK},
	        {"::1", KG_HOST_LOOPBACK},
	        {"0:0:0:0:0:0:0:1", KG_HOST_LOOPBACK},
	        {"::1%lo", KG_HOST_LOOPBACK},
	        {"::1%25lo", KG_HOST_LOOPBACK},
	        {"::ffff:127.0.0.1", KG_HOST_LOOPBACK},
	        {"::FFFF:7f00:1", KG_HOST_LOOPBACK},
	        {"::ffff:0.0.0.0", KG_HOST_LOOPBACK},
	        {"localhost", KG_HOST_LOOPBACK},
	        {"LocalHost", KG_HOST_LOOPBACK},
	        {"localhost.", KG_HOST_LOOPBACK},
	        {"ip6-localhost", KG_HOST_LOOPBACK},
	        {"ip6-loopback", KG_HOST_LOOPBACK},
	};

	(void)state;
	check(rows, KG_ARRAY_LEN(rows));
}

static void link_local_and_metadata_are_recognised(void **state)
{
	static const struct row rows[] = {
	        {"169.254.0.0", KG_HOST_LINK_LOCAL},
	        {"169.254.20.11", KG_HOST_LINK_LOCAL},
	        {"169.254.255.255", KG_HOST_LINK_LOCAL},
	        {"fe80::1", KG_HOST_LINK_LOCAL},
	        {"fe80::a9fe:a9ff%eth0", KG_HOST_LINK_LOCAL},
	        {"fe80::a9fe:a9fe%eth0", KG_HOST_METADATA},
	        {"169.254.42.42", KG_HOST_METADATA},
	        {"febf::1", KG_HOST_LINK_LOCAL},
	        {"169.254.169.254", KG_HOST_METADATA},
	        {"::ffff:169.254.169.254", KG_HOST_METADATA},
	        {"169.254.170.2", KG_HOST_METADATA},
	        {"169.254.170.23", KG_HOST_METADATA},
	        {"100.100.100.200", KG_HOST_METADATA},
	        {"168.63.129.16", KG_HOST_METADATA},
	        {"192.0.0.192", KG_HOST_METADATA},
	        {"fd00:ec2::254", KG_HOST_METADATA},
	        {"FD00:0EC2:0:0:0:0:0:0254", KG_HOST_METADATA},
	        {"fd00:ec2::23", KG_HOST_METADATA},
	        {"fd20:ce::254", KG_HOST_METADATA},
	        {"fd00:42::42", KG_HOST_METADATA},
	        {"metadata.google.internal", KG_HOST_METADATA},
	        {"Metadata.Google.Internal.", KG_HOST_METADATA},
	        {"metadata.goog", KG_HOST_METADATA},
	        {"instance-data.ec2.internal", KG_HOST_METADATA},
	        {"metadata.tencentyun.com", KG_HOST_METADATA},
	        {"api.metadata.cloud.ibm.com", KG_HOST_METADATA},
	};

	(void)state;
	check(rows, KG_ARRAY_LEN(rows));
}

static void near_misses_are_elsewhere(void **state)
{
	static const struct row rows[] = {
	        {"", KG_HOST_ELSEWHERE},
	        {".", KG_HOST_ELSEWHERE},
	        {"%", KG_HOST_ELSEWHERE},
	        {"126.255.255.255", KG_HOST_ELSEWHERE},
	        {"128.0.0.1", KG_HOST_ELSEWHERE},
	        {"0.0.0.1", KG_HOST_ELSEWHERE},
	        {"169.253.169.254", KG_HOST_ELSEWHERE},
	        {"169.254.20.10", KG_HOST_ELSEWHERE},
	        {"169.255.0.1", KG_HOST_ELSEWHERE},
	        {"100.100.100.201", KG_HOST_ELSEWHERE},
	        {"10.0.0.1", KG_HOST_ELSEWHERE},
	        {"::2", KG_HOST_ELSEWHERE},
	        {"::127.0.0.1", KG_HOST_ELSEWHERE},
	        {"64:ff9b::7f00:1", KG_HOST_ELSEWHERE},
	        {"fe7f::1", KG_HOST_ELSEWHERE},
	        {"fec0::1", KG_HOST_ELSEWHERE},
	        {"fd00:ec2::255", KG_HOST_ELSEWHERE},
	        {"localhost.example.com", KG_HOST_ELSEWHERE},
	        {"mylocalhost", KG_HOST_ELSEWHERE},
	        {"prometheus.localhost", KG_HOST_ELSEWHERE},
	        {"metadata", KG_HOST_ELSEWHERE},
	        {"metadata.google.internal.example.com", KG_HOST_ELSEWHERE},
	        {"169.254.169.254.nip.io", KG_HOST_ELSEWHERE},
	        {"prometheus-server.monitoring.svc", KG_HOST_ELSEWHERE},
	};

	(void)state;
	check(rows, KG_ARRAY_LEN(rows));
}

/* What inet_aton takes, and Go does not. */
static void other_spellings_of_an_address_reach_nothing(void **state)
{
	static const struct row rows[] = {
	        {"127.1", KG_HOST_ELSEWHERE},      {"2130706433", KG_HOST_ELSEWHERE}, {"0", KG_HOST_ELSEWHERE},
	        {"0177.0.0.1", KG_HOST_ELSEWHERE}, {"127.0.0.01", KG_HOST_ELSEWHERE}, {"0x7f.0.0.1", KG_HOST_ELSEWHERE},
	        {"0x7f000001", KG_HOST_ELSEWHERE}, {"127.0.0.1.", KG_HOST_ELSEWHERE}, {"2852039166", KG_HOST_ELSEWHERE},
	};

	(void)state;
	check(rows, KG_ARRAY_LEN(rows));
}

static void look_alikes_are_mapped_as_idna_does(void **state)
{
	static const struct row rows[] = {
	        {"１２７.0.0.1", KG_HOST_LOOPBACK},
	        {"127。0．0｡1", KG_HOST_LOOPBACK},
	        {"①②⑦.0.0.1", KG_HOST_LOOPBACK},
	        {"𝟙𝟚𝟟.0.0.1", KG_HOST_LOOPBACK},
	        {"¹²⁷.0.0.1", KG_HOST_LOOPBACK},
	        {"⑯⑨.㉕④.⑯⑨.㉕④", KG_HOST_METADATA},
	        {"ⓛⓄℂ𝒜𝔩𝖍𝓸𝙨𝚝", KG_HOST_LOOPBACK},
	        {"lo㎈hoﬆ", KG_HOST_LOOPBACK},
	        {"lo\xC2\xAD"
	         "calhost",
	         KG_HOST_LOOPBACK},
	        {"%EF%BC%9127.0.0.1", KG_HOST_LOOPBACK},
	        {"ｍｅｔａｄａｔａ．ｇｏｏｇｌｅ．ｉｎｔｅｒｎａｌ", KG_HOST_METADATA},
	        {"ｉｎｓｔａｎｃｅ－ｄａｔａ.ec2.internal", KG_HOST_METADATA},
	        {"ʟocalhost", KG_HOST_ELSEWHERE},
	        {"⑴27.0.0.1", KG_HOST_ELSEWHERE},
	        {"１２８.0.0.1", KG_HOST_ELSEWHERE},
	        {"\xFF"
	         "127.0.0.1",
	         KG_HOST_ELSEWHERE},
	        {"％１２７.0.0.1", KG_HOST_ELSEWHERE},
	        {"１２７.0.0."
	         "1１１１１１１１１１１１１１１１１１１１１１１１１１１１１１１１１１１１１１１１１１１１１１１１１１１１１１１１１１１１１"
	         "１１１１",
	         KG_HOST_ELSEWHERE},
	};

	(void)state;
	check(rows, KG_ARRAY_LEN(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(loopback_is_recognised),
	        cmocka_unit_test(link_local_and_metadata_are_recognised),
	        cmocka_unit_test(near_misses_are_elsewhere),
	        cmocka_unit_test(other_spellings_of_an_address_reach_nothing),
	        cmocka_unit_test(look_alikes_are_mapped_as_idna_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
