"""What is not a review gets a clear answer, and does no harm."""

import http.client
import json

import pytest
from daemon import JSON, split_address
from reviews import admission_review, scaled_object

GOOD = json.dumps(admission_review(scaled_object()))
MIB = 1 << 20


def still_answers(server):
    assert server.post(GOOD).status == 200


def is_one_line(answer):
    return answer.headers["Content-Type"].startswith("text/plain") and answer.text.count("\n") <= 1 and len(answer.text) > 5


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "BREW"])
def test_wrong_method(server, method):
    answer = server.ask(method, "/validate", headers=JSON)
    assert (answer.status, answer.headers["Allow"]) == (405, "POST")
    assert "POST" in answer.text
    still_answers(server)


def test_head_is_a_wrong_method_without_a_body(server):
    answer = server.ask("HEAD", "/validate")
    assert (answer.status, answer.headers["Allow"], answer.text) == (405, "POST", "")


@pytest.mark.parametrize("method, path", [("GET", "/"), ("HEAD", "/"), ("POST", "/"), ("POST", "/validate/"), ("POST", "/mutate"),
                                          ("GET", "/metrics"), ("GET", "/readyz"), ("POST", "/VALIDATE")])
def test_wrong_path(server, method, path):
    answer = server.ask(method, path, GOOD if method == "POST" else None, JSON)
    assert answer.status == 404
    assert method == "HEAD" or "/validate" in answer.text
    still_answers(server)


@pytest.mark.parametrize("content_type", [None, "text/plain", "application/x-www-form-urlencoded", "application/jsonx", "application",
                                          "text/plain; application/json"])
def test_wrong_content_type(server, content_type):
    answer = server.ask("POST", "/validate", GOOD, {"Content-Type": content_type} if content_type else {})
    assert answer.status == 415
    assert "application/json" in answer.text
    still_answers(server)


@pytest.mark.parametrize("content_type", ["application/json", "application/json; charset=utf-8", "Application/JSON",
                                          "application/json;charset=UTF-8", "application/json ; x=y"])
def test_content_type_with_parameters_and_any_case(server, content_type):
    assert server.ask("POST", "/validate", GOOD, {"Content-Type": content_type}).status == 200


BAD_BODIES = {
    "empty": b"",
    "white space": b"  \n",
    "not JSON": b"hello",
    "cut off": GOOD[:-20].encode(),
    "trailing bytes": GOOD.encode() + b"x",
    "too deep": b'{"a":' + b"[" * 5000 + b"]" * 5000 + b"}",
    "duplicate keys": GOOD.replace('"dryRun"', '"uid": "other", "dryRun"').encode(),
    "invalid UTF-8": GOOD.replace('"ci"', '"c\xff"').encode("latin-1"),
    "raw control byte": GOOD.replace('"ci"', '"c\x01"').encode(),
    "number of another grammar": GOOD.replace('"dryRun": false', '"dryRun": 01').encode(),
    "not an object": b"[1, 2]",
    "another kind": GOOD.replace("AdmissionReview", "ConversionReview").encode(),
    "another version": GOOD.replace("admission.k8s.io/v1", "admission.k8s.io/v9").encode(),
    "no request": b'{"kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1"}',
    "no uid": GOOD.replace('"uid"', '"oid"').encode(),
    "empty uid": json.dumps(admission_review(scaled_object(), uid="")).encode(),
}


@pytest.mark.parametrize("name", BAD_BODIES)
def test_bad_body(server, name):
    answer = server.post(BAD_BODIES[name])
    assert answer.status == 400
    assert is_one_line(answer), answer.text
    still_answers(server)


@pytest.mark.parametrize("name", ["cut off", "duplicate keys", "invalid UTF-8"])
def test_bad_body_is_told_where(server, name):
    answer = server.post(BAD_BODIES[name])
    assert any(word in answer.text for word in ("line", "column", "request.")), answer.text


def test_refusals_keep_the_connection(server):
    connection = server.connection()
    for path, body, status in (("/", GOOD, 404), ("/validate", "no JSON", 400), ("/validate", GOOD, 200)):
        assert server.ask("POST", path, body, JSON, connection).status == status
    connection.close()


def chunks(total):
    block = b" " * MIB
    while total > 0:
        yield block[:total]
        total -= len(block)


@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunked"])
def test_body_over_the_cap_is_read_to_its_end_and_refused(server, chunked):
    total = 32 * MIB + 1
    connection = server.connection()
    body = chunks(total) if chunked else b" " * total
    answer = server.ask("POST", "/validate", body, JSON, connection)
    assert answer.status == 413
    assert "32 MiB" in answer.text
    # It was read whole, so the connection goes on.
    assert server.post(GOOD, connection).status == 200
    connection.close()


@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunked"])
def test_body_at_the_cap_is_read(server, chunked):
    total = 32 * MIB
    padding = chunks(total - len(GOOD))
    body = (part for parts in ((GOOD.encode(),), padding) for part in parts)
    assert server.post(body if chunked else b"".join(body)).status == 200


def test_a_length_beyond_reason_is_refused_at_once(server):
    connection = server.connection()
    connection.putrequest("POST", "/validate")
    connection.putheader("Content-Type", "application/json")
    connection.putheader("Content-Length", str(1 << 40))
    connection.endheaders()
    response = connection.getresponse()
    assert response.status == 413
    connection.close()
    still_answers(server)


def test_a_body_without_end_is_cut_off(server):
    connection = server.connection()
    with pytest.raises((ConnectionError, OSError, http.client.HTTPException)):
        connection.request("POST", "/validate", chunks(512 * MIB), JSON)
        connection.getresponse()
    connection.close()
    still_answers(server)


def test_plain_http_on_the_tls_port(server):
    connection = http.client.HTTPConnection(*split_address(server.serving["address"]), timeout=10)
    with pytest.raises((ConnectionError, OSError, http.client.HTTPException)):
        connection.request("GET", "/validate")
        connection.getresponse()
    connection.close()
    still_answers(server)


def test_every_refusal_is_counted_and_logged(server):
    server.ask("GET", "/validate")
    server.ask("POST", "/nowhere", GOOD, JSON)
    server.post(b"hello")
    assert {code: server.metric("kedagate_http_responses_total", code=code) for code in ("405", "404", "400")} == {
        "405": 1, "404": 1, "400": 1}
    server.wait_for("request refused", 3)
    assert [entry["status"] for entry in server.entries("request refused")] == [405, 404, 400]
