"""How often each entity occurs, most frequent first: `12<TAB>PERS<TAB>Леся Українка<TAB>an example sentence`.

A spreadsheet takes a cell that starts with `=`, `+`, `-` or `@` for a formula, and may run it. Such a cell starts with
an apostrophe instead (https://owasp.org/www-community/attacks/CSV_Injection). So does one that starts with a quotation
mark and never closes it, since it would take in the next rows.
"""

import re

from tagger.formats.sentence import Sentence, running_text
from tagger.labels import View

EXAMPLE = 200  # characters of an example, at most; of a longer sentence the part around the entity

UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff]")  # no character of a table
FORMULA = tuple("=+-@＝＋－＠﹦﹢﹣﹫")  # East Asian forms, too, which some spreadsheets take for the same


class Tally:
    """Counts entities of the same label and spelling. It holds all different ones, so memory grows with them."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str], int] = {}
        self._examples: dict[tuple[str, str], str] = {}

    def write(self, path: str, sentence: Sentence, view: View) -> bytes:
        """Count; nothing is written before the end."""
        if view.spans:
            text, offsets = running_text(sentence)
            for span in view.spans:
                start, end = offsets[span.start][0], offsets[span.end - 1][1]
                key = span.label, _one_line(text[start:end])
                if key not in self._counts:
                    self._examples[key] = _example(text, start, end)
                self._counts[key] = self._counts.get(key, 0) + 1
        return b""

    def finish(self) -> bytes:
        """The lines; where frequencies are equal, in the order of labels and names."""
        rows = sorted((-count, *key) for key, count in self._counts.items())
        cells = [(str(-count), _cell(label), _cell(name), _cell(self._examples[label, name])) for count, label, name in rows]
        return "".join("\t".join(row) + "\n" for row in cells).encode()


def _cell(text: str) -> str:
    runs = text.startswith(FORMULA) or (text.startswith('"') and text.count('"') % 2 == 1)
    return f"'{text}" if runs else text


def _one_line(text: str) -> str:
    return UNFIT.sub("\ufffd", " ".join(text.split()))


def _example(text: str, start: int, end: int) -> str:
    if len(text) <= EXAMPLE:
        return _one_line(text)
    first = max(0, min(start - (EXAMPLE - (end - start)) // 2, len(text) - EXAMPLE))
    last = min(len(text), max(end, first + EXAMPLE))
    first = min(first, start)
    return ("…" if first else "") + _one_line(text[first:last]) + ("…" if last < len(text) else "")
