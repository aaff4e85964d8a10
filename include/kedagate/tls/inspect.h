/*
 * What is wrong with certificates, in words: what `kedagate certs inspect` prints.
 *
 * Pure: texts in memory go in, certificates and problems come out as data. Nothing of a private key ever reaches the report. Trust is judged
 * as Go's crypto/x509 does, because the clients are kube-apiserver and KEDA.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "kedagate/base/arena.h"
#include "kedagate/base/compiler.h"
#include "kedagate/base/err.h"
#include "kedagate/tls/keypair.h"

enum kg_material_role {
	KG_MATERIAL_UNKNOWN,       /* a file that somebody named: what it holds decides */
	KG_MATERIAL_CERTIFICATE,   /* tls.crt: the server's certificate, then its issuers */
	KG_MATERIAL_KEY,           /* tls.key */
	KG_MATERIAL_AUTHORITY,     /* ca.crt, caBundle: each certificate in it is trusted by clients */
	KG_MATERIAL_AUTHORITY_KEY, /* ca.key */
	KG_MATERIAL_SERVED,        /* what a server sent in a handshake */
};

enum kg_material_state {
	KG_MATERIAL_WHOLE,
	KG_MATERIAL_ABSENT,     /* it should be there and is not */
	KG_MATERIAL_NO_BASE64,  /* its base64 is broken */
	KG_MATERIAL_UNVERIFIED, /* an authority: absent because clients are told not to verify */
};

/* One text. Materials of one set belong together: a Secret, a directory, the files of one command line. An authority in a set without a
 * server's certificate is for all servers, or for those that go by `name`. */
struct kg_material {
	enum kg_material_role role;
	enum kg_material_state state;
	const char *place; /* what sentences about others call it: "certs/tls.crt", "Secret keda/kedaorg-certs: tls.crt" */
	size_t set;
	const char *text; /* PEM; NUL-terminated besides its length */
	size_t length;
	const char *name; /* of an authority: the server name that its clients ask for, such as "hook.keda.svc"; NULL: any */
};

struct kg_inspect_request {
	const struct kg_material *materials;
	size_t material_count;
	const char *server_name;  /* DNS name or IP address that clients ask for; NULL: not known */
	bool server_name_is_host; /* it is merely where the connection went: a mismatch is a warning */
	time_t now;
};

enum kg_severity { KG_SEVERITY_PROBLEM, KG_SEVERITY_WARNING };

enum kg_flaw {
#define FLAW(name_, id_, severity_, advice_) KG_FLAW_##name_,
#include "kedagate/tls/flaws.def"
#undef FLAW
	KG_FLAW_COUNT
};

struct kg_flaw_info {
	const char *id; /* "key-mismatch" */
	enum kg_severity severity;
	const char *advice; /* what to do: sentences */
};

const struct kg_flaw_info *kg_flaw_info(enum kg_flaw flaw);

enum kg_certificate_kind {
	KG_CERTIFICATE_SERVER,       /* the first of a chain */
	KG_CERTIFICATE_INTERMEDIATE, /* an authority that another one signed */
	KG_CERTIFICATE_ROOT,         /* an authority that signed itself */
	KG_CERTIFICATE_OTHER,        /* none of these */
};

enum { KG_FINGERPRINT_TEXT_MAX = 96 };

/* What a certificate says. Texts hold printable characters only. */
struct kg_inspected_certificate {
	size_t material;
	size_t number; /* in its material, from 1 */
	enum kg_certificate_kind kind;
	const char *subject; /* "CN=name,O=org" (RFC 2253) */
	const char *issuer;
	const char *const *names; /* SANs: DNS names and IP addresses as they are, others as "email:…", "URI:…", "other" */
	size_t name_count;
	char serial[KG_SERIAL_TEXT_MAX]; /* as in struct kg_pair_facts */
	bool has_dates;                  /* they could be read */
	time_t not_before;               /* both inclusive */
	time_t not_after;
	const char *key;                           /* "ECDSA P-256", "RSA 2048", "Ed25519" */
	const char *key_place;                     /* of the private key that belongs to it, NULL when none was given */
	char fingerprint[KG_FINGERPRINT_TEXT_MAX]; /* SHA-256 of the DER, as `openssl x509 -fingerprint` */
};

struct kg_certificate_problem {
	enum kg_flaw flaw;
	size_t material;
	size_t certificate;       /* its number there, 0: the problem is about none */
	const char *sentence;     /* without a full stop */
	const char *client_error; /* how Go's crypto/x509 and crypto/tls word it, so kube-apiserver too; NULL when they do not mind */
};

struct kg_inspect_report {
	struct kg_inspected_certificate *certificates; /* in the order of the materials */
	size_t certificate_count;
	struct kg_certificate_problem *problems; /* by material, then as found */
	size_t problem_count;
};

/* Inspect everything. The report lives in `arena` and borrows from the request. However wrong the materials are, that is no failure: 0 or KG_ENOMEM. */
KG_MUST_CHECK int kg_inspect(const struct kg_inspect_request *request, struct kg_arena *arena, struct kg_inspect_report *out,
                             struct kg_err *err);
