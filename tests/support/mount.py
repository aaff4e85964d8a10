"""A mounted Secret, replaced as kubelet replaces it."""

import os
import shutil


class MountedSecret:
    """The files are links into ..data, a link that is renamed into place; the old generation is removed then."""

    def __init__(self, directory, names=("tls.crt", "tls.key")):
        self.directory = directory
        self.generation = 0
        for name in names:
            (directory / name).unlink(missing_ok=True)
            (directory / name).symlink_to(f"..data/{name}")

    def put(self, pair, authority=None, spoil=None):
        """With ca.crt, if whom the pair was issued by is given. `spoil` is given the new generation before it shows."""
        old = self.directory / f"..{self.generation}"
        self.generation += 1
        new = self.directory / f"..{self.generation}"
        new.mkdir()
        pair.write(new)
        if authority:
            (new / "ca.crt").write_text(authority.pem, encoding="ascii")
        if spoil:
            spoil(new)
        (self.directory / "..data_tmp").symlink_to(new.name)
        os.replace(self.directory / "..data_tmp", self.directory / "..data")
        shutil.rmtree(old, ignore_errors=True)
