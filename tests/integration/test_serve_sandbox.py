"""What a serving process gives up. That it serves all the same is shown by every other test of `kedagate serve`, which all run so."""

import ctypes
import errno
import pathlib
import re
SECCOMP_FILTER = "2"


def status(daemon):
    """The lines of /proc/PID/task/TID/status that say what each thread may do."""
    tasks = pathlib.Path(f"/proc/{daemon.process.pid}/task").iterdir()
    found = [dict(re.findall(r"(?m)^(Seccomp|NoNewPrivs):\t(\d)$", (task / "status").read_text())) for task in tasks]
    # The main thread, the acceptor, and those of each listener.
    assert len(found) >= 4
    return found


def test_every_thread_is_filtered(server):
    assert all(thread == {"Seccomp": SECCOMP_FILTER, "NoNewPrivs": "1"} for thread in status(server))


def test_the_filter_can_be_switched_off(serve):
    assert all(thread == {"Seccomp": "0", "NoNewPrivs": "1"} for thread in status(serve("--seccomp", "off")))


def test_the_filter_can_let_everything_pass(serve):
    daemon = serve("--seccomp", "log")
    assert all(thread["Seccomp"] == SECCOMP_FILTER for thread in status(daemon))
    assert daemon.plain("/readyz").status == 200


def test_no_core_is_dumped(server):
    limits = pathlib.Path(f"/proc/{server.process.pid}/limits").read_text(encoding="ascii")
    assert re.search(r"(?m)^Max core file size +0 +0 ", limits)


def refuse_filters():
    """In the child: seccomp(2) fails from now on, as where a container's profile forbids it."""
    library = ctypes.CDLL("libseccomp.so.2", use_errno=True)
    library.seccomp_init.restype = ctypes.c_void_p
    library.seccomp_init.argtypes = [ctypes.c_uint32]
    library.seccomp_load.argtypes = [ctypes.c_void_p]
    library.seccomp_rule_add_array.argtypes = [ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int, ctypes.c_uint, ctypes.c_void_p]
    context = library.seccomp_init(0x7FFF0000)
    number = library.seccomp_syscall_resolve_name(b"seccomp")
    assert library.seccomp_rule_add_array(context, 0x00050000 | errno.ENOSYS, number, 0, None) == 0
    assert library.seccomp_load(context) == 0


def test_it_serves_where_filters_are_refused(serve):
    daemon = serve(preexec_fn=refuse_filters)
    assert daemon.plain("/readyz").status == 200
    (warning,) = daemon.entries("serving without a filter of system calls")
    assert warning["level"] == "warn"
    assert "--seccomp off" in warning["advice"]
