"""The case folders through `kedagate check` and, as AdmissionReviews over HTTPS, through `kedagate serve`.

README.md has the format. Findings are compared as (action, rule, path), the same ones both ways.
"""

import collections
import contextlib
import json
import pathlib
import re

import pytest
import yaml
from certificates import Authority
from daemon import Daemon
from program import report, run
from reviews import admission_review

HERE = pathlib.Path(__file__).resolve().parent
GROUP = "keda.sh/"
CLUSTER_KIND = "ClusterTriggerAuthentication"
OPERATOR = "keda-operator"
KINDS = {"ScaledObject", "ScaledJob", "TriggerAuthentication", CLUSTER_KIND}
MEMBERS = {"kedaVersion", "profile", "mode", "secrets", "wholeCluster", "objects"}

Judged = collections.namedtuple("Judged", "kind namespace name verdict findings")


class Loader(yaml.CSafeLoader):
    """YAML as the API machinery reads it has no dates."""

    yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
    }


def members(value):
    return value if isinstance(value, dict) else {}


def taken_apart(documents):
    for document in documents:
        if str(members(document).get("kind")).endswith("List") and "items" in document:
            yield from taken_apart(document["items"])
        elif isinstance(document, dict):
            yield document


class Case:
    def __init__(self, path):
        self.path = path
        self.rule, self.name = path.parent.name, path.name
        self.file = path / "object.yaml"
        self.want = json.loads((path / "want.json").read_text(encoding="utf-8"))
        self.options = ["--keda-version", self.want.get("kedaVersion", "2.20.2"), "--profile", self.want.get("profile", "baseline")]
        self.options += ["--mode", self.want.get("mode", "enforce")]

    def objects(self):
        return list(taken_apart(yaml.load_all(self.file.read_text(encoding="utf-8"), Loader)))

    def judged(self):
        return [m for m in self.objects() if m.get("kind") in KINDS and str(m.get("apiVersion")).startswith(GROUP)]

    def wanted(self):
        return [
            Judged(o["kind"], o.get("namespace"), o["name"], o["verdict"], [(f["action"], f["rule"], f["path"]) for f in o["findings"]])
            for o in self.want["objects"]
        ]

    def fires(self):
        return any(rule == self.rule for judged in self.wanted() for _, rule, _ in judged.findings)

    def compare(self, found):
        """An object that is not listed must be allowed without findings."""
        listed = {judged[:3] for judged in self.wanted()}
        assert [j for j in found if j[:3] in listed or j.findings or j.verdict != "allow"] == self.wanted()


CASES = [Case(path.parent) for path in sorted(HERE.glob("*/*/want.json"))]


# A program never takes files for the whole cluster.
OPEN = [case for case in CASES if not case.want.get("wholeCluster")]


def each(cases):
    return pytest.mark.parametrize("case", [pytest.param(case, id=f"{case.rule}/{case.name}") for case in cases])


# ---- kedagate check ----


@each(OPEN)
def test_check(case):
    document, code = report(case.file, *case.options)
    assert document["errors"] == []
    found = [
        Judged(r["kind"], r["namespace"], r["name"] or "", r["verdict"], [(f["action"], f["rule"], f["path"]) for f in r["findings"]])
        for r in document["results"]
    ]
    case.compare(found)
    assert code == int(any(judged.verdict == "deny" for judged in found))


# ---- kedagate serve ----


class Servers:
    """One server for all cases with the same settings, started when the first of them needs it.

    So that cases do not see each other's objects, each has namespaces of its own. What is cluster-wide cannot be kept apart: a case with
    such an object, or with KEDA's operator, has a server of its own. Few of them run at a time: each watches directories, and the kernel
    gives a user 128 watchers in all.
    """

    AT_A_TIME = 12

    def __init__(self, directory):
        self.directory = directory
        self.authority = Authority()
        self.authority.issue().write(directory)
        self.daemons = {}  # those that run, the last used one last
        self.worlds = {}
        self.groups = collections.defaultdict(list)
        for case in OPEN:
            self.groups[self.key(case)].append(case)

    @staticmethod
    def key(case):
        text = case.file.read_text(encoding="utf-8")
        own = f"{case.rule}/{case.name}" if CLUSTER_KIND in text or OPERATOR in text else ""
        return (*case.options, own)

    @staticmethod
    def placed(case, manifest):
        """The manifest in a namespace of the case's own, and that namespace."""
        if manifest.get("kind") == CLUSTER_KIND:
            return manifest, ""
        metadata = members(manifest.get("metadata"))
        namespace = f"{metadata.get('namespace') or 'default'}-{CASES.index(case)}"
        return {**manifest, "metadata": {**metadata, "namespace": namespace}}, namespace

    def world(self, key):
        """The directory of the objects that the cases of a key have."""
        if key not in self.worlds:
            world = self.worlds[key] = self.directory / f"world-{len(self.worlds)}"
            world.mkdir()
            for member in self.groups[key]:
                objects = [self.placed(member, manifest)[0] for manifest in member.objects()]
                (world / f"{CASES.index(member)}.json").write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": objects}), encoding="utf-8")
        return self.worlds[key]

    def daemon(self, case):
        key = self.key(case)
        daemon = self.daemons.pop(key, None)
        if daemon is None:
            if len(self.daemons) == self.AT_A_TIME:
                self.daemons.pop(next(iter(self.daemons))).stop()
            daemon = Daemon(self.directory, self.authority, "--objects", self.world(key), *case.options)
        self.daemons[key] = daemon
        return daemon

    def ask(self, case, manifest, **request):
        """The answer to a review of the manifest, and the findings in it."""
        placed, namespace = self.placed(case, manifest)
        name = members(manifest.get("metadata")).get("name", "")
        review = admission_review({**placed, "metadata": placed.get("metadata", {})}, namespace=namespace, name=name, **request)
        answer = self.daemon(case).review(review)
        findings = findings_of(answer)
        compare_with_annotations(answer, findings)
        return answer, findings

    def review(self, case, manifest):
        answer, findings = self.ask(case, manifest)
        _, namespace = self.placed(case, manifest)
        name = members(manifest.get("metadata")).get("name", "")
        original = None if not namespace else namespace.rsplit("-", 1)[0]
        return Judged(manifest["kind"], original, name, answer["auditAnnotations"]["verdict"], findings)

    def stop(self):
        with contextlib.ExitStack() as stack:  # each of them, also when one has not ended as it should
            for daemon in self.daemons.values():
                stack.callback(daemon.stop)


def findings_of(answer):
    """(action, rule, path) of each, from the annotation that names them all."""
    text = answer["auditAnnotations"].get("findings", "")
    return [tuple(entry.split(" ", 2)) for entry in re.split(r"; (?=(?:deny|warn|audit|stored) )", text) if entry]


def compare_with_annotations(answer, findings):
    """What the user sees agrees with what the audit log says."""
    denied = [(rule, path) for action, rule, path in findings if action == "deny"]
    warned = [rule for action, rule, _ in findings if action in ("warn", "stored")]
    causes = answer.get("status", {}).get("details", {}).get("causes", [])
    assert answer["allowed"] == (not denied) == (answer["auditAnnotations"]["verdict"] != "deny")
    assert [(re.search(r"\[([a-z0-9-]+)\]$", cause["message"])[1], cause["field"]) for cause in causes] == denied
    warnings = [re.search(r"\[([a-z0-9-]+)\](?: \(.*\))?$", warning)[1] for warning in answer.get("warnings", [])]
    assert sorted(warnings) == sorted(warned)


@pytest.fixture(scope="session")
def servers(tmp_path_factory):
    servers = Servers(tmp_path_factory.mktemp("servers"))
    yield servers
    servers.stop()


SERVED = [case for case in OPEN if not case.want.get("secrets")]


@each(SERVED)
def test_https(case, servers):
    case.compare([servers.review(case, manifest) for manifest in case.judged()])


# In a milder mode "stored" stands for what would be denied in mode enforce: tests/unit/policy/test_ratchet.c.
@each([case for case in SERVED if "mode" not in case.want])
def test_an_update_that_changes_nothing_is_never_denied(case, servers):
    """Whatever is stored: each denial becomes a warning, and what was a warning is none the worse."""
    for manifest in case.judged():
        _, created = servers.ask(case, manifest)
        answer, updated = servers.ask(case, manifest, operation="UPDATE", oldObject=servers.placed(case, manifest)[0])
        assert answer["allowed"] is True
        assert updated == [("stored" if action == "deny" else action, rule, path) for action, rule, path in created]


@each(SERVED)
def test_an_update_of_something_else_is_judged_as_a_new_object(case, servers):
    """Nothing of what is stored can be read, so that nothing is excused."""
    for manifest in case.judged():
        _, created = servers.ask(case, manifest)
        _, updated = servers.ask(case, manifest, operation="UPDATE", oldObject={"spec": "none"})
        assert updated == created


# ---- the folders ----


def rules():
    return [rule["id"] for rule in json.loads(run("rules", "-o", "json").stdout)["rules"]]


@pytest.mark.parametrize("rule", rules())
def test_rule_is_covered(rule):
    """A case in which it fires, a near miss, and an explanation."""
    cases = [case for case in CASES if case.rule == rule]
    assert any(case.fires() for case in cases), "no case in which it fires"
    assert any(not case.fires() for case in cases), "no case in which it stays silent"
    assert len(run("explain", rule).stdout.splitlines()) > 4


def test_folders_are_cases_of_rules():
    assert {path.name for path in HERE.iterdir() if path.is_dir() and path.name != "__pycache__"} <= set(rules())
    folders = [path for path in HERE.glob("*/*") if path.parent.name != "__pycache__"]
    assert sorted(case.path for case in CASES) == sorted(folders)
    for case in CASES:
        assert {path.name for path in case.path.iterdir()} == {"object.yaml", "want.json"}, case.path
        assert set(case.want) <= MEMBERS and "objects" in case.want, case.path


def test_the_table_of_kedas_checks_names_cases():
    """PARITY.md: a row names at least one rule, and every folder in it is there."""
    rows = [row for row in (HERE / "PARITY.md").read_text(encoding="utf-8").splitlines() if row.startswith("| ")][1:]
    assert len(rows) > 15
    for row in rows:
        rule = None
        names = re.findall(r"`([a-z0-9./*-]+)`", row)
        for name in names:
            rule = name.partition("/")[0] if "/" in name else rule
            path = HERE / name.replace("/*", "") if "/" in name else HERE / rule / name
            assert path.is_dir(), row
        assert names, row
