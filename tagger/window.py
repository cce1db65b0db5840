"""Sentences on their way through the network: windows of them, cut into batches, and the annotations that come of it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from tagger.batches import pad
from tagger.vocabulary import WordVectors


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


# Vectors of a batch's distinct words, which of them stands where, and the lengths of its sentences: see Session.emissions.
Batch = tuple[np.ndarray, np.ndarray, np.ndarray]


@dataclass(slots=True)
class Job:
    """For whom a batch is run.

    :param targets: an annotation for each of its sentences, or the one whose segments they are.
    :param parts: of segments: which of how many each is.
    """

    targets: list[Annotation]
    parts: list[tuple[int, int]] = field(default_factory=list)


@dataclass(slots=True)
class Window:
    """Sentences on their way: what :meth:`Tagger.begin` makes for :meth:`Tagger.finish`."""

    annotations: list[Annotation]
    probabilities: bool
    jobs: list[Job]
    outcomes: Iterator[tuple[np.ndarray, np.ndarray]]


def windows(sentences: Iterable[Sequence[str]], tokens: int) -> Iterator[list[Sequence[str]]]:
    """Group sentences, in order, by about so many tokens."""
    window: list[Sequence[str]] = []
    held = 0
    for sentence in sentences:
        window.append(sentence)
        held += len(sentence) + 1
        if held >= tokens:
            yield window
            window, held = [], 0
    if window:
        yield window


def lay_out(words: WordVectors, rows: list[np.ndarray]) -> Batch:
    """A batch of sentences given as numbers of words. *Shape:* each (length,)."""
    padded, lengths = pad(rows)
    distinct = np.flatnonzero(np.bincount(padded.ravel()))
    places = np.zeros(distinct[-1] + 1, np.int32)
    places[distinct] = np.arange(len(distinct))
    return words.vectors(distinct), places[padded], lengths
