/*
 * Making complaints: what check functions share.
 */
#pragma once

#include "kedagate/base/compiler.h"
#include "kedagate/scalers/params.h"

/* The row `parameter` is missing, and `detail` says why it is needed. The fix names where it may be written. 0 or KG_ENOMEM. */
KG_MUST_CHECK int kg_complain_missing(const struct kg_params *params, const char *parameter, const char *detail, struct kg_complaints *out);

/* As kg_complain_missing, of each of `names` that is certainly missing; `names` ends with NULL. */
KG_MUST_CHECK int kg_complain_each_missing(const struct kg_params *params, const char *const *names, const char *detail,
                                           struct kg_complaints *out);

/* As kg_complain_missing of what KEDA accepts without it and then cannot work: never more than a warning. */
KG_MUST_CHECK int kg_complain_lacking(const struct kg_params *params, const char *parameter, const char *detail, struct kg_complaints *out);

/* The value of the row `parameter` is wrong; it is shown unless it may hold a secret. NULL `detail` is KG_ENOMEM, so that a text can be made in place. */
KG_MUST_CHECK int kg_complain_invalid(const struct kg_params *params, const char *parameter, const char *detail, struct kg_complaints *out);

/* The row `parameter` must not be given together with what `detail` names. 0 or KG_ENOMEM, as of a NULL `detail`. */
KG_MUST_CHECK int kg_complain_conflict(const struct kg_params *params, const char *parameter, const char *detail,
                                       struct kg_complaints *out);

/* As kg_complain_invalid, never more than a warning. */
KG_MUST_CHECK int kg_complain_doubtful(const struct kg_params *params, const char *parameter, const char *detail,
                                       struct kg_complaints *out);

/* The known value of the row `parameter` is no absolute URL, to which every request fails: never more than a warning. 0 or KG_ENOMEM. */
KG_MUST_CHECK int kg_complain_unless_url(const struct kg_params *params, const char *parameter, struct kg_complaints *out);

/* The known value of the row `parameter`, to which KEDA sends a request while it builds the scaler, is no URL of HTTP. 0 or KG_ENOMEM. */
KG_MUST_CHECK int kg_complain_unless_http(const struct kg_params *params, const char *parameter, struct kg_complaints *out);

/* Is the version at hand built with a Go that refuses the URLs of kg_url_has_stray_colon (go.mod says 1.26)? */
static inline bool kg_params_strict_urls(const struct kg_params *params)
{
	return params->keda_version >= KG_VERSION(2, 20, 0);
}

/* Were the facts read in KEDA's source of the version at hand? */
static inline bool kg_params_read(const struct kg_params *params)
{
	return params->keda_version >= params->scaler->read_since;
}

/* The credential or certificate in the row `parameter` is given, and nobody uses it; `because` says why. 0 or KG_ENOMEM, as of a NULL
 * `because`. */
KG_MUST_CHECK int kg_complain_ignored(const char *parameter, const char *because, struct kg_complaints *out);

/* Is the version at hand read by KEDA's declarative parser, rather than by code of the scaler's own? */
static inline bool kg_params_typed(const struct kg_params *params)
{
	return params->keda_version >= params->scaler->typed_since;
}
