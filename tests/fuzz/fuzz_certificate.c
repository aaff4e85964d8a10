/*
 * A serving pair: PEM of a chain and of a key, as two files and as a manifest of a Secret that holds both.
 *
 * An input that holds a line "====" is two files, the certificate before that line and the key behind it. Any other is a manifest. Nothing of OpenSSL is
 * instrumented, so the corpus has each kind of key, chain and fault to start from.
 *
 * Targets: tls (pem, parsed_pair, parsed_pair_verify), model's Secrets.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz/target.h"
#include "kedagate/base/limits.h"
#include "kedagate/model/json.h"
#include "kedagate/model/world.h"
#include "kedagate/tls/keypair.h"

#define SEPARATOR "\n====\n"

enum { ARENA_BYTES = 64 << 20 };

/* 2027-01-15T08:00:00Z */
static const time_t now = 1800000000;

enum { FILES_TAKEN, FILES_REFUSED, SECRET_TAKEN, SECRET_REFUSED, NO_SECRET };

static struct fuzz_reach reaches[] = {
        [FILES_TAKEN] = {"pair of files taken", 0},     [FILES_REFUSED] = {"pair of files refused", 0},
        [SECRET_TAKEN] = {"pair of a Secret taken", 0}, [SECRET_REFUSED] = {"pair of a Secret refused", 0},
        [NO_SECRET] = {"manifest without a pair", 0},
};
FUZZ_REACHES(reaches)

static void check_facts(const struct kg_pair_facts *facts)
{
	if (facts->not_before > now || facts->not_after < now || memchr(facts->serial, '\0', sizeof(facts->serial)) == NULL)
		abort();
	if (strspn(facts->serial, "0123456789ABCDEF-") != strlen(facts->serial))
		abort();
}

/* True when the pair may be served. A part of its key must not get into a message: that would be longer than a name in it. */
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
	kg_pem_pair_release(&pair);
	return status;
}

static void verify_files(const char *text, const char *separator)
{
	const char *key = separator + strlen(SEPARATOR);

	reaches[verify(text, (size_t)(separator - text) + 1, key, strlen(key)) == 0 ? FILES_TAKEN : FILES_REFUSED].count++;
}

static void verify_secret(const struct kg_world *world, const cJSON *tree)
{
	const struct kg_value_source source = {true, "default", kg_json_text(kg_json_get(tree, "metadata"), "name")};
	const char *certificate, *key;

	if (source.name == NULL || world->operations->value(world, &source, "tls.crt", &certificate) != KG_LOOKUP_FOUND ||
	    world->operations->value(world, &source, "tls.key", &key) != KG_LOOKUP_FOUND) {
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
			verify_secret(kg_file_world_as_world(world), manifests.items[i].tree);
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
