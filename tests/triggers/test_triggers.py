"""Every described scaler against a list of triggers: <type>.yaml, in the form that README.md describes."""

import collections
import functools
import json
import pathlib

import pytest
import yaml
from program import report, run
from triggers import NEWEST, manifests

HERE = pathlib.Path(__file__).resolve().parent
INPUTS = {"metadata", "auth", "env", "identity", "metric_type"}
OTHERS = {"name", "keda", "want"}
PREFIX = "spec.triggers[0]."

Case = collections.namedtuple("Case", "type number name keda inputs want")


def cases_of(path):
    for number, row in enumerate(yaml.safe_load(path.read_text(encoding="utf-8"))):
        assert set(row) <= INPUTS | OTHERS, f"{path.name}: {row}"
        yield Case(path.stem, number, row["name"], row.get("keda", NEWEST), {key: row[key] for key in INPUTS & set(row)}, row.get("want", []))


CASES = [case for path in sorted(HERE.glob("*.yaml")) for case in cases_of(path)]


def namespace_of(case):
    return f"{case.type}-{case.number}"


def described(finding, kind):
    """ "deny parameter-missing metadata"; what is found in the authentication begins with its kind."""
    path = finding["path"].removeprefix(PREFIX) if kind == "ScaledObject" else f"{kind}:{finding['path']}"
    return f"{finding['action']} {finding['rule']} {path}"


@pytest.fixture(scope="session")
def findings(tmp_path_factory):
    """Of each namespace, in order. One run a version judges all that is wanted of it."""

    @functools.cache
    def judge(version):
        path = tmp_path_factory.mktemp("triggers") / "list.json"
        items = [item for case in CASES if case.keda == version for item in manifests(case.type, namespace_of(case), **case.inputs)]
        path.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": items}), encoding="utf-8")
        document, _ = report(path, "--keda-version", version)
        assert document["errors"] == []
        found = collections.defaultdict(list)
        for result in document["results"]:
            found[result["namespace"]] += [described(finding, result["kind"]) for finding in result["findings"]]
        return found

    return judge


@pytest.mark.parametrize("case", [pytest.param(case, id=f"{case.type}: {case.name} ({case.keda})") for case in CASES])
def test_trigger(case, findings):
    assert sorted(findings(case.keda)[namespace_of(case)]) == sorted(case.want)


def test_names_are_unique():
    counts = collections.Counter((case.type, case.name, case.keda) for case in CASES)
    assert [key for key, count in counts.items() if count > 1] == []


DESCRIBED = [scaler["type"] for scaler in json.loads(run("scalers", "-o", "json").stdout)["scalers"] if scaler.get("parameters")]


@pytest.mark.parametrize("type_", DESCRIBED)
def test_described_scaler_is_covered(type_):
    """A trigger that is right, and one that KEDA refuses."""
    wants = [case.want for case in CASES if case.type == type_]
    assert [] in wants, "no trigger without a finding"
    assert any(line.startswith("deny ") for want in wants for line in want), "no trigger that is denied"


def test_files_are_described_scalers():
    assert {path.stem for path in HERE.glob("*.yaml")} == set(DESCRIBED)
