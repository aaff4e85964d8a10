/*
 * Look-ups of the live world that answer with a list. As said at struct kg_world_operations.
 */
#pragma once

#include "kedagate/model/world.h"

void kg_live_scaled_by_target(const struct kg_world *world, const struct kg_world_name *target, struct kg_arena *arena,
                              struct kg_scaled_list *ret_list);
void kg_live_scaled_by_hpa(const struct kg_world *world, const struct kg_world_name *hpa, struct kg_arena *arena,
                           struct kg_scaled_list *ret_list);
void kg_live_hpas_by_target(const struct kg_world *world, const struct kg_world_name *target, struct kg_arena *arena,
                            struct kg_hpa_list *ret_list);
void kg_live_users(const struct kg_world *world, const struct kg_object_key *authentication, struct kg_arena *arena,
                   struct kg_user_list *ret_list);
