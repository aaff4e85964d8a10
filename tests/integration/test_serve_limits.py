"""One budget for all that is in flight: what has no room is told to come again, and the process stays as small as it was told to."""

import concurrent.futures
import contextlib
import http.client
import json
import os
import random
import re
import socket
import threading
import time

import pytest
from daemon import JSON, split_address, wait_until
from program import run
from reviews import admission_review, scaled_object
from test_serve_load import GOOD, SANITIZED, large_review

MIB = 1 << 20
SHED = "kedagate_requests_shed_total"


def peak_kib(server):
    with open(f"/proc/{server.process.pid}/status", encoding="ascii") as file:
        return int(re.search(r"VmHWM:\s+(\d+)", file.read())[1])


def wait_until_free(server):
    """The server gives back what an answer took once it is sent: the client may have it before."""
    wait_until(lambda: server.metric("kedagate_inflight_bytes") == 0, "the memory to be given back")


def padded(size):
    """A good review with white space behind it."""
    return GOOD + " " * (size - len(GOOD))


def post_until_judged(server, review, statuses):
    """As kube-apiserver does: after 503, again when Retry-After says so."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        answer = server.post(review)
        statuses.append(answer.status)
        if answer.status == 200:
            return
        assert (answer.status, answer.headers["Retry-After"]) == (503, "1"), answer.text
        time.sleep(random.uniform(0.1, 1))
    raise AssertionError("told to come again for two minutes")


def test_large_reviews_at_once_stay_within_the_budget(serve):
    """16 of 18 MB each, of which the budget has room for two. Besides it the process takes less than 32 MiB more."""
    server = serve("--max-inflight-bytes", "96Mi")
    review = large_review()
    server.post(GOOD)
    before = peak_kib(server)
    statuses = []
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        for task in [pool.submit(post_until_judged, server, review, statuses) for _ in range(16)]:
            task.result()
    assert statuses.count(200) == 16
    assert set(statuses) == {200, 503}
    assert server.metric(SHED, reason="body") + server.metric(SHED, reason="review") == statuses.count(503)
    wait_until_free(server)
    assert server.metric("kedagate_inflight_bytes_limit") == 96 * MIB
    if not os.environ.get("SANITIZE"):
        grown = peak_kib(server) - before
        assert grown < (96 + 32) * 1024, grown


def hold(server, size, announced=None):
    """A request whose body stops after `size` bytes."""
    connection = server.connection()
    connection.putrequest("POST", "/validate")
    for name, value in {**JSON, "Content-Length": str(announced or size + 1)}.items():
        connection.putheader(name, value)
    connection.endheaders()
    connection.send(b" " * size)
    return connection


def finish(connection):
    connection.send(b" ")
    response = connection.getresponse()
    response.read()
    connection.close()
    return response.status


def test_small_reviews_have_room_beside_large_ones(serve):
    server = serve("--max-inflight-bytes", "16Mi")
    held = [hold(server, 3 * MIB) for _ in range(2)]
    wait_until(lambda: server.metric("kedagate_inflight_bytes") >= 6 * MIB, "bodies held")
    answer = server.post(padded(3 * MIB))
    assert (answer.status, answer.headers["Retry-After"]) == (503, "1")
    assert server.metric(SHED, reason="body") == 1
    for _ in range(20):
        assert server.post(padded(MIB // 4)).status == 200
    assert [finish(connection) for connection in held] == [400, 400]
    assert server.post(padded(3 * MIB)).status == 200
    wait_until_free(server)


def test_a_sender_that_stops_is_cut_when_others_need_the_memory(serve):
    server = serve("--max-inflight-bytes", "16Mi")
    held = [hold(server, 3 * MIB) for _ in range(2)]
    wait_until(lambda: server.metric("kedagate_inflight_bytes") >= 6 * MIB, "bodies held")
    wait_until(lambda: server.post(padded(3 * MIB)).status == 200, "a sender cut")
    assert server.metric("kedagate_connections_displaced_total", **{"for": "memory"}) >= 1
    for connection in held:
        connection.close()


def send_steadily(server, stop):
    """Bodies of 7 MiB from 127.0.0.2, one after the other: each just fast enough not to count as slow."""
    while not stop.is_set():
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection = server.connection()
            connection.source_address = ("127.0.0.2", 0)
            connection.putrequest("POST", "/validate")
            for name, value in {**JSON, "Content-Length": str(7 * MIB)}.items():
                connection.putheader(name, value)
            connection.endheaders()
            connection.send(b" " * MIB)
            for _ in range(int(6 * MIB / 200_000)):
                if stop.wait(0.5):
                    break
                connection.send(b" " * 200_000)
            connection.close()


def test_one_client_does_not_keep_out_the_large_bodies_of_others(serve):
    server = serve("--max-inflight-bytes", "32Mi")
    stop = threading.Event()
    senders = [threading.Thread(target=send_steadily, args=(server, stop)) for _ in range(3)]
    for sender in senders:
        sender.start()
    try:
        wait_until(lambda: server.metric("kedagate_inflight_bytes") >= 14 * MIB, "bodies held")
        assert server.post(padded(3 * MIB)).status == 503
        wait_until(lambda: server.post(padded(3 * MIB)).status == 200, "a share for the other client")
        # Two of these would be more than a share: who has been answered may send the next one at once.
        assert [server.post(padded(5 * MIB)).status for _ in range(5)] == [200] * 5
        assert server.metric("kedagate_connections_displaced_total", **{"for": "memory"}) >= 1
    finally:
        stop.set()
        for sender in senders:
            sender.join()


def test_what_can_never_fit_is_not_told_to_come_again(serve):
    server = serve("--max-inflight-bytes", "16Mi")
    answer = server.post(padded(5 * MIB))
    assert answer.status == 413
    assert "--max-inflight-bytes" in answer.text
    dense = admission_review(scaled_object(advanced={"x": [1] * MIB}))
    answer = server.post(json.dumps(dense, separators=(",", ":")))
    assert (answer.status, answer.headers["Retry-After"]) == (500, None)
    assert server.metric(SHED, reason="review") == 0
    assert server.post(GOOD).status == 200


def test_the_largest_legal_update_fits_alone(server):
    """Of the densest JSON, 3 MiB over an object of the 1.5 MiB that etcd takes; and of escapes, 27 MiB."""
    # Sanitizers put a guard behind each of the nodes, which makes them a quarter larger.
    numbers = 3 * MIB // 2 if not os.environ.get("SANITIZE") else MIB
    dense = [scaled_object(advanced={"x": [1] * count}) for count in (numbers, numbers // 2)]
    review = json.dumps(admission_review(dense[0], operation="UPDATE", oldObject=dense[1]), separators=(",", ":"))
    assert server.post(review).status == 200
    escaped = [scaled_object({"type": "prometheus", "metadata": {
        "serverAddress": "http://prometheus:9090", "query": "<" * size, "threshold": "5"}}) for size in (3 * MIB - 4096, 3 * MIB // 2)]
    review = json.dumps(admission_review(escaped[0], operation="UPDATE", oldObject=escaped[1])).replace("<", "\\u003c")
    assert len(review) > 26 * MIB
    assert server.post(review).status == 200


@SANITIZED
def test_idle_connections_take_little(server):
    server.post(GOOD)
    before = server.resident_kib()
    connections = [server.connection() for _ in range(500)]
    for connection in connections:
        assert server.post(GOOD, connection).status == 200
    assert server.resident_kib() - before < 500 * 64
    for connection in connections:
        connection.close()


@pytest.mark.parametrize("value", ["", "0", "1Mi", "15Mi", "65Gi", "-1", "256M", "256MiB", "16 Mi", "99999999999", "1e9"])
def test_a_budget_that_makes_no_sense_is_refused(value):
    result = run("serve", f"--max-inflight-bytes={value}")
    assert result.returncode == 2
    assert "max-inflight-bytes" in result.stderr


@pytest.mark.parametrize("value, size", [("16Mi", 16 * MIB), ("33554432", 32 * MIB), ("65536Ki", 64 * MIB), ("1Gi", 1024 * MIB)])
def test_the_budget_is_read_as_quantities_are(serve, value, size):
    assert serve("--max-inflight-bytes", value).metric("kedagate_inflight_bytes_limit") == size


def test_one_client_does_not_keep_others_from_the_probes(server):
    address = split_address(server.serving["health"])
    sockets = []
    for _ in range(100):
        each = socket.socket()
        each.bind(("127.0.0.2", 0))
        each.connect(address)
        sockets.append(each)
    for path in ("/livez", "/readyz"):
        assert server.plain(path).status == 200
    for each in sockets:
        each.close()


def test_an_encoded_path_is_another_path(server):
    for path in ("/validate%00", "/validate%2f", "/%76alidate", "/validate%00?timeout=1s"):
        assert server.ask("POST", path, GOOD, JSON).status == 404
