"""Tagged sentences to bytes, in the chosen output format, with colours for a terminal."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

import numpy as np

from tagger.errors import DataError
from tagger.formats import COUNT, NAMES, NAMES_OF_RUN
from tagger.formats.entity_writers import BratWriter, inline_line, json_line
from tagger.formats.labels import Labels, LabelView
from tagger.formats.lined.block_writer import AnyBlock, BlockWriter
from tagger.formats.lined.conll_writer import ConlluWriter, add_column, add_misc, tag_lines
from tagger.formats.mentions import NameTally, Table, Tally
from tagger.formats.sentence import Sentence, encode, running_text
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
        # a line with a tag in its last columns, or an element of the inline format
        self._line = re.compile(rb"^[^\r\n]*[ \t|=][BIES]-(" + names + rb")(?=[ \t|\r\n]|$)[^\r\n]*", re.MULTILINE)
        self._element = re.compile(rb"<(" + names + rb")( [^>]*)?>.*?</\1>", re.DOTALL)

    def color(self, data: bytes) -> bytes:
        """Colour the lines that have a tag, and the elements of the inline format."""
        if not self._codes:
            return data

        def paint(match: re.Match[bytes]) -> bytes:
            whole, label = bytes(match[0]), bytes(match[1])
            return b"\x1b[" + self._codes[label] + b"m" + whole + RESET

        return self._line.sub(paint, self._element.sub(paint, data))


KEY = "NER"


@dataclass(frozen=True, slots=True)
class WriterSettings:
    """Output options.

    :param form: output format: one of :data:`tagger.formats.OUTPUTS`, or :data:`tagger.formats.COUNT`,
        :data:`tagger.formats.NAMES` or :data:`tagger.formats.NAMES_OF_RUN`; `same` keeps the input's lines and adds the
        tags.
    :param column: for CoNLL in and out: index of the new tag column, from 0; `None` appends it.
    :param key: name of the tag in CoNLL-U's MISC column.
    :param added: name of what is added to records; `None`: see :class:`tagger.formats.records.writers.RecordWriter`.
    :param color: colour entities for a terminal.
    :param lemma: also write the base form of each entity.
    :param header: `tsv`: write the names of the columns first.
    :param linked: `tsv`: link the mentions of each document, which is held until it ends; needs base forms.
    :param spreadsheet: `tsv`: make cells harmless that a spreadsheet would take for a formula.
    """

    form: str = "same"
    column: int | None = None
    key: str = KEY
    added: str | None = None
    color: bool = False
    lemma: bool = False
    header: bool = False
    spreadsheet: bool = False
    linked: bool = False

    @property
    def needs_spans(self) -> bool:
        """True if entities are shown, not just tags."""
        return self.lemma or self.form not in TAG_WRITERS


SentenceWriter = Callable[[Sentence, LabelView], bytes]
MakeWriter = Callable[[str, WriterSettings], SentenceWriter]


class ColumnWriter:
    """Adds a column to the input's own CoNLL lines, see :func:`tagger.formats.lined.conll_writer.add_column`.

    A line that is too long to be held comes in several sentences. Its tag is kept until the line ends.
    """

    def __init__(self, column: int | None, key: str = KEY) -> None:
        self._column, self._key = column, key
        self._kept = b""  # the tag of a line of which only a part was written

    def __call__(self, sentence: Sentence, view: LabelView) -> bytes:
        data = add_column(sentence, view, self._column, self._key)
        if sentence.goes_on and sentence.rows:
            own = data[data.rfind(b"\n") + 1 :].removeprefix(sentence.prefix)
            if own.startswith(sentence.lines[-1]):
                self._kept = own[len(sentence.lines[-1]) :]
                data = data[: len(data) - len(self._kept)]
        elif self._kept and not sentence.goes_on:
            line = sentence.lines[0].removesuffix(b"\r")
            data = line + self._kept + data[len(line) :]
            self._kept = b""
        return data


def _same(form: str, settings: WriterSettings) -> SentenceWriter:
    if form in ("conll", "vertical"):
        return ColumnWriter(settings.column, settings.key)
    return partial(add_misc, key=settings.key) if form == "conllu" else tag_lines


def _conllu(form: str, settings: WriterSettings) -> SentenceWriter:
    return partial(add_misc, key=settings.key) if form == "conllu" else ConlluWriter(settings.key)


# By output format, a function that makes the writer for one input, given the input's format and the settings.
TAG_WRITERS: dict[str, MakeWriter] = {
    "same": _same,
    "conll": lambda form, settings: tag_lines,
    "conllu": _conllu,
}
ENTITY_WRITERS: dict[str, MakeWriter] = {
    "jsonl": lambda form, settings: json_line,
    "inline": lambda form, settings: inline_line,
    "brat": lambda form, settings: BratWriter().write,
}
WRITERS = TAG_WRITERS | ENTITY_WRITERS
TEXT_ONLY = ("brat",)  # outputs whose offsets point into running text


class Document(Protocol):
    """An output with an end of its own, shared by all inputs."""

    def write(self, path: str, sentence: Sentence, view: LabelView) -> bytes:
        """Return the bytes that a sentence of the input named `path` adds now."""

    def finish(self) -> bytes:
        """Return the bytes after the last sentence."""


def _page(labels: Labels, settings: WriterSettings) -> Document:
    from tagger.formats.html.page import Page  # seldom used, and its imports take time

    return Page(labels.names)


DOCUMENTS: dict[str, Callable[[Labels, WriterSettings], Document]] = {
    "html": _page,
    "tsv": lambda labels, settings: Table(settings.header, settings.spreadsheet, settings.linked),
    COUNT: lambda labels, settings: Tally(),
    NAMES: lambda labels, settings: NameTally(),
    NAMES_OF_RUN: lambda labels, settings: NameTally(whole_run=True),
}


def open_document(settings: WriterSettings, labels: Labels) -> Document | None:
    """Open the document of an output format; `None` if the format is written sentence by sentence."""
    make = DOCUMENTS.get(settings.form)
    return make(labels, settings) if make else None


OwnBase = Callable[[Sequence[str], str], str]  # the tokens of a name and its label to its base form


def _no_base(tokens: Sequence[str], label: str) -> str:
    return ""


def add_lemmas(sentence: Sentence, view: LabelView, own_base: OwnBase = _no_base) -> None:
    """Give each entity of a view its base form.

    :param own_base: gives the base form of a name that has one in the user's own list, else nothing.
    :raises PackageError: pymorphy3 or its Ukrainian dictionary is missing.
    """
    view.lemmas = True
    if view.spans:
        from tagger.base_forms.base_form import base_form

        text, offsets = running_text(sentence)
        view.spans = [
            replace(
                span,
                lemma=own_base(sentence.tokens[span.start : span.end], span.own)
                or base_form(text, offsets[span.start][0], offsets[span.end - 1][1], span.own),
            )
            for span in view.spans
        ]


class Writer:
    """Writes the sentences of one input.

    :param path: the input's name, for messages.
    :param document: the document that takes its sentences, if the format is one; see :func:`open_document`.
    :param own_base: see :func:`add_lemmas`.
    """

    def __init__(
        self,
        path: str,
        settings: WriterSettings,
        labels: Labels,
        document: Document | None = None,
        own_base: OwnBase = _no_base,
    ) -> None:
        self._path, self._settings, self._labels, self._document = path, settings, labels, document
        self._own_base = own_base
        self._palette = Palette(labels.names) if settings.color else None
        self._blocks = BlockWriter(settings.form, settings.column, settings.key, labels)
        self._writers: dict[str, SentenceWriter] = {}  # by input format
        self._last: tuple[Sentence, bytes] | None = None

    @property
    def block_forms(self) -> tuple[str, ...]:
        """Input formats whose blocks :meth:`write_block` accepts."""
        return () if self._settings.color or self._settings.lemma else self._blocks.forms

    def write_block(self, block: AnyBlock, numbers: np.ndarray, probabilities: np.ndarray | None = None) -> bytes:
        """Return the bytes of a block of regular sentences, the same as :meth:`write` gives for each.

        Parameters are those of :meth:`tagger.formats.lined.block_writer.BlockWriter.write`.
        """
        self._last = None  # a block ends with an empty line
        return self._blocks.write(block, numbers, probabilities)

    def write(self, sentence: Sentence, annotation: Annotation) -> bytes:
        """Return the bytes of one sentence.

        :raises DataError: the output format cannot hold it.
        """
        view = self._labels.view(annotation, spans=self._settings.needs_spans or sentence.record is not None)
        if self._settings.lemma:
            add_lemmas(sentence, view, self._own_base)
        if self._document:
            return self._document.write(self._path, sentence, view)
        form = sentence.form if sentence.record is None else sentence.record.form
        write = self._writers.get(form)
        if write is None:
            write = self._writers[form] = self._open(sentence)
        if sentence.goes_on and sentence.rows and not isinstance(write, ColumnWriter):
            self._check_last_token(sentence)
        data = write(sentence, view)
        if self._palette:
            data = self._palette.color(data)
        if data:
            self._last = sentence, data
        return data

    def end_document(self) -> bytes:
        """Return the bytes after a document that was tagged as a whole."""
        return self._document.end_document() if isinstance(self._document, Table) else b""

    def gap(self) -> bytes:
        """Return the bytes to write before the next input's sentences, so that they do not run into this one's."""
        if self._last is None:
            return b""
        sentence, data = self._last
        if sentence.goes_on and self._settings.form in ("same", "conll"):
            return sentence.line_end
        text = sentence.form == "text"
        line_end = sentence.line_end if text else b"\r\n" if sentence.lines[0].endswith(b"\r") else b"\n"
        end = b"" if data.endswith(line_end[-1:]) else line_end
        own_lines = sentence.form in ("conll", "conllu") and self._settings.form in ("same", sentence.form)
        own_lines = own_lines and self._settings.form != "conll"
        return end + (line_end if own_lines and sentence.lines[-1].strip() else b"")

    def _open(self, sentence: Sentence) -> SentenceWriter:
        output = self._settings.form
        if sentence.record is not None and output in ("same", "jsonl"):
            from tagger.formats.records.writers import NameWriter, RecordWriter  # seldom used

            if output == "same" or sentence.record.form == "jsonl":
                return RecordWriter(self._path, self._labels.names, self._settings.added)
            return NameWriter()
        if output in TEXT_ONLY and (sentence.form != "text" or sentence.record is not None):
            raise DataError(
                f"{output} needs running text for its offsets, and this has columns or fields; choose another -O",
                path=self._path,
                line=sentence.line,
            )
        return WRITERS[output](sentence.form, self._settings)

    def _check_last_token(self, sentence: Sentence) -> None:
        """Refuse a token that goes on in the next part of its line: only a format that keeps the line can hold it."""
        if sentence.lines[-1].rstrip().endswith(encode(sentence.tokens[-1])):
            raise DataError(
                "a token that is too long for any output but its own format; shorten it, or choose another -O",
                path=self._path,
                line=sentence.line + len(sentence.lines) - 1,
            )
