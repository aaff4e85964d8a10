"""How `kedagate serve` starts, or says why it does not."""

import json
import re
import shutil
import socket

import pytest
from apiserver import unused_port
from daemon import wait_until
from program import run
from reviews import admission_review, scaled_object

SECRET = "hunter2-correct-horse"


def start(certificates, *arguments):
    return run("serve", "--bind-address", "127.0.0.1", "--secure-port", "0", "--health-probe-bind-address", "0", "--metrics-bind-address", "0",
               "--tls-cert-file", certificates / "tls.crt", "--tls-private-key-file", certificates / "tls.key", *arguments)


BAD_FLAGS = {
    "unknown": (["--bind-adress", "::"], "--bind-address"),
    "not an IP address": (["--bind-address", "localhost"], "IP address"),
    "port out of range": (["--secure-port", "65536"], "secure-port"),
    "port not a number": (["--secure-port", "https"], "secure-port"),
    "no port": (["--health-probe-bind-address", "127.0.0.1"], "HOST:PORT"),
    "bare IPv6": (["--metrics-bind-address", "::1:8080"], "HOST:PORT"),
    "mode": (["--mode", "strict"], "enforce"),
    "profile": (["--profile", "default"], "baseline"),
    "version": (["--keda-version", "newest"], "keda-version"),
    "duration": (["--shutdown-delay", "5"], "shutdown-delay"),
    "negative duration": (["--shutdown-delay", "-5s"], "shutdown-delay"),
    "endless duration": (["--shutdown-delay", "2h"], "1h"),
    "TLS version": (["--tls-min-version", "1.3"], "VersionTLS13"),
    "log format": (["--log-format", "xml"], "json"),
    "log level": (["--log-level", "trace"], "debug"),
    "empty client name": (["--client-names", "a,,b"], "empty name"),
    "operand": (["manifests/"], "manifests/"),
}


@pytest.mark.parametrize("name", BAD_FLAGS)
def test_a_bad_flag(certificates, name):
    flags, hint = BAD_FLAGS[name]
    result = start(certificates, *flags)
    assert result.returncode == 2
    assert result.stdout == ""
    first = result.stderr.splitlines()[0]
    assert first.startswith("kedagate serve: ") and hint in first, result.stderr


def refusal(result):
    """The one log line that says why."""
    assert result.returncode == 1, result.stderr
    entry = json.loads(result.stderr.splitlines()[-1])
    assert (entry["level"], entry["msg"]) == ("error", "cannot start")
    assert entry["advice"]
    return entry


def test_no_certificate(certificates):
    (certificates / "tls.crt").unlink()
    entry = refusal(start(certificates, "--log-format", "json"))
    assert "tls.crt" in entry["reason"]
    assert "kedagate certs init" in entry["advice"]


@pytest.mark.parametrize("flags, reason", [
    (["--client-ca-file", "/nowhere/ca.crt"], "/nowhere/ca.crt"),
    (["--client-names", "kube-apiserver"], "--client-names needs --client-ca-file"),
])
def test_no_authority_of_clients(certificates, flags, reason):
    entry = refusal(start(certificates, "--log-format", "json", *flags))
    assert reason in entry["reason"]
    assert "--client-ca-file" in entry["advice"]


def test_a_key_of_another_certificate(certificates, authority):
    (certificates / "tls.key").write_bytes(authority.issue().key)
    entry = refusal(start(certificates, "--log-format", "json"))
    assert "key" in entry["reason"]


def test_a_bad_policy(certificates, tmp_path):
    (tmp_path / "policy.yaml").write_text("apiVersion: kedagate.io/v1\nkind: Policy\nrules: {no-such-rule: deny}\n")
    entry = refusal(start(certificates, "--log-format", "json", "--policy", tmp_path / "policy.yaml"))
    assert "policy.yaml" in entry["reason"] and "no-such-rule" in entry["reason"]
    assert entry["line"] == 3


def test_no_policy(certificates, tmp_path):
    entry = refusal(start(certificates, "--log-format", "json", "--policy", tmp_path / "policy.yaml"))
    assert "policy.yaml" in entry["reason"]


@pytest.mark.parametrize("flag", ["--secure-port", "--health-probe-bind-address", "--metrics-bind-address"])
def test_an_address_in_use(certificates, flag):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        entry = refusal(start(certificates, "--log-format", "json", flag, port if flag == "--secure-port" else f"127.0.0.1:{port}"))
    assert f"127.0.0.1:{port}" in entry["reason"] and "in use" in entry["reason"]


def test_objects_that_cannot_be_read(certificates, tmp_path):
    (tmp_path / "objects").mkdir()
    (tmp_path / "objects" / "broken.yaml").write_text("kind: [\n")
    entry = refusal(start(certificates, "--log-format", "json", "--objects", tmp_path / "objects"))
    assert "broken.yaml" in entry["reason"]


def test_objects_that_are_not_there(certificates, tmp_path):
    assert "nowhere" in refusal(start(certificates, "--log-format", "json", "--objects", tmp_path / "nowhere"))["reason"]


def test_text_log_says_the_same(certificates):
    (certificates / "tls.crt").unlink()
    result = start(certificates)
    assert result.returncode == 1
    assert re.search(r"error +cannot start reason=\".*tls\.crt.*\" advice=\".*certs init", result.stderr), result.stderr


def test_the_serving_line(serve, certificates, authority):
    pair = authority.issue().write(certificates)
    serving = serve("--keda-version", "2.17.1").serving
    assert re.fullmatch(r"127\.0\.0\.1:[1-9]\d*", serving["address"])
    assert serving["certificateSerial"].lstrip("0") == pair.serial
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", serving["certificateNotAfter"])
    assert (serving["mode"], serving["profile"], serving["kedaVersion"]) == ("enforce", "baseline", "2.17.1")


def test_an_unnamed_version_is_said(serve):
    server = serve()
    assert server.entries("no KEDA version is named: reviews are judged for the newest release known")[0]["kedaVersion"] == "2.20.2"


def test_a_version_that_only_a_cluster_knows_is_said(serve):
    server = serve("--keda-version", "auto")
    assert server.serving["kedaVersion"] == "unknown"
    assert server.entries("the KEDA version is unknown without a cluster: denials that depend on it are warnings")


def has_ipv6():
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


def test_ipv6(serve, certificates):
    if has_ipv6():
        server = serve("--bind-address", "::1")
        assert server.serving["address"].startswith("[::1]:")
    else:
        assert "::1" in refusal(start(certificates, "--log-format", "json", "--bind-address", "::1"))["reason"]


def test_objects_stand_in_for_the_cluster(serve, tmp_path):
    """An authentication that the cluster holds without an identityId is found through the reference to it."""
    objects = tmp_path / "objects" / "below"
    objects.mkdir(parents=True)
    (objects / "auth.yaml").write_text("apiVersion: keda.sh/v1alpha1\nkind: TriggerAuthentication\nmetadata: {name: bus, namespace: shop}\n"
                                       "spec: {podIdentity: {provider: azure-workload}}\n")
    trigger = {"type": "azure-servicebus", "metadata": {"namespace": "orders-bus", "queueName": "orders"}, "authenticationRef": {"name": "bus"}}
    review = admission_review(scaled_object(trigger))
    seeing, blind = serve("--objects", tmp_path / "objects"), serve()
    assert "identity-id-missing" in seeing.review(review)["status"]["message"]
    assert blind.review(review)["allowed"] is True


def test_log_lines_are_json_and_hold_no_secret(server):
    """The Daemon checks that every line is JSON; here with names that try to break out, and a password that must not show."""
    trigger = {"type": "postgresql", "metadata": {"connection": f"postgresql://user:{SECRET}@db:5432/orders", "query": "SELECT 1",
                                                  "targetQueryValue": "1"}}
    manifest = scaled_object(trigger, name='a"}\n{"msg":"forged"')
    answer = server.post(json.dumps(admission_review(manifest, user="eve\n\x1b[31m")))
    assert answer.status == 200
    assert server.wait_for("review")["user"] == "eve\n\x1b[31m"
    assert not server.entries("forged")
    assert SECRET not in answer.text
    assert SECRET not in "\n".join(server.lines)
    assert SECRET not in server.plain("/metrics", listener="metrics").text


def test_a_review_is_logged_as_documented(server):
    review = admission_review(scaled_object({"type": "no-such-scaler", "metadata": {}}), dryRun=True)
    server.review(review)
    entry = server.wait_for("review")
    assert list(entry) == ["time", "level", "msg", "uid", "operation", "kind", "namespace", "name", "user", "dryRun", "verdict", "rules",
                           "duration_us"]
    assert entry["uid"] == review["request"]["uid"]
    assert (entry["operation"], entry["kind"], entry["namespace"], entry["name"], entry["user"]) == (
        "CREATE", "ScaledObject", "shop", "orders", "ci")
    assert (entry["dryRun"], entry["verdict"], entry["rules"]) == (True, "deny", ["trigger-type-unknown"])


def can_connect(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=60).close()
    except ConnectionRefusedError:
        return False
    return True


def test_log_level_error_is_quiet(serve):
    port = unused_port()
    server = serve("--log-level", "error", "--health-probe-bind-address", f"127.0.0.1:{port}", log_format="text")
    wait_until(lambda: can_connect(port), "the health listener")
    server.stop()
    assert not server.lines


def test_certificates_of_certs_init_are_served(certificates, serve, authority):
    shutil.rmtree(certificates)
    assert run("certs", "init", "--directory", certificates, "--name", "localhost", "--name", "127.0.0.1").returncode == 0
    server = serve()
    server.authority = type("Authority", (), {"pem": (certificates / "ca.crt").read_text()})
    assert server.post(json.dumps(admission_review(scaled_object()))).status == 200
