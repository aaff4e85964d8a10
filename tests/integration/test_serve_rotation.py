"""The serving pair is replaced while clients open new connections and reuse old ones; no call fails and nothing bad is served."""

import json
import os
import signal
import threading
import time

import pytest
from daemon import wait_until
from mount import MountedSecret
from reviews import admission_review, scaled_object

GOOD = json.dumps(admission_review(scaled_object()))
SWAPS = 500
REFUSED = "certificate refused, the one in use stays"


# Ways in which a pair is replaced on disk, besides as kubelet does.

class InPlace:
    """Both files are written over: for a moment one is new and the other old, or half there."""

    def __init__(self, directory):
        self.directory = directory

    def put(self, pair):
        pair.write(self.directory)


class ByRename:
    def __init__(self, directory):
        self.directory = directory

    def put(self, pair):
        pair.write(self.directory, "tls.crt.new", "tls.key.new")
        for name in ("tls.crt", "tls.key"):
            os.replace(self.directory / f"{name}.new", self.directory / name)


class Client(threading.Thread):
    """Reviews without pause, over one kept connection or over a new one each. Fails never, or says how."""

    def __init__(self, server, keeps):
        super().__init__()
        self.server = server
        self.keeps = keeps
        self.done = threading.Event()
        self.context = server.context()
        self.calls = 0
        self.failures = []
        self.serials = set()

    def run(self):
        connection = self.server.connection(self.context)
        while not self.done.is_set():
            try:
                assert self.server.post(GOOD, connection).status == 200
                self.serials.add(f"{int(connection.sock.getpeercert()['serialNumber'], 16):X}")
                self.calls += 1
            except Exception as error:
                self.failures.append(error)
            if not self.keeps:
                connection.close()
                connection = self.server.connection(self.context)
        connection.close()


@pytest.fixture
def clients(server_of_way):
    server = server_of_way[0]
    clients = [Client(server, keeps) for keeps in (True, True, False, False)]
    for client in clients:
        client.start()
    yield clients
    for client in clients:
        client.done.set()
        client.join()


@pytest.fixture
def server_of_way(request, serve, certificates, authority):
    """A server whose pair has been put by the way of the test, and that way."""
    way = request.param(certificates)
    way.put(authority.issue())
    return serve(), way


BY_WAY = pytest.mark.parametrize("server_of_way", [InPlace, ByRename, MountedSecret], indirect=True)


@pytest.mark.parametrize("server_of_way", [MountedSecret], indirect=True)
def test_500_swaps_under_load(server_of_way, clients, authority):
    server, way = server_of_way
    serials = {server.served_serial()}
    for _ in range(SWAPS):
        pair = authority.issue()
        way.put(pair)
        wait_until(lambda: server.served_serial() == pair.serial, "the new pair to be served")
        serials.add(pair.serial)
    for client in clients:
        client.done.set()
        client.join()
    assert [client.failures for client in clients] == [[]] * 4
    assert all(client.calls > 100 for client in clients)
    assert set().union(*(client.serials for client in clients)) <= serials
    # The kept connections were never cut: they show the pair of their handshake to the end.
    assert [len(client.serials) for client in clients if client.keeps] == [1, 1]
    # A pair is in use a moment before it is counted.
    wait_until(lambda: server.metric("kedagate_certificate_reloads_total", result="success") >= SWAPS, "the last reload to be counted")
    assert server.metric("kedagate_certificate_reloads_total", result="success") == SWAPS
    assert server.metric("kedagate_certificate_reloads_total", result="failure") == 0


@BY_WAY
def test_swaps_faster_than_they_are_noticed(server_of_way, clients, authority):
    server, way = server_of_way
    pairs = [authority.issue() for _ in range(200)]
    for pair in pairs:
        way.put(pair)
        time.sleep(0.002)
    wait_until(lambda: server.served_serial() == pairs[-1].serial, "the last pair to be served")
    for client in clients:
        client.done.set()
        client.join()
    assert [client.failures for client in clients] == [[]] * 4


@BY_WAY
def test_a_new_pair_is_noticed_without_waiting_for_the_poll(server_of_way, authority):
    server, way = server_of_way
    began = time.monotonic()
    for _ in range(5):
        pair = authority.issue()
        way.put(pair)
        wait_until(lambda: server.served_serial() == pair.serial, "the new pair to be served")
        wait_until(lambda: pair.serial in [e["serial"].lstrip("0") for e in server.entries("certificate reloaded")], "the log line")
    # The poll comes ten seconds after the last look: all but the first would have waited for that.
    assert time.monotonic() - began < 40


def mixed(authority):
    good, other = authority.issue(), authority.issue()
    other.certificate = good.certificate
    return other


def half_written(authority):
    pair = authority.issue()
    pair.certificate = pair.certificate[:len(pair.certificate) // 2]
    return pair


def half_written_key(authority):
    pair = authority.issue()
    pair.key = pair.key[:-40]
    return pair


def empty(authority):
    pair = authority.issue()
    pair.certificate = b""
    return pair


BAD = {
    "mismatched": mixed,
    "expired": lambda authority: authority.issue(begins=-7200, ends=-3600),
    "not yet valid": lambda authority: authority.issue(begins=3600, ends=7200),
    "half-written certificate": half_written,
    "half-written key": half_written_key,
    "empty": empty,
}


@BY_WAY
@pytest.mark.parametrize("flaw", BAD)
def test_a_bad_pair_is_never_served(server_of_way, authority, flaw):
    server, way = server_of_way
    served = server.served_serial()
    way.put(BAD[flaw](authority))
    entry = server.wait_for(REFUSED)
    assert entry["servedSerial"].lstrip("0") == served
    assert entry["reason"]
    for _ in range(10):
        assert server.served_serial() == served
    assert server.plain("/readyz").status == 200
    assert server.metric("kedagate_certificate_reloads_total", result="failure") >= 1

    mended = authority.issue()
    way.put(mended)
    wait_until(lambda: server.served_serial() == mended.serial, "the mended pair to be served")


def test_a_cause_is_logged_once(server, certificates, authority):
    BAD["expired"](authority).write(certificates)
    server.wait_for(REFUSED)
    # Perhaps of the first file without the second: now it has seen both.
    server.signal(signal.SIGHUP)
    server.wait_for("files looked at")
    told = len(server.entries(REFUSED))
    for count in range(2, 5):
        server.signal(signal.SIGHUP)
        server.wait_for("files looked at", count)
    assert len(server.entries(REFUSED)) == told
    assert server.metric("kedagate_certificate_reloads_total", result="failure") == told


def test_files_that_vanish_leave_the_pair_in_use(server, certificates, authority):
    served = server.served_serial()
    (certificates / "tls.key").unlink()
    assert "tls.key" in server.wait_for(REFUSED)["reason"]
    assert server.served_serial() == served
    pair = authority.issue().write(certificates)
    wait_until(lambda: server.served_serial() == pair.serial, "the new pair to be served")


def test_a_directory_that_is_made_anew(server, certificates, authority):
    certificates.rename(certificates.with_name("old"))
    server.wait_for(REFUSED)
    certificates.mkdir()
    pair = authority.issue().write(certificates)
    server.signal(signal.SIGHUP)
    wait_until(lambda: server.served_serial() == pair.serial, "the new pair to be served")


def test_sighup_looks_at_once_and_keeps_what_is_unchanged(server):
    served = server.served_serial()
    server.signal(signal.SIGHUP)
    server.wait_for("files looked at")
    assert server.served_serial() == served
    assert not server.entries("certificate reloaded")


def test_the_metric_follows(server, certificates, authority):
    assert abs(server.metric("kedagate_certificate_not_after_seconds") - time.time() - 86400) < 120
    authority.issue(ends=3600).write(certificates)
    server.wait_for("certificate reloaded")
    wait_until(lambda: abs(server.metric("kedagate_certificate_not_after_seconds") - time.time() - 3600) < 120, "the new date")
