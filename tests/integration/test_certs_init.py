"""What `certs init` writes for a cluster: read as kubectl and kustomize read it, and served."""

import base64
import stat

import pytest
import yaml
from program import run

NAME = "kedagate.kedagate.svc"


def init(directory, *more):
    return run("certs", "init", "--directory", directory, "--name", NAME, "--name", "127.0.0.1", *more)


@pytest.fixture
def installation(tmp_path):
    directory = tmp_path / "certs"
    result = init(directory, "--secret", "kedagate-tls", "--ca-bundle")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == f"{directory}: ca.crt ca.key tls.crt tls.key secret.yaml ca-bundle.yaml kustomization.yaml\n"
    return directory


def load(path):
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def decoded(text):
    return base64.b64decode(text, validate=True)


def test_the_secret_holds_the_pair_and_whom_clients_trust(installation):
    secret = load(installation / "secret.yaml")
    assert stat.S_IMODE((installation / "secret.yaml").stat().st_mode) == 0o600
    assert (secret["apiVersion"], secret["kind"], secret["type"]) == ("v1", "Secret", "kubernetes.io/tls")
    assert secret["metadata"] == {"name": "kedagate-tls", "namespace": "kedagate"}
    assert {key: decoded(value) for key, value in secret["data"].items()} == {
        name: (installation / name).read_bytes() for name in ("ca.crt", "tls.crt", "tls.key")}


def test_the_key_of_the_authority_is_in_no_file_for_the_cluster(installation):
    key = (installation / "ca.key").read_bytes()
    for name in ("secret.yaml", "ca-bundle.yaml", "kustomization.yaml"):
        text = (installation / name).read_bytes()
        # Every key begins alike.
        assert base64.b64encode(key)[-40:] not in text and key.splitlines()[-2] not in text


def apply(component, resources):
    """What kustomize makes of the component: its resources added, its JSON patches applied to their targets."""
    assert (component["apiVersion"], component["kind"]) == ("kustomize.config.k8s.io/v1alpha1", "Component")
    for patch in component["patches"]:
        target = patch["target"]
        hit = [one for one in resources if one["kind"] == target["kind"] and one["metadata"]["name"] == target["name"]
               and one["apiVersion"].split("/")[0] == target["group"]]
        assert len(hit) == 1
        yield hit[0], patch["path"]


def test_the_patch_makes_api_servers_trust_the_pair(installation, tmp_path):
    hook = {"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration", "metadata": {"name": "kedagate"},
            "webhooks": [{"name": "kedagate.kedagate.io", "clientConfig": {"service": {"name": "kedagate", "namespace": "kedagate"}}}]}
    component = load(installation / "kustomization.yaml")
    assert component["resources"] == ["secret.yaml"]
    for patched, path in apply(component, [hook]):
        [operation] = load(installation / path)
        assert operation["op"] == "add" and operation["path"] == "/webhooks/0/clientConfig/caBundle"
        patched["webhooks"][0]["clientConfig"]["caBundle"] = operation["value"]
    bundle = tmp_path / "bundle.pem"
    bundle.write_bytes(decoded(hook["webhooks"][0]["clientConfig"]["caBundle"]))
    result = run("verify", "-CAfile", bundle, "-purpose", "sslserver", "-verify_hostname", NAME, installation / "tls.crt", binary="openssl")
    assert result.returncode == 0, result.stderr


def test_names_are_as_asked_and_read_as_text(tmp_path):
    result = init(tmp_path, "--secret", "1e3", "--namespace", "on", "--ca-bundle", "--webhook-configuration", "0")
    assert result.returncode == 0, result.stderr
    assert load(tmp_path / "secret.yaml")["metadata"] == {"name": "1e3", "namespace": "on"}
    assert load(tmp_path / "kustomization.yaml")["patches"][0]["target"]["name"] == "0"


def test_the_bundle_holds_every_authority_of_ca_crt(tmp_path):
    """While an authority is replaced, clients trust the old one and the new one."""
    init(tmp_path / "old")
    init(tmp_path / "new")
    both = (tmp_path / "new/ca.crt").read_bytes() + (tmp_path / "old/ca.crt").read_bytes()
    (tmp_path / "new/ca.crt").write_bytes(both)
    assert init(tmp_path / "new", "--replace", "--ca-bundle").returncode == 0
    [operation] = load(tmp_path / "new/ca-bundle.yaml")
    assert decoded(operation["value"]) == both


def test_what_is_there_is_overwritten_by_replace_alone(installation):
    before = (installation / "secret.yaml").read_bytes()
    result = init(installation, "--secret", "kedagate-tls")
    assert result.returncode == 2 and "--replace" in result.stderr
    assert (installation / "secret.yaml").read_bytes() == before
    assert init(installation, "--secret", "kedagate-tls", "--replace").returncode == 0
    assert decoded(load(installation / "secret.yaml")["data"]["tls.crt"]) == (installation / "tls.crt").read_bytes()


@pytest.mark.parametrize("arguments", [["--secret", "A"], ["--secret", "a", "--namespace", "a.b"],
                                       ["--ca-bundle", "--webhook-configuration", "a b"]])
def test_names_that_kubernetes_does_not_take_are_refused(tmp_path, arguments):
    result = init(tmp_path / "certs", *arguments)
    assert result.returncode == 2
    assert arguments[-1] in result.stderr
    assert not (tmp_path / "certs").exists()
