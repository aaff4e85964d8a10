#include "unit/scalers/hosts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kedagate/base/compiler.h"

static void mysql_has_an_address_in_parentheses(void **state)
{
	static const struct hosts_row rows[] = {
	        {"shop@tcp(db:3306)/shop", "db:3306"},
	        {"shop:p/@x@(db)/shop?tls=true", "db"},
	        {"tcp4(db:3306)/", "db:3306"},
	        {"tcp6([2001:db8::1]:3306)/", "[2001:db8::1]:3306"},
	        {"shop@/shop", "127.0.0.1:3306"},
	        {"shop@tcp/shop", "127.0.0.1:3306"},
	        {"tcp()/", "127.0.0.1:3306"},
	        {"shop@unix(/run/mysqld/mysqld.sock)/shop", ""},
	        {"shop@unix/shop", ""},
	        {"shop@tcp4/shop", ""},
	        {"shop@127.0.0.1:3306/shop", ""},
	        {"mysql://shop@127.0.0.1/shop", ""},
	        {"tcp(127.0.0.1:3306/shop", ""},
	        {"127.0.0.1", ""},
	        {"", ""},
	};

	(void)state;
	expect_hosts("mysql", "connectionString", rows, KG_ARRAY_LEN(rows));
}

static void mongodb_has_hosts_before_the_first_slash(void **state)
{
	static const struct hosts_row rows[] = {
	        {"mongodb://db", "db"},
	        {"mongodb://shop:p#?w@one:27017,[2001:db8::1]:27018/shop?replicaSet=rs", "one:27017,[2001:db8::1]:27018"},
	        {"mongodb://%2Frun%2Fmongodb.sock/shop", "%2Frun%2Fmongodb.sock"},
	        {"mongodb+srv://localhost/shop", ""},
	        {"mongodb://shop:p@w@127.0.0.1/", ""},
	        {"mongodb://127.0.0.1?tls=true", ""},
	        {"MONGODB://127.0.0.1", ""},
	        {"127.0.0.1:27017", ""},
	};

	(void)state;
	expect_hosts("mongodb", "connectionString", rows, KG_ARRAY_LEN(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(mysql_has_an_address_in_parentheses),
	        cmocka_unit_test(mongodb_has_hosts_before_the_first_slash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
