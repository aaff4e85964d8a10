/*
 * One run of kg_inspect: what was read, what it is, and what was found.
 *
 * The checks are functions over the whole inspection, run one after the other from the table in inspect.c. A lack of memory sticks: whoever adds
 * goes on, and the end tells.
 */
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <stddef.h>

#include "kedagate/base/arena.h"
#include "kedagate/base/compiler.h"
#include "kedagate/tls/inspect.h"

struct kg_found_certificate {
	X509 *x509;
	size_t material;
	size_t number; /* from 1 */
};

struct kg_found_key {
	EVP_PKEY *key;
	size_t material;
};

/* What one material holds: a stretch of the certificates and of the keys. */
struct kg_found_material {
	enum kg_material_role role; /* as given, or as its content tells */
	size_t certificates, certificate_count;
	size_t keys, key_count;
	size_t leaf; /* index of the server's own certificate, of a chain; else of the first */
};

struct kg_inspection {
	const struct kg_inspect_request *request;
	struct kg_arena *arena;
	struct kg_inspect_report *out;
	struct kg_found_material *materials; /* as many as the request has */
	struct kg_found_certificate *certificates;
	size_t certificate_count;
	struct kg_found_key *keys;
	size_t key_count;
	bool failed;
};

/* ---- what all checks use ---- */

/* Where a problem is. */
struct kg_spot {
	size_t material;
	size_t certificate; /* 0: none */
};

struct kg_spot kg_spot_of(const struct kg_found_certificate *certificate);

/* Add a problem; one that is there already, word for word, is not added twice. NULL then, and without memory. */
struct kg_certificate_problem *kg_inspection_add(struct kg_inspection *inspection, enum kg_flaw flaw, struct kg_spot spot,
                                                 const char *format, ...) KG_PRINTF(4, 5);
/* What clients in Go say to it. `problem` may be NULL. */
void kg_inspection_client(struct kg_inspection *inspection, struct kg_certificate_problem *problem, const char *format, ...)
        KG_PRINTF(3, 4);

/* Chains are what servers send: certificate files and what is served. */
bool kg_found_is_chain(const struct kg_found_material *material);
/* Authorities that hold at least one certificate. */
bool kg_found_is_bundle(const struct kg_found_material *material);
/* Does that set hold a chain? */
bool kg_inspection_set_has_chain(const struct kg_inspection *inspection, size_t set);

/* Might `served` be what a server sends that read the chain of that set? */
bool kg_inspection_is_served_as(const struct kg_inspection *inspection, size_t set, const struct kg_found_material *served);

/* Of the arena; "" and `failed` without memory. Subjects are written as in RFC 2253. */
const char *kg_inspection_name(struct kg_inspection *inspection, const X509_NAME *name);
const char *kg_inspection_subject(struct kg_inspection *inspection, const struct kg_found_certificate *certificate);
/* The name by which Go's messages call an authority: its common name, else its organization, else its serial number. */
const char *kg_inspection_go_name(struct kg_inspection *inspection, const X509 *certificate);
/* "the server's certificate", "the intermediate authority", … */
const char *kg_certificate_kind_text(const struct kg_inspection *inspection, const struct kg_found_certificate *certificate);
enum kg_certificate_kind kg_certificate_kind_of(const struct kg_inspection *inspection, const struct kg_found_certificate *certificate);

/* May it sign certificates, as Go sees it: CA:TRUE (or version 1), and keyCertSign when it has a key usage? */
bool kg_certificate_is_ca(X509 *certificate);
bool kg_certificate_may_sign(X509 *certificate);

/* `issuer` has the name that `certificate` says, to OpenSSL; to Go, which compares bytes, it has not. */
bool kg_names_differ_in_bytes(const X509 *certificate, const X509 *issuer);

/* ---- the parts ---- */

/* Read all texts: certificates and keys, and what cannot be read. */
void kg_inspect_read(struct kg_inspection *inspection);
void kg_inspect_release(struct kg_inspection *inspection);
/* What the materials of unknown role are; which certificate of a chain is the server's. */
void kg_inspect_classify(struct kg_inspection *inspection);
/* The listing. */
void kg_inspect_describe(struct kg_inspection *inspection);

void kg_inspect_dates(struct kg_inspection *inspection);
void kg_inspect_strength(struct kg_inspection *inspection);
void kg_inspect_extensions(struct kg_inspection *inspection);
void kg_inspect_usage(struct kg_inspection *inspection);
void kg_inspect_names(struct kg_inspection *inspection);
void kg_inspect_keys(struct kg_inspection *inspection);
void kg_inspect_order(struct kg_inspection *inspection);
void kg_inspect_authorities(struct kg_inspection *inspection);
void kg_inspect_trust(struct kg_inspection *inspection);
void kg_inspect_served(struct kg_inspection *inspection);

/* The reports that two checks make alike. */
void kg_inspect_report_expiry(struct kg_inspection *inspection, const struct kg_found_certificate *certificate, bool *ret_found);
void kg_inspect_report_no_authority(struct kg_inspection *inspection, const struct kg_found_certificate *certificate);

/* A name that the server's certificate of a chain should have. */
struct kg_wanted_name {
	const char *name;
	const char *why; /* who asks for it, as a clause: "which … asks for" */
	enum kg_flaw flaw;
};

/* Nothing is added when it has the name, or no name at all: that is another problem. */
void kg_inspect_report_name(struct kg_inspection *inspection, const struct kg_found_material *chain, const struct kg_wanted_name *wanted);
