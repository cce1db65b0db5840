"""Formats that show entities: JSON Lines, inline and brat. Tables of them are in :mod:`tagger.formats.mentions`.

- JSON Lines: one object per sentence.
- Inline: the text itself with its entities in elements: `<PERS>Леся Українка</PERS>`. `&`, `<` and `>` of the text
  become `&amp;`, `&lt;` and `&gt;`. To get the text back, remove the elements and unescape these three.
- brat stand-off annotation: `T1<TAB>PERS 0 9<TAB>Леся Українка`, offsets in code points into the whole input
  (https://brat.nlplab.org/standoff.html).
"""

import json
from typing import Any

from tagger.formats.labels import LabelView
from tagger.formats.mentions import as_one_line
from tagger.formats.sentence import Sentence, encode, one_line, running_text


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
    shift = sentence.after
    value: dict[str, Any] = {"id": sentence.name} if sentence.name else {}
    value["text"] = text
    if shift:
        value["offset"] = shift
        offsets = [(shift + start, shift + end) for start, end in offsets]
    value |= {"tokens": offsets, "entities": entity_objects(sentence, view, shift)}
    line = json.dumps(value, ensure_ascii=False)
    return without_surrogates(line).encode() + b"\n"


def entity_objects(sentence: Sentence, view: LabelView, shift: int) -> list[dict[str, Any]]:
    """Return the entities of a sentence as JSON objects.

    :param shift: code points before the sentence in the text that offsets count in.
    """
    text, offsets = running_text(sentence)
    found = []
    for span in view.spans:
        start, end = offsets[span.start][0], offsets[span.end - 1][1]
        entity: dict[str, Any] = {"start": shift + start, "end": shift + end, "label": span.label}
        entity["text"] = text[start:end]
        if span.lemma is not None:
            entity["lemma"] = span.lemma
        if span.score is not None:
            entity["score"] = round(span.score, 4)
        found.append(entity)
    return found


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
