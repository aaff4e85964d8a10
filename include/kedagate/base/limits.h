/*
 * Every limit in one place, each with its reason.
 */
#pragma once

/* An AdmissionReview. The API server accepts objects of 3 MiB; `<`, `>` and `&` reach a webhook as six bytes each, so a legal create is
 * up to 18 MiB and an update (object and oldObject) up to 27 MiB. */
#define KG_MAX_BODY_BYTES (32u << 20)

/* What one review may take from its arena. A cJSON node is 64 bytes besides its strings, so dense JSON grows about tenfold: this holds the
 * largest legal review, and bounds a hostile one. */
#define KG_MAX_REVIEW_ARENA_BYTES (384u << 20)

/* What a worker keeps between two reviews; a large one gives the rest back. */
#define KG_KEEP_ARENA_BYTES (256u << 10)

/* Nesting of JSON and YAML. Kubernetes' own objects stay under 30 (a JobSpec with everything in it); libyaml is quadratic in nested flow
 * collections. */
#define KG_MAX_DEPTH 256

/* One manifest file, and how many YAML nodes it may hold, aliases expanded. */
#define KG_MAX_FILE_BYTES (64u << 20)
#define KG_MAX_YAML_NODES 4000000u

/* A policy file: a few kilobytes in practice. */
#define KG_MAX_POLICY_BYTES (1u << 20)

/* A PEM file with a chain. */
#define KG_MAX_PEM_BYTES (256u << 10)

/* Triggers judged per object. KEDA knows no limit; this one bounds the work of a review. */
#define KG_MAX_TRIGGERS 1000

/* Findings kept per object; one more line says how many were left out. */
#define KG_MAX_FINDINGS 200

/* A denial's message, before the API server wraps it. */
#define KG_MAX_MESSAGE_BYTES (32u << 10)

/* kube-apiserver re-sends warnings cut to 256 runes each once they exceed 4096 runes in all. */
#define KG_MAX_WARNINGS_BYTES 4096
#define KG_MAX_WARNING_BYTES 256
#define KG_GOOD_WARNING_BYTES 120
