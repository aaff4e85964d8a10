"""hack/scalers-drift, on a made-up schema and a made-up program that prints a table of scalers."""

import json
import os
import subprocess

import pytest
from program import BINARY, ROOT

SCRIPT = ROOT / "hack" / "scalers-drift"

# Each as the schema has it and as kedagate has it when they agree.
SCHEMA_HOST = {"name": "host", "type": "string", "default": "5", "allowedValue": ["a", "b"], "metadataVariableReadable": True}
OUR_HOST = {"name": "host", "from": ["metadata"], "type": "integer", "need": "optional", "default": "5.0", "values": ["b", "a"]}


def without(row, *names):
    return {name: value for name, value in row.items() if name not in names}


def schema(*parameters, kind="queue", **more):
    return {"kedaVersion": "2.20.2", "schemaVersion": 1, "scalers": [{"type": kind, "parameters": list(parameters)}], **more}


def table(*parameters, kind="queue", **more):
    return {"scalers": [{"type": kind, "parameters": list(parameters), **more}]}


@pytest.fixture
def drift(tmp_path):
    """Compare a schema with a table; the exit code, the lines but the last, and the last."""

    def compare(theirs, ours, known=(), *arguments):
        (tmp_path / "schema.json").write_text(json.dumps(theirs))
        (tmp_path / "known.json").write_text(json.dumps(known))
        (tmp_path / "table.json").write_text(json.dumps(ours))
        binary = tmp_path / "kedagate"
        binary.write_text(f"#!/bin/sh\n[ \"$*\" = 'scalers -o json' ] && exec cat '{tmp_path}/table.json'\n")
        binary.chmod(0o755)
        command = [SCRIPT, tmp_path / "schema.json", "--known", tmp_path / "known.json", *arguments]
        result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, env={**os.environ, "KEDAGATE": str(binary)})
        assert result.returncode in (0, 1), result.stderr
        *lines, last = result.stdout.splitlines()
        return result.returncode, [line.split(":")[0] for line in lines], last

    return compare


def test_no_difference(drift):
    code, lines, last = drift(schema(SCHEMA_HOST), table(OUR_HOST))
    assert (code, lines) == (0, [])
    assert last == "KEDA 2.20.2, 1 types: 0 differences, 0 known ones, 0 known ones without use"


OTHERWISE = [
    pytest.param("optional", without(SCHEMA_HOST, "default"), without(OUR_HOST, "default"), id="optional"),
    pytest.param("optional", SCHEMA_HOST, {**OUR_HOST, "need": "required"}, id="required"),
    pytest.param("default", {**SCHEMA_HOST, "default": "6"}, OUR_HOST, id="another default"),
    pytest.param("default", {**without(SCHEMA_HOST, "default"), "optional": True}, OUR_HOST, id="a default of ours alone"),
    pytest.param("allowedValue", {**SCHEMA_HOST, "allowedValue": ["a"]}, OUR_HOST, id="words"),
    pytest.param("allowedValue", without(SCHEMA_HOST, "allowedValue"), OUR_HOST, id="no words"),
    pytest.param("type", {**SCHEMA_HOST, "separator": ";"}, OUR_HOST, id="a list"),
    pytest.param("type", {**SCHEMA_HOST, "rangeSeparator": "-"}, {**OUR_HOST, "type": "list"}, id="ranges"),
    pytest.param("type", {**SCHEMA_HOST, "type": "boolean"}, OUR_HOST, id="a number"),
    pytest.param("metadataVariableReadable", without(SCHEMA_HOST, "metadataVariableReadable"), OUR_HOST, id="metadata"),
    pytest.param("envVariableReadable", {**SCHEMA_HOST, "envVariableReadable": True}, OUR_HOST, id="environment"),
    pytest.param("triggerAuthenticationVariableReadable", SCHEMA_HOST, {**OUR_HOST, "from": ["metadata", "authentication"]}, id="authentication"),
    pytest.param("deprecated", {**SCHEMA_HOST, "deprecated": "gone"}, OUR_HOST, id="deprecated"),
    pytest.param("deprecated", {**SCHEMA_HOST, "deprecated": "gone"}, {**OUR_HOST, "deprecated": "2.21.0"}, id="deprecated later"),
    pytest.param("deprecatedAnnounce", SCHEMA_HOST, {**OUR_HOST, "announced": "2.20.0"}, id="announced"),
]


@pytest.mark.parametrize("attribute, theirs, ours", OTHERWISE)
def test_each_attribute_that_differs_is_told(drift, attribute, theirs, ours):
    assert drift(schema(theirs), table(ours))[:2] == (1, [f"queue host {attribute}"])


def test_a_type_that_a_side_lacks_is_told(drift):
    assert drift(schema(SCHEMA_HOST, kind="a"), table(OUR_HOST, kind="b"))[:2] == (1, ["a - exists", "b - exists"])


def test_a_parameter_that_a_side_lacks_is_told(drift):
    code, lines, _ = drift(schema(SCHEMA_HOST, {**SCHEMA_HOST, "name": "port"}), table(OUR_HOST, {**OUR_HOST, "name": "path"}))
    assert (code, lines) == (1, ["queue path exists", "queue port exists"])


def test_other_names_of_a_parameter_count(drift):
    theirs = schema(SCHEMA_HOST, {**SCHEMA_HOST, "name": "server"}, {**SCHEMA_HOST, "name": "query.*"})
    assert drift(theirs, table({**OUR_HOST, "also": ["server"]}, {**OUR_HOST, "name": "query."}))[0] == 0


def test_rows_of_other_versions_do_not_count(drift):
    removed, future = {**OUR_HOST, "name": "old", "removed": "2.20.0"}, {**OUR_HOST, "name": "new", "since": "2.21.0"}
    ours = table(OUR_HOST, removed, future)
    assert drift(schema(SCHEMA_HOST), ours)[0] == 0
    assert drift(schema(SCHEMA_HOST), ours, [], "--keda-version", "2.21.0")[:2] == (1, ["queue new exists"])
    # Without a version the newest that is known is meant.
    assert drift(schema(SCHEMA_HOST, kedaVersion="main"), ours)[:2] == (1, ["queue new exists"])


def test_two_rows_of_a_name_are_compared_each_with_its_like(drift):
    inline = {"name": "token", "type": "string", "optional": True, "deprecated": "no", "metadataVariableReadable": True}
    behind = {"name": "token", "type": "string", "optional": True, "triggerAuthenticationVariableReadable": True}
    ours_inline = {"name": "token", "from": ["metadata"], "type": "string", "need": "optional", "deprecated": "2.20.0"}
    ours_behind = {"name": "token", "from": ["authentication"], "type": "string", "need": "optional"}
    assert drift(schema(inline, behind), table(ours_behind, ours_inline))[0] == 0
    code, lines, _ = drift(schema(behind), table(ours_behind, ours_inline))
    assert code == 1 and "queue token deprecated" in lines


OUR_REQUIRED_HOST = {**OUR_HOST, "need": "required"}
KNOWN = {"type": "queue", "parameter": "host", "attribute": "optional", "reason": "because"}


def test_a_known_difference_is_excused(drift):
    code, lines, last = drift(schema(SCHEMA_HOST), table(OUR_REQUIRED_HOST), [KNOWN])
    assert (code, lines) == (0, [])
    assert last.endswith(": 0 differences, 1 known ones, 0 known ones without use")


def test_a_known_difference_that_says_what_the_schema_says_excuses_nothing_else(drift):
    for stated, want in ((True, (0, [])), (False, (1, ["queue host optional", "queue host optional"]))):
        assert drift(schema(SCHEMA_HOST), table(OUR_REQUIRED_HOST), [{**KNOWN, "schema": stated}])[:2] == want


@pytest.mark.parametrize("entry", [KNOWN, {**KNOWN, "parameter": ["host"], "since": "2.20.0", "until": "2.21.0"}])
def test_a_known_difference_that_is_none_is_told(drift, entry):
    code, lines, last = drift(schema(SCHEMA_HOST), table(OUR_HOST), [entry])
    assert (code, lines) == (1, ["queue host optional"])
    assert last.endswith(": 0 differences, 0 known ones, 1 known ones without use")


def test_each_pair_of_a_list_must_be_of_use(drift):
    code, lines, _ = drift(schema(SCHEMA_HOST), table(OUR_REQUIRED_HOST), [{**KNOWN, "parameter": ["host", "port"]}])
    assert (code, lines) == (1, ["queue port optional"])


def test_a_known_difference_of_other_versions_neither_excuses_nor_counts_as_stale(drift):
    for versions in ({"until": "2.20.2"}, {"since": "2.21.0"}):
        assert drift(schema(SCHEMA_HOST), table(OUR_HOST), [{**KNOWN, **versions}])[0] == 0
        assert drift(schema(SCHEMA_HOST), table(OUR_REQUIRED_HOST), [{**KNOWN, **versions}])[:2] == (1, ["queue host optional"])


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"scalers": []}', '{"scalers": [{"type": "queue"}]}'])
def test_what_is_no_schema_is_no_comparison(tmp_path, text):
    path = tmp_path / "schema.json"
    path.write_text(text)
    result = subprocess.run([SCRIPT, path], capture_output=True, text=True, check=False, timeout=120, env={**os.environ, "KEDAGATE": str(BINARY)})
    assert (result.returncode, result.stdout) == (2, "")
    assert str(path) in result.stderr


@pytest.mark.parametrize("entry", [without(KNOWN, "reason"), {**KNOWN, "reason": " "}, {**KNOWN, "attribute": "optionl"}])
def test_a_known_difference_needs_a_reason_and_a_true_attribute(tmp_path, entry):
    (tmp_path / "schema.json").write_text(json.dumps(schema(SCHEMA_HOST)))
    (tmp_path / "known.json").write_text(json.dumps([entry]))
    command = [SCRIPT, tmp_path / "schema.json", "--known", tmp_path / "known.json"]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, env={**os.environ, "KEDAGATE": str(BINARY)})
    assert result.returncode == 2 and "known.json" in result.stderr


def test_the_known_differences_name_types_and_parameters_that_there_are():
    """So that a slip of the pen in the file does not wait for the next schema."""
    result = subprocess.run([BINARY, "scalers", "-o", "json"], capture_output=True, text=True, check=True, timeout=120)
    types = {scaler["type"]: scaler for scaler in json.loads(result.stdout)["scalers"]}
    for entry in json.loads((ROOT / "hack" / "scalers-drift-known.json").read_text()):
        for kind in [entry["type"]] if isinstance(entry["type"], str) else entry["type"]:
            names = {name for row in types[kind]["parameters"] for name in (row["name"], *row.get("also", []))} | {"-"}
            assert names >= ({entry["parameter"]} if isinstance(entry["parameter"], str) else set(entry["parameter"])), entry
