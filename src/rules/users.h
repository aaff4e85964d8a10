/*
 * Who refers to an authentication, and what their scalers take from it.
 */
#pragma once

#include <stdbool.h>

#include "kedagate/model/object.h"
#include "kedagate/model/world.h"

/* The key of the authentication that the trigger of an object in `namespace` refers to; its kind is KG_KIND_OTHER when there is none. */
struct kg_object_key kg_users_referred_key(const struct kg_trigger *trigger, const char *namespace);

/* Do both name the same authentication? */
bool kg_users_same_key(const struct kg_object_key *one, const struct kg_object_key *other);

/* Does the trigger's scaler, in any version, take the parameter from an authentication? Of a scaler that is not described, nobody knows: true. */
bool kg_users_may_read(const struct kg_trigger *trigger, const char *name);

/* Does that of one of the object's triggers that refer to the authentication `key`? The object is in `namespace`. */
bool kg_users_user_may_read(const struct kg_object *user, const char *namespace, const struct kg_object_key *key, const char *name);
