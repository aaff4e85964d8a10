#include "unit/resolve/fixture.h"

/* A trigger whose password may come from the authentication. */
#define TRIGGER "    - type: postgresql\n      metadata: {}\n      authenticationRef: {name: auth}\n"
#define SECRET  "---\napiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: shop}\nstringData: {password: hunter2, blank: ' '}\n"

/* With this spec of the authentication. */
static void resolve_with(struct fixture *f, const char *spec)
{
	char yaml[4096];

	(void)snprintf(yaml, sizeof(yaml), "%s%s%s%s%s", SCALED_OBJECT TRIGGER, DEPLOYMENT,
	               "        - {name: main, env: [{name: DB_PASSWORD, value: from-env}]}\n", SECRET AUTHENTICATION, spec);
	resolve(f, yaml);
}

static void every_block_that_names_a_parameter_gives_it(void **state)
{
	static const char *const specs[] = {
	        "  secretTargetRef: [{parameter: password, name: hidden, key: password}]\n",
	        "  configMapTargetRef: [{parameter: password, name: hidden, key: password}]\n",
	        "  boundServiceAccountToken: [{parameter: password, serviceAccountName: robot}]\n",
	        "  azureKeyVault: {vaultUri: 'https://v.vault.azure.net', secrets: [{parameter: password, name: p}]}\n",
	        "  gcpSecretManager: {secrets: [{parameter: password, id: p}]}\n",
	        "  awsSecretManager: {secrets: [{parameter: password, name: p}]}\n",
	        "  hashiCorpVault: {address: 'https://vault', authentication: token, secrets: [{parameter: password, path: p, key: k}]}\n",
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(specs) / sizeof(specs[0]); i++) {
		resolve_with(f, specs[i]);
		assert_state(f, "password", KG_PARAM_PRESENT);
		assert_int_equal(value_of(f, "password")->source, KG_SOURCE_AUTH);
	}
	resolve_with(f, "  secretTargetRef: [{parameter: other, name: hidden, key: password}]\n");
	assert_state(f, "password", KG_PARAM_ABSENT);
}

static void a_secret_that_is_seen_gives_its_value(void **state)
{
	struct fixture *f = *state;

	resolve_with(f, "  secretTargetRef: [{parameter: password, name: s, key: password}]\n");
	assert_known(f, "password", "hunter2");
	resolve_with(f, "  secretTargetRef: [{parameter: password, name: s, key: blank}]\n");
	assert_state(f, "password", KG_PARAM_ABSENT);
}

static void env_reads_the_first_container(void **state)
{
	struct fixture *f = *state;

	resolve_with(f, "  env: [{parameter: password, name: DB_PASSWORD}]\n");
	assert_known(f, "password", "from-env");
	resolve_with(f, "  env: [{parameter: password, name: GONE}]\n");
	assert_state(f, "password", KG_PARAM_ABSENT);
	resolve_with(f, "  env: [{parameter: password, name: DB_PASSWORD, containerName: gone}]\n");
	assert_state(f, "password", KG_PARAM_PRESENT);
}

static void of_two_blocks_the_one_that_keda_applies_last_counts(void **state)
{
	struct fixture *f = *state;

	resolve_with(f, "  secretTargetRef: [{parameter: password, name: s, key: password}]\n"
	                "  env: [{parameter: password, name: DB_PASSWORD}]\n");
	assert_known(f, "password", "hunter2");
	/* Also when it gives nothing. */
	resolve_with(f, "  secretTargetRef: [{parameter: password, name: s, key: blank}]\n"
	                "  env: [{parameter: password, name: DB_PASSWORD}]\n");
	assert_state(f, "password", KG_PARAM_ABSENT);
}

static void a_block_that_the_version_does_not_have_gives_nothing(void **state)
{
	struct fixture *f = *state;

	f->keda_version = KG_VERSION(2, 16, 1);
	resolve_with(f, "  boundServiceAccountToken: [{parameter: password, serviceAccountName: robot}]\n");
	assert_state(f, "password", KG_PARAM_ABSENT);
	assert_int_equal(kg_auth_block_since(KG_AUTH_BLOCK_SERVICE_ACCOUNT_TOKEN), KG_VERSION(2, 17, 0));
}

static void every_block_has_its_first_version(void **state)
{
	static const struct {
		enum kg_auth_block block;
		uint32_t since;
	} rows[] = {
	        {KG_AUTH_BLOCK_ENV, 0},
	        {KG_AUTH_BLOCK_SECRET, 0},
	        {KG_AUTH_BLOCK_VAULT, 0},
	        {KG_AUTH_BLOCK_AZURE_KEY_VAULT, 0},
	        {KG_AUTH_BLOCK_CONFIG_MAP, KG_VERSION(2, 13, 0)},
	        {KG_AUTH_BLOCK_GCP_SECRET_MANAGER, KG_VERSION(2, 13, 0)},
	        {KG_AUTH_BLOCK_AWS_SECRET_MANAGER, KG_VERSION(2, 13, 0)},
	        {KG_AUTH_BLOCK_SERVICE_ACCOUNT_TOKEN, KG_VERSION(2, 17, 0)},
	        {KG_AUTH_BLOCK_OAUTH2, KG_VERSION(2, 20, 0)},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(kg_auth_block_since(rows[i].block), rows[i].since);
}

#define OAUTH_TRIGGER "    - type: prometheus\n      metadata: {}\n      authenticationRef: {name: auth}\n"

static void an_oauth2_block_gives_what_it_holds(void **state)
{
	struct fixture *f = *state;

	resolve(f, SCALED_OBJECT OAUTH_TRIGGER AUTHENTICATION "  oauth2: {clientId: orders, tokenUrl: 'https://login.example/token'}\n");
	assert_known(f, "oauthTokenURI", "https://login.example/token");
	assert_known(f, "clientID", "orders");
	assert_state(f, "clientSecret", KG_PARAM_ABSENT);
	assert_state(f, "scopes", KG_PARAM_ABSENT);
	resolve(f, SCALED_OBJECT OAUTH_TRIGGER AUTHENTICATION
	        "  oauth2: {clientId: orders, tokenUrl: 'https://login.example/token', scopes: [a],\n"
	        "           clientSecret: {valueFrom: {secretKeyRef: {name: s, key: password}}}}\n" SECRET);
	assert_known(f, "clientSecret", "hunter2");
	assert_state(f, "scopes", KG_PARAM_PRESENT);
}

static void an_entry_without_a_name_or_key_is_given_and_no_more(void **state)
{
	struct fixture *f = *state;

	resolve_with(f, "  secretTargetRef: [{parameter: password, name: s}]\n");
	assert_state(f, "password", KG_PARAM_PRESENT);
	resolve_with(f, "  secretTargetRef: [{parameter: password, key: password}]\n");
	assert_state(f, "password", KG_PARAM_PRESENT);
	resolve_with(f, "  env: [{parameter: password}]\n");
	assert_state(f, "password", KG_PARAM_PRESENT);
}

static void the_kind_may_be_named_or_left_out(void **state)
{
	static const char *const references[] = {"{name: auth}", "{name: auth, kind: TriggerAuthentication}", "{name: auth, kind: ''}"};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(references) / sizeof(references[0]); i++) {
		char yaml[2048];

		(void)snprintf(yaml, sizeof(yaml), "%s    - type: postgresql\n      metadata: {}\n      authenticationRef: %s\n%s",
		               SCALED_OBJECT, references[i], AUTHENTICATION "  podIdentity: {provider: gcp}\n");
		resolve(f, yaml);
		assert_int_equal(f->trigger.reference, KG_REFERENCE_FOUND);
	}
	resolve(f, SCALED_OBJECT "    - type: postgresql\n      metadata: {}\n      authenticationRef: {}\n");
	assert_int_equal(f->trigger.reference, KG_REFERENCE_NONE);
}

static void a_file_path_hides_every_other_source(void **state)
{
	struct fixture *f = *state;

	resolve_with(f, "  filePath: shop.json\n"
	                "  secretTargetRef: [{parameter: password, name: s, key: password}]\n");
	assert_int_equal(f->trigger.reference, KG_REFERENCE_FOUND);
	assert_state(f, "password", KG_PARAM_UNRESOLVED);
	f->keda_version = KG_VERSION(2, 19, 0);
	resolve_with(f, "  filePath: shop.json\n");
	assert_state(f, "password", KG_PARAM_UNRESOLVED);
	f->keda_version = KG_VERSION(2, 18, 3);
	resolve_with(f, "  filePath: shop.json\n"
	                "  secretTargetRef: [{parameter: password, name: s, key: password}]\n");
	assert_known(f, "password", "hunter2");
}

static void the_secrets_of_a_cluster_wide_one_lie_in_a_namespace_that_is_not_known(void **state)
{
	struct fixture *f = *state;

	resolve(f, SCALED_OBJECT "    - type: postgresql\n      metadata: {}\n      authenticationRef: {name: auth, kind: "
	                         "ClusterTriggerAuthentication}\n" SECRET
	                         "---\napiVersion: keda.sh/v1alpha1\nkind: ClusterTriggerAuthentication\nmetadata: {name: auth}\n"
	                         "spec: {secretTargetRef: [{parameter: password, name: s, key: blank}]}\n");
	assert_int_equal(f->trigger.reference, KG_REFERENCE_FOUND);
	assert_state(f, "password", KG_PARAM_PRESENT);
}

static void an_authentication_of_another_namespace_or_kind_is_not_it(void **state)
{
	struct fixture *f = *state;

	resolve(f, SCALED_OBJECT TRIGGER
	        "---\napiVersion: keda.sh/v1alpha1\nkind: TriggerAuthentication\nmetadata: {name: auth, namespace: other}\n"
	        "spec: {}\n");
	assert_int_equal(f->trigger.reference, KG_REFERENCE_UNRESOLVED);
	resolve(f, SCALED_OBJECT TRIGGER
	        "---\napiVersion: keda.sh/v1alpha1\nkind: ClusterTriggerAuthentication\nmetadata: {name: auth}\nspec: {}\n");
	assert_int_equal(f->trigger.reference, KG_REFERENCE_UNRESOLVED);
	resolve(f, SCALED_OBJECT "    - type: postgresql\n      metadata: {}\n      authenticationRef: {name: auth, kind: Secret}\n");
	assert_int_equal(f->trigger.reference, KG_REFERENCE_UNRESOLVED);
}

/* A live view of the cluster knows what is not there. */
static enum kg_lookup answer_absent(const struct kg_world *world, const struct kg_object_key *key, struct kg_arena *arena,
                                    const struct kg_authentication **ret_authentication)
{
	(void)world, (void)key, (void)arena, (void)ret_authentication;
	return KG_LOOKUP_ABSENT;
}

static void an_authentication_that_is_certainly_not_there_counts_as_none(void **state)
{
	struct kg_world_operations operations = *kg_world_blind()->operations;
	const struct kg_world world = {.operations = &operations};
	struct fixture *f = *state;

	operations.authentication = answer_absent;
	f->as = &world;
	resolve(f, SCALED_OBJECT TRIGGER);
	assert_int_equal(f->trigger.reference, KG_REFERENCE_ABSENT);
	assert_state(f, "password", KG_PARAM_ABSENT);
	assert_int_equal(f->trigger.params.identity.state, KG_IDENTITY_STATE_KNOWN);
	assert_int_equal(f->trigger.params.identity.provider, KG_PROVIDER_NONE);
}

static void the_identity_is_that_of_the_authentication(void **state)
{
	struct fixture *f = *state;
	const struct kg_identity *identity = &f->trigger.params.identity;

	resolve_with(f, "  podIdentity: {provider: azure-workload, identityId: some-id}\n");
	assert_int_equal(identity->state, KG_IDENTITY_STATE_KNOWN);
	assert_int_equal(identity->provider, KG_PROVIDER_AZURE_WORKLOAD);
	assert_string_equal(identity->identity_id, "some-id");
	resolve_with(f, "  podIdentity: {provider: azure-workload}\n");
	assert_null(identity->identity_id);
	resolve_with(f, "  podIdentity: {provider: azure-workload, identityId: ''}\n");
	assert_string_equal(identity->identity_id, "");
	resolve_with(f, "  podIdentity: {provider: aws, roleArn: 'arn:aws:iam::1:role/orders'}\n");
	assert_string_equal(identity->role_arn, "arn:aws:iam::1:role/orders");
	resolve_with(f, "  env: []\n");
	assert_int_equal(identity->provider, KG_PROVIDER_NONE);
	resolve(f, SCALED_OBJECT TRIGGER);
	assert_int_equal(identity->state, KG_IDENTITY_STATE_UNRESOLVED);
}

struct counting_world {
	struct kg_world world; /* first */
	struct kg_world_operations operations;
	unsigned look_ups;
};

static enum kg_lookup count_look_up(const struct kg_world *world, const struct kg_object_key *key, struct kg_arena *arena,
                                    const struct kg_authentication **ret_authentication)
{
	(void)key;
	(void)arena;
	(void)ret_authentication;
	((struct counting_world *)(uintptr_t)world)->look_ups++;
	return KG_LOOKUP_UNSEEN;
}

static void triggers_that_share_an_authentication_look_for_it_once(void **state)
{
	static const unsigned after[] = {1, 1, 2, 3};
	struct fixture *f = *state;
	struct counting_world counting = {.operations = *kg_world_blind()->operations};
	struct kg_resolved_reference last = {0};
	struct kg_resolve_context context;

	resolve(f, SCALED_OBJECT TRIGGER TRIGGER
	        "    - {type: cron, metadata: {}, authenticationRef: {name: auth, kind: ClusterTriggerAuthentication}}\n"
	        "    - {type: cron, metadata: {}, authenticationRef: {name: other}}\n");
	counting.operations.authentication = count_look_up;
	counting.world.operations = &counting.operations;
	context = (struct kg_resolve_context){.object = &f->object,
	                                      .namespace = "shop",
	                                      .world = &counting.world,
	                                      .keda_version = f->keda_version,
	                                      .arena = &f->world.arena,
	                                      .last = &last};
	for (size_t i = 0; i < sizeof(after) / sizeof(after[0]); i++) {
		assert_int_equal(kg_resolve_trigger(&context, i, &f->trigger), 0);
		assert_int_equal(counting.look_ups, after[i]);
		assert_int_equal(f->trigger.reference, KG_REFERENCE_UNRESOLVED);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(every_block_that_names_a_parameter_gives_it, setup, teardown),
	        cmocka_unit_test_setup_teardown(a_secret_that_is_seen_gives_its_value, setup, teardown),
	        cmocka_unit_test_setup_teardown(env_reads_the_first_container, setup, teardown),
	        cmocka_unit_test_setup_teardown(of_two_blocks_the_one_that_keda_applies_last_counts, setup, teardown),
	        cmocka_unit_test_setup_teardown(a_block_that_the_version_does_not_have_gives_nothing, setup, teardown),
	        cmocka_unit_test_setup_teardown(every_block_has_its_first_version, setup, teardown),
	        cmocka_unit_test_setup_teardown(an_oauth2_block_gives_what_it_holds, setup, teardown),
	        cmocka_unit_test_setup_teardown(an_entry_without_a_name_or_key_is_given_and_no_more, setup, teardown),
	        cmocka_unit_test_setup_teardown(the_kind_may_be_named_or_left_out, setup, teardown),
	        cmocka_unit_test_setup_teardown(a_file_path_hides_every_other_source, setup, teardown),
	        cmocka_unit_test_setup_teardown(the_secrets_of_a_cluster_wide_one_lie_in_a_namespace_that_is_not_known, setup, teardown),
	        cmocka_unit_test_setup_teardown(an_authentication_of_another_namespace_or_kind_is_not_it, setup, teardown),
	        cmocka_unit_test_setup_teardown(an_authentication_that_is_certainly_not_there_counts_as_none, setup, teardown),
	        cmocka_unit_test_setup_teardown(the_identity_is_that_of_the_authentication, setup, teardown),
	        cmocka_unit_test_setup_teardown(triggers_that_share_an_authentication_look_for_it_once, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
