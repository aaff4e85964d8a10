#include "kedagate/model/object.h"

#include <string.h>

#include "kedagate/base/limits.h"
#include "kedagate/model/json.h"
#include "model/decode.h"
#include "model/node.h"

#define KEDA_GROUP "keda.sh/"

struct kind_row {
	enum kg_kind kind;
	const char *name;
	const struct kg_schema *schema;
};

static const struct kind_row kinds[] = {
        {KG_KIND_SCALED_OBJECT, "ScaledObject", &kg_schema_scaled_object},
        {KG_KIND_SCALED_JOB, "ScaledJob", &kg_schema_scaled_job},
        {KG_KIND_TRIGGER_AUTHENTICATION, "TriggerAuthentication", &kg_schema_authentication},
        {KG_KIND_CLUSTER_TRIGGER_AUTHENTICATION, "ClusterTriggerAuthentication", &kg_schema_authentication},
};

enum kg_kind kg_kind_parse(const char *api_version, const char *kind)
{
	if (api_version == NULL || kind == NULL || strncmp(api_version, KEDA_GROUP, strlen(KEDA_GROUP)) != 0)
		return KG_KIND_OTHER;
	for (size_t i = 0; i < KG_ARRAY_LEN(kinds); i++)
		if (strcmp(kinds[i].name, kind) == 0)
			return kinds[i].kind;
	return KG_KIND_OTHER;
}

static const struct kind_row *row_of(enum kg_kind kind)
{
	for (size_t i = 0; i < KG_ARRAY_LEN(kinds); i++)
		if (kinds[i].kind == kind)
			return &kinds[i];
	return NULL;
}

const char *kg_kind_name(enum kg_kind kind)
{
	const struct kind_row *row = row_of(kind);

	return row != NULL ? row->name : "";
}

const char *kg_pairs_get(const struct kg_pairs *pairs, const char *key)
{
	for (size_t i = 0; i < pairs->count; i++)
		if (strcmp(pairs->items[i].key, key) == 0)
			return pairs->items[i].value;
	return NULL;
}

bool kg_malformed_applies(const struct kg_malformed *malformed, uint32_t keda_version)
{
	return keda_version >= malformed->since && (malformed->until == 0 || keda_version < malformed->until);
}

/* ---- \u0000 ---- */

/* NOLINTBEGIN(misc-no-recursion): depth is at most KG_MAX_DEPTH */
/* Walk down to the first text that held a \u0000, keeping the chain of places on the way. */
static void record_nul(struct kg_decoder *decoder, const cJSON *node, const struct kg_place *place)
{
	struct kg_place child_place = {.parent = place};

	for (const cJSON *child = node->child; child != NULL; child = child->next, child_place.index++) {
		if (!kg_json_holds_nul(child))
			continue;
		child_place.key = child->string;
		record_nul(decoder, child, &child_place);
		return;
	}
	kg_decoder_record(
	        decoder, place,
	        (struct kg_malformed){.kind = KG_MALFORMED_NUL, .expected = "text without \\u0000", .actual = "text with \\u0000"});
}
/* NOLINTEND(misc-no-recursion) */

/* ---- authentications ---- */

enum { OAUTH2_PARAMETERS_MAX = 5 };

static size_t add_oauth2_parameter(struct kg_auth_entry *out, const char *parameter, struct kg_auth_entry entry)
{
	entry.block = KG_AUTH_BLOCK_OAUTH2;
	entry.parameter = parameter;
	*out = entry;
	return 1;
}

/* What KEDA makes of the oauth2 block (resolveAuthRef in pkg/scaling/resolver/scale_resolvers.go). Returns the number of parameters. */
static size_t add_oauth2(const struct kg_decoded *decoded, struct kg_auth_entry *out)
{
	const struct kg_auth_entry nameless = {0};
	size_t count = 0;

	if (!decoded->object.authentication.oauth2.set)
		return 0;
	count += add_oauth2_parameter(&out[count], "oauthTokenURI", nameless);
	count += add_oauth2_parameter(&out[count], "clientID", nameless);
	count += add_oauth2_parameter(&out[count], "clientSecret", decoded->oauth2_secret);
	if (decoded->oauth2_scopes.count > 0)
		count += add_oauth2_parameter(&out[count], "scopes", nameless);
	if (decoded->object.authentication.oauth2.token_url_params.count > 0)
		count += add_oauth2_parameter(&out[count], "endpointParams", nameless);
	return count;
}

/* One list of what the blocks give, in KEDA's order. */
static void gather_entries(struct kg_decoder *decoder, struct kg_decoded *decoded)
{
	struct kg_authentication *authentication = &decoded->object.authentication;
	size_t most = OAUTH2_PARAMETERS_MAX;
	size_t count = 0;

	for (size_t block = 0; block < KG_ARRAY_LEN(decoded->entries); block++)
		most += decoded->entries[block].count;
	authentication->entries = kg_arena_calloc(decoder->arena, most, sizeof(*authentication->entries));
	if (authentication->entries == NULL) {
		decoder->status = KG_ENOMEM;
		return;
	}
	for (size_t block = 0; block < KG_ARRAY_LEN(decoded->entries); block++) {
		for (size_t i = 0; i < decoded->entries[block].count; i++) {
			struct kg_auth_entry *entry = &authentication->entries[count++];

			*entry = decoded->entries[block].items[i];
			entry->block = (enum kg_auth_block)block;
			entry->index = i;
		}
	}
	authentication->entry_count = count + add_oauth2(decoded, &authentication->entries[count]);
}

/* ---- objects ---- */

static void finish_triggers(struct kg_scaled *scaled)
{
	/* An empty list has an array, too. */
	scaled->triggers_set = scaled->triggers != NULL;
	if (scaled->trigger_count <= KG_MAX_TRIGGERS)
		return;
	scaled->triggers_left_out = scaled->trigger_count - KG_MAX_TRIGGERS;
	scaled->trigger_count = KG_MAX_TRIGGERS;
}

int kg_object_decode(const cJSON *tree, enum kg_kind kind, struct kg_arena *arena, struct kg_object *out)
{
	const struct kind_row *row = row_of(kind);
	struct kg_decoded decoded = {.object = {.kind = kind, .tree = tree}};
	struct kg_decoder decoder = {.arena = arena, .object = &decoded.object};
	const struct kg_place root = {0};

	kg_decode(&decoder, row != NULL ? row->schema : &kg_schema_any_object, tree, &decoded, &root);
	if (kg_json_holds_nul(tree))
		record_nul(&decoder, tree, &root);
	if ((kind & KG_KINDS_AUTHENTICATION) != 0)
		gather_entries(&decoder, &decoded);
	if ((kind & KG_KINDS_SCALED) != 0)
		finish_triggers(&decoded.object.scaled);
	if (decoder.status == 0)
		*out = decoded.object;
	return decoder.status;
}

int kg_object_decode_head(const cJSON *tree, struct kg_arena *arena, struct kg_object *out)
{
	struct kg_decoded decoded = {.object = {.tree = tree}};
	struct kg_decoder decoder = {.arena = arena};

	kg_decode(&decoder, &kg_schema_any_object, tree, &decoded, NULL);
	decoded.object.kind = kg_kind_parse(decoded.object.api_version, decoded.object.kind_text);
	if (decoder.status == 0)
		*out = decoded.object;
	return decoder.status;
}

int kg_pod_template_decode(const cJSON *tree, struct kg_arena *arena, struct kg_pod_template *out)
{
	struct kg_pod_template template = {0};
	struct kg_decoder decoder = {.arena = arena};

	kg_decode(&decoder, &kg_schema_pod_template, tree, &template, NULL);
	if (decoder.status == 0)
		*out = template;
	return decoder.status;
}
