"""A secret in every place where one can stand shows in nothing that the program says: output, answers, log, metrics."""

import base64
import json
import re
import signal
import urllib.parse

import pytest
import secret_places
from canaries import Canaries
from certificates import Authority
from daemon import Daemon, wait_until
from manifests import as_list, scaled_object, secret, trigger, write
from program import run

from cryptography.hazmat.primitives import serialization

SEED = 20260
CONTROL = "quitevisibleword"


class Plan:
    """All places, each in a namespace of its own, and one whose value is meant to be seen."""

    def __init__(self, directory):
        self.canaries = Canaries(SEED)
        self.places = list(secret_places.all_places(self.canaries))
        self.settled = [secret_places.settle(place, f"p{number}") for number, place in enumerate(self.places)]
        control = scaled_object(trigger(CONTROL), name="control", namespace="control")
        self.judged = [judged for judged, _ in self.settled] + [control]
        self.around = [manifest for _, around in self.settled for manifest in around]
        self.json = directory / "all.json"
        self.json.write_text(json.dumps(as_list(*self.judged, *self.around)), encoding="utf-8")
        self.yaml = directory / "all.yaml"
        self.yaml.write_text("".join(f"---\n{json.dumps(manifest)}\n" for manifest in (*self.judged, *self.around)), encoding="utf-8")
        self.objects = directory / "objects.json"
        self.objects.write_text(json.dumps(as_list(*self.around)), encoding="utf-8")

    def assert_clean(self, *outputs):
        leaks = self.canaries.found("\n".join(outputs))
        assert not leaks, f"{len(leaks)} places leak: {leaks[:20]}"


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    return Plan(tmp_path_factory.mktemp("canaries"))


# ---- the search itself ----


@pytest.mark.parametrize("encode", [
    str,
    str.upper,
    lambda text: text[5:17],
    lambda text: text.encode().hex(),
    lambda text: urllib.parse.quote(f"a b/{text}", safe=""),
    lambda text: json.dumps({"é\"": f"\\{text}\n"}),
    *[lambda text, before=before: base64.b64encode((before + text + "tail").encode()).decode() for before in ("", "a", "ab")],
])
def test_the_search_finds_a_canary_in_any_dress(encode):
    canaries = Canaries(1)
    secrets = {shape: getattr(canaries, shape)(shape) for shape in ("token", "phrase")}
    for shape, text in secrets.items():
        assert canaries.found(f"before {encode(text)} after") == [shape]
    assert canaries.found("Invalid value: nothing of the kind, aGVsbG8gd29ybGQ=") == []


def test_every_parameter_of_every_described_scaler_is_there(plan):
    names = {place.name.split(" ")[0].rstrip(",") for place in plan.places}
    assert {f"{kind}.{name}" for kind, name in secret_places.parameter_names()} <= names
    assert {shape for place in plan.places for shape in secret_places.DRESSES if place.name.endswith(f", {shape}")} == set(secret_places.DRESSES)
    assert len(plan.places) > 3000


# ---- check ----


@pytest.mark.parametrize("arguments", [
    [],
    ["-o", "json"],
    ["--mode", "warn"],
    ["--mode", "audit", "-o", "json"],
    ["--profile", "restricted", "--keda-version", "2.10.0"],
    ["--profile", "permissive", "--keda-version", "2.15.0"],
    ["--keda-version", "2.17.0"],
    ["--keda-version", "2.18.0", "-o", "json"],
], ids=" ".join)
def test_check(plan, arguments):
    path = plan.yaml if "--mode" in arguments else plan.json
    result = run("check", *arguments, path)
    plan.assert_clean(result.stdout, result.stderr)
    assert result.returncode in (0, 1)
    assert CONTROL in result.stdout
    assert result.stdout.count("namespace") >= len(plan.judged) or "-o" not in arguments


def test_what_is_certainly_a_secret_is_found(plan):
    """Thus each of these places was looked at."""
    document = json.loads(run("check", "-o", "json", plan.json).stdout)
    findings = {result["namespace"]: {(f["rule"], f["path"]) for f in result["findings"]} for result in document["results"]}
    wanted = [(f"p{number}", place) for number, place in enumerate(plan.places) if place.rule]
    missed = [place.name for namespace, place in wanted if (place.rule, place.path) not in findings[namespace]]
    assert (missed, len(wanted) > 100) == ([], True)


def test_values_from_everywhere_are_judged(plan, tmp_path):
    """What the places only refer to is read indeed: the same connection string is denied wherever it stands."""
    for number, (judged, around) in enumerate(by_reference("postgresql", "connection", "postgres://u:hunter2hunter2@db/x?sslmode=disable")):
        path = tmp_path / f"{number}.json"
        path.write_text(json.dumps(as_list(judged, *around)), encoding="utf-8")
        result = run("check", path)
        assert ("[credentials-in-clear-text]" in result.stdout, "hunter2" in result.stdout) == (True, False), (number, result.stdout)


def by_reference(kind, name, value):
    """The ways in which secret_places refers to a value, with this one."""
    class Fixed(Canaries):
        def token(self, place):
            return value

        phrase = awkward = token

    wanted = f"{kind}.{name} by reference, phrase"
    return [(place.object, place.around) for place in secret_places.hidden_places(Fixed(1)) if place.name.startswith(wanted)]


# ---- serve ----


def everything_else(daemon):
    pages = [daemon.plain(path).text for path in ("/livez?verbose", "/readyz?verbose", "/healthz?verbose")]
    return [*pages, daemon.plain("/metrics", listener="metrics").text]


def test_serve(plan, serve):
    daemon = serve("--objects", plan.objects, "--log-level", "debug")
    connection = daemon.connection()
    for judged in plan.judged:
        answer = daemon.post(json.dumps(secret_places.review_of(judged)), connection)
        assert answer.status == 200
        plan.assert_clean(answer.text, str(answer.headers))
    assert CONTROL in answer.text
    plan.assert_clean(*everything_else(daemon))
    daemon.stop()
    plan.assert_clean(*daemon.lines)
    assert len(daemon.entries("review")) > len(plan.judged) / 2  # a slow reader of the log may miss some


@pytest.mark.parametrize("arguments", [["--mode", "warn"], ["--mode", "audit", "--profile", "restricted"]], ids=" ".join)
def test_serve_and_the_object_that_was(plan, serve, arguments):
    """As the old object, as both, and where it is deleted; in warnings; the log as text."""
    daemon = serve("--objects", plan.objects, "--log-level", "debug", *arguments)
    connection = daemon.connection()
    right = scaled_object(trigger("cron"), namespace="shop")
    for judged in plan.judged[::5]:
        new = judged if judged["kind"] != "ScaledObject" else {**right, "metadata": {**right["metadata"], "namespace": "shop"}}
        for review in (secret_places.review_of(judged, operation="UPDATE", oldObject=judged),
                       secret_places.review_of(new, operation="UPDATE", oldObject=judged),
                       secret_places.review_of(judged, operation="DELETE", object=None, oldObject=judged)):
            answer = daemon.post(json.dumps(review), connection)
            assert answer.status == 200
            plan.assert_clean(answer.text)
    plan.assert_clean(*everything_else(daemon))
    daemon.stop()
    plan.assert_clean(*daemon.lines)


def test_the_log_as_text(plan, certificates, authority):
    daemon = Daemon(certificates, authority, "--objects", plan.objects, "--log-level", "debug", log_format="text")
    try:
        line = daemon_line(daemon, "serving")
        daemon.serving = {"address": re.search(r'address="?([^" ]+)', line)[1]}
        for judged in plan.judged[::23]:
            plan.assert_clean(daemon.post(json.dumps(secret_places.review_of(judged))).text)
        daemon.stop()
        plan.assert_clean(*daemon.lines)
        assert any(" review " in line for line in daemon.lines)
    finally:
        daemon.kill()


def daemon_line(daemon, word):
    return wait_until(lambda: next((line for line in list(daemon.lines) if word in line), None), f"a line with {word}")


def test_what_goes_around_a_review(serve):
    """Headers, the query, what the API server knows of the user and of other managers; and requests that are none."""
    canaries = Canaries(SEED)
    daemon = serve("--log-level", "debug")
    review = secret_places.review_of(scaled_object(trigger("cron"), namespace="shop"))
    extra = {"scopes": [canaries.token("userInfo.extra")], canaries.token("key of userInfo.extra"): ["x"]}
    review["request"]["userInfo"].update(extra=extra, groups=[canaries.token("group")], uid=canaries.token("uid of the user"))
    review["request"]["options"] = {"kind": "CreateOptions", "fieldManager": canaries.token("options")}
    review["request"]["object"]["metadata"]["managedFields"] = [{"manager": canaries.token("managedFields")}]
    review["request"]["object"]["status"] = {"conditions": [{"message": canaries.token("status")}]}
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {canaries.token('Authorization')}", "Cookie": f"a={canaries.token('Cookie')}",
               f"X-{canaries.token('name of a header')}": "x", "User-Agent": canaries.token("User-Agent"), "X-Forwarded-For": canaries.token("forwarded")}
    outputs = []
    for method, path, body in (("POST", f"/validate?timeout=10s&token={canaries.token('query')}", json.dumps(review)), ("POST", "/validate", "{"),
                               ("POST", f"/{canaries.token('path')}?key={canaries.token('query of no page')}", json.dumps(review)),
                               ("GET", f"/validate?{canaries.token('query of GET')}", None), (canaries.phrase("method").upper(), "/validate", None),
                               ("POST", "/validate", json.dumps({canaries.token("member"): canaries.token("no review")}))):
        outputs += [daemon.ask(method, path, body, headers).text for _ in range(2)]
    outputs.append(daemon.ask("POST", "/validate", json.dumps(review), {"Content-Type": canaries.token("Content-Type")}).text)
    for listener in ("health", "metrics"):
        outputs += [daemon.plain(f"/{canaries.token(listener + path)}{path}", listener=listener).text for path in ("", "?verbose=1")]
        outputs.append(daemon.plain(f"/metrics?token={canaries.token(listener + ' page')}", listener=listener).text)
    for place, text in RAW_REQUESTS.items():
        outputs.append(send_raw(daemon, text.replace("@@", canaries.token(place))))
    outputs += everything_else(daemon)
    refused = sum(daemon.metric("kedagate_http_responses_total", code=code) for code in ("400", "404", "405", "415"))
    daemon.stop()
    assert canaries.found("\n".join(outputs + daemon.lines)) == []
    assert refused >= 9


RAW_REQUESTS = {
    "request line": "@@\r\n\r\n",
    "version": "POST /validate HTTP/@@\r\n\r\n",
    "header without a colon": "POST /validate HTTP/1.1\r\nHost: a\r\n@@\r\n\r\n",
    "length": "POST /validate HTTP/1.1\r\nHost: a\r\nContent-Length: @@\r\n\r\n",
    "no host": "POST /validate HTTP/1.1\r\nX-Secret: @@\r\n\r\n",
    "chunk": "POST /validate HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\n@@\r\n",
    "chunk size": "POST /validate HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\n5@@\r\nhello\r\n0\r\n\r\n",
    "coding": "POST /validate HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: @@\r\n\r\n",
    "percent": "POST /validate%zz@@ HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
    "long header": "POST /validate HTTP/1.1\r\nHost: a\r\nX: " + "@@" * 2000 + "\r\n\r\n",
}


def send_raw(daemon, text):
    """The answer to raw bytes, as far as it comes."""
    connection = daemon.connection()
    connection.connect()
    connection.sock.settimeout(1)
    received = b""
    try:
        connection.sock.sendall(text.encode())
        while data := connection.sock.recv(65536):
            received += data
    except OSError:
        pass
    connection.close()
    return received.decode("latin-1")


# ---- what cannot be read ----

MANIFEST = """apiVersion: v1
kind: Secret
metadata:
  name: store
stringData:
  password: @@
"""
BROKEN_TEXTS = {
    "the value twice": MANIFEST + "  password: @@\n",
    "a secret as a key, twice": MANIFEST + "  @@: 1\n  @@: 2\n",
    "an unclosed quote": MANIFEST.replace("@@", '"@@'),
    "an unclosed bracket": MANIFEST.replace("@@", "[@@"),
    "an alias": MANIFEST.replace("@@", "*@@"),
    "an anchor twice": MANIFEST.replace("@@", "&@@ &@@ x"),
    "a tag": MANIFEST.replace("@@", "!@@ x"),
    "a tag handle": MANIFEST.replace("@@", "!@@!x y"),
    "a tag of another type": MANIFEST.replace("@@", "!!int @@"),
    "an escape": MANIFEST.replace("@@", '"\\@@"'),
    "a tab": MANIFEST.replace("@@", "x\n\t@@: y"),
    "a directive": "%@@ x\n---\n" + MANIFEST,
    "no map": "@@",
    "a list": "- @@\n",
    "a list as a key": MANIFEST.replace("@@", "{[@@]: x}"),
    "a colon too much": MANIFEST.replace("@@", "a: @@: b"),
    "a merge of a text": MANIFEST.replace("@@", "{<<: @@}"),
    "no UTF-8": MANIFEST.replace("@@", "@@\udcff@@"),
    "JSON, cut": '{"kind": "Secret", "data": {"a": "@@',
    "JSON, a name twice": '{"@@": 1, "@@": 2}',
    "JSON, an escape": '{"a": "@@\\x"}',
    "JSON, a bare word": '{"a": @@}',
    "JSON, two values": '{"a": "@@"} "@@"',
    "JSON, a comma": '{"a": "@@",}',
    "JSON, a raw newline": '{"a": "@@\n"}',
    "JSON, a surrogate": '{"a": "@@\\ud800"}',
    "JSON, a number": '{"a": 1@@}',
    "another kind of KEDA's": "apiVersion: keda.sh/v1alpha1\nkind: @@\nmetadata: {name: a}\n",
    "another version": "apiVersion: keda.sh/@@\nkind: ScaledObject\nmetadata: {name: a}\n",
    "items of a List": '{"apiVersion": "v1", "kind": "List", "items": ["@@", {"kind": "@@"}]}',
    "base64 of a Secret": "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata: {k: '@@!!'}\n",
    "a policy": "apiVersion: kedagate.io/v1\nkind: Policy\nmode: enforce\nrules: {secret-inline: [@@]}\n",
    "an environment file": "PASSWORD=@@\nTOKEN=@@\n",
}


@pytest.fixture(scope="module")
def broken(tmp_path_factory):
    """Files that cannot be read, or should not be, and their canaries."""
    directory = tmp_path_factory.mktemp("broken")
    canaries = Canaries(SEED)
    for place, text in BROKEN_TEXTS.items():
        for dress in ("token", "phrase"):
            planted = text.replace("@@", getattr(canaries, dress)(place))
            for suffix in ("yaml", "json"):
                path = directory / f"{place.replace(' ', '-')}-{dress}.{suffix}"
                path.write_bytes(planted.encode("utf-8", "surrogateescape"))
    return directory, canaries


@pytest.mark.parametrize("output", ["text", "json"])
def test_check_of_what_cannot_be_read(broken, output):
    directory, canaries = broken
    for path in sorted(directory.iterdir()):
        result = run("check", "-o", output, path)
        assert canaries.found(result.stdout + result.stderr) == [], path.name
    result = run("check", "-o", output, directory)
    assert (canaries.found(result.stdout + result.stderr), result.returncode) == ([], 2)


def test_check_of_what_is_cut_anywhere(tmp_path):
    canaries = Canaries(SEED)
    whole = MANIFEST.replace("@@", f'"{canaries.token("value")}"') + f"  {canaries.token('key')}: {{a: [b, 'c']}}\n"
    for path, text in ((tmp_path / "a.yaml", whole), (tmp_path / "a.json", json.dumps({"kind": "Secret", "data": {canaries.token("k"): canaries.token("v")}}))):
        for end in range(len(text)):
            path.write_text(text[:end] + ("\0" if end % 2 else ""), encoding="utf-8")
            result = run("check", path)
            assert canaries.found(result.stdout + result.stderr) == [], text[:end]


def test_reviews_that_cannot_be_read(broken, serve):
    directory, canaries = broken
    daemon = serve("--log-level", "debug")
    connection = daemon.connection()
    outputs = [daemon.post(path.read_bytes(), connection).text for path in sorted(directory.iterdir())]
    review = json.dumps(secret_places.review_of(scaled_object(trigger("cron"), namespace="shop"))).encode()
    for place in ("apiVersion", "kind", "operation", "uid", "resource", "subResource"):
        secret = json.dumps(canaries.token(place)).encode()
        outputs.append(daemon.post(re.sub(rb'"%s": ("[^"]*"|\{[^}]*\})' % place.encode(), b'"%s": [%s]' % (place.encode(), secret), review)).text)
    outputs += everything_else(daemon)
    refused = daemon.metric("kedagate_http_responses_total", code="400")
    daemon.stop()
    assert canaries.found("\n".join(outputs + daemon.lines)) == []
    assert refused > 50


def serve_in_vain(*arguments):
    """A serve that cannot start, at the latest when it is to listen on an address that is reserved for documentation."""
    result = run("serve", "--bind-address", "192.0.2.1", "--secure-port", "0", "--health-probe-bind-address", "0", "--metrics-bind-address", "0",
                 "--log-level", "debug", *arguments)
    assert result.returncode != 0, arguments
    return result.stdout + result.stderr


def pair_options(certificates, certificate="tls.crt", key="tls.key"):
    return [f"--tls-cert-file={certificates / certificate}", f"--tls-private-key-file={certificates / key}"]


def test_files_of_the_wrong_kind(broken, certificates):
    """Whatever is given for a policy, a certificate, a key or the cluster's objects."""
    directory, canaries = broken
    pair = pair_options(certificates)
    for path in sorted(directory.iterdir()):
        outputs = [serve_in_vain(*pair, "--policy", path), serve_in_vain(pair[0], "--tls-private-key-file", path),
                   serve_in_vain(pair[1], "--tls-cert-file", path)]
        checked = run("check", "--policy", path, certificates)
        outputs += [checked.stdout, checked.stderr, serve_in_vain(*pair, "--objects", path)]
        assert canaries.found("\n".join(outputs)) == [], path.name


def test_a_policy_that_is_none_is_reloaded(broken, serve, tmp_path):
    directory, canaries = broken
    policy = tmp_path / "policy.yaml"
    policy.write_text("apiVersion: kedagate.io/v1\nkind: Policy\n", encoding="utf-8")
    daemon = serve("--policy", policy, "--log-level", "debug")
    paths = [path for path in sorted(directory.iterdir()) if path.name.endswith("-token.yaml")]
    for count, path in enumerate(paths, 1):
        policy.write_bytes(path.read_bytes())
        daemon.process.send_signal(signal.SIGHUP)
        daemon.wait_for("files looked at", count)
    outputs = everything_else(daemon)
    daemon.stop()
    assert canaries.found("\n".join(outputs + daemon.lines)) == []
    assert daemon.entries("policy refused, the one in use stays")


# ---- private keys ----


def plant_keys(canaries, place, pem):
    """Every line of every private key in `pem` is a canary."""
    for block in re.findall(r"-----BEGIN [A-Z ]*PRIVATE KEY-----(.*?)-----END", pem, re.S):
        for line in block.split():
            canaries.plant(place, line)


def key_files(directory, canaries):
    """Pairs with every flaw that the reader of one may meet."""
    authority = Authority()
    pair, other = authority.issue(), authority.issue()
    key = serialization.load_pem_private_key(pair.key, None)
    sealed = serialization.BestAvailableEncryption(canaries.token("passphrase").encode())
    forms = {
        "encrypted": key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, sealed),
        "encrypted as of old": key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, sealed),
        "as of old": key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()),
        "of another certificate": other.key,
        "cut": pair.key[:150],
        "without its armour": b"\n".join(pair.key.splitlines()[1:-1]),
        "changed": pair.key.replace(b"A", b"B", 3),
        "no base64": pair.key.replace(b"A", b"?", 3),
        "twice": pair.key + other.key,
        "DER": key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
        "behind text": b"password: " + canaries.token("text before a key").encode() + b"\n" + pair.key,
        "with headers": pair.key.replace(b"-----\n", b"-----\nPassword: " + canaries.token("PEM header").encode() + b"\n\n", 1),
    }
    for number, (name, form) in enumerate(forms.items()):
        plant_keys(canaries, name, form.decode("latin-1"))
        (directory / f"{number}.key").write_bytes(form)
        (directory / f"{number}.crt").write_bytes(pair.certificate)
    (directory / "a.crt").write_bytes(pair.key + pair.certificate)
    (directory / "a.key").write_bytes(pair.key)
    (directory / "b.crt").write_bytes(pair.key)
    (directory / "b.key").write_bytes(pair.certificate)
    plant_keys(canaries, "the key", pair.key.decode())
    return sorted(path.stem for path in directory.glob("*.key"))


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    directory = tmp_path_factory.mktemp("keys")
    canaries = Canaries(SEED)
    return directory, canaries, key_files(directory, canaries)


def test_keys_at_the_start(keys):
    directory, canaries, names = keys
    refused = 0
    for name in names:
        result = run("serve", *pair_options(directory, f"{name}.crt", f"{name}.key"), "--bind-address", "127.0.0.1", "--secure-port", "65536")
        assert canaries.found(result.stdout + result.stderr) == []
        result = run("serve", *pair_options(directory, f"{name}.crt", f"{name}.key"), "--bind-address", "192.0.2.1", "--log-level", "debug",
                     "--health-probe-bind-address", "0", "--metrics-bind-address", "0")
        assert (canaries.found(result.stdout + result.stderr), result.returncode) == ([], 1), name
        refused += "private key" in result.stderr
    assert refused > 3


def test_keys_at_a_reload(keys, serve, certificates):
    directory, canaries, names = keys
    daemon = serve("--log-level", "debug")
    for count, name in enumerate(names, 1):
        for suffix in ("crt", "key"):
            (certificates / f"tls.{suffix}").write_bytes((directory / f"{name}.{suffix}").read_bytes())
        daemon.process.send_signal(signal.SIGHUP)
        daemon.wait_for("files looked at", count)
    outputs = everything_else(daemon)
    daemon.stop()
    assert canaries.found("\n".join(outputs + daemon.lines)) == []
    assert daemon.entries("certificate refused, the one in use stays")


def test_keys_in_other_commands(keys):
    """`certs inspect` reads keys beside certificates; `check` may be given a directory that holds some."""
    directory, canaries, _ = keys
    for path in sorted(directory.iterdir()):
        for arguments in (["certs", "inspect", path], ["certs", "inspect", path, "-o", "json"], ["check", path], ["check", "--policy", path, path]):
            result = run(*arguments, text=False)
            assert canaries.found((result.stdout + result.stderr).decode("utf-8", "replace")) == [], arguments
    result = run("certs", "inspect", *sorted(directory.iterdir()))
    assert canaries.found(result.stdout + result.stderr) == []


def test_keys_in_secrets(keys, tmp_path):
    """The same in manifests of Secrets, also of KEDA's own with the key of its authority."""
    directory, canaries, names = keys
    for name in names:
        files = {f"tls.{suffix}": (directory / f"{name}.{suffix}").read_bytes() for suffix in ("crt", "key")}
        data = {key: base64.b64encode(value).decode() for key, value in {**files, "ca.crt": files["tls.crt"], "ca.key": files["tls.key"]}.items()}
        for line in files["tls.key"].decode("latin-1").splitlines():
            if "-----" not in line:
                canaries.plant(name, line)
        write(tmp_path / "a.yaml", {**secret("kedaorg-certs", data=data), "type": "Opaque"})
        for arguments in (["certs", "inspect", tmp_path / "a.yaml"], ["certs", "inspect", "-o", "json", tmp_path / "a.yaml"], ["check", tmp_path / "a.yaml"]):
            result = run(*arguments)
            assert canaries.found(result.stdout + result.stderr) == [], arguments


@pytest.mark.parametrize("more", [[], ["--secret", "--ca-bundle"]], ids=" ".join)
def test_certs_init_keeps_its_keys_to_itself(tmp_path, more):
    canaries = Canaries(SEED)
    outputs = []
    for _ in range(2):  # the second time the files are there already
        result = run("certs", "init", "--directory", tmp_path / "c", "--name", "kedagate.kedagate.svc", *more)
        outputs.append(result.stdout + result.stderr)
    for path in (tmp_path / "c").glob("*") if not more or (tmp_path / "c").exists() else ():
        plant_keys(canaries, path.name, path.read_text(encoding="utf-8"))
    assert canaries.places or more
    assert canaries.found("\n".join(outputs)) == []
