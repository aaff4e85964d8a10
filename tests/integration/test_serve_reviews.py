"""Reviews as recorded from a kube-apiserver 1.35.4, answered over TLS."""

import json
import pathlib

import pytest

REVIEWS = pathlib.Path(__file__).resolve().parent / "reviews"

# file: why it was not judged, or the rules by which it is denied.
WANT = {
    "001-create-scaledobject-demo-ok": [],
    "002-update-scaledobject-demo-ok": [],
    "003-update-scaledobject-demo-ok-dryrun": [],
    "b-003-update-scaledobject-r2-ssa-upd": [],
    "b-006-update-scaledobject-r1-a": [],
    "b-007-update-scaledobject-status-r1-a": "subresource",
    "b-012-delete-scaledobject-r1-": "delete",
    "b-013-update-scaledobject-r1-repl": "deleting",
    "b-014-delete-scaledobject-r2--dryrun": "delete",
    "b-016-create-scaledobject-gen-mzrrx-g": [],
    "b-017-create-scaledobject-dev1-byuser": [],
    "b-018-create-scaledobject-imp1-impersonated": [],
    "b-019-create-scaledjob-job1-": [],
    "b-020-create-clustertriggerauthentication-cta1-": [],
    "b-021-create-triggerauthentication-ta1-": ["identity-id-missing"],
    "sa-user-create": [],
}


def recorded(name):
    return json.loads((REVIEWS / f"{name}.json").read_text(encoding="utf-8"))


def rules_of(response):
    causes = response.get("status", {}).get("details", {}).get("causes", [])
    return sorted({cause["message"].rsplit("[", 1)[1].rstrip("]") for cause in causes})


def check_envelope(review, answer):
    """What kube-apiserver asks of every answer (field names and rules of admission.k8s.io/v1)."""
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/json"
    document = answer.json()
    assert (document["apiVersion"], document["kind"]) == (review["apiVersion"], "AdmissionReview")
    assert set(document) == {"apiVersion", "kind", "response"}
    response = document["response"]
    assert response["uid"] == review["request"]["uid"]
    assert set(response) <= {"uid", "allowed", "status", "warnings", "auditAnnotations"}
    assert isinstance(response["allowed"], bool)
    for warning in response.get("warnings", []):
        assert warning.isprintable() and len(warning.encode()) <= 256
    return response


def test_every_recording_is_expected_to_be_something():
    assert {path.stem for path in REVIEWS.glob("*.json")} == set(WANT)


@pytest.mark.parametrize("version", ["admission.k8s.io/v1", "admission.k8s.io/v1beta1"])
def test_recorded_reviews(server, version):
    connection = server.connection()
    for name, want in WANT.items():
        review = {**recorded(name), "apiVersion": version}
        response = check_envelope(review, server.post(json.dumps(review), connection))
        skipped = response["auditAnnotations"].get("skipped")
        assert (want if isinstance(want, str) else None) == skipped, name
        rules = [] if isinstance(want, str) else want
        assert (response["allowed"], rules_of(response)) == (not rules, rules), name
    connection.close()


def break_triggers(manifest):
    for trigger in (manifest or {}).get("spec", {}).get("triggers", []):
        trigger["type"] = "no-such-scaler"


def test_the_same_with_a_broken_trigger(server):
    """What is judged is denied then; what must never be blocked is not."""
    judged = 0
    for name, want in WANT.items():
        review = recorded(name)
        break_triggers(review["request"]["object"])
        if isinstance(want, str):
            break_triggers(review["request"]["oldObject"])
        response = check_envelope(review, server.post(json.dumps(review)))
        if isinstance(want, str):
            assert response["allowed"] is True, name
        elif "triggers" in review["request"]["object"]["spec"]:
            judged += 1
            assert (response["allowed"], "trigger-type-unknown" in rules_of(response)) == (False, True), name
    assert judged == 10


def test_the_request_as_it_is_on_the_wire(server):
    head = (REVIEWS / "http1-request-head.txt").read_bytes()
    body = (REVIEWS / "001-create-scaledobject-demo-ok.json").read_bytes().ljust(2019)
    assert b"Content-Length: 2019\r\n" in head and len(body) == 2019
    connection = server.connection(server.context(alpn=("http/1.1",)))
    connection.connect()
    connection.sock.sendall(head + body)
    answer = b""
    while b"}}}" not in answer:
        answer += connection.sock.recv(4096)
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert recorded("001-create-scaledobject-demo-ok")["request"]["uid"].encode() in answer
    connection.close()


def test_dry_run_is_logged_and_counted_as_such(server):
    review = recorded("003-update-scaledobject-demo-ok-dryrun")
    server.review(review)
    assert server.wait_for("review")["dryRun"] is True
    labels = {"kind": "ScaledObject", "operation": "UPDATE", "verdict": "allow", "dry_run": "true"}
    assert server.metric("kedagate_admission_requests_total", **labels) == 1
