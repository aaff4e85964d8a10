"""manifests: what they say is what the program does; every overlay builds."""

import base64
import copy
import os
import re
import shutil
import subprocess

import kustomize
import pytest
import yaml
from daemon import JSON
from program import BINARY, ROOT, run
from reviews import BROKEN, admission_review

MANIFESTS = ROOT / "manifests"
README = (MANIFESTS / "README.md").read_text(encoding="utf-8")
NAME = "kedagate.kedagate.svc"
MIB = 1 << 20
# What README.md asks for beside --max-inflight-bytes and the view of the cluster.
PROCESS_MIB = 64
# src/cli/serve.c: how long what is in flight may take after the shutdown delay.
GRACE_SECONDS = 20
KINDS = {"scaledobjects", "scaledjobs", "triggerauthentications", "clustertriggerauthentications"}
READ = {("keda.sh", kind) for kind in KINDS} | {("autoscaling", "horizontalpodautoscalers"), ("apps", "deployments"), ("apps", "statefulsets"),
                                                 ("", "limitranges"), ("", "serviceaccounts")}
# The kustomization that manifests/README.md proposes, and one with a component that no overlay has.
OWN, CLIENTS = "../own", "../clients"
OVERLAYS = ("base", "overlays/audit", "overlays/warn", "overlays/cert-manager", "overlays/self-signed", OWN, CLIENTS)

WITH_CLIENTS = """apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources: [../manifests/base]
components: [../manifests/components/client-certificates]
"""


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """The manifests, and certs/prod beside them, made by the command that README.md names."""
    directory = tmp_path_factory.mktemp("tree")
    shutil.copytree(MANIFESTS, directory / "manifests")
    (directory / "certs").mkdir()
    [command] = set(re.findall(r"kedagate (certs init --directory certs/prod .*)", (ROOT / "README.md").read_text(encoding="utf-8")))
    result = run(*command.split(), cwd=directory)
    assert result.returncode == 0, result.stderr
    for name, text in ("own", proposed_kustomization().replace("kedagate/", "../")), ("clients", WITH_CLIENTS):
        (directory / name).mkdir()
        (directory / name / "kustomization.yaml").write_text(text, encoding="utf-8")
    return directory


def proposed_kustomization():
    """Its comments name what else could stand there."""
    [text] = re.findall(r"^```yaml\n(.*?)^```", README, re.S | re.M)
    return re.sub(r" +#.*", "", text)


class Installation:
    """The resources of a kustomization, by kind."""

    def __init__(self, resources):
        self.resources = resources

    def all(self, kind):
        return [one for one in self.resources if one["kind"] == kind]

    def one(self, kind):
        [found] = self.all(kind)
        return found

    def pod(self):
        return self.one("Deployment")["spec"]["template"]

    def container(self):
        [container] = self.pod()["spec"]["containers"]
        return container

    def arguments(self):
        namespace = self.one("Deployment")["metadata"]["namespace"]
        return [argument.replace("$(POD_NAMESPACE)", namespace) for argument in self.container()["args"]]

    def option(self, name):
        [value] = [argument.split("=", 1)[1] for argument in self.arguments() if argument.startswith(f"--{name}=")]
        return value

    def ports(self):
        return {port["name"]: port["containerPort"] for port in self.container()["ports"]}

    def webhook(self):
        [webhook] = self.one("ValidatingWebhookConfiguration")["webhooks"]
        return webhook

    def policy(self):
        return self.one("ConfigMap")["data"]["policy.yaml"]


@pytest.fixture(scope="module")
def base():
    return Installation(kustomize.build(MANIFESTS / "base"))


@pytest.fixture(scope="module", params=OVERLAYS)
def overlay(request, tree):
    return request.param, Installation(kustomize.build(tree / "manifests" / request.param))


def bytes_of(quantity):
    number, unit = re.fullmatch(r"(\d+)(Mi|Gi)", quantity).groups()
    return int(number) * {"Mi": MIB, "Gi": 1024 * MIB}[unit]


def test_every_file_is_used():
    named = set()
    for path in [*MANIFESTS.glob("base/kustomization.yaml"), *MANIFESTS.glob("overlays/*/kustomization.yaml"),
                 *MANIFESTS.glob("components/*/kustomization.yaml")]:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        generated = [name for generator in content.get("configMapGenerator", []) for name in generator["files"]]
        named |= {path, *(path.parent / name for name in content.get("resources", []) + generated)}
    assert {path for part in ("base", "overlays", "components") for path in MANIFESTS.glob(f"{part}/**/*.*")} <= named


# What runs.


def start(installation, serve, authority, tmp_path):
    """A server with the arguments as they stand, but for the directories that are mounted in a pod and the addresses."""
    mounts = {}
    for mount in installation.container()["volumeMounts"]:
        mounts[mount["mountPath"]] = tmp_path / "mounted" / mount["name"]
        mounts[mount["mountPath"]].mkdir(parents=True)
        assert "subPath" not in mount
    assert len(mounts) == len(installation.pod()["spec"]["volumes"])
    authority.issue(names=[NAME, "localhost", "127.0.0.1"]).write(mounts["/certs"])
    (mounts["/etc/kedagate"] / "policy.yaml").write_text(installation.policy(), encoding="utf-8")
    if "/clients" in mounts:
        (mounts["/clients"] / "ca.crt").write_text(authority.pem, encoding="ascii")
    command, *arguments = installation.arguments()
    assert command == "serve"
    # No API server is here to look at, and to tell which KEDA runs.
    arguments[arguments.index("--cluster")] = "--keda-version=2.20.2"
    for path, directory in mounts.items():
        arguments = [argument.replace(f"={path}/", f"={directory}/") for argument in arguments]
    return serve(*arguments, "--shutdown-delay=0s")


def test_the_arguments_of_the_deployment_start_the_program(base, serve, authority, tmp_path):
    server = start(base, serve, authority, tmp_path)
    for probe in ("readinessProbe", "livenessProbe"):
        assert server.plain(base.container()[probe]["httpGet"]["path"]).status == 200
    assert server.ask("POST", base.webhook()["clientConfig"]["service"]["path"], "{}", JSON).status == 400
    assert server.review(admission_review(BROKEN))["allowed"] is False
    assert server.metric("kedagate_inflight_bytes_limit") == bytes_of(base.option("max-inflight-bytes"))


def test_with_client_certificates_nobody_else_is_answered(tree, serve, authority, tmp_path):
    server = start(Installation(kustomize.build(tree / "clients")), serve, authority, tmp_path)
    assert server.ask("POST", "/validate", "{}", JSON).status == 403


def test_a_pair_for_another_service_is_refused(base, certificates):
    """`certificates` is for localhost: API servers would not take it."""
    result = run("serve", "--tls-cert-file", certificates / "tls.crt", "--tls-private-key-file", certificates / "tls.key",
                 f"--tls-server-names={base.option('tls-server-names')}", "--secure-port", "0")
    assert result.returncode == 1 and NAME in result.stderr


def test_ports_are_those_on_which_the_program_listens(base):
    help_text = run("serve", "--help").stdout
    defaults = dict(re.findall(r"--(secure-port|health-probe-bind-address|metrics-bind-address) .*?\(default\s+:?(\d+)\)", help_text, re.S))
    assert base.ports() == {"webhook": int(defaults["secure-port"]), "health": int(defaults["health-probe-bind-address"]),
                            "metrics": int(defaults["metrics-bind-address"])}
    for probe in ("readinessProbe", "livenessProbe"):
        assert base.container()[probe]["httpGet"]["port"] == "health"


def test_the_memory_limit_holds_the_budget_the_process_and_the_view(base):
    limit = bytes_of(base.container()["resources"]["limits"]["memory"])
    limits = (ROOT / "include/kedagate/base/limits.h").read_text(encoding="utf-8")
    [view] = re.findall(r"^#define KG_MAX_CLUSTER_CACHE_BYTES \(\(size_t\)(\d+) << 20\)$", limits, re.M)
    assert limit >= bytes_of(base.option("max-inflight-bytes")) + (PROCESS_MIB + int(view)) * MIB
    assert f"Give the container {PROCESS_MIB}Mi more than `--max-inflight-bytes`" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_a_pod_has_the_time_to_end(base):
    delay = int(base.option("shutdown-delay").removesuffix("s"))
    assert base.pod()["spec"]["terminationGracePeriodSeconds"] > delay + GRACE_SECONDS
    assert f"GRACE_SECONDS = {GRACE_SECONDS} " in (ROOT / "src/cli/serve.c").read_text(encoding="utf-8")


def test_the_image_has_the_version_of_the_source(base):
    [version] = re.findall(r"^VERSION := (\S+)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M)
    assert base.container()["image"] == f"registry.example/kedagate:{version}"


# What it may.


def test_pods_are_as_restricted_as_their_namespace_demands(base):
    labels = base.one("Namespace")["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"
    pod, container = base.pod()["spec"]["securityContext"], base.container()["securityContext"]
    assert pod["runAsNonRoot"] is True and pod["runAsUser"] == pod["runAsGroup"] == pod["fsGroup"] == 65532
    assert pod["seccompProfile"] == container["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["capabilities"] == {"drop": ["ALL"]}
    assert container["allowPrivilegeEscalation"] is False and container["readOnlyRootFilesystem"] is True
    assert not {"hostNetwork", "hostPID", "hostIPC", "initContainers"} & set(base.pod()["spec"])
    assert all(mount["readOnly"] for mount in base.container()["volumeMounts"])
    assert all(set(volume) & {"secret", "configMap"} for volume in base.pod()["spec"]["volumes"])


def test_it_may_list_and_watch_what_rules_look_at_and_nothing_else(base):
    granted = set()
    for rule in base.one("ClusterRole")["rules"]:
        assert set(rule) == {"apiGroups", "resources", "verbs"} and sorted(rule["verbs"]) == ["list", "watch"]
        granted |= {(group, resource) for group in rule["apiGroups"] for resource in rule["resources"]}
    assert granted == READ
    assert not base.all("Role") and not base.all("RoleBinding")
    account = base.one("ServiceAccount")["metadata"]
    assert base.one("ClusterRoleBinding")["subjects"] == [{"kind": "ServiceAccount", "name": account["name"], "namespace": account["namespace"]}]
    assert base.one("ClusterRoleBinding")["roleRef"]["name"] == base.one("ClusterRole")["metadata"]["name"]
    assert base.pod()["spec"]["serviceAccountName"] == account["name"]


def test_selectors_find_the_pods(base):
    labels = base.pod()["metadata"]["labels"].items()
    terms = base.pod()["spec"]["affinity"]["podAntiAffinity"]["preferredDuringSchedulingIgnoredDuringExecution"]
    selectors = [base.one("Deployment")["spec"]["selector"]["matchLabels"], base.one("Service")["spec"]["selector"],
                 base.one("PodDisruptionBudget")["spec"]["selector"]["matchLabels"], base.one("NetworkPolicy")["spec"]["podSelector"]["matchLabels"],
                 *(term["podAffinityTerm"]["labelSelector"]["matchLabels"] for term in terms)]
    assert len(selectors) == 6 and all(selector and selector.items() <= labels for selector in selectors)


def test_ports_that_others_name_are_there(base):
    service = base.one("Service")
    assert {port["targetPort"] for port in service["spec"]["ports"]} <= set(base.ports())
    asked = base.webhook()["clientConfig"]["service"]
    assert (asked["name"], asked["namespace"]) == (service["metadata"]["name"], service["metadata"]["namespace"])
    [target] = [port["targetPort"] for port in service["spec"]["ports"] if port["port"] == asked["port"]]
    assert target == "webhook"
    assert {port["port"] for rule in base.one("NetworkPolicy")["spec"]["ingress"] for port in rule["ports"]} == {"webhook", "metrics"}


def test_two_replicas_none_of_which_goes_without_a_successor(base):
    spec = base.one("Deployment")["spec"]
    assert spec["replicas"] == 2 and spec["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
    assert base.one("PodDisruptionBudget")["spec"]["maxUnavailable"] == 1


# What is sent to it.


def test_the_webhook_covers_the_four_kinds_and_nothing_that_must_not_be_blocked(overlay):
    webhook = overlay[1].webhook()
    [rule] = webhook["rules"]
    assert rule == {"apiGroups": ["keda.sh"], "apiVersions": ["v1alpha1"], "operations": ["CREATE", "UPDATE"],
                    "resources": rule["resources"], "scope": "*"}
    assert set(rule["resources"]) == KINDS
    assert webhook["namespaceSelector"] == webhook["objectSelector"] == {}
    assert (webhook["sideEffects"], webhook["matchPolicy"], webhook["timeoutSeconds"]) == ("None", "Equivalent", 5)
    assert "v1" in webhook["admissionReviewVersions"]


def test_conditions_let_the_operator_and_the_end_of_a_deletion_through(overlay):
    conditions = {one["name"]: one["expression"] for one in overlay[1].webhook()["matchConditions"]}
    # KEDA's operator never creates one, so that its name is no way round for a create.
    assert conditions == {
        "not-by-keda-operator": "request.operation != 'UPDATE' || request.userInfo.username != 'system:serviceaccount:keda:keda-operator'",
        "not-being-deleted": "request.operation != 'UPDATE' || !has(oldObject.metadata.deletionTimestamp)",
    }


def test_what_denies_nothing_fails_open(overlay, tmp_path):
    name, installation = overlay
    stage = yaml.safe_load(installation.policy())["mode"]
    assert stage == {"overlays/audit": "audit", OWN: "audit", "overlays/warn": "warn"}.get(name, "enforce")
    assert installation.webhook()["failurePolicy"] == ("Fail" if stage == "enforce" else "Ignore")
    (tmp_path / "policy.yaml").write_text(installation.policy(), encoding="utf-8")
    result = run("check", tmp_path / "policy.yaml")
    assert result.returncode == 0 and "1 policy with 0 warnings" in result.stdout + result.stderr, result


def test_stages_differ_in_nothing_else(base, tree):
    for stage in ("audit", "warn"):
        staged = Installation(kustomize.build(tree / "manifests/overlays" / stage))
        staged.webhook()["failurePolicy"] = "Fail"
        policy, usual = yaml.safe_load(staged.policy()), yaml.safe_load(base.policy())
        assert policy | {"mode": "enforce"} == usual
        staged.one("ConfigMap")["data"] = base.one("ConfigMap")["data"]
        assert staged.resources == base.resources


# Certificates.


def test_the_secret_made_by_hand_is_the_one_that_is_mounted(tree):
    made = Installation(kustomize.build(tree / "manifests/overlays/self-signed"))
    secret = made.one("Secret")["metadata"]
    [mounted] = [volume["secret"]["secretName"] for volume in made.pod()["spec"]["volumes"] if "secret" in volume]
    assert (secret["name"], secret["namespace"]) == (mounted, made.one("Deployment")["metadata"]["namespace"])
    assert made.webhook()["clientConfig"]["caBundle"]


def test_the_secret_from_cert_manager_is_the_one_that_is_mounted(tree, base):
    made = Installation(kustomize.build(tree / "manifests/overlays/cert-manager"))
    [mounted] = [volume["secret"]["secretName"] for volume in made.pod()["spec"]["volumes"] if "secret" in volume]
    [certificate] = [one for one in made.all("Certificate") if one["spec"]["secretName"] == mounted]
    assert certificate["spec"]["dnsNames"] == [NAME] == [base.option("tls-server-names")]
    metadata = certificate["metadata"]
    annotations = made.one("ValidatingWebhookConfiguration")["metadata"]["annotations"]
    assert annotations == {"cert-manager.io/inject-ca-from": f"{metadata['namespace']}/{metadata['name']}"}
    [issuer] = [one for one in made.all("Issuer") if one["metadata"]["name"] == certificate["spec"]["issuerRef"]["name"]]
    [authority] = [one for one in made.all("Certificate") if one["spec"].get("isCA")]
    assert issuer["spec"]["ca"]["secretName"] == authority["spec"]["secretName"] != mounted


def test_git_ignores_keys_that_are_made_by_hand():
    result = run("check-ignore", "certs/prod/ca.key", "certs/prod/secret.yaml", "certs/README.md", binary="git", cwd=ROOT)
    assert result.stdout.split() == ["certs/prod/ca.key", "certs/prod/secret.yaml"]


# manifests/README.md.


def test_the_proposed_kustomization_names_an_image_of_ones_own(tree):
    own = Installation(kustomize.build(tree / "own"))
    image = yaml.safe_load(proposed_kustomization())["images"][0]
    assert own.container()["image"] == f"{image['newName']}:{image['newTag']}"


def test_each_command_that_switches_it_off_does(base):
    done = []
    for kind, operations in re.findall(r"kubectl (?:-n kedagate )?patch (\w+) kedagate --type=json -p '(.*)'", README):
        [found] = [one for one in base.resources if one["kind"].lower() == kind]
        changed = Installation([copy.deepcopy(found)])
        kustomize.change(changed.resources[0], yaml.safe_load(operations))
        done.append(changed)
    audit, open_ = done
    assert audit.arguments()[-1] == "--mode=audit" and "--mode" in run("serve", "--help").stdout
    assert open_.webhook()["failurePolicy"] == "Ignore"
    [name] = re.findall(r"kubectl delete validatingwebhookconfiguration (\S+)", README)
    assert name == base.one("ValidatingWebhookConfiguration")["metadata"]["name"]


def test_the_commands_for_certificates_do_what_is_said(tmp_path):
    """Those for a new authority: the old certificate and the new one are trusted by what they make."""
    [block] = re.findall(r"^A new authority.*?\n\n((?:    .*\n)+)", README, re.M)
    commands = [line.strip() for line in block.splitlines() if "kubectl" not in line]
    [first] = [line for line in commands if "init" in line and "--replace" not in line]
    script = "\n".join([first, *commands]).replace("kedagate certs", '"$KEDAGATE" certs')
    result = run("-euc", script, binary="sh", cwd=tmp_path, env={**os.environ, "KEDAGATE": BINARY})
    assert result.returncode == 0, result.stderr
    bundle = yaml.safe_load((tmp_path / "certs/prod/ca-bundle.yaml").read_text(encoding="utf-8"))[0]["value"]
    (tmp_path / "bundle.pem").write_bytes(base64.b64decode(bundle))
    for pair in ("old", "prod"):
        verified = run("verify", "-CAfile", tmp_path / "bundle.pem", "-verify_hostname", NAME, tmp_path / f"certs/{pair}/tls.crt", binary="openssl")
        assert verified.returncode == 0, verified.stderr


def test_the_sizes_in_the_table_are_those_of_the_deployment(base):
    resources = base.container()["resources"]
    assert f"| memory, limit | {resources['limits']['memory']} | {base.option('max-inflight-bytes')} `--max-inflight-bytes` + " in README
    assert f"| memory, request | {resources['requests']['memory']} |" in README
    assert f"| processor, request | {resources['requests']['cpu']} |" in README
    assert set(resources["limits"]) == {"memory"}


# kubectl.


def by_identity(resources):
    return {kustomize.identity(one): one for one in resources}


def test_kubectl_builds_the_same(overlay, tree):
    """The other tests do without kubectl, by tests/support/kustomize.py; where it is, it must make the same of every overlay."""
    kubectl = shutil.which("kubectl")
    if not kubectl:
        assert "CI" not in os.environ, "kubectl is missing: nothing shows that it builds the overlays"
        return
    name, installation = overlay
    result = subprocess.run([kubectl, "kustomize", tree / "manifests" / name], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    built = [document for document in yaml.safe_load_all(result.stdout) if document]
    assert by_identity(built) == by_identity(installation.resources)
    # A webhook that is asked before its pods are there would keep others out for longer.
    assert built[0]["kind"] == "Namespace" and built[-1]["kind"] == "ValidatingWebhookConfiguration"
