"""What the check scripts beside this file share: finding source files, reading C without its comments, and the closing line."""

import pathlib
import re
import sys

# Tried in this order at each place, so that a quote in a comment and a comment mark in a string are what they look like.
_TOKEN = re.compile(r'/\*.*?(?:\*/|\Z)|//(?:\\\n|[^\n])*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def _blank(text):
    return re.sub(r"[^\n]", " ", text)


def without_comments(text):
    """C text with every comment blanked; line and column of the rest stay."""
    return _TOKEN.sub(lambda m: _blank(m[0]) if m[0][0] == "/" else m[0], text)


def code_only(text):
    """C text with every comment blanked and every string and character constant emptied; lines and columns stay."""
    return _TOKEN.sub(lambda m: _blank(m[0]) if m[0][0] == "/" else m[0][0] + _blank(m[0][1:-1]) + m[0][-1], text)


def files(root, folders, suffixes):
    """The files with one of the suffixes anywhere below the folders of root, sorted; folders that do not exist hold none."""
    found = []
    for folder in folders:
        found += [p for p in (pathlib.Path(root) / folder).rglob("*") if p.is_file() and p.suffix in suffixes]
    return sorted(found)


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def finish(name, problems):
    """Print the problems and the closing line that hack/test reads, and end: a script counts as one test."""
    for problem in problems:
        print(problem)
    print(f"{name}: {int(not problems)} passed, {int(bool(problems))} failed")
    sys.exit(1 if problems else 0)
