/*
 * The scalers by symbol, and the words their tables are written in.
 */
#pragma once

#include "kedagate/scalers/scaler.h"

#define SCALER(symbol_, type_) extern const struct kg_scaler kg_scaler_##symbol_;
#include "scalers/scalers.def"
#undef SCALER

/* clang-format off */

/* A NULL-terminated list of names. */
#define KG_NAMES(...) ((const char *const[]){__VA_ARGS__, NULL})

/* A row: PARAM("name", FROM, TYPE, NEED, .more = …). */
#define PARAM(name_, from_, type_, ...) {.name = (name_), .from = from_, .type = (type_), .need = __VA_ARGS__}

/* Orders of sources, as in KEDA's `order` tag. */
#define KG_FROM_METADATA          {KG_SOURCE_METADATA}
#define KG_FROM_AUTH              {KG_SOURCE_AUTH}
#define KG_FROM_ENV               {KG_SOURCE_ENV}
#define KG_FROM_ENV_AUTH          {KG_SOURCE_ENV, KG_SOURCE_AUTH}
#define KG_FROM_ENV_METADATA      {KG_SOURCE_ENV, KG_SOURCE_METADATA}
#define KG_FROM_METADATA_ENV      {KG_SOURCE_METADATA, KG_SOURCE_ENV}
#define KG_FROM_METADATA_AUTH     {KG_SOURCE_METADATA, KG_SOURCE_AUTH}
#define KG_FROM_AUTH_METADATA     {KG_SOURCE_AUTH, KG_SOURCE_METADATA}
#define KG_FROM_AUTH_ENV          {KG_SOURCE_AUTH, KG_SOURCE_ENV}
#define KG_FROM_AUTH_METADATA_ENV {KG_SOURCE_AUTH, KG_SOURCE_METADATA, KG_SOURCE_ENV}
#define KG_FROM_AUTH_ENV_METADATA {KG_SOURCE_AUTH, KG_SOURCE_ENV, KG_SOURCE_METADATA}
#define KG_FROM_ENV_AUTH_METADATA {KG_SOURCE_ENV, KG_SOURCE_AUTH, KG_SOURCE_METADATA}
#define KG_FROM_METADATA_AUTH_ENV {KG_SOURCE_METADATA, KG_SOURCE_AUTH, KG_SOURCE_ENV}
#define KG_FROM_METADATA_ENV_AUTH {KG_SOURCE_METADATA, KG_SOURCE_ENV, KG_SOURCE_AUTH}

/* clang-format on */
