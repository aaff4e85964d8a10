#include "model/members.h"

#include <string.h>

#include "kedagate/base/err.h"
#include "model/names.h"

/* Up to so many members, comparing each with each is cheaper than hashing. */
enum { COMPARED_MEMBERS = 16 };

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

	for (const cJSON *member = object->child; member != NULL; member = member->next)
		count++;
	if (count > COMPARED_MEMBERS)
		return hash_each(object, count, arena, ret_second);
	*ret_second = count > 1 ? compare_each(object) : NULL;
	return 0;
}

int kg_members_find_twice_below(const cJSON *tree, struct kg_arena *arena, const cJSON **ret_second)
{
	int status = 0;

	*ret_second = NULL;
	if (cJSON_IsObject(tree))
		status = kg_members_find_twice(tree, arena, ret_second);
	for (const cJSON *child = tree->child; status == 0 && *ret_second == NULL && child != NULL; child = child->next)
		if (child->child != NULL)
			status = kg_members_find_twice_below(child, arena, ret_second);
	return status;
}
