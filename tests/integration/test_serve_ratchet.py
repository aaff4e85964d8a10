"""The ratchet, as an API server and its users see it."""

import copy
import datetime

import pytest
from reviews import BROKEN, admission_review, scaled_object

POLICY = "apiVersion: kedagate.io/v1\nkind: Policy\n"
STORED = "(the stored object has it already)"


def changed(manifest, **metadata):
    manifest = copy.deepcopy(manifest)
    manifest["metadata"].update(metadata)
    return manifest


def update(server, stored, manifest, **request):
    return server.review(admission_review(manifest, "UPDATE", oldObject=stored, **request))


def prometheus(threshold, **more):
    return {"type": "prometheus", "metadata": {"serverAddress": "https://p", "query": "up", "threshold": threshold}, **more}


WORSE = scaled_object(triggers=[BROKEN["spec"]["triggers"][0], prometheus("many")])


@pytest.mark.parametrize("dry_run", [False, True])
def test_what_is_stored_already_is_a_warning_everywhere(server, dry_run):
    response = update(server, BROKEN, changed(BROKEN, labels={"team": "a"}), dryRun=dry_run)
    assert response["allowed"] is True
    assert [warning.endswith(f"[trigger-type-unknown] {STORED}") for warning in response["warnings"]] == [True]
    assert response["auditAnnotations"] == {"verdict": "warn", "findings": "stored trigger-type-unknown spec.triggers[0].type"}
    entry = server.wait_for("review")
    assert (entry["verdict"], entry["rules"], entry["stored"]) == ("warn", ["trigger-type-unknown"], ["trigger-type-unknown"])
    assert "enforcedVerdict" not in entry and "excused" not in entry
    assert server.metric("kedagate_findings_total", rule="trigger-type-unknown", action="warn") == 1
    assert server.metric("kedagate_admission_requests_total", kind="ScaledObject", operation="UPDATE", verdict="warn",
                         dry_run=str(dry_run).lower()) == 1


def test_what_an_update_adds_is_denied_and_nothing_else_is_named_in_the_denial(server):
    response = update(server, BROKEN, WORSE)
    assert response["allowed"] is False
    assert "1 problem\n" in response["status"]["message"]
    assert [cause["field"] for cause in response["status"]["details"]["causes"]] == ["spec.triggers[1].metadata.threshold"]
    assert [warning.endswith(STORED) for warning in response["warnings"]] == [True]
    entry = server.wait_for("review")
    assert (entry["verdict"], entry["rules"], entry["stored"]) == (
        "deny", ["trigger-type-unknown", "parameter-invalid"], ["trigger-type-unknown"])


def test_an_object_is_mended_step_by_step(server):
    half = scaled_object(triggers=[BROKEN["spec"]["triggers"][0], prometheus("5")])
    assert update(server, WORSE, half)["allowed"] is True
    good = scaled_object(prometheus("5"))
    assert update(server, half, good).get("warnings") is None
    assert update(server, good, half)["allowed"] is False


@pytest.mark.parametrize("stored", [None, [], "text", 7, {}, {"spec": []}, {"spec": {"triggers": [None, 5, {"type": {}}]}}])
def test_what_cannot_be_read_excuses_nothing_and_is_no_error(server, stored):
    assert update(server, stored, BROKEN)["allowed"] is False


def test_a_create_has_nothing_stored(server):
    assert server.review(admission_review(BROKEN, "CREATE", oldObject=BROKEN))["allowed"] is False


def test_what_is_never_judged_stays_so(server):
    fewer = changed(BROKEN, finalizers=[])
    answers = {
        "finalizers": update(server, changed(BROKEN, finalizers=["finalizer.keda.sh"]), fewer),
        "subresource": update(server, BROKEN, WORSE, subResource="status"),
        "deleting": update(server, BROKEN, changed(WORSE, deletionTimestamp="2026-11-22T10:00:00Z")),
        "delete": server.review(admission_review(BROKEN, "DELETE", object=None, oldObject=BROKEN)),
    }
    for reason, response in answers.items():
        assert (response["allowed"], response["auditAnnotations"].get("skipped")) == (True, reason)
        assert "warnings" not in response


def test_the_operator_can_add_its_finalizer(server):
    """KEDA's first write to an object that was stored before the webhook was there."""
    assert update(server, BROKEN, changed(BROKEN, finalizers=["finalizer.keda.sh"]))["allowed"] is True


def test_switched_off(serve, tmp_path):
    path = tmp_path / "policy.yaml"
    path.write_text(POLICY + "ratchet: false\n")
    assert update(serve("--policy", path), BROKEN, BROKEN)["allowed"] is False


def test_in_audit_mode_the_log_says_what_enforce_would_have_done(serve):
    server = serve("--mode", "audit")
    assert "warnings" not in update(server, BROKEN, BROKEN)
    assert update(server, BROKEN, WORSE)["auditAnnotations"]["enforced-verdict"] == "deny"
    first, second = (server.wait_for("review", count) for count in (1, 2))
    assert (first["verdict"], first["enforcedVerdict"], first["stored"]) == ("allow", "warn", ["trigger-type-unknown"])
    assert (second["verdict"], second["enforcedVerdict"]) == ("allow", "deny")


def test_a_move_to_where_the_policy_is_stricter_is_no_excuse(serve, tmp_path):
    path = tmp_path / "policy.yaml"
    path.write_text(POLICY + "rules: {trigger-type-unknown: warn}\nscopes:\n- labels: {tier: prod}\n  rules: {trigger-type-unknown: deny}\n")
    server = serve("--policy", path)
    prod = changed(BROKEN, labels={"tier": "prod"})
    assert update(server, BROKEN, BROKEN)["allowed"] is True
    assert update(server, BROKEN, prod)["allowed"] is False
    assert update(server, prod, prod)["allowed"] is True


def test_a_secret_in_the_stored_object_never_shows(server):
    def rabbit(password):
        return scaled_object({"type": "rabbitmq", "metadata": {"host": f"amqps://user:{password}@h", "queueName": "q"}})

    responses = [update(server, rabbit("hunter2canary"), rabbit("hunter2canary")), update(server, rabbit("hunter2canary"), rabbit("hunter3canary"))]
    assert [response["allowed"] for response in responses] == [True, False]
    assert "canary" not in str(responses) + str(server.lines)


def test_long_names_are_cut_in_the_log(server):
    server.review(admission_review(scaled_object(name="n" * 5000), user="ü" * 5000))
    entry = server.wait_for("review")
    assert entry["name"] == "n" * 256 + "..."
    assert entry["user"] == "ü" * 128 + "..."


def test_the_reason_of_an_exemption_stays_on_its_line(serve, tmp_path):
    path = tmp_path / "policy.yaml"
    soon = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=3)).date()
    path.write_text(POLICY + f"exemptions:\n- rule: trigger-type-unknown\n  namespace: shop\n  reason: |\n    one\n    {'more ' * 100}\n  expires: {soon}\n")
    response = serve("--policy", path).review(admission_review(BROKEN))
    assert response["allowed"] is True
    warning, = response["warnings"]
    assert warning.isprintable() and len(warning.encode()) <= 256
    assert f"[trigger-type-unknown] (exempted until {soon} (one" in warning
    assert response["auditAnnotations"]["findings"] == "excused trigger-type-unknown spec.triggers[0].type"
