"""Manifests to be judged, as Python objects, and files of them."""

import json

import yaml

CLIENT_ID = "6d1c6e2c-6a0b-4b68-9a51-0f6f7f0d9a11"


def metadata(name, namespace=None):
    return {"name": name, **({"namespace": namespace} if namespace else {})}


def authentication(name="bus", namespace=None, kind="TriggerAuthentication", **spec):
    """One that is right unless `spec` says otherwise."""
    spec = spec or {"podIdentity": {"provider": "azure-workload", "identityId": CLIENT_ID}}
    return {"apiVersion": "keda.sh/v1alpha1", "kind": kind, "metadata": metadata(name, namespace), "spec": spec}


def shared_identity(name="bus", **more):
    """Denied: it falls back to the operator's own identity."""
    return authentication(name, podIdentity={"provider": "azure-workload"}, **more)


def trigger(kind, reference=None, **parameters):
    return {"type": kind, "metadata": parameters, **({"authenticationRef": {"name": reference}} if reference else {})}


def queue(reference="bus", **parameters):
    return trigger("azure-servicebus", reference, **{"namespace": "shop-bus", "queueName": "orders", **parameters})


def postgresql(reference=None, **parameters):
    given = {"host": "db.shop", "port": "5432", "userName": "keda", "dbName": "orders", "sslmode": "require"}
    return trigger("postgresql", reference, **{**given, "query": "SELECT 1", "targetQueryValue": "5", **parameters})


def scaled_object(*triggers, name="orders", namespace=None, target="orders", **spec):
    spec = {"scaleTargetRef": {"name": target}, "triggers": list(triggers), **spec}
    return {"apiVersion": "keda.sh/v1alpha1", "kind": "ScaledObject", "metadata": metadata(name, namespace), "spec": spec}


def secret(name, namespace=None, data=None, string_data=None):
    given = {**({"data": data} if data else {}), **({"stringData": string_data} if string_data else {})}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata(name, namespace), **given}


def config_map(name, data, namespace=None):
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata(name, namespace), "data": data}


def deployment(name, env, namespace=None):
    spec = {"template": {"spec": {"containers": [{"name": "main", "env": env}]}}}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata(name, namespace), "spec": spec}


def as_list(*objects):
    return {"apiVersion": "v1", "kind": "List", "items": list(objects)}


def to_yaml(*objects):
    return yaml.safe_dump_all(objects, sort_keys=False)


def write(path, *objects):
    """A YAML stream, or one JSON document, by the name of the file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(objects[0], indent=2) if path.suffix == ".json" else to_yaml(*objects), encoding="utf-8")
    return path
