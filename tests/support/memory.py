"""What the memory of another process holds. Needs the right to read it: root's, where the process has closed itself."""

import re


class Mapping:
    def __init__(self, start, end, flags):
        self.start, self.end = start, end
        self.locked = "lo" in flags
        self.dumped = "dd" not in flags


def mappings(pid):
    """The readable private mappings of a process."""
    found, head = [], None
    with open(f"/proc/{pid}/smaps", encoding="utf-8", errors="replace") as file:
        for line in file:
            match = re.match(r"([0-9a-f]+)-([0-9a-f]+) (\S{4}) ", line)
            if match:
                head = (int(match[1], 16), int(match[2], 16), match[3])
            elif line.startswith("VmFlags:") and head[2].startswith("r"):
                found.append(Mapping(head[0], head[1], line.split()[1:]))
    return found


def find(pid, needles):
    """[(name of the needle, mapping)] for every place in the memory where one of `needles` ({name: bytes}) is."""
    found = []
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for mapping in mappings(pid):
            try:
                memory.seek(mapping.start)
                content = memory.read(mapping.end - mapping.start)
            except (OSError, OverflowError):  # pages that the kernel keeps to itself
                continue
            for name, needle in needles.items():
                found += [(name, mapping) for _ in re.finditer(re.escape(needle), content)]
    return found


def forms(name, number):
    """A secret number as it stands in files (big-endian) and in the arithmetic of a little-endian machine."""
    length = (number.bit_length() + 7) // 8
    return {f"{name}, big-endian": number.to_bytes(length, "big"), f"{name}, little-endian": number.to_bytes(length, "little")}
