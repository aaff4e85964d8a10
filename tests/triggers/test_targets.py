"""Every parameter that names an address: KEDA is kept from the cloud's metadata service there, and no parameter was forgotten."""

import collections
import json
import re

import pytest
from program import report, run
from triggers import manifests

ANNOUNCED = "2.21.0"  # of which the sources were read as well: it has every scaler
SCALERS = [scaler for scaler in json.loads(run("scalers", "-o", "json").stdout)["scalers"] if "removed" not in scaler]
FORMS = ["http://169.254.169.254", "169.254.169.254", "169.254.169.254:80", "[fd00:ec2::254]:80"]
# What the driver takes only in a form of its own.
STORAGE = "AccountName=shop;AccountKey=c2hvcA==;"
NAMESPACE = "SharedAccessKeyName=shop;SharedAccessKey=c2hvcA==;EntityPath=shop;"
FORMS_OF = {
    ("mysql", "connectionString"): ["shop@tcp(169.254.169.254)/", "shop@(169.254.169.254:80)/shop", "tcp6([fd00:ec2::254]:80)/"],
    ("mongodb", "connectionString"): ["mongodb://169.254.169.254", "mongodb://shop:[@one,[fd00:ec2::254]:80/shop?tls=true"],
    ("azure-blob", "connection"): [STORAGE + "BlobEndpoint=http://169.254.169.254/shop"],
    ("azure-queue", "connection"): [STORAGE + "QueueEndpoint=https://[fd00:ec2::254]"],
    ("azure-eventhub", "connection"): [NAMESPACE + "Endpoint=sb://169.254.169.254/"],
    ("azure-eventhub", "storageConnection"): [STORAGE + "BlobEndpoint=http://169.254.169.254/shop"],
    ("azure-servicebus", "connection"): [NAMESPACE + "Endpoint=sb://169.254.169.254/"],
    ("mssql", "connectionString"): ["sqlserver://169.254.169.254", "Server=169.254.169.254,80", "Address=fd00:ec2::254", "odbc:server=169.254.169.254"],
}
LIST = "shop.example:80, 169.254.169.254:80"
LOOKS_LIKE_AN_ADDRESS = re.compile(r"url|uri|host|address|endpoint|(?<!brow)server|connection$|connectionstring", re.IGNORECASE)

# Why an address is none that KEDA connects to.
NO_TARGETS = {
    "used for cloud Private only (private-cloud-untrusted, shared-endpoint-rewritten)": {
        "appInsightsResourceURL", "activeDirectoryEndpoint", "logAnalyticsResourceURL", "azureResourceManagerEndpoint",
        "azureManagedPrometheusResourceURL",
    },
    "the end of a name that KEDA begins": {"endpointSuffix", "storageEndpointSuffix"},
    "the name of a queue: the SDK knows where to ask": {"queueURL"},
    "the path of a resource in Azure": {"resourceURI"},
    "the address of a message, not of a host": {"brokerAddress"},
    "a name in a certificate": {"tlsServerName"},
    "the virtual host in RabbitMQ": {"vhostName"},
    "not used: the scaler implements no oauth": {"oauthTokenURI"},
    "further parameters of a request": {"endpointParams", "EndpointParams"},
    "a switch": {"aggregateFromKubeServiceEndpoints"},
}  # fmt: skip


def is_current(parameter):
    return "removed" not in parameter


def targets():
    for scaler in SCALERS:
        for parameter in scaler.get("parameters", []):
            if "target" in parameter and is_current(parameter):
                yield scaler["type"], parameter


Case = collections.namedtuple("Case", "namespace type parameter source text")


def cases():
    for type_, parameter in targets():
        for source in parameter["from"]:
            for text in FORMS_OF.get((type_, parameter["name"]), FORMS) + ([LIST] if parameter["target"] == "addresses" else []):
                yield type_, parameter, source, text


CASES = [Case(f"n{number}", type_, parameter, source, text) for number, (type_, parameter, source, text) in enumerate(cases())]


def items_of(case):
    name = case.parameter["name"]
    inputs = collections.defaultdict(dict)
    if case.source == "environment":
        inputs.update(metadata={f"{name}FromEnv": "ADDRESS"}, env={"ADDRESS": case.text})
    else:
        inputs[{"metadata": "metadata", "authentication": "auth"}[case.source]][name] = case.text
    if "oauth" in case.parameter.get("authModes", []):
        inputs["metadata"]["authModes"] = "oauth"
    return manifests(case.type, case.namespace, **inputs)


def path_of(case):
    name = case.parameter["name"]
    paths = {"metadata": f"metadata.{name}", "environment": f"metadata.{name}FromEnv", "authentication": "authenticationRef.name"}
    return f"spec.triggers[0].{paths[case.source]}"


@pytest.fixture(scope="module")
def denied(tmp_path_factory):
    path = tmp_path_factory.mktemp("targets") / "list.json"
    items = [item for case in CASES for item in items_of(case)]
    path.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": items}), encoding="utf-8")
    document, _ = report(path, "--keda-version", ANNOUNCED)
    found = collections.defaultdict(set)
    for result in document["results"]:
        found[result["namespace"]] |= {f["path"] for f in result["findings"] if f["rule"] == "target-cloud-metadata" and f["action"] == "deny"}
    return found


@pytest.mark.parametrize("case", [pytest.param(case, id=f"{case.type}: {case.parameter['name']} ({case.source}) {case.text}") for case in CASES])
def test_metadata_service_is_denied(case, denied):
    assert denied[case.namespace] == {path_of(case)}


def test_no_address_was_forgotten():
    known = set().union(*NO_TARGETS.values())
    forgotten = [
        f"{scaler['type']}: {parameter['name']}"
        for scaler in SCALERS
        for parameter in scaler.get("parameters", [])
        if LOOKS_LIKE_AN_ADDRESS.search(parameter["name"]) and "target" not in parameter and parameter["name"] not in known
    ]
    assert forgotten == []
