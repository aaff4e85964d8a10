"""Whatever happens around a server, the next good request is answered, and it ends when it is told to.

Moments are random; KEDAGATE_SEED repeats a run.
"""

import concurrent.futures
import contextlib
import functools
import glob
import json
import os
import random
import resource
import shutil
import signal
import socket
import ssl
import struct
import subprocess
import threading
import time

import pytest
from daemon import JSON, TIMEOUT, Daemon, serve_command, split_address, wait_until
from reviews import admission_review, scaled_object

GOOD = json.dumps(admission_review(scaled_object()))
HEAD = f"POST /validate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(GOOD)}\r\n\r\n".encode()
MAX_CONNECTIONS = 1024
SEED = int(os.environ.get("KEDAGATE_SEED", random.randrange(1 << 32)))
DISPLACED = "kedagate_connections_displaced_total"


@pytest.fixture(autouse=True)
def moments():
    print("KEDAGATE_SEED", SEED)
    return random.Random(SEED)


def assert_answers(server):
    """Reviews on a new connection, and both plain listeners."""
    assert server.post(GOOD).status == 200
    assert server.plain("/livez").status == 200
    assert server.plain("/metrics", listener="metrics").status == 200


def assert_nothing_is_left(server):
    wait_until(lambda: server.metric("kedagate_connections") == 0, "all connections closed")
    wait_until(lambda: server.metric("kedagate_inflight_bytes") == 0, "all memory given back")


# Connections that break.

@functools.cache
def client_hello():
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = ssl.create_default_context().wrap_bio(incoming, outgoing, server_hostname="localhost")
    with pytest.raises(ssl.SSLWantReadError):
        tls.do_handshake()
    return outgoing.read()


def connect(server, sent, source="127.0.0.1"):
    """A TCP connection that has sent the bytes, outside TLS."""
    each = socket.socket()
    each.bind((source, 0))
    each.connect(split_address(server.serving["address"]))
    each.sendall(sent)
    return each


def connect_tls(server, sent):
    each = server.usual_context.wrap_socket(socket.create_connection(split_address(server.serving["address"])),
                                            server_hostname="127.0.0.1")
    each.sendall(sent)
    return each


def reset(each):
    each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    each.close()


BREAKS = {
    "before the handshake": lambda server: connect(server, b""),
    "in the handshake": lambda server: connect(server, client_hello()[:100]),
    "after the first flight": lambda server: connect(server, client_hello()),
    "no TLS": lambda server: connect(server, HEAD),
    "before the head": lambda server: connect_tls(server, b""),
    "in the head": lambda server: connect_tls(server, HEAD[:40]),
    "in the body": lambda server: connect_tls(server, HEAD + GOOD[:100].encode()),
    "in a large body": lambda server: connect_tls(server, HEAD.replace(str(len(GOOD)).encode(), b"9000000") + b" " * 3000000),
    "in the answer": lambda server: connect_tls(server, HEAD + GOOD.encode()),
    "in many answers": lambda server: connect_tls(server, (HEAD + GOOD.encode()) * 20),
}


@pytest.mark.parametrize("moment", BREAKS)
def test_connections_that_are_reset(server, moment):
    for _ in range(20):
        reset(BREAKS[moment](server))
    assert_answers(server)
    assert_nothing_is_left(server)


def test_connections_that_are_half_open(server):
    """The other side is silent, or has closed its half, while others are served."""
    held = [make(server) for make in BREAKS.values() for _ in range(3)]
    for index, each in enumerate(held):
        if index % 3 == 0:
            # Of those that the server has closed already there is no half left.
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_WR)
    for _ in range(30):
        assert_answers(server)
    for each in held:
        each.close()
    assert_nothing_is_left(server)


def test_senders_of_one_byte_a_second(server):
    """In the handshake, in the head and in the body; each holds its connection, none holds up another."""
    hello = client_hello()
    body = HEAD + GOOD.encode()
    slow = [(connect(server, hello[:10]), hello, 10) for _ in range(15)]
    slow += [(connect_tls(server, HEAD[:1]), body, 1) for _ in range(15)]
    slow += [(connect_tls(server, HEAD + b"{"), body, len(HEAD) + 1) for _ in range(15)]
    for second in range(6):
        for each, content, start in slow:
            each.sendall(content[start + second:start + second + 1])
        until = time.monotonic() + 1
        while time.monotonic() < until:
            assert_answers(server)
    for each, content, start in slow[15:]:
        each.sendall(content[start + 6:])
        assert each.recv(64).startswith(b"HTTP/1.1 200 ")
    for each, _, _ in slow:
        each.close()
    assert_nothing_is_left(server)


# More than there is room for.

@pytest.fixture
def many_descriptors():
    """How many sockets this process may have, over 10,000 where the hard limit allows it."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = before[1] if before[1] != resource.RLIM_INFINITY else 20000
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, before[1]))
    yield min(wanted - 500, 10000)
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.mark.parametrize("source", ["127.0.0.1", "127.0.0.2"], ids=["own address", "another address"])
def test_10000_idle_connections(server, many_descriptors, source):
    assert many_descriptors > 2 * MAX_CONNECTIONS, "the hard limit on open files is too low for this test"
    kept = server.connection()
    assert server.post(GOOD, kept).status == 200
    held = []
    for count in range(many_descriptors):
        held.append(connect(server, b"", source))
        if count % 500 == 0:
            assert_answers(server)
            assert server.post(GOOD, kept).status == 200
    assert server.metric("kedagate_connections") <= MAX_CONNECTIONS * 9 / 8 + 1
    assert server.metric(DISPLACED, **{"for": "connection"}) > 0
    assert server.post(GOOD, kept).status == 200
    assert_answers(server)
    for each in (*held, kept):
        each.close()
    assert_nothing_is_left(server)


def limit_descriptors(count):
    return lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (count, count))


def test_idle_connections_after_a_handshake(serve):
    server = serve(preexec_fn=limit_descriptors(256))
    held = [connect_tls(server, b"") for _ in range(300)]
    assert_answers(server)
    assert server.metric(DISPLACED, **{"for": "connection"}) > 0
    for each in held:
        each.close()
    assert_nothing_is_left(server)


def test_few_descriptors(serve, certificates, authority):
    """Far fewer than connections: those that are there leave room for probes, and for reading certificates anew."""
    server = serve(preexec_fn=limit_descriptors(64))
    assert server.wait_for("few connections: the limit on open files is low")["limit"] == 64
    held = [connect(server, b"") for _ in range(300)]
    assert_answers(server)
    renewed = authority.issue().write(certificates)
    server.wait_for("certificate reloaded")
    assert server.served_serial() == renewed.serial
    for each in held:
        each.close()
    assert_nothing_is_left(server)


def test_no_descriptor_left(server):
    """The limit falls below what is open: nothing can be accepted until it is raised again, and then what waited is answered."""
    assert_answers(server)
    before = resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (3, before[1]))
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        waiting = [pool.submit(server.post, GOOD) for _ in range(4)]
        wait_until(lambda: server.entries("connections are refused"), "a line that says so")
        resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, before)
        assert [task.result().status for task in waiting] == [200] * 4
    assert server.metric("kedagate_connections_refused_total", reason="descriptors") > 0
    assert_answers(server)


# Logs that go nowhere.

class FullDisk:
    """A file that may grow no further, once it is full."""

    def __init__(self, directory):
        self.path = directory / "log"
        self.stderr = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def read(self):
        return self.path.read_text()

    def break_for(self, process):
        size = self.path.stat().st_size
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (size, size))


class ReaderGone:
    """A pipe whose reader ends."""

    def __init__(self, _):
        self.reading, self.stderr = os.pipe()
        self.text = b""

    def read(self):
        self.text += os.read(self.reading, 65536)
        return self.text.decode()

    def break_for(self, _):
        os.close(self.reading)


class MuteDaemon(Daemon):
    """A server whose log breaks once it serves."""

    def __init__(self, certificates, authority, log):
        self.authority = authority
        # The kernel's signal for a file that is too large would end it; a full disk sends none.
        self.process = subprocess.Popen(serve_command(certificates), stdin=subprocess.DEVNULL, stderr=log.stderr,
                                        preexec_fn=lambda: signal.signal(signal.SIGXFSZ, signal.SIG_IGN))
        os.close(log.stderr)
        line = wait_until(lambda: [line for line in log.read().splitlines() if '"serving"' in line], "a line that tells addresses")
        self.serving = json.loads(line[0])
        log.break_for(self.process)

    def wait(self, timeout=TIMEOUT):
        return self.process.wait(timeout)


@pytest.mark.parametrize("make", [FullDisk, ReaderGone])
def test_a_log_that_cannot_be_written(certificates, authority, tmp_path, make):
    server = MuteDaemon(certificates, authority, make(tmp_path))
    try:
        for _ in range(50):
            assert server.post(GOOD).status == 200
        server.process.send_signal(signal.SIGHUP)
        assert_answers(server)
        assert server.metric("kedagate_log_lines_lost_total") >= 50
        server.process.send_signal(signal.SIGTERM)
        assert server.wait() == 0
    finally:
        server.kill()


def test_a_log_that_nobody_reads_holds_up_nothing(server):
    server.reading.clear()
    connection = server.connection()
    for _ in range(2000):
        assert server.post(GOOD, connection).status == 200
    lost = server.metric("kedagate_log_lines_lost_total")
    assert lost > 0
    server.reading.set()
    told = wait_until(lambda: server.post(GOOD, connection).status == 200 and server.entries("log lines were lost"), "a line about it")
    assert told[0]["count"] >= lost
    assert len(server.entries("review")) + server.metric("kedagate_log_lines_lost_total") >= 2000
    connection.close()


# Files and clocks.

def test_the_certificate_directory_goes_and_comes_back(server, certificates, authority):
    away = certificates.with_name("away")
    certificates.rename(away)
    server.signal(signal.SIGHUP)
    server.wait_for("files looked at")
    assert_answers(server)
    serial = server.served_serial()
    shutil.rmtree(away)
    certificates.mkdir()
    renewed = authority.issue().write(certificates)
    server.wait_for("certificate reloaded")
    assert server.served_serial() == renewed.serial != serial
    assert_answers(server)


LIBFAKETIME = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")
DAY = 86400


@pytest.mark.skipif(bool(os.environ.get("SANITIZE")), reason="a sanitizer must be the first library")
def test_a_clock_that_jumps_over_expiry_and_back(serve, tmp_path):
    """The pair is valid from an hour ago until tomorrow."""
    clock = tmp_path / "clock"

    def jump(seconds):
        staged = clock.with_name("staged")
        staged.write_text(f"{seconds:+d}\n")
        staged.rename(clock)

    def readiness_becomes(status, text):
        def reached():
            answer = server.plain("/readyz")
            return answer.status == status and text in answer.text

        wait_until(reached, f"readiness {status}")
        assert server.post(GOOD).status == 200

    assert LIBFAKETIME, "libfaketime is missing"
    jump(0)
    server = serve(env={**os.environ, "LD_PRELOAD": LIBFAKETIME[0], "FAKETIME_TIMESTAMP_FILE": str(clock), "FAKETIME_NO_CACHE": "1",
                        "FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1"})
    readiness_becomes(200, "ok")
    jump(2 * DAY)
    readiness_becomes(503, "expired")
    server.signal(signal.SIGHUP)
    server.wait_for("the certificate has expired: API servers refuse it from now on")
    jump(0)
    readiness_becomes(200, "ok")
    jump(-2 * DAY)
    readiness_becomes(503, "not valid before")
    jump(0)
    readiness_becomes(200, "ok")


# Signals at any moment.

def start(certificates, **more):
    return subprocess.Popen(serve_command(certificates), stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **more)


def test_told_to_stop_while_starting(certificates, moments):
    for _ in range(25):
        process = start(certificates)
        time.sleep(moments.uniform(0, 0.1))
        process.send_signal(signal.SIGTERM)
        # Before it can be told, the kernel ends it.
        assert process.wait(TIMEOUT) in (0, -signal.SIGTERM)


def test_told_twice_to_stop(certificates, moments):
    for _ in range(15):
        process = start(certificates)
        time.sleep(moments.uniform(0.05, 0.15))
        process.send_signal(signal.SIGTERM)
        time.sleep(moments.uniform(0, 0.05))
        process.send_signal(signal.SIGTERM)
        assert process.wait(TIMEOUT) in (0, 128 + signal.SIGTERM, -signal.SIGTERM)


def test_told_to_look_at_its_files_while_starting(serve):
    """A signal that waits since before the start, and some more."""
    server = serve(preexec_fn=lambda: signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP}) is None or
                   os.kill(os.getpid(), signal.SIGHUP))
    for _ in range(20):
        server.signal(signal.SIGHUP)
    server.wait_for("files looked at")
    assert_answers(server)


class Load:
    """Reviews without end on new and kept connections, from some threads."""

    def __init__(self, server, threads=4):
        self.server = server
        self.over = threading.Event()
        self.answered = 0
        self.failures = []
        self.threads = [threading.Thread(target=self._run, args=(number % 2 == 0,)) for number in range(threads)]
        for thread in self.threads:
            thread.start()

    def _run(self, keep):
        connection = self.server.connection() if keep else None
        while not self.over.is_set():
            try:
                answer = self.server.post(GOOD, connection)
                if answer.status != 200:
                    self.failures.append(answer.status)
                if connection and answer.closes():
                    connection.close()
                self.answered += 1
            except OSError as error:
                self.failures.append(error)
                break
        if connection:
            connection.close()

    def end(self):
        self.over.set()
        for thread in self.threads:
            thread.join()


def test_told_to_look_at_its_files_under_load(server, certificates, authority, moments):
    load = Load(server)
    for _ in range(40):
        if moments.random() < 0.5:
            authority.issue().write(certificates)
        server.signal(signal.SIGHUP)
        time.sleep(moments.uniform(0, 0.1))
    wait_until(lambda: load.answered > 40 or load.failures, "answers")
    load.end()
    assert load.failures == []
    assert_answers(server)


def test_told_to_stop_under_load(serve, certificates, authority, moments):
    """Every request that was begun is answered; only who comes later finds nobody."""
    for _ in range(6):
        server = serve()
        load = Load(server)
        wait_until(lambda: load.answered > 20 or load.failures, "answers")  # pylint: disable=cell-var-from-loop
        for _ in range(3):
            authority.issue().write(certificates)
            server.signal(signal.SIGHUP)
            time.sleep(moments.uniform(0, 0.05))
        server.signal(signal.SIGTERM)
        assert server.wait() == 0
        load.end()
        assert not [failure for failure in load.failures if isinstance(failure, int)]
        assert server.entries("stopped")[0]["requestsCut"] == 0
