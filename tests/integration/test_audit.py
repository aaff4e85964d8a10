"""kedagate audit: a cluster listed once, against an API server that misbehaves when it is told to."""

import base64
import json
import os
import pty
import re
import subprocess

import pytest
from apiserver import PATHS, TOKEN, ApiServer, cut, garbage, refuse, unused_port
from certificates import Authority
from manifests import authentication, deployment, metadata, postgresql, queue, scaled_object, shared_identity
from program import BINARY, run

KEDA = "2.17.1"


def operator(version=KEDA, **labels):
    spec = {"template": {"metadata": {"labels": {"azure.workload.identity/use": "true"}},
                         "spec": {"serviceAccountName": "keda-operator",
                                  "containers": [{"name": "keda-operator", "image": f"ghcr.io/kedacore/keda:{version}"}]}}}
    labels = {"app.kubernetes.io/name": "keda-operator", "app.kubernetes.io/version": version, **labels}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {**metadata("keda-operator", "keda"), "labels": labels}, "spec": spec}


def orders(reference="bus", namespace="shop", **more):
    return scaled_object(queue(reference), namespace=namespace, **more)


@pytest.fixture
def api(authority):
    with ApiServer(authority) as server:
        server.version_info = {"gitVersion": "v1.31.2"}
        server.put(operator(), deployment("orders", [], "shop"))
        yield server


@pytest.fixture
def audit(api, tmp_path):
    """audit(*arguments) is the finished process."""

    def start(*arguments, kubeconfig=None, **more):
        path = kubeconfig or api.kubeconfig(tmp_path)
        environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        result = run("audit", "--kubeconfig", path, *arguments, **{"env": environment, **more})
        assert TOKEN not in result.stdout + result.stderr
        return result

    return start


def rules_of(result):
    return sorted(finding["rule"] for item in json.loads(result.stdout)["results"] for finding in item["findings"])


def names_of(result):
    return [item["name"] for item in json.loads(result.stdout)["results"]]


def refused_with(result, *words):
    assert (result.returncode, result.stdout) == (2, ""), result
    for word in words:
        assert word in result.stderr
    return True


# ---- what is judged ----


def test_nothing_denied_is_exit_0(api, audit):
    api.put(authentication("bus", "shop"), orders())
    result = audit()
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == "2 resources in test, KEDA 2.17.1: 0 denied, 0 warned\n"


def test_something_denied_is_exit_1_and_named_by_where_it_lives(api, audit):
    api.put(shared_identity("bus", namespace="shop"))
    result = audit()
    assert result.returncode == 1
    assert "\nTriggerAuthentication shop/bus  deny  spec.podIdentity.identityId: " in "\n" + result.stdout


def test_a_report_names_the_cluster_and_no_file(api, audit):
    api.put(shared_identity("bus", namespace="shop"))
    document = json.loads(audit("-o", "json").stdout)
    assert (document["cluster"], document["kedaVersion"]) == ("test", KEDA)
    (result,) = document["results"]
    assert (result["file"], result["line"], result["kind"], result["namespace"]) == (None, None, "TriggerAuthentication", "shop")


def test_what_is_not_in_the_cluster_is_certainly_missing(api, audit):
    api.put(orders("nowhere"))
    assert "authentication-not-found" in rules_of(audit("-o", "json"))


def test_an_environment_variable_is_looked_up_in_the_workload(api, audit):
    api.put(deployment("orders", [{"name": "DB", "value": "postgres://u:p@db/x?sslmode=disable"}], "shop"),
            scaled_object(postgresql(host=None, connectionFromEnv="DB"), namespace="shop"))
    assert "tls-verification-disabled" in rules_of(audit("-o", "json")) or "credentials-in-clear-text" in rules_of(audit("-o", "json"))


def test_policy_mode_and_profile_are_those_of_check(api, audit, tmp_path):
    api.put(shared_identity("bus", namespace="shop"))
    policy = tmp_path / "policy.yaml"
    policy.write_text("apiVersion: kedagate.io/v1\nkind: Policy\nrules: {identity-id-missing: warn}\n")
    assert audit("--policy", policy).returncode == 0
    assert audit("--mode", "audit").returncode == 0
    assert audit("--profile", "permissive").returncode == 0


def test_secrets_and_config_maps_are_not_asked_for(api, audit):
    audit()
    paths = {path for path, _, _ in api.requests}
    assert paths == {*PATHS.values(), "/version"}


# ---- namespaces ----


def test_one_namespace_is_judged_alone(api, audit):
    api.put(shared_identity("here", namespace="shop"), shared_identity("there", namespace="other"),
            shared_identity("everywhere", kind="ClusterTriggerAuthentication"))
    assert names_of(audit("-o", "json", "-n", "shop")) == ["here"]
    assert json.loads(audit("-o", "json", "-n", "shop").stdout)["namespace"] == "shop"
    assert "namespace" not in json.loads(audit("-o", "json").stdout)
    assert "0 resources in namespace shpo of test, " in audit("-n", "shpo").stdout
    assert sorted(names_of(audit("-o", "json"))) == ["everywhere", "here", "there"]
    assert sorted(names_of(audit("-o", "json", "-n", "shop", "-A"))) == ["everywhere", "here", "there"]


def test_one_namespace_is_read_with_the_rights_on_it(api, audit):
    api.put(shared_identity("here", namespace="shop"))
    for kind in ("Deployment", "ServiceAccount", "ClusterTriggerAuthentication"):
        api.fault(kind, refuse(403, "not all of them"))
    result = audit("-n", "shop")
    assert result.returncode == 1
    paths = [path for path, _, _ in api.requests]
    assert "/apis/keda.sh/v1alpha1/namespaces/shop/scaledobjects" in paths
    assert PATHS["ScaledObject"] not in paths
    assert "/apis/apps/v1/namespaces/shop/deployments" in paths


def test_a_namespace_must_look_like_one(audit):
    for name in ("a/b", "Shop", ""):
        refused_with(audit("-n", name), "--namespace: this is no name of a namespace")


# ---- paging ----


def test_lists_are_read_page_by_page(api, audit):
    api.put(*(authentication(f"a{number:04}", "shop") for number in range(1203)))
    result = audit("-o", "json")
    assert len(names_of(result)) == 1203
    queries = api.asked("TriggerAuthentication")
    assert [query["limit"] for query in queries] == ["500"] * 3
    assert [bool(query.get("continue")) for query in queries] == [False, True, True]


def test_what_is_on_one_page_is_judged_by_what_is_on_another(api, audit):
    """The last ScaledObjects refer to the first Deployments, and so on."""
    count, missing, denied = 1203, 700, 1202
    api.put(authentication("bus", "shop"), *(deployment(f"w{number:04}", [], "shop") for number in range(count) if number != missing))
    api.put(*(orders("bus" if number != denied else None, name=f"s{number:04}", target=f"w{count - 1 - number:04}") for number in range(count)))
    result = audit("-o", "json")
    assert result.returncode == 1
    report = json.loads(result.stdout)
    judged = [item for item in report["results"] if item["kind"] == "ScaledObject"]
    assert [item["name"] for item in judged] == [f"s{number:04}" for number in range(count)]
    assert {item["name"]: item["verdict"] for item in judged if item["verdict"] != "allow"} == {
        f"s{count - 1 - missing:04}": "warn", f"s{denied:04}": "deny"}
    assert (report["summary"]["denied"], report["summary"]["warned"]) == (1, 1)
    for kind in "ScaledObject", "Deployment":
        assert [bool(query.get("continue")) for query in api.asked(kind)] == [False, True, True]


def test_a_page_that_expired_begins_the_list_anew_once(api, audit):
    api.put(*(authentication(f"a{number:04}", "shop") for number in range(600)))
    api.fault("TriggerAuthentication", lambda _: True, refuse(410, "too old"))
    result = audit("-o", "json")
    assert len(names_of(result)) == 600
    assert len(api.asked("TriggerAuthentication")) == 4


def test_pages_that_expire_again_are_an_error(api, audit):
    api.put(*(authentication(f"a{number:04}", "shop") for number in range(600)))
    api.fault("TriggerAuthentication", lambda _: True, refuse(410, "too old"), lambda _: True, refuse(410, "too old"))
    result = audit("-o", "json")
    assert result.returncode == 2
    assert json.loads(result.stdout)["results"] == []
    assert "410: too old" in json.loads(result.stdout)["errors"][0]["message"]


def test_a_page_that_was_cut_after_some_objects_is_reported_once(api, audit):
    api.put(*(authentication(f"a{number:04}", "shop") for number in range(600)))
    api.fault("TriggerAuthentication", cut(20_000), lambda _: True, cut(5_000))
    names = names_of(audit("-o", "json"))
    assert names == [f"a{number:04}" for number in range(600)]
    assert len(api.asked("TriggerAuthentication")) == 4


# ---- an API server in trouble ----


@pytest.mark.parametrize("act", [refuse(429, Retry_After=1), refuse(500), refuse(503), cut(100)])
def test_what_passes_is_tried_again(api, audit, act):
    api.put(shared_identity("bus", namespace="shop"))
    api.fault("TriggerAuthentication", act)
    assert names_of(audit("-o", "json")) == ["bus"]
    assert len(api.asked("TriggerAuthentication")) == 2


def test_a_long_list_may_meet_what_passes_more_often(api, audit):
    api.put(*(authentication(f"a{number:04}", "shop") for number in range(3000)))
    for _ in range(5):
        api.fault("TriggerAuthentication", lambda _: True, refuse(429, Retry_After=1))
    assert len(names_of(audit("-o", "json"))) == 3000


def test_a_parameter_that_somebody_unseen_may_read_is_not_unknown(api, audit):
    trigger = {"type": "rabbitmq", "metadata": {"queueName": "q", "mode": "QueueLength", "value": "5"}, "authenticationRef": {"name": "rabbit"}}
    entries = [{"parameter": name, "name": "rabbit", "key": "k"} for name in ("host", "nobodyReadsThis")]
    api.put(orders(), scaled_object(trigger, name="mq", namespace="shop"))
    api.put({"apiVersion": "keda.sh/v1alpha1", "kind": "TriggerAuthentication", "metadata": metadata("rabbit", "shop"), "spec": {"secretTargetRef": entries}})
    assert "authentication-parameter-unknown" in rules_of(audit("-o", "json"))
    api.fault_always("ScaledJob", refuse(403))
    assert "authentication-parameter-unknown" not in rules_of(audit("-o", "json"))


def test_a_long_pause_that_is_asked_for_is_said_and_bounded(api, tmp_path):
    api.fault("TriggerAuthentication", refuse(429, Retry_After=300))
    command = [BINARY, "audit", "--kubeconfig", api.kubeconfig(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        line = process.stderr.readline()
        process.kill()
    assert re.fullmatch(r"kedagate audit: warning: triggerauthentications: the API server is busy; trying again in 3[01] s\n", line)


@pytest.mark.parametrize("act", [refuse(500, "etcd is away"), garbage(), garbage("{}"), garbage('{"items": [{"metadata": '), refuse(302, Location="/")])
def test_what_does_not_pass_is_an_error_and_no_clean_report(api, audit, act):
    api.put(shared_identity("bus", namespace="shop"))
    api.fault_always("TriggerAuthentication", act)
    result = audit("-o", "json")
    assert result.returncode == 2
    (error,) = json.loads(result.stdout)["errors"]
    assert error["file"] == "triggerauthentications"


def test_a_kind_of_keda_that_may_not_be_listed_is_an_error(api, audit):
    api.put(shared_identity("bus", namespace="shop"))
    api.fault_always("ScaledObject", refuse(403, 'scaledobjects.keda.sh is forbidden: User "me" cannot list'))
    result = audit()
    assert result.returncode == 2
    assert re.search(r'^scaledobjects +error +403: .*User "me" cannot list', result.stdout, re.M)
    assert "TriggerAuthentication shop/bus" in result.stdout  # the rest is judged


def test_another_kind_that_may_not_be_listed_is_unseen_and_said(api, audit):
    api.put(authentication("bus", "shop"), orders(target="missing"))
    api.fault_always("StatefulSet", refuse(403, "no\x1b[2J"))
    result = audit()
    assert result.returncode == 0
    assert "warning: statefulsets: 403: no?[2J; what depends on them is not judged\n" in result.stderr


def test_without_kedas_kinds_that_is_said(api, audit):
    for kind in ("ScaledObject", "ScaledJob", "TriggerAuthentication", "ClusterTriggerAuthentication"):
        del api.collections[PATHS[kind]]
    result = audit()
    assert result.returncode == 2
    assert result.stdout.count("is KEDA installed?") == 4


def test_what_is_no_api_server_is_not_called_one_without_keda(api, audit):
    del api.collections[PATHS["Deployment"]]
    result = audit()
    assert "is it one?" in result.stderr and "is KEDA installed?" not in result.stderr


def test_a_token_that_expired_is_an_error(api, audit):
    api.tokens = {"another"}
    result = audit()
    assert result.returncode == 2
    assert "401: Unauthorized: the token or client certificate is wrong or has expired" in result.stdout


def test_an_api_server_that_is_away_is_an_error(audit, api, tmp_path):
    api.port = unused_port()
    refused_with(audit(), f"https://127.0.0.1:{api.port}", "onnect")


# ---- TLS ----


def test_another_authority_is_not_trusted(api, audit, tmp_path):
    path = api.kubeconfig(tmp_path)
    (tmp_path / "api-ca.crt").write_text(Authority("another").pem)
    refused_with(audit(kubeconfig=path), "certificate-authority")
    assert api.requests == []


def test_another_name_is_not_trusted(authority, audit, tmp_path):
    with ApiServer(authority, authority.issue(["api.example"])) as api:
        refused_with(audit(kubeconfig=api.kubeconfig(tmp_path)), "127.0.0.1")
        result = audit(kubeconfig=api.kubeconfig(tmp_path, tls_server_name="api.example"))
        assert result.returncode == 0, result.stderr
        assert {headers["Host"] for _, _, headers in api.requests} == {f"127.0.0.1:{api.port}"}


def test_without_verification_there_is_a_warning(api, audit, tmp_path):
    result = audit(kubeconfig=api.kubeconfig(tmp_path, certificate_authority=None, insecure_skip_tls_verify=True))
    assert result.returncode == 0
    assert "warning:" in result.stderr and "insecure-skip-tls-verify" in result.stderr


def test_a_client_certificate_signs_in(authority, audit, tmp_path):
    clients = Authority("clients")
    pair = clients.issue_client("kedagate").write(tmp_path, "client.crt", "client.key")
    with ApiServer(authority, tokens=None, clients=clients) as api:
        files = {"client-certificate": "client.crt", "client-key": "client.key"}
        data = {"client-certificate-data": base64.b64encode(pair.certificate).decode(), "client-key-data": base64.b64encode(pair.key).decode()}
        for user in (files, data):
            result = audit(kubeconfig=api.kubeconfig(tmp_path, token=user))
            assert result.returncode == 0, result.stderr
        refused_with(audit(kubeconfig=api.kubeconfig(tmp_path)))


def test_a_token_is_read_from_its_file(api, audit, tmp_path):
    (tmp_path / "token").write_text(TOKEN + "\n")
    assert audit(kubeconfig=api.kubeconfig(tmp_path, token=tmp_path / "token")).returncode == 0


# ---- proxies ----


def test_a_proxy_of_the_environment_is_not_for_the_machine_itself(api, audit):
    environment = {**os.environ, "HTTPS_PROXY": f"http://127.0.0.1:{unused_port()}"}
    environment.pop("NO_PROXY", None)
    environment.pop("no_proxy", None)
    assert audit(env=environment).returncode == 0
    assert api.requests


def test_the_proxy_of_the_kubeconfig_is_used_and_its_password_not_shown(api, audit, tmp_path):
    path = api.kubeconfig(tmp_path, proxy_url=f"http://someone:{TOKEN}@127.0.0.1:{unused_port()}")
    refused_with(audit(kubeconfig=path), "onnect")
    assert api.requests == []


def test_a_proxy_of_another_protocol_is_refused_without_its_password(api, audit, tmp_path):
    """libcurl quotes the whole URL of a proxy that it does not know how to use."""
    path = api.kubeconfig(tmp_path, proxy_url=f"ftp://someone:{TOKEN}@127.0.0.1:{unused_port()}")
    result = audit(kubeconfig=path)
    assert result.returncode == 2
    assert "proxy" in result.stderr and TOKEN not in result.stdout + result.stderr


# ---- kubeconfig ----


def test_without_a_kubeconfig_that_is_said(audit, tmp_path):
    result = run("audit", env={"HOME": str(tmp_path), "PATH": os.environ["PATH"]})
    refused_with(result, "KUBECONFIG")


def test_a_credential_plugin_is_refused_with_what_to_do(api, audit, tmp_path):
    user = {"exec": {"command": "touch", "args": [str(tmp_path / "ran")], "apiVersion": "client.authentication.k8s.io/v1"}}
    refused_with(audit(kubeconfig=api.kubeconfig(tmp_path, token=user)), "users[0].user.exec", "tokenFile")
    assert not (tmp_path / "ran").exists()


def test_a_context_that_is_not_there_is_refused(audit):
    refused_with(audit("--context", "production"), 'no context "production"')


# ---- versions ----


def test_the_version_is_that_of_the_operator(api, audit):
    api.put(operator("2.10.1"))
    api.version_info = {"gitVersion": "v1.25.3+k3s1"}
    result = audit()
    assert (result.stdout, result.stderr) == ("0 resources in test, KEDA 2.10.1: 0 denied, 0 warned\n", "")


def test_the_operator_may_be_said_to_be_elsewhere(api, audit):
    there = operator("2.10.1")
    there["metadata"]["namespace"] = "platform"
    api.version_info = {"gitVersion": "v1.25.3+k3s1"}
    api.put(there)
    assert "KEDA 2.10.1: " in audit("--keda-namespace", "platform").stdout
    assert f"KEDA {KEDA}: " in audit("--keda-namespace", "keda").stdout
    wrong = audit("--keda-namespace", "Platform")
    assert (wrong.returncode, "--keda-namespace: this is no name of a namespace" in wrong.stderr) == (2, True)


def test_a_version_that_is_given_goes_over_the_operators(audit):
    assert "KEDA 2.19.0: " in audit("--keda-version", "2.19").stdout


def test_an_unknown_version_is_said(api, audit):
    api.delete(operator())
    result = audit()
    assert "KEDA 2.20.2 (newest known)" in result.stdout
    assert "the version of KEDA is not known" in result.stderr


def test_kubernetes_that_does_not_go_with_keda_is_said(api, audit):
    api.version_info = {"gitVersion": "v1.34.1"}
    assert "KEDA 2.17 was tested with Kubernetes 1.30 to 1.32, and this is 1.34" in audit().stderr


# ---- progress ----


def test_a_terminal_sees_the_progress_and_a_file_does_not(api, audit, tmp_path):
    primary, secondary = pty.openpty()
    result = run("audit", "--kubeconfig", api.kubeconfig(tmp_path), capture_output=False, stderr=secondary, stdout=secondary)
    os.close(secondary)
    text = b""
    try:
        while chunk := os.read(primary, 65536):
            text += chunk
    except OSError:
        pass
    os.close(primary)
    assert result.returncode == 0
    assert b"listing deployments: 2" in text
    assert text.endswith(b"\r\x1b[K0 resources in test, KEDA 2.17.1: 0 denied, 0 warned\r\n")
    assert "listing" not in audit().stderr
