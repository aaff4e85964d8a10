/*
 * Every limit in one place, each with its reason.
 */
#pragma once

/* An AdmissionReview. The API server accepts objects of 3 MiB; `<`, `>` and `&` reach a webhook as six bytes each, so a legal create is
 * up to 18 MiB and an update (object and oldObject) up to 27 MiB. */
#define KG_MAX_BODY_BYTES (32u << 20)

/* What one review may take from its arena. A cJSON node is 64 bytes besides its strings: the densest JSON (`1,1,1`) grows 32-fold. So this holds
 * the largest legal update, of 3 MiB over an object of the 1.5 MiB that etcd takes; and with the largest body it fits into what reviews may
 * take of the default budget (KG_REVIEW_SHARE), so that no legal review is told to come again for ever. */
#define KG_MAX_REVIEW_ARENA_BYTES (191u << 20)

/* What a worker keeps between two reviews; a large one gives the rest back. */
#define KG_KEEP_ARENA_BYTES (256u << 10)

/* Nesting of JSON and YAML. Kubernetes' own objects stay under 30 (a JobSpec with everything in it); libyaml is quadratic in nested flow
 * collections. */
#define KG_MAX_DEPTH 256

/* Nesting of a formula of scalingModifiers; a deeper one is not judged. Nobody writes one of ten. A formula is tried in one pass over its
 * text, without loops, so that its length (KG_MAX_BODY_BYTES) bounds the work; the depth bounds the stack, at some 1 KiB a level. */
#define KG_MAX_FORMULA_DEPTH 64

/* One manifest file, and how many YAML nodes it may hold, aliases expanded. */
#define KG_MAX_FILE_BYTES (64u << 20)
#define KG_MAX_YAML_NODES 4000000u

/* A policy file: a few kilobytes in practice. */
#define KG_MAX_POLICY_BYTES (1u << 20)

/* Scopes and exemptions in it. A review with findings is matched against every scope, and against the exemptions of the rules that fired. */
#define KG_MAX_SCOPES     1000
#define KG_MAX_EXEMPTIONS 10000

/* An exemption's last days, in which what it excuses is a warning. */
#define KG_EXEMPTION_LAST_DAYS 14

/* OpenSSL's memory for private keys, all of it locked: RLIMIT_MEMLOCK is 8 MiB by default. A P-256 key takes 32 bytes, RSA with 4096 bits 2 KiB; each
 * pair that a connection still holds after a reload counts. OpenSSL wants a power of two. */
#define KG_KEY_MEMORY_BYTES (1u << 20)

/* A PEM file with a chain. */
#define KG_MAX_PEM_BYTES (256u << 10)

/* Certificates in a ca.crt. A bundle of all public authorities has some 150. */
#define KG_MAX_AUTHORITIES 512

/* Certificates in --client-ca-file: each may have to be tried at each handshake. A cluster has one, or two while it is replaced. */
#define KG_MAX_CLIENT_AUTHORITIES 16

/* Names that --tls-server-names may ask for. A Service has three or four. */
#define KG_MAX_SERVER_NAMES 32

/* Certificates that one run of `certs inspect` looks at. The bundle of a Linux distribution holds 150. */
#define KG_MAX_INSPECTED_CERTIFICATES 1000

/* Triggers judged per object. KEDA knows no limit; this one bounds the work of a review. */
#define KG_MAX_TRIGGERS 1000

/* Findings kept per object; one more line says how many were left out. */
#define KG_MAX_FINDINGS 200

/* ScaledObjects and ScaledJobs that are judged when an authentication changes: a tenth of a millisecond each. A cluster-wide one may have thousands. */
#define KG_MAX_USERS 100

/* Variables of one authentication that are looked up in the targets of its users; each is compared with all that the authentication gives. Scalers take a
 * dozen parameters. */
#define KG_MAX_AUTHENTICATION_VARIABLES 64

/* What judging one of them may take besides the review's arena, and of the same budget: a hundred triggers need less than a tenth of it. */
#define KG_MAX_USER_ARENA_BYTES (4u << 20)

/* A denial's message, before the API server wraps it. */
#define KG_MAX_MESSAGE_BYTES (32u << 10)

/* kube-apiserver re-sends warnings cut to 256 runes each once they exceed 4096 runes in all. */
#define KG_MAX_WARNINGS_BYTES 4096
#define KG_MAX_WARNING_BYTES  256
#define KG_GOOD_WARNING_BYTES 120

/* What all bodies, reviews and answers in flight may take together (--max-inflight-bytes). Over it, a request is answered 503 with Retry-After,
 * which kube-apiserver follows. The least still takes reviews of a few MiB, which is far more than manifests have. */
#define KG_DEFAULT_INFLIGHT_BYTES (256u << 20)
#define KG_MIN_INFLIGHT_BYTES     (16u << 20)
#define KG_MAX_INFLIGHT_BYTES     ((int64_t)64 << 30)

/* Up to this much, a body or a review counts as small, and may take all of that budget. Manifests have a few kilobytes. */
#define KG_SMALL_HOLDING ((size_t)1 << 20)

/* The part of the budget, in eighths, that large bodies may take, and large bodies and reviews together: what has come further has more room, so
 * that bodies that are coming in never keep out the reviews of those that are there, and the last eighth is for what is small, and for answers. */
#define KG_BODY_SHARE   4
#define KG_REVIEW_SHARE 7

/* How much of a body that is not wanted is read and thrown away so that the client sees the answer: Go's client reports a reset instead when
 * it is answered while it still sends. A client that sends more is cut off. */
#define KG_MAX_DISCARDED_BYTES (4ull * KG_MAX_BODY_BYTES)

/* A response: the message, the causes, the warnings and the annotations of KG_MAX_FINDINGS findings. */
#define KG_MAX_RESPONSE_BYTES (1u << 20)

/* Connections of the HTTPS listener. An API server keeps up to 25 idle ones per host. */
#define KG_MAX_CONNECTIONS 1024

/* Connections of a plain listener (kubelet's probes, Prometheus). */
#define KG_MAX_PLAIN_CONNECTIONS 64

/* When all are open, an idle one gives way to a new one, so that thousands of idle connections lock nobody out. For a moment both are open: this
 * part (one of ...) of the limit comes on top. */
#define KG_LEAVING_PART 8

/* A kept connection that was answered this lately does not give way: the next request may be on its way. */
#define KG_DISPLACE_SECONDS 5

/* A body that brings less than this in a span of time, or less than it takes to be there after KG_BODY_SECONDS, is slow: its sender is cut when
 * others need the memory or the place. An API server sends the largest body in well under a second. */
#define KG_SPAN_SECONDS 2
#define KG_SPAN_BYTES   (64u << 10)

/* A client that kept another's large body out is kept to its share for so long. No longer: it may be the only one by then. */
#define KG_CONTENDED_SECONDS 30

/* Descriptors besides those of connections: standard ones, listeners, epoll of each thread, watches, files that are read anew. */
#define KG_OTHER_DESCRIPTORS 64

/* Connections of one client to a plain listener, so that one does not keep the others' probes out. A kubelet has one or two. */
#define KG_MAX_PLAIN_CONNECTIONS_OF_CLIENT 16

/* A kept connection without a request. kube-apiserver closes its own after 90 s: a server that closes first races with a request. */
#define KG_IDLE_SECONDS 300

/* A new connection, until the head of its first request is there; a pause in its handshake or head included. kube-apiserver gives up on a handshake
 * after 10 s and sends its request at once. */
#define KG_HEAD_SECONDS 30

/* A request whose head is there, until its body is: the longest pause, and the longest time in all. kube-apiserver gives up after 30 s. */
#define KG_BODY_PAUSE_SECONDS 30
#define KG_BODY_SECONDS       60

/* Kubeconfig files. One cluster with its certificates takes some 5 KiB; whoever has more than these can split the file. */
#define KG_MAX_KUBECONFIG_BYTES ((size_t)4 << 20)
#define KG_MAX_KUBECONFIG_FILES 64

/* A bearer token. Those of ServiceAccounts have a kilobyte, those of identity providers a few; more than this no API server takes as a header. */
#define KG_MAX_TOKEN_BYTES (32u << 10)

/* Until the connection to an API server stands, TLS included. One that takes longer is as good as away. */
#define KG_KUBE_CONNECT_SECONDS 15

/* Between two probes of a connection to an API server that is silent: a lost one is noticed after ten of them. */
#define KG_KUBE_KEEPALIVE_SECONDS 5

/* The URL of a request to an API server: a server's name, a path, and a token to continue with, which is a base64 of a few hundred bytes. */
#define KG_MAX_KUBE_URL_BYTES (64u << 10)

/* How often `audit` asks for a page of a list in vain before it gives the list up. */
#define KG_SURVEY_ATTEMPTS 4

/* The longest pause that an API server may ask `audit` for, which somebody waits for, and the longest that is passed over in silence. API Priority and
 * Fairness asks for one second, and for a minute at most. */
#define KG_SURVEY_RETRY_AFTER_SECONDS 30
#define KG_SURVEY_SILENT_SECONDS      4

/* How long a line waits, once, for the reader of a full pipe: reviews wait for it too, and must not be held up by a container runtime that is
 * stuck. What a reader that is merely busy may take. */
#define KG_LOG_PATIENCE_MILLISECONDS 100

/* How deep a walk through directories goes. Manifests lie a few deep; a walk of its own depth must not exhaust the stack. */
#define KG_MAX_DIRECTORY_DEPTH 64

/* What all manifests of one run of `check` may take together: trees grow about tenfold, so this is some 300 MiB of YAML, or 100,000 objects. */
#define KG_MAX_CHECK_ARENA_BYTES ((size_t)4 << 30)

/* A report as text: KG_MAX_FINDINGS findings an object, some 200 bytes each. */
#define KG_MAX_REPORT_BYTES ((size_t)1 << 30)

/* A text from a request in a log line. Names of objects and uids are shorter; a user name is an identity provider's, and may be anything. */
#define KG_MAX_LOGGED_BYTES 256

/* Causes of faults that are told apart in the log, and how often each is logged at most: once a minute is seen as soon as it is looked for. The causes
 * are reasons, statuses, alerts, limits and the messages of a library; there are some fifty. */
#define KG_MAX_FAULT_CAUSES 64
#define KG_FAULT_SECONDS    60

/* One object of a cluster as JSON. etcd takes 1.5 MiB of it, in which `<`, `>` and `&` may be written as six bytes each. */
#define KG_MAX_CLUSTER_OBJECT_BYTES (10u << 20)

/* What one such object may take while it is read. Only the densest JSON, of which no manifest is made, takes more. */
#define KG_MAX_CLUSTER_ARENA_BYTES (64u << 20)

/* A page of a list besides its items: version, and where the next page begins, some 500 bytes. */
#define KG_MAX_LIST_ENVELOPE_BYTES (64u << 10)

/* The path and query of a request. The token of a page holds a name, coded. */
#define KG_MAX_REQUEST_TARGET_BYTES (16u << 10)

/* Objects of a page, as client-go asks for. */
#define KG_CLUSTER_PAGE_OBJECTS 500

/* The shortest and the longest pause before a request that failed is tried again, and the longest that a server may ask for. */
#define KG_CLUSTER_RETRY_SECONDS       1
#define KG_CLUSTER_RETRY_MAX_SECONDS   60
#define KG_CLUSTER_RETRY_AFTER_SECONDS 300

/* How long an API server may be silent before it answers and within a page, how long a page may take, and how long a watch may outlive the time that
 * was asked for. A page takes well under a second. */
#define KG_CLUSTER_SILENCE_SECONDS 30
#define KG_CLUSTER_PAGE_SECONDS    120

/* A watch is asked to end after this long, or up to twice as long, so that those of many processes do not begin together. client-go's five minutes. */
#define KG_CLUSTER_WATCH_SECONDS 300

/* A watch that ended in order is taken up at once; until then what it said counts as current, for so long at most. */
#define KG_CLUSTER_GAP_SECONDS 2

/* After a longer gap, a watch that was quiet for so long has brought what was missed; so has one that sent a bookmark, and one that is this old, for a
 * busy resource is never quiet. A backlog comes as fast as it is read. */
#define KG_CLUSTER_SETTLE_SECONDS     1
#define KG_CLUSTER_SETTLE_MAX_SECONDS 10

/* A watch that ends sooner is like one that was refused. */
#define KG_CLUSTER_LASTING_SECONDS 10

/* How long a watch may be silent where the API server sends bookmarks, of which kube-apiserver sends one a minute: something between has gone away. */
#define KG_CLUSTER_BOOKMARK_SECONDS 150

/* Without a watch, what was seen is used for so long. An API server restarts within that time; afterwards too much may have changed. */
#define KG_CLUSTER_LOST_SECONDS 60

/* Watches that are refused in a row before the resource is listed anew: the version may be from before a restore of etcd. */
#define KG_CLUSTER_REFUSED_WATCHES 5

/* Numbers in partitionLimitation, ranges expanded. The largest Kafka clusters are built for 2 million partitions, so that a longer list names some that
 * cannot exist. KEDA keeps 4 or 8 bytes of each, twice that and more while the list grows, in every trigger; its operator has 1000 MiB. */
#define KG_MAX_PARTITIONS 2000000

/* What all that is kept of a cluster's objects may take: twice what 60,000 ScaledObjects with as many Deployments do. */
#define KG_MAX_CLUSTER_CACHE_BYTES ((size_t)96 << 20)

/* ScaledObjects or autoscalers on one workload, LimitRanges of a namespace, and owners of an autoscaler that are looked at. Two are one too many. */
#define KG_MAX_NEIGHBOURS 100

/* What one of them, a LimitRange or a Deployment may take while a look-up reads it, besides the review's arena, and of the same budget: an object
 * of a megabyte. A larger one was made to be large, and nothing is concluded from a list that it is in. */
#define KG_MAX_NEIGHBOUR_ARENA_BYTES (4u << 20)

/* How long readiness waits for the cluster's objects at most: without them reviews are still judged, and an API server that refuses one kind for long
 * must not keep others out. */
#define KG_CLUSTER_READY_SECONDS 120
