/*
 * Runners that wait for jobs: github-runner, forgejo-runner.
 */
#include "kedagate/syntax/pem.h"
#include "scalers/complaints.h"
#include "scalers/number.h"
#include "scalers/scalers.h"

#define GITHUB_TYPED_SINCE KG_VERSION(2, 18, 0)
#define FORGEJO_SINCE      KG_VERSION(2, 18, 0)
#define APP_SINCE          KG_VERSION(2, 11, 0)

/* clang-format off */
static const struct kg_param github_rows[] = {
	PARAM("githubApiURL",                           KG_FROM_METADATA_ENV, KG_TYPE_STRING, KG_OPTIONAL, .def = "https://api.github.com", .target = KG_TARGET_ADDRESS),
	PARAM("owner",                                  KG_FROM_METADATA_ENV, KG_TYPE_STRING, KG_REQUIRED),
	PARAM("runnerScope",                            KG_FROM_METADATA_ENV, KG_TYPE_STRING, KG_REQUIRED, .values = KG_NAMES("org", "ent", "repo"), .checked_since = GITHUB_TYPED_SINCE),
	PARAM("personalAccessToken",                    KG_FROM_AUTH,         KG_TYPE_STRING, KG_OPTIONAL, .credential = true, .sent_as = "the personal access token"),
	PARAM("repos",                                  KG_FROM_METADATA_ENV, KG_TYPE_LIST,   KG_OPTIONAL),
	PARAM("labels",                                 KG_FROM_METADATA_ENV, KG_TYPE_LIST,   KG_OPTIONAL),
	PARAM("noDefaultLabels",                        KG_FROM_METADATA_ENV, KG_TYPE_BOOL,   KG_OPTIONAL, .since = KG_VERSION(2, 16, 0), .checked_since = GITHUB_TYPED_SINCE, .def = "false"),
	PARAM("enableEtags",                            KG_FROM_METADATA_ENV, KG_TYPE_BOOL,   KG_OPTIONAL, .since = KG_VERSION(2, 17, 0), .checked_since = GITHUB_TYPED_SINCE, .def = "false"),
	PARAM("matchUnlabeledJobsWithUnlabeledRunners", KG_FROM_METADATA_ENV, KG_TYPE_BOOL,   KG_OPTIONAL, .since = GITHUB_TYPED_SINCE, .def = "false"),
	PARAM("targetWorkflowQueueLength",              KG_FROM_METADATA_ENV, KG_TYPE_INT,    KG_OPTIONAL, .checked_since = GITHUB_TYPED_SINCE, .def = "1"),
	PARAM("applicationID",                          KG_FROM_METADATA_ENV, KG_TYPE_INT,    KG_OPTIONAL, .since = APP_SINCE, .checked_since = GITHUB_TYPED_SINCE),
	PARAM("installationID",                         KG_FROM_METADATA_ENV, KG_TYPE_INT,    KG_OPTIONAL, .since = APP_SINCE, .checked_since = GITHUB_TYPED_SINCE),
	PARAM("appKey",                                 KG_FROM_AUTH,         KG_TYPE_STRING, KG_OPTIONAL, .since = APP_SINCE, .credential = true, .sent_as = "the token of the GitHub App"),
};

static const struct kg_param forgejo_rows[] = {
	PARAM("token",   KG_FROM_AUTH_ENV, KG_TYPE_STRING, KG_REQUIRED, .credential = true, .sent_as = "the token"),
	PARAM("address", KG_FROM_METADATA, KG_TYPE_STRING, KG_REQUIRED, .target = KG_TARGET_ADDRESS),
	PARAM("labels",  KG_FROM_METADATA, KG_TYPE_STRING, KG_REQUIRED),
	PARAM("global",  KG_FROM_METADATA, KG_TYPE_BOOL,   KG_OPTIONAL),
	PARAM("owner",   KG_FROM_METADATA, KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("org",     KG_FROM_METADATA, KG_TYPE_STRING, KG_OPTIONAL),
	PARAM("repo",    KG_FROM_METADATA, KG_TYPE_STRING, KG_OPTIONAL),
};
/* clang-format on */

/* A part of the GitHub App that is certainly given, and not 0, which is none. */
static bool counts(const struct kg_params *params, const char *name)
{
	return kg_params_given(params, name) && !kg_number_is_zero(params, name);
}

/* A part that is certainly not given, or 0. */
static bool lacks(const struct kg_params *params, const char *name)
{
	return kg_params_missing(params, name) || kg_number_is_zero(params, name);
}

static const char app_detail[] = "applicationID, installationID and appKey go together";

static int check_app(const struct kg_params *params, struct kg_complaints *out)
{
	static const char *const names[] = {"applicationID", "installationID", "appKey"};
	const char *key = kg_params_text(params, names[2]);
	bool any = false;
	int status = 0;

	for (size_t i = 0; i < KG_ARRAY_LEN(names); i++)
		any = any || counts(params, names[i]);
	if (!any)
		return 0;
	for (size_t i = 0; i < KG_ARRAY_LEN(names) && status == 0; i++) {
		if (kg_params_missing(params, names[i]))
			status = kg_complain_missing(params, names[i], app_detail, out);
		else if (lacks(params, names[i]))
			status = kg_complain_invalid(params, names[i], "must not be 0", out);
	}
	if (status == 0 && key && !kg_pem_has_block(key, "KEY"))
		status = kg_complain_invalid(params, names[2], "must be the private key of the GitHub App in PEM", out);
	return status;
}

static int check_github(const struct kg_params *params, struct kg_complaints *out)
{
	int status = kg_complain_unless_url(params, "githubApiURL", out);

	if (status == 0 && kg_params_missing(params, "personalAccessToken") && kg_params_missing(params, "appKey"))
		status = kg_complain_missing(params, "personalAccessToken", "KEDA needs it, or the appKey of a GitHub App", out);
	return status ? status : check_app(params, out);
}

/* An owner or a repository alone is not looked at. */
static int check_forgejo(const struct kg_params *params, struct kg_complaints *out)
{
	static const char *const names[] = {"owner", "repo"};
	int status = kg_complain_unless_url(params, "address", out);

	for (size_t i = 0; i < KG_ARRAY_LEN(names) && status == 0; i++) {
		if (kg_params_given(params, names[i]) && kg_params_missing(params, names[1 - i]))
			status = kg_complain_lacking(params, names[1 - i], "KEDA looks at owner and repo together only", out);
	}
	return status;
}

const struct kg_scaler kg_scaler_github_runner = {
        .type = "github-runner",
        .params = github_rows,
        .param_count = KG_ARRAY_LEN(github_rows),
        .typed_since = GITHUB_TYPED_SINCE,
        .read_since = GITHUB_TYPED_SINCE,
        .other_identities = KG_IDENTITY_IGNORED,
        .transport = {.kind = KG_TRANSPORT_URL, .parameter = "githubApiURL"},
        .check = check_github,
        .source = "pkg/scalers/github_runner_scaler.go",
};

const struct kg_scaler kg_scaler_forgejo_runner = {
        .type = "forgejo-runner",
        .since = FORGEJO_SINCE,
        .params = forgejo_rows,
        .param_count = KG_ARRAY_LEN(forgejo_rows),
        .typed_since = FORGEJO_SINCE,
        .read_since = FORGEJO_SINCE,
        .other_identities = KG_IDENTITY_IGNORED,
        .transport = {.kind = KG_TRANSPORT_URL, .parameter = "address"},
        .check = check_forgejo,
        .source = "pkg/scalers/forgejo_runner_scaler.go",
};
