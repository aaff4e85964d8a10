#include "rules/findings.h"

#include <string.h>

#include "kedagate/base/err.h"
#include "kedagate/base/limits.h"
#include "kedagate/model/order.h"
#include "kedagate/syntax/url.h"
#include "rules/secret_text.h"
#include "rules/token_text.h"

static bool is_known(const struct kg_findings *findings, const struct kg_finding *finding)
{
	for (size_t i = 0; i < findings->count; i++) {
		const struct kg_finding *known = &findings->items[i];

		if (known->rule == finding->rule && strcmp(known->path, finding->path) == 0 && strcmp(known->detail, finding->detail) == 0)
			return true;
	}
	return false;
}

static int make_room(struct kg_findings *findings)
{
	size_t capacity = findings->capacity ? findings->capacity * 2 : 8;
	struct kg_finding *items = NULL;

	if (findings->count < findings->capacity)
		return 0;
	items = kg_arena_grow(findings->arena, findings->items, findings->capacity * sizeof(*items), capacity * sizeof(*items));
	if (!items)
		return KG_ENOMEM;
	findings->items = items;
	findings->capacity = capacity;
	return 0;
}

/* A text with one of these may hold a secret that was put in the wrong field: better not quoted at all. */
static bool is_suspicious(const char *value)
{
	static const char *const marks[] = {"@", "password", "pwd=", "secret", "bearer ", "basic ", "key=", "token="};
	struct kg_url url;

	for (size_t i = 0; i < KG_ARRAY_LEN(marks); i++) {
		/* Of a URL that can be taken apart, the parts that may hold one are left out anyway. */
		if (strcasestr(value, marks[i]) && !kg_url_parse(value, &url))
			return true;
	}
	return kg_secret_in_text(value) != NULL;
}

/* The URL without its user and its query, where tokens stand under any name. NULL without memory. */
static const char *bare_url(struct kg_arena *arena, const char *value, const struct kg_url *url)
{
	if (!url->has_user && url->query.length == 0)
		return value;
	return kg_arena_printf(arena, "%.*s://%.*s%s%.*s%.*s", (int)url->scheme.length, url->scheme.start, (int)url->host.length,
	                       url->host.start, url->port.length > 0 ? ":" : "", (int)url->port.length, url->port.start,
	                       (int)url->path.length, url->path.start);
}

bool kg_finding_may_quote(const char *text)
{
	return !is_suspicious(text) && !kg_token_is_random(kg_slice_of(text));
}

/* What may be shown of a value: nothing of one that may hold a secret. 0 or KG_ENOMEM. */
static int hide_secrets(struct kg_arena *arena, const char *value, const char **ret_shown)
{
	const char *shown = value;
	struct kg_url url;

	*ret_shown = NULL;
	if (!value || is_suspicious(value))
		return 0;
	if (kg_url_parse(value, &url))
		shown = bare_url(arena, value, &url);
	if (!shown)
		return KG_ENOMEM;
	*ret_shown = kg_token_is_random(kg_slice_of(shown)) ? NULL : shown;
	return 0;
}

/* The maps whose keys are the author's own words, by the end of their path. */
static const char *const free_maps[] = {"].metadata", "metadata.annotations", "metadata.labels", ".tokenUrlParams"};

/* Could the key be a name, and nothing but a name? */
static bool is_plain_key(const char *key)
{
	return strcspn(key, "=@:;,&?%\"'\n\r\t") == strlen(key) && !kg_token_is_random(kg_slice_of(key));
}

/* Fill `shown` when a key in the path may hold a secret. 0 or KG_ENOMEM. */
static int hide_key(struct kg_arena *arena, struct kg_finding *finding)
{
	for (size_t i = 0; i < KG_ARRAY_LEN(free_maps); i++) {
		const char *map = strstr(finding->path, free_maps[i]);
		const char *key = map ? map + strlen(free_maps[i]) : "";

		if (*key == '\0' || is_plain_key(key))
			continue;
		finding->shown = kg_arena_strndup(arena, finding->path, (size_t)(key - finding->path));
		return finding->shown ? 0 : KG_ENOMEM;
	}
	return 0;
}

int kg_findings_add(struct kg_findings *findings, const struct kg_finding *finding)
{
	struct kg_finding *added = NULL;

	if (!finding->path || !finding->detail)
		return KG_ENOMEM;
	if (is_known(findings, finding))
		return 0;
	if (findings->count >= KG_MAX_FINDINGS) {
		findings->dropped++;
		return 0;
	}
	if (make_room(findings))
		return KG_ENOMEM;
	added = &findings->items[findings->count++];
	*added = *finding;
	if (hide_secrets(findings->arena, finding->value, &added->value) || hide_key(findings->arena, added))
		return KG_ENOMEM;
	if (added->ceiling == KG_ACTION_OFF)
		added->ceiling = KG_ACTION_DENY;
	return 0;
}

/* What is required below a field stands at that field's end; every other finding stands at its field. */
static void order_all(const struct kg_findings *findings, const struct kg_object *object, struct kg_order *orders)
{
	for (size_t i = 0; i < findings->count; i++)
		kg_order_of(object->tree, findings->items[i].path, findings->items[i].type == KG_FIELD_REQUIRED, &orders[i]);
}

/* By insertion: findings are few, and those of one place keep the order of the rules. */
int kg_findings_sort(struct kg_findings *findings, const struct kg_object *object)
{
	struct kg_order *orders = NULL;

	if (findings->count < 2)
		return 0;
	orders = kg_arena_calloc(findings->arena, findings->count, sizeof(*orders));
	if (!orders)
		return KG_ENOMEM;
	order_all(findings, object, orders);
	for (size_t i = 1; i < findings->count; i++) {
		struct kg_finding finding = findings->items[i];
		struct kg_order order = orders[i];
		size_t at = i;

		for (; at > 0 && kg_order_compare(&orders[at - 1], &order) > 0; at--) {
			findings->items[at] = findings->items[at - 1];
			orders[at] = orders[at - 1];
		}
		findings->items[at] = finding;
		orders[at] = order;
	}
	return 0;
}
