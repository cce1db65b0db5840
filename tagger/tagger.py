"""The tagger as a Python object: a model, loaded once, and sentences in, tags out, in order.

It may be shared between threads, and sent to other processes, where it opens the same model again.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tagger import validation
from tagger.errors import ModelError
from tagger.inference.batching import SEGMENT, Batch, Emitted, Padded, lay_out, plan, segments, stitch
from tagger.inference.device import processors
from tagger.inference.marginals import marginals
from tagger.inference.model_path import SHIPPED_MODEL, model_file
from tagger.inference.packing import Packing
from tagger.inference.session import Session
from tagger.inference.transitions import viterbi
from tagger.inference.window import Annotation, Job, Window, one_behind, windows
from tagger.inference.word_cache import CACHED_WORDS, EMBEDDED_WORDS, WordCache
from tagger.tags import continuations
from tagger.validation import at_least_one

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

    from tagger.entity import Entity
    from tagger.formats.tables import Column
    from tagger.texts import EntityFinder

# By device. On the CPU 384 is a little faster with one thread, not with two, and takes more memory (tests/benchmarks/batches.py, memory.py). On CUDA a
# step serves many sentences at once: an H100 took 0.80, 3.0, 4.7 and 5.3 million padded tokens a second in batches of 4,096, 16,384, 65,536 and 131,072.
BATCH_TOKENS = {"cpu": 256, "cuda": 65536}
# Tokens read ahead: at least so many, and so many batches, of which each is of sentences of like length.
WINDOW_TOKENS, WINDOW_BATCHES = 8192, 4
REOPENED = 4  # taggers kept that arrived by pickle
# Tokens decoded at once: about so many, or a window of them, as each step along the sentences costs as much for a few as for many, and what it reads
# should stay in a processor's own cache.
DECODED = 8192
TASKS = 8  # at least so many for each thread, where a window has enough batches: to hand one over costs as much as tens of tokens on their way to the network
STRETCH = 4096  # tokens decoded in one go; only longer sentences, which no text has, may have an entity cut by it
STRETCHES = 64  # decoded side by side


class Tagger:
    """Tags sentences. The same sentence gets the same tags whatever stands beside it.

    :param session: an open model.
    :param batch_tokens: at most this many padded positions go through the network at once; what suits the device where it is not given.
    :param threads: so many batches go through the network side by side.
    :raises OptionError: one of these is no whole number of at least 1.
    """

    def __init__(self, session: Session, *, batch_tokens: int | None = None, threads: int = 1) -> None:
        self.session = session
        self.bundle = session.bundle
        self.batch_tokens = BATCH_TOKENS[session.device] if batch_tokens is None else at_least_one("batch_tokens", batch_tokens)
        self.threads = at_least_one("threads", threads)
        self.window_tokens = max(WINDOW_TOKENS, WINDOW_BATCHES * self.batch_tokens)
        self._idle: list[WordCache] = []  # caches of words that no call is using, as a look-up changes them
        self._pool: tuple[int, ThreadPoolExecutor] | None = None
        self._beside = session.device != "cpu" or processors() > 1  # whether other work can go on beside the network; if not, a thread only costs
        self._inside = np.array(continuations(session.bundle.tags))

    @classmethod
    def load(
        cls, path: str | Path | None = None, *, device: str = "auto", precision: str = "auto", threads: int = 1, batch_tokens: int | None = None
    ) -> "Tagger":
        """Open a model file.

        :param path: a file, or the bare name of a model in the package; by default $UK_TAG_MODEL, else `uk-ner`.
        :param device: `auto`, `cpu` or `cuda`.
        :param precision: `float32`, `int8`, or `auto`: the file as it is; of a model in the package int8 on the CPU, float32 on CUDA.
        :param threads, batch_tokens: see :class:`Tagger`.
        :raises ModelError: the file cannot be used.
        :raises DeviceError: the device cannot be used.
        :raises OptionError: there is no such device or precision, or a number is less than 1.
        :raises PackageError: onnxruntime is missing or broken.
        """
        return cls(Session(model_file(path, precision, device), device=device), batch_tokens=batch_tokens, threads=threads)

    def __call__(self, text: str, *, sentences: bool = True) -> "list[Entity]":
        """The names in a text, in order, with their places in this very string.

        :param sentences: cut the text's lines into sentences, as `uk-tag --sentences` does; else each line is one sentence. No name goes
            beyond the end of a line.
        :raises DataError: the text is no string.
        """
        validation.check_text(text)
        return next(self.stream_entities([text], sentences=sentences))

    def stream_entities(self, texts: Iterable[str], *, sentences: bool = True, window_tokens: int | None = None) -> "Iterator[list[Entity]]":
        """The names in any number of texts, lazily, in order.

        :param sentences: as for one text.
        :param window_tokens: as in :meth:`stream`.
        :raises DataError: a text is no string. That, and what `texts` raises, comes after the names of all texts before it.
        """
        validation.check_source(texts, "texts", "tagger(text)")
        return self._finder.find(texts, sentences=sentences, window_tokens=self._window_tokens(window_tokens))

    def map_batch(self, columns: Any, *, tokens: str = "tokens", text: str = "text", tags: str = "tags", entities: str = "entities") -> "dict[str, Column]":
        """New columns for a batch of rows: for `datasets.Dataset.map(tagger.map_batch, batched=True)`, and for data frames and Arrow tables.

        A missing row (None, NaN) stays missing.

        :param columns: a dictionary of columns, a data frame, an Arrow table or record batch; it is not changed.
        :param tokens: the column of token lists, if there is one: for it comes `tags`, lists of BIO tags.
        :param text: the column of strings, if there is one: for it comes `entities`, lists of dictionaries with the fields of :class:`Entity`.
        :raises DataError: there is neither column, or a row holds something else.
        """
        from tagger.formats.tables import tag_columns

        return tag_columns(self, columns, tokens=tokens, text=text, tags=tags, entities=entities)

    def __reduce__(self) -> tuple[Any, ...]:
        path = self.session.path
        # The package may stand elsewhere where the pickle is read; the digest tells whether its model is the same.
        own = path.name if path.parent == SHIPPED_MODEL.parent else str(path)
        return reopen, (own, self.session.digest, self.session.wanted_device, self.threads, self.batch_tokens)

    @cached_property
    def _finder(self) -> "EntityFinder":
        from tagger.texts import EntityFinder

        return EntityFinder(partial(self._begin, probabilities=True, ahead=True), self._annotations, self.bundle.tags)

    def tag(self, tokens: Sequence[str]) -> list[str]:
        """BIO tags of one sentence given as tokens. Raises DataError where it is no sequence of strings."""
        validation.check_sentence(tokens)
        validation.check_tokens([tokens])
        return next(self._annotations(self._begin([tokens]))).tags

    def stream(self, sentences: Iterable[Sequence[str]], *, window_tokens: int | None = None) -> Iterator[list[str]]:
        """BIO tags of any number of sentences, lazily, in order.

        :param window_tokens: about so many tokens are read ahead, twice as many where that is more than a batch and there are several threads or
            processors. By default, what suits the device.
        :raises DataError: a sentence is no sequence of strings. That, and what `sentences` raises, comes after the tags of all sentences before it.
        """
        validation.check_source(sentences, "sentences", "tagger(text)")
        begun = ((self._begin(window, ahead=True), None) for window in windows(sentences, self._window_tokens(window_tokens)))
        return (annotation.tags for window, _ in one_behind(begun) for annotation in self._annotations(window))

    def annotate(self, sentences: Sequence[Sequence[str]], *, probabilities: bool = False) -> list[Annotation]:
        """Tag a window of sentences, all of which are held in memory. A sentence without tokens gets no tags.

        :raises DataError: they are no sequence of sequences of strings.
        """
        validation.check_sentences(sentences)
        return list(self._annotations(self._begin(sentences, probabilities=probabilities)))

    def _window_tokens(self, wanted: int | None) -> int:
        return self.window_tokens if wanted is None else at_least_one("window_tokens", wanted)

    def _begin(self, sentences: Sequence[Sequence[str]], **how: bool) -> Window:
        lengths = np.fromiter(map(len, sentences), np.int64, len(sentences))
        return self.begin(list(chain.from_iterable(sentences)), lengths.cumsum() - lengths, lengths, **how)

    def _annotations(self, window: Window) -> Iterator[Annotation]:
        self.finish(window)
        names = self.bundle.tags
        return (window.annotation(names, start, length) for start, length in zip(window.starts.tolist(), window.lengths.tolist(), strict=True))

    def begin(self, tokens: Sequence[str | bytes], starts: np.ndarray, lengths: np.ndarray, *, probabilities: bool = False, ahead: bool = False) -> Window:
        """Look words up and lay out batches; with several threads, also start to run them. What it returns is for :meth:`finish`, once.

        :param tokens: of all sentences; one given as bytes is UTF-8.
        :param starts, lengths: where each sentence stands among them. *Shape:* (sentences,).
        :param ahead: with one thread, too, start to run several, if there is a processor for the other work that the caller has meanwhile.
        """
        count = len(self.bundle.tags)
        tags = np.full(len(tokens), count, np.int32)
        chances, going_on = (np.zeros((len(tokens), count), np.float32) if probabilities else None for _ in range(2))
        window = Window(starts, lengths, tags, chances, going_on)
        filled = np.flatnonzero(lengths)
        if not len(filled):
            return window
        starts, lengths = starts[filled], lengths[filled]
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
        window.ahead = self.threads > 1 or (ahead and self._beside and len(batches) > 1)  # one batch is done before a thread for it were started
        if window.ahead:
            together = max(len(batches) // (TASKS * self.threads), 1)
            tasks = self._threads.map(self._run_all, (batches[start : start + together] for start in range(0, len(batches), together)))
            window.outcomes = chain.from_iterable(tasks)
        else:
            window.outcomes = map(self._run, batches)
        return window

    def finish(self, window: Window) -> None:
        """Wait for the emissions of a window, and decode them into it. Raises what running them raised."""
        parts: list[np.ndarray] = []
        together: list[Padded] = []
        size = 0  # of these, in padded tokens
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

    def _borrow(self) -> WordCache:
        """A cache of words for one call: no two threads may use one at a time."""
        try:
            return self._idle.pop()
        except IndexError:
            session = self.session
            sizes = {"cached": CACHED_WORDS[session.device], "together": EMBEDDED_WORDS[session.device]}
            return WordCache(self.bundle.vocabulary, session.embed, session.width, session.kind, **sizes)

    @property
    def _threads(self) -> "ThreadPoolExecutor":
        if self._pool is None or self._pool[0] != os.getpid():  # a forked process has none of its parent's threads
            from concurrent.futures import ThreadPoolExecutor  # a short input has no use for it, and starts faster

            self._pool = os.getpid(), ThreadPoolExecutor(self.threads, "uk-tag")
        return self._pool[1]

    def _run_all(self, batches: list[Batch]) -> list[tuple[np.ndarray, np.ndarray]]:
        return [self._run(batch) for batch in batches]

    def _run(self, batch: "Batch") -> tuple[np.ndarray, np.ndarray]:
        """Emissions of a batch, and its lengths. *Shape:* (time, batch, tags), (batch,)."""
        vectors, index, lengths = batch
        try:
            return self.session.emissions(vectors, index, lengths), lengths
        except MemoryError:
            if len(lengths) == 1:
                raise
        middle = len(lengths) // 2  # the device is full: in two halves, then
        halves = [
            self._run((vectors, np.ascontiguousarray(index[: own.max(), part]), own))[0]
            for part in (slice(middle), slice(middle, None))
            for own in [lengths[part]]
        ]
        emissions = np.zeros((*index.shape, halves[0].shape[2]), np.float32)
        emissions[: len(halves[0]), :middle] = halves[0]
        emissions[: len(halves[1]), middle:] = halves[1]
        return emissions, lengths

    def _decode_all(self, batches: list[Padded], window: Window) -> None:
        for part in Emitted.together(batches).parts(DECODED) if batches else ():
            self._decode(part, window)

    def _decode_long(self, emissions: np.ndarray, start: int, window: Window) -> None:
        """Decode a very long sentence in stretches side by side, as if a sentence began at each: time stays bounded by the width of a step."""
        firsts = np.arange(0, len(emissions), STRETCH)
        stretches = Emitted(emissions, firsts, np.ones_like(firsts), np.minimum(len(emissions) - firsts, STRETCH), start + firsts)
        for part in stretches.parts(STRETCH * STRETCHES):
            self._decode(part, window)

    def _decode(self, emitted: Emitted, window: Window) -> None:
        packing = Packing(emitted.lengths)
        emissions, tokens = emitted.packed(packing)
        window.tags[tokens] = viterbi(emissions, packing, self.bundle.transitions)
        if window.probabilities is not None and window.going_on is not None:
            window.probabilities[tokens], window.going_on[tokens] = marginals(
                emissions, packing, self.bundle.transitions, self._inside, self.bundle.temperature
            )


_reopened: dict[tuple[Any, ...], Tagger] = {}


def reopen(path: str, digest: str, device: str, threads: int, batch_tokens: int) -> Tagger:
    """What a pickled tagger becomes: opened once in a process however often it arrives there, as engines send it with every task.

    :param path: the model file; a bare name for one in the package.
    :param digest: of the model that was pickled.
    :raises ModelError: the file is another one here, or there is none.
    """
    key = (os.getpid(), path, digest, device, threads, batch_tokens)  # a forked process must not use its parent's
    tagger = _reopened.get(key)
    if tagger is None:
        tagger = Tagger.load(SHIPPED_MODEL.parent / path, device=device, threads=threads, batch_tokens=batch_tokens)
        if tagger.session.digest != digest:
            raise ModelError(f"{tagger.session.path}: is not the model that was pickled; let all processes have the same file and version of uk-tag")
        while len(_reopened) >= REOPENED:
            _reopened.pop(next(iter(_reopened)), None)
        _reopened[key] = tagger
    return tagger
