/*
 * The log sink: one line an event, text or JSON, on standard error.
 *
 * Only the modules `server` and `cli` log. The sink is process-wide; configure it before threads start. Lines are written whole, from any
 * thread. Values are escaped in both formats: a value can neither start a new line nor forge a field.
 *
 * Nobody waits for whoever reads the log: a pipe that stays full for KG_LOG_PATIENCE_MILLISECONDS loses lines from then on, without a wait, until
 * there is room again. Then a line says how many were lost; so it does after a disk was full.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kedagate/base/compiler.h"
#include "kedagate/base/err.h"

enum kg_log_level { KG_LOG_ERROR, KG_LOG_WARN, KG_LOG_INFO, KG_LOG_DEBUG };
enum kg_log_format { KG_LOG_TEXT, KG_LOG_JSON };
enum kg_log_type { KG_LOG_STRING, KG_LOG_INTEGER, KG_LOG_BOOLEAN, KG_LOG_STRINGS };

/* One field of a line. A NULL string or name is left out. */
struct kg_log_field {
	const char *name;
	enum kg_log_type type;
	const char *string;
	int64_t integer; /* also the boolean, and the number of `strings` */
	const char *const *strings;
};

#define KG_LOG_STR(name_, value_)  ((struct kg_log_field){.name = (name_), .type = KG_LOG_STRING, .string = (value_)})
#define KG_LOG_INT(name_, value_)  ((struct kg_log_field){.name = (name_), .type = KG_LOG_INTEGER, .integer = (value_)})
#define KG_LOG_BOOL(name_, value_) ((struct kg_log_field){.name = (name_), .type = KG_LOG_BOOLEAN, .integer = (value_)})
#define KG_LOG_LIST(name_, values_, count_)                                                                                                \
	((struct kg_log_field){.name = (name_), .type = KG_LOG_STRINGS, .strings = (values_), .integer = (int64_t)(count_)})

/* Lines below `level` are dropped; `fd` gets the rest (2 unless told otherwise), and is not told of what was lost before. */
void kg_log_configure(enum kg_log_level level, enum kg_log_format format, int fd);

/* "error", "warn", "info", "debug" / "text", "json". KG_EINVAL names what is allowed. */
KG_MUST_CHECK int kg_log_level_parse(const char *text, enum kg_log_level *ret_level, struct kg_err *err);
KG_MUST_CHECK int kg_log_format_parse(const char *text, enum kg_log_format *ret_format, struct kg_err *err);

bool kg_log_enabled(enum kg_log_level level);

/* Write one line: time (UTC, milliseconds), level, msg, then the fields in order. A line that cannot be built or written is lost and counted;
 * logging never fails its caller. */
void kg_log_fields(enum kg_log_level level, const char *message, const struct kg_log_field *fields, size_t count);

/* The number of lines that were lost since the start. */
uint64_t kg_log_lost(void);

/* kg_log(KG_LOG_INFO, "serving", KG_LOG_STR("address", text), …); at least one field. */
#define kg_log(level_, message_, ...)                                                                                                      \
	kg_log_fields((level_), (message_), (const struct kg_log_field[]){__VA_ARGS__},                                                    \
	              KG_ARRAY_LEN(((const struct kg_log_field[]){__VA_ARGS__})))
