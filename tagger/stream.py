"""From an input's blocks to the output's bytes: windows of sentences, tagged together while input keeps coming, and at once when it does not."""

import os
import select
from collections.abc import Callable

from tagger.errors import DataError
from tagger.formats.reading import Reading
from tagger.formats.sentence import Sentence
from tagger.formats.writing import Writing
from tagger.interrupts import Interrupted, Interrupts
from tagger.source import Source
from tagger.tagger import WINDOW_TOKENS, Tagger
from tagger.window import Window

WINDOW_SENTENCES = 8192  # empty ones cost memory, too


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


class Pipe:
    """Tags inputs one behind the other.

    :param write: takes bytes of whole sentences.
    :param line_buffered: write each sentence by itself, as soon as it is tagged.
    :param scores: whether probabilities are needed.
    :param count: is told how many tokens were tagged and written.
    """

    def __init__(
        self,
        tagger: Tagger,
        write: Callable[[bytes], None],
        interrupts: Interrupts,
        *,
        line_buffered: bool = False,
        scores: bool = False,
        count: Callable[[int], None] = lambda tokens: None,
    ) -> None:
        self._tagger, self._write, self._interrupts = tagger, write, interrupts
        self._line_buffered, self._scores, self._count = line_buffered, scores, count
        self._running: tuple[list[Sentence], Window] | None = None

    def run(self, source: Source, reading: Reading, writing: Writing) -> None:
        """Tag one input to its end.

        :raises DataError: it cannot be read on; all complete sentences in front of that place are written.
        :raises OSError: the output cannot be written.
        """
        window: list[Sentence] = []
        tokens = 0
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
            for sentence in found:
                window.append(sentence)
                tokens += len(sentence.tokens)
                if tokens >= WINDOW_TOKENS or len(window) >= WINDOW_SENTENCES:
                    self._flush(window, writing)
                    window, tokens = [], 0
            if ended or not source.is_ready:
                self._flush(window, writing)
                self._settle(writing)
                window, tokens = [], 0
        if trouble:
            raise trouble

    def _flush(self, window: list[Sentence], writing: Writing) -> None:
        """Have a window tagged. With several threads, the one before is written while they work on it."""
        if not window:
            return
        for part in [[sentence] for sentence in window] if self._line_buffered else [window]:
            started = self._tagger.begin([sentence.tokens for sentence in part], probabilities=self._scores)
            self._settle(writing)
            self._running = part, started
            if self._line_buffered or self._tagger.threads == 1:
                self._settle(writing)

    def _settle(self, writing: Writing) -> None:
        """Write the window that is being tagged."""
        if self._running is None:
            return
        (window, started), self._running = self._running, None
        annotations = self._tagger.finish(started)
        self._write(b"".join(map(writing.write, window, annotations)))
        self._count(sum(len(sentence.tokens) for sentence in window))
        self._interrupts.check()
