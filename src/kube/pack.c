/*
 * A value begins with a byte: its sort in the low three bits, a number in the other five, which for LONG stands behind it, seven bits a byte. The number is a
 * count, a length, the position of a word, or half of an integer.
 */
#include "kube/pack.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum sort { SORT_SPECIAL, SORT_POSITIVE, SORT_NEGATIVE, SORT_TEXT, SORT_WORD, SORT_LIST, SORT_OBJECT };
enum special { SPECIAL_NULL, SPECIAL_FALSE, SPECIAL_TRUE, SPECIAL_DOUBLE };

enum { SORT_BITS = 3, SORT_MASK = 7, LONG = 31, MORE = 0x80 };

#define LARGEST_INTEGER 9007199254740992.0

/* Texts that most objects hold, sorted. */
static const char *const words[] = {
        "",
        "100m",
        "128Mi",
        "AverageValue",
        "ClusterTriggerAuthentication",
        "Container",
        "Deployment",
        "ScaledObject",
        "StatefulSet",
        "TriggerAuthentication",
        "Utilization",
        "Value",
        "activationTarget",
        "advanced",
        "annotations",
        "apiVersion",
        "apps/v1",
        "authenticationRef",
        "autoscaling.keda.sh/paused",
        "bootstrapServers",
        "configMapKeyRef",
        "configMapRef",
        "consumerGroup",
        "containers",
        "cooldownPeriod",
        "cpu",
        "default",
        "env",
        "envFrom",
        "fallback",
        "fieldPath",
        "fieldRef",
        "formula",
        "horizontalPodAutoscalerConfig",
        "kafka",
        "keda.sh/v1alpha1",
        "key",
        "kind",
        "labels",
        "lagThreshold",
        "limits",
        "maxReplicaCount",
        "memory",
        "metadata",
        "metricType",
        "minReplicaCount",
        "name",
        "namespace",
        "optional",
        "ownerReferences",
        "parameter",
        "podIdentity",
        "pollingInterval",
        "prometheus",
        "provider",
        "query",
        "requests",
        "resources",
        "scaleTargetRef",
        "secretKeyRef",
        "secretRef",
        "secretTargetRef",
        "serverAddress",
        "serviceAccountName",
        "spec",
        "template",
        "threshold",
        "topic",
        "triggers",
        "type",
        "useCachedMetrics",
        "value",
        "valueFrom",
};

enum { WORD_COUNT = sizeof(words) / sizeof(words[0]) };

static int compare_words(const void *text, const void *word)
{
	return strcmp(text, *(const char *const *)word);
}

/* ---- writing ---- */

static void write_head(struct kg_buf *out, enum sort sort, uint64_t number)
{
	kg_buf_putc(out, (char)(sort | (number < LONG ? number : LONG) << SORT_BITS));
	if (number < LONG)
		return;
	for (; number >= MORE; number >>= 7)
		kg_buf_putc(out, (char)(number | MORE));
	kg_buf_putc(out, (char)number);
}

static void write_text(struct kg_buf *out, const char *text)
{
	const char *const *word = bsearch(text, words, WORD_COUNT, sizeof(words[0]), compare_words);
	size_t length = strlen(text);

	if (word != NULL) {
		write_head(out, SORT_WORD, (uint64_t)(word - words));
		return;
	}
	write_head(out, SORT_TEXT, length);
	kg_buf_append(out, text, length);
}

static void write_number(struct kg_buf *out, double number)
{
	if (fabs(number) <= LARGEST_INTEGER && floor(number) == number) {
		write_head(out, number < 0 ? SORT_NEGATIVE : SORT_POSITIVE, (uint64_t)fabs(number));
		return;
	}
	write_head(out, SORT_SPECIAL, SPECIAL_DOUBLE);
	kg_buf_append(out, &number, sizeof(number));
}

/* With NULL for `keep` every member is kept; else the row of this one, NULL when it is not. */
static const struct kg_keep *row_of(const struct kg_keep *keep, const char *name)
{
	static const struct kg_keep everything = {.name = ""};

	if (keep == NULL)
		return &everything;
	for (; keep->name != NULL; keep++)
		if (strcmp(keep->name, name) == 0)
			return keep;
	return NULL;
}

static uint64_t count_kept(const cJSON *tree, const struct kg_keep *keep)
{
	uint64_t count = 0;

	for (const cJSON *child = tree->child; child != NULL; child = child->next)
		if (cJSON_IsArray(tree) || row_of(keep, child->string) != NULL)
			count++;
	return count;
}

/* NOLINTBEGIN(misc-no-recursion): depth is at most KG_MAX_DEPTH */
static void pack_members(const cJSON *tree, const struct kg_keep *keep, struct kg_buf *out)
{
	write_head(out, SORT_OBJECT, count_kept(tree, keep));
	for (const cJSON *child = tree->child; child != NULL; child = child->next) {
		const struct kg_keep *row = row_of(keep, child->string);

		if (row == NULL)
			continue;
		write_text(out, child->string);
		kg_pack(child, row->below, out);
	}
}

void kg_pack(const cJSON *tree, const struct kg_keep *keep, struct kg_buf *out)
{
	if (cJSON_IsObject(tree)) {
		pack_members(tree, keep, out);
	} else if (cJSON_IsArray(tree)) {
		write_head(out, SORT_LIST, count_kept(tree, keep));
		for (const cJSON *child = tree->child; child != NULL; child = child->next)
			kg_pack(child, keep, out);
	} else if (cJSON_IsString(tree)) {
		write_text(out, tree->valuestring);
	} else if (cJSON_IsNumber(tree)) {
		write_number(out, tree->valuedouble);
	} else {
		write_head(out, SORT_SPECIAL, cJSON_IsTrue(tree) ? SPECIAL_TRUE : cJSON_IsFalse(tree) ? SPECIAL_FALSE : SPECIAL_NULL);
	}
}
/* NOLINTEND(misc-no-recursion) */

/* ---- reading ---- */

struct reader {
	const char *at;
	struct kg_arena *arena;
};

static enum sort read_head(struct reader *reader, uint64_t *ret_number)
{
	unsigned char byte = (unsigned char)*reader->at++;
	enum sort sort = byte & SORT_MASK;
	unsigned shift = 0;

	*ret_number = byte >> SORT_BITS;
	if (*ret_number < LONG)
		return sort;
	*ret_number = 0;
	do {
		byte = (unsigned char)*reader->at++;
		*ret_number |= (uint64_t)(byte & ~MORE) << shift;
		shift += 7;
	} while ((byte & MORE) != 0);
	return sort;
}

/* cJSON has no const, nor does anybody write. */
static char *word_at(uint64_t number)
{
	union {
		const char *constant;
		char *text;
	} word = {.constant = words[number]};

	return word.text;
}

/* NULL without memory. */
static char *read_text(struct reader *reader, enum sort sort, uint64_t number)
{
	char *text;

	if (sort == SORT_WORD)
		return word_at(number);
	text = kg_arena_strndup(reader->arena, reader->at, number);
	reader->at += number;
	return text;
}

static void read_number(cJSON *node, double number)
{
	node->type = cJSON_Number;
	node->valuedouble = number;
	node->valueint = number >= INT32_MAX ? INT32_MAX : number <= INT32_MIN ? INT32_MIN : (int)number;
}

static void read_special(struct reader *reader, cJSON *node, uint64_t special)
{
	double number;

	if (special != SPECIAL_DOUBLE) {
		node->type = special == SPECIAL_TRUE ? cJSON_True : special == SPECIAL_FALSE ? cJSON_False : cJSON_NULL;
		return;
	}
	memcpy(&number, reader->at, sizeof(number));
	reader->at += sizeof(number);
	read_number(node, number);
}

/* NOLINTBEGIN(misc-no-recursion): depth is at most KG_MAX_DEPTH */
static cJSON *unpack(struct reader *reader);

static bool read_children(struct reader *reader, cJSON *node, uint64_t count)
{
	cJSON **link = &node->child;

	for (; count > 0; count--) {
		char *key = NULL;
		uint64_t length;
		enum sort sort;
		cJSON *child;

		if (node->type == cJSON_Object) {
			sort = read_head(reader, &length);
			key = read_text(reader, sort, length);
			if (key == NULL)
				return false;
		}
		child = unpack(reader);
		if (child == NULL)
			return false;
		child->string = key;
		child->prev = node->child != NULL ? node->child->prev : child;
		*link = child;
		link = &child->next;
		node->child->prev = child;
	}
	return true;
}

static cJSON *unpack(struct reader *reader)
{
	cJSON *node = kg_arena_calloc(reader->arena, 1, sizeof(*node));
	uint64_t number;
	enum sort sort = read_head(reader, &number);

	if (node == NULL)
		return NULL;
	switch (sort) {
	case SORT_SPECIAL:
		read_special(reader, node, number);
		return node;
	case SORT_POSITIVE:
	case SORT_NEGATIVE:
		read_number(node, sort == SORT_NEGATIVE ? -(double)number : (double)number);
		return node;
	case SORT_TEXT:
	case SORT_WORD:
		node->type = cJSON_String;
		node->valuestring = read_text(reader, sort, number);
		return node->valuestring != NULL ? node : NULL;
	case SORT_LIST:
	case SORT_OBJECT:
		node->type = sort == SORT_LIST ? cJSON_Array : cJSON_Object;
		return read_children(reader, node, number) ? node : NULL;
	}
	return NULL;
}
/* NOLINTEND(misc-no-recursion) */

cJSON *kg_unpack(const char *bytes, struct kg_arena *arena)
{
	struct reader reader = {.at = bytes, .arena = arena};

	return unpack(&reader);
}
