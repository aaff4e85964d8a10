/*
 * KEDA's authModes block (pkg/scalers/authentication), which several HTTP scalers share: a list of modes, and what each of them needs.
 */
#pragma once

#include "kedagate/base/compiler.h"
#include "scalers/scalers.h"

#define KG_AUTH_TYPED_SINCE   KG_VERSION(2, 15, 0) /* the block as one structure; before, code that read it parameter by parameter */
#define KG_AUTH_API_KEY_SINCE KG_VERSION(2, 18, 0) /* API keys, other names, and modes from the TriggerAuthentication */

/* clang-format off */

/* Credentials without authModes are read by nobody, so these words are in every message about them. */
#define KG_AUTH_WORDS     KG_NAMES("apiKey", "basic", "tls", "bearer", "custom", "oauth")
#define KG_AUTH_EXCLUSIVE KG_NAMES("bearer", "basic", "oauth")

/* Rows that every version has. */
#define KG_AUTH_ROWS \
	PARAM("password", KG_FROM_AUTH, KG_TYPE_STRING, KG_OPTIONAL, .credential = true, .auth_mode = KG_AUTH_BASIC, .sent_as = "the password"), \
	PARAM("username", KG_FROM_AUTH, KG_TYPE_STRING, KG_OPTIONAL, .auth_mode = KG_AUTH_BASIC, .sent_as = "the user name"), \
	PARAM("cert",     KG_FROM_AUTH, KG_TYPE_STRING, KG_OPTIONAL, .auth_mode = KG_AUTH_TLS), \
	PARAM("key",      KG_FROM_AUTH, KG_TYPE_STRING, KG_OPTIONAL, .credential = true, .auth_mode = KG_AUTH_TLS), \
	PARAM("ca",       KG_FROM_AUTH, KG_TYPE_STRING, KG_OPTIONAL)

/* Rows as they are since 2.18. */
#define KG_AUTH_ROWS_2_18 \
	PARAM("authModes",    KG_FROM_METADATA_AUTH, KG_TYPE_LIST,   KG_OPTIONAL, .also = {"authMode"}, .since = KG_AUTH_API_KEY_SINCE, .values = KG_AUTH_WORDS, .exclusive = KG_AUTH_EXCLUSIVE), \
	PARAM("bearerToken",  KG_FROM_AUTH,          KG_TYPE_STRING, KG_OPTIONAL, .also = {"token"}, .since = KG_AUTH_API_KEY_SINCE, .credential = true, .auth_mode = KG_AUTH_BEARER, .sent_as = "the bearer token"), \
	PARAM("apiKey",       KG_FROM_METADATA_AUTH, KG_TYPE_STRING, KG_OPTIONAL, .since = KG_AUTH_API_KEY_SINCE, .credential = true, .auth_mode = KG_AUTH_API_KEY, .sent_as = "the API key"), \
	PARAM("method",       KG_FROM_METADATA_AUTH, KG_TYPE_STRING, KG_OPTIONAL, .since = KG_AUTH_API_KEY_SINCE, .def = "header", .values = KG_NAMES("header", "query")), \
	PARAM("keyParamName", KG_FROM_METADATA_AUTH, KG_TYPE_STRING, KG_OPTIONAL, .since = KG_AUTH_API_KEY_SINCE)

#define KG_AUTH_CUSTOM_ROWS(since_) \
	PARAM("customAuthHeader", KG_FROM_AUTH, KG_TYPE_STRING, KG_OPTIONAL, .since = (since_), .auth_mode = KG_AUTH_CUSTOM), \
	PARAM("customAuthValue",  KG_FROM_AUTH, KG_TYPE_STRING, KG_OPTIONAL, .since = (since_), .credential = true, .auth_mode = KG_AUTH_CUSTOM, .sent_as = "the value of the custom header")

/* oauth, which none of the scalers here implements: its parameters are read all the same. */
#define KG_AUTH_OAUTH_ROWS(since_, parameters_since_) \
	PARAM("oauthTokenURI",  KG_FROM_AUTH, KG_TYPE_STRING, KG_OPTIONAL, .since = (since_), .auth_mode = KG_AUTH_OAUTH), \
	PARAM("clientID",       KG_FROM_AUTH, KG_TYPE_STRING, KG_OPTIONAL, .since = (since_), .auth_mode = KG_AUTH_OAUTH), \
	PARAM("clientSecret",   KG_FROM_AUTH, KG_TYPE_STRING, KG_OPTIONAL, .since = (since_), .credential = true, .auth_mode = KG_AUTH_OAUTH), \
	PARAM("endpointParams", KG_FROM_AUTH, KG_TYPE_QUERY,  KG_OPTIONAL, .since = (parameters_since_), .checked_since = KG_AUTH_TYPED_SINCE, .secret_inside = true, .auth_mode = KG_AUTH_OAUTH), \
	PARAM("scopes",         KG_FROM_AUTH, KG_TYPE_LIST,   KG_OPTIONAL, .since = KG_VERSION(2, 20, 0), .also = {"scope"}, .auth_mode = KG_AUTH_OAUTH)

/* The whole block of a scaler that took it over as it is. */
#define KG_AUTH_BLOCK_ROWS \
	PARAM("authModes",   KG_FROM_METADATA, KG_TYPE_LIST,   KG_OPTIONAL, .removed = KG_AUTH_API_KEY_SINCE, .values = KG_AUTH_WORDS, .exclusive = KG_AUTH_EXCLUSIVE), \
	PARAM("bearerToken", KG_FROM_AUTH,     KG_TYPE_STRING, KG_OPTIONAL, .removed = KG_AUTH_API_KEY_SINCE, .credential = true, .auth_mode = KG_AUTH_BEARER, .sent_as = "the bearer token"), \
	KG_AUTH_ROWS_2_18, \
	KG_AUTH_ROWS, \
	KG_AUTH_CUSTOM_ROWS(0), \
	KG_AUTH_OAUTH_ROWS(0, 0), \
	PARAM("scopes",      KG_FROM_AUTH,     KG_TYPE_LIST,   KG_OPTIONAL, .removed = KG_VERSION(2, 20, 0), .auth_mode = KG_AUTH_OAUTH)

/* clang-format on */

/* What the listed modes need and do not have, modes that the scaler does not implement, credentials that no mode switches on. 0 or KG_ENOMEM. */
KG_MUST_CHECK int kg_auth_modes_check(const struct kg_params *params, struct kg_complaints *out);
