"""What people and programs read, compared with the files beside this one.

    make golden-update      write the files anew; read the difference before you commit it
"""

import os
import pathlib
import re

import pytest
from program import ROOT, run

HERE = pathlib.Path(__file__).resolve().parent
UPDATE = os.environ.get("KEDAGATE_GOLDEN_UPDATE")
COMMANDS = ("serve", "check", "audit", "rules", "explain", "scalers", "certs", "version")

# file name: (exit code, arguments)
OUTPUTS = {
    "help.txt": (0, ["help"]),
    **{f"help-{command}.txt": (0, [command, "--help"]) for command in COMMANDS},
    "help-certs-init.txt": (0, ["certs", "init", "--help"]),
    "help-certs-inspect.txt": (0, ["certs", "inspect", "--help"]),
    "certs-inspect.txt": (1, ["certs", "inspect", "certs/keda.yaml"]),
    "certs-inspect.json": (1, ["certs", "inspect", "certs/keda.yaml", "-o", "json"]),
    "rules.txt": (0, ["rules"]),
    "rules.json": (0, ["rules", "-o", "json"]),
    "explain-identity-id-missing.txt": (0, ["explain", "identity-id-missing"]),
    "explain-policy.txt": (0, ["explain", "--policy", "policy/policy.yaml", "ScaledObject/shop/orders", "parameter-unknown", "--labels",
                               "stage=production"]),
    "explain-policy.json": (0, ["explain", "--policy", "policy/policy.yaml", "so/shop/orders", "credentials-in-clear-text", "-o", "json"]),
    "scalers.txt": (0, ["scalers"]),
    "scalers.json": (0, ["scalers", "-o", "json"]),
    "scalers-postgresql.txt": (0, ["scalers", "postgresql"]),
    "scalers-diff.txt": (0, ["scalers", "--diff", "2.16", "2.20"]),
    "check.txt": (2, ["check", "-R", "input"]),
    "check.json": (2, ["check", "-R", "input", "-o", "json"]),
    "check-policy.txt": (2, ["check", "policy"]),
    "check-policy.json": (2, ["check", "policy", "-o", "json"]),
    "check-excused.txt": (0, ["check", "input/orders.yaml", "--policy", "policy/policy.yaml"]),
    "check-excused.json": (0, ["check", "input/orders.yaml", "--policy", "policy/policy.yaml", "-o", "json"]),
    "check-audit.txt": (0, ["check", "input/orders.yaml", "input/auth.yaml", "--mode", "audit", "--keda-version", "2.17.1"]),
    "check-upgrade.txt": (1, ["check", "upgrade", "--keda-version", "2.20", "--from-version", "2.16"]),
    "check-upgrade.json": (1, ["check", "upgrade", "--keda-version", "2.20", "--from-version", "2.16", "-o", "json"]),
}


def without_today(text):
    """What depends on the date of the run: the days since or until another."""
    return re.sub(r'\b\d+ days|(?<="daysLeft": )-?\d+', "N days", text)


@pytest.mark.parametrize("name", OUTPUTS)
def test_output(name):
    code, arguments = OUTPUTS[name]
    result = run(*arguments, cwd=HERE)
    assert result.returncode == code, result.stderr
    assert result.stderr == ""
    golden = HERE / name
    output = without_today(result.stdout) if name.startswith("certs-") else result.stdout
    if UPDATE:
        golden.write_text(output, encoding="utf-8")
    assert output == golden.read_text(encoding="utf-8")


def test_the_schema_of_the_policy_file_is_current():
    result = run("rules", "--policy-schema")
    committed = ROOT / "manifests" / "policy.schema.json"
    if UPDATE:
        committed.write_text(result.stdout, encoding="utf-8")
    assert result.stdout == committed.read_text(encoding="utf-8")


def test_every_golden_file_is_compared():
    there = {path.name for path in HERE.iterdir() if path.suffix in (".txt", ".json")}
    assert there == set(OUTPUTS)
