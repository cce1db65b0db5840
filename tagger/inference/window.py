"""Windows: sentences that go through the network together, and the annotations that result."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from tagger.validation import check_sentence, strange_token, token_error

if TYPE_CHECKING:
    from tagger.inference.lookups import Lookups


@dataclass(slots=True)
class Annotation:
    """Tags of one sentence, and on request marginal probabilities.

    :param tags: one tag per token.
    :param probabilities: P(tag) at each token, float32; each row sums to 1. *Shape:* (tokens, tags of the model).
    :param continuation: P(the next tag continues this tag's entity | tag) at each token, float32.
        *Shape:* (tokens, tags of the model).
    """

    tags: list[str]
    probabilities: np.ndarray | None = None
    continuation: np.ndarray | None = None

    def span_probability(self, start: int, end: int, begin: int, inside: int) -> float:
        """Compute the probability, over all legal sequences, that an entity covers exactly the tokens `start` to `end`.

        :param end: exclusive.
        :param begin, inside: numbers of the B- and I- tag of its label.
        :raises ValueError: the annotation has no probabilities.
        """
        if self.probabilities is None or self.continuation is None:
            raise ValueError("the annotation has no probabilities")
        probability = float(self.probabilities[start, begin])
        numbers = [begin, *[inside] * (end - start - 1)]
        for position, number in zip(range(start, end), numbers, strict=True):
            continues = float(self.continuation[position, number])
            probability *= continues if position < end - 1 else 1 - continues
        return min(max(probability, 0.0), 1.0)


@dataclass(slots=True)
class Job:
    """The content of a batch: short sentences, or segments of one long sentence.

    :param starts: index of each sentence's first token in the window; of the long sentence alone for segments.
    :param segments: number of each segment in its sentence; empty for short sentences.
    :param segment_count: number of segments of the long sentence.
    """

    starts: np.ndarray
    segments: list[int] = field(default_factory=list)
    segment_count: int = 0


@dataclass(slots=True)
class Window:
    """Sentences in process, as one sequence of tokens: made by `Engine.submit`, completed by `Engine.collect`.

    :param starts: index of each sentence's first token; there may be tokens between sentences that belong to none.
        *Shape:* (sentences,).
    :param lengths: number of tokens of each sentence. *Shape:* (sentences,).
    :param tags: number of each token's tag once the window is complete; the number of tags where a token belongs to no
        sentence. int32. *Shape:* (tokens,).
    :param probabilities, continuation: see :class:`Annotation`; None if not requested. *Shape:* (tokens, tags).
    :param emissions: what the network gave, if it is kept for another decoding; None if not. *Shape:* (tokens, tags).
    :param ahead: whether its batches run in threads while the caller does other work.
    :param tokens, cells: the tokens, and which of them begin a cell, as long as they are needed to correct the tags by
        lists of names.
    :param jobs: the content of each batch that is not collected yet.
    :param lookups: what goes through the network in place of some sentences' tokens; their tags come after the tokens'
        until the window is complete. None on usual text.
    :param outcomes: emissions and sentence lengths of each of these batches.
    """

    starts: np.ndarray
    lengths: np.ndarray
    tags: np.ndarray
    probabilities: np.ndarray | None
    continuation: np.ndarray | None
    emissions: np.ndarray | None = None
    ahead: bool = False
    tokens: Sequence[str | bytes] = ()
    cells: Sequence[int] = ()
    jobs: list[Job] = field(default_factory=list)
    outcomes: Iterable[tuple[np.ndarray, np.ndarray]] = ()
    lookups: "Lookups | None" = None

    def annotation(self, names: Sequence[str], start: int, length: int) -> Annotation:
        """Return the annotation of the sentence that begins at token `start`.

        :param names: the tag of each number.
        """
        own = slice(start, start + length)
        tags = [names[number] for number in self.tags[own].tolist()]
        if self.probabilities is None or self.continuation is None:
            return Annotation(tags)
        return Annotation(tags, self.probabilities[own], self.continuation[own])

    @classmethod
    def concatenate(cls, windows: Sequence["Window"]) -> "Window":
        """Return one window with the sentences of one or more decoded windows, all with the same results."""
        sizes = np.array([len(window.tags) for window in windows])
        shifts = (sizes.cumsum() - sizes).tolist()
        return cls(
            np.concatenate([window.starts + shift for window, shift in zip(windows, shifts, strict=True)]),
            np.concatenate([window.lengths for window in windows]),
            np.concatenate([window.tags for window in windows]),
            _concatenated([window.probabilities for window in windows]),
            _concatenated([window.continuation for window in windows]),
            _concatenated([window.emissions for window in windows]),
        )


def _concatenated(arrays: Sequence[np.ndarray | None]) -> np.ndarray | None:
    given = [array for array in arrays if array is not None]
    return np.concatenate(given) if given else None


def windows(sentences: Iterable[Sequence[str]], tokens: int) -> Iterator[list[Sequence[str]]]:
    """Group sentences, in order, into windows of about `tokens` tokens.

    :raises DataError: a sentence is not a sequence of strings. This error, and any error that `sentences` raises, comes
        after all sentences read before it.
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
        if (position := strange_token(window)) is not None:
            trouble, ended = token_error(window, *position, done), True
            del window[position[0] :]
        if window:
            yield window
        done += len(window)
        window, held = [], 0
    if trouble is not None:
        raise trouble


def delayed(submitted: Iterable[tuple[Window, Any]]) -> Iterator[tuple[Window, Any]]:
    """Yield the same pairs, but each window that runs ahead only after the next one has been submitted or has failed.

    So the network works on one window while the next one is being read.
    """
    waiting: tuple[Window, Any] | None = None
    try:
        for pair in submitted:
            if waiting is not None:
                ready, waiting = waiting, None
                yield ready
            if pair[0].ahead:
                waiting = pair
            else:
                yield pair
    except Exception:
        if waiting is not None:
            yield waiting
        raise
    if waiting is not None:
        yield waiting
