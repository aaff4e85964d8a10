/*
 * Files that KEDA reads in the pod of its own operator because an object names them: operator-file-escape, operator-file-read.
 *
 * Source: pkg/scaling/resolver/hashicorpvault_handler.go and k8s_validator.go, pkg/scalers/gcp/gcp_common.go. The filePath of an authentication is
 * authentication-invalid: KEDA itself keeps it below a folder.
 */
#include <string.h>

#include "kedagate/base/err.h"
#include "kedagate/syntax/text.h"
#include "rules/checks.h"
#include "rules/findings.h"

#define ACCOUNT_NAMES_SINCE KG_VERSION(2, 18, 0) /* hashiCorpVault.credential.serviceAccountName */

/* One file that an object has KEDA read. */
struct file {
	const char *place;  /* where the object names it */
	const char *path;   /* NULL: not known, or KEDA's own choice */
	const char *effect; /* what becomes of it, whoever made it */
	const char *fix;
};

/* ---- what a path leads to ---- */

struct folder {
	const char *path;
	const char *what;
};

/* What lies in the operator's pod for the operator alone. A process of its own needs none of it by name. */
static const struct folder private_folders[] = {
        {"/certs", "keeps the private key of KEDA's operator"},
        {"/dev", "is no folder of credentials"},
        {"/etc/kubernetes", "is for the node alone"},
        {"/etc/passwd", "is no file of credentials"},
        {"/etc/shadow", "is no file of credentials"},
        {"/etc/ssl", "is no folder of credentials"},
        {"/proc", "shows the memory and environment of KEDA's operator"},
        {"/run/secrets/azure", "keeps the operator's own token for Azure"},
        {"/run/secrets/eks.amazonaws.com", "keeps the operator's own token for AWS"},
        {"/sys", "is no folder of credentials"},
        {"/var/run/secrets/azure", "keeps the operator's own token for Azure"},
        {"/var/run/secrets/eks.amazonaws.com", "keeps the operator's own token for AWS"},
};

/* `path` without empty and "." elements, from the root on: the working directory of KEDA's operator. NULL when an element is "..". */
static int clean(const char *path, struct kg_arena *arena, const char **ret_clean)
{
	size_t length = strlen(path);
	char *text = kg_arena_alloc(arena, length + 2);
	size_t used = 0;

	*ret_clean = NULL;
	if (!text)
		return KG_ENOMEM;
	for (const char *next = path; *next;) {
		size_t element = strcspn(next, "/");

		if (element == 2 && strncmp(next, "..", 2) == 0)
			return 0;
		if (element > 0 && !(element == 1 && *next == '.')) {
			text[used++] = '/';
			memcpy(text + used, next, element);
			used += element;
		}
		next += element + (next[element] == '/');
	}
	text[used] = '\0';
	*ret_clean = text;
	return 0;
}

static bool lies_in(const char *path, const char *folder)
{
	size_t length = strlen(folder);

	return strncmp(path, folder, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

/* Why nobody may have that file read; *ret_why is NULL when somebody may. 0 or KG_ENOMEM. */
static int escape_of(const struct file *file, struct kg_arena *arena, const char **ret_why)
{
	const char *path = NULL;
	int status = 0;

	*ret_why = NULL;
	if (kg_rule_is_empty(file->path))
		return 0;
	status = clean(file->path, arena, &path);
	if (status)
		return status;
	if (!path) {
		*ret_why = "must not hold \"..\": it leads out of the folder that it names";
		return 0;
	}
	for (size_t i = 0; i < KG_ARRAY_LEN(private_folders); i++) {
		if (!lies_in(path, private_folders[i].path))
			continue;
		*ret_why = kg_arena_printf(arena, "KEDA reads the file in its operator's pod, where %s %s", private_folders[i].path,
		                           private_folders[i].what);
		return *ret_why ? 0 : KG_ENOMEM;
	}
	return 0;
}

/* ---- who names one ---- */

static const char vault_effect[] =
        "KEDA signs in to Vault with a token file of its own operator, which every tenant's authentication can name";
static const char vault_fix[] = "write credential.serviceAccountName, a ServiceAccount of this namespace (KEDA 2.18.0)";
static const char key_effect[] = "KEDA reads the key from a file of its own operator, which every tenant's trigger can name";
static const char key_fix[] = "give GoogleApplicationCredentials in a TriggerAuthentication, or use the pod identity gcp";

/* The token with which KEDA signs in to Vault, when it is a file. */
static bool find_vault_token(const struct kg_rule_context *context, struct file *ret_file)
{
	const struct kg_vault *vault = &context->object->authentication.vault;
	bool named = context->keda_version >= ACCOUNT_NAMES_SINCE && !kg_rule_is_empty(vault->service_account_name);

	if (!vault->set || !vault->authentication || strcmp(vault->authentication, "kubernetes") != 0 || named)
		return false;
	*ret_file = (struct file){
	        .place = vault->credential_set ? "spec.hashiCorpVault.credential.serviceAccount" : "spec.hashiCorpVault.credential",
	        .path = vault->service_account,
	        .effect = vault_effect,
	        .fix = vault_fix,
	};
	/* Without either KEDA refuses: authentication-invalid. */
	return !vault->credential_set || !kg_rule_is_empty(vault->service_account);
}

/* With the pod identity of Google, and of no other cloud, KEDA looks for no key. */
static bool may_be_google(const struct kg_params *params)
{
	return params->identity.state == KG_IDENTITY_STATE_UNRESOLVED || params->identity.provider == KG_PROVIDER_GCP;
}

/* The metadata key that has KEDA read a key of Google's from a file; NULL when something of higher precedence counts, or may. */
static const struct kg_rule_key *find_key_file(const struct kg_rule_trigger *trigger)
{
	static const char name[] = "credentialsFromEnvFile";
	const struct kg_params *params = &trigger->resolved.params;

	if (!trigger->described || !params->scaler->opens_key_file)
		return NULL;
	/* Whatever the variable of this key holds, KEDA goes no further. */
	if (!kg_rule_is_empty(kg_pairs_get(&trigger->resolved.trigger->metadata, "credentialsFromEnv")))
		return NULL;
	for (size_t i = 0; i < trigger->key_count; i++) {
		const struct kg_rule_key *key = &trigger->keys[i];

		/* Nearly every key is another one, and differs at once. */
		if (key->name[0] != name[0] || strcmp(key->name, name) != 0 || key->use != KG_KEY_READ || !key->row)
			continue;
		if (kg_params_text(params, name) && !may_be_google(params) && kg_params_missing(params, "GoogleApplicationCredentials") &&
		    params->scaler->opens_key_file(params))
			return key;
	}
	return NULL;
}

static int describe_key_file(const struct kg_rule_context *context, const struct kg_rule_trigger *trigger, const struct kg_rule_key *key,
                             struct file *ret_file)
{
	const struct kg_resolve_context resolve = kg_rule_resolve_context(context);
	enum kg_param_state state;

	*ret_file = (struct file){
	        .place = kg_rule_metadata_path(context, trigger, key->name),
	        .effect = key_effect,
	        .fix = key_fix,
	};
	return kg_resolve_variable(&resolve, kg_params_text(&trigger->resolved.params, key->name), &state, &ret_file->path);
}

/* ---- the rules ---- */

typedef int file_check(const struct kg_rule_context *context, const struct file *file, const char *escape, struct kg_findings *out);

static int add_escape(const struct kg_rule_context *context, const struct file *file, const char *escape, struct kg_findings *out)
{
	(void)context;
	if (!escape)
		return 0;
	return kg_findings_add(out, &(struct kg_finding){
	                                    .rule = KG_RULE_OPERATOR_FILE_ESCAPE,
	                                    .path = file->place,
	                                    .type = KG_FIELD_FORBIDDEN,
	                                    .detail = escape,
	                                    .fix = file->fix,
	                            });
}

static int add_read(const struct kg_rule_context *context, const struct file *file, const char *escape, struct kg_findings *out)
{
	(void)context;
	if (escape)
		return 0;
	return kg_findings_add(out, &(struct kg_finding){
	                                    .rule = KG_RULE_OPERATOR_FILE_READ,
	                                    .path = file->place,
	                                    .type = KG_FIELD_FORBIDDEN,
	                                    .detail = file->effect,
	                                    .fix = file->fix,
	                            });
}

static int judge(const struct kg_rule_context *context, const struct file *file, file_check *check, struct kg_findings *out)
{
	const char *escape = NULL;
	int status = escape_of(file, context->arena, &escape);

	return status ? status : check(context, file, escape, out);
}

static int check_files(const struct kg_rule_context *context, file_check *check, struct kg_findings *out)
{
	struct file file;
	int status = 0;

	if (context->object->kind & KG_KINDS_AUTHENTICATION)
		return find_vault_token(context, &file) ? judge(context, &file, check, out) : 0;
	for (size_t i = 0; i < context->trigger_count && status == 0; i++) {
		const struct kg_rule_key *key = find_key_file(&context->triggers[i]);

		if (!key)
			continue;
		status = describe_key_file(context, &context->triggers[i], key, &file);
		if (status == 0)
			status = judge(context, &file, check, out);
	}
	return status;
}

int kg_check_operator_file_escape(const struct kg_rule_context *context, struct kg_findings *out)
{
	return check_files(context, add_escape, out);
}

int kg_check_operator_file_read(const struct kg_rule_context *context, struct kg_findings *out)
{
	return check_files(context, add_read, out);
}
