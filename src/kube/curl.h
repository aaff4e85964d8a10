/*
 * libcurl, loaded by name. Linked, it would bring nineteen libraries into every process, and with them 1.6 MiB of memory, though most runs never
 * reach for a cluster.
 */
#pragma once

#include <curl/curl.h>

#include "kedagate/base/compiler.h"
#include "kedagate/base/err.h"

struct kg_curl {
	__typeof__(curl_global_init) *global_init;
	__typeof__(curl_version_info) *version_info;
	__typeof__(curl_easy_init) *easy_init;
	__typeof__(curl_easy_cleanup) *easy_cleanup;
	__typeof__(curl_easy_setopt) *easy_setopt;
	__typeof__(curl_easy_getinfo) *easy_getinfo;
	__typeof__(curl_easy_strerror) *easy_strerror;
	__typeof__(curl_slist_append) *slist_append;
	__typeof__(curl_slist_free_all) *slist_free_all;
	__typeof__(curl_multi_init) *multi_init;
	__typeof__(curl_multi_cleanup) *multi_cleanup;
	__typeof__(curl_multi_add_handle) *multi_add_handle;
	__typeof__(curl_multi_remove_handle) *multi_remove_handle;
	__typeof__(curl_multi_perform) *multi_perform;
	__typeof__(curl_multi_poll) *multi_poll;
	__typeof__(curl_multi_wakeup) *multi_wakeup;
	__typeof__(curl_multi_info_read) *multi_info_read;
	__typeof__(curl_multi_strerror) *multi_strerror;
};

/*
 * Load the library, and initialise it, into `out`. It stays loaded as long as the process. KG_ENOTFOUND when there is none, or one that lacks a
 * function; KG_ENOMEM. Not thread-safe.
 */
KG_MUST_CHECK int kg_curl_load(struct kg_curl *out, struct kg_err *err);
