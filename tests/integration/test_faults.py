"""Processes in which memory runs out: what they say is right or not said, and a server lives on."""

import http.client
import itertools
import json
import os
import pathlib
import re
import signal

import pytest
from daemon import JSON, wait_until
from program import BINARY, ROOT, run
from test_serve_reviews import recorded

LIBRARY = pathlib.Path(BINARY).resolve().parent / "tests" / "libfaults.so"
SAMPLES = ROOT / "manifests" / "samples"
UNSANITIZED = pytest.mark.skipif(bool(os.environ.get("SANITIZE")), reason="a sanitizer's allocator has to be the first library")

# What each says without a fault is what it may say with one. "denied" must never come out as 0.
COMMANDS = {
    "allowed": ["check", SAMPLES / "2-postgresql" / "mended-sslmode-and-port.yaml"],
    "denied": ["check", SAMPLES / "1-temporal", SAMPLES / "2-postgresql"],
    "denied-json": ["check", "-o", "json", "--recursive", SAMPLES],
    "version": ["version", "-o", "json"],
    "rules": ["rules"],
    "rules-json": ["rules", "-o", "json"],
    "scalers-json": ["scalers", "-o", "json"],
    "scalers-diff": ["scalers", "--diff", "2.16", "2.20"],
    "explain": ["explain", "identity-id-missing"],
}


def environment(plan, **more):
    return {**os.environ, "LD_PRELOAD": str(LIBRARY), "FAULTS": plan, **more}


def numbers():
    """Each of the first, then ever fewer."""
    number = 1
    while number < 1_000_000:
        yield number
        number += 1 if number < 48 else number // 8


@UNSANITIZED
@pytest.mark.parametrize("plan", ["one", "all"])
@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_without_memory_is_right_or_fails(name, plan, tmp_path):
    good = run(*COMMANDS[name])
    assert good.returncode == (1 if name.startswith("denied") else 0)
    for number in numbers():
        met = tmp_path / "met"
        result = run(*COMMANDS[name], env=environment(f"{plan}:{number}", FAULTS_MET=str(met)))
        if (result.returncode, result.stdout) != (good.returncode, good.stdout):
            assert result.returncode == 2, f"fault {number}: exit {result.returncode}: {result.stderr}"
            assert "memory" in result.stderr, f"fault {number}: {result.stderr!r}"
        if met.read_text() == "0\n":
            return
    raise AssertionError("there is no end of faults")


def ask(daemon, connection, name):
    """The status of a review, None when the connection broke. A verdict must be right."""
    try:
        answer = daemon.ask("POST", "/validate", recorded_body(name), JSON, connection=connection)
    except (http.client.HTTPException, OSError):
        connection.close()
        return None
    if answer.status == 200:
        assert answer.json()["response"]["allowed"] == (name not in DENIED)
    return answer.status


REVIEWED = ["001-create-scaledobject-demo-ok", "b-021-create-triggerauthentication-ta1-", "b-012-delete-scaledobject-r1-"]
DENIED = ["b-021-create-triggerauthentication-ta1-"]


def recorded_body(name):
    return json.dumps(recorded(name))


def is_pending(daemon, number):
    """A signal that no thread has taken yet."""
    status = pathlib.Path(f"/proc/{daemon.process.pid}/status").read_text(encoding="ascii")
    return int(re.search(r"ShdPnd:\s+([0-9a-f]+)", status)[1], 16) >> (number - 1) & 1


@UNSANITIZED
@pytest.mark.parametrize("one_in", [7, 60])
def test_a_server_that_is_short_of_memory_for_a_while_serves_on(serve, one_in):
    daemon = serve(env=environment(f"random:{one_in}", FAULTS_ON_SIGNAL="1"))
    connection = daemon.connection()
    assert ask(daemon, connection, REVIEWED[0]) == 200
    daemon.process.send_signal(signal.SIGUSR1)
    statuses = []
    for name in itertools.islice(itertools.cycle(REVIEWED), 300):
        statuses.append(ask(daemon, connection, name))
        if len(statuses) % 50 == 0:
            daemon.process.send_signal(signal.SIGHUP)
            connection.close()
    assert daemon.process.poll() is None
    assert set(statuses) <= {200, 500, 503, None}
    assert set(statuses) != {200}
    daemon.process.send_signal(signal.SIGUSR2)
    connection.close()
    wait_until(lambda: not is_pending(daemon, signal.SIGUSR2), "the signal to be taken")
    wait_until(lambda: ask(daemon, daemon.connection(), REVIEWED[0]) == 200, "the signal to arrive")
    for name in REVIEWED * 5:
        assert ask(daemon, daemon.connection(), name) == 200
