"""From an input's blocks to the output's bytes: windows of sentences, tagged together while input keeps coming, and at once when it does not."""

import os
import select
from collections.abc import Callable

import numpy as np

from tagger.errors import DataError
from tagger.formats.reader import Reader
from tagger.formats.sentence import Block, ConllBlock, Piece
from tagger.formats.writer import Writer
from tagger.inference.engine import Engine
from tagger.inference.window import Window
from tagger.pipeline.source import Source
from tagger.system.signals import Interrupted, SignalGuard

WINDOW_SENTENCES = 8192  # empty ones cost memory, too
# A window of lines of at most about so many bytes a token, which are little more than the words, has at least so many tokens: what is done once for a
# window, and for its longest sentences, weighs less then, and what is held is no more than it is of longer lines.
NARROW, NARROW_TOKENS = 16, 16384
WRITTEN = 1 << 16  # what is ready goes out when it has so many bytes, as many as a pipe holds on Linux


class Output:
    """A file descriptor, written to with nothing buffered.

    :param descriptor: it may be non-blocking.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def write(self, data: bytes) -> None:
        """Write all of it. Raises OSError (BrokenPipeError where the reader is gone)."""
        rest = memoryview(data)
        while rest:
            try:
                rest = rest[os.write(self._descriptor, rest) :]
            except BlockingIOError:
                select.select([], [self._descriptor], [])


class Stream:
    """Tags inputs one behind the other.

    :param write: takes bytes of whole sentences.
    :param line_buffered: write each sentence by itself, as soon as it is tagged.
    :param scores: whether probabilities are needed.
    :param count: is told how many tokens were tagged and written.
    """

    def __init__(
        self,
        engine: Engine,
        write: Callable[[bytes], None],
        interrupts: SignalGuard,
        *,
        line_buffered: bool = False,
        scores: bool = False,
        count: Callable[[int], None] = lambda tokens: None,
    ) -> None:
        self._engine, self._write, self._interrupts = engine, write, interrupts
        self._line_buffered, self._scores, self._count = line_buffered, scores, count
        self._running: tuple[list[Piece], Window] | None = None

    def run(self, source: Source, reading: Reader, writing: Writer) -> None:
        """Tag one input to its end.

        :raises DataError: it cannot be read on; all complete sentences in front of that place are written.
        :raises OSError: the output cannot be written.
        """
        window: list[Piece] = []
        tokens = narrow = 0
        trouble: DataError | None = None
        ended = False
        while not ended:
            try:
                with self._interrupts.waiting():
                    block = source.next()
            except DataError as error:
                trouble, block = error, None
            except Interrupted:
                self._flush(window, writing)  # complete, if another block was on its way
                self._settle(writing)
                raise
            ended = block is None
            # where there is trouble, what the reader still holds was cut off, and is not complete
            found = [] if trouble else reading.close() if ended else reading.feed(block)
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
        if trouble:
            raise trouble

    def _flush(self, window: list[Piece], writing: Writer) -> None:
        """Have a window tagged. The one before is written, and the next one read, while the model's threads work on it."""
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
        for piece in pieces:
            if isinstance(piece, Block):
                starts += (piece.starts + len(tokens)).tolist()
                lengths += piece.lengths.tolist()
                tokens += piece.words
            else:
                starts.append(len(tokens))
                lengths.append(len(piece.tokens))
                tokens += piece.tokens
        places = np.array(starts, np.int64), np.array(lengths, np.int64)
        return self._engine.submit(tokens, *places, probabilities=self._scores, ahead=not self._line_buffered)

    def _settle(self, writing: Writer) -> None:
        """Write the window that is being tagged."""
        if self._running is None:
            return
        (pieces, window), self._running = self._running, None
        self._engine.collect(window)
        names = self._engine.bundle.tags
        parts: list[bytes] = []
        place = size = 0
        for piece in pieces:
            start = place
            if isinstance(piece, Block):
                place += len(piece.words)
                chances = None if window.probabilities is None else window.probabilities[start:place]
                parts.append(writing.write_block(piece, window.tags[start:place], chances))
            else:
                place += len(piece.tokens)
                parts.append(writing.write(piece, window.annotation(names, start, len(piece.tokens))))
            size += len(parts[-1])
            if size >= WRITTEN:
                self._write(b"".join(parts))
                parts, size = [], 0
        self._write(b"".join(parts))
        self._count(int(window.lengths.sum()))
        self._interrupts.check()
