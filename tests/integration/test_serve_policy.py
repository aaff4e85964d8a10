"""The policy: profiles and modes as an API server sees them, and a file that is replaced while it is in use."""

import datetime
import json
import os
import signal
import time

import pytest
from daemon import wait_until
from reviews import BROKEN, admission_review, scaled_object

HEAD = "apiVersion: kedagate.io/v1\nkind: Policy\n"
ENFORCE = HEAD + "mode: enforce\n"
WARN = HEAD + "mode: warn\n"
BAD = HEAD + "nonsense: true\n"
EXEMPTION = HEAD + """exemptions:
  - rule: trigger-type-unknown
    namespace: shop
    name: "ord*"
    reason: the scaler is on its way
    expires: %s
"""
EXPIRED, EXPIRING = "an exemption has expired: it no longer counts", "an exemption is about to expire: what it excuses is a warning from now on"
RELOADED, REFUSED = "policy reloaded", "policy refused, the one in use stays"


def is_denied(server):
    return not server.review(admission_review(BROKEN))["allowed"]


@pytest.fixture
def policy(tmp_path):
    path = tmp_path / "policy.yaml"
    path.write_text(ENFORCE)
    return path


def replace(path, text):
    new = path.with_suffix(".new")
    new.write_text(text)
    os.replace(new, path)


def test_a_denial(server):
    response = server.review(admission_review(BROKEN))
    assert response["allowed"] is False
    status = response["status"]
    assert (status["code"], status["reason"]) == (403, "Forbidden")
    first, *rest = status["message"].split("\n")
    assert "ScaledObject shop/orders" in first and rest
    assert "[trigger-type-unknown]" in status["message"]
    assert any("spec.triggers[0].type" in cause["field"] for cause in status["details"]["causes"])


def test_a_good_object_is_allowed_in_silence(server):
    response = server.review(admission_review(scaled_object()))
    assert response["allowed"] is True
    assert not response.get("warnings")
    assert "status" not in response


def test_mode_warn_denies_nothing_and_shows_everything(serve):
    server = serve("--mode", "warn")
    response = server.review(admission_review(BROKEN))
    assert response["allowed"] is True
    assert any("trigger-type-unknown" in warning for warning in response["warnings"])
    assert server.serving["mode"] == "warn"
    review = server.wait_for("review")
    assert (review["verdict"], review["enforcedVerdict"]) == ("warn", "deny")


def test_mode_audit_shows_nothing_and_records_everything(serve):
    server = serve("--mode", "audit")
    response = server.review(admission_review(BROKEN))
    assert response["allowed"] is True
    assert not response.get("warnings")
    assert "trigger-type-unknown" in json.dumps(response["auditAnnotations"])
    assert "trigger-type-unknown" in server.wait_for("review")["rules"]
    assert server.metric("kedagate_findings_total", rule="trigger-type-unknown", action="audit") == 1


def test_flags_go_over_the_file(serve, policy):
    server = serve("--policy", policy, "--mode", "warn", "--profile", "restricted", "--keda-version", "2.17.1")
    assert {key: server.serving[key] for key in ("mode", "profile", "kedaVersion")} == {
        "mode": "warn", "profile": "restricted", "kedaVersion": "2.17.1"}
    assert not is_denied(server)


@pytest.mark.parametrize("put", [lambda path, text: path.write_text(text), replace], ids=["in place", "by rename"])
def test_good_then_bad_then_good(serve, policy, put):
    server = serve("--policy", policy)
    assert is_denied(server)

    put(policy, WARN)
    assert server.wait_for(RELOADED)["mode"] == "warn"
    assert not is_denied(server)

    put(policy, BAD)
    # In place, it is empty for a moment, which may be refused first.
    entry = wait_until(lambda: next((entry for entry in server.entries(REFUSED) if "nonsense" in entry["reason"]), None), "the refusal")
    assert (entry["line"], entry["file"]) == (3, str(policy))
    assert not is_denied(server)
    assert server.plain("/readyz").status == 200

    put(policy, ENFORCE)
    wait_until(lambda: is_denied(server), "the mended policy")
    assert server.metric("kedagate_policy_reloads_total", result="failure") >= 1
    wait_until(lambda: server.metric("kedagate_policy_reloads_total", result="success") >= 2, "both reloads to be counted")


def test_a_pipe_in_place_of_the_file_is_refused_and_holds_up_nothing(serve, policy):
    server = serve("--policy", policy)
    pipe = policy.with_suffix(".pipe")
    os.mkfifo(pipe)
    os.replace(pipe, policy)
    assert "a pipe or a device" in server.wait_for(REFUSED)["reason"]
    replace(policy, WARN)
    server.wait_for(RELOADED)


def in_shop(name):
    return scaled_object({"type": "no-such-scaler", "metadata": {}}, name=name)


def exemptions(server):
    return {state: server.metric("kedagate_exemptions", state=state) for state in ("active", "expiring", "expired")}


def test_a_scope_stages_enforcement_by_namespace(serve, policy):
    replace(policy, HEAD + "mode: audit\nscopes:\n  - namespaces: ['sho*']\n    mode: enforce\n")
    server = serve("--policy", policy)
    assert is_denied(server)
    elsewhere = scaled_object({"type": "no-such-scaler", "metadata": {}}, namespace="other")
    assert server.review(admission_review(elsewhere))["allowed"]

    replace(policy, HEAD + "scopes:\n  - namespaces: [shop]\n    rules: {trigger-type-unknown: warn}\n")
    server.wait_for(RELOADED)
    assert not is_denied(server)
    assert not server.review(admission_review(elsewhere))["allowed"]

    replace(policy, HEAD + "scopes:\n  - namespaces: []\n    mode: audit\n")
    entry = server.wait_for(REFUSED)
    assert (entry["line"], entry["column"]) == (4, 5)
    assert "scopes[0].namespaces" in entry["reason"]
    assert not is_denied(server)


def test_a_mode_on_the_command_line_goes_over_scopes(serve, policy):
    replace(policy, HEAD + "scopes:\n  - mode: enforce\n")
    server = serve("--policy", policy, "--mode", "warn")
    assert not is_denied(server)


def test_what_is_excused_is_allowed_in_silence_and_recorded(serve, policy):
    replace(policy, EXEMPTION % "2099-01-31")
    server = serve("--policy", policy)
    response = server.review(admission_review(BROKEN))
    assert response["allowed"] and not response.get("warnings")
    assert "excused trigger-type-unknown" in response["auditAnnotations"]["findings"]
    assert server.wait_for("review")["excused"] == ["trigger-type-unknown"]
    assert server.metric("kedagate_findings_total", rule="trigger-type-unknown", action="excused") == 1
    assert exemptions(server) == {"active": 1, "expiring": 0, "expired": 0}
    assert not server.review(admission_review(in_shop("bills")))["allowed"]


def test_an_exemption_warns_near_its_end_and_then_ends_by_itself(serve, policy):
    server = serve("--policy", policy)
    assert exemptions(server) == {"active": 0, "expiring": 0, "expired": 0}
    end = time.time() + 10
    expires = datetime.datetime.fromtimestamp(int(end), datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    replace(policy, EXEMPTION % expires)
    server.wait_for(RELOADED)
    response = server.review(admission_review(BROKEN))
    if time.time() < int(end):  # else the machine was too slow for this half
        assert response["allowed"]
        assert any(f"exempted until {expires} (the scaler is on its way)" in warning for warning in response["warnings"])
    server.wait_for(EXPIRING)

    wait_until(lambda: is_denied(server), "the end of the exemption")
    message = server.review(admission_review(BROKEN))["status"]["message"]
    assert f"its exemption expired on {expires}" in message
    server.signal(signal.SIGHUP)
    assert server.wait_for(EXPIRED)["line"] == 4
    assert exemptions(server) == {"active": 0, "expiring": 0, "expired": 1}
    server.signal(signal.SIGHUP)
    server.wait_for("files looked at", 2)
    assert len(server.entries(EXPIRED)) == len(server.entries(EXPIRING)) == 1


def test_a_thousand_exemptions_that_have_expired_do_not_flood_the_log(serve, policy):
    item = "  - {rule: trigger-type-unknown, name: x%d, reason: r, expires: 2020-01-01}\n"
    replace(policy, HEAD + "exemptions:\n" + "".join(item % number for number in range(1000)))
    server = serve("--policy", policy)
    assert len(server.entries(EXPIRED)) == 20
    assert server.entries("more exemptions have expired or are about to")[0]["count"] == 980
    assert exemptions(server)["expired"] == 1000
    assert is_denied(server)


def test_a_version_that_nobody_knows_is_doubted(serve, policy):
    replace(policy, HEAD + "kedaVersion: 2.25.0\n")
    server = serve("--policy", policy)
    assert "newer" in server.wait_for("unknown KEDA version")["reason"]
    replace(policy, HEAD + "kedaVersion: 2.20.2\n")
    server.wait_for(RELOADED)
    replace(policy, HEAD + "kedaVersion: 2.9.0\n")
    assert "older" in server.wait_for("unknown KEDA version", 2)["reason"]


def test_a_version_that_there_is_no_cluster_to_tell_is_unknown(serve, policy):
    server = serve("--policy", policy)
    replace(policy, HEAD + "kedaVersion: auto\n")
    assert server.wait_for(RELOADED)["kedaVersion"] == "unknown"
    assert "--keda-version" in server.wait_for("the KEDA version is unknown without a cluster: denials that depend on it are warnings")["advice"]


def test_a_mounted_config_map(serve, tmp_path):
    """policy.yaml -> ..data/policy.yaml, ..data -> ..<generation>."""
    mount = tmp_path / "config"
    for generation, text in (("..1", ENFORCE), ("..2", WARN)):
        (mount / generation).mkdir(parents=True)
        (mount / generation / "policy.yaml").write_text(text)
    (mount / "..data").symlink_to("..1")
    (mount / "policy.yaml").symlink_to("..data/policy.yaml")
    server = serve("--policy", mount / "policy.yaml")
    assert is_denied(server)
    (mount / "..data_tmp").symlink_to("..2")
    os.replace(mount / "..data_tmp", mount / "..data")
    wait_until(lambda: not is_denied(server), "the new policy")


def test_a_cause_is_logged_once_and_the_unchanged_file_is_not_reloaded(serve, policy):
    server = serve("--policy", policy)
    replace(policy, BAD)
    server.wait_for(REFUSED)
    policy.unlink()
    server.wait_for(REFUSED, 2)
    for count in range(1, 4):
        server.signal(signal.SIGHUP)
        server.wait_for("files looked at", count)
    time.sleep(0.3)
    assert len(server.entries(REFUSED)) == 2
    assert not server.entries(RELOADED)
    assert is_denied(server)
    replace(policy, WARN)
    server.wait_for(RELOADED)


def test_a_policy_that_is_there_again_unchanged_is_no_news(serve, policy):
    server = serve("--policy", policy)
    policy.unlink()
    server.wait_for(REFUSED)
    replace(policy, ENFORCE)
    server.signal(signal.SIGHUP)
    server.wait_for("files looked at")
    policy.unlink()
    # The same cause as before, but not without a time between in which all was well.
    server.wait_for(REFUSED, 2)
