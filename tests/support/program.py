"""Run the binary under test, $KEDAGATE or build/kedagate."""

import json
import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BINARY = os.environ.get("KEDAGATE", str(ROOT / "build" / "kedagate"))
TIMEOUT = 120


def run(*arguments, binary=BINARY, **more):
    """The finished process: returncode, stdout, stderr. `more` goes to subprocess.run (input, cwd, env, ...)."""
    if "input" not in more and "stdin" not in more:
        more["stdin"] = subprocess.DEVNULL
    command = [str(binary), *map(str, arguments)]
    return subprocess.run(command, **{"capture_output": True, "text": True, "timeout": TIMEOUT, "check": False, **more})


def report(*arguments, **more):
    """The report of `kedagate check -o json`, and the exit code."""
    result = run("check", "-o", "json", *arguments, **more)
    try:
        return json.loads(result.stdout), result.returncode
    except ValueError:
        raise AssertionError(f"no report; exit {result.returncode}: {result.stderr}") from None
