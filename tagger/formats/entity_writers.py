"""Formats that show entities: JSON Lines, inline, brat, tables of mentions, and counts.

- JSON Lines: one object per sentence.
- Inline: the text itself with its entities in elements: `<PERS>Леся Українка</PERS>`. `&`, `<` and `>` of the text
  become `&amp;`, `&lt;` and `&gt;`. To get the text back, remove the elements and unescape these three.
- brat stand-off annotation: `T1<TAB>PERS 0 9<TAB>Леся Українка`, offsets in code points into the whole input
  (https://brat.nlplab.org/standoff.html).
- Table: a row per mention, cells between TABs. Backslashes, TABs, ends of lines and other control characters in a cell
  are escaped, as in jq's `@tsv` and PostgreSQL's COPY, so that each row is a line and each line a row.
- Counts: each entity with its frequency, most frequent first: `12<TAB>PERS<TAB>Леся Українка<TAB>an example sentence`.
  A spreadsheet takes a cell that starts with `=`, `+`, `-` or `@` for a formula, and may run it, so such a cell gets an
  apostrophe at its start (https://owasp.org/www-community/attacks/CSV_Injection). So does a cell that starts with a
  quotation mark and never closes it, since it would take in the next rows.
"""

import json
import re
from typing import Any

from tagger.formats import STANDARD_INPUT_NAME
from tagger.formats.labels import LabelView, ScoredSpan
from tagger.formats.sentence import Sentence, encode, one_line, running_text
from tagger.text.fast_words import Offsets


def json_line(sentence: Sentence, view: LabelView) -> bytes:
    """Return a JSON object and a line feed.

    `{"text": ..., "tokens": [[start, end], ...], "entities": [{"start", "end", "label", "text", "score"}, ...]}`, with
    offsets in code points.

    A line, or with `--sentences` a sentence, that is too long to be held becomes several objects. All but the first
    have an `offset`: where their text begins in the whole line or sentence. Their other offsets also count from its
    beginning.

    A byte that is not UTF-8 becomes U+FFFD, which is one code point like the byte itself, so offsets stay valid.
    """
    if not sentence.tokens and sentence.form != "text":
        return b""
    text, offsets = running_text(sentence)
    entities, shift = [], sentence.after
    for span in view.spans:
        start, end = offsets[span.start][0], offsets[span.end - 1][1]
        entity: dict[str, Any] = {"start": shift + start, "end": shift + end, "label": span.label}
        entity["text"] = text[start:end]
        if span.score is not None:
            entity["score"] = round(span.score, 4)
        entities.append(entity)
    value: dict[str, Any] = {"text": text}
    if shift:
        value["offset"] = shift
        offsets = [(shift + start, shift + end) for start, end in offsets]
    value |= {"tokens": offsets, "entities": entities}
    line = json.dumps(value, ensure_ascii=False)
    return _without_surrogates(line).encode() + b"\n"


def _without_surrogates(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        return "".join("\ufffd" if "\ud800" <= character <= "\udfff" else character for character in text)
    return text


ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def inline_line(sentence: Sentence, view: LabelView) -> bytes:
    """Return the text of a sentence with its entities in elements, and the line's own end.

    With scores, elements have an attribute `score`. Output from CoNLL has no byte order mark.
    """
    if not sentence.tokens and sentence.form != "text":
        return b""
    text, offsets = running_text(sentence)
    parts: list[str] = []
    done = 0
    for span in view.spans:
        start, end = offsets[span.start][0], offsets[span.end - 1][1]
        score = "" if span.score is None or not view.scores else f' score="{span.score:.4f}"'
        parts += (
            text[done:start].translate(ESCAPES),
            f"<{span.label}{score}>",
            text[start:end].translate(ESCAPES),
            f"</{span.label}>",
        )
        done = end
    parts.append(text[done:].translate(ESCAPES))
    line = encode("".join(parts))
    return sentence.prefix + line + sentence.ending if sentence.form == "text" else line + b"\n"


class BratWriter:
    """Numbers the entities of one input, which must be running text, since brat's offsets point into it."""

    def __init__(self) -> None:
        self._count = 0

    def write(self, sentence: Sentence, view: LabelView) -> bytes:
        """Return the lines of one sentence's entities; with scores, a note after each."""
        lines = []
        for span in view.spans:
            self._count += 1
            start, end = sentence.offsets[span.start][0], sentence.offsets[span.end - 1][1]
            text = one_line(sentence.text[start:end])
            lines.append(f"T{self._count}\t{span.label} {sentence.before + start} {sentence.before + end}\t{text}\n")
            if span.score is not None and view.scores:
                lines.append(f"#{self._count}\tAnnotatorNotes T{self._count}\tscore {span.score:.4f}\n")
        return encode("".join(lines))


EXAMPLE = 200  # characters of an example at most; a longer sentence is reduced to the part around the entity

UNFIT = re.compile(
    "[\x00-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff]"
)  # control characters, noncharacters, surrogates
FORMULA = tuple("=+-@＝＋－＠﹦﹢﹣﹫")  # with the East Asian variants, which some spreadsheets treat alike


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
                key = span.label, _one_line(text[start:end])
                if key not in self._counts:
                    self._examples[key] = _example(text, start, end)
                self._counts[key] = self._counts.get(key, 0) + 1
        return b""

    def finish(self) -> bytes:
        """Return the lines, most frequent first; equally frequent entities are sorted by label and name."""
        rows = sorted((-count, *key) for key, count in self._counts.items())
        cells = [
            (str(-count), _cell(label), _cell(name), _cell(self._examples[label, name])) for count, label, name in rows
        ]
        return "".join("\t".join(row) + "\n" for row in cells).encode()


def _cell(text: str) -> str:
    """Return the text with an apostrophe before it if a spreadsheet would not take it for text."""
    # quotation marks that close are dropped, so a formula may come after them
    unsafe = text.lstrip('" ').startswith(FORMULA) or (text.startswith('"') and text.count('"') % 2 == 1)
    return f"'{text}" if unsafe else text


COLUMNS = ("file", "line", "start", "end", "label", "text", "lemma", "name", "score")
STANDARD_INPUT_CELL = "-"
ESCAPED = re.compile("[\\\\\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
SHORT_ESCAPES = {"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"}


class Table:
    """A table with a row for each mention, in the order of the input. Nothing is kept from one row to the next.

    Offsets count from the start of the line. In CoNLL they count in the sentence, its tokens joined by spaces, as in
    JSON Lines, and the line is that of the mention's first token.

    :param header: write the names of the columns first.
    :param guarded: put an apostrophe before cells that a spreadsheet would not take for text.
    """

    def __init__(self, header: bool, guarded: bool) -> None:
        self._guarded = guarded
        self._start = b"\t".join(map(str.encode, COLUMNS)) + b"\n" if header else b""
        self._line: tuple[str, int] = "", 0  # the input and the line of the last sentence
        self._begin = 0  # code points of the input before that line

    def write(self, path: str, sentence: Sentence, view: LabelView) -> bytes:
        """Return the rows of a sentence's entities."""
        if (path, sentence.line) != self._line:  # with --sentences, a line may have several
            self._line, self._begin = (path, sentence.line), sentence.before
        rows = []
        if view.spans:
            text, offsets = running_text(sentence)
            rows = [self._row(path, sentence, text, offsets, span) for span in view.spans]
        data, self._start = self._start + "".join(rows).encode(), b""
        return data

    def finish(self) -> bytes:
        """Return the header if there was no sentence."""
        start, self._start = self._start, b""
        return start

    def _row(self, path: str, sentence: Sentence, text: str, offsets: Offsets, span: ScoredSpan) -> str:
        start, end = offsets[span.start][0], offsets[span.end - 1][1]
        is_text = sentence.form == "text"
        shift = sentence.before - self._begin if is_text else 0
        cells = (
            STANDARD_INPUT_CELL if path == STANDARD_INPUT_NAME else path,
            str(sentence.line if is_text else sentence.line + sentence.rows[span.start]),
            str(shift + start),
            str(shift + end),
            span.label,
            text[start:end],
            span.lemma or "",
            span.name or "",
            "" if span.score is None else f"{span.score:.4f}",
        )
        escaped = [ESCAPED.sub(_escape, cell) for cell in cells]
        return "\t".join(map(_cell, escaped) if self._guarded else escaped) + "\n"


def _escape(found: re.Match[str]) -> str:
    """Return the escape of a character; of a byte that is not UTF-8 its value."""
    character = found[0]
    if "\udc80" <= character <= "\udcff":
        return f"\\x{ord(character) - 0xDC00:02x}"
    return SHORT_ESCAPES.get(character) or f"\\u{ord(character):04x}"


def _one_line(text: str) -> str:
    return UNFIT.sub("\ufffd", " ".join(text.split()))


def _example(text: str, start: int, end: int) -> str:
    """Return the sentence, or the part of it around an entity, on one line."""
    if len(text) <= EXAMPLE:
        return _one_line(text)
    first = max(0, min(start - (EXAMPLE - (end - start)) // 2, len(text) - EXAMPLE))
    last = min(len(text), max(end, first + EXAMPLE))
    first = min(first, start)
    return ("…" if first else "") + _one_line(text[first:last]) + ("…" if last < len(text) else "")
