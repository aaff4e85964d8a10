"""Probes and metrics, and when the server is ready."""

import json
import re
import signal

import pytest
from daemon import wait_until
from reviews import admission_review, scaled_object

GOOD = json.dumps(admission_review(scaled_object()))


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/healthz"])
def test_probes_say_ok(server, path):
    answer = server.plain(path)
    assert (answer.status, answer.text) == (200, "ok")
    assert server.plain(path, "HEAD").text == ""


def test_verbose_lists_the_checks(server):
    lines = server.plain("/readyz?verbose").text.splitlines()
    assert lines[-1] == "readyz check passed"
    assert {"[+]policy ok", "[+]certificate ok", "[+]listener ok", "[+]shutdown ok"} <= set(lines)
    assert server.plain("/livez?verbose").text.splitlines() == ["[+]ping ok", "livez check passed"]


def test_plain_pages_refuse_clearly(server):
    answer = server.plain("/readyz", "POST")
    assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD")
    assert server.plain("/").status == 404
    assert server.plain("/validate").status == 404


def test_ready_only_within_the_dates_of_the_certificate(serve, certificates, authority):
    authority.issue(ends=10).write(certificates)
    server = serve()
    assert server.plain("/readyz").status == 200
    answer = wait_until(lambda: (answer := server.plain("/readyz")).status == 503 and answer, "readiness to fail")
    assert re.match(r"\[-\]certificate failed: the certificate expired at 20\S+Z\n", answer.text)
    assert server.plain("/livez").status == 200

    renewed = authority.issue().write(certificates)
    wait_until(lambda: server.plain("/readyz").status == 200, "readiness to come back")
    assert server.served_serial() == renewed.serial


def test_expiry_is_logged_once(serve, certificates, authority):
    authority.issue(ends=8).write(certificates)
    server = serve()
    wait_until(lambda: server.plain("/readyz").status == 503, "the certificate to expire")
    for _ in range(3):
        server.signal(signal.SIGHUP)
    server.wait_for("files looked at", 1)
    server.wait_for("the certificate has expired: API servers refuse it from now on")
    assert len(server.entries("the certificate has expired: API servers refuse it from now on")) == 1


def test_not_ready_but_alive_while_draining(serve):
    server = serve("--shutdown-delay", "1h")
    server.exit_code = 128 + signal.SIGTERM
    server.signal()
    answer = wait_until(lambda: (answer := server.plain("/readyz")).status == 503 and answer, "readiness to fail")
    assert answer.text.startswith("[-]shutdown failed: ")
    assert server.plain("/livez").status == 200
    assert server.plain("/healthz").status == 200
    assert server.post(GOOD).status == 200
    server.signal()


def test_one_listener_serves_both_when_the_addresses_are_equal(server):
    assert server.serving["health"] == server.serving["metrics"]
    assert server.plain("/readyz").status == server.plain("/metrics").status == 200


def test_listeners_of_their_own(serve):
    server = serve("--metrics-bind-address", "localhost:0")
    assert server.serving["health"] != server.serving["metrics"]
    assert server.plain("/metrics", listener="health").status == 404
    assert server.plain("/readyz", listener="metrics").status == 404
    assert server.plain("/metrics", listener="metrics").status == 200


def test_0_turns_a_listener_off(serve):
    server = serve("--metrics-bind-address", "0", "--health-probe-bind-address", "0")
    assert (server.serving["health"], server.serving["metrics"]) == ("", "")
    assert server.post(GOOD).status == 200


def test_every_address_without_a_host(serve):
    server = serve("--health-probe-bind-address", ":0")
    port = server.serving["health"].rsplit(":", 1)[1]
    server.serving["health"] = f"127.0.0.1:{port}"
    assert server.plain("/readyz").status == 200


SAMPLE = re.compile(r'([a-z_]+)(\{([a-z_]+="[^"\\]*",?)*\})? (\S+)')


def families(text):
    """{family: (type, help, samples)} of a page in the text format; fails where it is not one."""
    found = {}
    for line in text.splitlines():
        word = line.split(" ", 3)
        if word[:2] == ["#", "HELP"]:
            found[word[2]] = [None, word[3], []]
        elif word[:2] == ["#", "TYPE"]:
            found[word[2]][0] = word[3]
        else:
            sample = SAMPLE.fullmatch(line)
            assert sample, line
            family = next(name for name in (sample[1], re.sub("_(bucket|sum|count)$", "", sample[1])) if name in found)
            found[family][2].append((sample[1] + (sample[2] or ""), float(sample[4])))
    return found


def test_metrics_are_well_formed(server):
    server.post(GOOD)
    answer = server.plain("/metrics", listener="metrics")
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    found = families(answer.text)
    for name, (kind, help_text, samples) in found.items():
        assert name.startswith("kedagate_") and help_text
        assert kind in ("counter", "gauge", "histogram")
        assert (kind == "counter") == name.endswith("_total")
        assert len({sample for sample, _ in samples}) == len(samples)
    assert {"kedagate_admission_requests_total", "kedagate_findings_total", "kedagate_admission_duration_seconds",
            "kedagate_http_responses_total", "kedagate_connections", "kedagate_certificate_not_after_seconds",
            "kedagate_certificate_reloads_total", "kedagate_policy_reloads_total", "kedagate_build_info"} <= set(found)


def test_metrics_count_reviews(server):
    for _ in range(3):
        server.post(GOOD)
    labels = {"kind": "ScaledObject", "operation": "CREATE", "verdict": "allow", "dry_run": "false"}
    assert server.metric("kedagate_admission_requests_total", **labels) == 3
    assert server.metric("kedagate_admission_duration_seconds_count") == 3
    assert server.metric("kedagate_http_responses_total", code="200") == 3
