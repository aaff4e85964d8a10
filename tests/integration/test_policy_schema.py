"""The JSON schema of the policy file: editors and the program agree on what is right."""

import json

import jsonschema
import pytest
import yaml
from program import ROOT, run

SCHEMA = json.loads((ROOT / "manifests" / "policy.schema.json").read_text(encoding="utf-8"))
HEAD = "apiVersion: kedagate.io/v1\nkind: Policy\n"
EXEMPTION = "exemptions: [{rule: secret-inline, name: a, reason: r, %s}]\n"

GOOD = [
    "",
    "kedaVersion: auto\nprofile: restricted\nmode: warn\nratchet: false\n",
    "rules:\nscopes:\nexemptions:\n",
    "trustedHosts: [prometheus.shop, '*.example.com', 10.0.0.7]\n",
    "trustedHosts:\n",
    "rules: {secret-inline: warn, triggers-empty: off, replica-bounds: {action: audit, exemptible: false}}\n",
    "scopes: [{mode: audit}, {namespaces: [a, 'b-*'], kinds: [ScaledJob, 'Trigger*'], names: ['?'], labels: {x.io/y: 'Z_*', z: ''}, "
    "rules: {secret-inline: 'off'}}]\n",
    EXEMPTION % "expires: 2027-01-31",
    EXEMPTION % "expires: 2027-01-31T10:00:00+01:00",
    EXEMPTION % "kind: 'Scaled*', namespace: '*'",
]
BAD = [
    "modes: warn\n",
    "mode: deny\n",
    "profile: strict\n",
    "ratchet: maybe\n",
    "kedaVersion: latest\n",
    "trustedHosts: []\n",
    "trustedHosts: '*.example.com'\n",
    "trustedHosts: ['https://a.example']\n",
    "trustedHosts: [a.Example]\n",
    "rules: []\n",
    "rules: {secret-inlin: deny}\n",
    "rules: {secret-inline: block}\n",
    "rules: {secret-inline: true}\n",
    "rules: {secret-inline: {exemptible: false}}\n",
    "rules: {secret-inline: {action: deny, exemptable: false}}\n",
    "scopes: {}\n",
    "scopes: [{namespaces: [a]}]\n",
    "scopes: [{namespaces: [], mode: warn}]\n",
    "scopes: [{namespaces: , mode: warn}]\n",
    "scopes: [{namespace: [a], mode: warn}]\n",
    "scopes: [{namespaces: a, mode: warn}]\n",
    "scopes: [{names: ['a|b'], mode: warn}]\n",
    "scopes: [{kinds: [ScaleObject], mode: warn}]\n",
    "scopes: [{labels: {a: 5}, mode: warn}]\n",
    "scopes: [{labels: {}, mode: warn}]\n",
    "scopes: [{rules: {}}]\n",
    "scopes: [{rules: {secret-inline: {action: deny}}}]\n",
    "exemptions: [{rule: secret-inline, reason: r}]\n",
    "exemptions: [{rule: secret-inline, name: a}]\n",
    "exemptions: [{rule: secret-inline, name: a, reason: ' '}]\n",
    "exemptions: [{rule: secret-inline, name: '', reason: r}]\n",
    "exemptions: [{rule: '*', name: a, reason: r}]\n",
    "exemptions: [{name: a, reason: r}]\n",
    EXEMPTION % "expires: soon",
    EXEMPTION % "expires: 2027",
]


class Loader(yaml.SafeLoader):
    """YAML as editors and the API machinery read it: a date is a string."""


Loader.yaml_implicit_resolvers = {
    first: [row for row in rows if row[0] != "tag:yaml.org,2002:timestamp"]
    for first, rows in yaml.SafeLoader.yaml_implicit_resolvers.items()}


def schema_accepts(text):
    return jsonschema.Draft7Validator(SCHEMA).is_valid(yaml.load(text, Loader))


def program_accepts(text):
    result = run("check", "-", input=text)
    assert result.returncode in (0, 2), result.stderr
    return result.returncode == 0


def test_it_is_a_schema():
    jsonschema.Draft7Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("text", GOOD)
def test_what_is_right_is_right_for_both(text):
    assert program_accepts(HEAD + text)
    assert schema_accepts(HEAD + text)


@pytest.mark.parametrize("text", BAD)
def test_what_is_wrong_is_wrong_for_both(text):
    assert not program_accepts(HEAD + text)
    assert not schema_accepts(HEAD + text)


def test_the_head_must_be_there():
    for text in ("kind: Policy\n", "apiVersion: kedagate.io/v2\nkind: Policy\n"):
        assert not schema_accepts(text)


def test_the_sample_is_right_for_both():
    text = (ROOT / "manifests" / "samples" / "policy.yaml").read_text(encoding="utf-8")
    assert program_accepts(text)
    assert schema_accepts(text)


def test_every_key_says_what_it_is_for():
    for name, part in {"policy": SCHEMA, **{name: SCHEMA["definitions"][name] for name in ("rule", "scope", "exemption")}}.items():
        assert part["properties"], name
        for key, value in part["properties"].items():
            assert value["description"].endswith("."), (name, key)
