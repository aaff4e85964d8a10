"""Ten thousand swaps of a mounted Secret, as kubelet makes them, and every mishap, while clients call: no call fails, no good pair is lost."""

import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest
from certificates import Authority
from daemon import TIMEOUT, wait_until
from mount import MountedSecret
from reviews import admission_review, scaled_object

import load

# Under sanitizers a handshake takes many times as long.
SWAPS = 500 if os.environ.get("SANITIZE") else 10000
# Every so often nobody tells the server: it must notice by itself.
UNTOLD = 250
WAYS = ("new", "kept", "resumed")
RELOADED = '"msg":"certificate reloaded"'


class TwoAuthorities:
    """Clients trust both, as while the one is replaced by the other."""

    def __init__(self):
        self.both = [Authority("first"), Authority("second")]
        self.pem = "".join(authority.pem for authority in self.both)

    def issue(self):
        return self.both[0].issue()

    def pairs(self, count):
        """By turns, each with whom it was issued by, so that a swap replaces ca.crt too."""
        return [(authority.issue(), authority) for authority in self.both * (count // 2)]


@pytest.fixture(scope="module")
def authority():
    return TwoAuthorities()


class Reloads:
    """How many the log of a server has told so far."""

    def __init__(self, server):
        self.server = server
        self.seen = 0
        self.count = 0

    def wait_for(self, count):
        deadline = time.monotonic() + TIMEOUT
        while self.count < count:
            news = self.server.lines_from(self.seen)
            self.seen += len(news)
            self.count += sum(RELOADED in line for line in news)
            assert time.monotonic() < deadline, f"reload {count} of the certificate never came"
            time.sleep(0.0002)


class Load:
    def __init__(self, server, directory):
        (directory / "trusted.pem").write_text(server.authority.pem)
        (directory / "review.json").write_text(json.dumps(admission_review(scaled_object())))
        self.process = subprocess.Popen(
            [sys.executable, load.__file__, server.serving["address"], directory / "trusted.pem", directory / "review.json", *WAYS],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def end(self):
        """The results, one a way; without a failure."""
        output, _ = self.process.communicate(timeout=TIMEOUT)
        results = [json.loads(line) for line in output.splitlines()]
        assert [(result["way"], result["failed"], result["failures"]) for result in results] == [(way, 0, []) for way in WAYS]
        return results


@pytest.fixture
def mounted(certificates):
    return MountedSecret(certificates, ("tls.crt", "tls.key", "ca.crt"))


def test_10000_swaps_under_load(serve, mounted, authority, tmp_path):
    pairs = authority.pairs(64)
    mounted.put(*pairs[-1])
    server = serve()
    clients = Load(server, tmp_path)
    reloads = Reloads(server)
    for swap, (pair, issuer) in zip(range(1, SWAPS + 1), itertools.cycle(pairs)):
        mounted.put(pair, issuer)
        if swap % UNTOLD != 0:
            server.signal(signal.SIGHUP)
        reloads.wait_for(swap)

    issued = {pair.serial for pair, _ in pairs}
    for result in clients.end():
        assert result["calls"] > 100
        assert result["reused"] == 0
        assert set(result["serials"]) <= issued
        # A kept connection is never cut; a new one sees what is served at its time.
        assert result["connections"] == 1 if result["way"] == "kept" else len(result["serials"]) > len(pairs) // 2
    assert server.metric("kedagate_certificate_reloads_total", result="success") == SWAPS
    assert server.metric("kedagate_certificate_reloads_total", result="failure") == 0


def cut(name):
    return lambda generation: os.truncate(generation / name, (generation / name).stat().st_size // 2)


def make_a_directory_of_the_key(generation):
    (generation / "tls.key").unlink()
    (generation / "tls.key").mkdir()


def forbid_the_key(generation):
    """Which stops everybody but root; for root there is the directory in its place."""
    (generation / "tls.key").chmod(0)
    if os.geteuid() == 0:
        make_a_directory_of_the_key(generation)


def mix(generation):
    """The key of another pair."""
    shutil.copy(generation.parent / "other.key", generation / "tls.key")


MISHAPS = {
    "mismatched": mix,
    "empty certificate": lambda generation: os.truncate(generation / "tls.crt", 0),
    "empty key": lambda generation: os.truncate(generation / "tls.key", 0),
    "half-written certificate": cut("tls.crt"),
    "half-written key": cut("tls.key"),
    "deleted": lambda generation: (generation / "tls.crt").unlink(),
    "forbidden": forbid_the_key,
    "a directory for a file": make_a_directory_of_the_key,
    "a whole generation that is gone": shutil.rmtree,
}


def test_no_mishap_is_noticed_by_clients(serve, mounted, authority, tmp_path):
    pairs = authority.pairs(2 * len(MISHAPS))
    authority.issue().write(mounted.directory, "other.crt", "other.key")
    mounted.put(*pairs[0])
    server = serve()
    clients = Load(server, tmp_path)
    good = {pairs[0][0].serial}
    for (bad, (pair, issuer)), spoil in zip(zip(pairs[::2], pairs[1::2]), MISHAPS.values()):
        refused = len(server.entries("certificate refused, the one in use stays"))
        mounted.put(*bad, spoil)
        server.wait_for("certificate refused, the one in use stays", refused + 1)
        assert server.served_serial() in good
        mounted.put(pair, issuer)
        wait_until(lambda: server.served_serial() == pair.serial, "the pair that follows a mishap to be served")
        good.add(pair.serial)
    for result in clients.end():
        assert set(result["serials"]) <= good
    assert server.metric("kedagate_certificate_reloads_total", result="failure") == len(MISHAPS)


def test_a_directory_that_is_deleted_and_restored(serve, certificates, authority, tmp_path):
    """Nobody tells the server: inotify has lost the directory, so that only the poll can notice."""
    server = serve()
    clients = Load(server, tmp_path)
    served = server.served_serial()
    shutil.rmtree(certificates)
    server.wait_for("certificate refused, the one in use stays")
    assert server.served_serial() == served
    certificates.mkdir()
    pair = authority.issue().write(certificates)
    wait_until(lambda: server.served_serial() == pair.serial, "the restored directory to be noticed")
    again = authority.issue().write(certificates)
    wait_until(lambda: server.served_serial() == again.serial, "the restored directory to be watched")
    clients.end()


def test_swaps_faster_than_anybody_looks(serve, mounted, authority, tmp_path):
    pairs = authority.pairs(40)
    mounted.put(*pairs[0])
    server = serve()
    clients = Load(server, tmp_path)
    for pair, issuer in pairs * 25:
        mounted.put(pair, issuer)
    wait_until(lambda: server.served_serial() == pairs[-1][0].serial, "the last pair to be served")
    clients.end()
    assert server.metric("kedagate_certificate_reloads_total", result="failure") == 0
