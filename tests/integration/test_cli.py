"""The command line itself, and the commands that only print."""

import ipaddress
import json
import os
import stat
import subprocess

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID
from program import BINARY, run

COMMANDS = ("serve", "check", "audit", "rules", "explain", "scalers", "version", "certs")

# A command and an option of it, misspelt, with the right one.
MISSPELT = [
    (["serve"], "--secure-prt", "--secure-port"),
    (["check"], "--polcy", "--policy"),
    (["rules"], "--ouput", "--output"),
    (["explain"], "--hepl", "--help"),
    (["scalers"], "--outptu", "--output"),
    (["version"], "--outpt", "--output"),
    (["certs", "init"], "--directry", "--directory"),
]


def expect_usage_error(result, *words):
    assert (result.returncode, result.stdout) == (2, "")
    for word in words:
        assert word in result.stderr


# ---- help ----


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("form", [lambda c: [c, "--help"], lambda c: [c, "-h"], lambda c: ["help", c]], ids=["--help", "-h", "help"])
def test_each_command_has_help(command, form):
    result = run(*form(command))
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith(f"Usage: kedagate {command}")
    assert "Example:" in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 120


@pytest.mark.parametrize("arguments", [["help"], ["--help"], ["-h"], ["help", "help"]])
def test_help_lists_the_commands(arguments):
    result = run(*arguments)
    assert (result.returncode, result.stderr) == (0, "")
    for command in COMMANDS:
        assert f"\n  {command} " in result.stdout


def test_no_command_is_a_usage_error_that_shows_the_help():
    expect_usage_error(run(), "Usage: kedagate COMMAND")


def test_help_wins_over_missing_arguments():
    assert run("explain", "--help").returncode == 0


# ---- mistakes ----


def test_an_unknown_command_names_the_nearest():
    expect_usage_error(run("chekc"), 'unknown command "chekc"', 'did you mean "check"?')
    expect_usage_error(run("frobnicate"), 'unknown command "frobnicate"')
    expect_usage_error(run("help", "rulse"), 'did you mean "rules"?')
    expect_usage_error(run("certs", "make"), '"init"')
    expect_usage_error(run("certs"), '"init"')


@pytest.mark.parametrize("command, option, right", MISSPELT)
def test_an_unknown_option_names_the_nearest(command, option, right):
    expect_usage_error(run(*command, option), f"kedagate {' '.join(command)}: unknown option {option}; did you mean {right}?")


@pytest.mark.parametrize("command", [["rules", "x"], ["version", "x"], ["explain", "secret-inline", "x"], ["scalers", "cpu", "x"], ["certs", "init", "x"]])
def test_an_operand_too_many_is_a_usage_error(command):
    expect_usage_error(run(*command), 'unexpected argument "x"')


@pytest.mark.parametrize("command, word", [("check", "FILE|DIRECTORY|-..."), ("explain", "RULE")])
def test_a_missing_operand_is_a_usage_error(command, word):
    expect_usage_error(run(command), f"{word} is missing", f'Run "kedagate {command} --help"')


@pytest.mark.parametrize("arguments, message", [
    (["--policy", "p.yaml", "secret-inline"], "--policy needs an object and a rule: KIND/NAMESPACE/NAME RULE"),
    (["-o", "json", "secret-inline"], "--labels and --output need --policy"),
    (["--labels", "a=b", "secret-inline"], "--labels and --output need --policy"),
])
def test_what_explain_asks_for_comes_together(arguments, message):
    expect_usage_error(run("explain", *arguments), message)


def test_a_reason_is_one_line_and_says_nothing_to_the_terminal(tmp_path):
    policy = tmp_path / "policy.yaml"
    policy.write_text("apiVersion: kedagate.io/v1\nkind: Policy\nexemptions:\n"
                      '- {rule: secret-inline, name: orders, reason: "one\\ntwo \\x1b[31m", expires: 2099-01-31}\n')
    result = run("explain", "--policy", policy, "ScaledObject/shop/orders", "secret-inline")
    assert "until 2099-01-31: one?two ?[31m  <- decides\n" in result.stdout


@pytest.mark.parametrize("object_name, message", [
    ("ScaleObject/shop/orders", 'unknown kind "ScaleObject"; did you mean "ScaledObject"?'),
    ("Pod/shop/orders", "it must be one of KEDA's four"),
    ("ScaledObject/orders", "name the object as ScaledObject/NAMESPACE/NAME"),
    ("so/shop/orders/x", "name the object as ScaledObject/NAMESPACE/NAME"),
    ("so//orders", "name the object as ScaledObject/NAMESPACE/NAME"),
    ("cta/shop/orders", "name the object as ClusterTriggerAuthentication/NAME"),
    ("cta/", "name the object as ClusterTriggerAuthentication/NAME"),
])
def test_explain_says_how_an_object_is_named(object_name, message, tmp_path):
    policy = tmp_path / "policy.yaml"
    policy.write_text("apiVersion: kedagate.io/v1\nkind: Policy\n")
    result = run("explain", "--policy", policy, object_name, "secret-inline")
    assert result.returncode == 2
    assert message in result.stderr


@pytest.mark.parametrize("labels, action", [(["--labels", "team=a,tier=b"], "audit"), (["--labels", "team=a"], "deny"), ([], "deny")])
def test_explain_takes_labels(labels, action, tmp_path):
    policy = tmp_path / "policy.yaml"
    policy.write_text("apiVersion: kedagate.io/v1\nkind: Policy\nscopes:\n  - labels: {team: a, tier: b}\n    rules: {secret-inline: audit}\n")
    result = run("explain", "--policy", policy, "scaledobject/shop/orders", "secret-inline", "-o", "json", *labels)
    assert json.loads(result.stdout)["action"] == action


def test_output_that_cannot_be_written_is_an_error():
    for arguments in (["rules"], ["rules", "-o", "json"], ["version"], ["help"], ["check", "-"]):
        with open("/dev/full", "w", encoding="utf-8") as full:
            result = subprocess.run([BINARY, *arguments], stdout=full, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, timeout=60, check=False)
        assert result.returncode == 2, arguments
        assert b"No space left" in result.stderr, arguments


# ---- rules, explain ----


def rules():
    return json.loads(run("rules", "-o", "json").stdout)["rules"]


def test_rules_lists_each_rule_once_sorted():
    lines = run("rules").stdout.splitlines()
    assert lines[0].split() == ["RULE", "CATEGORY", "BASELINE", "TITLE"]
    ids = [line.split()[0] for line in lines[1:]]
    assert ids == sorted(set(ids))
    assert [rule["id"] for rule in rules()] == ids
    for rule, line in zip(rules(), lines[1:]):
        assert line.split(maxsplit=3) == [rule["id"], rule["category"], rule["actions"]["baseline"], rule["title"]]


def test_rules_know_their_actions_in_every_profile():
    rank = ["off", "audit", "warn", "deny"]
    for rule in rules():
        permissive, baseline, restricted = (rank.index(rule["actions"][profile]) for profile in ("permissive", "baseline", "restricted"))
        assert permissive <= baseline <= restricted
        assert rule["kinds"]


def test_every_rule_is_explained():
    for rule in rules():
        result = run("explain", rule["id"])
        assert result.returncode == 0
        head, blank, *text = result.stdout.splitlines()
        assert head.startswith(rule["id"] + " ") and rule["category"] in head
        assert blank == "" and text


def test_an_explanation_begins_with_rule_category_and_action():
    head = run("explain", "identity-id-missing").stdout.splitlines()[0]
    assert head.split(maxsplit=1) == ["identity-id-missing", "security, denied in baseline and restricted"]


def test_an_unknown_rule_names_the_nearest():
    expect_usage_error(run("explain", "identity-id-mising"), 'did you mean "identity-id-missing"?')
    expect_usage_error(run("explain", "zzz"), "kedagate rules")


# ---- scalers ----


def test_scalers_lists_types_with_their_releases():
    lines = {line.split()[0]: line.split()[1:] for line in run("scalers").stdout.splitlines()[1:]}
    assert lines["stan"][2] == "2.19.0"
    assert lines["temporal"][0] == "2.17.0"
    assert lines["cpu"] == ["-", "-", "-", "3"]
    assert int(lines["postgresql"][3]) > 5


def test_one_scaler_lists_its_parameters():
    lines = run("scalers", "postgresql").stdout.splitlines()
    assert lines[0] == "postgresql"
    table = lines[lines.index("") + 1 :]
    assert table[0].split() == ["PARAMETER", "TYPE", "NEED", "FROM", "KEDA", "DEFAULT"]
    assert any(line.startswith("sslmode ") for line in table)


def facts(*arguments):
    lines = run("scalers", *arguments).stdout.splitlines()
    return dict(line.strip().split(": ", 1) for line in lines[1 : lines.index("")])


def test_one_scaler_says_how_it_is_encrypted_and_who_it_signs_in_as():
    assert facts("kafka") == {
        "pod identities": "none; any other is ignored, unless the parameters ask for one",
        "encryption": "tls: enable turns TLS on. By default off: TLS is off unless tls is enable",
        "verification off": 'unsafeSsl: "true"',
    }
    assert facts("azure-servicebus")["encryption"] == "always"
    assert facts("azure-queue")["pod identities"].endswith("; KEDA refuses any other")
    assert facts("mongodb")["verification off"] == "tlsInsecure=true in connectionString, without tls: enable"
    assert facts("stan")["instead"] == "nats-jetstream"
    assert "verification off" not in facts("liiklus")
    [scaler] = json.loads(run("scalers", "kafka", "-o", "json").stdout)["scalers"]
    assert scaler["transport"] == {
        "encryption": "decided",
        "how": "tls: enable turns TLS on",
        "byDefault": "off",
        "because": "TLS is off unless tls is enable",
    }


def test_scalers_as_json_is_the_same_each_time_and_sorted():
    first, second = run("scalers", "-o", "json"), run("scalers", "-o", "json")
    assert first.stdout == second.stdout
    types = [scaler["type"] for scaler in json.loads(first.stdout)["scalers"]]
    assert types == sorted(set(types)) and len(types) > 70
    [one] = json.loads(run("scalers", "postgresql", "-o", "json").stdout)["scalers"]
    assert one in json.loads(first.stdout)["scalers"]


def test_an_unknown_type_names_the_nearest():
    expect_usage_error(run("scalers", "postgres"), 'did you mean "postgresql"?')


def test_scalers_as_markdown_are_tables():
    lines = run("scalers", "-o", "markdown").stdout.splitlines()
    assert lines[:2] == ["| TYPE | SINCE | DEPRECATED | REMOVED | PARAMETERS |", "|---|---|---|---|---|"]
    assert any(line.startswith("| stan | - | - | 2.19.0 |") for line in lines)
    lines = run("scalers", "mssql", "-o", "markdown").stdout.splitlines()
    assert lines[0] == "# mssql"
    assert any(line.startswith("- pod identities: azure-workload since 2.20.0") for line in lines)
    assert any(line.startswith("- encryption: ") for line in lines)
    assert "| PARAMETER | TYPE | NEED | FROM | KEDA | DEFAULT |" in lines
    assert any(line.startswith("| connectionString | string |") for line in lines)


def difference(*arguments):
    result = run("scalers", "--diff", *arguments)
    assert (result.returncode, result.stderr) == (0, "")
    return result.stdout


def test_a_difference_is_grouped_by_type():
    groups = {block.splitlines()[0]: block.splitlines()[1:] for block in difference("2.16", "2.20").split("\n\n")}
    assert groups["KEDA 2.16.0 to 2.20.0"] == []
    assert groups["stan"] == ["  trigger type removed in 2.19.0; instead: nats-jetstream"]
    assert groups["ibmmq"] == ["  parameter tls removed in 2.20.0, not read any more; instead: unsafeSsl"]
    assert "  parameter timeout: type now duration (was integer)" in groups["rabbitmq"]
    assert groups["mssql"] == ["  pod identity provider azure-workload supported in 2.20.0"]
    assert "cron" not in groups


@pytest.mark.parametrize("arguments", [["kafka", "2.17", "2.18"], ["2.17", "2.18.0", "kafka"]])
def test_the_difference_of_one_type(arguments):
    assert difference(*arguments) == ("KEDA 2.17.0 to 2.18.0\n\nkafka\n"
                                      "  parameter ensureEvenDistributionOfPartitions added in 2.18.0\n")


def test_what_is_known_only_of_later_releases_is_said():
    assert difference("mssql", "2.16", "2.17").splitlines()[-2:] == [
        "Read in KEDA's source only from a later release on than 2.16.0; changes before it may be missing:", "mssql (2.18.0)"]


@pytest.mark.parametrize("arguments", [["2.20", "2.20"], ["cron", "2.18", "2.20"]])
def test_no_difference_is_said(arguments):
    assert difference(*arguments).endswith("\n\nnothing changes\n")


def test_a_difference_as_json_and_markdown():
    document = json.loads(difference("2.16", "2.20", "-o", "json"))
    assert (document["kind"], document["from"], document["to"]) == ("ScalerDifference", "2.16.0", "2.20.0")
    changes = {scaler["type"]: scaler["changes"] for scaler in document["scalers"]}
    [change] = changes["ibmmq"]
    assert (change["change"], change["parameter"], change["version"], change["instead"]) == ("parameter-removed", "tls", "2.20.0", "unsafeSsl")
    assert {"change": "value-type-changed", "parameter": "timeout", "before": "integer", "after": "duration",
            "text": "parameter timeout: type now duration (was integer)"} in changes["rabbitmq"]
    assert {"type": "mssql", "readSince": "2.18.0"} in document["incomplete"]
    assert difference("stan", "2.18", "2.19", "-o", "markdown") == (
        "# KEDA 2.18.0 to 2.19.0\n\n## stan\n\n- trigger type removed in 2.19.0; instead: nats-jetstream\n")


@pytest.mark.parametrize("arguments", [[], ["2.16"], ["kafka"], ["2.20", "2.16"]])
def test_a_difference_takes_two_releases_the_older_first(arguments):
    expect_usage_error(run("scalers", "--diff", *arguments), "--diff takes two releases of KEDA, the older one first")


def test_a_difference_to_what_is_no_release_is_a_usage_error():
    expect_usage_error(run("scalers", "--diff", "2.16", "latest"), '"latest" is no KEDA version')
    expect_usage_error(run("scalers", "kafak", "--diff", "2.16", "2.20"), 'did you mean "kafka"?')


def test_a_release_beyond_the_facts_is_said():
    result = run("scalers", "--diff", "2.9", "2.10")
    assert result.returncode == 0 and "KEDA 2.9.0 is older than every release known here" in result.stderr


# ---- version ----


def test_version_names_the_libraries():
    document = json.loads(run("version", "-o", "json").stdout)
    assert set(document["libraries"]) == {"libmicrohttpd", "GnuTLS", "OpenSSL", "cJSON", "libyaml", "jansson", "libcurl"}
    assert all(document["libraries"].values())
    text = run("version").stdout
    assert text.startswith(f"kedagate {document['version']} ({document['commit']})\n")
    assert f"KEDA {document['keda']['oldest']} to {document['keda']['newest']}\n" in text
    for name, version in document["libraries"].items():
        assert [name, version] in [line.split() for line in text.splitlines()]


def test_the_usual_option_prints_the_version():
    assert run("--version").stdout == run("version").stdout


def test_the_kubectl_plugin_is_the_same_program(tmp_path):
    (tmp_path / "kubectl-kedagate").symlink_to(BINARY)
    result = run("rules", binary=tmp_path / "kubectl-kedagate")
    assert (result.returncode, result.stdout) == (0, run("rules").stdout)


# ---- certs init ----


def init(directory, *more):
    return run("certs", "init", "--directory", directory, "--name", "localhost", "--name", "127.0.0.1,::1", *more)


def certificate(path):
    return x509.load_pem_x509_certificate(path.read_bytes())


def test_certs_init_makes_an_authority_and_a_serving_pair(tmp_path):
    directory = tmp_path / "deep" / "certs"
    result = init(directory)
    assert (result.returncode, result.stderr) == (0, "")
    assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in directory.iterdir()} == {
        "ca.crt": 0o644,
        "ca.key": 0o600,
        "tls.crt": 0o644,
        "tls.key": 0o600,
    }
    authority, serving = certificate(directory / "ca.crt"), certificate(directory / "tls.crt")
    for one in (authority, serving):
        authority.public_key().verify(one.signature, one.tbs_certificate_bytes, ec.ECDSA(one.signature_hash_algorithm))
        assert one.public_key().curve.name == "secp256r1"
    basics = [one.extensions.get_extension_for_class(x509.BasicConstraints).value.ca for one in (authority, serving)]
    signs = [one.extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign for one in (authority, serving)]
    assert basics == signs == [True, False]
    names = serving.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["localhost"]
    assert names.get_values_for_type(x509.IPAddress) == [ipaddress.ip_address("127.0.0.1"), ipaddress.ip_address("::1")]
    assert ExtendedKeyUsageOID.SERVER_AUTH in serving.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert (days_of(authority), days_of(serving)) == (3650, 365)


def days_of(one):
    return (one.not_valid_after - one.not_valid_before).days


def test_certs_init_makes_certificates_that_last_as_long_as_told(tmp_path):
    init(tmp_path, "--serving-days", "7", "--authority-days", "30")
    assert (days_of(certificate(tmp_path / "ca.crt")), days_of(certificate(tmp_path / "tls.crt"))) == (30, 7)


def test_certs_init_replaces_only_when_told_to_and_keeps_the_authority(tmp_path):
    init(tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    result = init(tmp_path)
    expect_usage_error(result, "exists already")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    assert init(tmp_path, "--replace").returncode == 0
    after = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert [name for name in sorted(after) if after[name] != before[name]] == ["tls.crt", "tls.key"]


@pytest.mark.parametrize(
    "arguments, word",
    [
        (["--name", "localhost"], "--directory is missing"),
        (["--directory", "x"], "--name is missing"),
        (["--directory", "x", "--name", "a..b"], "a..b"),
        (["--directory", "x", "--name", "a", "--serving-days", "0"], "--serving-days"),
    ],
)
def test_certs_init_says_what_is_wrong(tmp_path, arguments, word):
    expect_usage_error(run("certs", "init", *arguments, cwd=tmp_path), word)
    assert not os.listdir(tmp_path)
