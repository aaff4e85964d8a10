#include "unit/scalers/hosts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kedagate/base/compiler.h"

#define STORAGE   "AccountName=shop;AccountKey=c2hvcA==;"
#define NAMESPACE "SharedAccessKeyName=shop;SharedAccessKey=c2hvcA==;"

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

static void rabbitmq_has_localhost_when_it_has_none(void **state)
{
	static const struct hosts_row rows[] = {
	        {"amqp://", "localhost"},
	        {"amqps://u:p@/vhost", "localhost"},
	        {"AMQP:///169.254.169.254", "localhost"},
	        {"amqps:rabbit", "localhost"},
	        {"amqp://:5672/vhost", "localhost"},
	        {"amqp://rabbit/vhost", NULL},
	        {"amqp://u:p#@rabbit", NULL},
	        {"http:///vhost", NULL},
	        {"rabbit", NULL},
	        {"", NULL},
	};

	(void)state;
	expect_hosts("rabbitmq", "host", rows, KG_ARRAY_LEN(rows));
}

static void storage_accounts_have_the_host_of_their_own_endpoint(void **state)
{
	static const struct hosts_row blob[] = {
	        {STORAGE "BlobEndpoint=http://azurite:10000/shop;QueueEndpoint=http://127.0.0.1", "azurite:10000"},
	        {"BlobEndpoint=https://shop.blob.core.windows.net;SharedAccessSignature=sv=1&sig=x", "shop.blob.core.windows.net"},
	        {STORAGE "BlobEndpoint=http://one/;BlobEndpoint=http://two?x", "two"},
	        {STORAGE "BlobEndpoint=http://one/a,127.0.0.1", "one"},
	        {STORAGE "DefaultEndpointsProtocol=https;EndpointSuffix=127.0.0.1", ""},
	        {STORAGE "blobendpoint=http://127.0.0.1", ""},
	        {"BlobEndpoint=http://127.0.0.1/shop", ""},
	        {"UseDevelopmentStorage=true", ""},
	        {"http://127.0.0.1", ""},
	};
	static const struct hosts_row queue[] = {
	        {STORAGE "QueueEndpoint=http://azurite:10001/shop;BlobEndpoint=http://127.0.0.1", "azurite:10001"},
	};

	(void)state;
	expect_hosts("azure-blob", "connection", blob, KG_ARRAY_LEN(blob));
	expect_hosts("azure-eventhub", "storageConnection", blob, KG_ARRAY_LEN(blob));
	expect_hosts("azure-queue", "connection", queue, KG_ARRAY_LEN(queue));
}

static void namespaces_have_the_host_of_the_last_endpoint(void **state)
{
	static const struct hosts_row rows[] = {
	        {"Endpoint=sb://shop.servicebus.windows.net/;" NAMESPACE, "shop.servicebus.windows.net"},
	        {NAMESPACE "endpoint=sb://localhost:5672;UseDevelopmentEmulator=true", "localhost:5672"},
	        {"Endpoint=sb://one/;" NAMESPACE "ENDPOINT=sb://two", "two"},
	        {"Endpoint=sb://one/; Endpoint=sb://127.0.0.1;Endpoints=sb://127.0.0.1", "one"},
	        {"Endpoint=127.0.0.1;" NAMESPACE, ""},
	        {"Endpoint=sb:///127.0.0.1", ""},
	        {"sb://127.0.0.1/", ""},
	        {"", ""},
	};

	(void)state;
	expect_hosts("azure-eventhub", "connection", rows, KG_ARRAY_LEN(rows));
	expect_hosts("azure-servicebus", "connection", rows, KG_ARRAY_LEN(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(mysql_has_an_address_in_parentheses),
	        cmocka_unit_test(mongodb_has_hosts_before_the_first_slash),
	        cmocka_unit_test(rabbitmq_has_localhost_when_it_has_none),
	        cmocka_unit_test(storage_accounts_have_the_host_of_their_own_endpoint),
	        cmocka_unit_test(namespaces_have_the_host_of_the_last_endpoint),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
