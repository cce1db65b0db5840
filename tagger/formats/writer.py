"""Tagged sentences to bytes, in the format that was asked for, with colours for a terminal."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from tagger.errors import DataError
from tagger.formats.conll_writer import AnyBlock, BlockWriter, add_column, add_misc, conllu_lines, tag_lines
from tagger.formats.entity_writers import BratWriter, inline_line, json_line
from tagger.formats.labels import Labels, LabelView
from tagger.formats.sentence import Sentence, encode
from tagger.inference.window import Annotation

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

    def color(self, data: bytes, view: LabelView) -> bytes:
        """Colour lines with a tag, and elements."""
        if not self._codes:
            return data

        def paint(match: re.Match) -> bytes:
            return b"\x1b[" + self._codes[match[1]] + b"m" + match[0] + RESET

        return self._line.sub(paint, self._element.sub(paint, data))


KEY = "NER"


@dataclass(frozen=True, slots=True)
class WriterSettings:
    """How to write.

    :param form: one of :data:`tagger.formats.OUTPUTS`; `same` is the input's own form.
    :param column: CoNLL in, the same out: the column that the tag becomes, from 0; `None`: the last.
    :param key: the name of the tag in CoNLL-U's MISC.
    :param color: whether entities are coloured for a terminal.
    """

    form: str = "same"
    column: int | None = None
    key: str = KEY
    color: bool = False

    @property
    def needs_spans(self) -> bool:
        """Whether entities, not just tags, are written."""
        return self.form in ("jsonl", "inline", "brat", "html", "count")


class Document(Protocol):
    """An output with an end of its own, and one for all inputs."""

    def write(self, path: str, sentence: Sentence, view: LabelView) -> bytes:
        """What is written for a sentence of the input of that name."""

    def finish(self) -> bytes:
        """What is written behind the last sentence."""


def open_document(settings: WriterSettings, labels: Labels) -> Document | None:
    """The document for a form that is one, `None` for the other forms."""
    if settings.form == "html":
        from tagger.formats.html import Page

        return Page(labels.names)
    if settings.form == "count":
        from tagger.formats.entity_writers import Tally

        return Tally()
    return None


class Writer:
    """Writes the sentences of one input.

    :param path: the input's name, for messages.
    :param document: to what its sentences go, if the form is a document; see :func:`open_document`.
    """

    def __init__(self, path: str, settings: WriterSettings, labels: Labels, document: Document | None = None) -> None:
        self._path, self._settings, self._labels, self._document = path, settings, labels, document
        self._palette = Palette(labels.names) if settings.color else None
        self._brat = BratWriter()
        self._blocks = BlockWriter(settings.form, settings.column, settings.key, labels)
        self._forms: dict[str, Callable[[Sentence, LabelView], bytes]] = {}  # by the form of the input
        self._last: tuple[Sentence, bytes] | None = None
        self._tag = b""  # of a line of which a part was written: what stands at its end

    @property
    def block_forms(self) -> tuple[str, ...]:
        """The forms of whose blocks :meth:`write_block` may be asked."""
        return () if self._settings.color else self._blocks.forms

    def write_block(self, block: AnyBlock, numbers: np.ndarray, probabilities: np.ndarray | None = None) -> bytes:
        """The bytes of usual sentences, the same as :meth:`write` of each; see :meth:`tagger.formats.conll_writer.BlockWriter.write`."""
        self._last = None  # it ends with an empty line
        return self._blocks.write(block, numbers, probabilities)

    def write(self, sentence: Sentence, annotation: Annotation) -> bytes:
        """The bytes of one sentence. Raises DataError where the form cannot hold it."""
        view = self._labels.view(annotation, spans=self._settings.needs_spans)
        if self._document:
            return self._document.write(self._path, sentence, view)
        form = self._forms.get(sentence.form)
        if form is None:
            form = self._forms[sentence.form] = self._form(sentence)
        if (
            sentence.goes_on
            and sentence.rows
            and form != self._add_column
            and sentence.lines[-1].rstrip().endswith(encode(sentence.tokens[-1]))
        ):
            raise DataError(
                "a token that is too long for another form than its own; mend it",
                path=self._path,
                line=sentence.line + len(sentence.lines) - 1,
            )
        data = form(sentence, view)
        if self._palette:
            data = self._palette.color(data, view)
        if data:
            self._last = sentence, data
        return data

    def _add_column(self, sentence: Sentence, view: LabelView) -> bytes:
        """As :func:`tagger.formats.conll_writer.add_column`; the tag of a line that goes on is kept for its end."""
        data = add_column(sentence, view, self._settings.column)
        if sentence.goes_on and sentence.rows:
            own = data[data.rfind(b"\n") + 1 :].removeprefix(sentence.prefix)
            if own.startswith(sentence.lines[-1]):
                self._tag = own[len(sentence.lines[-1]) :]
                data = data[: len(data) - len(self._tag)]
        elif self._tag and not sentence.goes_on:
            line = sentence.lines[0].removesuffix(b"\r")
            data = line + self._tag + data[len(line) :]
            self._tag = b""
        return data

    def gap(self) -> bytes:
        """What must be written before another input's sentences, so that they do not run into this one's."""
        if self._last is None:
            return b""
        sentence, data = self._last
        if sentence.goes_on and self._settings.form in ("same", "conll"):
            return sentence.line_end
        text = sentence.form == "text"
        line_end = sentence.line_end if text else b"\r\n" if sentence.lines[0].endswith(b"\r") else b"\n"
        end = b"" if data.endswith(line_end[-1:]) else line_end
        own_lines = not text and self._settings.form in ("same", sentence.form) and self._settings.form != "conll"
        return end + (line_end if own_lines and sentence.lines[-1].strip() else b"")

    def _form(self, sentence: Sentence) -> Callable[[Sentence, LabelView], bytes]:
        form, settings = self._settings.form, self._settings
        if form == "same":
            form = {"text": "conll", "conll": "own conll", "conllu": "own conllu"}[sentence.form]
        if form == "conllu" and sentence.form == "conllu":
            form = "own conllu"
        match form:
            case "conll":
                return tag_lines
            case "own conll":
                return self._add_column
            case "own conllu":
                return lambda sentence, view: add_misc(sentence, view, settings.key)
            case "conllu":
                return lambda sentence, view: conllu_lines(sentence, view, settings.key)
            case "jsonl":
                return json_line
            case "inline":
                return inline_line
        if sentence.form != "text":
            raise DataError(
                "brat's offsets point into running text, and this is CoNLL; choose another -O",
                path=self._path,
                line=sentence.line,
            )
        return self._brat.write
