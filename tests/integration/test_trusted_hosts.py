"""trustedHosts of the policy: which hosts may be sent tokens of a cloud provider, or be a private cloud's."""

import json
import os

import pytest
from program import report, run
from reviews import admission_review, scaled_object
from triggers import manifests

HEAD = "apiVersion: kedagate.io/v1\nkind: Policy\n"
TRUSTED = HEAD + "trustedHosts: ['*.cloud.example.com', login.example.com, 10.0.0.7]\n"

METRICS = {"query": "up", "threshold": "1"}
LOGS = {"query": "print 3", "threshold": "1", "workspaceId": "shop", "cloud": "Private"}


def prometheus(url, **more):
    return {"trigger": "prometheus", "metadata": {"serverAddress": url, **METRICS, **more}, "identity": "azure-workload"}


def log_analytics(url):
    return {"trigger": "azure-log-analytics", "metadata": {"logAnalyticsResourceURL": url, **LOGS}, "identity": "azure-workload"}


def rules_of(tmp_path, inputs, *, text=TRUSTED, more=()):
    (tmp_path / "policy.yaml").write_text(text)
    trigger = inputs.pop("trigger")
    items = [*manifests(trigger, "shop", **inputs), *more]
    (tmp_path / "list.json").write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": items}))
    document, _ = report(tmp_path / "list.json", "--policy", tmp_path / "policy.yaml")
    return {finding["rule"] for result in document["results"] for finding in result["findings"]}


PRIVATE = {"cloud": "Private", "azureManagedPrometheusResourceURL": "https://metrics.cloud.example.com"}
GUARDED = [
    ("token-to-foreign-host", prometheus),
    ("private-cloud-untrusted", lambda url: prometheus(url, **PRIVATE)),
    ("shared-endpoint-rewritten", log_analytics),
]


@pytest.mark.parametrize("rule, trigger", GUARDED, ids=[rule for rule, _ in GUARDED])
@pytest.mark.parametrize(
    "host", ["a.cloud.example.com", "a.b.cloud.example.com", "A.Cloud.EXAMPLE.com", "a.cloud.example.com.", "a.cloud.example.com:8443", "10.0.0.7"]
)
def test_a_trusted_host_lifts_the_rule(tmp_path, rule, trigger, host):
    assert rules_of(tmp_path, trigger(f"https://{host}/x"), text=HEAD) == {rule}
    assert rules_of(tmp_path, trigger(f"https://{host}/x")) == set()


@pytest.mark.parametrize("rule, trigger", GUARDED, ids=[rule for rule, _ in GUARDED])
@pytest.mark.parametrize(
    "host",
    ["cloud.example.com", "acloud.example.com", "a.cloud.example.com.evil.example", "a.cloud.example.com@evil.example", "evil.example/.cloud.example.com",
     "10.0.0.70", "a.login.example.com", "x" * 250 + ".cloud.example.com"],
)  # fmt: skip
def test_another_host_does_not(tmp_path, rule, trigger, host):
    assert rule in rules_of(tmp_path, trigger(f"https://{host}"))


def test_where_keda_signs_in_may_be_trusted(tmp_path):
    identity = {"provider": "azure-workload", "identityId": "6d1c6e2c-6a0b-4b68-9a51-0f6f7f0d9a11", "identityTenantId": "adfs"}
    cron = {"trigger": "cron", "metadata": {"timezone": "UTC", "start": "0 8 * * *", "end": "0 18 * * *", "desiredReplicas": "3"}}

    def authentication(host):
        return {"apiVersion": "keda.sh/v1alpha1", "kind": "TriggerAuthentication", "metadata": {"name": "other", "namespace": "shop"},
                "spec": {"podIdentity": {**identity, "identityAuthorityHost": f"https://{host}/"}}}  # fmt: skip

    assert rules_of(tmp_path, dict(cron), more=[authentication("login.example.com")]) == set()
    assert rules_of(tmp_path, dict(cron), more=[authentication("login.example.org")]) == {"private-cloud-untrusted"}


@pytest.mark.parametrize("host, rule", [("169.254.169.254", "target-cloud-metadata"), ("localhost", "target-loopback")])
def test_trust_is_no_leave_to_ask_the_operators_own_network(tmp_path, host, rule):
    assert rules_of(tmp_path, {"trigger": "prometheus", "metadata": {"serverAddress": f"http://{host}", **METRICS}},
                    text=HEAD + "trustedHosts: ['*']\n") == {rule}  # fmt: skip


AZURE_CLOUDS = [
    ("api.loganalytics.us", "AzureUSGovernmentCloud"), ("API.LogAnalytics.azure.cn", "AzureChinaCloud"), ("management.chinacloudapi.cn", "AzureChinaCloud"),
    ("management.usgovcloudapi.net", "AzureUSGovernmentCloud"), ("management.azure.com", "AzurePublicCloud"), ("logs.example.com", "trustedHosts"),
]  # fmt: skip


@pytest.mark.parametrize("host, word", AZURE_CLOUDS)
def test_a_cloud_of_azures_own_is_named_not_trusted(tmp_path, host, word):
    (tmp_path / "list.json").write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": manifests(
        "azure-log-analytics", "shop", metadata={"logAnalyticsResourceURL": f"https://{host}", **LOGS}, identity="azure-workload")}))  # fmt: skip
    document, _ = report(tmp_path / "list.json")
    (finding,) = [finding for result in document["results"] for finding in result["findings"]]
    assert finding["rule"] == "shared-endpoint-rewritten"
    assert [name for name in ("AzureUSGovernmentCloud", "AzureChinaCloud", "AzurePublicCloud", "trustedHosts") if name in finding["fix"]] == [word]


def steps_of(tmp_path, rule, text=TRUSTED):
    (tmp_path / "policy.yaml").write_text(text)
    result = run("explain", "--policy", tmp_path / "policy.yaml", "ScaledObject/shop/orders", rule, "-o", "json")
    return json.loads(result.stdout)["steps"]


@pytest.mark.parametrize("rule", [rule for rule, _ in GUARDED])
def test_explain_shows_the_line_that_trusts(tmp_path, rule):
    step = steps_of(tmp_path, rule)[1]
    assert (step["source"], step["line"], step["decides"]) == ("trustedHosts", 3, False)
    assert "login.example.com" in step["text"]
    assert "trustedHosts" not in [step["source"] for step in steps_of(tmp_path, rule, HEAD)]


def test_explain_leaves_it_out_where_it_changes_nothing(tmp_path):
    assert "trustedHosts" not in [step["source"] for step in steps_of(tmp_path, "target-cloud-metadata")]


def test_the_server_takes_it_from_a_file_that_changes(serve, tmp_path):
    policy = tmp_path / "policy.yaml"
    policy.write_text(HEAD)
    server = serve("--policy", policy, "--keda-version", "2.20.2")
    trigger = {"type": "azure-log-analytics", "metadata": {"logAnalyticsResourceURL": "https://logs.cloud.example.com", **LOGS}}
    review = admission_review(scaled_object({**trigger, "authenticationRef": {"name": "azure"}}))
    response = server.review(review)
    assert response["allowed"] is False and "[shared-endpoint-rewritten]" in response["status"]["message"]

    (tmp_path / "new").write_text(TRUSTED)
    os.replace(tmp_path / "new", policy)
    server.wait_for("policy reloaded")
    assert server.review(review)["allowed"] is True
