"""The engine: tokens in, tags out. Both the Python interface and the filter use it.

`submit` looks words up and lays out batches; `collect` waits for the network and decodes. Between the two calls a
caller may read or write. A sentence gets the same tags whatever else is in its batch, and whatever the size of batches
and the number of threads.
"""

import os
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from tagger.inference.batching import SEGMENT, Batch, Emissions, Padded, lay_out, plan, segments, stitch
from tagger.inference.device import processors
from tagger.inference.lookups import look_up_window, restore
from tagger.inference.marginals import marginals
from tagger.inference.packing import Packing
from tagger.inference.session import Session
from tagger.inference.viterbi import viterbi
from tagger.inference.window import Annotation, Job, Window
from tagger.inference.word_cache import CACHED_WORDS, EMBEDDED_WORDS, WordCache
from tagger.tags import continuations
from tagger.validation import at_least_one

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

    from tagger.own_names.correction import Correction
    from tagger.own_names.lists import NameLists

# Padded tokens of a batch, by device. On the CPU 384 is a little faster with one thread, not with two, and takes more
# memory (tests/benchmarks/batches.py, memory.py). On CUDA a step serves many sentences at once: an H100 took 0.80, 3.0,
# 4.7 and 5.3 million padded tokens a second in batches of 4,096, 16,384, 65,536 and 131,072.
BATCH_TOKENS = {"cpu": 256, "cuda": 65536}
# Tokens of a window: at least WINDOW_TOKENS and at least WINDOW_BATCHES batches, so that each batch holds sentences of
# similar length.
WINDOW_TOKENS, WINDOW_BATCHES = 8192, 4
# Tokens decoded at once. A step along the sentences costs about the same for a few sentences as for many, but the data
# of a step should fit into a processor's cache.
DECODED = 8192
# Tasks per thread, if there are enough batches. Handing over a task costs about as much as tens of tokens in the
# network.
TASKS = 8
# A sentence longer than CHUNK tokens is decoded in chunks of that length, CHUNKS of them side by side. An entity may be
# split at their boundaries; no real sentence is that long.
CHUNK, CHUNKS = 4096, 64


class Engine:
    """Tag windows of sentences with one open model.

    An engine may be shared between threads. A forked process creates threads of its own.

    :param session: an open model.
    :param batch_tokens: maximum size of a batch in tokens, padding included; by default the size that suits the device.
    :param threads: number of batches that go through the network side by side.
    :param own_names: names that are, or are not, entities whatever the model says.
    :raises OptionError: `batch_tokens` or `threads` is not a whole number of at least 1.
    :raises PackageError: there are own names, and pymorphy3 is broken.
    :ivar tags: the tags by number: those of the model, and after them those of own names with other labels.
    """

    def __init__(
        self,
        session: Session,
        *,
        batch_tokens: int | None = None,
        threads: int = 1,
        own_names: "NameLists | None" = None,
    ) -> None:
        self.session, self.bundle = session, session.bundle
        self.correction = _correction(own_names, session.bundle.tags) if own_names else None
        self.tags = self.correction.tags if self.correction else session.bundle.tags
        default = BATCH_TOKENS[session.device]
        self.batch_tokens = default if batch_tokens is None else at_least_one("batch_tokens", batch_tokens)
        self.threads = at_least_one("threads", threads)
        self.window_tokens = max(WINDOW_TOKENS, WINDOW_BATCHES * self.batch_tokens)
        self._idle_caches: list[WordCache] = []  # caches that no call is using, since a look-up changes them
        self._pool: tuple[int, ThreadPoolExecutor] | None = None  # with the id of its process
        # Whether the caller can work while the network runs.
        self._parallel = session.device != "cpu" or processors() > 1
        self._inside = np.array(continuations(session.bundle.tags))

    def submit(
        self,
        tokens: Sequence[str | bytes],
        starts: np.ndarray,
        lengths: np.ndarray,
        *,
        cells: Sequence[int] = (),
        probabilities: bool = False,
        emissions: bool = False,
        ahead: bool = False,
    ) -> Window:
        """Look words up and lay out batches; with several threads, also start to run them.

        :param tokens: the tokens of all sentences; bytes are UTF-8.
        :param starts: index of each sentence's first token. *Shape:* (sentences,).
        :param lengths: number of tokens of each sentence; 0 is allowed. *Shape:* (sentences,).
        :param cells: indexes of the tokens, in order, over whose beginning no entity goes: those after a TAB.
        :param probabilities: also compute marginal probabilities.
        :param emissions: keep the emissions in the window; own names are then not put in, see :meth:`correct`.
        :param ahead: start to run batches in a thread even with one thread, if a processor is free for the caller.
        :returns: a window, to be passed to :meth:`collect` once.
        :raises ModelError: the network cannot be run.
        """
        count = len(self.tags)
        lookups = look_up_window(tokens, starts, lengths, cells)
        shape = len(lookups.tokens), count
        window = Window(
            starts,
            lengths,
            np.full(shape[0], count, np.int32),
            np.zeros(shape, np.float32) if probabilities else None,
            np.zeros(shape, np.float32) if probabilities else None,
            np.zeros((shape[0], len(self.bundle.tags)), np.float32) if emissions else None,
        )
        if self.correction:
            window.tokens, window.cells = tokens, cells
        filled = np.flatnonzero(lengths)
        if not len(filled):
            return window
        window.lookups = lookups if lookups.others else None
        batches = self._lay_out(lookups.tokens, lookups.starts[filled], lookups.lengths[filled], window)
        # A single batch is done before a thread would have started.
        window.ahead = self.threads > 1 or (ahead and self._parallel and len(batches) > 1)
        if window.ahead:
            together = max(len(batches) // (TASKS * self.threads), 1)
            tasks = [batches[start : start + together] for start in range(0, len(batches), together)]
            window.outcomes = chain.from_iterable(self._threads.map(self._run_all, tasks))
        else:
            window.outcomes = map(self._run, batches)
        return window

    def collect(self, window: Window) -> None:
        """Wait for the emissions of a window and decode them into it.

        :raises ModelError: the network cannot be run.
        :raises MemoryError: the device has too little memory for one sentence.
        """
        waiting: list[Padded] = []  # batches that are not decoded yet
        size = 0  # their padded tokens
        parts: dict[int, np.ndarray] = {}  # emissions of a long sentence's segments, by number
        for job, (emissions, lengths) in zip(window.jobs, window.outcomes, strict=True):
            if not job.segments:
                waiting.append((emissions, lengths, job.starts))
                size += len(emissions) * len(lengths)
                if size > 2 * DECODED:
                    self._decode_all(waiting, window)
                    waiting, size = [], 0
                continue
            for column, number in enumerate(job.segments):
                parts[number] = emissions[: lengths[column], column]
            if len(parts) == job.segment_count:
                self._decode_long(stitch([parts[number] for number in sorted(parts)]), int(job.starts[0]), window)
                parts = {}
        self._decode_all(waiting, window)
        if window.lookups:
            restore(window.lookups, window, self._inside)
        window.jobs, window.outcomes, window.lookups = [], (), None
        if window.emissions is None:
            self.correct(window)

    def own_base(self, tokens: Sequence[str], label: str) -> str:
        """Return the base form that the user's own list has for a name; empty if it has none."""
        return self.correction.base_of(tokens, label) if self.correction else ""

    def correct(self, window: Window) -> None:
        """Put the user's own names into the tags of a decoded window, if there are any."""
        if self.correction:
            self.correction.apply(
                window.tokens,
                window.starts,
                window.lengths,
                window.tags,
                window.probabilities,
                window.continuation,
                window.cells,
            )
            window.tokens = window.cells = ()

    def decode(self, window: Window, emissions: np.ndarray) -> None:
        """Decode a window that was collected before, with other emissions.

        :param emissions: emissions, in the order of the window's tokens. *Shape:* (tokens, tags).
        """
        starts, lengths = window.starts, window.lengths
        short = (lengths > 0) & (lengths <= SEGMENT)
        if short.any():
            steps = np.ones(np.count_nonzero(short), np.int64)
            for chunk in Emissions(emissions, starts[short], steps, lengths[short], starts[short]).chunks(DECODED):
                self._decode(chunk, window)
        for start, length in zip(starts[lengths > SEGMENT], lengths[lengths > SEGMENT], strict=True):
            self._decode_long(emissions[start : start + length], int(start), window)

    def submit_sentences(
        self,
        sentences: Sequence[Sequence[str]],
        *,
        cells: Sequence[int] = (),
        probabilities: bool = False,
        emissions: bool = False,
        ahead: bool = False,
    ) -> Window:
        """Like :meth:`submit`, for sentences given as lists of tokens."""
        lengths = np.fromiter(map(len, sentences), np.int64, len(sentences))
        tokens = list(chain.from_iterable(sentences))
        starts = lengths.cumsum() - lengths
        return self.submit(
            tokens, starts, lengths, cells=cells, probabilities=probabilities, emissions=emissions, ahead=ahead
        )

    def annotations(self, window: Window) -> Iterator[Annotation]:
        """Collect a window and return the annotations of its sentences, in order."""
        self.collect(window)
        return self.split(window)

    def split(self, window: Window) -> Iterator[Annotation]:
        """Return the annotations of the sentences of a collected window, in order."""
        names = self.tags
        pairs = zip(window.starts.tolist(), window.lengths.tolist(), strict=True)
        return (window.annotation(names, start, length) for start, length in pairs)

    def _lay_out(
        self, tokens: Sequence[str | bytes], starts: np.ndarray, lengths: np.ndarray, window: Window
    ) -> list[Batch]:
        """Make batches of sentences, and a job of the window for each.

        A sentence longer than SEGMENT gets batches of its own, of overlapping segments.
        """
        words = self._borrow_cache()
        numbers = words.numbers(tokens)
        batches: list[Batch] = []
        whole = self.session.takes_table
        short = lengths <= SEGMENT
        short_starts, short_lengths = starts[short], lengths[short]
        for batch in plan(short_lengths, self.batch_tokens):
            own = short_starts[batch]
            window.jobs.append(Job(own))
            batches.append(lay_out(words, numbers, own, short_lengths[batch], whole))
        for i in np.flatnonzero(~short).tolist():
            ranges = segments(int(lengths[i]))
            firsts, ends = np.array(ranges).T
            for batch in plan(ends - firsts, self.batch_tokens):
                window.jobs.append(Job(starts[i : i + 1], batch.tolist(), len(ranges)))
                batches.append(lay_out(words, numbers, starts[i] + firsts[batch], (ends - firsts)[batch], whole))
        self._idle_caches.append(words)  # the batches no longer need it
        return batches

    def _borrow_cache(self) -> WordCache:
        """Take a word cache for one call: no two threads may use one at a time."""
        try:
            return self._idle_caches.pop()
        except IndexError:
            session = self.session
            sizes = {"cached": CACHED_WORDS[session.device], "together": EMBEDDED_WORDS[session.device]}
            return WordCache(self.bundle.vocabulary, session.embed, session.width, session.kind, **sizes)

    @property
    def _threads(self) -> "ThreadPoolExecutor":
        if self._pool is None or self._pool[0] != os.getpid():  # a forked process has none of its parent's threads
            from concurrent.futures import ThreadPoolExecutor  # 9 ms of start-up, which short inputs do not need

            self._pool = os.getpid(), ThreadPoolExecutor(self.threads, "uk-tag")
        return self._pool[1]

    def _run_all(self, batches: list[Batch]) -> list[tuple[np.ndarray, np.ndarray]]:
        return [self._run(batch) for batch in batches]

    def _run(self, batch: Batch) -> tuple[np.ndarray, np.ndarray]:
        """Run the network over a batch, in halves if the device has too little memory for it.

        :returns: emissions, and the lengths of the sentences. *Shape:* (time, batch, tags), (batch,).
        :raises MemoryError: the device has too little memory for one sentence.
        """
        vectors, index, lengths = batch
        try:
            return self.session.emissions(vectors, index, lengths), lengths
        except MemoryError:
            if len(lengths) == 1:
                raise
        middle = len(lengths) // 2
        emissions = np.zeros((*index.shape, len(self.bundle.tags)), np.float32)
        for half in (slice(middle), slice(middle, None)):
            own = lengths[half]
            part, _ = self._run((vectors, np.ascontiguousarray(index[: own.max(), half]), own))
            emissions[: len(part), half] = part
        return emissions, lengths

    def _decode_all(self, batches: list[Padded], window: Window) -> None:
        if batches:
            for chunk in Emissions.concatenate(batches).chunks(DECODED):
                self._decode(chunk, window)

    def _decode_long(self, rows: np.ndarray, start: int, window: Window) -> None:
        """Decode a very long sentence in chunks, as if each chunk were a sentence.

        So the number of steps is at most CHUNK. The chunks are decoded side by side.

        :param rows: emissions of the sentence. *Shape:* (tokens, tags).
        :param start: index of its first token in the window.
        """
        firsts = np.arange(0, len(rows), CHUNK)
        lengths = np.minimum(len(rows) - firsts, CHUNK)
        for some in Emissions(rows, firsts, np.ones_like(firsts), lengths, start + firsts).chunks(CHUNK * CHUNKS):
            self._decode(some, window)

    def _decode(self, emissions: Emissions, window: Window) -> None:
        packing = Packing(emissions.lengths)
        packed, tokens = emissions.packed(packing)
        transitions = self.bundle.transitions
        window.tags[tokens] = viterbi(packed, packing, transitions)
        if window.emissions is not None:
            window.emissions[tokens] = packed
        if window.probabilities is not None and window.continuation is not None:
            own = slice(len(self.bundle.tags))
            window.probabilities[:, own][tokens], window.continuation[:, own][tokens] = marginals(
                packed, packing, transitions, self._inside, self.bundle.temperature
            )


def _correction(own_names: "NameLists", tags: Sequence[str]) -> "Correction":
    from tagger.own_names.correction import Correction  # seldom used, and its imports take time

    return Correction(own_names, tags)
