"""Detection of the format of an input by its first lines, when no option says it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tagger.formats.lined.columns import HASHED, NUMBER, TAG, cells, named_columns
from tagger.formats.lined.conllu import COLUMNS
from tagger.formats.lined.vertical import STRUCTURE

MOST_LINES = 1000  # lines with content that are looked at
CONLLU_START = re.compile(rb"\d+([-.]\d+)?\t")
TAGGED = re.compile(rb"[^\t]*\s" + TAG + rb"\s*")  # columns between spaces, and a tag in the last
IDENTIFIER = re.compile(rb"[!-~]*[0-9][!-~]*(?: [!-~]*[0-9][!-~]*)*")  # ASCII with a digit; a date and a time
JSON_LINE = re.compile(rb"\s*\{\s*\"[^\"]*\"\s*:.*\}\s*")
TEXT = "-i text"
# A list in one line, or the first of several lines of JSON: brackets, and perhaps a key with its value
JSON_START = re.compile(rb"\s*(?:(?:\[\s*)+|(?:\[\s*)*\{(?:\s*\"[^\"]*\"\s*:.*)?|\[\s*[\[{\"].*[\]}\"]\s*\])\s*")
MARKUP_START = re.compile(rb"<(?:\?xml|!DOCTYPE|html|TEI|teiCorpus)\b", re.IGNORECASE)
MARKUP_LINE = re.compile(rb"\s*<[/!?A-Za-z][^<>]*>(?!\t)")  # a line of nothing else may be vertical text
MARKUP = f"looks like XML or HTML, and is taken for text, names of elements as well; take its text out, or say {TEXT}"
SENTENCE_WORDS = 3  # a cell with as many words is running text, not a token or its feature
FEW_WORDS = 2
MANY = 6  # columns
UNIVERSAL = b"ID FORM LEMMA UPOS XPOS FEATS HEAD DEPREL DEPS MISC".split()  # the columns of CoNLL-U


@dataclass(frozen=True, slots=True)
class Guess:
    """The format that an input is taken for.

    :param form: one of :data:`tagger.formats.INPUTS`.
    :param field: text: index of the column that holds it, from 0, if the lines have columns.
    :param doubt: a message that names this format, and the options for others; empty if there is no doubt.
    """

    form: str
    field: int | None = None
    doubt: str = ""


class Sniffer:
    """Looks at lines until they tell the format.

    Only the content of the lines matters, not when they arrive. A line of text tells by itself. Lines with columns are
    looked at up to the end of their first sentence, before which no output is due.
    """

    def __init__(self) -> None:
        self._rows: list[bytes] = []  # lines with content
        self._marked = False  # there was a line that only CoNLL has
        self._structures = 0

    def add(self, lines: Sequence[bytes]) -> Guess | None:
        """Take the next whole lines; `None` if it takes more to tell."""
        for line in lines:
            if guess := self._add(line):
                return guess
        return None

    def end(self) -> Guess:
        """Return the best guess by the lines so far."""
        return self._table(True) or Guess("text")

    def _add(self, line: bytes) -> Guess | None:
        if not line.strip():
            return self._table(False)
        if line.startswith(b"-DOCSTART-") or line.startswith(b"#begin document"):
            self._marked = True
            return None
        if line.startswith(b"#") and b"\t" not in line:
            if names := named_columns(line):
                return Guess("conllu" if names == UNIVERSAL else "conll") if b"FORM" in names else None
            if line.startswith(b"# ") or HASHED.fullmatch(line):
                return None
        if STRUCTURE.fullmatch(line):
            self._structures += 1
            return self._table(False) if self._rows else None
        if (self._structures or MARKUP_START.match(line)) and MARKUP_LINE.match(line):
            return Guess("text", doubt=MARKUP)
        if line.count(b"\t") == COLUMNS - 1 and CONLLU_START.match(line):
            return Guess("conllu")
        self._rows.append(line)
        if not self._marked and b"\t" not in line and not (TAGGED.fullmatch(line) or _has_gaps(line)):
            return self._untabbed(line)
        if (found := _identified(line)) and all(map(_has_identifier, self._rows)):
            return found
        return self._table(True) if len(self._rows) >= MOST_LINES else None

    def _untabbed(self, line: bytes) -> Guess | None:
        """Judge a line without a TAB, and without a tag at its end."""
        words = len(line.split())
        if self._structures and words <= FEW_WORDS:  # a token of vertical text, if there are more
            return None if len(self._rows) < FEW_WORDS + 1 else self._table(True)
        if len(self._rows) == 1 or words >= SENTENCE_WORDS:
            return Guess("text", doubt=self._text_doubt(line))
        return None

    def _text_doubt(self, line: bytes) -> str:
        if len(self._rows) == 1 and JSON_LINE.fullmatch(line):
            return f"looks like JSON Lines, but is taken for text; say -i jsonl, or {TEXT}"
        if len(self._rows) == 1 and JSON_START.fullmatch(line):
            return f"looks like JSON, but is taken for text; make lines of it by jq -c and say -i jsonl, or say {TEXT}"
        return ""

    def _table(self, final: bool) -> Guess | None:
        """Judge the lines so far.

        :param final: no more lines come.
        """
        rows = self._rows
        if not rows:
            return Guess("conll") if self._marked and final else None
        if self._structures:
            if any(b"\t" in row and row[:1].isspace() for row in rows):  # indented
                return Guess("text", doubt=MARKUP)
            if any(b"\t" in row for row in rows):
                return Guess("vertical")
            if final and all(len(row.split()) <= FEW_WORDS for row in rows):
                return Guess("vertical", doubt=f"is taken for vertical text; say -i vertical, or {TEXT}")
            return Guess("text") if final else None
        if self._marked:
            return Guess("conll")
        tabbed = [row for row in rows if b"\t" in row]
        widths = {len(cells(row)) for row in rows}
        even = len(widths) == 1
        if not tabbed:
            doubt = "" if len(rows) > 1 else f"is taken for CoNLL, for the tag in its line; say -i conll, or {TEXT}"
            return Guess("conll", doubt=doubt) if even else Guess("text")
        if len(tabbed) < len(rows):
            numbers = all(_is_number(cell) for row in tabbed for cell in cells(row)[1:])
            if 2 * len(tabbed) >= len(rows) and not numbers:
                return Guess("conll", doubt=f"is taken for CoNLL, as most lines have a TAB; say -i conll, or {TEXT}")
            return Guess("text")
        longest = max(map(_words, b"\t".join(rows).split(b"\t")))
        uneven = not even or any(row.startswith(b"\t") for row in rows)
        if longest > SENTENCE_WORDS or (longest >= FEW_WORDS and uneven):
            return Guess("text", doubt=f"has TABs, and is taken for text; say {TEXT}, -i tsv --field N, or -i conll")
        lone = len(rows) == 1 and all(map(_is_number, cells(rows[0])[1:]))
        if lone and not final:  # a line of contents: `Зміст TAB 3`
            return None
        return Guess("conll")


def _has_identifier(line: bytes) -> bool:
    return b"\t" in line and IDENTIFIER.fullmatch(line.partition(b"\t")[0]) is not None


def _identified(line: bytes) -> Guess | None:
    """Return a guess if the last column of a line is a sentence, and columns without spaces are before it."""
    *before, last = line.split(b"\t")
    plain = all(b" " not in cell or IDENTIFIER.fullmatch(cell) for cell in before)
    if not _has_identifier(line) or not plain or _words(last) < SENTENCE_WORDS:
        return None
    field = len(before)
    sure = field == 1 and NUMBER.fullmatch(before[0])
    doubt = f"is taken for text in column {field + 1}; say -i text --field {field + 1}, {TEXT}, or -i conll"
    return Guess("text", field=field, doubt="" if sure else doubt)


def _has_gaps(line: bytes) -> bool:
    """Return whether a line looks like CoNLL-2012: many columns, a number near the start, and signs for no value."""
    fields = line.split()
    gaps = sum(field in (b"-", b"*", b"_") for field in fields)
    return len(fields) >= MANY and gaps >= FEW_WORDS and any(map(NUMBER.fullmatch, fields[:3]))


def _words(cell: bytes) -> int:
    return sum(NUMBER.fullmatch(word) is None for word in cell.split())


def _is_number(cell: bytes) -> bool:
    return NUMBER.fullmatch(cell.strip()) is not None
