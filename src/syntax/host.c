#include "kedagate/syntax/host.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "kedagate/base/compiler.h"
#include "kedagate/base/utf8.h"
#include "kedagate/syntax/url.h"

/* The longest name or address of the tables, with room for a zone and for zeros: what is longer is none of them. */
enum { HOST_MAX = 64, IPV4_BYTES = 4, IPV6_BYTES = 16 };

/* ---- names ---- */

/* localhost and its fellows stand in the hosts file that the kubelet gives each pod; the others are in the documentation of Google Cloud, AWS, Tencent
 * and IBM. */
static const struct {
	const char *name;
	enum kg_host_place place;
} names[] = {
        {"localhost", KG_HOST_LOOPBACK},
        {"ip6-localhost", KG_HOST_LOOPBACK},
        {"ip6-loopback", KG_HOST_LOOPBACK},
        {"metadata.google.internal", KG_HOST_METADATA},
        {"metadata.goog", KG_HOST_METADATA},
        {"instance-data.ec2.internal", KG_HOST_METADATA},
        {"metadata.tencentyun.com", KG_HOST_METADATA},
        {"api.metadata.cloud.ibm.com", KG_HOST_METADATA},
};

static enum kg_host_place place_of_name(struct kg_slice host)
{
	if (host.length > 0 && host.start[host.length - 1] == '.')
		host.length--;
	for (size_t i = 0; i < KG_ARRAY_LEN(names); i++) {
		if (host.length > 0 && (host.start[0] | 0x20) == names[i].name[0] && kg_slice_equal_nocase(host, names[i].name))
			return names[i].place;
	}
	return KG_HOST_ELSEWHERE;
}

/* ---- addresses ---- */

/* A network: the first `bits` of `bytes`. */
struct network {
	uint8_t bytes[IPV6_BYTES];
	unsigned bits;
	enum kg_host_place place;
};

/* The first that matches counts. Single addresses: of all clouds that copied AWS; of ECS and of EKS Pod Identity; of Scaleway; of NodeLocal DNSCache,
 * as Kubernetes documents it; of Alibaba Cloud, Azure's platform and Oracle's older cloud. */
static const struct network networks4[] = {
        {{127}, 8, KG_HOST_LOOPBACK},
        {{0}, 32, KG_HOST_LOOPBACK},
        {{169, 254, 169, 254}, 32, KG_HOST_METADATA},
        {{169, 254, 170, 2}, 32, KG_HOST_METADATA},
        {{169, 254, 170, 23}, 32, KG_HOST_METADATA},
        {{169, 254, 42, 42}, 32, KG_HOST_METADATA},
        {{169, 254, 20, 10}, 32, KG_HOST_ELSEWHERE},
        {{169, 254}, 16, KG_HOST_LINK_LOCAL},
        {{100, 100, 100, 200}, 32, KG_HOST_METADATA},
        {{168, 63, 129, 16}, 32, KG_HOST_METADATA},
        {{192, 0, 0, 192}, 32, KG_HOST_METADATA},
};

/* OpenStack (fe80::a9fe:a9fe), AWS (fd00:ec2::254; fd00:ec2::23 is EKS Pod Identity), Google Cloud (fd20:ce::254) and Scaleway (fd00:42::42). */
static const struct network networks6[] = {
        {{[15] = 1}, 128, KG_HOST_LOOPBACK},
        {{0}, 128, KG_HOST_LOOPBACK},
        {{0xfe, 0x80, [12] = 0xa9, 0xfe, 0xa9, 0xfe}, 128, KG_HOST_METADATA},
        {{0xfe, 0x80}, 10, KG_HOST_LINK_LOCAL},
        {{0xfd, 0x00, 0x0e, 0xc2, [14] = 0x02, [15] = 0x54}, 128, KG_HOST_METADATA},
        {{0xfd, 0x00, 0x0e, 0xc2, [15] = 0x23}, 128, KG_HOST_METADATA},
        {{0xfd, 0x20, 0x00, 0xce, [14] = 0x02, [15] = 0x54}, 128, KG_HOST_METADATA},
        {{0xfd, 0x00, 0x00, 0x42, [15] = 0x42}, 128, KG_HOST_METADATA},
};

static bool contains(const struct network *network, const uint8_t *address)
{
	unsigned whole = network->bits / 8;
	unsigned rest = network->bits % 8;

	if (memcmp(network->bytes, address, whole) != 0)
		return false;
	return rest == 0 || ((network->bytes[whole] ^ address[whole]) >> (8 - rest)) == 0;
}

static enum kg_host_place place_in(const struct network *networks, size_t count, const uint8_t *address)
{
	for (size_t i = 0; i < count; i++) {
		if (contains(&networks[i], address))
			return networks[i].place;
	}
	return KG_HOST_ELSEWHERE;
}

static enum kg_host_place place_of_address(const char *text)
{
	static const uint8_t mapped[] = {[10] = 0xff, [11] = 0xff};
	uint8_t address[IPV6_BYTES];

	if (inet_pton(AF_INET, text, address) == 1)
		return place_in(networks4, KG_ARRAY_LEN(networks4), address);
	if (inet_pton(AF_INET6, text, address) != 1)
		return KG_HOST_ELSEWHERE;
	if (memcmp(address, mapped, sizeof(mapped)) == 0)
		return place_in(networks4, KG_ARRAY_LEN(networks4), address + sizeof(mapped));
	return place_in(networks6, KG_ARRAY_LEN(networks6), address);
}

/* Of a host that needs no mapping. */
static enum kg_host_place place_of(struct kg_slice host)
{
	char text[HOST_MAX];
	const char *zone = memchr(host.start, '%', host.length);
	size_t length = zone ? (size_t)(zone - host.start) : host.length;

	if (length == 0 || length >= sizeof(text))
		return KG_HOST_ELSEWHERE;
	if (!memchr(host.start, ':', length) && (host.start[0] < '0' || host.start[0] > '9'))
		return zone ? KG_HOST_ELSEWHERE : place_of_name(host);
	memcpy(text, host.start, length);
	text[length] = '\0';
	return place_of_address(text);
}

/* ---- look-alikes ---- */

/* Characters that IDNA maps to ASCII, one by one: `last - first` of them, from `ascii` on, anew each `period` (Unicode's compatibility
 * decompositions; letters that none of the names above has are left out). */
struct run {
	uint32_t first, last;
	char ascii;
	unsigned period;
};

/* clang-format off */
static const struct run runs[] = {
	{0xAA, 0xAA, 'a', 26}, {0xB2, 0xB3, '2', 10}, {0xB9, 0xB9, '1', 10}, {0xBA, 0xBA, 'o', 26}, {0x17F, 0x17F, 's', 26},
	{0x2B0, 0x2B0, 'h', 26}, {0x2B3, 0x2B3, 'r', 26}, {0x2B8, 0x2B8, 'y', 26}, {0x2E1, 0x2E1, 'l', 26}, {0x2E2, 0x2E2, 's', 26},
	{0x1D2C, 0x1D2C, 'a', 26}, {0x1D2E, 0x1D2E, 'b', 26}, {0x1D30, 0x1D31, 'd', 26}, {0x1D33, 0x1D3A, 'g', 26}, {0x1D3C, 0x1D3C, 'o', 26},
	{0x1D3E, 0x1D3E, 'p', 26}, {0x1D3F, 0x1D3F, 'r', 26}, {0x1D40, 0x1D41, 't', 26}, {0x1D43, 0x1D43, 'a', 26}, {0x1D47, 0x1D47, 'b', 26},
	{0x1D48, 0x1D49, 'd', 26}, {0x1D4D, 0x1D4D, 'g', 26}, {0x1D4F, 0x1D4F, 'k', 26}, {0x1D50, 0x1D50, 'm', 26}, {0x1D52, 0x1D52, 'o', 26},
	{0x1D56, 0x1D56, 'p', 26}, {0x1D57, 0x1D58, 't', 26}, {0x1D62, 0x1D62, 'i', 26}, {0x1D63, 0x1D63, 'r', 26}, {0x1D64, 0x1D65, 'u', 26},
	{0x1D9C, 0x1D9C, 'c', 26}, {0x2024, 0x2024, '.', 10}, {0x2070, 0x2070, '0', 10}, {0x2071, 0x2071, 'i', 26}, {0x2074, 0x2079, '4', 10},
	{0x207F, 0x207F, 'n', 26}, {0x2080, 0x2089, '0', 10}, {0x2090, 0x2090, 'a', 26}, {0x2091, 0x2091, 'e', 26}, {0x2092, 0x2092, 'o', 26},
	{0x2095, 0x2095, 'h', 26}, {0x2096, 0x2099, 'k', 26}, {0x209A, 0x209A, 'p', 26}, {0x209B, 0x209C, 's', 26}, {0x2102, 0x2102, 'c', 26},
	{0x210A, 0x210B, 'g', 26}, {0x210C, 0x210C, 'h', 26}, {0x210D, 0x210D, 'h', 26}, {0x210E, 0x210E, 'h', 26}, {0x2110, 0x2110, 'i', 26},
	{0x2111, 0x2111, 'i', 26}, {0x2112, 0x2112, 'l', 26}, {0x2113, 0x2113, 'l', 26}, {0x2115, 0x2115, 'n', 26}, {0x2119, 0x211B, 'p', 26},
	{0x211C, 0x211C, 'r', 26}, {0x211D, 0x211D, 'r', 26}, {0x212A, 0x212A, 'k', 26}, {0x212C, 0x212D, 'b', 26}, {0x212F, 0x212F, 'e', 26},
	{0x2130, 0x2131, 'e', 26}, {0x2133, 0x2133, 'm', 26}, {0x2134, 0x2134, 'o', 26}, {0x2139, 0x2139, 'i', 26}, {0x2145, 0x2145, 'd', 26},
	{0x2146, 0x2147, 'd', 26}, {0x2148, 0x2149, 'i', 26}, {0x2160, 0x2160, 'i', 26}, {0x216C, 0x216C, 'l', 26}, {0x216D, 0x216E, 'c', 26},
	{0x216F, 0x216F, 'm', 26}, {0x2170, 0x2170, 'i', 26}, {0x217C, 0x217C, 'l', 26}, {0x217D, 0x217E, 'c', 26}, {0x217F, 0x217F, 'm', 26},
	{0x2460, 0x2468, '1', 10}, {0x24B6, 0x24CF, 'a', 26}, {0x24D0, 0x24E9, 'a', 26}, {0x24EA, 0x24EA, '0', 10}, {0x3002, 0x3002, '.', 10},
	{0xFE52, 0xFE52, '.', 10}, {0xFE63, 0xFE63, '-', 10}, {0xFF0D, 0xFF0E, '-', 10}, {0xFF10, 0xFF19, '0', 10}, {0xFF21, 0xFF3A, 'a', 26},
	{0xFF41, 0xFF5A, 'a', 26}, {0xFF61, 0xFF61, '.', 10}, {0x1D400, 0x1D6A3, 'a', 26}, {0x1D7CE, 0x1D7FF, '0', 10},
	{0x1F130, 0x1F149, 'a', 26}, {0x1FBF0, 0x1FBF9, '0', 10},
};

/* Characters that it maps to several, as far as the names have them. */
static const struct {
	uint32_t code_point;
	const char *text;
} words[] = {
	{0x3372, "da"}, {0x3381, "na"}, {0x3388, "cal"}, {0x33CC, "in"}, {0xFB05, "st"}, {0xFB06, "st"},
};

/* Numbers in a circle: 10 to 20, 21 to 35, 36 to 50. */
static const struct {
	uint32_t first, last;
	unsigned number;
} numbers[] = {{0x2469, 0x2473, 10}, {0x3251, 0x325F, 21}, {0x32B1, 0x32BF, 36}};

/* Characters that it leaves out. */
static const struct {
	uint32_t first, last;
} ignored[] = {{0xAD, 0xAD}, {0x34F, 0x34F}, {0x180B, 0x180D}, {0x200B, 0x200B}, {0x2060, 0x2060}, {0x2064, 0x2064}, {0xFE00, 0xFE0F}, {0xFEFF, 0xFEFF}};
/* clang-format on */

struct mapping {
	char text[HOST_MAX];
	size_t length;
	bool failed;
};

static void put(struct mapping *mapping, char byte)
{
	if (mapping->length + 1 < sizeof(mapping->text))
		mapping->text[mapping->length++] = byte;
	else
		mapping->failed = true;
}

static bool put_word(struct mapping *mapping, uint32_t code_point)
{
	for (size_t i = 0; i < KG_ARRAY_LEN(words); i++) {
		if (words[i].code_point != code_point)
			continue;
		for (const char *byte = words[i].text; *byte; byte++)
			put(mapping, *byte);
		return true;
	}
	for (size_t i = 0; i < KG_ARRAY_LEN(numbers); i++) {
		unsigned number = numbers[i].number + (unsigned)(code_point - numbers[i].first);

		if (code_point < numbers[i].first || code_point > numbers[i].last)
			continue;
		put(mapping, (char)('0' + number / 10));
		put(mapping, (char)('0' + number % 10));
		return true;
	}
	return false;
}

static void put_mapped(struct mapping *mapping, uint32_t code_point)
{
	for (size_t i = 0; i < KG_ARRAY_LEN(runs); i++) {
		if (code_point < runs[i].first || code_point > runs[i].last)
			continue;
		put(mapping, (char)(runs[i].ascii + (char)((code_point - runs[i].first) % runs[i].period)));
		return;
	}
	for (size_t i = 0; i < KG_ARRAY_LEN(ignored); i++) {
		if (code_point >= ignored[i].first && code_point <= ignored[i].last)
			return;
	}
	mapping->failed = mapping->failed || !put_word(mapping, code_point);
}

static enum kg_host_place place_of_mapped(struct kg_slice host)
{
	struct mapping mapping = {.failed = false};

	while (host.length > 0 && !mapping.failed) {
		size_t length = kg_utf8_character(host.start, host.length);

		if (length == 0)
			return KG_HOST_ELSEWHERE;
		if (length == 1)
			put(&mapping, *host.start);
		else
			put_mapped(&mapping, kg_utf8_code_point(host.start, length));
		host.start += length;
		host.length -= length;
	}
	return mapping.failed ? KG_HOST_ELSEWHERE : place_of((struct kg_slice){mapping.text, mapping.length});
}

static bool is_ascii(struct kg_slice text)
{
	for (size_t i = 0; i < text.length; i++) {
		if ((unsigned char)text.start[i] > 0x7F)
			return false;
	}
	return true;
}

enum kg_host_place kg_host_place(struct kg_slice host)
{
	char decoded[4 * HOST_MAX];
	bool escaped = host.length > 0 && !memchr(host.start, ':', host.length) && memchr(host.start, '%', host.length);

	if (escaped && !kg_percent_decode(host, false, decoded, sizeof(decoded)))
		return KG_HOST_ELSEWHERE;
	if (escaped)
		host = kg_slice_of(decoded);
	return is_ascii(host) ? place_of(host) : place_of_mapped(host);
}
