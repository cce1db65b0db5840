"""Cutting sentences into segments, segments into batches of bounded area, and putting the emissions back together.

Which segments a sentence is cut into depends on the sentence alone, so its emissions do not depend on its neighbours.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from tagger.inference.packing import Packing
from tagger.inference.word_cache import WordCache

SEGMENT = 512  # tokens; NER-UK's longest sentence has 242
OVERLAP = 48  # tokens of context on each side of a cut, whose own emissions are thrown away

# A batch as the network gives it back: emissions, the lengths of its sentences, and where each begins among the tokens of all.
# Shape: (time, batch, tags), (batch,), (batch,).
Padded = tuple[np.ndarray, np.ndarray, np.ndarray]


def segments(length: int) -> list[tuple[int, int]]:
    """Ranges of at most SEGMENT tokens that cover a sentence; neighbours share 2 x OVERLAP tokens."""
    if length <= SEGMENT:
        return [(0, length)]
    step = SEGMENT - 2 * OVERLAP
    starts = range(0, length - 2 * OVERLAP, step)
    return [(start, min(start + SEGMENT, length)) for start in starts]


def stitch(parts: Sequence[np.ndarray]) -> np.ndarray:
    """Emissions of a sentence from those of its :func:`segments`. *Shape:* each (tokens, tags) -> (length, tags)."""
    if len(parts) == 1:
        return parts[0]
    pieces = [parts[0][: len(parts[0]) - OVERLAP]]
    pieces += [part[OVERLAP : len(part) - OVERLAP] for part in parts[1:-1]]
    pieces.append(parts[-1][OVERLAP:])
    return np.concatenate(pieces)


def plan(lengths: np.ndarray, batch_tokens: int) -> Iterator[np.ndarray]:
    """Group sequences of like length so that rows x longest is at most `batch_tokens` (a longer sequence goes alone).

    :returns: positions in `lengths`, one array a batch, every position once.
    """
    order = np.argsort(lengths, kind="stable")[::-1]  # the longest first: it decides the width of its batch
    ordered = lengths[order].tolist()
    start = 0
    while start < len(order):
        rows = max(1, batch_tokens // ordered[start])
        yield order[start : start + rows]
        start += rows


@dataclass(slots=True)
class Emitted:
    """Emissions of sentences, in rows of which each is of a token, or of nothing.

    :param rows: *shape* (rows, tags).
    :param firsts, steps: which row the first token of each sentence has, and how many rows further each next one. *Shape:* (sentences,).
    :param lengths, starts: tokens of each sentence, and where they begin among the tokens of all. *Shape:* (sentences,).
    """

    rows: np.ndarray
    firsts: np.ndarray
    steps: np.ndarray
    lengths: np.ndarray
    starts: np.ndarray

    @classmethod
    def together(cls, batches: Sequence[Padded]) -> "Emitted":
        """Those of some batches, of which there is at least one."""
        rows = [emissions.reshape(-1, emissions.shape[2]) for emissions, *_ in batches]
        lengths, starts = (np.concatenate(some) for some in list(zip(*batches, strict=True))[1:])
        widths = np.array([len(own) for _, own, _ in batches])  # how many sentences each batch has beside each other
        skipped = np.cumsum([0, *map(len, rows[:-1])]) - (
            widths.cumsum() - widths
        )  # rows in front of a batch that no sentence begins with
        firsts = np.arange(len(lengths)) + np.repeat(skipped, widths)
        return cls(
            rows[0] if len(rows) == 1 else np.concatenate(rows), firsts, np.repeat(widths, widths), lengths, starts
        )

    def parts(self, tokens: int) -> Iterator["Emitted"]:
        """The same, as parts of about so many tokens; a sentence is not cut."""
        through = self.lengths.cumsum()
        count = max(round(int(through[-1]) / tokens), 1)
        cuts = np.searchsorted(through, through[-1] * np.arange(count + 1) // count).tolist()
        for start, end in pairwise([*cuts[:-1], len(self.lengths)]):
            if start < end:
                some = slice(start, end)
                yield Emitted(self.rows, self.firsts[some], self.steps[some], self.lengths[some], self.starts[some])

    def packed(self, packing: Packing) -> tuple[np.ndarray, np.ndarray]:
        """The emissions as they are packed, and where each token stands among those of all. *Shape:* (tokens, tags), (tokens,)."""
        rows = self.firsts[packing.sentences] + packing.steps * self.steps[packing.sentences]
        return self.rows.take(rows, 0), self.starts[packing.sentences] + packing.steps


# Vectors of a batch's distinct words or of all that are known, which of them stands where, and the lengths of its sentences: see Session.emissions.
Batch = tuple[np.ndarray, np.ndarray, np.ndarray]


def lay_out(words: WordCache, numbers: np.ndarray, starts: np.ndarray, lengths: np.ndarray, whole: bool) -> Batch:
    """A batch of sentences, given where they stand among the numbers of words. *Shape:* starts, lengths (batch,).

    :param whole: give the vectors of all words, where they stand, and not a copy of those of the batch.
    """
    steps = np.arange(int(lengths.max()), dtype=np.int64)[:, None]
    padded = numbers.take(
        starts + np.minimum(steps, lengths - 1)
    )  # behind a sentence's end its last word: (time, batch)
    vectors, index = (words.table, padded) if whole else words.vectors(padded)
    return vectors, index, lengths.astype(np.int32)
