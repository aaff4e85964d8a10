/*
 * Booleans and numbers as KEDA's parsers read them: its declarative one (JSON numbers, Go booleans) and the code that scalers had before
 * (Go's strconv). White space is never skipped: KEDA trims before it parses.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "kedagate/syntax/text.h"

/* Go's strconv.ParseBool: 1 t T TRUE true True, 0 f F FALSE false False. */
bool kg_go_bool_parse(struct kg_slice text, bool *ret_value);

/* Go's strconv.ParseInt in base 10, 64 bits: an optional sign, then digits. */
bool kg_go_int_parse(struct kg_slice text, int64_t *ret_value);

/* Would Go's strconv.ParseFloat take it: decimal or hexadecimal, inf, infinity, nan; not out of range? */
bool kg_go_float_valid(struct kg_slice text);

/* A JSON number that Go's json.Unmarshal stores in an int64: "10", "-3"; not "010", "+1", "1e3", "1.0". */
bool kg_json_int_parse(struct kg_slice text, int64_t *ret_value);

/* A JSON number within the range of a double: "1e3", "5.5"; not ".5", "5.", "NaN". */
bool kg_json_float_parse(struct kg_slice text, double *ret_value);
