"""Sentences on their way through the network: windows of them, cut into batches, and the annotations that come of it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tagger.validation import check_sentence, strange_token, token_error


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


@dataclass(slots=True)
class Job:
    """For whom a batch is run.

    :param starts: where each of its sentences, or the one whose segments they are, begins among the tokens of the window.
    :param parts: of segments: which of how many each is.
    """

    starts: np.ndarray
    parts: list[tuple[int, int]] = field(default_factory=list)


@dataclass(slots=True)
class Window:
    """Sentences on their way, as one run of tokens: what `Engine.submit` makes for `Engine.collect`.

    :param starts, lengths: where each sentence stands among the tokens; between sentences may be some that are of none. *Shape:* (sentences,).
    :param tags: once it is finished, the number of each token's tag, and behind the last tag's number that of no tag. *Shape:* (tokens,), int32.
    :param probabilities, going_on: see :class:`Annotation`; `None` where they were not asked for. *Shape:* (tokens, tags).
    :param ahead: whether its batches are run while its caller does something else.
    """

    starts: np.ndarray
    lengths: np.ndarray
    tags: np.ndarray
    probabilities: np.ndarray | None
    going_on: np.ndarray | None
    ahead: bool = False
    jobs: list[Job] = field(default_factory=list)
    outcomes: Iterable[tuple[np.ndarray, np.ndarray]] = ()

    def annotation(self, names: Sequence[str], start: int, length: int) -> Annotation:
        """Tags, by their names, of the sentence that begins at `start`."""
        own = slice(start, start + length)
        tags = [names[number] for number in self.tags[own].tolist()]
        if self.probabilities is None or self.going_on is None:
            return Annotation(tags)
        return Annotation(tags, self.probabilities[own], self.going_on[own])


def windows(sentences: Iterable[Sequence[str]], tokens: int) -> Iterator[list[Sequence[str]]]:
    """Group sentences, in order, by about so many tokens.

    :raises DataError: one is no sequence of strings. That, and what `sentences` raises, comes after all sentences that were read before it.
    """
    window: list[Sequence[str]] = []
    held = done = 0
    trouble: Exception | None = None
    source = iter(sentences)
    ended = False
    while not ended:
        try:
            for sentence in source:
                check_sentence(sentence, f"sentence {done + len(window) + 1}")
                window.append(sentence)
                held += len(sentence) + 1
                if held >= tokens:
                    break
            else:
                ended = True
        except Exception as error:
            trouble, ended = error, True
        if (place := strange_token(window)) is not None:
            trouble, ended = token_error(window, *place, done), True
            del window[place[0] :]
        if window:
            yield window
        done += len(window)
        window, held = [], 0
    if trouble is not None:
        raise trouble


def delayed(submitted: Iterable[tuple[Window, Any]]) -> Iterator[tuple[Window, Any]]:
    """Give the same pairs, each window that runs ahead only once the next one was submitted, or could not be."""
    waiting: list[tuple[Window, Any]] = []
    try:
        for window, rest in submitted:
            ready, waiting = waiting, [(window, rest)]
            yield from ready
            if not window.ahead:
                ready, waiting = waiting, []
                yield from ready
    except Exception:
        yield from waiting
        raise
    yield from waiting
