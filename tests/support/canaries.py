"""Secrets that no output may hold, and a search that finds any of them, whole or in part, also re-encoded."""

import base64
import random
import re
import string

# As long as this a part of a canary is no accident.
GRAM = 10
HEX_GRAM = 20


def grams(text, length):
    return {text[i:i + length] for i in range(len(text) - length + 1)}


def base64_cores(text):
    """What of `text` shows in the base64 of any text that holds it, at each of the three offsets."""
    for offset in range(3):
        encoded = base64.b64encode(b"\0" * offset + text.encode()).decode().rstrip("=")
        yield encoded[-(-offset * 8 // 6):-1]


class Canaries:
    """Makes canaries, each for one place, and finds them again. The same seed makes the same ones."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.places = {}

    def _core(self, alphabet, length):
        return "".join(self.random.choice(alphabet) for _ in range(length))

    def plant(self, place, core):
        """Make `core`, which came from elsewhere, a canary too."""
        for text in (core, *base64_cores(core)):
            self.places.update(dict.fromkeys(grams(text.lower(), GRAM), place))
        self.places.update(dict.fromkeys(grams(core.encode().hex(), HEX_GRAM), place))
        return core

    def token(self, place):
        """As machines make them: letters and digits."""
        return self.plant(place, self._core(string.ascii_letters + string.digits, 28) + "7q")

    def phrase(self, place):
        """As people choose them: nothing but small letters, which no look at the value can tell from a word."""
        return self.plant(place, self._core(string.ascii_lowercase, 28))

    def awkward(self, place):
        """With characters that every encoding has to change, around a core that none changes."""
        return f"p\"\\/%2F é\t+&'{self.phrase(place)}<;=\u2028"

    def found(self, output):
        """The places whose canary shows in `output` (a text), in part at least; sorted."""
        found = set()
        for run in re.findall(r"[a-z0-9+/_-]{%d,}" % GRAM, output.lower()):
            for length in (GRAM, HEX_GRAM):
                found.update(self.places[gram] for gram in grams(run, length) if gram in self.places)
        return sorted(found)
