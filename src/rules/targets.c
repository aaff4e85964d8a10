/*
 * Where KEDA's operator connects to: target-cloud-metadata, target-loopback.
 */
#include "rules/targets.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "kedagate/base/err.h"
#include "kedagate/base/list.h"
#include "kedagate/syntax/url.h"
#include "rules/checks.h"
#include "rules/findings.h"
#include "rules/secret_text.h"

/* ---- addresses ---- */

/* The first byte from `at` on in which a host shows that kg_host_place knows: those of an address, those before a name, those of look-alikes and escapes; or
 * the end. */
static const char *next_telling(const char *at)
{
	static const bool telling[0x80] = {
	        ['.'] = true, [':'] = true, ['/'] = true, ['@'] = true, [','] = true, [' '] = true, ['['] = true, ['%'] = true,
	};

	while ((signed char)*at > 0 && !telling[(unsigned char)*at])
		at++;
	return at;
}

static bool begins(const char *text, const char *word)
{
	return strncasecmp(text, word, strlen(word)) == 0;
}

/* May a host that kg_host_place knows by name begin here? */
static bool may_begin_name(const char *text)
{
	switch (*text | 0x20) {
	case 'l':
		return begins(text, "localhost");
	case 'i':
		return begins(text, "ip6-lo") || begins(text, "instance-data.");
	case 'm':
		return begins(text, "metadata.");
	case 'a':
		return begins(text, "api.metadata.");
	default:
		return false;
	}
}

/* Does the telling byte at `at` hint at such a host? `colons` counts those that may stand in an IPv6 address. */
static bool is_hint(const char *text, const char *at, unsigned *colons)
{
	switch (*at) {
	case '.':
		return at > text && isdigit((unsigned char)at[-1]) && isdigit((unsigned char)at[1]);
	case ':':
		if (at == text || strchr("/,@ ", at[-1]))
			return true;
		*colons += at[1] != '/';
		return *colons > 1 || may_begin_name(at + 1);
	case '/':
	case '@':
	case ',':
	case ' ':
		return may_begin_name(at + 1);
	default:
		return true;
	}
}

/* False for nearly every address of an event source, and that cheaply: every review asks. */
static bool may_be_placed(const char *text)
{
	unsigned colons = 0;

	if (may_begin_name(text))
		return true;
	for (const char *at = next_telling(text); *at; at = next_telling(at + 1)) {
		if (is_hint(text, at, &colons))
			return true;
	}
	return false;
}

/* "dns:host:port", which gRPC takes as it takes "dns:///host:port". */
static const char *skip_resolver(const char *text)
{
	static const char *const resolvers[] = {"dns:", "passthrough:"};

	for (size_t i = 0; i < KG_ARRAY_LEN(resolvers); i++) {
		size_t length = strlen(resolvers[i]);

		if (strncmp(text, resolvers[i], length) == 0 && text[length] != '/')
			return text + length;
	}
	return text;
}

/* Go's dialler takes an empty host before a port for this machine. */
static enum kg_host_place place_of_parts(const struct kg_url *url)
{
	if (url->host.length == 0)
		return url->port.length > 0 ? KG_HOST_LOOPBACK : KG_HOST_ELSEWHERE;
	return kg_host_place(url->host);
}

/* The gravest place of an authority with several hosts, as mongodb:// has. */
static int place_of_hosts(struct kg_slice hosts, struct kg_arena *arena, enum kg_host_place *ret_place)
{
	struct kg_list list = kg_list_of(hosts, ',');
	struct kg_slice element;
	struct kg_url url;

	*ret_place = KG_HOST_ELSEWHERE;
	while (kg_list_next(&list, &element)) {
		const char *text = kg_arena_strndup(arena, element.start, element.length);
		enum kg_host_place place = KG_HOST_ELSEWHERE;

		if (!text)
			return KG_ENOMEM;
		if (kg_endpoint_parse(text, &url))
			place = place_of_parts(&url);
		*ret_place = place > *ret_place ? place : *ret_place;
	}
	return 0;
}

int kg_rule_target_place(const char *text, struct kg_arena *arena, enum kg_host_place *ret_place)
{
	struct kg_url url;
	const char *end = NULL;

	*ret_place = KG_HOST_ELSEWHERE;
	if (!text || !may_be_placed(text))
		return 0;
	text = skip_resolver(text);
	/* An IPv6 address alone needs no brackets where the port is given elsewhere. */
	*ret_place = kg_host_place(kg_slice_of(text));
	if (*ret_place != KG_HOST_ELSEWHERE || !kg_endpoint_parse(text, &url))
		return 0;
	if (!memchr(url.host.start, ',', url.host.length)) {
		*ret_place = place_of_parts(&url);
		return 0;
	}
	end = url.port.length > 0 ? url.port.start + url.port.length : url.host.start + url.host.length;
	return place_of_hosts((struct kg_slice){url.host.start, (size_t)(end - url.host.start)}, arena, ret_place);
}

static int place_of_list(const char *text, char separator, struct kg_arena *arena, enum kg_host_place *ret_place)
{
	struct kg_list list = kg_list_of(kg_slice_of(text), separator);
	struct kg_slice element;

	*ret_place = KG_HOST_ELSEWHERE;
	if (!may_be_placed(text))
		return 0;
	while (kg_list_next(&list, &element)) {
		const char *copy = kg_arena_strndup(arena, element.start, element.length);
		enum kg_host_place place = KG_HOST_ELSEWHERE;

		if (!copy || kg_rule_target_place(copy, arena, &place))
			return KG_ENOMEM;
		*ret_place = place > *ret_place ? place : *ret_place;
	}
	return 0;
}

/* ---- parameters ---- */

/* Does KEDA connect to the value? */
enum effect { EFFECT_NONE, EFFECT_POSSIBLE, EFFECT_CERTAIN };

static enum effect effect_with_identity(const struct kg_params *params, const struct kg_param *row)
{
	if (!row->ignored_with_identity || !kg_params_identity_possible(params))
		return EFFECT_CERTAIN;
	return kg_params_identity_in_effect(params) ? EFFECT_NONE : EFFECT_POSSIBLE;
}

static enum effect effect_beside(const struct kg_params *params, const char *name)
{
	const struct kg_param *other = kg_scaler_row(params->scaler, name, params->keda_version);

	if (!other || kg_params_missing(params, name))
		return EFFECT_CERTAIN;
	switch (effect_with_identity(params, other)) {
	case EFFECT_NONE:
		return EFFECT_CERTAIN;
	case EFFECT_CERTAIN:
		return kg_params_given(params, name) ? EFFECT_NONE : EFFECT_POSSIBLE;
	case EFFECT_POSSIBLE:
		break;
	}
	return EFFECT_POSSIBLE;
}

/* A mode of authModes switches some rows on. */
static enum effect effect_of(const struct kg_params *params, const struct kg_param *row)
{
	if (row->auth_mode != 0 && !(row->auth_mode & params->scaler->auth_modes & kg_params_auth_modes(params)))
		return EFFECT_NONE;
	return row->overridden_by ? effect_beside(params, row->overridden_by) : effect_with_identity(params, row);
}

static int place_of_row(const struct kg_params *params, size_t index, struct kg_arena *arena, enum kg_host_place *ret_place)
{
	const struct kg_param *row = &params->scaler->params[index];
	const struct kg_param_value *value = &params->values[index];
	struct kg_slice hosts;

	*ret_place = KG_HOST_ELSEWHERE;
	if (value->state != KG_PARAM_KNOWN || value->default_used)
		return 0;
	if (row->hosts_in && row->hosts_in(value->text, &hosts)) {
		const char *text = kg_arena_strndup(arena, hosts.start, hosts.length);

		return text ? place_of_list(text, ',', arena, ret_place) : KG_ENOMEM;
	}
	if (row->target == KG_TARGET_ADDRESS)
		return kg_rule_target_place(value->text, arena, ret_place);
	return place_of_list(value->text, row->separator ? row->separator : ',', arena, ret_place);
}

static int add_target(struct kg_rule_targets *targets, struct kg_arena *arena, struct kg_rule_target target)
{
	struct kg_rule_target *items = kg_list_room(arena, targets->items, targets->count, sizeof(*items));

	if (!items)
		return KG_ENOMEM;
	items[targets->count++] = target;
	targets->items = items;
	return 0;
}

/* Of a list of which all but one are empty, false as well. */
static bool names_one_host(const struct kg_param *row, const char *text)
{
	struct kg_slice hosts = kg_slice_of(text);

	if (row->hosts_in)
		(void)row->hosts_in(text, &hosts);
	return !memchr(hosts.start, ',', hosts.length) && (!row->separator || !memchr(hosts.start, row->separator, hosts.length));
}

static int find_target(const struct kg_params *params, size_t index, struct kg_arena *arena, struct kg_rule_targets *targets)
{
	const struct kg_param *row = &params->scaler->params[index];
	enum kg_host_place place = KG_HOST_ELSEWHERE;
	int status = place_of_row(params, index, arena, &place);
	enum effect effect;

	if (status || place == KG_HOST_ELSEWHERE)
		return status;
	effect = effect_of(params, row);
	if (effect == EFFECT_NONE)
		return 0;
	return add_target(targets, arena,
	                  (struct kg_rule_target){row, place, names_one_host(row, params->values[index].text), effect == EFFECT_CERTAIN});
}

/* What the authentication gives. */
static int find_in_rows(const struct kg_params *params, struct kg_arena *arena, struct kg_rule_targets *targets)
{
	int status = 0;

	for (size_t i = 0; i < params->scaler->param_count && status == 0; i++) {
		if (params->scaler->params[i].target != KG_TARGET_NONE && params->values[i].source == KG_SOURCE_AUTH)
			status = find_target(params, i, arena, targets);
	}
	return status;
}

/* There are fewer keys than rows, and no authentication in most triggers. */
int kg_rule_targets_find(struct kg_rule_trigger *trigger, struct kg_arena *arena)
{
	const struct kg_params *params = &trigger->resolved.params;
	int status = 0;

	for (size_t i = 0; i < trigger->key_count && status == 0; i++) {
		const struct kg_param *row = trigger->keys[i].row;

		if (row && row->target != KG_TARGET_NONE && trigger->keys[i].use == KG_KEY_READ)
			status = find_target(params, (size_t)(row - params->scaler->params), arena, &trigger->targets);
	}
	if (status || !trigger->resolved.authentication)
		return status;
	return find_in_rows(params, arena, &trigger->targets);
}

/* ---- all of them ---- */

static bool is_loopback_only(const struct kg_rule_target *target)
{
	return target->place == KG_HOST_LOOPBACK && target->single && target->certain;
}

/* The target of a row; NULL when its value is none, or is not known. */
static const struct kg_rule_target *target_of(const struct kg_rule_targets *targets, const struct kg_param *row)
{
	for (size_t i = 0; i < targets->count; i++) {
		if (targets->items[i].row == row)
			return &targets->items[i];
	}
	return NULL;
}

bool kg_rule_targets_loopback_only(const struct kg_rule_trigger *trigger)
{
	const struct kg_params *params = &trigger->resolved.params;

	for (size_t i = 0; i < params->scaler->param_count; i++) {
		const struct kg_param *row = &params->scaler->params[i];
		const struct kg_rule_target *target;

		if (row->target == KG_TARGET_NONE || params->values[i].state == KG_PARAM_ABSENT || effect_of(params, row) == EFFECT_NONE)
			continue;
		target = target_of(&trigger->targets, row);
		if (!target || !is_loopback_only(target))
			return false;
	}
	return trigger->targets.count > 0;
}

/* ---- the rules ---- */

static enum kg_rule_id rule_of(enum kg_host_place place)
{
	return place == KG_HOST_LOOPBACK ? KG_RULE_TARGET_LOOPBACK : KG_RULE_TARGET_CLOUD_METADATA;
}

static const char *describe(enum kg_host_place place)
{
	switch (place) {
	case KG_HOST_METADATA:
		return "KEDA would ask a cloud's metadata service, which gives away credentials of the node or of KEDA itself";
	case KG_HOST_LINK_LOCAL:
		return "KEDA would ask a link-local address, where only the node that its operator runs on can answer";
	case KG_HOST_LOOPBACK:
	case KG_HOST_ELSEWHERE:
		break;
	}
	return "KEDA would ask its own pod: the operator connects to this address, not the scale target";
}

static int add(struct kg_finding finding, enum kg_host_place place, struct kg_findings *out)
{
	if (place == KG_HOST_LINK_LOCAL)
		finding.ceiling = KG_ACTION_WARN; /* what is there is not known */
	finding.rule = rule_of(place);
	finding.type = KG_FIELD_INVALID;
	finding.detail = describe(place);
	finding.fix = "write the server's own address, such as the name of its Service";
	return kg_findings_add(out, &finding);
}

static int check_triggers(const struct kg_rule_context *context, enum kg_rule_id rule, struct kg_findings *out)
{
	int status = 0;

	for (size_t i = 0; i < context->trigger_count; i++) {
		const struct kg_rule_trigger *trigger = &context->triggers[i];

		for (size_t j = 0; j < trigger->targets.count && status == 0; j++) {
			const struct kg_rule_target *target = &trigger->targets.items[j];
			const char *name = target->row->name;
			bool read_by_oldest = !trigger->oldest || kg_params_text(trigger->oldest, name);

			if (rule_of(target->place) != rule)
				continue;
			status = add((struct kg_finding){.path = kg_rule_parameter_path(context, trigger, name),
			                                 .value = kg_rule_shown_value(trigger, name),
			                                 .ceiling = target->certain && read_by_oldest ? KG_ACTION_DENY : KG_ACTION_WARN},
			             target->place, out);
		}
	}
	return status;
}

static int check_authentication(const struct kg_rule_context *context, enum kg_rule_id rule, struct kg_findings *out)
{
	const struct kg_authentication *authentication = &context->object->authentication;
	const struct {
		const char *path;
		const char *text;
	} addresses[] = {
	        {"spec.podIdentity.identityAuthorityHost", authentication->pod_identity.identity_authority_host},
	        {"spec.hashiCorpVault.address", authentication->vault.address},
	        {"spec.azureKeyVault.vaultUri", authentication->azure_key_vault_uri},
	        {"spec.oauth2.tokenUrl", authentication->oauth2.token_url},
	};
	int status = 0;

	for (size_t i = 0; i < KG_ARRAY_LEN(addresses) && status == 0; i++) {
		enum kg_host_place place = KG_HOST_ELSEWHERE;
		const char *text = addresses[i].text;

		status = kg_rule_target_place(text, context->arena, &place);
		if (status == 0 && place != KG_HOST_ELSEWHERE && rule_of(place) == rule)
			status = add((struct kg_finding){.path = addresses[i].path, .value = kg_secret_in_text(text) ? NULL : text}, place,
			             out);
	}
	return status;
}

static int check(const struct kg_rule_context *context, enum kg_rule_id rule, struct kg_findings *out)
{
	return context->object->kind & KG_KINDS_AUTHENTICATION ? check_authentication(context, rule, out)
	                                                       : check_triggers(context, rule, out);
}

int kg_check_target_cloud_metadata(const struct kg_rule_context *context, struct kg_findings *out)
{
	return check(context, KG_RULE_TARGET_CLOUD_METADATA, out);
}

int kg_check_target_loopback(const struct kg_rule_context *context, struct kg_findings *out)
{
	return check(context, KG_RULE_TARGET_LOOPBACK, out);
}
