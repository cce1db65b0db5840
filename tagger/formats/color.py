"""Entities in colour, for a terminal."""

import re
from collections.abc import Sequence

from tagger.labels import View

# ANSI: blue, magenta, green, yellow, cyan, red; bold, so that entities also stand out where colours do not
CODES = (b"1;34", b"1;35", b"1;32", b"1;33", b"1;36", b"1;31")
RESET = b"\x1b[0m"


class Palette:
    """A colour for each label."""

    def __init__(self, labels: Sequence[str]) -> None:
        codes = {label.encode(): CODES[number % len(CODES)] for number, label in enumerate(labels)}
        names = b"|".join(map(re.escape, sorted(codes, key=len, reverse=True)))
        self._codes = codes
        # a line with a tag in its last columns, or an element of the inline form
        self._line = re.compile(rb"^[^\r\n]*[ \t|=][BIES]-(" + names + rb")(?=[ \t|\r\n]|$)[^\r\n]*", re.MULTILINE)
        self._element = re.compile(rb"<(" + names + rb")( score=[^>]*)?>.*?</\1>", re.DOTALL)

    def color(self, data: bytes, view: View) -> bytes:
        """Colour lines with a tag, and elements."""
        if not self._codes:
            return data

        def paint(match: re.Match) -> bytes:
            return b"\x1b[" + self._codes[match[1]] + b"m" + match[0] + RESET

        return self._line.sub(paint, self._element.sub(paint, data))
