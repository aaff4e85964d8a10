"""Objects with a secret in every place where one can stand. Each place is an object to be judged and what stands around it."""

import base64
import dataclasses
import json

import reviews
from manifests import authentication, config_map, deployment, scaled_object, secret, trigger
from program import run

# Right parameters of each described scaler, so that nothing but the planted one is wrong.
USUAL = {
    "azure-servicebus": {"queueName": "orders", "namespace": "shop-bus"},
    "metrics-api": {"url": "https://metrics.shop.example/queue", "valueLocation": "length", "targetValue": "5"},
    "postgresql": {"host": "db.shop", "port": "5432", "userName": "keda", "dbName": "orders", "sslmode": "require", "query": "SELECT 1",
                   "targetQueryValue": "5"},
    "prometheus": {"serverAddress": "https://prometheus.shop.example", "query": "sum(waiting)", "threshold": "5"},
    "temporal": {"endpoint": "temporal.shop:7233", "taskQueue": "orders"},
}


# One secret, @@, in every dress. Those whose shape says that they are secret may stand in any field.
DRESSES = {
    "token": "@@",
    "url-password": "https://keda:@@@host.example:8080/path",
    "url-user": "https://@@@host.example/path",
    "url-query": "https://host.example/path?page=1&token=@@",
    "url-key": "https://host.example/path?key=@@",
    "url-unparsable": "https://keda:@@@host:port/%zz",
    "azure": "Endpoint=sb://bus.servicebus.windows.net/;SharedAccessKeyName=root;SharedAccessKey=@@=",
    "azure-sas": "BlobEndpoint=https://a.blob.core.windows.net;SharedAccessSignature=sv=2020&sig=@@",
    "azure-account": "DefaultEndpointsProtocol=https;AccountName=shop;AccountKey=@@==",
    "dsn": "host=db.shop user=keda password=@@ sslmode=nonsense",
    "dsn-url": "postgresql://keda:@@@db.shop:5432/orders?sslmode=nonsense",
    "dsn-query": "postgres:///orders?host=/tmp&password=@@",
    "mysql": "keda:@@@tcp(db.shop:3306)/orders",
    "redis": "redis://:@@@redis.shop:6379",
    "header": "Authorization=Bearer @@,X-Scope-OrgID=shop",
    "basic": "Basic @@",
    "pem": "-----BEGIN PRIVATE KEY-----\n@@\n-----END PRIVATE KEY-----\n",
    "json": '{"type": "service_account", "private_key": "@@"}',
    "list": "first,@@,last",
    "spaced": " @@ ",
}


def values(canaries, place, shapes=tuple(DRESSES)):
    """(place with the shape, value) for each of the shapes."""
    for shape in shapes:
        named = f"{place}, {shape}"
        yield named, DRESSES[shape].replace("@@", canaries.token(named))


def some_shapes(number, count=4):
    """The bare token, and `count` others that change with the number: over all places each shape has its turn everywhere."""
    others = [shape for shape in DRESSES if shape != "token"]
    return ("token", *(others[(number * count + i) % len(others)] for i in range(count)))


@dataclasses.dataclass
class Place:
    name: str
    object: dict  # to be judged
    around: list = dataclasses.field(default_factory=list)  # what it refers to
    rule: str = ""  # fires when the place was looked at
    path: str = ""  # where


def described():
    """The types of scalers whose parameters are known, with the parameters."""
    scalers = json.loads(run("scalers", "-o", "json").stdout)["scalers"]
    return {scaler["type"]: scaler["parameters"] for scaler in scalers if "parameters" in scaler}


def parameters():
    """(type, name, whether it is a credential, where it is read from) of every parameter of every described scaler, whatever the version."""
    for kind, rows in described().items():
        for row in rows:
            for name in (row["name"], *row.get("also", [])):
                yield kind, name, row.get("credential", False), row["from"]


def usual(kind, without=(), **more):
    return {**{name: value for name, value in USUAL.get(kind, {}).items() if name not in without}, **more}


def from_authentication(kind, name, **block):
    """An object whose trigger takes parameter `name` by way of an authentication."""
    judged = scaled_object(trigger(kind, "auth", **usual(kind, without=(name,))))
    return judged, authentication("auth", **block)


def credential_places(canaries):
    """Credentials as such: also those that only their place tells."""
    for kind, name, credential, _ in parameters():
        if not credential or name.endswith("FromEnv"):  # what names a variable is none
            continue
        for shape in ("token", "phrase", "awkward"):
            place = f"{kind}.{name} inline, {shape}"
            value = getattr(canaries, shape)(place)
            yield Place(place, scaled_object(trigger(kind, **usual(kind, **{name: value}))), [], "secret-inline",
                        f"spec.triggers[0].metadata.{name}")


def parameter_names():
    """(type, name), each once."""
    return list(dict.fromkeys((kind, name) for kind, name, _, _ in parameters()))


def value_places(canaries):
    """Secrets by their shape, in every parameter of every described scaler, credential or not."""
    for number, (kind, name) in enumerate(parameter_names()):
        for place, value in values(canaries, f"{kind}.{name} inline", some_shapes(number)):
            yield Place(place, scaled_object(trigger(kind, **usual(kind, **{name: value}))))


def hidden_places(canaries):
    """Values that the object only refers to: whatever they look like, they come from somewhere that may hold secrets."""
    for number, (kind, name) in enumerate(parameter_names()):
        place = f"{kind}.{name} by reference"
        phrase = f"{place}, phrase"
        for named, value in ((phrase, canaries.phrase(phrase)), *values(canaries, place, some_shapes(number, 1)[1:])):
            encoded = base64.b64encode(value.encode()).decode()
            env = scaled_object(trigger(kind, **usual(kind, without=(name,), **{f"{name}FromEnv": "VALUE"})))
            by_key = {"secretKeyRef": {"name": "store", "key": "k"}}
            yield Place(f"{named}: env value", env, [deployment("orders", [{"name": "VALUE", "value": value}])])
            yield Place(f"{named}: env of a Secret", env,
                        [deployment("orders", [{"name": "VALUE", "valueFrom": by_key}]), secret("store", data={"k": encoded})])
            judged, by_secret = from_authentication(kind, name, secretTargetRef=[{"parameter": name, "name": "store", "key": "k"}])
            yield Place(f"{named}: Secret", judged, [by_secret, secret("store", string_data={"k": value})])
            judged, by_map = from_authentication(kind, name, configMapTargetRef=[{"parameter": name, "name": "store", "key": "k"}])
            yield Place(f"{named}: ConfigMap", judged, [by_map, config_map("store", {"k": value})])


# Keys of undescribed scalers that hold nothing but secrets, and others in which one may stand.
NAMED_SECRETS = ["password", "apiKey", "token", "secretKey", "SecretKey", "accessKey", "AccessKey", "clientKey", "clientSecret", "authToken",
                 "bearerToken", "personalAccessToken", "appKey", "queryKey", "tlsClientKey", "GoogleApplicationCredentials",
                 "sentinelPassword", "Password"]
UNDESCRIBED_KEYS = [*NAMED_SECRETS, "connection", "connectionString", "host", "url", "key", "customHeaders", "query"]


def undescribed_places(canaries):
    """Triggers whose parameters are not known, and types that do not exist."""
    cases = [(kind, key) for kind in ("external", "no-such-scaler") for key in UNDESCRIBED_KEYS]
    for number, (kind, key) in enumerate(cases):
        place = f"{kind}.{key}, phrase"
        rule = "secret-inline" if key in NAMED_SECRETS else ""
        yield Place(place, scaled_object(trigger(kind, **{key: canaries.phrase(place)})), [], rule, f"spec.triggers[0].metadata.{key}")
        for named, value in values(canaries, f"{kind}.{key}", some_shapes(number)):
            yield Place(named, scaled_object(trigger(kind, **{key: value})))


def authentication_spec(leaf):
    """Every field of a TriggerAuthentication that takes a text, leaf(path) in it; lists have one item."""
    def secret_key(path):
        return {"valueFrom": {"secretKeyRef": {"name": leaf(f"{path}.name"), "key": leaf(f"{path}.key")}}}

    def identity(path):
        fields = ("provider", "identityId", "identityTenantId", "identityAuthorityHost", "roleArn", "externalID", "identityOwner")
        return {field: leaf(f"{path}.{field}") for field in fields}

    def texts(path, *fields):
        return {field: leaf(f"{path}.{field}") for field in fields}

    return {
        "podIdentity": identity("podIdentity"),
        "env": [texts("env", "parameter", "name", "containerName")],
        "filePath": leaf("filePath"),
        "secretTargetRef": [texts("secretTargetRef", "parameter", "name", "key")],
        "configMapTargetRef": [texts("configMapTargetRef", "parameter", "name", "key")],
        "hashiCorpVault": {**texts("hashiCorpVault", "address", "authentication", "namespace", "role", "mount"),
                           "credential": texts("hashiCorpVault.credential", "token", "serviceAccount", "serviceAccountName"),
                           "secrets": [{**texts("hashiCorpVault.secrets", "parameter", "path", "key", "type"),
                                        "pkiData": texts("pkiData", "commonName", "altNames", "ttl")}]},
        "azureKeyVault": {"vaultUri": leaf("vaultUri"), "podIdentity": identity("azureKeyVault.podIdentity"),
                          "secrets": [texts("azureKeyVault.secrets", "parameter", "name", "version")],
                          "credentials": {"clientId": leaf("clientId"), "tenantId": leaf("tenantId"), "clientSecret": secret_key("azure")},
                          "cloud": texts("cloud", "type", "keyVaultResourceURL", "activeDirectoryEndpoint")},
        "gcpSecretManager": {"secrets": [texts("gcpSecretManager.secrets", "parameter", "id", "version")],
                             "credentials": {"clientSecret": secret_key("gcp")}, "podIdentity": identity("gcpSecretManager.podIdentity")},
        "awsSecretManager": {"secrets": [texts("awsSecretManager.secrets", "parameter", "name", "versionId", "versionStage", "secretKey")],
                             "credentials": {name: secret_key(name) for name in ("accessKey", "accessSecretKey", "accessToken")},
                             "podIdentity": identity("awsSecretManager.podIdentity"), "region": leaf("region")},
        "boundServiceAccountToken": [texts("boundServiceAccountToken", "parameter", "serviceAccountName")],
        "oauth2": {**texts("oauth2", "type", "clientId", "tokenUrl"), "clientSecret": secret_key("oauth2"), "scopes": [leaf("scopes")],
                   "tokenUrlParams": {"client_secret": leaf("tokenUrlParams")}},
    }


def each_leaf(node, path=()):
    """The paths of all texts below `node`."""
    if isinstance(node, str):
        yield path
        return
    for key, child in node.items() if isinstance(node, dict) else enumerate(node):
        yield from each_leaf(child, (*path, key))


def planted(tree, path, value):
    """A copy of `tree` with `value` at `path`."""
    if not path:
        return value
    copy = dict(tree) if isinstance(tree, dict) else list(tree)
    copy[path[0]] = planted(tree[path[0]], path[1:], value)
    return copy


ODD_DRESSES = {"in a list": lambda text: [text], "in a map": lambda text: {"value": text}, "as a key": lambda text: {text: "x"}}


def odd_values(canaries, place):
    """A secret where something of another type belongs, or as a key."""
    for shape, dress in ODD_DRESSES.items():
        named = f"{place}, {shape}"
        yield named, dress(canaries.token(named))


def field_places(canaries, name, manifest, paths):
    for number, path in enumerate(paths):
        place = f"{name} {'.'.join(map(str, path))}"
        for named, value in (*values(canaries, place, some_shapes(number)), *odd_values(canaries, place)):
            yield Place(named, planted(manifest, path, value))


def authentication_places(canaries):
    right = {"provider": "aws", "type": "secretV2", "authentication": "token", "address": "http://vault.shop:8200", "tokenUrl": "http://a.example/t",
             "vaultUri": "https://shop.vault.azure.net", "identityOwner": "keda"}
    spec = authentication_spec(lambda path: right.get(path.rsplit(".", 1)[-1], "word"))
    spec["oauth2"]["type"] = "clientCredentials"
    spec["azureKeyVault"]["cloud"]["type"] = "Private"
    for kind in ("TriggerAuthentication", "ClusterTriggerAuthentication"):
        manifest = authentication("auth", kind=kind, **spec)
        yield from field_places(canaries, kind, manifest, each_leaf({"spec": spec}))
    for shape in ("token", "phrase", "awkward"):
        place = f"hashiCorpVault.credential.token, {shape}"
        vault = {**spec["hashiCorpVault"], "credential": {"token": getattr(canaries, shape)(place)}}
        yield Place(place, authentication("auth", hashiCorpVault=vault), [], "secret-inline", "spec.hashiCorpVault.credential.token")


def scaled_places(canaries):
    """Every other field of a ScaledObject and a ScaledJob."""
    spec = {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "orders", "envSourceContainerName": "main"},
            "pollingInterval": "x", "minReplicaCount": "x", "maxReplicaCount": "x", "idleReplicaCount": "x",
            "fallback": {"failureThreshold": "x", "replicas": "x", "behavior": "static"},
            "advanced": {"restoreToOriginalReplicaCount": "x", "horizontalPodAutoscalerConfig": {"name": "x"},
                         "scalingModifiers": {"formula": "x", "target": "1", "activationTarget": "1", "metricType": "Value"}},
            "triggers": [{"type": "cron", "name": "a", "metricType": "AverageValue", "useCachedMetrics": "x",
                          "authenticationRef": {"name": "gone", "kind": "TriggerAuthentication"}, "metadata": {"timezone": "UTC"}}],
            "unknownField": "x"}
    metadata = {"name": "orders", "annotations": {f"autoscaling.keda.sh/{name}": "x" for name in (
        "paused", "paused-replicas", "paused-scale-in", "force-activation")} | {"kubectl.kubernetes.io/last-applied-configuration": "x"},
        "labels": {"a": "x"}, "managedFields": [{"manager": "x"}], "finalizers": ["x"]}
    manifest = {**scaled_object(), "metadata": metadata, "spec": spec}
    fields = {"spec": spec, "metadata": {key: value for key, value in metadata.items() if key != "name"}}
    yield from field_places(canaries, "ScaledObject", manifest, each_leaf(fields))
    env = {"name": "PASSWORD", "value": "x"}
    pod = {"containers": [{"name": "main", "image": "worker:1", "env": [env], "args": ["x"]}], "restartPolicy": "Never"}
    job = {**manifest, "kind": "ScaledJob", "spec": {
        "jobTargetRef": {"template": {"spec": pod}}, "pollingInterval": "x", "maxReplicaCount": "x", "rolloutStrategy": "x",
        "rollout": {"strategy": "x", "propagationPolicy": "x"}, "envSourceContainerName": "x", "successfulJobsHistoryLimit": "x",
        "scalingStrategy": {"strategy": "x", "customScalingQueueLengthDeduction": "x", "customScalingRunningJobPercentage": "x",
                            "pendingPodConditions": ["x"], "multipleScalersCalculation": "x"}, "triggers": spec["triggers"]}}
    yield from field_places(canaries, "ScaledJob", job, each_leaf({"spec": job["spec"]}))


def key_places(canaries):
    """A secret that became the name of a metadata key: a line of YAML with the colon in the wrong place."""
    for kind in (*USUAL, "external"):
        for named, value in values(canaries, f"{kind} key"):
            yield Place(named, scaled_object(trigger(kind, **usual(kind, **{value: "x"}))))


def all_places(canaries):
    for make in (credential_places, value_places, hidden_places, undescribed_places, authentication_places, scaled_places, key_places):
        yield from make(canaries)


def settle(place, namespace):
    """The objects of `place` in a namespace of their own, so that no place sees another."""
    def moved(manifest):
        return {**manifest, "metadata": {**manifest["metadata"], "namespace": namespace}}

    return moved(place.object), [moved(manifest) for manifest in place.around]


def review_of(manifest, **more):
    return reviews.admission_review(manifest, **more)
