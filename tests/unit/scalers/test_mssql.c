#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "kedagate/base/compiler.h"
#include "unit/scalers/hosts.h"

static void a_server_has_synonyms_of_which_the_last_counts(void **state)
{
	static const struct hosts_row rows[] = {
	        {"Server=db", "db"},
	        {"database=shop; SERVER = db ;encrypt=true", "db"},
	        {"Data Source=db", "db"},
	        {"Address=db", "db"},
	        {"Addr=db", "db"},
	        {"network ADDRESS=db", "db"},
	        {"server=one;server=two", "two"},
	        {"server=one;addr=two", "two"},
	        {"address=one;server=two;", "two"},
	        {"server=one;;=three;servers=four", "one"},
	};

	(void)state;
	expect_hosts("mssql", "connectionString", rows, KG_ARRAY_LEN(rows));
}

static void a_server_is_rid_of_protocol_port_and_instance(void **state)
{
	static const struct hosts_row rows[] = {
	        {"server=tcp:db,1433", "db"},
	        {"server=admin:db", "db"},
	        {"server=tcp:admin:db", "db"},
	        {"server=db\\instance", "db"},
	        {"server=db\\instance,1433", "db"},
	        {"server=db\\a,b,c", "db"},
	        {"server=tcp:::1,1433", "::1"},
	        {"server=.", "localhost"},
	        {"server=(Local)\\instance", "localhost"},
	        {"server=", "localhost"},
	        {"server", "localhost"},
	        {"server=one;server=tcp:,1433", "localhost"},
	};

	(void)state;
	expect_hosts("mssql", "connectionString", rows, KG_ARRAY_LEN(rows));
}

static void quotes_hold_a_value_together(void **state)
{
	static const struct hosts_row rows[] = {
	        {"server=\"db\"", "db"},
	        {"server= \"tcp:db,1433\" ;", "db"},
	        {"server=one;password=\"a;server=two\"", "one"},
	        {"server=one;password=\"a\"\";server=two\"", "one"},
	        {"server=one;password=\"a\"\"\";server=two", "two"},
	        {"server=one;password=\"a;server=two", "one"},
	        {"server=one;password={a;server=two}", ""},
	        {"server=one;password={a;server=two;b}", "two"},
	        {"server=\"\"", "localhost"},
	};

	(void)state;
	expect_hosts("mssql", "connectionString", rows, KG_ARRAY_LEN(rows));
}

static void odbc_has_braces_and_no_synonyms(void **state)
{
	static const struct hosts_row rows[] = {
	        {"odbc:server=db", "db"},
	        {"odbc: ; Server =  db ; port=1433", "db"},
	        {"odbc:server={db}", "db"},
	        {"odbc:server= {db} ;database=shop", "db"},
	        {"odbc:server=one;server={two\\instance}", "two"},
	        {"odbc:server=one;password={a;server=two}", "one"},
	        {"odbc:server=one;password={a}};server=two}", "one"},
	        {"odbc:server=one;password={a}}};server=two", "two"},
	        {"odbc:server=one;addr=two", "one"},
	        {"odbc:server=one;password=\"a;server=two", "two"},
	        {"odbc:server={}", "localhost"},
	        {"odbc:encrypt;server=db", "db"},
	        {"odbc:server;encrypt=true", "localhost"},
	};

	(void)state;
	expect_hosts("mssql", "connectionString", rows, KG_ARRAY_LEN(rows));
}

static void what_the_driver_cannot_reach_is_no_host(void **state)
{
	static const struct hosts_row rows[] = {
	        {"", ""},
	        {"database=shop", ""},
	        {"127.0.0.1", ""},
	        {"server=a,b,127.0.0.1", ""},
	        {"server=127.0.0.1,", ""},
	        {"server=127.0.0.1:1433", ""},
	        {"server=[::1]", ""},
	        {"server=np:127.0.0.1", ""},
	        {"server=TCP:127.0.0.1", ""},
	        {"server=\"127.0.0.1", ""},
	        {"server={127.0.0.1}", ""},
	        {"server='127.0.0.1'", ""},
	        {"server=\" 127.0.0.1\"", ""},
	        {"server=127.0.0.1;server=%31", ""},
	        {"ODBC:server=127.0.0.1", ""},
	        {"odbc:server=tcp:127.0.0.1", ""},
	        {"odbc:server=127.0.0.1,1433", ""},
	        {"odbc:server={127.0.0.1", ""},
	        {"odbc:server={127.0.0.1}}", ""},
	        {"odbc:server={127.0.0.1}x", ""},
	        {"odbc:server=127.0.0.1;=x", ""},
	        {"odbc:server=127.0.0.1;password={", ""},
	        {"odbc:", ""},
	};

	(void)state;
	expect_hosts("mssql", "connectionString", rows, KG_ARRAY_LEN(rows));
}

static void a_url_is_read_as_one(void **state)
{
	static const struct hosts_row rows[] = {
	        {"sqlserver://db:1433?database=shop", NULL},
	        {"sqlserver://u@db?servers=x&app+name=server=y", NULL},
	        {"sqlserver://db:p", NULL},
	};

	(void)state;
	expect_hosts("mssql", "connectionString", rows, KG_ARRAY_LEN(rows));
}

static void a_server_in_its_query_replaces_the_host_of_a_url(void **state)
{
	static const struct hosts_row rows[] = {
	        {"sqlserver://one:1433?SERVER=two&encrypt=true", "two"},
	        {"sqlserver://one?database=shop&server=two\\instance", "two"},
	        {"sqlserver://one?server=", "localhost"},
	        {"sqlserver://127.0.0.1?server=127.0.0.1,1433", ""},
	        {"sqlserver://127.0.0.1?server=tw%6F", ""},
	        {"sqlserver://127.0.0.1?server=two;", ""},
	};

	(void)state;
	expect_hosts("mssql", "connectionString", rows, KG_ARRAY_LEN(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_server_has_synonyms_of_which_the_last_counts),
	        cmocka_unit_test(a_server_is_rid_of_protocol_port_and_instance),
	        cmocka_unit_test(quotes_hold_a_value_together),
	        cmocka_unit_test(odbc_has_braces_and_no_synonyms),
	        cmocka_unit_test(what_the_driver_cannot_reach_is_no_host),
	        cmocka_unit_test(a_url_is_read_as_one),
	        cmocka_unit_test(a_server_in_its_query_replaces_the_host_of_a_url),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
