"""Build a kustomization as kustomize does, as far as the ones of this repository go: no test has to do without for want of kubectl."""

import copy

import yaml

KEYS = {"apiVersion", "kind", "resources", "components", "labels", "configMapGenerator", "generatorOptions", "patches", "images"}


def load_all(path):
    return [document for document in yaml.safe_load_all(path.read_text(encoding="utf-8")) if document]


def identity(resource):
    metadata = resource["metadata"]
    return resource["apiVersion"], resource["kind"], metadata.get("namespace", ""), metadata["name"]


def put_labels(resource, pairs, templates):
    resource["metadata"].setdefault("labels", {}).update(pairs)
    if templates and "template" in resource.get("spec", {}):
        resource["spec"]["template"]["metadata"].setdefault("labels", {}).update(pairs)


def generate(directory, generator, resources):
    data = {name: (directory / name).read_text(encoding="utf-8") for name in generator["files"]}
    metadata = {"name": generator["name"], "namespace": generator["namespace"]}
    if generator.get("behavior") == "replace":
        [found] = [one for one in resources if one["kind"] == "ConfigMap" and one["metadata"]["name"] == generator["name"]]
        found["data"] = data
    else:
        resources.append({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data})


def change(resource, operations):
    """RFC 6902, add and replace alone."""
    for operation in operations:
        *parents, last = operation["path"].lstrip("/").split("/")
        place = resource
        for step in parents:
            place = place[int(step) if isinstance(place, list) else step]
        if last == "-":
            place.append(copy.deepcopy(operation["value"]))
            continue
        assert operation["op"] == "add" or last in place
        place[last] = copy.deepcopy(operation["value"])


def patch(directory, spec, resources):
    target = spec["target"]
    hit = [one for one in resources if one["kind"] == target["kind"] and one["metadata"]["name"] == target["name"]
           and one["apiVersion"].split("/")[0] == target["group"]]
    assert hit, f"{directory}: nothing is {target}"
    for resource in hit:
        change(resource, yaml.safe_load(spec["patch"] if "patch" in spec else (directory / spec["path"]).read_text(encoding="utf-8")))


def put_image(resource, image):
    for container in resource.get("spec", {}).get("template", {}).get("spec", {}).get("containers", []):
        if container["image"].rsplit(":", 1)[0] == image["name"]:
            container["image"] = f"{image['newName']}:{image['newTag']}"


def add(directory, resources):
    kustomization = yaml.safe_load((directory / "kustomization.yaml").read_text(encoding="utf-8"))
    assert set(kustomization) <= KEYS, f"{directory}: kustomize.py knows nothing of {set(kustomization) - KEYS}"
    assert "configMapGenerator" not in kustomization or kustomization["generatorOptions"] == {"disableNameSuffixHash": True}
    for name in kustomization.get("resources", []):
        if (directory / name).is_dir():
            resources += build(directory / name)
        else:
            resources += load_all(directory / name)
    for generator in kustomization.get("configMapGenerator", []):
        generate(directory, generator, resources)
    # A component works on what is there already.
    for name in kustomization.get("components", []):
        add(directory / name, resources)
    for spec in kustomization.get("patches", []):
        patch(directory, spec, resources)
    for labels in kustomization.get("labels", []):
        for resource in resources:
            put_labels(resource, labels["pairs"], labels.get("includeTemplates"))
    for image in kustomization.get("images", []):
        for resource in resources:
            put_image(resource, image)


def build(directory):
    """The resources of a kustomization."""
    resources = []
    add(directory, resources)
    assert len(set(map(identity, resources))) == len(resources), directory
    return resources
