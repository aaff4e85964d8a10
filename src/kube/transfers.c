#include <stdbool.h>
#include <stdlib.h>

#include "kube/transfer.h"

struct kg_kube_transfers {
	struct kg_kube_client *client;
	CURLM *multi;
	struct kg_transfer *list;
	bool happened; /* a sink was called since the last poll began */
};

int kg_kube_transfers_new(struct kg_kube_client *client, struct kg_kube_transfers **ret_transfers, struct kg_err *err)
{
	struct kg_kube_transfers *transfers = calloc(1, sizeof(*transfers));

	if (transfers != NULL)
		transfers->multi = client->curl.multi_init();
	if (transfers == NULL || transfers->multi == NULL) {
		free(transfers);
		return kg_err_set(err, KG_ENOMEM, "out of memory");
	}
	transfers->client = client;
	*ret_transfers = transfers;
	return 0;
}

/* What hangs at `link`, if anything does. */
static void drop(struct kg_kube_transfers *transfers, struct kg_transfer **link)
{
	struct kg_transfer *transfer = *link;

	if (transfer == NULL)
		return;
	*link = transfer->next;
	(void)transfers->client->curl.multi_remove_handle(transfers->multi, transfer->easy);
	kg_transfer_free(transfer);
}

void kg_kube_transfers_free(struct kg_kube_transfers *transfers)
{
	if (transfers == NULL)
		return;
	while (transfers->list != NULL)
		drop(transfers, &transfers->list);
	(void)transfers->client->curl.multi_cleanup(transfers->multi);
	free(transfers);
}

/* Where the transfer of that id hangs; at the end of the list when there is none. */
static struct kg_transfer **find(struct kg_kube_transfers *transfers, uint64_t id)
{
	struct kg_transfer **link = &transfers->list;

	while (*link != NULL && (*link)->id != id)
		link = &(*link)->next;
	return link;
}

int kg_kube_transfers_start(struct kg_kube_transfers *transfers, uint64_t id, const char *path, const struct kg_kube_sink *sink,
                            const struct kg_kube_limits *limits, struct kg_err *err)
{
	struct kg_transfer *transfer = NULL;
	int status = kg_transfer_new(transfers->client, path, sink, limits, &transfer, err);

	if (status != 0)
		return status;
	transfer->id = id;
	transfer->happened = &transfers->happened;
	if (transfers->client->curl.multi_add_handle(transfers->multi, transfer->easy) != CURLM_OK) {
		kg_transfer_free(transfer);
		return kg_err_set(err, KG_ENOMEM, "out of memory");
	}
	transfer->next = transfers->list;
	transfers->list = transfer;
	return 0;
}

void kg_kube_transfers_cancel(struct kg_kube_transfers *transfers, uint64_t id)
{
	drop(transfers, find(transfers, id));
}

/* The transfer is gone before its end is told, so that its id can be taken again. */
static void finish(struct kg_kube_transfers *transfers, CURL *easy, CURLcode code)
{
	const struct kg_curl *curl = &transfers->client->curl;
	struct kg_transfer *transfer = NULL;
	struct kg_kube_sink sink;
	struct kg_err err = {0};
	uint64_t id;
	int status;

	(void)curl->easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&transfer);
	status = kg_transfer_status(transfer, code, &err);
	sink = transfer->sink;
	id = transfer->id;
	drop(transfers, find(transfers, id));
	transfers->happened = true;
	if (sink.end != NULL)
		sink.end(sink.context, id, status, &err);
}

static int move_on(struct kg_kube_transfers *transfers, struct kg_err *err)
{
	const struct kg_curl *curl = &transfers->client->curl;
	int running = 0;
	CURLMcode code = curl->multi_perform(transfers->multi, &running);
	CURLMsg *message = curl->multi_info_read(transfers->multi, &running);

	while (message != NULL) {
		if (message->msg == CURLMSG_DONE)
			finish(transfers, message->easy_handle, message->data.result);
		message = curl->multi_info_read(transfers->multi, &running);
	}
	if (code == CURLM_OK)
		return 0;
	return kg_err_set(err, code == CURLM_OUT_OF_MEMORY ? KG_ENOMEM : KG_EIO, "libcurl: %s", curl->multi_strerror(code));
}

int kg_kube_transfers_poll(struct kg_kube_transfers *transfers, int milliseconds, struct kg_err *err)
{
	const struct kg_curl *curl = &transfers->client->curl;
	CURLMcode code;
	int status;

	transfers->happened = false;
	status = move_on(transfers, err);
	if (status != 0 || transfers->happened)
		return status;
	code = curl->multi_poll(transfers->multi, NULL, 0, milliseconds, NULL);
	if (code != CURLM_OK)
		return kg_err_set(err, code == CURLM_OUT_OF_MEMORY ? KG_ENOMEM : KG_EIO, "libcurl: %s", curl->multi_strerror(code));
	return move_on(transfers, err);
}

void kg_kube_transfers_wake(struct kg_kube_transfers *transfers)
{
	(void)transfers->client->curl.multi_wakeup(transfers->multi);
}

/* ---- one at a time ---- */

struct waiting {
	struct kg_kube_sink sink;
	struct kg_err *err;
	bool over;
	int status;
};

static int pass_begin(void *context, const struct kg_kube_response *response)
{
	const struct waiting *waiting = context;

	return waiting->sink.begin != NULL ? waiting->sink.begin(waiting->sink.context, response) : 0;
}

static int pass_bytes(void *context, const char *bytes, size_t length)
{
	const struct waiting *waiting = context;

	return waiting->sink.bytes != NULL ? waiting->sink.bytes(waiting->sink.context, bytes, length) : 0;
}

static void note_end(void *context, uint64_t id, int status, const struct kg_err *err)
{
	struct waiting *waiting = context;

	(void)id;
	waiting->over = true;
	waiting->status = status;
	if (status != 0 && waiting->err != NULL)
		*waiting->err = *err;
}

int kg_kube_client_get(struct kg_kube_client *client, const char *path, const struct kg_kube_sink *sink,
                       const struct kg_kube_limits *limits, struct kg_err *err)
{
	enum { ID = 1, PATIENCE_MILLISECONDS = 1000 };
	struct waiting waiting = {.sink = *sink, .err = err};
	const struct kg_kube_sink passing = {&waiting, pass_begin, pass_bytes, note_end};
	int status = 0;

	if (client->own == NULL)
		status = kg_kube_transfers_new(client, &client->own, err);
	if (status == 0)
		status = kg_kube_transfers_start(client->own, ID, path, &passing, limits, err);
	if (status != 0)
		return status;
	while (status == 0 && !waiting.over)
		status = kg_kube_transfers_poll(client->own, PATIENCE_MILLISECONDS, err);
	kg_kube_transfers_cancel(client->own, ID);
	return status != 0 ? status : waiting.status;
}
