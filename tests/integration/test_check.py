"""kedagate check: what it reads, what it says, how it ends."""

import base64
import json
import os
import pty
import select

import pytest
from manifests import (
    CLIENT_ID,
    as_list,
    authentication,
    config_map,
    deployment,
    postgresql,
    queue,
    scaled_object,
    secret,
    shared_identity,
    to_yaml,
    trigger,
    write,
)
from program import BINARY, report, run

CANARY = "canary-s3cr3t-value"


def rules_of(document, name=None):
    """The rules that fired, on one object or on all."""
    return sorted({f["rule"] for r in document["results"] if name in (None, r["name"]) for f in r["findings"]})


def names_of(document):
    return [result["name"] for result in document["results"]]


# ---- exit codes ----


def test_nothing_denied_is_exit_0(tmp_path):
    result = run("check", write(tmp_path / "a.yaml", authentication()))
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == "1 resource in 1 file, KEDA 2.20.2 (newest known): 0 denied, 0 warned\n"


def test_something_denied_is_exit_1(tmp_path):
    result = run("check", write(tmp_path / "a.yaml", shared_identity()))
    assert result.returncode == 1
    assert "spec.podIdentity" in result.stdout
    assert "[identity-id-missing]" in result.stdout
    assert result.stdout.endswith("1 resource in 1 file, KEDA 2.20.2 (newest known): 1 denied, 0 warned\n")


def test_a_warning_alone_is_exit_0(tmp_path):
    document, code = report(write(tmp_path / "a.yaml", shared_identity()), "--mode", "warn")
    assert code == 0
    assert document["summary"] == {"objects": 1, "denied": 0, "warned": 1, "excused": 0, "errors": 0, "policies": 0}


def test_unreadable_input_is_exit_2_and_wins_over_denied_ones(tmp_path):
    document, code = report(tmp_path / "gone.yaml", write(tmp_path / "a.yaml", shared_identity()))
    assert code == 2
    assert document["summary"] == {"objects": 1, "denied": 1, "warned": 0, "excused": 0, "errors": 1, "policies": 0}
    assert document["errors"][0]["file"] == str(tmp_path / "gone.yaml")
    assert "No such file" in document["errors"][0]["message"]


def test_files_without_keda_objects_are_fine(tmp_path):
    document, code = report(write(tmp_path / "a.yaml", config_map("settings", {"a": "b"})))
    assert (code, document["summary"]["objects"]) == (0, 0)


def test_usage_errors_are_exit_2(tmp_path):
    path = write(tmp_path / "a.yaml", shared_identity())
    for arguments in ([], [path, "--mode", "soft"], [path, "--keda-version", "two"], [path, "-o", "xml"], [path, "--policy", tmp_path / "gone"]):
        result = run("check", *arguments)
        assert (result.returncode, result.stdout) == (2, ""), arguments
        assert result.stderr.startswith("kedagate check: "), arguments


# ---- unreadable input ----


def test_a_malformed_document_is_an_error_with_its_place_and_the_ones_before_it_count(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text(to_yaml(shared_identity()) + "---\nkind: [\n", encoding="utf-8")
    document, code = report(path)
    assert code == 2
    assert rules_of(document) == ["identity-id-missing"]
    [error] = document["errors"]
    assert error["file"] == str(path)
    assert error["line"] >= 9 and error["column"] >= 1
    assert error["message"]


@pytest.mark.parametrize(
    "name, text",
    [
        ("a.json", '{"apiVersion": "keda.sh/v1alpha1",'),
        ("a.yaml", "a: b\na: c\n"),
        ("a.yaml", "a: \xff\n"),
        ("a.yaml", "&a [*a]\n"),
        ("a.yaml", "[" * 1000),
        ("a.json", '{"a":' * 1000),
    ],
)
def test_what_is_not_yaml_or_json_is_an_error(tmp_path, name, text):
    (tmp_path / name).write_bytes(text.encode("latin-1"))
    document, code = report(tmp_path / name)
    assert (code, len(document["errors"])) == (2, 1)


def test_a_file_that_may_not_be_read_is_an_error(tmp_path):
    (tmp_path / "a.yaml").symlink_to(tmp_path / "gone.yaml")
    write(tmp_path / "b.yaml", shared_identity())
    document, code = report(tmp_path)
    assert code == 2
    assert [os.path.basename(error["file"]) for error in document["errors"]] == ["a.yaml"]
    assert names_of(document) == ["bus"]


@pytest.mark.parametrize("api_version, kind, field, hint", [
    ("keda.sh/v1alpha1", "ScaledObjct", "kind", "ScaledObject"),
    ("keda.sh/v1alpha1", "triggerauthentication", "kind", "TriggerAuthentication"),
    ("keda.sh/v1alpha1", "Scaler", "kind", ""),
    ("keda.sh/v1", "ScaledObject", "apiVersion", "keda.sh/v1alpha1"),
    ("keda.sh", "ScaledJob", "apiVersion", "keda.sh/v1alpha1"),
    ("kedash/v1alpha1", "ScaledObject", "apiVersion", "keda.sh/v1alpha1"),
    ("keda.k8s.io/v1alpha1", "ScaledObject", "apiVersion", "keda.sh/v1alpha1"),
    ("kedagate.io/v1", "policy", "kind", "kind: Policy"),
    ("kedagate.io/v1", "Polcy", "kind", "kind: Policy"),
    ("kedagat.io/v1", "Policy", "apiVersion", "apiVersion: kedagate.io/v1"),
])
def test_what_is_meant_for_keda_and_is_not_its_own_is_an_error(tmp_path, api_version, kind, field, hint):
    path = write(tmp_path / "a.yaml", {**authentication(), "apiVersion": api_version, "kind": kind})
    document, code = report(path)
    [error] = document["errors"]
    assert (code, hint in error["message"]) == (2, True)
    assert path.read_text(encoding="utf-8").splitlines()[error["line"] - 1].startswith(field)


@pytest.mark.parametrize("kind, hint", [("ScaledObject", "apiVersion: keda.sh/v1alpha1"), ("Policy", "apiVersion: kedagate.io/v1")])
@pytest.mark.parametrize("api_version", [{}, {"apiVersion": None}])
def test_what_has_no_api_version_is_an_error(tmp_path, api_version, kind, hint):
    document, code = report(write(tmp_path / "a.yaml", {"kind": kind, "metadata": {"name": "a"}, **api_version}))
    [error] = document["errors"]
    assert (code, hint in error["message"]) == (2, True)


@pytest.mark.parametrize("api_version, kind", [("keda.sh/v1alpha1", "KedaController"), ("http.keda.sh/v1alpha1", "HTTPScaledObject"),
                                               ("eventing.keda.sh/v1alpha1", "CloudEventSource"), ("example.com/v1", "ScaledObject"),
                                               ("kedagate.io/v1", "Report"), ("audit.k8s.io/v1", "Policy"), ("kyverno.io/v1", "Policy")])
def test_what_belongs_to_others_is_passed_over(tmp_path, api_version, kind):
    document, code = report(write(tmp_path / "a.yaml", {**authentication(), "apiVersion": api_version, "kind": kind}))
    assert (code, document["errors"], document["results"]) == (0, [], [])


def test_a_version_that_keda_does_not_serve_is_judged_all_the_same(tmp_path):
    document, code = report(write(tmp_path / "a.yaml", {**shared_identity(), "apiVersion": "keda.sh/v1"}))
    assert (code, rules_of(document)) == (2, ["identity-id-missing"])


def test_a_file_that_is_named_twice_is_judged_once(tmp_path, monkeypatch):
    path = write(tmp_path / "a.yaml", shared_identity())
    (tmp_path / "b.yaml").symlink_to(path)
    monkeypatch.chdir(tmp_path)
    document, code = report("a.yaml", "./a.yaml", path, tmp_path / "b.yaml", tmp_path)
    assert (code, document["errors"], [result["file"] for result in document["results"]]) == (1, [], ["a.yaml"])


def test_an_error_without_a_place_says_so(tmp_path):
    document, _ = report(tmp_path / "gone.yaml")
    assert (document["errors"][0]["line"], document["errors"][0]["column"]) == (None, None)


def test_an_object_needs_a_name_or_the_beginning_of_one(tmp_path):
    right = authentication()
    for metadata, want in (({}, ["metadata.name"]), ({"name": ""}, ["metadata.name"]), ({"generateName": "bus-"}, []), ({"name": "bus"}, [])):
        document, _ = report(write(tmp_path / "a.yaml", {**right, "metadata": metadata}))
        assert [finding["path"] for finding in document["results"][0]["findings"]] == want, metadata
    document, _ = report(write(tmp_path / "a.yaml", {**right, "metadata": {"name": 5}}))
    assert [finding["type"] for finding in document["results"][0]["findings"]] == ["FieldValueTypeInvalid"]


@pytest.mark.parametrize("version, words", [("2.25.0", "newer"), ("2.9.0", "older"), ("2.20.2", None), ("2.10.0", None)])
def test_a_version_that_nobody_knows_is_doubted(tmp_path, version, words):
    path = write(tmp_path / "a.yaml", authentication())
    policy = tmp_path / "policy"
    policy.write_text(f"apiVersion: kedagate.io/v1\nkind: Policy\nkedaVersion: {version}\n", encoding="utf-8")
    for option in (["--keda-version", version], ["--policy", policy]):
        result = run("check", path, *option)
        assert result.returncode == 0
        assert (words in result.stderr and version in result.stderr) if words else result.stderr == ""


def test_text_lists_errors_behind_the_findings(tmp_path):
    result = run("check", tmp_path / "gone.yaml", write(tmp_path / "a.yaml", shared_identity()))
    assert result.returncode == 2
    lines = result.stdout.splitlines()
    assert "[identity-id-missing]" in lines[0]
    assert any(line.startswith(str(tmp_path / "gone.yaml")) and " error " in line for line in lines)
    assert lines[-1].endswith(": 1 denied, 0 warned, 1 error")


# ---- files, directories, standard input ----


def test_a_directory_is_read_in_order_and_not_below(tmp_path):
    for name in ("c.json", "a.yaml", "b.yml", "below/d.yaml"):
        write(tmp_path / name, authentication(os.path.basename(name)[0]))
    (tmp_path / "notes.txt").write_text("not: [yaml", encoding="utf-8")
    document, code = report(tmp_path)
    assert code == 0
    assert names_of(document) == ["a", "b", "c"]


@pytest.mark.parametrize("option", ["-R", "--recursive"])
def test_recursion_goes_below(tmp_path, option):
    for name in ("c.yaml", "b/x.yaml", "a.yaml", "b/a/y.json"):
        write(tmp_path / name, authentication(os.path.basename(name)[0]))
    document, code = report(option, tmp_path)
    assert code == 0
    assert [os.path.relpath(r["file"], tmp_path) for r in document["results"]] == ["a.yaml", "b/a/y.json", "b/x.yaml", "c.yaml"]


def test_a_directory_without_manifests_is_an_error(tmp_path):
    write(tmp_path / "below" / "a.yaml", authentication())
    document, code = report(tmp_path)
    assert (code, document["summary"]["errors"]) == (2, 1)


def test_a_file_that_is_named_is_read_whatever_its_name(tmp_path):
    path = tmp_path / "manifest.txt"
    path.write_text(to_yaml(shared_identity()), encoding="utf-8")
    assert report(path)[1] == 1


@pytest.mark.parametrize("text", [to_yaml(shared_identity()), json.dumps(shared_identity())])
def test_dash_is_standard_input(text):
    document, code = report("-", input=text)
    assert code == 1
    assert document["results"][0]["file"] == "-"


def test_files_and_standard_input_make_one_world(tmp_path):
    path = write(tmp_path / "orders.yaml", scaled_object(queue()))
    document, code = report(path, "-", input=to_yaml(shared_identity()))
    assert code == 1
    [finding] = next(r for r in document["results"] if r["kind"] == "ScaledObject")["findings"]
    assert (finding["rule"], finding["path"]) == ("identity-id-missing", "spec.triggers[0].authenticationRef.name")


# ---- documents and positions ----


def test_documents_are_counted_empty_ones_too(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text("---\n" + to_yaml(authentication("a")) + "---\n---\n" + to_yaml(authentication("b")), encoding="utf-8")
    document, _ = report(path)
    assert [(r["name"], r["document"]) for r in document["results"]] == [("a", 0), ("b", 2)]
    assert [r["line"] for r in document["results"]] == [2, 12]


def test_items_of_a_list_have_the_position_of_the_list_as_document(tmp_path):
    path = write(tmp_path / "a.yaml", config_map("settings", {"a": "b"}), as_list(authentication("a"), shared_identity("b")))
    document, code = report(path)
    assert code == 1
    assert [(r["name"], r["document"]) for r in document["results"]] == [("a", 1), ("b", 1)]
    lines = path.read_text(encoding="utf-8").splitlines()
    line = document["results"][1]["findings"][0]["line"]
    assert "podIdentity" in lines[line - 1]
    assert line > document["results"][1]["line"] > document["results"][0]["line"]


@pytest.mark.parametrize("name", ["a.yaml", "a.json"])
def test_a_finding_stands_at_the_key_of_its_field(tmp_path, name):
    path = write(tmp_path / name, scaled_object(queue(queueLength="5")))
    document, _ = report(path)
    finding = next(f for f in document["results"][0]["findings"] if f["path"].endswith("queueLength"))
    line = path.read_text(encoding="utf-8").splitlines()[finding["line"] - 1]
    assert line[finding["column"] - 1 :].lstrip('"').startswith("queueLength")


def test_what_is_missing_stands_at_its_nearest_parent(tmp_path):
    path = write(tmp_path / "a.yaml", shared_identity())
    document, _ = report(path)
    [finding] = document["results"][0]["findings"]
    assert path.read_text(encoding="utf-8").splitlines()[finding["line"] - 1].strip().startswith("podIdentity")


def test_json_is_read_as_json_by_its_first_byte(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text("\n " + json.dumps(shared_identity()), encoding="utf-8")
    assert report(path)[1] == 1


# ---- namespaces ----


def test_objects_that_name_no_namespace_get_the_default(tmp_path):
    path = write(tmp_path / "a.yaml", authentication("a"), authentication("b", "shop"), authentication("c", kind="ClusterTriggerAuthentication"))
    assert [r["namespace"] for r in report(path)[0]["results"]] == ["default", "shop", None]
    assert [r["namespace"] for r in report(path, "-n", "team")[0]["results"]] == ["team", "shop", None]


def test_a_reference_resolves_within_its_namespace_only(tmp_path):
    path = write(tmp_path / "a.yaml", scaled_object(queue(), namespace="shop"), shared_identity(namespace="elsewhere"))
    assert "identity-id-missing" not in rules_of(report(path)[0], "orders")
    path = write(tmp_path / "b.yaml", scaled_object(queue(), namespace="shop"), shared_identity())
    assert "identity-id-missing" in rules_of(report(path, "--namespace", "shop")[0], "orders")


# ---- what Secrets, ConfigMaps and pod templates make known ----

CONNECTION = f"host=db.shop user=keda password={CANARY} dbname=orders sslmode=disable"


def by_secret(name="connection"):
    return authentication("db", secretTargetRef=[{"parameter": name, "name": "db", "key": "value"}])


def connection_string():
    return trigger("postgresql", "db", query="SELECT 1", targetQueryValue="5")


@pytest.mark.parametrize(
    "given", [{"data": {"value": base64.b64encode(CONNECTION.encode()).decode()}}, {"string_data": {"value": CONNECTION}}], ids=["data", "stringData"]
)
def test_a_secret_among_the_files_makes_its_value_known(tmp_path, given):
    objects = [scaled_object(connection_string()), by_secret()]
    assert rules_of(report(write(tmp_path / "without.yaml", *objects))[0]) == []
    path = write(tmp_path / "with.yaml", *objects, secret("db", **given))
    document, code = report(path)
    assert (code, rules_of(document)) == (1, ["credentials-in-clear-text"])
    assert CANARY not in json.dumps(document)


def test_a_config_map_and_the_environment_make_values_known(tmp_path):
    env = [{"name": "SSL", "valueFrom": {"configMapKeyRef": {"name": "settings", "key": "sslmode"}}}]
    objects = [scaled_object(postgresql("db", passwordFromEnv="PG"), namespace="shop"), by_secret("password") | {"metadata": {"name": "db", "namespace": "shop"}}]
    objects[0]["spec"]["triggers"][0]["metadata"].pop("sslmode")
    objects[1]["spec"] = {
        "secretTargetRef": [{"parameter": "password", "name": "db", "key": "value"}],
        "configMapTargetRef": [{"parameter": "sslmode", "name": "settings", "key": "sslmode"}],
    }
    path = write(tmp_path / "a.yaml", *objects, deployment("orders", env, "shop"), config_map("settings", {"sslmode": "disable"}, "shop"))
    assert "credentials-in-clear-text" in rules_of(report(path)[0])


# ---- secrets ----


def test_no_secret_is_ever_printed(tmp_path):
    """Secrets in every place where one may stand, in every format and mode."""
    encoded = base64.b64encode(CANARY.encode()).decode()
    path = write(
        tmp_path / "a.yaml",
        secret("db", data={"value": encoded}, string_data={"other": CANARY}),
        scaled_object(
            connection_string(),
            trigger("postgresql", connection=CONNECTION, query="SELECT 1", targetQueryValue="no number"),
            trigger("metrics-api", url=f"http://user:{CANARY}@metrics.shop/", valueLocation="a", targetValue="1", apiKey=CANARY, authMode="apiKey"),
            trigger("prometheus", serverAddress=f"http://user:{CANARY}@prometheus", query="up", threshold="1", bearerToken=CANARY, authModes="bearer"),
            trigger("rabbitmq", host=f"amqp://user:{CANARY}@rabbit:5672/vhost", queueName="a", mode="QueueLength", value="1"),
            trigger("azure-servicebus", queueName="a", connection=f"Endpoint=sb://a.servicebus.windows.net/;SharedAccessKeyName=a;SharedAccessKey={CANARY}"),
            trigger("temporal", endpoint="a.tmprl.cloud:7233", apiKey=CANARY, namespace="a", taskQueue="b"),
        ),
        by_secret(),
        authentication("vault", hashiCorpVault={"address": "http://vault", "authentication": "token", "credential": {"token": CANARY}, "secrets": []}),
    )
    for mode in ("enforce", "warn", "audit"):
        for form in ("text", "json"):
            result = run("check", path, "--mode", mode, "-o", form, "--keda-version", "2.17.1")
            assert "credentials-in-clear-text" in result.stdout
            assert "secret-inline" in result.stdout
            for hidden in (CANARY, encoded, CANARY[1:-1]):
                assert hidden not in result.stdout + result.stderr


# ---- policy ----


def policy(tmp_path, text):
    path = tmp_path / "policy.yaml"
    path.write_text("apiVersion: kedagate.io/v1\nkind: Policy\n" + text, encoding="utf-8")
    return path


def test_a_policy_decides_what_comes_of_a_finding(tmp_path):
    path = write(tmp_path / "a.yaml", shared_identity())
    document, code = report(path, "--policy", policy(tmp_path, "rules: {identity-id-missing: warn}\n"))
    assert (code, document["results"][0]["verdict"], document["results"][0]["findings"][0]["action"]) == (0, "warn", "warn")
    document, code = report(path, "--policy", policy(tmp_path, "rules: {identity-id-missing: off}\n"))
    assert (code, document["results"][0]["verdict"], document["results"][0]["findings"]) == (0, "allow", [])


def test_an_error_in_the_policy_names_line_and_column(tmp_path):
    path = write(tmp_path / "a.yaml", shared_identity())
    bad = policy(tmp_path, "rules:\n  identity-id-mising: warn\n")
    result = run("check", path, "--policy", bad)
    assert (result.returncode, result.stdout) == (2, "")
    assert str(bad) in result.stderr
    assert '"identity-id-missing"' in result.stderr
    assert "(line 4, column 3)" in result.stderr


def test_options_go_over_the_policy(tmp_path):
    path = write(tmp_path / "a.yaml", shared_identity())
    given = policy(tmp_path, "kedaVersion: 2.18.0\nmode: audit\nprofile: permissive\n")
    document, code = report(path, "--policy", given)
    assert (code, document["kedaVersion"], document["results"][0]["verdict"]) == (0, "2.18.0", "allow")
    document, code = report(path, "--policy", given, "--mode", "enforce", "--profile", "restricted", "--keda-version", "2.19.0")
    assert (code, document["kedaVersion"], document["results"][0]["verdict"]) == (1, "2.19.0", "deny")


def test_audit_findings_leave_the_verdict_at_allow(tmp_path):
    document, code = report(write(tmp_path / "a.yaml", shared_identity()), "--mode", "audit")
    assert code == 0
    assert document["results"][0]["verdict"] == "allow"
    assert document["results"][0]["findings"][0]["action"] == "audit"


def test_a_version_that_was_named_is_not_called_assumed(tmp_path):
    result = run("check", write(tmp_path / "a.yaml", authentication()), "--keda-version", "2.19.0")
    assert result.stdout == "1 resource in 1 file, KEDA 2.19.0: 0 denied, 0 warned\n"


# ---- an upgrade of KEDA ----


def outdated(name="outdated", **more):
    """Refused from 2.18 on, warned of in 2.17, taken before."""
    given = trigger("cpu", type="Utilization", value="50", **more)
    return scaled_object({**given, "metricType": "Utilization"}, name=name)


def unread(name="unread"):
    """Denied of a release whose parser is known, a warning before."""
    return scaled_object(trigger("aws-sqs-queue", queueURL="orders", awsRegion="eu-west-1", queueLength="a", identityOwner="operator"), name=name)


def upgrade(*paths, since="2.16", to="2.20", **more):
    return report(*paths, "--keda-version", to, "--from-version", since, **more)


def test_an_upgrade_is_told_what_it_breaks_and_nothing_else(tmp_path):
    path = write(tmp_path / "a.yaml", outdated(), shared_identity("broken"), authentication("fine"), outdated("worse", vlaue="1"))
    document, code = upgrade(path)
    assert code == 1
    assert (document["kedaVersion"], document["fromVersion"]) == ("2.20.0", "2.16.0")
    assert (document["summary"]["objects"], document["summary"]["denied"], document["summary"]["warned"]) == (4, 2, 0)
    found = {result["name"]: [(f["rule"], f["action"], f["new"]) for f in result["findings"]] for result in document["results"]}
    new = [("parameter-deprecated", "deny", True)]
    assert found == {"outdated": new, "broken": [], "fine": [], "worse": new}
    assert [result["verdict"] for result in document["results"]] == ["deny", "allow", "allow", "deny"]


def test_the_text_of_an_upgrade_counts_what_breaks(tmp_path):
    write(tmp_path / "a.yaml", outdated(), shared_identity("broken"))
    result = run("check", tmp_path, "--keda-version", "2.20", "--from-version", "2.16")
    assert result.returncode == 1
    assert "[parameter-deprecated]" in result.stdout
    assert "identity-id-missing" not in result.stdout
    assert result.stdout.endswith("\n1 of 2 resources would break with KEDA 2.20.0 for what works with 2.16.0\n")


def test_what_was_warned_of_and_is_denied_now_is_new(tmp_path):
    path = write(tmp_path / "a.yaml", outdated())
    assert rules_of(upgrade(path, since="2.17")[0]) == ["parameter-deprecated"]
    document, code = upgrade(path, since="2.18")
    assert (rules_of(document), code) == ([], 0)


def test_a_new_warning_is_told_and_breaks_nothing(tmp_path):
    path = write(tmp_path / "a.yaml", outdated())
    document, code = upgrade(path, to="2.17")
    assert (code, document["summary"]["denied"], document["summary"]["warned"]) == (0, 0, 1)
    assert "0 of 1 resource would break with KEDA 2.17.0 for what works with 2.16.0, 1 warned" in run(
        "check", path, "--keda-version", "2.17", "--from-version", "2.16").stdout


def test_what_the_older_release_perhaps_refused_may_break(tmp_path):
    path = write(tmp_path / "a.yaml", unread())
    document, code = upgrade(path)
    [finding] = [f for f in document["results"][0]["findings"] if f["action"] == "deny"]
    assert (code, finding["rule"], finding["new"]) == (1, "parameter-invalid", False)
    text = run("check", path, "--keda-version", "2.20", "--from-version", "2.16").stdout
    assert "not denied with KEDA 2.16.0, but found there too\n" in text
    assert text.endswith("\n0 of 1 resource would break with KEDA 2.20.0 for what works with 2.16.0, 1 may\n")


def test_a_value_that_both_refuse_in_other_words_is_not_told(tmp_path):
    path = write(tmp_path / "a.yaml", scaled_object(trigger("beanstalkd", server="shop:11300", tube="orders", value="1", timeout="-1")))
    messages = {f["message"] for to in ("2.16", "2.20") for f in report(path, "--keda-version", to)[0]["results"][0]["findings"] if "timeout" in f["path"]}
    assert len(messages) == 2
    document, _ = upgrade(path)
    assert [f["path"] for f in document["results"][0]["findings"] if "timeout" in f["path"]] == []


def test_an_upgrade_that_breaks_nothing_is_exit_0(tmp_path):
    document, code = upgrade(write(tmp_path / "a.yaml", shared_identity(), authentication("fine")))
    assert (code, rules_of(document)) == (0, [])


def test_unreadable_input_is_exit_2_in_an_upgrade_too(tmp_path):
    document, code = upgrade(write(tmp_path / "a.yaml", outdated()), tmp_path / "gone.yaml")
    assert (code, document["summary"]["denied"], document["summary"]["errors"]) == (2, 1, 1)


def test_the_policy_may_name_the_version_that_is_upgraded_to(tmp_path):
    path = write(tmp_path / "a.yaml", outdated())
    document, code = report(path, "--policy", policy(tmp_path, "kedaVersion: 2.20.0\n"), "--from-version", "2.16.0")
    assert (code, document["fromVersion"], rules_of(document)) == (1, "2.16.0", ["parameter-deprecated"])


@pytest.mark.parametrize("options, words", [
    (["--from-version", "2.16"], "add --keda-version"),
    (["--from-version", "2.16", "--keda-version", "auto"], "add --keda-version"),
    (["--from-version", "2.20.1", "--keda-version", "2.20"], "2.20.1 is newer than KEDA 2.20.0"),
    (["--from-version", "old", "--keda-version", "2.20"], "--from-version: \"old\" is no KEDA version"),
    (["--from-version", "auto", "--keda-version", "2.20"], "--from-version: \"auto\" is no KEDA version"),
])
def test_an_upgrade_needs_two_versions_the_older_one_first(tmp_path, options, words):
    result = run("check", write(tmp_path / "a.yaml", outdated()), *options)
    assert (result.returncode, result.stdout) == (2, "")
    assert words in result.stderr


def test_both_versions_of_an_upgrade_are_doubted(tmp_path):
    result = run("check", write(tmp_path / "a.yaml", authentication()), "--from-version", "2.9", "--keda-version", "2.25")
    assert result.returncode == 0
    assert "2.9.0 is older" in result.stderr and "2.25.0 is newer" in result.stderr


def test_a_report_that_is_of_no_upgrade_calls_nothing_new(tmp_path):
    document, _ = report(write(tmp_path / "a.yaml", outdated()), "--keda-version", "2.20")
    assert "fromVersion" not in document
    assert "new" not in document["results"][0]["findings"][0]


# ---- the report ----


def test_the_report_has_the_members_it_promises(tmp_path):
    path = write(tmp_path / "a.yaml", shared_identity(namespace="shop"))
    document, _ = report(path, tmp_path / "gone")
    assert list(document) == ["apiVersion", "kind", "kedaVersion", "summary", "errors", "policyWarnings", "results"]
    assert (document["apiVersion"], document["kind"]) == ("kedagate.io/v1", "Report")
    assert list(document["summary"]) == ["objects", "denied", "warned", "excused", "errors", "policies"]
    assert list(document["errors"][0]) == ["file", "line", "column", "message"]
    [result] = document["results"]
    assert list(result) == ["file", "line", "document", "kind", "namespace", "name", "verdict", "findings"]
    [finding] = result.pop("findings")
    assert result == {"file": str(path), "line": 1, "document": 0, "kind": "TriggerAuthentication", "namespace": "shop", "name": "bus", "verdict": "deny"}
    assert list(finding) == ["rule", "category", "action", "path", "line", "column", "type", "message", "fix"]
    assert (finding["category"], finding["action"], finding["type"]) == ("security", "deny", "FieldValueRequired")
    assert finding["message"].startswith("Required value")


# ---- colours ----


def on_a_terminal(*arguments, **env):
    """What the program prints when standard output is a terminal."""
    child, terminal = pty.fork()
    if child == 0:
        os.execve(BINARY, [BINARY, *map(str, arguments)], {**os.environ, "TERM": "xterm", **env})
    output = b""
    while select.select([terminal], [], [], 60)[0]:
        try:
            output += os.read(terminal, 65536)
        except OSError:
            break
    os.waitpid(child, 0)
    os.close(terminal)
    return output.decode()


def test_colours_are_for_terminals_only(tmp_path):
    path = write(tmp_path / "a.yaml", shared_identity())
    assert "\x1b[31" in on_a_terminal("check", path, NO_COLOR="")
    assert "\x1b" not in run("check", path).stdout


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"NO_COLOR": "", "TERM": "dumb"}])
def test_colours_can_be_declined(tmp_path, env):
    output = on_a_terminal("check", write(tmp_path / "a.yaml", shared_identity()), **env)
    assert "identity-id-missing" in output
    assert "\x1b" not in output


def test_a_hostile_manifest_cannot_reach_the_terminal(tmp_path):
    path = tmp_path / "a\x1b[2J.yaml"
    hostile = scaled_object(queue(**{"queue\x1b]0;x\x07Length\u202e": "5"}), name="a\x1b[31mb")
    hostile["metadata"]["annotations"] = {"autoscaling.keda.sh/paused": "\x1b[2J\n::error::"}
    path.write_text(json.dumps(hostile), encoding="utf-8")
    result = run("check", path)
    assert "[paused-not-boolean]" in result.stdout and "[parameter-unknown]" in result.stdout
    assert not any(ord(c) < 0x20 and c != "\n" or c in "\x7f\u202e" for c in result.stdout)
    assert "\n::error::" not in result.stdout


# ---- size ----


def test_thousands_of_files_are_one_run(tmp_path):
    for i in range(2000):
        write_fast(tmp_path / f"{i:04}.yaml", i)
    document, code = report(tmp_path)
    assert code == 1
    assert document["summary"] == {"objects": 2000, "denied": 200, "warned": 0, "excused": 0, "errors": 0, "policies": 0}


def write_fast(path, number):
    identity = "" if number % 10 == 0 else f"\n    identityId: {CLIENT_ID}"
    path.write_text(
        f"apiVersion: keda.sh/v1alpha1\nkind: TriggerAuthentication\nmetadata:\n  name: a{number}\nspec:\n  podIdentity:\n    provider: azure-workload{identity}\n",
        encoding="utf-8",
    )


@pytest.mark.parametrize("text, words", [
    ("---\nkind: ConfigMap\napiVersion: v1\n", "one document"),
    ("# " + "x" * (1 << 20) + "\n", "at most 1 MiB"),
], ids=["two documents", "too large"])
def test_a_file_that_serve_does_not_take_is_remarked_on(tmp_path, text, words):
    path = policy(tmp_path, text)
    result = run("check", path)
    assert result.returncode == 0
    assert f"{path}:2:1 " in result.stdout and words in result.stdout, result.stdout[:1000]
    assert words not in run("check", policy(tmp_path, "mode: warn\n")).stdout
