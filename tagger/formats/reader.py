"""One input from its first byte to its last: lines, the byte order mark, and the detection of the format."""

import os
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Protocol

from tagger.errors import DataError
from tagger.formats import LARGEST_RECORD, RECORDS
from tagger.formats.encoding import BYTE_ORDER_MARK, Decoder, check_encoding, may_be_mark
from tagger.formats.lined.conll import ConllReader
from tagger.formats.lined.conllu import ConlluReader
from tagger.formats.lined.vertical import VerticalReader
from tagger.formats.sentence import ConllBlock, ConlluBlock, Piece, Sentence
from tagger.formats.sniff import Guess, Sniffer
from tagger.formats.text import TextReader

# Blank lines and comments at the start, which are held until the format is known. An input with more of them is text.
LONGEST_PREAMBLE = 100_000  # lines
LONGEST_LINE = 1 << 17  # bytes; a longer line is worked through in pieces, so that memory does not grow with it
LONGEST_WORD = 1 << 21  # bytes of a first line without white space, while it is not known whether a TAB follows
LARGEST_PREAMBLE = 1 << 24  # bytes

TABLES = ("csv", "tsv")  # inputs that only their file's name gives away
TEXT_FIELD = "text"  # the field of records that is tagged unless another is named


class LineReader(Protocol):
    """Turns the lines of one format into sentences. For the methods see :class:`tagger.formats.text.TextReader`."""

    def read(self, lines: list[bytes], number: int, found: list[Piece], *, ended: bool = True) -> None: ...
    def read_block(self, block: bytes, number: int, found: list[Piece]) -> None: ...
    def read_part(self, data: bytes, number: int, found: list[Piece]) -> int: ...
    def finish(self, found: list[Piece]) -> None: ...


@dataclass(frozen=True, slots=True)
class ReaderSettings:
    """Input options.

    :param form: one of :data:`tagger.formats.INPUTS`; `None` detects it, see :class:`tagger.formats.sniff.Sniffer`.
    :param column: CoNLL: index of the token's column, from 0; negative counts from the end; `None` finds it.
    :param field: records: name of the field to tag, or number of the column; text: number of its column, if it has any.
    :param pretokenized, sentences: see :class:`tagger.formats.text.TextReader`.
    :param null: lines of text end with NUL instead of a line feed.
    :param strict: make bytes that are not UTF-8 an error.
    :param sure: make doubt about the form an error instead of a warning.
    :param encoding: that of the input; `None`: UTF-8. It is converted before :class:`Reader` gets it.
    """

    form: str | None = None
    column: int | None = 0
    field: str | None = None
    encoding: str | None = None
    pretokenized: bool = False
    sentences: bool = False
    null: bool = False
    strict: bool = False
    sure: bool = False

    @property
    def separator(self) -> bytes:
        """The byte that ends a line."""
        return b"\0" if self.null else b"\n"


def _text_reader(decoder: Decoder, settings: ReaderSettings, together: bool) -> TextReader:
    return TextReader(
        decoder,
        pretokenized=settings.pretokenized,
        sentences=settings.sentences,
        separator=settings.separator,
        field=None if settings.field is None else int(settings.field) - 1,
        together=together,
    )


def _table_reader(decoder: Decoder, settings: ReaderSettings, tsv: bool) -> LineReader:
    from tagger.formats.records.table import TableReader  # seldom used

    return TableReader(decoder, settings.field or TEXT_FIELD, tsv=tsv)


def _json_reader(decoder: Decoder, settings: ReaderSettings) -> LineReader:
    from tagger.formats.records.jsonl import JsonReader  # seldom used

    return JsonReader(decoder, settings.field or TEXT_FIELD)


# By input format, a function that makes its reader. The last argument: whether regular sentences may come as blocks.
READERS: dict[str, Callable[[Decoder, ReaderSettings, bool], LineReader]] = {
    "text": _text_reader,
    "conll": lambda decoder, settings, together: ConllReader(decoder, column=settings.column),
    "conllu": lambda decoder, settings, together: ConlluReader(decoder),
    "vertical": lambda decoder, settings, together: VerticalReader(decoder, column=settings.column),
    "jsonl": lambda decoder, settings, together: _json_reader(decoder, settings),
    "csv": lambda decoder, settings, together: _table_reader(decoder, settings, False),
    "tsv": lambda decoder, settings, together: _table_reader(decoder, settings, True),
}


class Reader:
    """Turns the byte blocks of one input into sentences, as soon as these are complete.

    :param path: the input's name, for messages.
    :param warn: takes warnings.
    :param together: formats whose regular sentences come as one :class:`tagger.formats.sentence.Block`.
    :ivar error: the error that stopped the reading, or `None`. What :meth:`feed` and :meth:`close` returned stays
        valid.
    """

    def __init__(
        self, path: str, settings: ReaderSettings, warn: Callable[[str], None], *, together: Collection[str] = ()
    ) -> None:
        self.path, self._settings, self._together = path, settings, together
        self._decoder, self._warn = Decoder(path, settings.strict, warn), warn
        self._sniffer = Sniffer()
        self._separator = settings.separator
        self._partial: list[bytes] = []
        self._held = 0  # bytes in _partial
        self._number = 1  # of the next line
        self._mark = b""
        self._start: bytes | None = b""  # held until there are enough bytes to tell the encoding
        self._waiting: list[bytes] = []  # lines read before the format is known
        self._waiting_size = 0  # bytes in _waiting
        self._form = "text" if settings.null else settings.form  # CoNLL has no lines that end with NUL
        self._opened = self._make(self._form) if self._form else None  # None until the format is known
        self.error: DataError | None = None

    @property
    def _reader(self) -> LineReader:
        if self._opened is None:
            raise ValueError("the format is not known yet")
        return self._opened

    def feed(self, block: bytes) -> list[Piece]:
        """Take the next block, of any size, and return the sentences that it completes."""
        if self.error:
            return []
        if self._start is not None:
            block = self._start + block
            if may_be_mark(block, self._separator):
                self._start = block
                return []
            self._start = None
            block = self._without_mark(block)
            if self.error:
                return []
        head, separator, rest = block.rpartition(self._separator)
        if not separator:
            self._partial.append(block)
            self._held += len(block)
            return self._part() if self._held > LONGEST_LINE else []
        if self._partial:
            head = b"".join([*self._partial, head])
        self._partial, self._held = [rest] if rest else [], len(rest)
        if self._opened is None:
            return self._lines(head.split(self._separator), True)
        number, self._number = self._number, self._number + head.count(self._separator) + 1
        return self._guard(lambda found: self._reader.read_block(head, number, found))

    def close(self) -> list[Piece]:
        """End the input and return the remaining sentences."""
        if self.error:
            return []
        found: list[Piece] = []
        if self._start:
            start, self._start = self._start, None
            self._partial = [self._without_mark(start)]
        last = b"".join(self._partial)
        if last and not self.error:
            found = self._lines([last], False)
        if self._opened is None and not self.error:  # nothing but blank lines and comments
            self._opened = self._guessed(self._sniffer.end())
            found += self._guard(lambda found: self._reader.read(self._waiting, 1, found, ended=not last))
        if self._opened is not None and not self.error:
            try:
                self._reader.finish(found)
            except DataError as error:
                self.error = error
            if self._mark and not found and self._form in ("conll", "conllu", "vertical"):  # not even a line
                found.append(Sentence([], 1, self._form, lines=[b""], ending=b""))
        return self._marked(found)

    def _without_mark(self, block: bytes) -> bytes:
        try:
            check_encoding(block, self.path, self._separator)
        except DataError as error:
            self.error = error
        if block.startswith(BYTE_ORDER_MARK):
            self._mark = BYTE_ORDER_MARK
            if self._form:  # its reader was made before the mark was seen
                self._opened = self._make(self._form)
            return block[len(BYTE_ORDER_MARK) :]
        return block

    def _part(self) -> list[Piece]:
        """Read the bytes so far of a line that is too long to be held, except for a few at the end."""
        if self._form in RECORDS and self._held <= LARGEST_RECORD:
            return []
        data = b"".join(self._partial)
        found: list[Piece] = []
        if self._opened is None:
            if len(data) < LONGEST_WORD and b" " not in data and b"\t" not in data:
                self._partial = [data]
                return []
            self._opened = self._guessed(self._sniffer.add([data]) or self._sniffer.end())
            lines, self._waiting = self._waiting, []
            if lines:
                found = self._guard(lambda found: self._reader.read(lines, 1, found))
        taken = 0

        def read(found: list[Piece]) -> None:
            nonlocal taken
            taken = self._reader.read_part(data[:LONGEST_LINE], self._number, found)

        found += self._guard(read)
        self._partial, self._held = [data[taken:]], len(data) - taken
        return found

    def _lines(self, lines: list[bytes], ended: bool) -> list[Piece]:
        number = self._number
        self._number += len(lines)
        if self._opened is None:
            left = LONGEST_PREAMBLE - len(self._waiting)
            guess = self._sniffer.add(lines[:left])
            self._waiting += lines
            self._waiting_size += sum(map(len, lines))
            if guess is None:
                if len(lines) < left and self._waiting_size < LARGEST_PREAMBLE:
                    return []
                guess = self._sniffer.end()
            self._opened = self._guessed(guess)
            lines, self._waiting, number = self._waiting, [], 1
        return self._guard(lambda found: self._reader.read(lines, number, found, ended=ended))

    def _guard(self, read: Callable[[list[Piece]], None]) -> list[Piece]:
        """Collect the sentences of a call; a DataError is kept in `error`, with the sentences before it returned."""
        found: list[Piece] = []
        try:
            read(found)
        except DataError as error:
            self.error = error
        if isinstance(self._opened, ConllReader) and self._opened.form not in self._together:
            found = [
                sentence
                for piece in found
                for sentence in (piece.sentences() if isinstance(piece, ConllBlock | ConlluBlock) else [piece])
            ]
        return self._marked(found)

    def _marked(self, found: list[Piece]) -> list[Piece]:
        if self._mark and found:
            found[0].prefix, self._mark = self._mark, b""
        return found

    def _guessed(self, guess: Guess) -> LineReader:
        doubt = guess.doubt
        table = next((form for form in TABLES if f".{form}" in os.path.basename(self.path).lower()), None)
        if table and guess == Guess("text"):
            doubt = f"is taken for text, in spite of its name; say -i {table} --field NAME, or -i text"
        if doubt and self._settings.sure:
            self.error = DataError(f"{doubt}; no file is replaced on a guess", path=self.path)
        elif doubt:
            self._warn(f"{self.path}: {doubt}")
        if guess.field is not None:
            self._settings = replace(self._settings, field=str(guess.field + 1))
        return self._make(guess.form)

    def _make(self, form: str) -> LineReader:
        reader = READERS[form](self._decoder, self._settings, form in self._together)
        if self._mark and isinstance(reader, TextReader):
            reader.characters = 1  # offsets count the mark
        return reader
