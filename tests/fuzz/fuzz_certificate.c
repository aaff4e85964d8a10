/*
 * A serving pair: PEM of a chain and of a key, as two files and as a manifest of a Secret that holds both; verified as before it is served, and
 * inspected.
 *
 * An input that holds a line "====" is two files, the certificate before that line and the key behind it. Any other is a manifest. Nothing of OpenSSL is
 * instrumented, so the corpus has each kind of key, chain and fault to start from.
 *
 * Targets: tls (pem, parsed_pair, parsed_pair_verify, inspect, trust), model's Secrets.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/target.h"
#include "kedagate/base/limits.h"
#include "kedagate/base/utf8.h"
#include "kedagate/model/json.h"
#include "kedagate/model/world.h"
#include "kedagate/tls/inspect.h"
#include "kedagate/tls/keypair.h"

#define SEPARATOR "\n====\n"

enum { ARENA_BYTES = 64 << 20 };

/* 2027-01-15T08:00:00Z */
static const time_t now = 1800000000;

enum { FILES_TAKEN, FILES_REFUSED, SECRET_TAKEN, SECRET_REFUSED, NO_SECRET, SOUND, FLAWED };

static struct fuzz_reach reaches[] = {
        [FILES_TAKEN] = {"pair of files taken", 0},     [FILES_REFUSED] = {"pair of files refused", 0},
        [SECRET_TAKEN] = {"pair of a Secret taken", 0}, [SECRET_REFUSED] = {"pair of a Secret refused", 0},
        [NO_SECRET] = {"manifest without a pair", 0},   [SOUND] = {"inspected, no problem", 0},
        [FLAWED] = {"inspected, a problem", 0},
};
FUZZ_REACHES(reaches)

static void check_facts(const struct kg_pair_facts *facts)
{
	if (facts->not_before > now || facts->not_after < now || memchr(facts->serial, '\0', sizeof(facts->serial)) == NULL)
		abort();
	if (strspn(facts->serial, "0123456789ABCDEF-") != strlen(facts->serial))
		abort();
}

static void require_text(const char *text)
{
	if (text == NULL || text[0] == '\0' || !kg_utf8_is_valid(text, strlen(text)))
		abort();
}

static void check_report(const struct kg_inspect_request *request, const struct kg_inspect_report *report)
{
	for (size_t i = 0; i < report->problem_count; i++) {
		if (report->problems[i].material >= request->material_count || report->problems[i].flaw >= KG_FLAW_COUNT)
			abort();
		require_text(report->problems[i].sentence);
	}
	for (size_t i = 0; i < report->certificate_count; i++) {
		if (report->certificates[i].material >= request->material_count || report->certificates[i].number == 0)
			abort();
		require_text(report->certificates[i].subject);
		require_text(report->certificates[i].key);
	}
	reaches[report->problem_count == 0 ? SOUND : FLAWED].count++;
}

/* The certificate is also what a server sent, and what clients trust; the key's text may hold anything. */
static void inspect(const char *certificate, size_t certificate_length, const char *key, size_t key_length)
{
	const struct kg_material materials[] = {
	        {KG_MATERIAL_CERTIFICATE, KG_MATERIAL_WHOLE, "tls.crt", 0, certificate, certificate_length, NULL},
	        {KG_MATERIAL_KEY, KG_MATERIAL_WHOLE, "tls.key", 0, key, key_length, NULL},
	        {KG_MATERIAL_SERVED, KG_MATERIAL_WHOLE, "served", 1, certificate, certificate_length, NULL},
	        {KG_MATERIAL_UNKNOWN, KG_MATERIAL_WHOLE, "other", 2, key, key_length, NULL},
	        {KG_MATERIAL_AUTHORITY, KG_MATERIAL_WHOLE, "caBundle", 3, certificate, certificate_length, "hook.example"},
	};
	/* The pair alone, or all of it: one of the two, since the signatures take their time. */
	bool alone = certificate_length % 2 == 0;
	const struct kg_inspect_request request = {materials, alone ? 2 : KG_ARRAY_LEN(materials), alone ? NULL : "hook.example", false,
	                                           now};
	struct kg_inspect_report report;
	struct kg_arena arena;

	kg_arena_init(&arena, ARENA_BYTES);
	if (kg_inspect(&request, &arena, &report, NULL) == 0)
		check_report(&request, &report);
	kg_arena_release(&arena);
}

/* 0 when the pair may be served. */
static int verify(const char *certificate, size_t certificate_length, const char *key, size_t key_length)
{
	const struct kg_pair_paths paths = {"tls.crt", "tls.key"};
	struct kg_pair_facts facts;
	struct kg_err err = {0};
	struct kg_pem_pair pair;
	int status;

	kg_pem_pair_init(&pair);
	kg_buf_append(&pair.certificate, certificate, certificate_length);
	kg_buf_append(&pair.key, key, key_length);
	status = kg_buf_status(&pair.certificate) != 0 || kg_buf_status(&pair.key) != 0 ? kg_err_set(&err, KG_ELIMIT, "too large")
	                                                                                : kg_pair_verify(&pair, &paths, now, &facts, &err);
	if (status == 0)
		check_facts(&facts);
	if (status != 0 && (status != err.code || err.message[0] == '\0'))
		abort();
	inspect(kg_buf_text(&pair.certificate), pair.certificate.length, kg_buf_text(&pair.key), pair.key.length);
	kg_pem_pair_release(&pair);
	return status;
}

static void verify_files(const char *text, const char *separator)
{
	const char *key = separator + strlen(SEPARATOR);

	reaches[verify(text, (size_t)(separator - text) + 1, key, strlen(key)) == 0 ? FILES_TAKEN : FILES_REFUSED].count++;
}

static void verify_secret(const struct kg_world *world, const cJSON *tree, struct kg_arena *arena)
{
	const struct kg_value_source source = {true, "default", kg_json_text(kg_json_get(tree, "metadata"), "name")};
	const char *certificate, *key;

	if (source.name == NULL || world->operations->value(world, &source, "tls.crt", arena, &certificate) != KG_LOOKUP_FOUND ||
	    world->operations->value(world, &source, "tls.key", arena, &key) != KG_LOOKUP_FOUND) {
		reaches[NO_SECRET].count++;
		return;
	}
	reaches[verify(certificate, strlen(certificate), key, strlen(key)) == 0 ? SECRET_TAKEN : SECRET_REFUSED].count++;
}

static void read_manifest(char *text, struct kg_arena *arena)
{
	struct kg_file_world *world = kg_file_world_new(arena, "default", true);
	struct kg_manifests manifests = {0};

	if (world == NULL || kg_manifests_read(text, strlen(text), "secret.yaml", arena, &manifests, NULL) != 0)
		return;
	for (size_t i = 0; i < manifests.count && i < 8; i++) {
		if (kg_file_world_add(world, manifests.items[i].tree) == 0)
			verify_secret(kg_file_world_as_world(world), manifests.items[i].tree, arena);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	char *text = malloc(length + 1);
	struct kg_arena arena;
	const char *separator;

	if (text == NULL)
		return 0;
	if (length > 0)
		memcpy(text, bytes, length);
	text[length] = '\0';
	separator = strstr(text, SEPARATOR);
	kg_json_setup();
	kg_arena_init(&arena, ARENA_BYTES);
	if (separator != NULL)
		verify_files(text, separator);
	else
		read_manifest(text, &arena);
	kg_arena_release(&arena);
	free(text);
	return 0;
}
