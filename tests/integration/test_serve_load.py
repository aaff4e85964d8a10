"""Large, slow and many: the limits of the HTTPS listener, and what it holds on to afterwards."""

import json
import os
import socket
import threading
import time

import pytest
from daemon import JSON, split_address, wait_until
from reviews import admission_review, scaled_object

GOOD = json.dumps(admission_review(scaled_object()))
MIB = 1 << 20
SANITIZED = pytest.mark.skipif(bool(os.environ.get("SANITIZE")), reason="sanitizers keep memory")


def large_review():
    """An object of 2.9 MiB as it is sent: `<`, `>` and `&` are six bytes each there, 18 MB in all."""
    query = "<" * int(2.9 * MIB)
    trigger = {"type": "prometheus", "metadata": {"serverAddress": "http://prometheus:9090", "query": query, "threshold": "5"}}
    review = json.dumps(admission_review(scaled_object(trigger)))
    return review.replace("<", "\\u003c")


def test_the_largest_legal_create_is_judged(server):
    review = large_review()
    assert len(review) > 18_000_000
    answer = server.post(review)
    assert answer.status == 200, answer.text
    assert "allowed" in answer.json()["response"]


@SANITIZED
def test_memory_of_large_reviews_is_given_back(server):
    server.post(GOOD)
    before = server.resident_kib()
    review = large_review()
    for _ in range(5):
        assert server.post(review).status == 200
    wait_until(lambda: server.resident_kib() < before + 8 * 1024, "resident memory near what it was")


@SANITIZED
def test_memory_does_not_grow(server):
    connection = server.connection()

    def many(count):
        for _ in range(count):
            assert server.post(GOOD, connection).status == 200
        return server.resident_kib()

    first = many(1000)
    assert many(5000) < first + 1024
    connection.close()


def test_one_connection_takes_many_reviews(server):
    connection = server.connection()
    connection.connect()
    local = connection.sock.getsockname()
    for _ in range(500):
        assert server.post(GOOD, connection).status == 200
    assert connection.sock.getsockname() == local
    connection.close()
    assert server.metric("kedagate_http_responses_total", code="200") == 500


def slow_request(server, body, pause, kept=None):
    """Send the body in small parts, over a connection that is kept when one is given. Returns the status."""
    connection = kept or server.connection()
    connection.putrequest("POST", "/validate")
    for name, value in {**JSON, "Content-Length": str(len(body))}.items():
        connection.putheader(name, value)
    connection.endheaders()
    step = max(1, len(body) // 20)
    for start in range(0, len(body), step):
        connection.send(body[start:start + step].encode())
        pause.wait(0.05)
    response = connection.getresponse()
    response.read()
    if kept is None:
        connection.close()
    return response.status


def test_slow_senders_are_answered_and_hold_up_nobody(server):
    never = threading.Event()
    statuses = []
    slow = [threading.Thread(target=lambda: statuses.append(slow_request(server, GOOD, never))) for _ in range(16)]
    for thread in slow:
        thread.start()
    for _ in range(50):
        assert server.post(GOOD).status == 200
    for thread in slow:
        thread.join()
    assert statuses == [200] * 16


def test_a_body_that_stops_is_given_up_and_a_kept_connection_is_not(server):
    """A pause of 30 s within a body, or before it, ends the connection; between requests it may be much longer, also after a slow one."""
    kept = server.connection()
    assert slow_request(server, GOOD, threading.Event(), kept) == 200
    began = time.monotonic()
    stalled = [server.connection() for _ in range(3)]
    for parts, connection in enumerate(stalled):
        connection.connect()
        connection.sock.settimeout(120)
        connection.sock.sendall(b"POST /validate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n")
        for _ in range(parts):
            time.sleep(0.05)
            connection.sock.sendall(b"{")
    for connection in stalled:
        assert connection.sock.recv(1) == b""
    assert time.monotonic() - began > 25
    time.sleep(3)
    assert server.post(GOOD, kept).status == 200
    for connection in [kept, *stalled]:
        connection.close()


def test_a_body_byte_by_byte(server):
    connection = server.connection()
    connection.connect()
    head = f"POST /validate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(GOOD)}\r\n\r\n"
    for byte in (head + GOOD).encode():
        connection.sock.sendall(bytes((byte,)))
    assert connection.sock.recv(64).startswith(b"HTTP/1.1 200 ")
    connection.close()


def test_512_connections_at_once(server):
    connections = [server.connection() for _ in range(512)]
    for connection in connections:
        # One without a request would be closed soon.
        assert server.post(GOOD, connection).status == 200
    assert server.metric("kedagate_connections") == 512
    for connection in reversed(connections):
        assert server.post(GOOD, connection).status == 200
        connection.close()
    wait_until(lambda: server.metric("kedagate_connections") == 0, "all connections closed")


def test_idle_connections_over_the_limit_give_way(server):
    address = split_address(server.serving["address"])
    kept = server.connection()
    assert server.post(GOOD, kept).status == 200
    sockets = []
    try:
        for _ in range(1100):
            sockets.append(socket.create_connection(address))
        wait_until(lambda: server.metric("kedagate_connections_displaced_total", **{"for": "connection"}) > 70, "room made")
        assert server.post(GOOD).status == 200
        assert server.post(GOOD, kept).status == 200
        assert server.metric("kedagate_connections_refused_total", reason="limit") == 0
    finally:
        for each in (*sockets, kept):
            each.close()
    wait_until(lambda: server.metric("kedagate_connections") == 0, "all connections closed")
    assert server.post(GOOD).status == 200


def test_a_connection_without_a_request_is_closed(server):
    """Silent connections must not take the places of those that have something to say."""
    address = split_address(server.serving["address"])
    silent = socket.create_connection(address)
    handshaken = server.context().wrap_socket(socket.create_connection(address), server_hostname="127.0.0.1")
    for each in (silent, handshaken):
        each.settimeout(120)
        while each.recv(64):  # a TLS alert says goodbye
            pass
        each.close()


def test_large_bodies_at_once_are_told_to_come_again(serve):
    """What all bodies take together is bounded: past it 503 with Retry-After, which kube-apiserver follows. Four of these have room."""
    server = serve("--max-inflight-bytes", "32Mi")
    size = 7 * MIB // 2
    held = []
    for _ in range(6):
        connection = server.connection()
        connection.putrequest("POST", "/validate")
        for name, value in {**JSON, "Content-Length": str(size + 1)}.items():
            connection.putheader(name, value)
        connection.endheaders()
        connection.send(b" " * size)
        held.append(connection)
    wait_until(lambda: server.post(GOOD).status == 200, "small reviews answered")
    answers = []
    for connection in held:
        connection.send(b" ")
        response = connection.getresponse()
        answers.append((response.status, response.headers.get("Retry-After")))
        response.read()
        connection.close()
    assert (503, "1") in answers
    assert (400, None) in answers
    assert server.post(GOOD).status == 200
