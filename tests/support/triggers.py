"""One trigger configuration as the manifests that hold it: a workload, a Secret, an authentication, a ScaledObject."""

CLIENT_ID = "6d1c6e2c-6a0b-4b68-9a51-0f6f7f0d9a11"
NEWEST = "2.20.2"


def manifests(trigger, namespace, *, metadata=None, auth=None, env=None, identity="", metric_type=""):
    """`auth` are the values behind secretTargetRef entries of the same names, `env` literal values of the only container, `identity` the
    provider of the authentication's pod identity."""

    def head(api_version, kind, name):
        return {"apiVersion": api_version, "kind": kind, "metadata": {"name": name, "namespace": namespace}}

    environment = [{"name": name, "value": value} for name, value in (env or {}).items()]
    resources = {"requests": {"cpu": "100m", "memory": "64Mi"}}
    pod = {"spec": {"containers": [{"name": "app", "image": "app", "env": environment, "resources": resources}]}}
    authentication = {"secretTargetRef": [{"parameter": name, "name": "s", "key": name} for name in auth or {}]}
    if identity:
        authentication["podIdentity"] = {"provider": identity}
        if identity == "azure-workload":
            authentication["podIdentity"]["identityId"] = CLIENT_ID
    body = {"type": trigger, "metadata": metadata or {}, "authenticationRef": {"name": "auth"}}
    if metric_type:
        body["metricType"] = metric_type
    return [
        head("apps/v1", "Deployment", "app") | {"spec": {"template": pod}},
        head("v1", "Secret", "s") | {"stringData": auth or {}},
        head("keda.sh/v1alpha1", "TriggerAuthentication", "auth") | {"spec": authentication},
        head("keda.sh/v1alpha1", "ScaledObject", "so") | {"spec": {"scaleTargetRef": {"name": "app"}, "minReplicaCount": 1, "triggers": [body]}},
    ]
