"""The main loop of the filter for whole documents: a document is tagged and written when it ends.

A document is an input, or a part of it from one mark to the next: `# newdoc`, `-DOCSTART-`. Where inputs have no end,
it is a part of a bounded length.
"""

import re
from collections.abc import Callable

from tagger.formats.sentence import Block, Piece, Sentence
from tagger.formats.writer import Writer
from tagger.inference.document import Document
from tagger.inference.engine import Engine
from tagger.pipeline.stream import Stream
from tagger.system.signals import SignalGuard

MARK = re.compile(rb"#\s*newdoc\b|-DOCSTART-")
# Bytes of the lines of a document, with SENTENCE_SIZE for each sentence, at which it is tagged in parts, even if it has
# few tokens.
DOCUMENT_BYTES, SENTENCE_SIZE = 1 << 27, 400


class DocumentStream(Stream):
    """Tags inputs one after the other, and each document as a whole.

    Parameters are those of :class:`Stream`.
    """

    def __init__(
        self,
        engine: Engine,
        write: Callable[[bytes], object],
        guard: SignalGuard,
        *,
        count: Callable[[int], None] = lambda tokens: None,
    ) -> None:
        super().__init__(engine, write, guard, count=count)
        self._empty()

    def _empty(self) -> None:
        self._pieces: list[Piece] = []
        self._document = Document(self._engine)
        self._size = 0

    def _flush(self, window: list[Piece], writing: Writer) -> None:
        """Add sentences to the document. What ends with them is tagged and written."""
        for piece in window:
            if isinstance(piece, Block):
                raise TypeError("a document takes sentences, not blocks")
            opens, closes = document_marks(piece)
            if opens:
                self._end(writing)
            self._pieces.append(piece)
            self._document.add(piece.tokens)
            self._size += SENTENCE_SIZE + len(piece.text) + sum(map(len, piece.lines))
            if closes or self._document.is_full or self._size >= DOCUMENT_BYTES:
                self._end(writing)

    def _settle(self, writing: Writer) -> None:
        """Write nothing: the document goes on."""

    def _end(self, writing: Writer) -> None:
        """Tag and write the document."""
        pieces, document = self._pieces, self._document
        self._empty()
        if pieces:
            self._put(pieces, document.tag(), writing)


def document_marks(sentence: Sentence) -> tuple[bool, bool]:
    """Return whether a document begins with a sentence, and whether one begins right after it."""
    if sentence.form == "text":
        return False, False
    marks = [row for row, line in enumerate(sentence.lines) if MARK.match(line)]
    last = sentence.rows[-1] if sentence.rows else len(sentence.lines)
    return any(row < last for row in marks), any(row > last for row in marks)
