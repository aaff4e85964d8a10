"""`kedagate serve` as a child process on free loopback ports, and clients for it."""

import functools
import http.client
import json
import os
import re
import select
import signal
import ssl
import subprocess
import threading
import time

from program import BINARY

# Generous: a sanitizer on a busy machine. Nothing passes or fails by being fast.
TIMEOUT = 60
JSON = {"Content-Type": "application/json"}


def wait_until(condition, what, timeout=TIMEOUT):
    """The first true value of condition()."""
    deadline = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, f"waited {timeout} s in vain for: {what}"
        time.sleep(0.01)


def split_address(address):
    host, port = address.rsplit(":", 1)
    return host.strip("[]"), int(port)


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()
        self.text = self.body.decode()

    def json(self):
        return json.loads(self.body)

    def closes(self):
        return self.headers.get("Connection", "").lower() == "close"


def serve_command(certificates, *arguments, log_format="json"):
    return [BINARY, "serve", "--bind-address", "127.0.0.1", "--secure-port", "0", "--health-probe-bind-address", "127.0.0.1:0",
            "--metrics-bind-address", "127.0.0.1:0", "--tls-cert-file", str(certificates / "tls.crt"),
            "--tls-private-key-file", str(certificates / "tls.key"), "--shutdown-delay", "0s", "--log-format", log_format,
            *(str(argument) for argument in arguments)]


class Daemon:
    """A serving process. Its log is JSON; every line is checked to be. `more` goes to subprocess.Popen."""

    def __init__(self, certificates, authority, *arguments, log_format="json", **more):
        self.authority = authority
        self.process = subprocess.Popen(serve_command(certificates, *arguments, log_format=log_format), stdin=subprocess.DEVNULL,
                                        stderr=subprocess.PIPE, **more)
        self.exit_code = 0  # what stop() asks for
        self.told_to_stop = False
        self.read_lines = []
        self.rest = b""  # of the log: no line yet
        self.at_end = False
        self.lock = threading.Lock()  # of these three
        self.reading = threading.Event()  # cleared: the log is not read, as by a container runtime that is stuck
        self.reading.set()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        self.json = log_format == "json"
        if self.json:
            self.serving = self._wait_for_serving()

    def _read(self):
        while not self.at_end:
            self.reading.wait()
            self._has_more(None)
            self._catch_up()

    def _has_more(self, milliseconds):
        poll = select.poll()
        poll.register(self.process.stderr, select.POLLIN)
        return bool(poll.poll(milliseconds))

    def _catch_up(self):
        """Read what there is by now."""
        with self.lock:
            while self.reading.is_set() and not self.at_end and self._has_more(0):
                data = os.read(self.process.stderr.fileno(), 65536)
                self.at_end = not data
                *lines, self.rest = (self.rest + data).split(b"\n")
                self.read_lines += [line.decode() for line in lines]
            if self.at_end and self.rest:
                self.read_lines.append(self.rest.decode())
                self.rest = b""

    def _wait_for_serving(self):
        try:
            return self.wait_for("serving")
        except AssertionError:
            self.process.kill()
            raise AssertionError("kedagate serve did not start:\n" + "\n".join(self.lines)) from None

    # The log.

    @property
    def lines(self):
        return self.lines_from(0)

    def lines_from(self, start):
        """All that was written until now: what is logged before an answer is there when the answer is."""
        self._catch_up()
        return self.read_lines[start:]

    def entries(self, message=None):
        entries = [json.loads(line) for line in self.lines]
        return [entry for entry in entries if message in (None, entry["msg"])]

    def wait_for(self, message, count=1, timeout=TIMEOUT):
        """The count-th log line with that message."""
        def found():
            entries = self.entries(message)
            return entries[count - 1] if len(entries) >= count else None

        return wait_until(found, f"log line {count} of {message!r}", timeout)

    # Clients.

    def context(self, alpn=(), minimum=None, maximum=None):
        context = ssl.create_default_context(cadata=self.authority.pem)
        if alpn:
            context.set_alpn_protocols(list(alpn))
        if minimum:
            context.minimum_version = minimum
        if maximum:
            context.maximum_version = maximum
        return context

    @functools.cached_property
    def usual_context(self):
        """Made once: reading the trusted certificates takes longer than a handshake."""
        return self.context()

    def connection(self, context=None):
        host, port = split_address(self.serving["address"])
        return http.client.HTTPSConnection(host, port, context=context or self.usual_context, timeout=TIMEOUT)

    def ask(self, method, path, body=None, headers=None, connection=None):
        """One request to the HTTPS listener; on a connection of its own unless one is given."""
        used = connection or self.connection()
        try:
            used.request(method, path, body, headers or {})
            return Answer(used.getresponse())
        finally:
            if connection is None:
                used.close()

    def post(self, body, connection=None, **more):
        return self.ask("POST", "/validate?timeout=10s", body, {**JSON, **more}, connection)

    def review(self, review, connection=None):
        """The `response` of the AdmissionReview that answers `review` (a dict)."""
        answer = self.post(json.dumps(review), connection)
        assert answer.status == 200, (answer.status, answer.text)
        assert answer.headers["Content-Type"] == "application/json"
        response = answer.json()["response"]
        assert response["uid"] == review["request"]["uid"]
        return response

    def served_serial(self):
        """The serial number of the certificate that a new connection is shown, as in Pair.serial."""
        connection = self.connection()
        connection.connect()
        serial = connection.sock.getpeercert()["serialNumber"]
        connection.close()
        return f"{int(serial, 16):X}"

    def plain(self, path, method="GET", listener="health"):
        host, port = split_address(self.serving[listener])
        connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT)
        try:
            connection.request(method, path)
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def metric(self, name, **labels):
        """The value of one series, 0 when there is none."""
        for line in self.plain("/metrics", listener="metrics").text.splitlines():
            match = re.fullmatch(r"(\w+)(?:\{(.*)\})? (\S+)", line)
            if match and match[1] == name and dict(re.findall(r'(\w+)="([^"]*)"', match[2] or "")) == labels:
                return float(match[3])
        return 0.0

    def resident_kib(self):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as file:
            return int(re.search(r"VmRSS:\s+(\d+)", file.read())[1])

    # The end.

    def signal(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        self.told_to_stop |= number in (signal.SIGTERM, signal.SIGINT)

    def wait(self, timeout=TIMEOUT):
        """The exit code; all that was logged has been read."""
        code = self.process.wait(timeout)
        self.reading.set()
        self.reader.join()
        return code

    def stop(self):
        """End it and check that it ended as it should, with nothing on standard error but log lines."""
        # A second signal would end it at once.
        if self.process.poll() is None and not self.told_to_stop:
            self.signal()
        code = self.wait()
        assert code == self.exit_code, (code, self.lines[-20:])
        if self.json:
            self.entries()

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.wait()
