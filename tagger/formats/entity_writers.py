"""Formats that show entities: JSON Lines, inline, brat, and counts.

- JSON Lines: one object per sentence.
- Inline: the text itself with its entities in elements: `<PERS>Леся Українка</PERS>`. `&`, `<` and `>` of the text become `&amp;`, `&lt;` and
  `&gt;`, so without the elements, and with these three put back, it is the text again.
- brat stand-off annotation: `T1<TAB>PERS 0 9<TAB>Леся Українка`, offsets in code points into the whole input
  (https://brat.nlplab.org/standoff.html).
- Counts: each entity with its frequency, most frequent first: `12<TAB>PERS<TAB>Леся Українка<TAB>an example sentence`. A spreadsheet takes a cell
  that starts with `=`, `+`, `-` or `@` for a formula, and may run it. Such a cell starts with an apostrophe instead
  (https://owasp.org/www-community/attacks/CSV_Injection). So does one that starts with a quotation mark and never closes it, since it would take in
  the next rows.
"""

import json
import re
from typing import Any

from tagger.formats.labels import LabelView
from tagger.formats.sentence import Sentence, encode, one_line, running_text


def json_line(sentence: Sentence, view: LabelView) -> bytes:
    """`{"text": ..., "tokens": [[start, end], ...], "entities": [{"start", "end", "label", "text", "score"}, ...]}`.

    Of a line, or with `--sentences` a sentence, that is too long to be held there are several objects. All but the first have an `offset`: where their text
    begins in the whole, from which their places are counted, too.

    A byte that is not UTF-8 becomes U+FFFD, which is one code point, as it was: offsets hold.
    """
    if not sentence.tokens and sentence.form != "text":
        return b""
    text, offsets = running_text(sentence)
    entities, own = [], sentence.after
    for span in view.spans:
        start, end = offsets[span.start][0], offsets[span.end - 1][1]
        entity = {"start": own + start, "end": own + end, "label": span.label, "text": text[start:end]}
        if span.score is not None:
            entity["score"] = round(span.score, 4)
        entities.append(entity)
    places = [(own + start, own + end) for start, end in offsets] if own else offsets
    value: dict[str, Any] = {"text": text, **({"offset": own} if own else {}), "tokens": places, "entities": entities}
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
    """The line of a sentence, with the line's own end; with scores, an attribute `score`. What is made of CoNLL has no byte order mark."""
    if not sentence.tokens and sentence.form != "text":
        return b""
    text, offsets = running_text(sentence)
    parts, place = [], 0
    for span in view.spans:
        start, end = offsets[span.start][0], offsets[span.end - 1][1]
        score = "" if span.score is None or not view.scores else f' score="{span.score:.4f}"'
        parts += (
            text[place:start].translate(ESCAPES),
            f"<{span.label}{score}>",
            text[start:end].translate(ESCAPES),
            f"</{span.label}>",
        )
        place = end
    parts.append(text[place:].translate(ESCAPES))
    line = encode("".join(parts))
    return sentence.prefix + line + sentence.ending if sentence.form == "text" else line + b"\n"


class BratWriter:
    """Numbers the entities of one input; needs running text, whose offsets it can point into."""

    def __init__(self) -> None:
        self._count = 0

    def write(self, sentence: Sentence, view: LabelView) -> bytes:
        """The lines of one sentence, with a note for each score."""
        lines = []
        for span in view.spans:
            self._count += 1
            start, end = sentence.offsets[span.start][0], sentence.offsets[span.end - 1][1]
            text = one_line(sentence.text[start:end])
            lines.append(f"T{self._count}\t{span.label} {sentence.before + start} {sentence.before + end}\t{text}\n")
            if span.score is not None and view.scores:
                lines.append(f"#{self._count}\tAnnotatorNotes T{self._count}\tscore {span.score:.4f}\n")
        return encode("".join(lines))


EXAMPLE = 200  # characters of an example, at most; of a longer sentence the part around the entity

UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff]")  # no character of a table
FORMULA = tuple("=+-@＝＋－＠﹦﹢﹣﹫")  # East Asian forms, too, which some spreadsheets take for the same


class Tally:
    """Counts entities of the same label and spelling. It holds all different ones, so memory grows with them."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str], int] = {}
        self._examples: dict[tuple[str, str], str] = {}

    def write(self, path: str, sentence: Sentence, view: LabelView) -> bytes:
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
        cells = [
            (str(-count), _cell(label), _cell(name), _cell(self._examples[label, name])) for count, label, name in rows
        ]
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
