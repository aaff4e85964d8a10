"""A server that looks at a cluster: what it concludes from what it sees, and from what it does not."""

import json
import re
import signal
import subprocess
import threading
import time

import apiserver
import pytest
from apiserver import ApiServer, cut, garbage, hang, refuse, slow, unused_port
from daemon import serve_command, wait_until
from reviews import admission_review, scaled_object

RESOURCES = {"TriggerAuthentication": "triggerauthentications", "Deployment": "deployments", "ScaledObject": "scaledobjects",
             "ServiceAccount": "serviceaccounts"}
METADATA = {"query": "select 1", "targetQueryValue": "1", "host": "db", "port": "5432", "userName": "u", "dbName": "d", "sslmode": "require"}
# What there is to say of it depends on an object that the cluster has or has not.
REFERRING = scaled_object({"type": "postgresql", "metadata": METADATA, "authenticationRef": {"name": "db"}})
NOT_FOUND = "authentication-not-found"


def keda(kind, name, spec, namespace="shop"):
    return {"apiVersion": "keda.sh/v1alpha1", "kind": kind, "metadata": {"name": name, "namespace": namespace}, "spec": spec}


def authentication(name="db", parameter="password"):
    return keda("TriggerAuthentication", name, {"secretTargetRef": [{"parameter": parameter, "name": "s", "key": "k"}]})


def operator(tag, name="keda-operator", namespace="keda"):
    container = {"name": "keda-operator", "image": f"ghcr.io/kedacore/keda:{tag}"}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name, "namespace": namespace},
            "spec": {"template": {"spec": {"containers": [container]}}}}


@pytest.fixture
def api():
    with ApiServer() as started:
        yield started


@pytest.fixture
def look(serve, api, tmp_path):
    """look() starts a server that looks at the cluster of `api`."""
    return lambda *arguments, **more: serve("--kubeconfig", api.kubeconfig(tmp_path, **more), *arguments)


def is_ready(server):
    return server.plain("/readyz").status == 200


def sees(server, kind="TriggerAuthentication"):
    return server.metric("kedagate_cluster_synced", resource=RESOURCES[kind]) == 1


def wait_for_sync(server, kind="TriggerAuthentication"):
    wait_until(lambda: sees(server, kind), f"{kind} to be seen")


def rules(server, manifest=REFERRING):
    """The rules that have something to say."""
    annotations = server.review(admission_review(manifest))["auditAnnotations"]
    return set(re.findall(r"\b(?:deny|warn|audit) ([a-z-]+) ", annotations.get("findings", "")))


def failures(server, reason, kind="TriggerAuthentication"):
    return server.metric("kedagate_cluster_request_failures_total", resource=RESOURCES[kind], reason=reason)


def wait_for_failure(server, reason, kind="TriggerAuthentication", count=1):
    wait_until(lambda: failures(server, reason, kind) >= count, f"a failure: {reason}")


def wait_for_loss(server):
    """A failure is counted a moment before what comes of it shows."""
    wait_until(lambda: not sees(server), "the authentications not to be seen any more")


def objects(server, kind="TriggerAuthentication"):
    return server.metric("kedagate_cluster_objects", resource=RESOURCES[kind])


def lists(server, kind="TriggerAuthentication"):
    return server.metric("kedagate_cluster_lists_total", resource=RESOURCES[kind])


# What is seen.


def test_readiness_waits_for_the_first_sync(api, look):
    released = threading.Event()
    api.fault("TriggerAuthentication", slow(60, released))
    server = look()
    alone = "[-]cluster failed: not seen: triggerauthentications\n"
    wait_until(lambda: alone in server.plain("/readyz").text, "the others to be seen")
    assert server.plain("/readyz").status == 503
    assert server.plain("/livez").status == 200
    assert NOT_FOUND not in rules(server)
    released.set()
    wait_until(lambda: is_ready(server), "readiness")
    assert "[+]cluster ok\n" in server.plain("/readyz?verbose").text
    assert NOT_FOUND in rules(server)


def test_what_is_created_and_deleted_is_seen(api, look):
    server = look()
    wait_for_sync(server)
    assert NOT_FOUND in rules(server)
    api.put(authentication())
    wait_until(lambda: NOT_FOUND not in rules(server), "the authentication to be seen")
    api.delete(authentication())
    wait_until(lambda: NOT_FOUND in rules(server), "its end to be seen")


def test_what_an_authentication_gives_is_seen(api, look):
    queue = scaled_object({"type": "rabbitmq", "metadata": {"queueName": "q", "mode": "QueueLength", "value": "1", "protocol": "amqp"},
                           "authenticationRef": {"name": "db"}})
    api.put(authentication(parameter="other"))
    server = look()
    wait_for_sync(server)
    assert "parameter-missing" in rules(server, queue)
    api.put(authentication(parameter="host"))
    wait_until(lambda: "parameter-missing" not in rules(server, queue), "the change to be seen")


def test_many_pages_are_seen(api, look):
    api.put(*(authentication(f"a-{number}") for number in range(1100)))
    server = look()
    wait_for_sync(server)
    wait_until(lambda: objects(server) == 1100, "all of them to be counted")
    assert [query.get("continue") is not None for query in api.asked("TriggerAuthentication")][:3] == [False, True, True]
    assert "auditAnnotations" in server.review(admission_review(scaled_object(
        {"type": "postgresql", "metadata": METADATA, "authenticationRef": {"name": "a-1099"}})))


def test_a_kind_that_is_not_installed_is_waited_for_by_nobody(api, look):
    del api.collections[apiserver.PATHS["TriggerAuthentication"]]
    server = look()
    wait_until(lambda: is_ready(server), "readiness")
    assert not sees(server)
    assert NOT_FOUND not in rules(server)
    assert "[+]cluster ok: not seen: triggerauthentications\n" in server.plain("/readyz?verbose").text
    assert server.wait_for("the cluster is seen")["notSeen"] == ["triggerauthentications"]


def test_what_has_no_deployments_is_no_api_server(api, look):
    del api.collections[apiserver.PATHS["Deployment"]]
    server = look()
    assert "other than an API server" in server.wait_for("cluster request failed")["advice"]


def test_a_kind_that_rbac_refuses_is_unseen_and_told_once(api, look):
    api.put(authentication())
    api.fault_always("TriggerAuthentication", refuse(403))
    server = look()
    wait_until(lambda: is_ready(server), "readiness")
    assert NOT_FOUND not in rules(server)
    wait_for_failure(server, "forbidden", count=2)
    entries = [entry for entry in server.entries("cluster request failed") if entry["resource"] == "triggerauthentications"]
    assert [(entry["reason"], entry["status"]) for entry in entries] == [("forbidden", 403)]
    assert "ClusterRole" in entries[0]["advice"]
    api.heal()
    wait_for_sync(server)


@pytest.mark.parametrize("is_insecure", [True, False])
def test_an_api_server_that_is_not_verified_is_warned_of_once(look, is_insecure):
    server = look(**({"certificate_authority": None, "insecure_skip_tls_verify": True} if is_insecure else {}))
    wait_for_sync(server)
    entries = server.entries("the API server's certificate is not verified")
    assert len(entries) == is_insecure
    if is_insecure:
        assert (entries[0]["level"], "insecure-skip-tls-verify" in entries[0]["reason"]) == ("warn", True)
        assert "certificate-authority" in entries[0]["advice"]


def test_the_version_of_the_operator_is_that_of_reviews(api, look):
    old = scaled_object({"type": "solarwinds", "metadata": {"host": "https://x", "targetValue": "1", "query": "q"}})
    api.put(operator("2.15.0"))
    server = look("--keda-version", "auto")
    wait_until(lambda: is_ready(server), "readiness")
    assert server.serving["kedaVersion"] == "auto"
    assert server.wait_for("the cluster is seen")["kedaVersion"] == "2.15.0"
    before = server.review(admission_review(old))
    api.put(operator("2.20.2"))
    wait_until(lambda: server.review(admission_review(old))["auditAnnotations"] != before["auditAnnotations"], "the upgrade to be seen")


def test_a_policy_that_is_reloaded_leaves_the_version_to_the_operator(look, tmp_path):
    policy = tmp_path / "policy.yaml"
    text = "apiVersion: kedagate.io/v1\nkind: Policy\nkedaVersion: auto\nmode: {}\n"
    policy.write_text(text.format("enforce"))
    server = look("--policy", policy)
    policy.write_text(text.format("warn"))
    assert server.wait_for("policy reloaded")["kedaVersion"] == "auto"


def test_a_version_that_changes_is_in_the_log(api, look):
    server = look("--keda-version", "auto")
    assert server.wait_for("the cluster is seen")["kedaVersion"] == "unknown"
    api.put(operator("2.20.2"))

    def told():
        server.signal(signal.SIGHUP)
        return server.entries("KEDA's version has changed")
    entry, = wait_until(told, "the version")
    assert (entry["kedaVersion"], entry["before"], entry["kedaNamespace"]) == ("2.20.2", "unknown", "keda")


def test_the_operator_may_be_said_to_be_elsewhere(api, look):
    api.put(operator("2.20.2"))
    api.put(operator("2.15.0", namespace="platform"))
    server = look("--keda-version", "auto", "--keda-namespace", "platform")
    seen = server.wait_for("the cluster is seen")
    assert (seen["kedaVersion"], seen["kedaNamespace"]) == ("2.15.0", "platform")


def test_an_operator_without_a_version_leaves_it_unknown(api, look):
    api.put(operator("latest"))
    server = look("--keda-version", "auto")
    assert server.wait_for("the cluster is seen")["kedaVersion"] == "unknown"


# What goes wrong while it starts.


@pytest.mark.parametrize("act, reason", [
    (refuse(500), "server"),
    (refuse(429, Retry_After=1), "throttled"),
    (refuse(401), "unauthorized"),
    (refuse(302), "status"),
    (garbage(), "garbage"),
    (garbage('{"kind":"List","metadata":{},"items":[]}'), "garbage"),
    (cut(40), "connection"),
], ids=["500", "429", "401", "302", "html", "no-version", "cut"])
def test_a_list_that_fails_is_tried_again(api, look, act, reason):
    api.put(authentication())
    api.fault("TriggerAuthentication", act)
    server = look()
    wait_for_failure(server, reason)
    wait_for_sync(server)
    assert NOT_FOUND not in rules(server)
    wait_until(lambda: is_ready(server), "readiness")


def test_a_pause_that_the_server_asks_for_is_kept(api, look):
    times = []

    def act(handler):
        times.append(time.monotonic())
        return len(times) > 1 or refuse(429, Retry_After=4)(handler)

    api.fault_always("TriggerAuthentication", act)
    wait_for_sync(look())
    assert times[1] - times[0] > 3.9


def test_an_api_server_that_comes_late_is_found(serve, authority, tmp_path):
    port = unused_port()
    api = ApiServer(port=port)
    server = serve("--kubeconfig", api.kubeconfig(tmp_path))
    wait_for_failure(server, "connection")
    assert server.plain("/readyz").status == 503
    assert NOT_FOUND not in rules(server)
    with api:
        wait_for_sync(server)
        assert NOT_FOUND in rules(server)


# What goes wrong later.


@pytest.mark.parametrize("data, reason", [
    (b"garbage\n", "garbage"),
    (b'{"type":"ADDED","object":{"metadata":{}}}\n', "garbage"),
    (json.dumps({"type": "ERROR", "object": apiserver.status_document(410, "too old")}).encode() + b"\n", "expired"),
    (json.dumps({"type": "ERROR", "object": apiserver.status_document(500, "oh")}).encode() + b"\n", "server"),
], ids=["garbage", "no-version", "410", "500"])
def test_a_watch_that_brings_nonsense_is_recovered_from(api, look, data, reason):
    api.put(authentication())
    server = look()
    wait_for_sync(server)
    api.send_raw("TriggerAuthentication", data)
    wait_for_failure(server, reason)
    assert NOT_FOUND not in rules(server)
    wait_for_sync(server)
    api.delete(authentication())
    wait_until(lambda: NOT_FOUND in rules(server), "the end of the authentication to be seen")


def test_a_line_that_is_cut_is_taken_up_again(api, look):
    api.put(authentication())
    server = look()
    wait_for_sync(server)
    event = json.dumps({"type": "DELETED", "object": authentication()}).encode()
    api.send_raw("TriggerAuthentication", event[:50])
    api.cut_watches()
    wait_for_failure(server, "connection")
    assert NOT_FOUND not in rules(server)
    wait_for_sync(server)
    assert (NOT_FOUND not in rules(server), lists(server)) == (True, 1)


def test_a_version_that_is_forgotten_is_listed_anew(api, look):
    api.put(authentication())
    server = look()
    wait_for_sync(server)
    with api.changed:
        del api.collections[apiserver.PATHS["TriggerAuthentication"]][("shop", "db")]  # and no event says so
    api.forget()
    api.cut_watches()
    wait_until(lambda: lists(server) >= 2, "a second list")
    wait_until(lambda: NOT_FOUND in rules(server), "the end of the authentication to be seen")


def test_while_a_watch_is_away_nothing_is_absent(api, look):
    server = look()
    wait_until(lambda: is_ready(server), "readiness")
    wait_for_sync(server)
    assert NOT_FOUND in rules(server)
    api.fault_always("TriggerAuthentication", refuse(503))
    api.cut_watches()
    wait_for_failure(server, "server")
    wait_for_loss(server)
    api.put(authentication())
    assert NOT_FOUND not in rules(server)
    assert is_ready(server)
    api.heal()
    wait_for_sync(server)
    assert NOT_FOUND not in rules(server)


def test_a_token_that_is_renewed_is_used(api, serve, tmp_path):
    token = tmp_path / "token"
    token.write_text("first")
    api.tokens = {"first"}
    server = serve("--kubeconfig", api.kubeconfig(tmp_path, token))
    wait_for_sync(server)
    api.tokens = {"second"}
    api.cut_watches()
    wait_for_failure(server, "unauthorized")
    wait_for_loss(server)
    assert NOT_FOUND not in rules(server)
    token.write_text("second")
    wait_for_sync(server)
    assert NOT_FOUND in rules(server)


def test_what_may_come_with_the_same_apply_is_not_missing(api, look):
    """A ScaledObject may be there before its authentication, and before the variable in its Deployment."""
    api.put({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "orders", "namespace": "shop"},
             "spec": {"template": {"spec": {"containers": [{"name": "main", "env": [{"name": "OLD", "value": "x"}]}]}}}})
    server = look()
    wait_until(lambda: is_ready(server), "readiness")
    queue = {"queueName": "q", "mode": "QueueLength", "value": "5"}
    early = scaled_object({"type": "rabbitmq", "metadata": queue, "authenticationRef": {"name": "later"}})
    assert rules(server, early) == {NOT_FOUND}
    renamed = scaled_object({"type": "rabbitmq", "metadata": {**queue, "hostFromEnv": "NEW"}})
    assert rules(server, renamed) == {"variable-not-found"}


def test_an_api_server_that_is_killed_and_comes_back(serve, authority, tmp_path):
    port = unused_port()
    first = ApiServer(authority, port=port)
    server = serve("--kubeconfig", first.kubeconfig(tmp_path))
    with first:
        first.put(authentication())
        wait_for_sync(server)
    wait_for_failure(server, "connection")
    wait_for_loss(server)
    assert NOT_FOUND not in rules(server)
    other = scaled_object({"type": "postgresql", "metadata": METADATA, "authenticationRef": {"name": "other"}})
    wait_until(lambda: rules(server, other) == set(), "the end of every watch")
    with ApiServer(authority, port=port) as second:
        second.version = 5000
        second.oldest = 5000
        wait_until(lambda: lists(server) >= 2, "a list of the new server")
        wait_for_sync(server)
        assert NOT_FOUND in rules(server)


def test_reviews_are_answered_while_everything_goes_wrong(api, look):
    server = look()
    wait_until(lambda: is_ready(server), "readiness")
    wait_for_sync(server)
    over = time.monotonic() + 6
    while time.monotonic() < over:
        api.put(authentication())
        api.cut_watches()
        api.fault("TriggerAuthentication", refuse(500), cut(10), garbage(), refuse(429, Retry_After=1))
        # It has been there since the first turn: never absent, whatever else is known.
        wait_until(lambda: objects(server) == 1 or not sees(server), "the authentication to be seen, or nothing")
        assert NOT_FOUND not in rules(server)
    api.heal()
    api.delete(authentication())
    wait_until(lambda: NOT_FOUND in rules(server), "recovery", 150)


def test_a_review_without_room_to_look_at_others_is_told_to_come_again(api, look):
    neighbour = scaled_object(name="neighbour")
    neighbour["spec"]["advanced"] = {"horizontalPodAutoscalerConfig": {"behavior": {"unknown": [{"a": 1}] * 20_000}}}
    api.put(neighbour)
    server = look("--max-inflight-bytes", "16Mi")
    wait_for_sync(server, "ScaledObject")
    assert "workload-shared" in rules(server, scaled_object())
    # Bodies of others that never end take what the neighbour would be read into, not what the review itself needs.
    size, held = 450_000, []
    while len(held) < 32:
        connection = server.connection()
        connection.putrequest("POST", "/validate")
        connection.putheader("Content-Type", "application/json")
        connection.putheader("Content-Length", str(size + 1))
        connection.endheaders()
        connection.send(b" " * size)
        held.append(connection)
    wait_until(lambda: server.metric("kedagate_inflight_bytes") >= len(held) * size, "bodies held")
    answer = server.post(json.dumps(admission_review(scaled_object())))
    assert (answer.status, answer.headers["Retry-After"]) == (503, "1")
    for connection in held:
        connection.close()
    wait_until(lambda: server.metric("kedagate_inflight_bytes") < size, "room")
    assert "workload-shared" in rules(server, scaled_object())


def test_a_token_that_expires_under_load_makes_nothing_absent(api, serve, tmp_path):
    token = tmp_path / "token"
    token.write_text("first")
    api.tokens = {"first"}
    api.put(authentication())
    server = serve("--kubeconfig", api.kubeconfig(tmp_path, token))
    wait_for_sync(server)
    over, called_absent = threading.Event(), []

    def ask():
        while not over.is_set():
            called_absent.append(NOT_FOUND in rules(server))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        for turn, name in enumerate(["second", "third"], 1):
            api.tokens = {name}
            api.cut_watches()
            wait_for_failure(server, "unauthorized", count=turn)
            token.write_text(name)
            wait_for_sync(server)
        wait_until(lambda: len(called_absent) > 100, "a hundred reviews")
    finally:
        over.set()
        for thread in threads:
            thread.join()
    assert not any(called_absent)
    api.delete(authentication())
    wait_until(lambda: NOT_FOUND in rules(server), "recovery")


def test_a_server_stops_while_it_waits(api, look):
    for kind in apiserver.PATHS:
        api.fault_always(kind, hang)
    server = look()
    began = time.monotonic()
    server.stop()
    assert time.monotonic() - began < 20


# What is refused.


@pytest.mark.parametrize("arguments, message", [
    (["--cluster"], "KUBERNETES_SERVICE_HOST"),
    (["--cluster", "--kubeconfig", "x"], "--kubeconfig"),
    (["--objects", ".", "--kubeconfig", "x"], "--objects"),
    (["--keda-namespace", "keda"], "--keda-namespace is of a cluster"),
    (["--kubeconfig", "no-such-file"], "no-such-file"),
], ids=["no-pod", "both", "objects", "no-cluster", "no-file"])
def test_a_cluster_that_cannot_be_had_is_refused(certificates, arguments, message):
    result = subprocess.run(serve_command(certificates, *arguments), capture_output=True, text=True, check=False, timeout=60)
    line = json.loads(result.stderr.splitlines()[-1])
    assert (result.returncode, line["msg"]) == (1, "cannot start")
    assert message in line["reason"]
