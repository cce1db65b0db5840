"""The tagger as a Python object: a model, loaded once, and sentences in, tags out, in order.

It may be shared between threads, and sent to other processes, where it opens the same model again.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property, partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tagger.batches import SEGMENT, plan, segments, stitch
from tagger.decode import marginals, viterbi
from tagger.errors import ModelError
from tagger.precision import SHIPPED_MODEL, model_file
from tagger.session import Session
from tagger.tags import continuations
from tagger.vocabulary import WordVectors
from tagger.window import Annotation, Batch, Job, Window, lay_out, windows

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

    from tagger.columns import Column
    from tagger.entity import Entity
    from tagger.texts import EntityFinder

# By device. Measured on the CPU: the states of more no longer fit its cache. Not measured on CUDA, where a step is to serve many sentences at once.
BATCH_TOKENS = {"cpu": 768, "cuda": 16384}
WINDOW_TOKENS = 16384
REOPENED = 4  # taggers kept that arrived by pickle
DECODED = 8  # batches decoded at once; they stand in the order of their lengths, so that few steps are empty
STRETCH = 4096  # tokens decoded in one go; only longer sentences, which no text has, may have an entity cut by it
STRETCHES = 64  # decoded side by side


class Tagger:
    """Tags sentences. The same sentence gets the same tags whatever stands beside it.

    :param session: an open model.
    :param batch_tokens: at most this many padded positions go through the network at once; what suits the device where it is not given.
    :param threads: so many batches go through the network side by side.
    """

    def __init__(self, session: Session, *, batch_tokens: int | None = None, threads: int = 1) -> None:
        self.session = session
        self.bundle = session.bundle
        self.batch_tokens, self.threads = batch_tokens or BATCH_TOKENS[session.device], threads
        self._idle: list[WordVectors] = []  # caches of words that no call is using, as a look-up changes them
        self._pool: tuple[int, ThreadPoolExecutor] | None = None
        self._inside = np.array(continuations(session.bundle.tags))

    @classmethod
    def load(
        cls, path: str | Path | None = None, *, device: str = "auto", precision: str = "auto", threads: int = 1, batch_tokens: int | None = None
    ) -> "Tagger":
        """Open a model file; which one is :func:`tagger.precision.model_file`'s choice. Raises ModelError or DeviceError."""
        return cls(Session(model_file(path, precision, device), device=device), batch_tokens=batch_tokens, threads=threads)

    def __call__(self, text: str, *, sentences: bool = True) -> "list[Entity]":
        """The names in a text, in order, with their places in this very string.

        :param sentences: cut the text's lines into sentences, as `uk-tag --sentences` does; else each line is one sentence. No name goes
            beyond the end of a line.
        """
        return next(self.stream_entities([text], sentences=sentences))

    def stream_entities(self, texts: Iterable[str], *, sentences: bool = True, window_tokens: int = WINDOW_TOKENS) -> "Iterator[list[Entity]]":
        """The names in any number of texts, lazily, in order; about `window_tokens` tokens are read ahead."""
        return self._finder.find(texts, sentences=sentences, window_tokens=window_tokens)

    def map_batch(self, columns: Any, *, tokens: str = "tokens", text: str = "text", tags: str = "tags", entities: str = "entities") -> "dict[str, Column]":
        """New columns for a batch of rows: for `datasets.Dataset.map(tagger.map_batch, batched=True)`, and for data frames and Arrow tables.

        A missing row (None, NaN) stays missing.

        :param columns: a dictionary of columns, a data frame, an Arrow table or record batch; it is not changed.
        :param tokens: the column of token lists, if there is one: for it comes `tags`, lists of BIO tags.
        :param text: the column of strings, if there is one: for it comes `entities`, lists of dictionaries with the fields of :class:`Entity`.
        :raises DataError: there is neither column, or a row holds something else.
        """
        from tagger.columns import tag_columns

        return tag_columns(self, columns, tokens=tokens, text=text, tags=tags, entities=entities)

    def __reduce__(self) -> tuple[Any, ...]:
        path = self.session.path
        # The package may stand elsewhere where the pickle is read; the digest tells whether its model is the same.
        own = path.name if path.parent == SHIPPED_MODEL.parent else str(path)
        return reopen, (own, self.session.digest, self.session.wanted_device, self.threads, self.batch_tokens)

    @cached_property
    def _finder(self) -> "EntityFinder":
        from tagger.texts import EntityFinder

        return EntityFinder(partial(self.annotate, probabilities=True), self.bundle.tags)

    def tag(self, tokens: Sequence[str]) -> list[str]:
        """BIO tags of one sentence given as tokens."""
        return self.annotate([tokens])[0].tags

    def stream(self, sentences: Iterable[Sequence[str]], *, window_tokens: int = WINDOW_TOKENS) -> Iterator[list[str]]:
        """BIO tags of any number of sentences, lazily, in order; about `window_tokens` tokens are read ahead, twice as many with several threads."""
        running: Window | None = None
        for window in windows(sentences, window_tokens):
            started = self.begin(window)
            if running:
                yield from (annotation.tags for annotation in self.finish(running))
            running = started
            if self.threads == 1:  # nothing works on it meanwhile
                yield from (annotation.tags for annotation in self.finish(running))
                running = None
        if running:
            yield from (annotation.tags for annotation in self.finish(running))

    def annotate(self, sentences: Sequence[Sequence[str]], *, probabilities: bool = False) -> list[Annotation]:
        """Tag a window of sentences, all of which are held in memory. A sentence without tokens gets no tags."""
        return self.finish(self.begin(sentences, probabilities=probabilities))

    def begin(self, sentences: Sequence[Sequence[str]], *, probabilities: bool = False) -> "Window":
        """Look words up and lay out batches; with several threads, also start to run them. What it returns is for :meth:`finish`, once."""
        done = [Annotation([]) for _ in sentences]
        filled = [position for position, sentence in enumerate(sentences) if sentence]
        if not filled:
            return Window(done, probabilities, [], iter(()))
        words = self._borrow()
        numbers = words.numbers([token for position in filled for token in sentences[position]])
        ends = np.cumsum([len(sentences[position]) for position in filled]).tolist()
        rows = [numbers[start:end] for start, end in pairwise([0, *ends])]
        short = [i for i, row in enumerate(rows) if len(row) <= SEGMENT]
        jobs: list[Job] = []
        batches: list[Batch] = []
        for batch in plan([len(rows[i]) for i in short], self.batch_tokens):
            chosen = [short[i] for i in batch]
            jobs.append(Job([done[filled[i]] for i in chosen]))
            batches.append(lay_out(words, [rows[i] for i in chosen]))
        for i, row in enumerate(rows):
            if len(row) > SEGMENT:
                ranges = segments(len(row))
                for batch in plan([end - start for start, end in ranges], self.batch_tokens):
                    jobs.append(Job([done[filled[i]]], [(part, len(ranges)) for part in batch]))
                    batches.append(lay_out(words, [row[slice(*ranges[part])] for part in batch]))
        self._idle.append(words)  # the batches have all that they need of it
        return Window(done, probabilities, jobs, iter(self._map(self._run, batches)))

    def finish(self, window: "Window") -> list[Annotation]:
        """Wait for the emissions of a window, and decode them. Raises what running them raised."""
        parts: list[np.ndarray] = []
        together: list[tuple[np.ndarray, np.ndarray, list[Annotation]]] = []
        for job, (emissions, lengths) in zip(window.jobs, window.outcomes, strict=True):
            if not job.parts:
                together.append((emissions, lengths, job.targets))
                if len(together) == DECODED:
                    self._decode_all(together, window.probabilities)
                    together = []
                continue
            for column, (part, count) in enumerate(job.parts):
                parts = parts or [emissions[:0, 0]] * count
                parts[part] = emissions[: lengths[column], column]
            if all(map(len, parts)):
                self._decode_long(stitch(parts), job.targets[0], window.probabilities)
                parts = []
        self._decode_all(together, window.probabilities)
        return window.annotations

    def _borrow(self) -> WordVectors:
        """A cache of words for one call: no two threads may use one at a time."""
        try:
            return self._idle.pop()
        except IndexError:
            return WordVectors(self.bundle.vocabulary, self.session.embed, self.session.embedding)

    @property
    def _map(self) -> "Callable[..., Iterable[Any]]":
        if self.threads == 1:
            return map
        if self._pool is None or self._pool[0] != os.getpid():  # a forked process has none of its parent's threads
            from concurrent.futures import ThreadPoolExecutor  # one thread has no use for it, and starts faster

            self._pool = os.getpid(), ThreadPoolExecutor(self.threads, "uk-tag")
        return self._pool[1].map

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

    def _decode_all(self, batches: list[tuple[np.ndarray, np.ndarray, list[Annotation]]], probabilities: bool) -> None:
        """Decode batches as one: the steps along the sentences cost as much for a few as for many."""
        if not batches:
            return
        lengths = np.concatenate([own for _, own, _ in batches])
        joined = np.zeros((int(lengths.max()), len(lengths), len(self.bundle.tags)), np.float32)
        column = 0
        for emissions, own, _ in batches:
            joined[: len(emissions), column : column + len(own)] = emissions
            column += len(own)
        self._decode(joined, lengths, [target for _, _, targets in batches for target in targets], probabilities)

    def _decode(self, emissions: np.ndarray, lengths: np.ndarray, targets: list[Annotation], probabilities: bool) -> None:
        names = self.bundle.tags
        path = viterbi(emissions, lengths, self.bundle.transitions)
        if probabilities:
            chances, going_on = marginals(emissions, lengths, self.bundle.transitions, self._inside, self.bundle.temperature)
        for column, target in enumerate(targets):
            length = lengths[column]
            target.tags = [names[number] for number in path[:length, column].tolist()]
            if probabilities:
                target.probabilities, target.going_on = chances[:length, column], going_on[:length, column]

    def _decode_long(self, emissions: np.ndarray, target: Annotation, probabilities: bool) -> None:
        """Decode a very long sentence in stretches side by side, as if a sentence began at each: time stays bounded by the width of a step."""
        starts = range(0, len(emissions), STRETCH)
        for group in range(0, len(starts), STRETCHES):
            rows = [emissions[start : start + STRETCH] for start in starts[group : group + STRETCHES]]
            lengths = np.array([len(row) for row in rows])
            padded = np.zeros((int(lengths.max()), len(rows), emissions.shape[1]), np.float32)
            for column, row in enumerate(rows):
                padded[: len(row), column] = row
            parts = [Annotation([]) for _ in rows]
            self._decode(padded, lengths, parts, probabilities)
            target.tags += [tag for part in parts for tag in part.tags]
            if probabilities:
                own = [] if target.probabilities is None else [(target.probabilities, target.going_on)]
                target.probabilities = np.concatenate([*(pair[0] for pair in own), *(part.probabilities for part in parts)])
                target.going_on = np.concatenate([*(pair[1] for pair in own), *(part.going_on for part in parts)])


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
