"""Fixtures: an authority, a directory with a serving pair, and servers that end with the test."""

import pytest
from certificates import Authority
from daemon import Daemon


@pytest.fixture(scope="session")
def authority():
    return Authority()


@pytest.fixture
def certificates(tmp_path, authority):
    """A directory with tls.crt and tls.key."""
    directory = tmp_path / "certs"
    directory.mkdir()
    authority.issue().write(directory)
    return directory


@pytest.fixture
def serve(certificates, authority):
    """serve(*arguments) starts a server. At the end of the test each one is stopped, and must then exit with 0."""
    started = []

    def start(*arguments, **more):
        started.append(Daemon(certificates, authority, *arguments, **more))
        return started[-1]

    yield start
    try:
        for daemon in started:
            daemon.stop()
    finally:
        for daemon in started:
            daemon.kill()


@pytest.fixture
def server(serve):
    return serve()
