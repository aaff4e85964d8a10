"""Where the private key lies in the memory of a serving process, and that nothing is left of one that was replaced."""

import ctypes
import os
import resource

import memory
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from daemon import wait_until

pytestmark = pytest.mark.skipif(bool(os.environ.get("SANITIZE")), reason="sanitizers lock no memory")

KINDS = {
    "P-256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "P-384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "P-521": lambda: ec.generate_private_key(ec.SECP521R1()),
    "Ed25519": ed25519.Ed25519PrivateKey.generate,
    "RSA": lambda: rsa.generate_private_key(65537, 2048),
}
# While it signs with RSA, OpenSSL keeps both primes a second time, in ordinary memory.
PRIMES = {"p, little-endian", "q, little-endian"}


def secrets(key, pair):
    """Everything that gives the key away, by name: its secret numbers, and a line of its PEM text."""
    found = {"PEM": pair.key.splitlines()[1]}
    if isinstance(key, ec.EllipticCurvePrivateKey):
        found |= memory.forms("d", key.private_numbers().private_value)
    elif isinstance(key, ed25519.Ed25519PrivateKey):
        found["seed"] = key.private_bytes(serialization.Encoding.Raw, serialization.PrivateFormat.Raw, serialization.NoEncryption())
    else:
        for name in ("p", "q", "d", "dmp1", "dmq1", "iqmp"):
            found |= memory.forms(name, getattr(key.private_numbers(), name))
    return found


def issue(authority, kind):
    key = KINDS[kind]()
    return key, authority.issue(key=key)


def use(daemon):
    """Handshakes, by more than one thread."""
    for _ in range(12):
        daemon.ask("GET", "/nowhere")


def outside(found):
    return {name for name, mapping in found if not (mapping.locked and not mapping.dumped)}


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_lies_in_locked_memory_and_is_gone_after_its_replacement(serve, certificates, authority, kind):
    key, pair = issue(authority, kind)
    pair.write(certificates)
    daemon = serve()
    if os.geteuid() != 0:
        with pytest.raises(PermissionError):
            memory.find(daemon.process.pid, {})
        return
    use(daemon)
    found = memory.find(daemon.process.pid, secrets(key, pair))
    assert found, "the key is nowhere: the test looks for the wrong bytes"
    assert outside(found) <= (PRIMES if kind == "RSA" else set())
    _, successor = issue(authority, kind)
    successor.write(certificates)
    daemon.wait_for("certificate reloaded")
    use(daemon)
    # The last connection that was made with it may not be closed yet.
    wait_until(lambda: not memory.find(daemon.process.pid, secrets(key, pair)), "nothing to be left of the key")


def lock_nothing():
    """In the child: the limit is 0, also for root, whom the bounding set (capabilities(7)) keeps from passing over it."""
    drop_from_bounding_set, ipc_lock = 24, 14
    ctypes.CDLL(None).prctl(drop_from_bounding_set, ipc_lock, 0, 0, 0)
    resource.setrlimit(resource.RLIMIT_MEMLOCK, (0, 0))


def test_it_serves_where_nothing_may_be_locked(serve):
    """And says so once."""
    daemon = serve(preexec_fn=lock_nothing)
    assert daemon.plain("/readyz").status == 200
    (warning,) = daemon.entries("private keys lie in memory that is not locked: it may be written to swap")
    assert "RLIMIT_MEMLOCK" in warning["advice"]
