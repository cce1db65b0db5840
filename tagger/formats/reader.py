"""One input from its first byte to its last: lines, byte order mark, the form it is in."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass

from tagger.errors import DataError
from tagger.formats.conll import ConllReader
from tagger.formats.conllu import COLUMNS, ConlluReader
from tagger.formats.encoding import BYTE_ORDER_MARK, Decoder, check_encoding, may_be_mark
from tagger.formats.sentence import Block, Piece, Sentence
from tagger.formats.text import TextReader

LONGEST_PREAMBLE = 100_000  # blank lines and comments at the start; more of them make it text: they are held till then
LONGEST_LINE = 1 << 17  # bytes; a longer line is worked through in pieces, so that memory does not grow with it
LONGEST_WORD = 1 << 21  # bytes of a first line without white space, while it is not known whether a TAB follows
LARGEST_PREAMBLE = 1 << 24  # bytes
CONLLU_START = re.compile(rb"\d+([-.]\d+)?\t")


@dataclass(frozen=True, slots=True)
class ReaderSettings:
    """How to read.

    :param form: `text`, `conll`, `conllu`; `None`: found out from the first line that is neither blank nor a comment.
    :param column: CoNLL: the token's column, from 0.
    :param pretokenized, sentences: see :class:`tagger.formats.text.TextReader`.
    :param null: lines of text end with NUL instead of a line feed.
    :param strict: bytes that are not UTF-8 are an error.
    """

    form: str | None = None
    column: int = 0
    pretokenized: bool = False
    sentences: bool = False
    null: bool = False
    strict: bool = False


def sniff(line: bytes) -> str | None:
    """The form that a line speaks for; `None` where it is blank or a comment and speaks for none.

    Ten columns between TABs with a number first: `conllu`. Any TAB, or `-DOCSTART-`: `conll`. Else `text`.
    """
    if not line.strip() or (line.startswith(b"# ") and b"\t" not in line):
        return None
    if line.count(b"\t") == COLUMNS - 1 and CONLLU_START.match(line):
        return "conllu"
    return "conll" if b"\t" in line or line.startswith(b"-DOCSTART-") else "text"


class Reader:
    """Turns the blocks of one input into sentences, as soon as they are complete.

    :param path: the input's name, for messages.
    :param warn: takes warnings.
    :param together: the forms of which usual sentences are given together, as a :class:`tagger.formats.sentence.Block`.
    """

    def __init__(
        self, path: str, settings: ReaderSettings, warn: Callable[[str], None], *, together: Collection[str] = ()
    ) -> None:
        self.path, self._settings, self._together = path, settings, together
        self._decoder = Decoder(path, settings.strict, warn)
        self._separator = b"\0" if settings.null else b"\n"
        self._partial: list[bytes] = []
        self._held = 0  # bytes of these
        self._number = 1  # of the next line
        self._mark = b""
        self._start: bytes | None = b""  # until enough was seen to tell the encoding
        self._waiting: list[bytes] = []  # lines read before the form is known
        self._waiting_size = 0  # of these, in bytes
        self._form = "text" if settings.null else settings.form  # CoNLL has no lines that end with NUL
        self._reader = self._make(self._form) if self._form else None
        self.error: DataError | None = (
            None  # set where the input cannot be read on; what feed and close returned stands
        )

    def feed(self, block: bytes) -> list[Piece]:
        """Take the next block of any size; get the sentences that it completes."""
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
        if self._reader is None:
            return self._lines(head.split(self._separator), True)
        number, self._number = self._number, self._number + head.count(self._separator) + 1
        return self._guard(lambda found: self._reader.read_block(head, number, found))

    def close(self) -> list[Piece]:
        """The input has ended: get what is left."""
        if self.error:
            return []
        found: list[Piece] = []
        if self._start:
            start, self._start = self._start, None
            self._partial = [self._without_mark(start)]
        last = b"".join(self._partial)
        if last and not self.error:
            found = self._lines([last], False)
        if self._reader is None and not self.error:  # nothing but blank lines and comments
            self._reader = self._make("text")
            found += self._guard(lambda found: self._reader.read(self._waiting, 1, found, ended=not last))
        if self._reader is not None and not self.error:
            try:
                self._reader.finish(found)
            except DataError as error:
                self.error = error
            if self._mark and not found and self._form in ("conll", "conllu"):  # not even a line
                found.append(Sentence([], 1, self._form, lines=[b""], ending=b""))
        return self._marked(found)

    def _without_mark(self, block: bytes) -> bytes:
        try:
            check_encoding(block, self.path, self._separator)
        except DataError as error:
            self.error = error
        if block.startswith(BYTE_ORDER_MARK):
            self._mark = BYTE_ORDER_MARK
            if self._reader is not None:  # made without knowing of the mark
                self._reader = self._make(self._form)
            return block[len(BYTE_ORDER_MARK) :]
        return block

    def _part(self) -> list[Piece]:
        """Read what came of a line that is too long to be held, but for some bytes at least."""
        data = b"".join(self._partial)
        found: list[Piece] = []
        if self._reader is None:
            if len(data) < LONGEST_WORD and b" " not in data and b"\t" not in data:
                self._partial = [data]
                return []
            self._reader = self._make(sniff(data) or "text")
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
        if self._reader is None:
            room = LONGEST_PREAMBLE - len(self._waiting)
            form = next(filter(None, map(sniff, lines[:room])), None)
            self._waiting += lines
            self._waiting_size += sum(map(len, lines))
            if form is None:
                if len(lines) < room and self._waiting_size < LARGEST_PREAMBLE:
                    return []
                form = "text"
            self._reader = self._make(form)
            lines, self._waiting, number = self._waiting, [], 1
        return self._guard(lambda found: self._reader.read(lines, number, found, ended=ended))

    def _guard(self, read: Callable[[list[Piece]], None]) -> list[Piece]:
        found: list[Piece] = []
        try:
            read(found)
        except DataError as error:
            self.error = error
        if isinstance(self._reader, ConllReader) and self._reader.form not in self._together:
            found = [
                sentence for piece in found for sentence in (piece.sentences() if isinstance(piece, Block) else [piece])
            ]
        return self._marked(found)

    def _marked(self, found: list[Piece]) -> list[Piece]:
        if self._mark and found:
            found[0].prefix, self._mark = self._mark, b""
        return found

    def _make(self, form: str) -> TextReader | ConllReader:
        settings = self._settings
        if form == "conllu":
            return ConlluReader(self._decoder)
        if form == "conll":
            return ConllReader(self._decoder, column=settings.column)
        reader = TextReader(
            self._decoder,
            pretokenized=settings.pretokenized,
            sentences=settings.sentences,
            separator=self._separator,
            together="text" in self._together,
        )
        reader.characters = 1 if self._mark else 0
        return reader
