"""hack/image: what is in the container image, and that it runs from nothing else."""

import gzip
import hashlib
import io
import json
import os
import re
import shutil
import signal
import subprocess
import tarfile

import pytest
from program import BINARY, ROOT, run

pytestmark = pytest.mark.skipif(bool(os.environ.get("SANITIZE")), reason="a sanitized binary is for no image, and needs /proc")

USER = 65532
MOMENT = 1700000000
# All else is libraries, and what is known of their packages.
OWN = {"usr/bin/kedagate", "etc/passwd", "etc/group", "etc/nsswitch.conf", "etc/os-release"}
LIBRARY = re.compile(r"lib(64|/[\w-]+)?/(ld-linux-[\w.-]+|[\w.+-]+\.so\.\d+)")
PACKAGE = re.compile(r"var/lib/dpkg/status\.d/[a-z0-9.+-]+|usr/share/doc/[a-z0-9.+-]+/copyright")


def make(output, *arguments, **environment):
    command = [str(ROOT / "hack" / "image"), "--binary", BINARY, "--output", str(output), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "SOURCE_DATE_EPOCH": str(MOMENT), **environment})


class Archive:
    def __init__(self, path, printed):
        self.path, self.printed = path, printed.splitlines()
        with tarfile.open(path) as tar:
            self.members = {member.name: tar.extractfile(member).read() for member in tar if member.isfile()}

    def json(self, name):
        return json.loads(self.members[name])

    def blob(self, digest):
        data = self.members["blobs/" + digest.replace(":", "/")]
        assert "sha256:" + hashlib.sha256(data).hexdigest() == digest
        return data

    def manifest(self):
        [entry] = self.json("index.json")["manifests"]
        data = self.blob(entry["digest"])
        assert entry["size"] == len(data)
        return json.loads(data)

    def config(self):
        return json.loads(self.blob(self.manifest()["config"]["digest"]))

    def layers(self):
        """The bytes of each, a tar."""
        for layer in self.manifest()["layers"]:
            assert layer["mediaType"] == "application/vnd.oci.image.layer.v1.tar+gzip"
            yield gzip.decompress(self.blob(layer["digest"]))

    def entries(self):
        return [entry for layer in self.layers() for entry in tarfile.open(fileobj=io.BytesIO(layer))]


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    path = tmp_path_factory.mktemp("image") / "image.tar"
    result = make(path)
    assert (result.returncode, result.stderr) == (0, "")
    return Archive(path, result.stdout)


@pytest.fixture
def root(archive, tmp_path):
    """The image's root directory."""
    directory = tmp_path / "root"
    for layer in archive.layers():
        with tarfile.open(fileobj=io.BytesIO(layer)) as tar:
            tar.extractall(directory)
    return directory


def inside(root):
    """The command to which one of the image is added: as its user, where that may be chosen."""
    if os.geteuid() == 0:
        return ["chroot", f"--userspec={USER}:{USER}", root]
    return ["unshare", "--map-root-user", f"--root={root}"]


def test_the_same_input_makes_the_same_bytes(archive, tmp_path):
    shutil.copy(BINARY, tmp_path / "kedagate")
    os.utime(tmp_path / "kedagate", (0, 0))
    again = make(tmp_path / "again.tar", "--binary", str(tmp_path / "kedagate"))
    assert again.returncode == 0, again.stderr
    assert (tmp_path / "again.tar").read_bytes() == archive.path.read_bytes()


def test_the_printed_digest_is_that_of_the_manifest(archive):
    [entry] = archive.json("index.json")["manifests"]
    name = f"registry.example/kedagate:{archive.config()['config']['Labels']['org.opencontainers.image.version']}"
    assert archive.printed[0].startswith(f"{archive.path}: {name}@{entry['digest']},")
    assert entry["annotations"]["io.containerd.image.name"] == name


def test_the_configuration(archive):
    config = archive.config()
    assert config["os"] == "linux" and config["architecture"] and config["created"] == "2023-11-14T22:13:20Z"
    assert config["config"]["User"] == f"{USER}:{USER}"
    assert config["config"]["Entrypoint"] == ["/usr/bin/kedagate"]
    assert config["config"]["Labels"]["org.opencontainers.image.version"] in run("version").stdout.splitlines()[0]
    sums = ["sha256:" + hashlib.sha256(layer).hexdigest() for layer in archive.layers()]
    assert config["rootfs"] == {"type": "layers", "diff_ids": sums}


def test_engines_that_know_only_their_own_archives_find_the_same(archive):
    [image] = archive.json("manifest.json")
    manifest = archive.manifest()
    path = "blobs/{}".format
    assert image["Config"] == path(manifest["config"]["digest"].replace(":", "/"))
    assert image["Layers"] == [path(layer["digest"].replace(":", "/")) for layer in manifest["layers"]]


def test_nothing_is_in_it_but_the_binary_and_what_it_needs(archive):
    files = [entry.name for entry in archive.entries() if entry.isfile()]
    assert OWN <= set(files) and len(files) == len(set(files))
    unknown = [name for name in files if name not in OWN and not LIBRARY.fullmatch(name) and not PACKAGE.fullmatch(name)]
    assert unknown == []
    assert sum(bool(LIBRARY.fullmatch(name)) for name in files) < 60
    assert sum(entry.size for entry in archive.entries()) < 40 << 20


def test_everything_is_roots_of_one_time_and_writable_by_nobody_else(archive):
    for entry in archive.entries():
        assert (entry.uid, entry.gid, entry.mtime) == (0, 0, MOMENT), entry.name
        assert entry.isfile() or entry.isdir(), entry.name
        assert entry.mode & ~0o755 == 0, entry.name


def test_scanners_find_every_package(archive, root):
    packages = archive.printed[1].removeprefix("packages: ").split()
    for package in packages:
        status = (root / "var/lib/dpkg/status.d" / package.split(":")[0]).read_text()
        assert re.search(r"^Status: install ok installed$", status, re.M) and re.search(r"^Version: \d", status, re.M)
    assert len(packages) == len(list((root / "var/lib/dpkg/status.d").iterdir()))


def test_the_binary_runs_from_it(root):
    """With every library, those that are loaded by name included: their versions are what they are outside."""
    command = [*inside(root), "/usr/bin/kedagate", "version"]
    result = run(*command[1:], binary=command[0])
    assert (result.returncode, result.stdout, result.stderr) == (0, run("version").stdout, "")


def test_it_serves_from_it(root, certificates):
    shutil.copytree(certificates, root / "certs")
    if os.geteuid() == 0:
        shutil.chown(root / "certs/tls.key", USER, USER)
    process = subprocess.Popen([*inside(root), "/usr/bin/kedagate", "serve", "--bind-address", "127.0.0.1", "--secure-port", "0",
                                "--health-probe-bind-address", "0", "--metrics-bind-address", "0", "--shutdown-delay", "0s",
                                "--log-format", "json"], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        messages = []
        for line in process.stderr:
            messages.append(json.loads(line)["msg"])
            if messages[-1] == "serving":
                break
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 0 and "serving" in messages, messages


def test_a_library_of_no_package_is_refused(tmp_path):
    library, program = tmp_path / "libown.so.1", tmp_path / "program"
    (tmp_path / "own.c").write_text("int own(void) { return 0; }\n")
    (tmp_path / "program.c").write_text('#include <stdio.h>\nint own(void);\nint main(void) { puts("kedagate 0.1.0 (none)"); return own(); }\n')
    for command in (["-shared", "-fPIC", f"-Wl,-soname,{library.name}", "-o", library, tmp_path / "own.c"],
                    ["-o", program, tmp_path / "program.c", library, f"-Wl,-rpath,{tmp_path}"]):
        assert run(*command, binary="gcc").returncode == 0
    result = make(tmp_path / "image.tar", "--binary", str(program))
    assert result.returncode == 1 and f"{library} belongs to no Debian package" in result.stderr
    assert not (tmp_path / "image.tar").exists()


@pytest.mark.parametrize("moment", ["yesterday", "-1", ""])
def test_a_time_that_is_none_is_refused(tmp_path, moment):
    result = make(tmp_path / "image.tar", SOURCE_DATE_EPOCH=moment)
    assert result.returncode == 1 and "SOURCE_DATE_EPOCH" in result.stderr
