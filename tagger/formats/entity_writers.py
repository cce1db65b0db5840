"""Formats that show entities: JSON Lines, inline, brat, and counts.

- JSON Lines: one object per sentence.
- Inline: the text itself with its entities in elements: `<PERS>Леся Українка</PERS>`. `&`, `<` and `>` of the text
  become `&amp;`, `&lt;` and `&gt;`. To get the text back, remove the elements and unescape these three.
- brat stand-off annotation: `T1<TAB>PERS 0 9<TAB>Леся Українка`, offsets in code points into the whole input
  (https://brat.nlplab.org/standoff.html).
- Counts: each entity with its frequency, most frequent first: `12<TAB>PERS<TAB>Леся Українка<TAB>an example sentence`.
  A spreadsheet takes a cell that starts with `=`, `+`, `-` or `@` for a formula, and may run it, so such a cell gets an
  apostrophe at its start (https://owasp.org/www-community/attacks/CSV_Injection). So does a cell that starts with a
  quotation mark and never closes it, since it would take in the next rows.
"""

import json
import re
from typing import TYPE_CHECKING, Any

from tagger.formats.labels import LabelView
from tagger.formats.sentence import Sentence, encode, one_line, running_text

if TYPE_CHECKING:
    from tagger.formats.records.record import Record


def json_line(sentence: Sentence, view: LabelView) -> bytes:
    """Return a JSON object and a line feed.

    `{"text": ..., "tokens": [[start, end], ...], "entities": [{"start", "end", "label", "text", "score"}, ...]}`, with
    offsets in code points. With lemmas, entities also have a `lemma`.

    A line, or with `--sentences` a sentence, that is too long to be held becomes several objects. All but the first
    have an `offset`: where their text begins in the whole line or sentence. Their other offsets also count from its
    beginning.

    Text that has a name in its line, which comes with columns, has it as `id`.

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
        if span.lemma is not None:
            entity["lemma"] = span.lemma
        if span.score is not None:
            entity["score"] = round(span.score, 4)
        entities.append(entity)
    value: dict[str, Any] = {"id": sentence.name} if sentence.name else {}
    value["text"] = text
    if shift:
        value["offset"] = shift
        offsets = [(shift + start, shift + end) for start, end in offsets]
    value |= {"tokens": offsets, "entities": entities}
    line = json.dumps(value, ensure_ascii=False)
    return without_surrogates(line).encode() + b"\n"


def without_surrogates(text: str) -> str:
    """Return the text with U+FFFD for what UTF-8 cannot encode: bytes that were not UTF-8, and half pairs of JSON."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return "".join("\ufffd" if "\ud800" <= character <= "\udfff" else character for character in text)
    return text


ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
QUOTED = ESCAPES | str.maketrans({'"': "&quot;"})


def inline_line(sentence: Sentence, view: LabelView) -> bytes:
    """Return the text of a sentence with its entities in elements, and the line's own end.

    With scores, elements have an attribute `score`, with lemmas `lemma`. Output from CoNLL has no byte order mark.
    """
    if not sentence.tokens and sentence.form != "text":
        return b""
    text, offsets = running_text(sentence)
    parts: list[str] = []
    done = 0
    for span in view.spans:
        start, end = offsets[span.start][0], offsets[span.end - 1][1]
        score = "" if span.score is None or not view.scores else f' score="{span.score:.4f}"'
        lemma = "" if span.lemma is None else f' lemma="{as_one_line(span.lemma).translate(QUOTED)}"'
        parts += (
            text[done:start].translate(ESCAPES),
            f"<{span.label}{score}{lemma}>",
            text[start:end].translate(ESCAPES),
            f"</{span.label}>",
        )
        done = end
    parts.append(text[done:].translate(ESCAPES))
    line = encode("".join(parts))
    line = encode(sentence.lead.translate(ESCAPES)) + line + encode(sentence.trail.translate(ESCAPES))
    return sentence.prefix + line + sentence.ending if sentence.form == "text" else line + b"\n"


class BratWriter:
    """Numbers the entities of one input, which must be running text, since brat's offsets point into it."""

    def __init__(self) -> None:
        self._count = 0

    def write(self, sentence: Sentence, view: LabelView) -> bytes:
        """Return the lines of one sentence's entities; with scores or lemmas, a note after each."""
        lines = []
        for span in view.spans:
            self._count += 1
            start, end = sentence.offsets[span.start][0], sentence.offsets[span.end - 1][1]
            text = one_line(sentence.text[start:end])
            lines.append(f"T{self._count}\t{span.label} {sentence.before + start} {sentence.before + end}\t{text}\n")
            notes = [f"score {span.score:.4f}"] if span.score is not None and view.scores else []
            if span.lemma is not None:
                notes.append(f"lemma {one_line(span.lemma)}")
            if notes:
                lines.append(f"#{self._count}\tAnnotatorNotes T{self._count}\t{'; '.join(notes)}\n")
        return encode("".join(lines))


NEWDOC = 20  # lines at the beginning of a sentence among which `# newdoc` is looked for
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


class NameTally:
    """Counts names: all forms of a name, in all documents, as one.

    A document is an input, what follows a `# newdoc` line of CoNLL-U, or a record of a table or of JSON Lines.

    :param whole_run: see :class:`tagger.base_forms.name_table.NameTable`.
    """

    def __init__(self, whole_run: bool = False) -> None:
        from tagger.base_forms.name_table import NameTable  # needs pymorphy3, which not everybody has

        self._table = NameTable(whole_run=whole_run)
        self._path: str | None = None
        self._record: Record | None = None

    def write(self, path: str, sentence: Sentence, view: LabelView) -> bytes:
        """Count the sentence's entities. Nothing is written before the end."""
        from tagger.base_forms.same_name import Mention, alias_after

        begins = any(line.startswith(b"# newdoc") for line in sentence.lines[:NEWDOC])
        if begins or path != self._path or sentence.record is not self._record:
            self._table.end_document()
            self._path, self._record = path, sentence.record
        if view.spans:
            text, offsets = running_text(sentence)
            for span in view.spans:
                start, end = offsets[span.start][0], offsets[span.end - 1][1]
                lemma = as_one_line(span.lemma or text[start:end])
                mention = Mention(span.label, lemma, span.own, alias_after(text[end : end + EXAMPLE]))
                shown = "" if self._table.knows(lemma) else example(text, start, end)
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
    unsafe = text.startswith(FORMULA) or (text.startswith('"') and text.count('"') % 2 == 1)
    return f"'{text}" if unsafe else text


def as_one_line(text: str) -> str:
    return UNFIT.sub("\ufffd", " ".join(text.split()))


def example(text: str, start: int, end: int) -> str:
    """Return the sentence, or the part of it around an entity, on one line."""
    if len(text) <= EXAMPLE:
        return as_one_line(text)
    first = max(0, min(start - (EXAMPLE - (end - start)) // 2, len(text) - EXAMPLE))
    last = min(len(text), max(end, first + EXAMPLE))
    first = min(first, start)
    return ("…" if first else "") + as_one_line(text[first:last]) + ("…" if last < len(text) else "")
