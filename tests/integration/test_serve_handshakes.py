"""TLS handshakes that fail, by the alert that says why: in the metric, and once a cause in the log."""

import json
import socket
import ssl
import time

import pytest
from certificates import Authority
from daemon import split_address, wait_until
from reviews import admission_review, scaled_object

METRIC = "kedagate_tls_handshake_failures_total"
REVIEW = json.dumps(admission_review(scaled_object()))
V12 = ssl.TLSVersion.TLSv1_2


def failures(server):
    """alert: number, of those that are not 0."""
    lines = server.plain("/metrics", listener="metrics").text.splitlines()
    series = [line.rsplit(" ", 1) for line in lines if line.startswith(METRIC + "{")]
    return {name.split('"')[1]: int(value) for name, value in series if value != "0"}


def wait_for_failures(server, **want):
    wait_until(lambda: failures(server) == want or sum(failures(server).values()) > sum(want.values()), f"{want}")
    assert failures(server) == want


def raw(server, *parts, answer=True):
    """Send bytes without TLS, wait for the end of the answer, or for nothing."""
    with socket.create_connection(split_address(server.serving["address"])) as client:
        for part in parts:
            client.sendall(part)
        try:
            while answer and client.recv(4096):
                pass
        except ConnectionResetError:
            pass


def shake(server, context, name="localhost"):
    with socket.create_connection(split_address(server.serving["address"])) as client:
        with context.wrap_socket(client, server_hostname=name) as secure:
            secure.sendall(b"x")
            secure.recv(1)


def refuse(server, context, name="localhost"):
    with pytest.raises((ssl.SSLError, ConnectionError)):
        shake(server, context, name)


def client_hello(context):
    """The first flight of a client, as bytes."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    with pytest.raises(ssl.SSLWantReadError):
        context.wrap_bio(incoming, outgoing, server_hostname="localhost").do_handshake()
    return outgoing.read()


def with_extension(hello, number):
    """The same ClientHello with one empty extension more (RFC 8446, section 4.1.2)."""
    handshake = hello[5:]
    at = 4 + 2 + 32
    at += 1 + handshake[at]
    at += 2 + int.from_bytes(handshake[at:at + 2], "big")
    at += 1 + handshake[at]
    extensions = number.to_bytes(2, "big") + b"\0\0" + handshake[at + 2:]
    body = handshake[4:at] + len(extensions).to_bytes(2, "big") + extensions
    message = handshake[:1] + len(body).to_bytes(3, "big") + body
    return hello[:3] + len(message).to_bytes(2, "big") + message


def check_healthy(server):
    assert server.post(REVIEW).status == 200


def test_every_alert_is_counted_from_zero(server):
    text = server.plain("/metrics", listener="metrics").text
    for alert in ("unknown_ca", "bad_certificate", "certificate_expired", "certificate_unknown", "protocol_version", "local", "closed"):
        assert f'{METRIC}{{alert="{alert}"}} 0\n' in text


@pytest.mark.parametrize("maximum", [None, V12], ids=["1.3", "1.2"])
def test_a_client_that_does_not_trust_the_authority(serve, maximum):
    server = serve("--tls-min-version", "VersionTLS12")
    context = ssl.create_default_context(cadata=Authority("another").pem)
    if maximum:
        context.maximum_version = maximum
    refuse(server, context)
    wait_for_failures(server, unknown_ca=1)
    entry = server.wait_for("TLS handshake failed")
    assert (entry["level"], entry["alert"]) == ("warn", "unknown_ca")
    assert "caBundle" in entry["meaning"]
    assert entry["client"].startswith("127.0.0.1:")
    check_healthy(server)


def test_a_client_that_asks_for_another_name(server):
    refuse(server, server.context(), "kedagate.other.svc")
    wait_for_failures(server, bad_certificate=1)


def test_a_client_that_holds_the_certificate_for_expired(serve, certificates, authority):
    refuse_after = time.monotonic() + 11
    authority.issue(ends=10).write(certificates)
    server = serve()
    wait_until(lambda: time.monotonic() > refuse_after, "the certificate to expire")
    refuse(server, server.context())
    wait_for_failures(server, certificate_expired=1)


def test_no_version_in_common_is_our_refusal(server):
    refuse(server, server.context(maximum=V12))
    wait_for_failures(server, local=1)
    assert "--tls-min-version" in server.wait_for("TLS handshake failed")["meaning"]


def test_tls_1_1_is_our_refusal(serve):
    server = serve("--tls-min-version", "VersionTLS12")
    context = server.context()
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning):
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    refuse(server, context)
    wait_for_failures(server, local=1)


@pytest.mark.parametrize("sent", [b"GET /validate HTTP/1.1\r\nHost: x\r\n\r\n", b"\0" * 64, bytes(range(256)), b"\x15\x03\x01"],
                         ids=["http", "zeros", "bytes", "cut record"])
def test_what_is_no_tls(server, sent):
    raw(server, sent, answer=sent != b"\x15\x03\x01")
    wait_until(lambda: failures(server), "a failure")
    assert set(failures(server)) == {"closed" if sent == b"\x15\x03\x01" else "local"}
    assert server.wait_for("TLS handshake failed")["meaning"] != ""
    check_healthy(server)


def test_http_to_the_tls_port_is_called_that(server):
    raw(server, b"GET / HTTP/1.1\r\n\r\n")
    assert "no TLS" in server.wait_for("TLS handshake failed")["meaning"]


def test_a_client_that_goes_away_in_the_middle(server):
    raw(server, client_hello(server.context())[:100], answer=False)
    wait_for_failures(server, closed=1)


def test_a_client_that_goes_away_after_its_hello(server):
    raw(server, client_hello(server.context()), answer=False)
    wait_for_failures(server, closed=1)


def test_a_probe_of_the_port_is_no_failure(server):
    for _ in range(5):
        raw(server, answer=False)
    shaken = server.connection()
    shaken.connect()
    shaken.close()
    wait_until(lambda: server.metric("kedagate_connections") == 0, "all to be closed")
    assert failures(server) == {}


def test_a_connection_with_a_request_never_counts(server):
    connection = server.connection()
    assert server.post(REVIEW, connection).status == 200
    connection.sock.unwrap().close()
    wait_until(lambda: server.metric("kedagate_connections") == 0, "it to be closed")
    assert failures(server) == {}


def test_the_mark_in_the_session_is_no_extension_to_a_client(server):
    hello = client_hello(server.context())
    for number in (0xFF4B, 0xFF4C):
        with socket.create_connection(split_address(server.serving["address"])) as client:
            client.sendall(with_extension(hello, number))
            # Record type 22, handshake type 2: a ServerHello.
            answer = client.recv(6, socket.MSG_WAITALL)
            assert (answer[0], answer[5]) == (22, 2)
    check_healthy(server)


def test_a_flood_of_failures_is_a_line_and_a_number(server):
    for _ in range(50):
        raw(server, b"GET / HTTP/1.1\r\n\r\n")
    wait_for_failures(server, local=50)
    assert len(server.entries("TLS handshake failed")) == 1
    server.stop()
    lines = server.entries("TLS handshake failed")
    assert len(lines) == 2
    assert (lines[1]["alert"], lines[1]["repeated"]) == ("local", 49)


def test_a_flood_of_refused_requests_is_a_line_and_a_number(server):
    connection = server.connection()
    for _ in range(50):
        assert server.ask("GET", "/nowhere", connection=connection).status == 404
    assert server.post("{", connection).status == 400
    connection.close()
    assert server.metric("kedagate_http_responses_total", code="404") == 50
    assert [entry["status"] for entry in server.entries("request refused")] == [404, 400]
    server.stop()
    last = server.entries("request refused")[-1]
    assert (last["reason"].startswith("no such path"), last["repeated"]) == (True, 49)


@pytest.mark.parametrize("head, code", [
    (b"POST /validate HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n", "400"),
    (b"GET /" + b"a" * 20000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", "414"),
    (b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 20000 + b"\r\n\r\n", "431"),
], ids=["length", "path", "head"])
def test_what_the_library_answers_by_itself_is_counted(server, head, code):
    with socket.create_connection(split_address(server.serving["address"])) as client:
        with server.context().wrap_socket(client, server_hostname="localhost") as secure:
            secure.sendall(head)
            answer = secure.recv(4096)
    assert answer.startswith(b"HTTP/1.1 " + code.encode())
    wait_until(lambda: server.metric("kedagate_http_responses_total", code=code) == 1, "the count")
    assert failures(server) == {}
