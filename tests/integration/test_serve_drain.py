"""The end: every request on a connection that was accepted is answered."""

import concurrent.futures
import json
import signal
import socket
import threading
import time

import pytest
from daemon import JSON, split_address, wait_until
from reviews import admission_review, scaled_object

GOOD = json.dumps(admission_review(scaled_object()))


class Client(threading.Thread):
    """Sends reviews over one kept connection, as fast as it can or with pauses, until the server says `Connection: close`."""

    def __init__(self, server, pause=0.0):
        super().__init__()
        self.connection = server.connection()
        self.connection.connect()
        self.server = server
        self.pause = pause
        self.answered = 0
        self.lost = None

    def run(self):
        try:
            while True:
                answer = self.server.post(GOOD, self.connection)
                assert answer.status == 200, answer.text
                self.answered += 1
                if answer.closes():
                    break
                time.sleep(self.pause)
        except Exception as error:  # whatever it was, a request was lost
            self.lost = error
        finally:
            self.connection.close()


@pytest.mark.parametrize("delay", ["0s", "1s"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_no_request_of_16_busy_connections_is_lost(serve, delay, number):
    server = serve("--shutdown-delay", delay)
    clients = [Client(server) for _ in range(16)]
    for client in clients:
        client.start()
    wait_until(lambda: all(client.answered > 20 for client in clients), "all clients busy")
    server.signal(number)
    for client in clients:
        client.join()
    assert [client.lost for client in clients] == [None] * 16
    assert server.wait() == 0
    assert server.entries("stopped")[0]["requestsCut"] == 0


def test_no_request_of_leisurely_connections_is_lost(serve):
    server = serve("--shutdown-delay", "1s")
    clients = [Client(server, pause=0.7 + 0.05 * i) for i in range(16)]
    for client in clients:
        client.start()
    wait_until(lambda: all(client.answered > 0 for client in clients), "all clients busy")
    server.signal()
    for client in clients:
        client.join()
    assert [client.lost for client in clients] == [None] * 16
    assert server.wait() == 0


def test_new_connections_are_served_during_the_delay(serve):
    server = serve("--shutdown-delay", "10s")
    server.signal()
    server.wait_for("shutting down: not ready from now on")
    for _ in range(5):
        answer = server.post(GOOD)
        assert (answer.status, answer.closes()) == (200, True)
    assert server.ask("GET", "/validate").closes()
    assert server.wait() == 0


def test_the_delay_is_kept(serve):
    server = serve("--shutdown-delay", "2s")
    began = time.monotonic()
    server.signal()
    assert server.wait() == 0
    assert time.monotonic() - began > 1.9


def begin_request(server, body):
    connection = server.connection()
    connection.putrequest("POST", "/validate")
    for name, value in {**JSON, "Content-Length": str(len(body))}.items():
        connection.putheader(name, value)
    connection.endheaders()
    connection.send(body[:100].encode())
    return connection


def test_a_request_that_is_half_sent_is_answered(server):
    connection = begin_request(server, GOOD)
    server.metric("kedagate_connections")
    server.signal()
    server.wait_for("shutting down: not ready from now on")
    time.sleep(0.5)
    connection.send(GOOD[100:].encode())
    response = connection.getresponse()
    assert response.status == 200
    response.read()
    assert server.wait() == 0


def test_a_connection_that_was_just_opened_gets_its_answer(server):
    connection = server.connection()
    connection.connect()
    server.signal()
    server.wait_for("shutting down: not ready from now on")
    time.sleep(0.5)
    answer = server.post(GOOD, connection)
    assert (answer.status, answer.closes()) == (200, True)
    assert server.wait() == 0


def test_what_the_kernel_has_accepted_is_answered(server):
    context = server.usual_context
    connections = [server.connection() for _ in range(16)]
    sockets = [socket.create_connection(split_address(server.serving["address"])) for _ in connections]
    server.signal()

    def ask(connection, plain):
        connection.sock = context.wrap_socket(plain, server_hostname="127.0.0.1")
        return server.post(GOOD, connection).status

    # All at once: one that says nothing for five seconds is not waited for.
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        assert list(pool.map(ask, connections, sockets)) == [200] * 16
    assert server.wait() == 0


def test_idle_connections_do_not_hold_up_the_end(serve):
    server = serve("--shutdown-delay", "1s")
    connections = [server.connection() for _ in range(8)]
    for connection in connections:
        assert server.post(GOOD, connection).status == 200
    server.signal()
    began = time.monotonic()
    assert server.wait() == 0
    # Quiet for five seconds is enough; the grace of twenty is for requests.
    assert time.monotonic() - began < 20
    assert server.entries("stopped")[0]["requestsCut"] == 0
    for connection in connections:
        connection.close()


def test_a_second_signal_ends_it_at_once(serve):
    server = serve("--shutdown-delay", "1h")
    server.exit_code = 128 + signal.SIGTERM
    server.signal()
    server.wait_for("shutting down: not ready from now on")
    server.signal()
    assert server.wait() == 128 + signal.SIGTERM


def test_a_second_signal_ends_it_while_it_waits_for_requests(server):
    server.exit_code = 128 + signal.SIGINT
    connection = begin_request(server, GOOD)
    server.metric("kedagate_connections")
    server.signal()
    server.wait_for("shutting down: not ready from now on")
    time.sleep(0.3)
    assert server.process.poll() is None
    server.signal(signal.SIGINT)
    assert server.wait() == 128 + signal.SIGINT
    connection.close()


def test_a_request_that_never_comes_is_cut_after_the_grace(server):
    connection = begin_request(server, GOOD)
    server.metric("kedagate_connections")
    server.signal()
    assert server.wait() == 0
    assert server.entries("stopped")[0]["requestsCut"] == 1
    connection.close()


def test_the_listener_is_closed_afterwards(server):
    server.signal()
    assert server.wait() == 0
    with pytest.raises(ConnectionRefusedError):
        server.post(GOOD)
