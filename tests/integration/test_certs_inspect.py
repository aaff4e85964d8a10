"""`kedagate certs inspect`: files, manifests, and what servers really send."""

import base64
import contextlib
import datetime
import json
import re
import socket
import ssl
import subprocess
import threading

import manifests
import pytest
from apiserver import unused_port
from certificates import Authority, Pair
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from daemon import wait_until
from program import ROOT, run

SERVICE = "hook.keda.svc"
NAMES = (SERVICE, "localhost", "127.0.0.1")
SECONDS = 86400


def inspect(*arguments, **more):
    """(exit code, "id place#certificate" of each problem, the document)."""
    time = ["--timeout", "60"] if "--connect" in arguments and "--timeout" not in arguments else []
    result = run("certs", "inspect", "-o", "json", *arguments, *time, **more)
    assert result.stderr == "", result.stderr
    document = json.loads(result.stdout)
    told = [f"{problem['id']} {problem['key'] or problem['file'].rsplit('/', 1)[-1]}#{problem['certificate'] or 0}" for problem in document["problems"]]
    return result.returncode, told, document


@pytest.fixture
def mounted(tmp_path, authority):
    """A directory as a Secret is mounted, with ca.crt."""
    directory = tmp_path / "mounted"
    directory.mkdir()
    authority.issue(NAMES).write(directory)
    (directory / "ca.crt").write_text(authority.pem, encoding="ascii")
    return directory


def test_every_flaw_has_a_test():
    """In the unit tests, which forge certificates. Left out: what nobody can be made to sign."""
    ids = re.findall(r'^FLAW\(\w+, "([a-z0-9-]+)"', (ROOT / "include/kedagate/tls/flaws.def").read_text(encoding="utf-8"), re.M)
    text = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests/unit/tls").glob("test_inspect_*.c"))
    assert len(ids) > 30
    # Most stand in lists of what is expected, behind the place and the number of the certificate.
    seen = {one for one in ids if re.search(rf'#\d+ {one}[",]', text) or f"KG_FLAW_{one.upper().replace('-', '_')}" in text}
    assert set(ids) - seen == {"dates-unreadable", "untrusted"}


@pytest.mark.parametrize("name, why", [
    ("", '""'), ("a" * 300, "aaaa"), ("a b", '"a b"'), ("*.keda.svc", "wildcard"), ("hook.keda.svc,hook.keda", "more than one name")])
def test_a_server_name_that_is_none_is_wrong_usage(mounted, name, why):
    result = run("certs", "inspect", str(mounted), "--connect", "127.0.0.1:1", "--server-name", name)
    assert (result.returncode, result.stdout) == (2, "")
    assert "--server-name" in result.stderr and why in result.stderr


# Files.


def test_a_sound_directory(mounted):
    code, told, document = inspect(mounted)
    assert (code, told) == (0, [])
    assert [certificate["kind"] for certificate in document["certificates"]] == ["server", "root"]
    assert document["certificates"][0]["names"] == list(NAMES)
    assert document["certificates"][0]["privateKey"].endswith("tls.key")
    assert document["summary"] == {"certificates": 2, "problems": 0, "warnings": 0, "errors": 0}


def test_serial_and_fingerprint_are_those_of_openssl(mounted):
    certificate = inspect(mounted)[2]["certificates"][0]
    printed = subprocess.run(["openssl", "x509", "-in", mounted / "tls.crt", "-noout", "-serial", "-fingerprint", "-sha256"], check=True,
                             capture_output=True, text=True).stdout
    assert f"serial={certificate['serial']}\n" in printed
    assert f"ingerprint={certificate['sha256']}\n" in printed


def test_files_are_one_deployment_whatever_their_names(mounted):
    for name, new in (("tls.crt", "a.pem"), ("tls.key", "b.pem"), ("ca.crt", "c.pem")):
        (mounted / name).rename(mounted / new)
    assert inspect(*sorted(mounted.iterdir()))[:2] == (0, [])
    (mounted / "b.pem").write_bytes(Authority().issue().key)
    assert inspect(*sorted(mounted.iterdir()))[:2] == (1, ["key-mismatch b.pem#0"])


def test_standard_input(mounted):
    text = (mounted / "tls.crt").read_text(encoding="ascii") + (mounted / "tls.key").read_text(encoding="ascii")
    code, told, document = inspect("-", input=text)
    assert (code, told) == (0, [])
    assert document["certificates"][0]["file"] == "-"
    assert document["certificates"][0]["privateKey"] == "-"


def test_authorities_of_their_own(mounted):
    other = mounted / "other.pem"
    other.write_text(Authority("other").pem, encoding="ascii")
    assert inspect(mounted, "--ca", mounted / "ca.crt")[:2] == (0, [])
    assert inspect(mounted, "--ca", other)[:2] == (1, ["authority-unknown other.pem#0"])


def test_the_text_says_what_go_says_and_what_to_do(mounted, authority):
    authority.issue(NAMES, begins=-9 * SECONDS, ends=-2 * SECONDS).write(mounted)
    result = run("certs", "inspect", mounted)
    assert result.returncode == 1
    assert "[expired]" in result.stdout
    assert "x509: certificate has expired or is not yet valid" in result.stdout
    assert "Renew it" in result.stdout
    assert "2 certificates: 1 problem, 0 warnings\n" in result.stdout
    assert "PRIVATE KEY" not in result.stdout


def test_the_name_that_clients_ask_for(mounted):
    assert inspect(mounted, "--server-name", SERVICE)[:2] == (0, [])
    assert inspect(mounted, "--server-name", "other.keda.svc")[:2] == (1, ["names-mismatch tls.crt#1"])


def test_swapped_files(mounted):
    (mounted / "tls.crt").rename(mounted / "x")
    (mounted / "tls.key").rename(mounted / "tls.crt")
    (mounted / "x").rename(mounted / "tls.key")
    assert inspect(mounted)[:2] == (1, ["key-in-certificate tls.crt#0", "certificate-in-key tls.key#0"])


def test_what_cannot_be_read_is_an_error_and_the_rest_is_judged(mounted, tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    code, told, document = inspect(tmp_path / "missing", empty, mounted)
    assert (code, told) == (2, [])
    assert len(document["errors"]) == 2
    assert len(document["certificates"]) == 2


def test_a_manifest_without_certificates_is_an_error(tmp_path):
    code, told, document = inspect(manifests.write(tmp_path / "a.yaml", manifests.config_map("a", {"b": "c"})))
    assert (code, told, len(document["errors"])) == (2, [], 1)


def test_broken_yaml_is_an_error_with_its_place(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text("kind: Secret\n  apiVersion: v1\n", encoding="ascii")
    code, _, document = inspect(path)
    assert code == 2
    assert document["errors"][0]["line"] == 2


@pytest.mark.parametrize("arguments", [[], ["--connect", "here"], ["--connect", "localhost:0"], ["--connect", ":9443"], ["--timeout", "0", "x"], ["--nonsense"]],
                         ids=" ".join)
def test_usage(arguments):
    result = run("certs", "inspect", *arguments)
    assert result.returncode == 2
    assert result.stderr.startswith("kedagate certs inspect: ")
    assert result.stdout == ""


# Manifests.


def encode(*parts):
    return base64.b64encode(b"".join(part if isinstance(part, bytes) else part.encode() for part in parts)).decode()


def secret_of(directory, name="kedaorg-certs", type_="Opaque", **more):
    data = {path.name: encode(path.read_bytes()) for path in directory.iterdir()}
    return {**manifests.secret(name, "keda", data={**data, **more}), "type": type_}


def client(bundle, name="hook", **more):
    return {"service": {"name": name, "namespace": "keda"}, **({"caBundle": encode(bundle)} if bundle is not None else {}), **more}


def webhooks(*clients, kind="ValidatingWebhookConfiguration"):
    return {"apiVersion": "admissionregistration.k8s.io/v1", "kind": kind, "metadata": {"name": "keda-admission"},
            "webhooks": [{"name": f"w{number}.keda.sh", "clientConfig": config} for number, config in enumerate(clients)]}


def api_service(config):
    return {"apiVersion": "apiregistration.k8s.io/v1", "kind": "APIService", "metadata": {"name": "v1beta1.external.metrics.k8s.io"}, "spec": config}


def definition(config):
    return {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": "scaledobjects.keda.sh"},
            "spec": {"conversion": {"strategy": "Webhook", "webhook": {"clientConfig": config}}}}


def test_kedas_own_secret(mounted, tmp_path):
    path = manifests.write(tmp_path / "a.yaml", secret_of(mounted))
    code, told, document = inspect(path)
    assert (code, told) == (0, [])
    assert {certificate["object"] for certificate in document["certificates"]} == {"Secret keda/kedaorg-certs"}
    assert [certificate["key"] for certificate in document["certificates"]] == ["tls.crt", "ca.crt"]
    assert path.read_text(encoding="utf-8").splitlines()[document["certificates"][0]["line"] - 1].strip().startswith("tls.crt:")


def test_lists_and_json_and_standard_input(mounted):
    text = json.dumps(manifests.as_list(secret_of(mounted), secret_of(mounted, name="more")))
    code, told, document = inspect("-", input=text)
    assert (code, told, len(document["certificates"])) == (0, [], 4)


def test_string_data_goes_over_data(mounted, tmp_path):
    secret = secret_of(mounted)
    secret["stringData"] = {"tls.key": Authority().issue().key.decode()}
    assert inspect(manifests.write(tmp_path / "a.yaml", secret))[:2] == (1, ["key-mismatch tls.key#0"])


def test_a_secret_that_lacks_its_key(mounted, tmp_path):
    (mounted / "tls.key").unlink()
    typed = manifests.write(tmp_path / "typed.yaml", secret_of(mounted, type_="kubernetes.io/tls"))
    opaque = manifests.write(tmp_path / "opaque.yaml", secret_of(mounted))
    assert inspect(typed)[:2] == (1, ["missing tls.key#0"])
    assert inspect(opaque)[:2] == (0, [])


def test_broken_base64_and_empty_data(mounted, tmp_path):
    path = manifests.write(tmp_path / "a.yaml", secret_of(mounted, **{"ca.crt": "!!", "tls.key": ""}))
    assert inspect(path)[:2] == (1, ["empty tls.key#0", "base64-invalid ca.crt#0"])


@pytest.mark.parametrize("make, key", [
    (webhooks, "webhooks[0].clientConfig.caBundle"),
    (lambda config: webhooks(config, kind="MutatingWebhookConfiguration"), "webhooks[0].clientConfig.caBundle"),
    (api_service, "spec.caBundle"),
    (definition, "spec.conversion.webhook.clientConfig.caBundle"),
], ids=["validating", "mutating", "APIService", "CRD"])
def test_a_bundle_must_trust_what_the_secret_holds(mounted, tmp_path, authority, make, key):
    good = manifests.write(tmp_path / "good.yaml", make(client(authority.pem)), secret_of(mounted))
    bad = manifests.write(tmp_path / "bad.yaml", make(client(Authority("other").pem)), secret_of(mounted))
    again = manifests.write(tmp_path / "again.yaml", make(client(Authority().pem)), secret_of(mounted))
    assert inspect(good)[:2] == (0, [])
    assert inspect(bad)[:2] == (1, [f"authority-unknown {key}#0"])
    code, told, document = inspect(again)
    assert (code, told) == (1, [f"authority-remade {key}#1"])
    assert "ECDSA verification failure" in document["problems"][0]["clientError"]


def test_a_service_that_the_certificate_is_not_for(mounted, tmp_path, authority):
    path = manifests.write(tmp_path / "a.yaml", webhooks(client(authority.pem, name="other")), secret_of(mounted))
    code, told, document = inspect(path)
    assert (code, told) == (1, ["names-mismatch tls.crt#1"])
    assert document["problems"][0]["clientError"].endswith("not other.keda.svc")


def test_a_bundle_that_several_webhooks_share_is_told_once(mounted, tmp_path):
    other = Authority("other").pem
    path = manifests.write(tmp_path / "a.yaml", webhooks(*[client(other)] * 4), secret_of(mounted))
    assert inspect(path)[1] == ["authority-unknown webhooks[0].clientConfig.caBundle#0"]


def test_bundles_that_are_not_there(tmp_path, authority):
    absent = manifests.write(tmp_path / "absent.yaml", webhooks(client(None)))
    placeholder = manifests.write(tmp_path / "placeholder.yaml", webhooks(client("\n")))
    unverified = manifests.write(tmp_path / "unverified.yaml", api_service(client(None, insecureSkipTLSVerify=True)))
    key = "webhooks[0].clientConfig.caBundle#0"
    assert inspect(absent)[:2] == (0, [f"bundle-absent {key}"])
    assert inspect(placeholder)[:2] == (1, [f"empty {key}"])
    assert inspect(unverified)[:2] == (0, ["verification-off spec.caBundle#0"])
    assert inspect(manifests.write(tmp_path / "local.yaml", api_service({"group": "apps"}), webhooks(client(authority.pem))))[:2] == (0, [])


# What is served.


@contextlib.contextmanager
def serving(directory, answer=None, **settings):
    """A TLS server with the pair of a directory as it is now, which it never reads again; or one that answers with other bytes. Its port, and the
    names that clients asked for."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    names = []
    if answer is None:
        context.load_cert_chain(directory / "tls.crt", directory / "tls.key")
        context.sni_callback = lambda connection, name, _: names.append(name)
    for name, value in settings.items():
        setattr(context, name, value)
    if settings.get("verify_mode") == ssl.CERT_REQUIRED:
        context.load_verify_locations(directory / "ca.crt")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_serve, args=(listener, context, answer), daemon=True)
        thread.start()
        yield listener.getsockname()[1], names
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


def _serve(listener, context, answer):
    while True:
        try:
            connection = listener.accept()[0]
        except OSError:
            return
        connection.settimeout(60)
        with connection, contextlib.suppress(OSError):
            if answer is None:
                with context.wrap_socket(connection, server_side=True) as secured:
                    secured.recv(1)
            elif answer == b"":
                connection.recv(1 << 16)
            elif answer == "silence":
                while connection.recv(1 << 16):
                    pass
            else:
                connection.recv(1 << 16)
                connection.sendall(answer)


def test_a_server_that_has_what_the_files_hold(mounted):
    with serving(mounted) as (port, names):
        code, told, document = inspect(mounted, "--connect", f"localhost:{port}", "--server-name", SERVICE)
    assert (code, told) == (0, [])
    assert names == [SERVICE]
    assert [certificate["served"] for certificate in document["certificates"]] == [False, False, True]


def test_the_host_is_asked_for_unless_it_is_an_address(mounted):
    with serving(mounted) as (port, names):
        assert inspect("--connect", f"localhost:{port}")[:2] == (0, [])
        assert inspect("--connect", f"127.0.0.1:{port}")[:2] == (0, [])
    assert names == ["localhost", None]


def test_a_server_that_did_not_reload(mounted, authority):
    authority.issue(NAMES, begins=-2 * SECONDS).write(mounted)
    with serving(mounted) as (port, _):
        authority.issue(NAMES).write(mounted)
        code, told, _ = inspect(mounted, "--connect", f"localhost:{port}")
    assert (code, told) == (1, [f"served-stale localhost:{port}#1"])


def test_a_server_of_another_authority(mounted, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    Authority("other").issue(NAMES).write(other)
    with serving(other) as (port, _):
        code, told, _ = inspect("--ca", mounted / "ca.crt", "--connect", f"localhost:{port}")
    assert (code, told) == (1, ["authority-unknown ca.crt#0"])


def test_a_bundle_that_does_not_trust_what_is_served(mounted, tmp_path):
    path = manifests.write(tmp_path / "a.yaml", webhooks(client(Authority("other").pem)))
    with serving(mounted) as (port, _):
        assert inspect(path, "--connect", f"127.0.0.1:{port}")[:2] == (1, ["authority-unknown webhooks[0].clientConfig.caBundle#0"])


def test_a_server_whose_certificate_has_expired(mounted, authority):
    authority.issue(NAMES, begins=-9 * SECONDS, ends=-2 * SECONDS).write(mounted)
    with serving(mounted) as (port, _):
        assert inspect("--connect", f"localhost:{port}")[:2] == (1, [f"expired localhost:{port}#1"])


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=["1.2", "1.3"])
def test_a_server_that_wants_a_client_certificate(mounted, version):
    with serving(mounted, verify_mode=ssl.CERT_REQUIRED, minimum_version=version, maximum_version=version) as (port, _):
        code, told, document = inspect("--connect", f"localhost:{port}")
    assert (code, told, document["certificates"][0]["served"]) == (0, [], True)


@pytest.mark.parametrize("answer, part", [(b"HTTP/1.1 400 Bad Request\r\n\r\n", "not TLS"), (b"", "closed the connection"), ("silence", "within 1 seconds")],
                         ids=["HTTP", "hangs up", "silence"])
def test_what_is_no_tls_server(tmp_path, answer, part):
    with serving(tmp_path, answer=answer) as (port, _):
        code, _, document = inspect("--connect", f"127.0.0.1:{port}", "--timeout", "1" if answer == "silence" else "60")
    assert code == 2
    assert part in document["errors"][0]["message"]


def test_nobody_listens():
    code, _, document = inspect("--connect", f"127.0.0.1:{unused_port()}")
    assert code == 2
    assert "refused" in document["errors"][0]["message"]


def test_kedagate_serves_what_it_is_given_and_takes_up_a_change(serve, certificates, authority):
    server = serve()
    address = server.serving["address"]
    (certificates / "ca.crt").write_text(authority.pem, encoding="ascii")
    assert inspect(certificates, "--connect", address)[:2] == (0, [])
    authority.issue().write(certificates)
    wait_until(lambda: inspect(certificates, "--connect", address)[:2] == (0, []), "the new pair is served")


# What openssl(1) says of the same.


def issue(subject, issuer=None, constraints=None, **more):
    """(certificate, key), signed by `issuer`, another such, or by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)])
    now = datetime.datetime.now(datetime.timezone.utc)
    ends = more.get("ends", SECONDS)
    builder = x509.CertificateBuilder(issuer[0].subject if issuer else name, name, key.public_key(), x509.random_serial_number(),
                                      now - datetime.timedelta(days=9), now + datetime.timedelta(seconds=ends))
    if constraints is not None:
        builder = builder.add_extension(x509.BasicConstraints(ca=constraints, path_length=more.get("path_length")), critical=True)
    if constraints is not True:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(SERVICE)]), critical=False)
    return builder.sign(issuer[1] if issuer else key, hashes.SHA256()), key


def cases():
    """name: (chain, bundle), each certificates with their keys. Left out is where Go knows better: two authorities of one name in a bundle,
    without key identifiers."""
    root = issue("root", constraints=True)
    middle = issue("middle", root, constraints=True)
    leaf = issue("leaf", middle, constraints=False)
    again = issue("root", constraints=True)
    no_authority = issue("root", constraints=False)
    expired = issue("root", constraints=True, ends=-SECONDS)
    short = issue("short", constraints=True, path_length=0)
    below = issue("middle", short, constraints=True)
    return {
        "good": ([leaf, middle], [root]),
        "root sent too": ([leaf, middle, root], [root]),
        "the other root": ([leaf, middle], [again]),
        "intermediate not sent": ([leaf], [root]),
        "no authority": ([issue("leaf", no_authority, constraints=False)], [no_authority]),
        "expired authority": ([issue("leaf", expired, constraints=False)], [expired]),
        "expired server": ([issue("leaf", root, constraints=False, ends=-SECONDS)], [root]),
        "path too long": ([issue("leaf", below, constraints=False), below], [short]),
        "intermediate that is no authority": ([issue("x", leaf, constraints=False), leaf, middle], [root]),
    }


CASES = cases()


@pytest.mark.parametrize("name", CASES)
def test_trust_is_that_of_openssl(name, tmp_path):
    chain, bundle = ([Pair(*pair).certificate for pair in part] for part in CASES[name])
    for file, content in (("tls.crt", chain), ("ca.crt", bundle), ("leaf.pem", chain[:1])):
        (tmp_path / file).write_bytes(b"".join(content))
    verified = subprocess.run(["openssl", "verify", "-purpose", "sslserver", "-CAfile", tmp_path / "ca.crt", "-no-CApath", "-no-CAstore", "-untrusted",
                               tmp_path / "tls.crt", tmp_path / "leaf.pem"], check=False, capture_output=True, text=True)
    assert inspect(tmp_path / "tls.crt", tmp_path / "ca.crt")[0] == (0 if verified.returncode == 0 else 1), verified.stderr


@pytest.mark.parametrize("subject, told", [(SERVICE, True), (f"{SERVICE}.cluster.local", True), ("svc-root", False), ("root.example", False)])
def test_a_server_is_known_by_its_common_name_alone(subject, told, tmp_path):
    (tmp_path / "webhook.pem").write_bytes(Pair(*issue(subject, constraints=True)).certificate)
    result = run("certs", "inspect", tmp_path / "webhook.pem")
    assert ("certificate relies on legacy Common Name field" in result.stdout) == told
    assert result.returncode == (1 if told else 0)
