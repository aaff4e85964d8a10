"""Mutual TLS: which clients are answered (--client-ca-file, --client-names), and the authorities' replacement."""

import json
import os
import signal
import ssl

import pytest
from certificates import Authority
from daemon import wait_until
from reviews import admission_review, scaled_object

REVIEW = json.dumps(admission_review(scaled_object()))
NAME = "kube-apiserver"


@pytest.fixture(scope="module")
def clients():
    """The authority of clients; no other than that of the serving pair."""
    return Authority("client authority")


@pytest.fixture
def ca_file(tmp_path, clients):
    path = tmp_path / "client-ca.crt"
    path.write_text(clients.pem)
    return path


@pytest.fixture
def mutual(serve, ca_file):
    return serve("--client-ca-file", ca_file)


@pytest.fixture
def context(tmp_path):
    """context(server, pair) trusts the server and shows the pair."""
    def make(server, pair, **more):
        pair.write(tmp_path, "client.crt", "client.key")
        context = server.context(**more)
        context.load_cert_chain(tmp_path / "client.crt", tmp_path / "client.key")
        return context

    return make


def post(server, context=None):
    connection = server.connection(context)
    try:
        return server.post(REVIEW, connection)
    finally:
        connection.close()


def refused_alert(server, context):
    """The alert that a client gets, which TLS 1.3 tells it after the handshake. It sends nothing, or it might hear of that alone."""
    connection = server.connection(context)
    try:
        with pytest.raises(ssl.SSLError) as caught:
            connection.connect()
            connection.sock.recv(1)
    finally:
        connection.close()
    return str(caught.value)


def replace(path, text):
    new = path.with_suffix(".new")
    new.write_text(text)
    os.replace(new, path)


def test_a_client_of_the_authority_is_answered_and_named_in_the_log(mutual, context, clients):
    assert post(mutual, context(mutual, clients.issue_client(NAME))).status == 200
    assert mutual.wait_for("review")["caller"] == NAME


def test_1_2_verifies_clients_too(serve, ca_file, context, clients):
    server = serve("--client-ca-file", ca_file, "--tls-min-version", "VersionTLS12")
    maximum = {"maximum": ssl.TLSVersion.TLSv1_2}
    assert post(server, context(server, clients.issue_client(NAME), **maximum)).status == 200
    assert "unknown ca" in refused_alert(server, context(server, Authority().issue_client(NAME), **maximum)).lower()


def test_an_intermediate_is_followed(mutual, context, clients):
    assert post(mutual, context(mutual, clients.intermediate().issue_client(NAME))).status == 200


def test_a_client_of_another_authority_gets_an_alert(mutual, context):
    assert "unknown ca" in refused_alert(mutual, context(mutual, Authority("stranger").issue_client(NAME))).lower()
    entry = mutual.wait_for("TLS handshake failed")
    assert (entry["alert"], "CN=stranger, is not therein" in entry["reason"]) == ("untrusted_client", True), entry
    assert mutual.metric("kedagate_tls_handshake_failures_total", alert="untrusted_client") == 1
    assert not mutual.entries("review")


def test_an_authority_of_the_same_name_is_another(mutual, context, clients):
    assert "another key" in explain(mutual, context(mutual, Authority("client authority").issue_client(NAME)))


def explain(server, context):
    refused_alert(server, context)
    return server.wait_for("TLS handshake failed")["reason"]


@pytest.mark.parametrize("dates, reason", [({"begins": -7200, "ends": -3600}, "expired on"), ({"begins": 3600}, "is not valid before")])
def test_a_certificate_out_of_its_dates_gets_an_alert(mutual, context, clients, dates, reason):
    certificate = context(mutual, clients.issue_client(NAME, **dates))
    assert "certificate expired" in refused_alert(mutual, certificate).lower()
    assert reason in mutual.wait_for("TLS handshake failed")["reason"]


def test_a_certificate_for_servers_is_none_for_clients(mutual, context, clients):
    assert "lacks clientAuth" in explain(mutual, context(mutual, clients.issue((NAME,))))


def test_without_a_certificate_the_answer_is_403(mutual):
    answer = post(mutual)
    assert (answer.status, answer.closes()) == (403, True)
    assert "--client-ca-file" in answer.text and "--admission-control-config-file" in answer.text
    assert not mutual.entries("review")
    assert mutual.metric("kedagate_http_responses_total", code="403") == 1
    assert "caller" not in mutual.wait_for("request refused")


def test_who_may_not_call_learns_no_path(mutual):
    assert mutual.ask("GET", "/nowhere").status == 403


def test_health_and_metrics_ask_for_no_certificate(mutual):
    assert mutual.plain("/readyz").status == 200
    assert mutual.plain("/metrics", listener="metrics").status == 200


@pytest.mark.parametrize("names, status", [
    ((NAME,), 200),
    (("other", NAME), 200),
    (("front-proxy",), 200),
    (("other",), 403),
    ((NAME + ".example",), 403),
    (("kube",), 403),
])
def test_names(serve, ca_file, context, clients, names, status):
    server = serve("--client-ca-file", ca_file, "--client-names", f"{NAME},front-proxy")
    answer = post(server, context(server, clients.issue_client(*names)))
    assert answer.status == status
    assert (status == 200) != ("--client-names" in answer.text)


def test_the_log_names_the_caller_that_has_the_wrong_name(serve, ca_file, context, clients):
    server = serve("--client-ca-file", ca_file, "--client-names", "kube-apiserver")
    assert server.ask("POST", "/validate", b"{}").status == 403
    assert post(server, context(server, clients.issue_client("apiserver-client"))).status == 403
    entry = server.wait_for("request refused", 2)
    assert (entry["caller"], "--client-names" in entry["reason"]) == ("apiserver-client", True)


def test_the_name_that_was_asked_for_is_the_one_in_the_log(serve, ca_file, context, clients):
    server = serve("--client-ca-file", ca_file, "--client-names", NAME)
    assert post(server, context(server, clients.issue_client("other", NAME))).status == 200
    assert server.wait_for("review")["caller"] == NAME


def test_a_replaced_file_counts_for_new_connections(mutual, context, clients, ca_file):
    successor = Authority("successor")
    old, new = context(mutual, clients.issue_client(NAME)), context(mutual, successor.issue_client(NAME))
    replace(ca_file, successor.pem)
    mutual.wait_for("client CA file reloaded")
    assert post(mutual, new).status == 200
    assert "unknown ca" in refused_alert(mutual, old).lower()
    assert mutual.metric("kedagate_client_ca_reloads_total", result="success") == 1


@pytest.fixture
def kept(mutual, context, clients):
    """An open connection that was answered."""
    connection = mutual.connection(context(mutual, clients.issue_client(NAME)))
    answer = mutual.post(REVIEW, connection)
    assert (answer.status, answer.closes()) == (200, False)
    yield connection
    connection.close()


def test_a_replaced_file_counts_for_open_connections(mutual, kept, ca_file):
    replace(ca_file, Authority("successor").pem)
    mutual.wait_for("client CA file reloaded")
    answer = mutual.post(REVIEW, kept)
    assert (answer.status, answer.closes()) == (403, True)
    assert "--client-ca-file" in answer.text
    assert len(mutual.entries("review")) == 1


def test_a_file_that_is_replaced_beneath_a_request_counts_for_its_answer(mutual, kept, ca_file):
    kept.putrequest("POST", "/validate")
    kept.putheader("Content-Type", "application/json")
    kept.putheader("Content-Length", str(len(REVIEW)))
    kept.endheaders(REVIEW[:1].encode())
    wait_until(lambda: mutual.metric("kedagate_inflight_requests") == 1, "the head")
    replace(ca_file, Authority("successor").pem)
    mutual.wait_for("client CA file reloaded")
    kept.send(REVIEW[1:].encode())
    assert kept.getresponse().status == 403
    assert len(mutual.entries("review")) == 1


def test_an_open_connection_goes_on_when_its_client_is_still_trusted(mutual, kept, clients, ca_file):
    replace(ca_file, clients.pem + Authority("successor").pem)
    mutual.wait_for("client CA file reloaded")
    for _ in range(2):
        answer = mutual.post(REVIEW, kept)
        assert (answer.status, answer.closes()) == (200, False)


def test_two_authorities_overlap(mutual, context, clients, ca_file):
    successor = Authority("successor")
    replace(ca_file, clients.pem + successor.pem)
    mutual.wait_for("client CA file reloaded")
    for authority in clients, successor:
        assert post(mutual, context(mutual, authority.issue_client(NAME))).status == 200


@pytest.mark.parametrize("text", ["", "no certificate\n", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
def test_a_broken_file_is_refused_once_and_the_one_in_use_stays(mutual, context, clients, ca_file, text):
    replace(ca_file, text)
    mutual.wait_for("client CA file refused, the one in use stays")
    mutual.signal(signal.SIGHUP)
    assert mutual.wait_for("files looked at")["clientCA"] == "still refused"
    assert len(mutual.entries("client CA file refused, the one in use stays")) == 1
    assert post(mutual, context(mutual, clients.issue_client(NAME))).status == 200
    assert mutual.metric("kedagate_client_ca_reloads_total", result="failure") == 1


def test_a_file_that_is_gone_for_a_while(mutual, context, clients, ca_file):
    ca_file.unlink()
    mutual.wait_for("client CA file refused, the one in use stays")
    assert post(mutual, context(mutual, clients.issue_client(NAME))).status == 200
    replace(ca_file, clients.pem)
    mutual.wait_for("client CA file reloaded")
    assert post(mutual, context(mutual, clients.issue_client(NAME))).status == 200


def test_handshakes_beside_reloads(mutual, context, clients, ca_file):
    good = context(mutual, clients.issue_client(NAME))
    for extra in range(20):
        replace(ca_file, clients.pem + Authority(f"extra {extra}").pem)
        assert post(mutual, good).status == 200
    wait_until(lambda: mutual.metric("kedagate_client_ca_reloads_total", result="success") > 0, "a reload")
