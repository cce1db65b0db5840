"""The engine: tokens in, tags out. The Python interface and the filter both stand on it.

`submit` looks words up and lays out batches, `collect` waits for the network and decodes; between the two a caller may read or write. The
same sentence gets the same tags whatever stands beside it in a batch, and whatever the size of batches and the number of threads.
"""

import os
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from tagger.inference.batching import SEGMENT, Batch, Emitted, Padded, lay_out, plan, segments, stitch
from tagger.inference.device import processors
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

# Padded tokens of a batch, by device. On the CPU 384 is a little faster with one thread, not with two, and takes more memory
# (tests/benchmarks/batches.py, memory.py). On CUDA a step serves many sentences at once: an H100 took 0.80, 3.0, 4.7 and 5.3 million padded tokens
# a second in batches of 4,096, 16,384, 65,536 and 131,072.
BATCH_TOKENS = {"cpu": 256, "cuda": 65536}
# Tokens of a window: at least this many, and at least this many batches, so that each batch holds sentences of similar length.
WINDOW_TOKENS, WINDOW_BATCHES = 8192, 4
# Tokens decoded at once. Each step along the sentences costs about as much for a few sentences as for many, but what a step reads should fit into a
# processor's cache.
DECODED = 8192
TASKS = 8  # tasks for each thread at least, if there are enough batches: handing one over costs as much as the network takes for tens of tokens
STRETCH = 4096  # tokens of one sentence that are decoded in one go; an entity may be cut only in a longer sentence, which no text has
STRETCHES = 64  # decoded side by side


class Engine:
    """Tags windows of sentences with one open model.

    Safe to share between threads. A forked process makes threads of its own.

    :param session: an open model.
    :param batch_tokens: maximum size of a batch in tokens, padding included; by default what suits the device.
    :param threads: batches that go through the network side by side.
    :raises OptionError: one of these is no whole number of at least 1.
    """

    def __init__(self, session: Session, *, batch_tokens: int | None = None, threads: int = 1) -> None:
        self.session, self.bundle = session, session.bundle
        default = BATCH_TOKENS[session.device]
        self.batch_tokens = default if batch_tokens is None else at_least_one("batch_tokens", batch_tokens)
        self.threads = at_least_one("threads", threads)
        self.window_tokens = max(WINDOW_TOKENS, WINDOW_BATCHES * self.batch_tokens)
        self._idle: list[WordCache] = []  # caches that no call is using, since a look-up changes them
        self._pool: tuple[int, ThreadPoolExecutor] | None = None
        self._beside = session.device != "cpu" or processors() > 1  # whether other work can go on beside the network
        self._inside = np.array(continuations(session.bundle.tags))

    def submit(
        self,
        tokens: Sequence[str | bytes],
        starts: np.ndarray,
        lengths: np.ndarray,
        *,
        probabilities: bool = False,
        ahead: bool = False,
    ) -> Window:
        """Look words up and lay out batches; with several threads, also start to run them. Pass the window to :meth:`collect` once.

        :param tokens: the tokens of all sentences; bytes are UTF-8.
        :param starts: index of each sentence's first token. *Shape:* (sentences,).
        :param lengths: number of tokens of each sentence; 0 is allowed. *Shape:* (sentences,).
        :param probabilities: also compute marginal probabilities.
        :param ahead: start to run batches in a thread even with one thread, if there is a processor for the caller's other work.
        :raises ModelError: the network cannot be run.
        """
        count = len(self.bundle.tags)
        tags = np.full(len(tokens), count, np.int32)
        chances, going_on = (np.zeros((len(tokens), count), np.float32) if probabilities else None for _ in range(2))
        window = Window(starts, lengths, tags, chances, going_on)
        filled = np.flatnonzero(lengths)
        if not len(filled):
            return window
        batches = self._lay_out(tokens, starts[filled], lengths[filled], window)
        window.ahead = self.threads > 1 or (
            ahead and self._beside and len(batches) > 1
        )  # one batch is done before a thread has started
        if window.ahead:
            together = max(len(batches) // (TASKS * self.threads), 1)
            tasks = [batches[start : start + together] for start in range(0, len(batches), together)]
            window.outcomes = chain.from_iterable(self._threads.map(self._run_all, tasks))
        else:
            window.outcomes = map(self._run, batches)
        return window

    def collect(self, window: Window) -> None:
        """Wait for the emissions of a window, and decode them into it. Raises what running them raised."""
        parts: list[np.ndarray] = []
        together: list[Padded] = []
        size = 0  # padded tokens in `together`
        for job, (emissions, lengths) in zip(window.jobs, window.outcomes, strict=True):
            if not job.parts:
                together.append((emissions, lengths, job.starts))
                size += len(emissions) * len(lengths)
                if size > 2 * DECODED:
                    self._decode_all(together, window)
                    together, size = [], 0
                continue
            for column, (part, count) in enumerate(job.parts):
                parts = parts or [emissions[:0, 0]] * count
                parts[part] = emissions[: lengths[column], column]
            if all(map(len, parts)):
                self._decode_long(stitch(parts), int(job.starts[0]), window)
                parts = []
        self._decode_all(together, window)
        window.jobs, window.outcomes = [], ()

    def submit_sentences(
        self, sentences: Sequence[Sequence[str]], *, probabilities: bool = False, ahead: bool = False
    ) -> Window:
        """Like :meth:`submit`, for sentences given as lists of tokens."""
        lengths = np.fromiter(map(len, sentences), np.int64, len(sentences))
        tokens = list(chain.from_iterable(sentences))
        return self.submit(tokens, lengths.cumsum() - lengths, lengths, probabilities=probabilities, ahead=ahead)

    def annotations(self, window: Window) -> Iterator[Annotation]:
        """Collect a window, and give the annotation of each of its sentences, in order."""
        self.collect(window)
        names = self.bundle.tags
        pairs = zip(window.starts.tolist(), window.lengths.tolist(), strict=True)
        return (window.annotation(names, start, length) for start, length in pairs)

    def _lay_out(
        self, tokens: Sequence[str | bytes], starts: np.ndarray, lengths: np.ndarray, window: Window
    ) -> list[Batch]:
        """Batches of sentences, each with a job of the window. A sentence longer than SEGMENT gets batches of its own, of overlapping segments."""
        words = self._borrow()
        numbers = words.numbers(tokens)
        batches: list[Batch] = []
        whole = self.session.takes_table
        short = lengths <= SEGMENT
        begins, sizes = starts[short], lengths[short]
        for batch in plan(sizes, self.batch_tokens):
            own = begins[batch]
            window.jobs.append(Job(own))
            batches.append(lay_out(words, numbers, own, sizes[batch], whole))
        for i in np.flatnonzero(~short).tolist():
            ranges = segments(int(lengths[i]))
            firsts, ends = np.array(ranges).T
            for batch in plan(ends - firsts, self.batch_tokens):
                window.jobs.append(Job(starts[i : i + 1], [(part, len(ranges)) for part in batch.tolist()]))
                batches.append(lay_out(words, numbers, starts[i] + firsts[batch], (ends - firsts)[batch], whole))
        self._idle.append(words)  # the batches have all that they need of it
        return batches

    def _borrow(self) -> WordCache:
        """A word cache for one call: no two threads may use one at a time."""
        try:
            return self._idle.pop()
        except IndexError:
            session = self.session
            sizes = {"cached": CACHED_WORDS[session.device], "together": EMBEDDED_WORDS[session.device]}
            return WordCache(self.bundle.vocabulary, session.embed, session.width, session.kind, **sizes)

    @property
    def _threads(self) -> "ThreadPoolExecutor":
        if self._pool is None or self._pool[0] != os.getpid():  # a forked process has none of its parent's threads
            from concurrent.futures import ThreadPoolExecutor  # 9 ms of start-up that a short input does without

            self._pool = os.getpid(), ThreadPoolExecutor(self.threads, "uk-tag")
        return self._pool[1]

    def _run_all(self, batches: list[Batch]) -> list[tuple[np.ndarray, np.ndarray]]:
        return [self._run(batch) for batch in batches]

    def _run(self, batch: Batch) -> tuple[np.ndarray, np.ndarray]:
        """Emissions of a batch, and the lengths of its sentences. *Shape:* (time, batch, tags), (batch,)."""
        vectors, index, lengths = batch
        try:
            return self.session.emissions(vectors, index, lengths), lengths
        except MemoryError:
            if len(lengths) == 1:
                raise
        # The device is full: run the batch in two halves.
        middle = len(lengths) // 2
        emissions = None
        for part in (slice(middle), slice(middle, None)):
            own = lengths[part]
            half, _ = self._run((vectors, np.ascontiguousarray(index[: own.max(), part]), own))
            if emissions is None:
                emissions = np.zeros((*index.shape, half.shape[2]), np.float32)
            emissions[: len(half), part] = half
        assert emissions is not None
        return emissions, lengths

    def _decode_all(self, batches: list[Padded], window: Window) -> None:
        for part in Emitted.together(batches).parts(DECODED) if batches else ():
            self._decode(part, window)

    def _decode_long(self, emissions: np.ndarray, start: int, window: Window) -> None:
        """Decode a very long sentence in stretches side by side, as if a sentence began at each: time stays bounded by the width of a step."""
        firsts = np.arange(0, len(emissions), STRETCH)
        lengths = np.minimum(len(emissions) - firsts, STRETCH)
        stretches = Emitted(emissions, firsts, np.ones_like(firsts), lengths, start + firsts)
        for part in stretches.parts(STRETCH * STRETCHES):
            self._decode(part, window)

    def _decode(self, emitted: Emitted, window: Window) -> None:
        packing = Packing(emitted.lengths)
        emissions, tokens = emitted.packed(packing)
        transitions = self.bundle.transitions
        window.tags[tokens] = viterbi(emissions, packing, transitions)
        if window.probabilities is not None and window.going_on is not None:
            window.probabilities[tokens], window.going_on[tokens] = marginals(
                emissions, packing, transitions, self._inside, self.bundle.temperature
            )
