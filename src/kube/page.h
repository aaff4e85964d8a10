/*
 * A page of a list taken apart while it arrives: its items one by one, and the rest of it as a small document.
 */
#pragma once

#include <stddef.h>

#include "kedagate/base/compiler.h"
#include "kedagate/kube/machine.h"

/* Gets each item, whose bytes it may change; NULL for one that does not fit into memory. */
typedef void kg_page_item(void *context, char *bytes, size_t length);

void kg_page_init(struct kg_machine_page *page);
void kg_page_release(struct kg_machine_page *page);

/* Begin with a new page. */
void kg_page_reset(struct kg_machine_page *page);

/* The next bytes. KG_EINVAL: no such page as an API server sends. */
KG_MUST_CHECK int kg_page_feed(struct kg_machine_page *page, const char *bytes, size_t length, kg_page_item *item, void *context);

/* The page without its items, once it is whole; NULL before. */
struct kg_buf *kg_page_envelope(struct kg_machine_page *page);
