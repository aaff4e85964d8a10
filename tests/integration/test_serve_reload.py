"""What a running server makes of a certificate that changes: its names, the ca.crt beside it, its dates; and how it tells."""

import os
import re
import signal
import socket
import ssl
import time

import pytest
from certificates import Authority
from daemon import split_address, wait_until
from program import run

RELOADED = "certificate reloaded"
REFUSED = "certificate refused, the one in use stays"
LOOKED_AT = "files looked at"


def replace(path, text):
    """At once: a file that is written to where it is is empty for a moment, and may be read then."""
    new = path.with_suffix(".new")
    new.write_text(text)
    os.replace(new, path)


def serves(server, pair):
    wait_until(lambda: server.served_serial() == pair.serial, "the pair to be served")


def shown_serials(server):
    """Those of kedagate_certificate_info, as in Pair.serial."""
    page = server.plain("/metrics", listener="metrics").text
    return [serial.lstrip("0") for serial in re.findall(r'^kedagate_certificate_info\{serial="(\w+)"\} 1$', page, re.MULTILINE)]


def wait_for_refusal(server, *parts):
    """Its reason. Files that are written one after the other may be refused for a moment for another one."""
    def found():
        reasons = [entry["reason"] for entry in server.entries(REFUSED)]
        return next((reason for reason in reasons if all(part in reason for part in parts)), None)

    return wait_until(found, f"a refusal with {parts}")


# Names.

def test_a_certificate_without_a_required_name_is_refused(serve, certificates, authority):
    server = serve("--tls-server-names", "localhost,127.0.0.1")
    served = server.served_serial()
    authority.issue(["127.0.0.1", "other.example"]).write(certificates)
    wait_for_refusal(server, '"localhost"', "127.0.0.1, other.example")
    assert server.served_serial() == served
    serves(server, authority.issue(["127.0.0.1", "localhost", "more.example"]).write(certificates))


@pytest.mark.parametrize("names", ["", "a b", "localhost,", "*.example.org", "10.0.0.300"])
def test_names_that_are_none_are_wrong_usage(certificates, names):
    result = run("serve", "--tls-cert-file", certificates / "tls.crt", "--tls-private-key-file", certificates / "tls.key",
                 f"--tls-server-names={names}")
    assert result.returncode == 2
    assert "--tls-server-names" in result.stderr


def test_no_start_without_a_required_name(certificates):
    result = run("serve", "--tls-cert-file", certificates / "tls.crt", "--tls-private-key-file", certificates / "tls.key",
                 "--tls-server-names", "hook.keda.svc", "--secure-port", "0", "--bind-address", "127.0.0.1")
    assert result.returncode == 1
    assert "hook.keda.svc" in result.stderr and "localhost, 127.0.0.1" in result.stderr


# ca.crt.

def test_a_pair_is_verified_against_the_ca_crt_beside_it(serve, certificates, authority):
    (certificates / "ca.crt").write_text(authority.pem)
    server = serve()
    served = server.served_serial()
    Authority("another authority").issue().write(certificates)
    wait_for_refusal(server, "ca.crt", "CN=another authority")
    assert server.served_serial() == served
    assert server.plain("/readyz").status == 200
    serves(server, authority.issue().write(certificates))
    assert server.wait_for(RELOADED)["authorities"] == "verified"


def test_a_new_ca_crt_that_disowns_what_is_served_is_told_once_and_changes_nothing(serve, certificates, authority):
    (certificates / "ca.crt").write_text(authority.pem)
    server = serve()
    served = server.served_serial()
    replace(certificates / "ca.crt", Authority("another authority").pem)
    entry = server.wait_for(REFUSED)
    assert entry["reason"].startswith("the pair in use would be refused now: ")
    assert server.served_serial() == served
    server.signal(signal.SIGHUP)
    looked = server.wait_for(LOOKED_AT)
    assert (looked["certificate"], looked["certificateReason"]) == ("still refused", entry["reason"])
    assert len(server.entries(REFUSED)) == 1
    assert server.metric("kedagate_certificate_reloads_total", result="failure") == 1
    # Old and new together, as while a CA is replaced.
    replace(certificates / "ca.crt", Authority("another authority").pem + authority.pem)
    server.wait_for(RELOADED)
    assert server.served_serial() == served


def test_a_broken_ca_crt_is_told_and_costs_no_good_pair(serve, certificates, authority):
    server = serve()
    replace(certificates / "ca.crt", authority.pem[:200])
    assert "ca.crt" in server.wait_for(
        "ca.crt says nothing: the certificate is in use without being verified against it")["reason"]
    serves(server, authority.issue().write(certificates))


def test_an_empty_ca_crt_is_none(serve, certificates, authority):
    (certificates / "ca.crt").write_text("")
    server = serve()
    serves(server, authority.issue().write(certificates))
    assert "authorities" not in server.wait_for(RELOADED)


def test_an_intermediate_that_changes_alone_is_served(serve, certificates, authority):
    """Issued anew with the same key: the leaf stays as it is."""
    (certificates / "ca.crt").write_text(authority.pem)
    intermediate = authority.intermediate()
    pair = intermediate.issue().write(certificates)
    server = serve()
    assert server.served_serial() == pair.serial
    renewed = authority.intermediate(key=intermediate.key)
    leaf = pair.certificate.decode().replace(intermediate.pem, "")
    assert chain_of(server) == [leaf, intermediate.pem]
    replace(certificates / "tls.crt", leaf + renewed.pem)
    server.wait_for(RELOADED)
    assert chain_of(server) == [leaf, renewed.pem]


def chain_of(server):
    """PEM of what the server sends, leaf first, as openssl shows it."""
    address = server.serving["address"]
    result = run("s_client", "-connect", address, "-showcerts", binary="openssl", input="")
    return re.findall(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n", result.stdout, re.DOTALL)


# Dates: the wall clock, at each look and each probe.

def test_a_certificate_that_comes_before_its_time_is_served_in_its_time(server, certificates, authority):
    served = server.served_serial()
    early = authority.issue(begins=8).write(certificates)
    wait_for_refusal(server, "not valid before")
    assert server.served_serial() == served
    # At the latest the poll notices, ten seconds later, though no file changes.
    serves(server, early)


# What it tells.

def test_the_gauges_show_what_is_served(server, certificates, authority):
    assert shown_serials(server) == [server.served_serial()]
    for begins, ends in ((-7200, 3600), (-60, 7200)):
        pair = authority.issue(begins=begins, ends=ends).write(certificates)
        wait_until(lambda: shown_serials(server) == [pair.serial], "the new serial, alone")
        now = time.time()
        assert abs(server.metric("kedagate_certificate_not_before_seconds") - now - begins) < 60
        assert abs(server.metric("kedagate_certificate_not_after_seconds") - now - ends) < 60


def shown_faults(server):
    page = server.plain("/metrics", listener="metrics").text
    return re.findall(r'^kedagate_certificate_refused\{reason="(\w+)"\} 1$', page, re.MULTILINE)


def test_a_gauge_shows_why_the_files_are_refused(server, certificates, authority):
    assert shown_faults(server) == []
    pair = authority.issue()
    pair.certificate = authority.issue().certificate
    pair.write(certificates)
    wait_until(lambda: shown_faults(server) == ["key"], "the fault to show")
    authority.issue(begins=-7200, ends=-3600).write(certificates)
    wait_until(lambda: shown_faults(server) == ["dates"], "the other fault to show")
    authority.issue().write(certificates)
    wait_until(lambda: shown_faults(server) == [], "the fault to be gone")


def test_the_last_success_stands_still_while_the_files_are_refused(server, certificates, authority):
    assert abs(server.metric("kedagate_certificate_last_success_timestamp_seconds") - time.time()) < 60
    (certificates / "tls.crt").write_text("")
    wait_for_refusal(server, "empty")
    before = server.metric("kedagate_certificate_last_success_timestamp_seconds")
    time.sleep(1.1)
    server.signal(signal.SIGHUP)
    server.wait_for(LOOKED_AT)
    assert server.metric("kedagate_certificate_last_success_timestamp_seconds") == before
    authority.issue().write(certificates)
    server.wait_for(RELOADED)
    assert server.metric("kedagate_certificate_last_success_timestamp_seconds") > before


def test_the_last_success_of_a_policy(serve, tmp_path):
    policy = tmp_path / "policy.yaml"
    policy.write_text("apiVersion: kedagate.io/v1\nkind: Policy\n")
    server = serve("--policy", str(policy))
    family = "kedagate_policy_last_success_timestamp_seconds"
    before = server.metric(family)
    assert abs(before - time.time()) < 60
    time.sleep(1.1)
    replace(policy, "kind: Nonsense\n")
    server.wait_for("policy refused, the one in use stays")
    server.signal(signal.SIGHUP)
    looked = server.wait_for(LOOKED_AT)
    assert (looked["certificate"], looked["policy"]) == ("unchanged", "still refused")
    assert looked["policyReason"]
    assert server.metric(family) <= before + 1
    replace(policy, "apiVersion: kedagate.io/v1\nkind: Policy\nmode: warn\n")
    server.wait_for("policy reloaded")
    assert server.metric(family) > before


def test_sighup_tells_what_came_of_it(server, certificates, authority):
    server.signal(signal.SIGHUP)
    assert server.wait_for(LOOKED_AT, 1)["certificate"] == "unchanged"
    (certificates / "tls.key").unlink()
    server.wait_for(REFUSED)
    server.signal(signal.SIGHUP)
    looked = server.wait_for(LOOKED_AT, 2)
    assert looked["certificate"] == "still refused" and "tls.key" in looked["certificateReason"]


def test_the_lag_is_told(server, certificates, authority):
    authority.issue().write(certificates)
    assert 0 <= server.wait_for(RELOADED)["lag_s"] < 60


# Sessions.

@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_no_session_outlives_its_connection(serve, certificates, authority, version):
    """A client that offers its last session makes a whole handshake, and sees the certificate of today."""
    server = serve("--tls-min-version", "VersionTLS12")
    context = server.context(minimum=version, maximum=version)
    last = None
    for _ in range(3):
        with socket.create_connection(split_address(server.serving["address"])) as plain:
            with context.wrap_socket(plain, server_hostname="127.0.0.1", session=last) as secure:
                secure.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                while secure.recv(4096):
                    pass
                assert not secure.session_reused
                last = secure.session
        serves(server, authority.issue().write(certificates))


def take_away(path):
    """Make a file that the server may not read. Nothing is forbidden to root, but a directory is no file."""
    if os.geteuid() != 0:
        path.chmod(0)
        return
    path.unlink()
    path.mkdir()


def give_back(path):
    if path.is_dir():
        path.rmdir()
    else:
        path.chmod(0o600)


def test_a_key_that_may_not_be_read_any_more_is_refused(server, certificates, authority):
    served = server.served_serial()
    take_away(certificates / "tls.key")
    wait_for_refusal(server, "tls.key")
    assert server.served_serial() == served
    give_back(certificates / "tls.key")
    serves(server, authority.issue().write(certificates))
