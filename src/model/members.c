#include "model/members.h"

#include <stdbool.h>
#include <string.h>

#include "kedagate/base/err.h"
#include "model/names.h"
#include "model/node.h"

/* Up to so many members, comparing each with each is cheaper than hashing. */
enum { COMPARED_MEMBERS = 16 };

/* kube-apiserver sorts the members of an object, and then one pass shows that no two are alike. Names differ early: no call is worth its while. */
static bool is_sorted(const cJSON *object)
{
	for (const cJSON *member = object->child; member->next != NULL; member = member->next) {
		const unsigned char *name = (const unsigned char *)member->string;
		const unsigned char *next = (const unsigned char *)member->next->string;

		while (*name != '\0' && *name == *next) {
			name++;
			next++;
		}
		if (*name >= *next)
			return false;
	}
	return true;
}

static const cJSON *compare_each(const cJSON *object)
{
	for (const cJSON *member = object->child->next; member != NULL; member = member->next)
		for (const cJSON *earlier = object->child; earlier != member; earlier = earlier->next)
			if (earlier->string[0] == member->string[0] && strcmp(earlier->string, member->string) == 0)
				return member;
	return NULL;
}

static int hash_each(const cJSON *object, size_t count, struct kg_arena *arena, const cJSON **ret_second)
{
	struct kg_names names;
	int status;

	kg_names_init(&names, arena);
	status = kg_names_reserve(&names, count);
	*ret_second = NULL;
	for (cJSON *member = object->child; status == 0 && member != NULL; member = member->next) {
		void *earlier = NULL;

		status = kg_names_put(&names, member->string, member, &earlier);
		if (status == 0 && earlier != NULL) {
			*ret_second = member;
			break;
		}
	}
	return status;
}

int kg_members_find_twice(const cJSON *object, struct kg_arena *arena, const cJSON **ret_second)
{
	size_t count = 0;

	*ret_second = NULL;
	for (const cJSON *member = object->child; member != NULL; member = member->next)
		count++;
	if (count < 2 || is_sorted(object))
		return 0;
	if (count > COMPARED_MEMBERS)
		return hash_each(object, count, arena, ret_second);
	*ret_second = compare_each(object);
	return 0;
}

/* NOLINTBEGIN(misc-no-recursion): depth is at most KG_MAX_DEPTH */
int kg_members_find_twice_below(const cJSON *tree, struct kg_arena *arena, const cJSON **ret_second)
{
	int status = 0;

	*ret_second = NULL;
	if (kg_node_type(tree) == cJSON_Object)
		status = kg_members_find_twice(tree, arena, ret_second);
	for (const cJSON *child = tree->child; status == 0 && *ret_second == NULL && child != NULL; child = child->next)
		if (child->child != NULL)
			status = kg_members_find_twice_below(child, arena, ret_second);
	return status;
}
/* NOLINTEND(misc-no-recursion) */
