#include "cli/certs_sources.h"

#include <string.h>
#include <sys/stat.h>

#include "cli/certs_manifest.h"
#include "kedagate/base/file.h"
#include "kedagate/base/limits.h"
#include "kedagate/base/list.h"
#include "kedagate/syntax/pem.h"

/* The set of all PEM files that are named. */
enum { SET_OF_FILES = 0 };

const struct kg_certs_key kg_certs_keys[KG_CERTS_KEYS] = {
        {"tls.crt", KG_MATERIAL_CERTIFICATE, true},
        {"tls.key", KG_MATERIAL_KEY, true},
        {"ca.crt", KG_MATERIAL_AUTHORITY, false},
        {"ca.key", KG_MATERIAL_AUTHORITY_KEY, false},
};

void kg_certs_sources_init(struct kg_certs_sources *sources, struct kg_arena *arena)
{
	*sources = (struct kg_certs_sources){.arena = arena, .sets = SET_OF_FILES + 1};
}

int kg_certs_sources_put(struct kg_certs_sources *sources, const struct kg_material *material, const struct kg_certs_place *place)
{
	struct kg_material *materials = kg_list_room(sources->arena, sources->materials, sources->count, sizeof(*materials));
	struct kg_certs_place *places = kg_list_room(sources->arena, sources->places, sources->count, sizeof(*places));

	if (materials != NULL)
		sources->materials = materials;
	if (places != NULL)
		sources->places = places;
	if (materials == NULL || places == NULL)
		return KG_ENOMEM;
	materials[sources->count] = *material;
	places[sources->count++] = *place;
	return 0;
}

/* 0 or KG_ENOMEM. */
static int add_error(struct kg_certs_sources *sources, const char *file, const struct kg_err *err)
{
	return err->code == KG_ENOMEM ? KG_ENOMEM : kg_input_errors_add(&sources->errors, sources->arena, file, err);
}

/* ---- PEM ---- */

static enum kg_material_role role_of_file(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash != NULL ? slash + 1 : path;

	for (size_t i = 0; i < KG_CERTS_KEYS; i++) {
		if (strcmp(name, kg_certs_keys[i].name) == 0)
			return kg_certs_keys[i].role;
	}
	return KG_MATERIAL_UNKNOWN;
}

static int add_pem(struct kg_certs_sources *sources, const struct kg_buf *text, const struct kg_material *like)
{
	const struct kg_certs_place place = {.file = like->place};
	struct kg_material material = *like;

	material.text = kg_arena_strndup(sources->arena, kg_buf_text(text), text->length);
	material.length = text->length;
	return material.text != NULL ? kg_certs_sources_put(sources, &material, &place) : KG_ENOMEM;
}

/* ---- files ---- */

static bool has_suffix(const char *text, const char *suffix)
{
	size_t length = strlen(text);

	return length >= strlen(suffix) && strcmp(text + length - strlen(suffix), suffix) == 0;
}

/* A line of the text begins with `start`. */
static bool has_line(const char *text, const char *start)
{
	for (const char *line = text; line != NULL; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, start, strlen(start)) == 0)
			return true;
	}
	return false;
}

/* By name, else by content: PEM begins its lines in the first column, the text of a manifest is indented. */
static bool is_manifest(const char *path, const char *text)
{
	static const char *const suffixes[] = {".yaml", ".yml", ".json"};

	for (size_t i = 0; i < KG_ARRAY_LEN(suffixes); i++) {
		if (has_suffix(path, suffixes[i]))
			return true;
	}
	if (has_line(text, "-----BEGIN"))
		return false;
	return text[strspn(text, " \t\r\n")] == '{' || has_line(text, "apiVersion:") || has_line(text, "kind:");
}

static int add_manifests(struct kg_certs_sources *sources, const char *path, const struct kg_buf *text)
{
	char *copy = kg_arena_strndup(sources->arena, kg_buf_text(text), text->length);
	struct kg_err err = {0};

	if (copy == NULL)
		return KG_ENOMEM;
	return kg_certs_manifest_add(sources, path, copy, text->length, &err) == 0 ? 0 : add_error(sources, path, &err);
}

static int add_file(struct kg_certs_sources *sources, const char *path, size_t set)
{
	const struct kg_material material = {.role = role_of_file(path), .place = path, .set = set};
	struct kg_err err = {0};
	struct kg_buf text;
	int status;

	kg_buf_init(&text, KG_MAX_FILE_BYTES);
	if (kg_file_read(path, &text, &err) != 0)
		status = add_error(sources, path, &err);
	else if (material.role == KG_MATERIAL_UNKNOWN && is_manifest(path, kg_buf_text(&text)))
		status = add_manifests(sources, path, &text);
	else
		status = add_pem(sources, &text, &material);
	kg_buf_release(&text);
	return status;
}

int kg_certs_sources_add_authorities(struct kg_certs_sources *sources, const char *path)
{
	const struct kg_material material = {.role = KG_MATERIAL_AUTHORITY, .place = path, .set = sources->sets++};
	struct kg_err err = {0};
	struct kg_buf text;
	int status;

	kg_buf_init(&text, KG_MAX_FILE_BYTES);
	status = kg_file_read(path, &text, &err) != 0 ? add_error(sources, path, &err) : add_pem(sources, &text, &material);
	kg_buf_release(&text);
	return status;
}

/* ---- directories ---- */

static int add_directory(struct kg_certs_sources *sources, const char *directory)
{
	size_t set = sources->sets++;
	size_t before = sources->count + sources->errors.count;
	struct kg_err err = {0};

	for (size_t i = 0; i < KG_CERTS_KEYS; i++) {
		const char *path =
		        kg_arena_printf(sources->arena, "%s%s%s", directory, has_suffix(directory, "/") ? "" : "/", kg_certs_keys[i].name);
		struct stat status;

		if (path == NULL)
			return KG_ENOMEM;
		if (lstat(path, &status) == 0 && add_file(sources, path, set) != 0)
			return KG_ENOMEM;
	}
	if (sources->count + sources->errors.count > before)
		return 0;
	(void)kg_err_set(&err, KG_ENOTFOUND, "the directory has none of tls.crt, tls.key, ca.crt, ca.key; name the files instead");
	return add_error(sources, directory, &err);
}

int kg_certs_sources_add(struct kg_certs_sources *sources, const char *operand)
{
	struct stat status;

	if (strcmp(operand, "-") != 0 && stat(operand, &status) == 0 && S_ISDIR(status.st_mode))
		return add_directory(sources, operand);
	return add_file(sources, operand, SET_OF_FILES);
}

/* ---- servers ---- */

int kg_certs_sources_add_served(struct kg_certs_sources *sources, const char *name, const struct kg_connect_request *request)
{
	struct kg_material material = {.role = KG_MATERIAL_SERVED, .set = sources->sets++};
	struct kg_connect_facts facts = {0};
	struct kg_err err = {0};
	struct kg_buf text;
	int status;

	kg_buf_init(&text, KG_MAX_PEM_BYTES);
	if (kg_connect_fetch(request, &text, &facts, &err) != 0) {
		status = add_error(sources, name, &err);
	} else {
		material.place = name;
		status = add_pem(sources, &text, &material);
	}
	kg_buf_release(&text);
	return status;
}
