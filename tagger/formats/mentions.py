"""Tables of entities: a row for each mention, or counts.

- Mentions: a row for each, cells between TABs. Backslashes, TABs, ends of lines and other control characters in a cell
  are escaped, as in jq's `@tsv` and PostgreSQL's COPY, so that each row is a line and each line a row.
- Counts: each entity with its frequency, most frequent first: `12<TAB>PERS<TAB>Леся Українка<TAB>an example sentence`.

A spreadsheet takes a cell that starts with `=`, `+`, `-` or `@` for a formula, and may run it, so such a cell of counts
gets an apostrophe at its start (https://owasp.org/www-community/attacks/CSV_Injection). So does a cell that starts with
a quotation mark and never closes it, since it would take in the next rows.
"""

import re
from typing import TYPE_CHECKING

from tagger.formats import STANDARD_INPUT_NAME
from tagger.formats.labels import LabelView, ScoredSpan
from tagger.formats.sentence import Sentence, document_marks, running_text
from tagger.text.fast_words import Offsets

if TYPE_CHECKING:
    from tagger.base_forms.same_name import Mention
    from tagger.formats.records.record import Record

EXAMPLE = 200  # characters of an example at most; a longer sentence is reduced to the part around the entity

UNFIT = re.compile(
    "[\x00-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff]"
)  # control characters, noncharacters, surrogates
FORMULA = tuple("=+-@＝＋－＠﹦﹢﹣﹫")  # with the East Asian variants, which some spreadsheets treat alike

COLUMNS = ("file", "line", "start", "end", "label", "text", "lemma", "name", "score")
NAME = COLUMNS.index("name")
STANDARD_INPUT_CELL = "-"
ESCAPED = re.compile("[\\\\\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
SHORT_ESCAPES = {"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"}


class Tally:
    """Counts entities by label and spelling. Memory grows with the number of different ones."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str], int] = {}
        self._examples: dict[tuple[str, str], str] = {}

    def write(self, path: str, sentence: Sentence, view: LabelView) -> bytes:
        """Count the sentence's entities. Nothing is written before the end."""
        if view.spans:
            text, offsets = running_text(sentence)
            for span in view.spans:
                start, end = offsets[span.start][0], offsets[span.end - 1][1]
                key = span.label, as_one_line(text[start:end])
                if key not in self._counts:
                    self._examples[key] = example(text, start, end)
                self._counts[key] = self._counts.get(key, 0) + 1
        return b""

    def finish(self) -> bytes:
        """Return the lines, most frequent first; equally frequent entities are sorted by label and name."""
        rows = sorted((-count, *key) for key, count in self._counts.items())
        cells = [
            (
                str(-count),
                spreadsheet_cell(label),
                spreadsheet_cell(name),
                spreadsheet_cell(self._examples[label, name]),
            )
            for count, label, name in rows
        ]
        return "".join("\t".join(row) + "\n" for row in cells).encode()


class Documents:
    """Tells where documents begin.

    A document is an input, what a mark in CoNLL, CoNLL-U or vertical text begins, or a record.
    """

    def __init__(self) -> None:
        self._path: str | None = None
        self._record: Record | None = None
        self._closed = False  # a mark stood after the last sentence

    def begins(self, path: str, sentence: Sentence) -> bool:
        """Tell whether a sentence begins a document, other than the first."""
        first = self._path is None
        opens, closes = document_marks(sentence)
        new = opens or self._closed or path != self._path or sentence.record is not self._record
        self._path, self._record, self._closed = path, sentence.record, closes
        return new and not first


class NameTally:
    """Counts names: all forms of a name, in all documents, as one.

    :param whole_run: see :class:`tagger.base_forms.name_table.NameTable`.
    """

    def __init__(self, whole_run: bool = False) -> None:
        from tagger.base_forms.name_table import NameTable  # needs pymorphy3, which not everybody has

        self._table = NameTable(whole_run=whole_run)
        self._documents = Documents()

    def write(self, path: str, sentence: Sentence, view: LabelView) -> bytes:
        """Count the sentence's entities. Nothing is written before the end."""
        if self._documents.begins(path, sentence):
            self._table.end_document()
        if view.spans:
            text, offsets = running_text(sentence)
            for span in view.spans:
                start, end = offsets[span.start][0], offsets[span.end - 1][1]
                mention = mention_of(text, offsets, span)
                shown = "" if self._table.knows(mention.lemma) else example(text, start, end)
                self._table.add(mention, as_one_line(text[start:end]), shown)
        return b""

    def finish(self) -> bytes:
        """Return the lines, most frequent first: count, documents, label, base form, variants, example."""
        lines = []
        for name in self._table.rows():
            cells = name.label, name.lemma, " | ".join(name.variants), name.example
            lines.append("\t".join([str(name.count), str(len(name.documents)), *map(spreadsheet_cell, cells)]) + "\n")
        return "".join(lines).encode()


def spreadsheet_cell(text: str) -> str:
    """Return the text with an apostrophe before it if a spreadsheet would not take it for text."""
    # quotation marks that close are dropped, so a formula may come after them
    unsafe = text.lstrip('" ').startswith(FORMULA) or (text.startswith('"') and text.count('"') % 2 == 1)
    return f"'{text}" if unsafe else text


class Table:
    """A table with a row for each mention, in the order of the input.

    Offsets count from the start of the line. In CoNLL they count in the sentence, its tokens joined by spaces, as in
    JSON Lines, and the line is that of the mention's first token. The name of a mention is its base form, if there is
    one; of a linked mention the name that stands for all mentions of the same person, place or thing in its document.

    :param header: write the names of the columns first.
    :param guarded: put an apostrophe before cells that a spreadsheet would not take for text.
    :param linked: link the mentions of a document: its rows are held until :meth:`end_document`. Otherwise nothing is
        kept from one row to the next.
    """

    def __init__(self, header: bool, guarded: bool, linked: bool = False) -> None:
        self._guarded, self._linked = guarded, linked
        self._start = b"\t".join(map(str.encode, COLUMNS)) + b"\n" if header else b""
        self._line: tuple[str, int] = "", 0  # the input and the line of the last sentence
        self._begin = 0  # code points of the input before that line
        self._rows: list[tuple[list[str], Mention]] = []  # of the document, if mentions are linked

    def write(self, path: str, sentence: Sentence, view: LabelView) -> bytes:
        """Return the rows of a sentence's entities, unless mentions are linked."""
        if (path, sentence.line) != self._line:  # with --sentences, a line may have several
            self._line, self._begin = (path, sentence.line), sentence.before - len(sentence.lead)
        done = ""
        if view.spans:
            text, offsets = running_text(sentence)
            for span in view.spans:
                cells = self._cells(path, sentence, text, offsets, span)
                if self._linked:
                    self._rows.append((cells, mention_of(text, offsets, span)))
                else:
                    done += self._row(cells)
        data, self._start = self._start + done.encode(), b""
        return data

    def finish(self) -> bytes:
        """Return the rows of the last document, and the header if there was no sentence."""
        start, self._start = self._start, b""
        return start + self.end_document()

    def end_document(self) -> bytes:
        """Return the rows of the document that ends here, if mentions are linked."""
        if not self._rows:
            return b""
        from tagger.base_forms.same_name import link  # needs pymorphy3, which not everybody has

        rows, self._rows = self._rows, []
        names = link([mention for _, mention in rows])
        return "".join(
            self._row([*cells[:NAME], name, *cells[NAME + 1 :]]) for (cells, _), name in zip(rows, names, strict=True)
        ).encode()

    def _cells(self, path: str, sentence: Sentence, text: str, offsets: Offsets, span: ScoredSpan) -> list[str]:
        start, end = offsets[span.start][0], offsets[span.end - 1][1]
        is_text = sentence.form == "text"
        shift = sentence.before - self._begin if is_text else 0
        return [
            STANDARD_INPUT_CELL if path == STANDARD_INPUT_NAME else path,
            str(sentence.line if is_text else sentence.line + sentence.rows[span.start]),
            str(shift + start),
            str(shift + end),
            span.label,
            text[start:end],
            span.lemma or "",
            span.lemma or "",
            "" if span.score is None else f"{span.score:.4f}",
        ]

    def _row(self, cells: list[str]) -> str:
        escaped = [ESCAPED.sub(_escape, cell) for cell in cells]
        return "\t".join(map(spreadsheet_cell, escaped) if self._guarded else escaped) + "\n"


def mention_of(text: str, offsets: Offsets, span: ScoredSpan) -> "Mention":
    """Return an entity as what is linked with others."""
    from tagger.base_forms.same_name import Mention, alias_after

    start, end = offsets[span.start][0], offsets[span.end - 1][1]
    lemma = as_one_line(span.lemma or text[start:end])
    return Mention(span.label, lemma, span.own, alias_after(text[end : end + EXAMPLE]))


def _escape(found: re.Match[str]) -> str:
    """Return the escape of a character; of a byte that is not UTF-8 its value."""
    character = found[0]
    if "\udc80" <= character <= "\udcff":
        return f"\\x{ord(character) - 0xDC00:02x}"
    return SHORT_ESCAPES.get(character) or f"\\u{ord(character):04x}"


def as_one_line(text: str) -> str:
    """Return a text with single spaces, and U+FFFD in place of what a line of a table cannot hold."""
    return UNFIT.sub("\ufffd", " ".join(text.split()))


def example(text: str, start: int, end: int) -> str:
    """Return the sentence, or the part of it around an entity, on one line."""
    if len(text) <= EXAMPLE:
        return as_one_line(text)
    first = max(0, min(start - (EXAMPLE - (end - start)) // 2, len(text) - EXAMPLE))
    last = min(len(text), max(end, first + EXAMPLE))
    first = min(first, start)
    return ("…" if first else "") + as_one_line(text[first:last]) + ("…" if last < len(text) else "")
