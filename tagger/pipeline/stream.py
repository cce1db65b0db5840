"""The main loop of the filter, from blocks of input to bytes of output.

Sentences are collected in windows and tagged together while more input is ready. When none is, all that has come is
tagged at once.
"""

import os
import select
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from tagger.errors import DataError
from tagger.formats.reader import Reader
from tagger.formats.sentence import Block, ConllBlock, Piece, Sentence, document_marks
from tagger.formats.writer import Writer
from tagger.inference.engine import Engine
from tagger.inference.window import Window
from tagger.pipeline.source import Source
from tagger.system.signals import Interrupted, SignalGuard

if TYPE_CHECKING:
    from tagger.formats.records.record import Record

WINDOW_SENTENCES = 8192  # empty sentences take memory as well
# If most lines have at most NARROW bytes per token, which is little more than the words, a window has at least
# NARROW_TOKENS tokens: the fixed cost of a window, and that of its longest sentences, is spread over more tokens, and
# memory stays no higher than with longer lines.
NARROW, NARROW_TOKENS = 16, 16384
WRITTEN = 1 << 16  # bytes of output that are joined before they are written; what a pipe holds on Linux
# Bytes of the lines of a document, with SENTENCE_SIZE for each sentence, at which it is tagged in parts, even if it has
# few tokens.
DOCUMENT_BYTES, SENTENCE_SIZE = 1 << 27, 400


class Output:
    """A file descriptor to write to without a buffer.

    :param descriptor: may be non-blocking.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def write(self, data: bytes) -> None:
        """Write all of the data.

        :raises OSError: it cannot be written; BrokenPipeError if the reader is gone.
        """
        rest = memoryview(data)
        while rest:
            try:
                rest = rest[os.write(self._descriptor, rest) :]
            except BlockingIOError:
                select.select([], [self._descriptor], [])


class Stream:
    """Tags inputs one after the other.

    :param write: called with the bytes of complete sentences.
    :param line_buffered: write each sentence on its own as soon as it is tagged.
    :param scores: compute probabilities.
    :param count: called with the number of tokens just tagged and written.
    """

    def __init__(
        self,
        engine: Engine,
        write: Callable[[bytes], object],
        guard: SignalGuard,
        *,
        line_buffered: bool = False,
        scores: bool = False,
        count: Callable[[int], None] = lambda tokens: None,
    ) -> None:
        self._engine, self._write, self._guard = engine, write, guard
        self._line_buffered, self._scores, self._count = line_buffered, scores, count
        self._running: tuple[list[Piece], Window] | None = None

    def run(self, source: Source, reading: Reader, writing: Writer) -> None:
        """Tag one input to its end.

        :raises DataError: the input cannot be read to its end; all complete sentences before the error are written.
        :raises Interrupted: a signal arrived; all complete sentences are written.
        :raises OSError: the output cannot be written.
        """
        window: list[Piece] = []
        tokens = narrow = 0
        trouble: DataError | None = None
        ended = False
        while not ended:
            try:
                with self._guard.waiting():
                    block = source.next()
            except DataError as error:
                trouble, block = error, None
            except Interrupted:
                self._flush(window, writing)  # if it waited for a block, the window has complete sentences
                self._end(writing)
                raise
            ended = block is None
            if trouble:
                found: list[Piece] = []  # what the reader still holds is incomplete
            else:
                found = reading.close() if block is None else reading.feed(block)
            trouble = trouble or reading.error
            ended = ended or trouble is not None
            for piece in found:
                window.append(piece)
                count = len(piece.words if isinstance(piece, Block) else piece.tokens)
                tokens += count
                if isinstance(piece, ConllBlock) and piece.size <= NARROW * count:
                    narrow += count
                full = max(self._engine.window_tokens, NARROW_TOKENS if 2 * narrow > tokens else 0)
                if tokens >= full or len(window) >= WINDOW_SENTENCES:
                    self._flush(window, writing)
                    window, tokens, narrow = [], 0, 0
            if ended or not source.is_ready:
                self._flush(window, writing)
                self._settle(writing)
                window, tokens, narrow = [], 0, 0
        self._end(writing)
        if trouble:
            raise trouble

    def _flush(self, window: list[Piece], writing: Writer) -> None:
        """Start tagging a window. Meanwhile, the window before is written and the next one read."""
        if not window:
            return
        for part in [[piece] for piece in window] if self._line_buffered else [window]:
            started = self._begin(part)
            self._settle(writing)
            self._running = part, started
            if self._line_buffered:
                self._settle(writing)

    def _begin(self, pieces: list[Piece]) -> Window:
        tokens: list[str | bytes] = []
        starts: list[int] = []
        lengths: list[int] = []
        cells: list[int] = []
        for piece in pieces:
            if isinstance(piece, Block):
                starts += (piece.starts + len(tokens)).tolist()
                lengths += piece.lengths.tolist()
                tokens += piece.words
            else:
                starts.append(len(tokens))
                lengths.append(len(piece.tokens))
                if piece.cells:
                    cells += [len(tokens) + cell for cell in piece.cells]
                tokens += piece.tokens
        return self._engine.submit(
            tokens,
            np.array(starts, np.int64),
            np.array(lengths, np.int64),
            cells=cells,
            probabilities=self._scores,
            ahead=not self._line_buffered,
        )

    def _settle(self, writing: Writer) -> None:
        """Write the window that is being tagged."""
        if self._running is None:
            return
        (pieces, window), self._running = self._running, None
        self._engine.collect(window)
        self._put(pieces, window, writing)
        self._guard.check()

    def _end(self, writing: Writer) -> None:
        """Write what is left at the end of an input."""
        self._settle(writing)

    def _put(self, pieces: Sequence[Piece], window: Window, writing: Writer) -> None:
        """Write the sentences of a tagged window."""
        names = self._engine.tags
        parts: list[bytes] = []
        end = size = 0
        try:
            for piece in pieces:
                start = end
                if isinstance(piece, Block):
                    end += len(piece.words)
                    probabilities = None if window.probabilities is None else window.probabilities[start:end]
                    parts.append(writing.write_block(piece, window.tags[start:end], probabilities))
                else:
                    end += len(piece.tokens)
                    parts.append(writing.write(piece, window.annotation(names, start, len(piece.tokens))))
                size += len(parts[-1])
                if size >= WRITTEN:
                    self._write(b"".join(parts))
                    parts, size = [], 0
        except DataError:  # a sentence that the format cannot hold: those before it are written
            self._write(b"".join(parts))
            raise
        self._write(b"".join(parts))
        self._count(int(window.lengths.sum()))


class DocumentStream(Stream):
    """Tags inputs one after the other, and each document as a whole; it is written when it ends.

    A document is an input, a part of it from one mark to the next, or a record of a table or of JSON Lines; one that is
    too long is cut into parts.

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
        self._record: Record | None = None  # that of the last sentence
        self._seen = 0  # its sentences so far
        self._empty()

    def _empty(self) -> None:
        self._pieces: list[Sentence] = []
        from tagger.inference.documents.document import Document  # seldom used

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
            if piece.record is not None:
                self._seen = self._seen + 1 if piece.record is self._record else 1
                self._record = piece.record
                closes = self._seen == piece.record.sentences
            self._pieces.append(piece)
            self._document.add(piece.tokens, piece.cells)
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
            self._write(writing.end_document())
