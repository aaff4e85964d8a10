#include "cli/bundle.h"

#include "cli/misfit.h"
#include "kedagate/base/file.h"
#include "kedagate/base/limits.h"
#include "kedagate/base/list.h"
#include "kedagate/model/json.h"
#include "kedagate/policy/policy.h"

struct reader {
	struct kg_arena *arena;
	const char *name;   /* of the file at hand */
	struct kg_buf text; /* of the file at hand */
	struct kg_bundle *out;
};

static int add_object(const struct reader *reader, const struct kg_manifest *manifest, enum kg_kind kind)
{
	struct kg_bundle *out = reader->out;
	struct kg_bundle_object *objects = kg_list_room(reader->arena, out->objects, out->object_count, sizeof(*objects));

	if (objects == NULL)
		return KG_ENOMEM;
	out->objects = objects;
	objects[out->object_count++] = (struct kg_bundle_object){.file = out->file_count, .kind = kind, .manifest = *manifest};
	return 0;
}

static int add_policy(const struct reader *reader, const struct kg_manifest *manifest)
{
	struct kg_bundle *out = reader->out;
	struct kg_bundle_policy *policies = kg_list_room(reader->arena, out->policies, out->policy_count, sizeof(*policies));

	if (policies == NULL)
		return KG_ENOMEM;
	out->policies = policies;
	policies[out->policy_count++] = (struct kg_bundle_policy){.file = out->file_count, .manifest = *manifest};
	return 0;
}

static int add_misfit(const struct reader *reader, const struct kg_manifest *manifest, const char *api_version, const char *kind)
{
	struct kg_misfit misfit;
	struct kg_position position;
	struct kg_err err;
	int status = kg_misfit_find(api_version, kind, reader->arena, &misfit);

	if (status != 0 || misfit.message == NULL)
		return status;
	position = kg_manifest_position(reader->text.data, reader->text.length, reader->name, manifest, misfit.field);
	(void)kg_err_set_at(&err, KG_EINVAL, position.line, position.column, "%s", misfit.message);
	return kg_input_errors_add(&reader->out->misfits, reader->arena, reader->name, &err);
}

static int add_manifest(const struct reader *reader, const struct kg_manifest *manifest)
{
	const char *api_version = kg_json_text(manifest->tree, "apiVersion");
	const char *kind_text = kg_json_text(manifest->tree, "kind");
	enum kg_kind kind;
	int status;

	if (kind_text == NULL)
		return 0;
	if (api_version == NULL)
		return add_misfit(reader, manifest, "", kind_text);
	if (kg_policy_is_kind(api_version, kind_text))
		return add_policy(reader, manifest);
	status = kg_file_world_add(reader->out->world, manifest->tree);
	if (status == 0)
		status = add_misfit(reader, manifest, api_version, kind_text);
	kind = kg_kind_parse(api_version, kind_text);
	return status == 0 && kind != KG_KIND_OTHER ? add_object(reader, manifest, kind) : status;
}

/* Keep what findings in the file at hand need for their positions. */
static int keep_file(const struct reader *reader, const char *name, size_t documents)
{
	struct kg_bundle *out = reader->out;
	struct kg_bundle_file *files = kg_list_room(reader->arena, out->files, out->file_count, sizeof(*files));
	struct kg_lines lines;

	if (files == NULL || kg_lines_find(reader->text.data, reader->text.length, reader->arena, &lines) != 0)
		return KG_ENOMEM;
	out->files = files;
	files[out->file_count++] =
	        (struct kg_bundle_file){.name = name, .lines = lines, .length = reader->text.length, .documents = documents};
	return 0;
}

static int add_manifests(const struct reader *reader, const char *name, const struct kg_manifests *manifests)
{
	const struct kg_bundle *out = reader->out;
	size_t before = out->object_count + out->policy_count;
	int status = 0;

	for (size_t i = 0; i < manifests->count && status == 0; i++)
		status = add_manifest(reader, &manifests->items[i]);
	if (status != 0 || out->object_count + out->policy_count == before)
		return status;
	return keep_file(reader, name, manifests->count);
}

static int read_file(struct reader *reader, const char *name)
{
	struct kg_manifests manifests = {0};
	struct kg_err err = {0};
	char nothing[1] = "";
	int status;

	kg_buf_clear(&reader->text);
	reader->name = name;
	status = kg_file_read(name, &reader->text, &err);
	if (status == 0) {
		reader->out->read_count++;
		status = kg_manifests_read(reader->text.data != NULL ? reader->text.data : nothing, reader->text.length, name,
		                           reader->arena, &manifests, &err);
	}
	if (status == KG_ENOMEM)
		return status;
	if (status != 0 && kg_input_errors_add(&reader->out->errors, reader->arena, name, &err) != 0)
		return KG_ENOMEM;
	return add_manifests(reader, name, &manifests);
}

int kg_bundle_read(const struct kg_inputs *inputs, const char *default_namespace, bool read_secrets, struct kg_arena *arena,
                   struct kg_bundle *out)
{
	struct reader reader = {.arena = arena, .out = out};
	int status = 0;

	*out = (struct kg_bundle){.errors = inputs->errors};
	out->world = kg_file_world_new(arena, default_namespace, read_secrets);
	if (out->world == NULL)
		return KG_ENOMEM;
	kg_buf_init(&reader.text, KG_MAX_FILE_BYTES);
	for (size_t i = 0; i < inputs->count && status == 0; i++)
		status = read_file(&reader, inputs->paths[i]);
	kg_buf_release(&reader.text);
	return status;
}
