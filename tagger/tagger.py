"""The tagger as a Python object: a model, loaded once, and sentences in, tags out, in order.

Thread-safe for reading only in the sense that each thread should load its own: the cache of words is not locked.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from tagger.batches import SEGMENT, pad, plan, segments, stitch
from tagger.decode import marginals, viterbi
from tagger.precision import model_file
from tagger.session import Session
from tagger.tags import continuations
from tagger.vocabulary import WordVectors

BATCH_TOKENS = 2048
WINDOW_TOKENS = 16384
STRETCH = 4096  # tokens decoded in one go; only longer sentences, which no text has, may have an entity cut by it
STRETCHES = 64  # decoded side by side


@dataclass(slots=True)
class Annotation:
    """Tags of one sentence, and on request how probable each tag is at each position.

    *Shape:* tags has one entry a token; probabilities is (tokens, tags of the model), float32, rows sum to 1; going_on is of the same shape:
    the probability that the next tag continues the entity of this one, given this one.
    """

    tags: list[str]
    probabilities: np.ndarray | None = None
    going_on: np.ndarray | None = None

    def span_probability(self, start: int, end: int, begin: int, inside: int) -> float:
        """The probability that an entity stands on exactly the tokens `start` to `end`, `end` exclusive, over all legal sequences.

        :param begin, inside: the numbers of its label's B- and I- tag.
        """
        probability = float(self.probabilities[start, begin])
        numbers = [begin, *[inside] * (end - start - 1)]
        for position, number in zip(range(start, end), numbers, strict=True):
            chance = float(self.going_on[position, number])
            probability *= chance if position < end - 1 else 1 - chance
        return min(max(probability, 0.0), 1.0)


class Tagger:
    """Tags sentences. The same sentence gets the same tags whatever stands beside it.

    :param session: an open model.
    :param batch_tokens: at most this many padded positions go through the network at once.
    :param threads: so many batches go through the network side by side.
    """

    def __init__(self, session: Session, *, batch_tokens: int = BATCH_TOKENS, threads: int = 1) -> None:
        self.session = session
        self.bundle = session.bundle
        self.batch_tokens = batch_tokens
        self._words = WordVectors(session.bundle.vocabulary, session.embed, session.embedding)
        self._inside = np.array(continuations(session.bundle.tags))
        self._map: Callable[..., Iterable] = ThreadPoolExecutor(threads, "uk-tag").map if threads > 1 else map

    @classmethod
    def load(
        cls, path: str | Path | None = None, *, device: str = "auto", precision: str = "auto", threads: int = 1, batch_tokens: int = BATCH_TOKENS
    ) -> "Tagger":
        """Open a model file; which one is :func:`tagger.precision.model_file`'s choice. Raises ModelError or DeviceError."""
        return cls(Session(model_file(path, precision, device), device=device), batch_tokens=batch_tokens, threads=threads)

    def tag(self, tokens: Sequence[str]) -> list[str]:
        """BIO tags of one sentence given as tokens."""
        return self.annotate([tokens])[0].tags

    def stream(self, sentences: Iterable[Sequence[str]], *, window_tokens: int = WINDOW_TOKENS) -> Iterator[list[str]]:
        """BIO tags of any number of sentences, lazily, in order; about `window_tokens` tokens are read ahead."""
        window: list[Sequence[str]] = []
        held = 0
        for sentence in sentences:
            window.append(sentence)
            held += len(sentence) + 1
            if held >= window_tokens:
                yield from (annotation.tags for annotation in self.annotate(window))
                window, held = [], 0
        yield from (annotation.tags for annotation in self.annotate(window))

    def annotate(self, sentences: Sequence[Sequence[str]], *, probabilities: bool = False) -> list[Annotation]:
        """Tag a window of sentences, all of which are held in memory. A sentence without tokens gets no tags."""
        done = [Annotation([]) for _ in sentences]
        filled = [position for position, sentence in enumerate(sentences) if sentence]
        if not filled:
            return done
        numbers = self._words.numbers([token for position in filled for token in sentences[position]])
        ends = np.cumsum([len(sentences[position]) for position in filled]).tolist()
        rows = [numbers[start:end] for start, end in pairwise([0, *ends])]
        short = [i for i, row in enumerate(rows) if len(row) <= SEGMENT]
        batches = [[short[i] for i in batch] for batch in plan([len(rows[i]) for i in short], self.batch_tokens)]
        outcomes = self._map(self._run, ([rows[i] for i in batch] for batch in batches))
        for batch, (emissions, lengths) in zip(batches, outcomes, strict=True):
            self._decode(emissions, lengths, [done[filled[i]] for i in batch], probabilities)
        for i, row in enumerate(rows):
            if len(row) > SEGMENT:
                self._decode_long(self._long(row), done[filled[i]], probabilities)
        return done

    def _run(self, rows: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        """Emissions of some sentences, given as numbers of words. *Shape:* each (length,) -> (time, batch, tags), (batch,)."""
        padded, lengths = pad(rows)
        words, index = np.unique(padded, return_inverse=True)
        try:
            return self.session.emissions(self._words.vectors(words), index.reshape(padded.shape).astype(np.int32), lengths), lengths
        except MemoryError:
            if len(rows) == 1:
                raise
        middle = len(rows) // 2  # the device is full: in two halves, then
        halves = [self._run(part)[0] for part in (rows[:middle], rows[middle:])]
        emissions = np.zeros((*padded.shape, halves[0].shape[2]), np.float32)
        emissions[: len(halves[0]), :middle] = halves[0]
        emissions[: len(halves[1]), middle:] = halves[1]
        return emissions, lengths

    def _long(self, row: np.ndarray) -> np.ndarray:
        """Emissions of a sentence of more than SEGMENT tokens. *Shape:* (length,) -> (length, tags)."""
        ranges = segments(len(row))
        parts: list[np.ndarray | None] = [None] * len(ranges)
        batches = list(plan([end - start for start, end in ranges], self.batch_tokens))
        outcomes = self._map(self._run, ([row[slice(*ranges[i])] for i in batch] for batch in batches))
        for batch, (emissions, lengths) in zip(batches, outcomes, strict=True):
            for column, i in enumerate(batch):
                parts[i] = emissions[: lengths[column], column]
        return stitch(parts)

    def _decode(self, emissions: np.ndarray, lengths: np.ndarray, targets: list[Annotation], probabilities: bool) -> None:
        names = self.bundle.tags
        path = viterbi(emissions, lengths, self.bundle.transitions)
        if probabilities:
            chances, going_on = marginals(emissions, lengths, self.bundle.transitions, self._inside)
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
