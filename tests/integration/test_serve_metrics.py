"""The metrics as Prometheus reads them: complete, documented, and well-formed after traffic of every kind."""

import json
import pathlib
import re
import socket
import ssl
import subprocess

from apiserver import ApiServer
from certificates import Authority
from daemon import split_address, wait_until
from reviews import BROKEN, admission_review, scaled_object

README = pathlib.Path(__file__).resolve().parents[2] / "README.md"
SERIES = re.compile(r'(\w+?)(_bucket|_sum|_count)?(?:\{(.*)\})? (\S+)')


def exposition(server):
    answer = server.plain("/metrics", listener="metrics")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/plain; version=0.0.4; charset=utf-8")
    return answer.text


def check(text):
    """What promtool has against it."""
    result = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True, check=False)
    return result.returncode, result.stdout + result.stderr


def documented():
    """name: (type, labels, help) as README.md says."""
    table = re.search(r"<!-- metrics -->\n.*?\n.*?\n(.*?)<!-- /metrics -->", README.read_text(encoding="utf-8"), re.DOTALL)[1]
    rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table.splitlines()]
    return {name.strip("`"): (kind, set(re.findall(r"`(\w+)`", labels)), what) for name, kind, labels, what in rows}


def shown(text):
    """The same of an exposition, the labels being those of its series."""
    helps = dict(re.findall(r"^# HELP (\w+) (.*?)\.?$", text, re.MULTILINE))
    kinds = dict(re.findall(r"^# TYPE (\w+) (\w+)$", text, re.MULTILINE))
    labels = {}
    for line in text.splitlines():
        match = SERIES.fullmatch(line)
        if not line.startswith("#"):
            name = match[1] if match[1] in kinds else match[1] + (match[2] or "")
            labels.setdefault(name, set()).update(re.findall(r'(\w+)="', match[3] or ""))
    return {name: (kind, labels.get(name, set()) - {"le"}, helps[name]) for name, kind in kinds.items()}


def fail_handshakes(server):
    address = split_address(server.serving["address"])
    for context in (ssl.create_default_context(cadata=Authority("another").pem), server.context(maximum=ssl.TLSVersion.TLSv1_2)):
        try:
            with socket.create_connection(address) as client, context.wrap_socket(client, server_hostname="localhost") as secure:
                secure.recv(1)
        except (ssl.SSLError, ConnectionError):
            pass
    for sent in (b"", b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01"):
        with socket.create_connection(address) as client:
            client.sendall(sent)


def send_requests(server):
    for manifest in (scaled_object(), BROKEN, {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "\"\n\\"}}):
        for operation in ("CREATE", "UPDATE", "DELETE", "CONNECT"):
            review = admission_review(manifest, operation, oldObject=manifest, dryRun=operation == "CREATE")
            assert server.post(json.dumps(review)).status == 200
    for body in ("", "{", "[]", json.dumps({"kind": "AdmissionReview"})):
        assert server.post(body).status == 400
    assert server.ask("GET", "/nowhere").status == 404
    assert server.ask("GET", "/validate").status == 405
    assert server.ask("POST", "/validate", "{}", {"Content-Type": "text/plain"}).status == 415


def test_promtool_has_nothing_against_a_server_that_has_seen_everything(server):
    send_requests(server)
    fail_handshakes(server)
    wait_until(lambda: server.metric("kedagate_tls_handshake_failures_total", alert="closed") >= 1, "the last failure")
    assert check(exposition(server)) == (0, "")


def test_promtool_would_complain():
    assert check("# TYPE kedagate_things counter\nkedagate_things 1\n")[0] != 0


def test_the_table_in_the_readme_is_what_a_server_shows(serve, tmp_path):
    with ApiServer() as api:
        server = serve("--kubeconfig", api.kubeconfig(tmp_path))
        wait_until(lambda: server.plain("/readyz").status == 200, "the cluster to be seen")
        text = exposition(server)
        server.stop()
    assert shown(text) == documented()
    assert check(text) == (0, "")
    assert 'kedagate_cluster_request_failures_total{resource="scaledobjects",reason="forbidden"} 0\n' in text


def test_what_it_is_there_for_is_counted_from_zero(server):
    text = exposition(server)
    for kind in ("ScaledObject", "ScaledJob", "TriggerAuthentication", "ClusterTriggerAuthentication"):
        for operation in ("CREATE", "UPDATE"):
            for verdict in ("allow", "warn", "deny"):
                assert (f'kedagate_admission_requests_total{{kind="{kind}",operation="{operation}",verdict="{verdict}",'
                        'dry_run="false"} 0\n') in text
    for action in ("deny", "warn"):
        assert f'kedagate_findings_total{{rule="identity-id-missing",action="{action}"}} 0\n' in text
    for code in ("200", "400", "503"):
        assert f'kedagate_http_responses_total{{code="{code}"}} 0\n' in text


def test_callers_make_no_series(server):
    before = len(exposition(server).splitlines())
    for i in range(100):
        manifest = {"apiVersion": "keda.sh/v1alpha1", "kind": f"Kind{i}", "metadata": {"name": f"name-{i}"}}
        assert server.post(json.dumps(admission_review(manifest, user=f"user-{i}"))).status == 200
    assert len(exposition(server).splitlines()) == before + 1


def test_requests_in_flight(server):
    connection = server.connection()
    connection.connect()
    body = json.dumps(admission_review(scaled_object())).encode()
    head = f"POST /validate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    connection.sock.sendall(head.encode() + body[:10])
    wait_until(lambda: server.metric("kedagate_inflight_requests") == 1, "a request in flight")
    connection.sock.sendall(body[10:])
    assert connection.sock.recv(4096).startswith(b"HTTP/1.1 200")
    wait_until(lambda: server.metric("kedagate_inflight_requests") == 0, "its end")
    connection.close()
