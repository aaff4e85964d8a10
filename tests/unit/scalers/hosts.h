/*
 * The hosts that a scaler finds in connection strings.
 */
#pragma once

#include "unit/scalers/given.h"

struct hosts_row {
	const char *text;
	const char *hosts; /* NULL: it is read as an address */
};

static inline void expect_hosts(const char *type, const char *name, const struct hosts_row *rows, size_t count)
{
	const struct kg_param *param = kg_scaler_row(kg_scaler_find(type), name, KG_VERSION_NEWEST);

	assert_non_null(param);
	assert_non_null(param->hosts_in);
	for (size_t i = 0; i < count; i++) {
		struct kg_slice hosts = {"", 0};
		bool found = param->hosts_in(rows[i].text, &hosts);

		if (found != (rows[i].hosts != NULL) || (found && !kg_slice_equal(hosts, rows[i].hosts)))
			fail_msg("%s: %s \"%.*s\", not \"%s\"", rows[i].text, found ? "hosts" : "no hosts", (int)hosts.length, hosts.start,
			         rows[i].hosts ? rows[i].hosts : "(read as an address)");
	}
}
