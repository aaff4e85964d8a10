"""AdmissionReviews as kube-apiserver sends them."""

import uuid

RESOURCES = {"ScaledObject": "scaledobjects", "ScaledJob": "scaledjobs", "TriggerAuthentication": "triggerauthentications",
             "ClusterTriggerAuthentication": "clustertriggerauthentications"}


def scaled_object(trigger=None, name="orders", namespace="shop", **spec):
    trigger = trigger or {"type": "cron", "metadata": {"timezone": "UTC", "start": "0 8 * * *", "end": "0 18 * * *",
                                                       "desiredReplicas": "3"}}
    return {"apiVersion": "keda.sh/v1alpha1", "kind": "ScaledObject", "metadata": {"name": name, "namespace": namespace},
            "spec": {"scaleTargetRef": {"name": "orders"}, "triggers": [trigger], **spec}}


# KEDA knows no such trigger type: denied whatever the version and the profile.
BROKEN = scaled_object({"type": "no-such-scaler", "metadata": {}})


def admission_review(manifest, operation="CREATE", user="ci", **request):
    kind = dict(zip(("group", "version"), manifest["apiVersion"].split("/")), kind=manifest["kind"])
    resource = {"group": kind["group"], "version": kind["version"], "resource": RESOURCES.get(manifest["kind"], "others")}
    metadata = manifest["metadata"]
    return {"kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1", "request": {
        "uid": str(uuid.uuid4()), "kind": kind, "resource": resource, "requestKind": kind, "requestResource": resource,
        "name": metadata.get("name", ""), "namespace": metadata.get("namespace", ""), "operation": operation,
        "userInfo": {"username": user, "groups": ["system:authenticated"]}, "object": manifest, "oldObject": None, "dryRun": False,
        "options": {"kind": "CreateOptions", "apiVersion": "meta.k8s.io/v1"}, **request}}
