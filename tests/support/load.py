"""Calls one after the other from a process of its own, so that a test's own work does not slow them down.

    load.py HOST:PORT CA-FILE BODY-FILE WAY...

One thread for each way: `new` makes a connection for each call, `kept` makes all calls over one, `resumed` makes a connection for each call
and offers the session of the last. Every handshake is verified. Ends when standard input does, and prints one JSON object a way:
{"way", "calls", "connections", "reused", "serials", "failures"}.
"""

import json
import pathlib
import socket
import ssl
import sys
import threading
import time

TIMEOUT = 60
FAILURES_KEPT = 5
# Between two calls of one client: what is under load is the server, and it has the same processors.
PAUSE = 0.01


class Client(threading.Thread):
    def __init__(self, way, address, context, body):
        super().__init__()
        self.way = way
        self.address = address
        self.context = context
        self.request = (b"POST /validate HTTP/1.1\r\nHost: load\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
                        % len(body)) + body
        self.done = threading.Event()
        self.session = None
        self.result = {"way": way, "calls": 0, "connections": 0, "reused": 0, "serials": set(), "failures": []}

    def connect(self):
        plain = socket.create_connection(self.address, TIMEOUT)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        secure = self.context.wrap_socket(plain, server_hostname=self.address[0], session=self.session)
        self.result["connections"] += 1
        self.result["reused"] += secure.session_reused
        self.result["serials"].add(secure.getpeercert()["serialNumber"].lstrip("0"))
        return secure

    def call(self, connection):
        connection.sendall(self.request)
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += self.receive(connection)
        head, _, body = answer.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200 "), head
        length = int(head.lower().split(b"content-length:")[1].split()[0])
        while len(body) < length:
            body += self.receive(connection)
        assert json.loads(body)["response"]["allowed"] is True
        self.result["calls"] += 1
        time.sleep(PAUSE)

    @staticmethod
    def receive(connection):
        data = connection.recv(65536)
        assert data, "the server closed the connection"
        return data

    def run_until_failure(self):
        connection = self.connect()
        try:
            while not self.done.is_set():
                self.call(connection)
                if self.way == "kept":
                    continue
                if self.way == "resumed":
                    self.session = connection.session
                connection.close()
                connection = self.connect()
        finally:
            connection.close()

    def run(self):
        while not self.done.is_set():
            try:
                self.run_until_failure()
            except (OSError, AssertionError, ValueError) as error:
                self.result["failures"].append(repr(error))


def main(address, authorities, body, *ways):
    host, port = address.rsplit(":", 1)
    clients = []
    for way in ways:
        context = ssl.create_default_context(cafile=authorities)
        clients.append(Client(way, (host, int(port)), context, pathlib.Path(body).read_bytes()))
    for client in clients:
        client.start()
    sys.stdin.read()
    for client in clients:
        client.done.set()
    for client in clients:
        client.join()
        count = len(client.result["failures"])
        print(json.dumps({**client.result, "serials": sorted(client.result["serials"]),
                          "failures": client.result["failures"][:FAILURES_KEPT], "failed": count}))


if __name__ == "__main__":
    main(*sys.argv[1:])
