#include "kube/transfer.h"

#include <stdlib.h>
#include <string.h>

#include "kedagate/base/limits.h"
#include "kube/token.h"

/* What an API server sends when nothing else is asked for may change; this is what we read. */
static char accept_json[] = "Accept: application/json";

/* Room for the header's name. */
enum { HEADER_ROOM = 64 };

/* ---- what comes ---- */

/* A header line, or the empty one behind them, of which there may be several: after 1xx, and after trailers. */
static size_t take_header(char *line, size_t size, size_t count, void *context)
{
	struct kg_transfer *transfer = context;
	const struct kg_curl *curl = &transfer->client->curl;
	struct kg_kube_response response = {.retry_after = -1};
	curl_off_t retry_after = 0;
	long status = 0;

	(void)size;
	if (transfer->begun || count > 2 || (line[0] != '\r' && line[0] != '\n'))
		return count;
	(void)curl->easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
	(void)curl->easy_getinfo(transfer->easy, CURLINFO_RETRY_AFTER, &retry_after);
	if (status < 200) /* 100 Continue and its like go before an answer */
		return count;
	transfer->begun = true;
	*transfer->happened = true;
	response.status = (int)status;
	if (retry_after > 0)
		response.retry_after = retry_after < INT32_MAX ? (int)retry_after : INT32_MAX;
	if (transfer->sink.begin != NULL)
		transfer->result = transfer->sink.begin(transfer->sink.context, &response);
	return transfer->result == 0 ? count : 0;
}

static size_t take_bytes(char *bytes, size_t size, size_t count, void *context)
{
	struct kg_transfer *transfer = context;

	(void)size;
	*transfer->happened = true;
	transfer->received += count;
	if (transfer->limit != 0 && transfer->received > transfer->limit)
		transfer->result = KG_ELIMIT;
	else if (transfer->sink.bytes != NULL && count > 0)
		transfer->result = transfer->sink.bytes(transfer->sink.context, bytes, count);
	/* Another number than `count` ends the transfer. */
	return transfer->result == 0 ? count : CURL_WRITEFUNC_ERROR;
}

/* ---- how it is asked for ---- */

/* The options that every transfer has. */
static int set_usual(const struct kg_curl *curl, CURL *easy)
{
	static const struct {
		CURLoption option;
		long value;
	} values[] = {
	        {CURLOPT_NOSIGNAL, 1},
	        {CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1},
	        {CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2},
	        {CURLOPT_FOLLOWLOCATION, 0},
	        {CURLOPT_SUPPRESS_CONNECT_HEADERS, 1},
	        {CURLOPT_NETRC, CURL_NETRC_IGNORED},
	        {CURLOPT_CONNECTTIMEOUT, KG_KUBE_CONNECT_SECONDS},
	        {CURLOPT_TCP_KEEPALIVE, 1},
	        {CURLOPT_TCP_KEEPIDLE, KG_KUBE_KEEPALIVE_SECONDS},
	        {CURLOPT_TCP_KEEPINTVL, KG_KUBE_KEEPALIVE_SECONDS},
	        {CURLOPT_QUICK_EXIT, 1},       /* a name server that does not answer holds up no end of the process */
	        {CURLOPT_CA_CACHE_TIMEOUT, 0}, /* a changed ca.crt counts with the next connection */
	};
	int failed = 0;

	for (size_t i = 0; i < KG_ARRAY_LEN(values); i++)
		failed |= curl->easy_setopt(easy, values[i].option, values[i].value) != CURLE_OK;
	failed |= curl->easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https") != CURLE_OK;
	failed |= curl->easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip") != CURLE_OK;
	return failed;
}

/* A PEM file, or one that is in memory. */
static int set_material(const struct kg_curl *curl, CURL *easy, const struct kg_kube_material *material, CURLoption file, CURLoption blob)
{
	struct curl_blob bytes = {.data = material->text.data, .len = material->text.length, .flags = CURL_BLOB_NOCOPY};

	if (material->file != NULL)
		return curl->easy_setopt(easy, file, material->file) != CURLE_OK;
	if (material->text.length > 0)
		return curl->easy_setopt(easy, blob, &bytes) != CURLE_OK;
	return 0;
}

static int set_tls(const struct kg_curl *curl, CURL *easy, const struct kg_kube_config *config)
{
	int failed = 0;

	if (config->insecure) {
		failed |= curl->easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L) != CURLE_OK;
		failed |= curl->easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L) != CURLE_OK;
	}
	/* Those of the system do not count besides. */
	if (config->authority.file != NULL || config->authority.text.length > 0) {
		failed |= curl->easy_setopt(easy, CURLOPT_CAINFO, NULL) != CURLE_OK;
		failed |= curl->easy_setopt(easy, CURLOPT_CAPATH, NULL) != CURLE_OK;
	}
	failed |= set_material(curl, easy, &config->authority, CURLOPT_CAINFO, CURLOPT_CAINFO_BLOB);
	failed |= set_material(curl, easy, &config->certificate, CURLOPT_SSLCERT, CURLOPT_SSLCERT_BLOB);
	failed |= set_material(curl, easy, &config->key, CURLOPT_SSLKEY, CURLOPT_SSLKEY_BLOB);
	return failed;
}

static int set_way(const struct kg_kube_client *client, CURL *easy)
{
	const struct kg_curl *curl = &client->curl;
	const char *proxy_url = client->config->proxy_url;
	int failed = 0;

	/* The environment has been looked at: libcurl is not to do so, for it knows the server by another name. */
	failed |= curl->easy_setopt(easy, CURLOPT_PROXY, proxy_url != NULL ? proxy_url : "") != CURLE_OK;
	failed |= curl->easy_setopt(easy, CURLOPT_NOPROXY, "") != CURLE_OK;
	if (client->connect_to != NULL)
		failed |= curl->easy_setopt(easy, CURLOPT_CONNECT_TO, client->connect_to) != CURLE_OK;
	return failed;
}

static int set_limits(const struct kg_curl *curl, CURL *easy, const struct kg_kube_limits *limits)
{
	int failed = 0;

	if (limits->idle_seconds > 0) {
		failed |= curl->easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L) != CURLE_OK;
		failed |= curl->easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, (long)limits->idle_seconds) != CURLE_OK;
	}
	failed |= curl->easy_setopt(easy, CURLOPT_TIMEOUT, (long)limits->total_seconds) != CURLE_OK;
	return failed;
}

static int set_sinks(const struct kg_curl *curl, struct kg_transfer *transfer)
{
	CURL *easy = transfer->easy;
	int failed = 0;

	failed |= curl->easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header) != CURLE_OK;
	failed |= curl->easy_setopt(easy, CURLOPT_HEADERDATA, transfer) != CURLE_OK;
	failed |= curl->easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_bytes) != CURLE_OK;
	failed |= curl->easy_setopt(easy, CURLOPT_WRITEDATA, transfer) != CURLE_OK;
	failed |= curl->easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->message) != CURLE_OK;
	failed |= curl->easy_setopt(easy, CURLOPT_PRIVATE, transfer) != CURLE_OK;
	return failed;
}

/* Their texts stay where they are: libcurl copies a list of headers only when it sends them. */
static int set_headers(const struct kg_curl *curl, struct kg_transfer *transfer)
{
	char *host = transfer->client->host_header;
	struct curl_slist *headers = transfer->headers;
	size_t count = 0;

	headers[count++].data = accept_json;
	if (host != NULL)
		headers[count++].data = host;
	if (transfer->authorization.length > 0)
		headers[count++].data = transfer->authorization.data;
	for (size_t i = 0; i + 1 < count; i++)
		headers[i].next = &headers[i + 1];
	return curl->easy_setopt(transfer->easy, CURLOPT_HTTPHEADER, headers) != CURLE_OK;
}

static int set_url(struct kg_transfer *transfer, const char *path)
{
	const struct kg_curl *curl = &transfer->client->curl;
	struct kg_buf url KG_CLEANUP(kg_buf_release);

	kg_buf_init(&url, KG_MAX_KUBE_URL_BYTES);
	kg_buf_puts(&url, transfer->client->base);
	kg_buf_puts(&url, path);
	return kg_buf_status(&url) != 0 || curl->easy_setopt(transfer->easy, CURLOPT_URL, kg_buf_text(&url)) != CURLE_OK;
}

static int prepare(struct kg_transfer *transfer, const char *path, const struct kg_kube_limits *limits, struct kg_err *err)
{
	struct kg_kube_client *client = transfer->client;
	const struct kg_curl *curl = &client->curl;
	int status = kg_token_header(&client->config->token, &transfer->authorization, err);
	int failed;

	if (status != 0)
		return status;
	transfer->easy = curl->easy_init();
	if (transfer->easy == NULL)
		return kg_err_set(err, KG_ENOMEM, "out of memory");
	failed = set_usual(curl, transfer->easy) | set_tls(curl, transfer->easy, client->config) | set_way(client, transfer->easy);
	failed |= set_limits(curl, transfer->easy, limits) | set_sinks(curl, transfer) | set_headers(curl, transfer);
	failed |= set_url(transfer, path);
	return failed ? kg_err_set(err, KG_ENOMEM, "out of memory, or libcurl lacks TLS") : 0;
}

int kg_transfer_new(struct kg_kube_client *client, const char *path, const struct kg_kube_sink *sink, const struct kg_kube_limits *limits,
                    struct kg_transfer **ret_transfer, struct kg_err *err)
{
	struct kg_transfer *transfer = calloc(1, sizeof(*transfer));
	int status;

	if (transfer == NULL)
		return kg_err_set(err, KG_ENOMEM, "out of memory");
	transfer->client = client;
	transfer->sink = *sink;
	transfer->limit = limits->bytes;
	kg_buf_init(&transfer->authorization, KG_MAX_TOKEN_BYTES + HEADER_ROOM);
	kg_buf_keep_secret(&transfer->authorization);
	status = prepare(transfer, path, limits, err);
	if (status != 0) {
		kg_transfer_free(transfer);
		return status;
	}
	*ret_transfer = transfer;
	return 0;
}

void kg_transfer_free(struct kg_transfer *transfer)
{
	if (transfer == NULL)
		return;
	if (transfer->easy != NULL)
		transfer->client->curl.easy_cleanup(transfer->easy);
	kg_buf_release(&transfer->authorization);
	free(transfer);
}

/* ---- what came of it ---- */

/* What somebody has to mend first. */
static bool is_lasting(CURLcode code)
{
	static const CURLcode lasting[] = {CURLE_URL_MALFORMAT,      CURLE_UNSUPPORTED_PROTOCOL, CURLE_PEER_FAILED_VERIFICATION,
	                                   CURLE_SSL_CERTPROBLEM,    CURLE_SSL_CIPHER,           CURLE_SSL_CACERT_BADFILE,
	                                   CURLE_SSL_ISSUER_ERROR,   CURLE_NOT_BUILT_IN,         CURLE_BAD_FUNCTION_ARGUMENT,
	                                   CURLE_SSL_ENGINE_NOTFOUND};

	for (size_t i = 0; i < KG_ARRAY_LEN(lasting); i++) {
		if (lasting[i] == code)
			return true;
	}
	return false;
}

static const char *advice(const struct kg_kube_config *config, CURLcode code)
{
	if (code != CURLE_PEER_FAILED_VERIFICATION)
		return "";
	return config->context != NULL ? "; look at certificate-authority and tls-server-name of the kubeconfig's cluster"
	                               : "; look at ca.crt of the ServiceAccount";
}

int kg_transfer_status(const struct kg_transfer *transfer, CURLcode code, struct kg_err *err)
{
	const char *server = transfer->client->config->server;
	const char *message = transfer->message[0] != '\0' ? transfer->message : transfer->client->curl.easy_strerror(code);

	if (transfer->result == KG_ELIMIT && transfer->limit != 0 && transfer->received > transfer->limit)
		return kg_err_set(err, KG_ELIMIT, "%s: the answer is over %llu bytes", server, transfer->limit);
	if (transfer->result != 0)
		return kg_err_set(err, transfer->result, "%s: whoever read the answer ended it", server);
	if (code == CURLE_OK)
		return 0;
	if (code == CURLE_OUT_OF_MEMORY)
		return kg_err_set(err, KG_ENOMEM, "out of memory");
	/* It may quote a proxy's URL, and the password therein. */
	if (strchr(message, '@') != NULL)
		message = transfer->client->curl.easy_strerror(code);
	return kg_err_set(err, is_lasting(code) ? KG_EINVAL : KG_EIO, "%s: %s%s", server, message, advice(transfer->client->config, code));
}
