"""Batches: split long sentences into segments, group sentences of similar length, and collect the emissions.

How a sentence is split depends on the sentence alone, so its emissions do not depend on its neighbours.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from tagger.inference.packing import Packing
from tagger.inference.word_cache import WordCache

SEGMENT = 512  # tokens; NER-UK's longest sentence has 242
OVERLAP = 48  # tokens of context on each side of a boundary between segments; their emissions are discarded

# Input of the network: vectors of the batch's distinct words or of all known words, the index of each token's vector,
# and the lengths of the sentences. Shape: (words, width), (time, batch), (batch,).
Batch = tuple[np.ndarray, np.ndarray, np.ndarray]

# Output of the network: emissions, the lengths of the sentences, and the index of each sentence's first token among
# all tokens. Shape: (time, batch, tags), (batch,), (batch,).
Padded = tuple[np.ndarray, np.ndarray, np.ndarray]


def segments(length: int) -> list[tuple[int, int]]:
    """Split a sentence into ranges of at most SEGMENT tokens. Neighbours share 2 x OVERLAP tokens."""
    if length <= SEGMENT:
        return [(0, length)]
    step = SEGMENT - 2 * OVERLAP
    starts = range(0, length - 2 * OVERLAP, step)
    return [(start, min(start + SEGMENT, length)) for start in starts]


def stitch(parts: Sequence[np.ndarray]) -> np.ndarray:
    """Join the emissions of a sentence's :func:`segments`.

    :param parts: emissions of each segment, in order. *Shape:* (tokens, tags) each.
    :returns: emissions of the sentence. *Shape:* (length, tags).
    """
    if len(parts) == 1:
        return parts[0]
    pieces = [parts[0][: len(parts[0]) - OVERLAP]]
    pieces += [part[OVERLAP : len(part) - OVERLAP] for part in parts[1:-1]]
    pieces.append(parts[-1][OVERLAP:])
    return np.concatenate(pieces)


def plan(lengths: np.ndarray, batch_tokens: int) -> Iterator[np.ndarray]:
    """Group sentences of similar length into batches.

    The number of sentences times the longest length is at most `batch_tokens`; a longer sentence is a batch of its own.

    :param lengths: length of each sentence, at least 1. *Shape:* (sentences,).
    :returns: yields an array of indices into `lengths` per batch; every index occurs once.
    """
    order = np.argsort(lengths, kind="stable")[::-1]  # the longest first: it decides the width of its batch
    ordered = lengths[order].tolist()
    start = 0
    while start < len(order):
        count = max(1, batch_tokens // ordered[start])
        yield order[start : start + count]
        start += count


def lay_out(words: WordCache, numbers: np.ndarray, starts: np.ndarray, lengths: np.ndarray, whole: bool) -> Batch:
    """Make the network's input for a batch of sentences.

    :param numbers: word number of each token, from `words`. *Shape:* (tokens,).
    :param starts, lengths: first token and number of tokens of each sentence. *Shape:* (batch,).
    :param whole: give the table of all words without copying it, and not a copy of the batch's vectors.
    """
    steps = np.arange(int(lengths.max()), dtype=np.int64)[:, None]
    # The padding after a sentence repeats its last word. Shape: (time, batch).
    padded = numbers.take(starts + np.minimum(steps, lengths - 1))
    vectors, index = (words.table, padded) if whole else words.vectors(padded)
    return vectors, index, lengths.astype(np.int32)


@dataclass(slots=True)
class Emissions:
    """Emissions of sentences, flat: a row per token, with rows of padding between them.

    :param rows: emissions. *Shape:* (rows, tags).
    :param firsts: row of each sentence's first token. *Shape:* (sentences,).
    :param steps: distance in rows from one token of a sentence to the next. *Shape:* (sentences,).
    :param lengths: number of tokens of each sentence. *Shape:* (sentences,).
    :param starts: index of each sentence's first token among all tokens. *Shape:* (sentences,).
    """

    rows: np.ndarray
    firsts: np.ndarray
    steps: np.ndarray
    lengths: np.ndarray
    starts: np.ndarray

    @classmethod
    def concatenate(cls, batches: Sequence[Padded]) -> "Emissions":
        """Concatenate the emissions of one or more batches."""
        rows = [emissions.reshape(-1, emissions.shape[2]) for emissions, _, _ in batches]
        lengths = np.concatenate([own for _, own, _ in batches])
        starts = np.concatenate([own for _, _, own in batches])
        widths = np.array([len(own) for _, own, _ in batches])  # sentences of each batch
        # Sentence number n begins in row n, plus the rows of the batches before its own that begin no sentence.
        skipped = np.cumsum([0, *map(len, rows[:-1])]) - (widths.cumsum() - widths)
        firsts = np.arange(len(lengths)) + np.repeat(skipped, widths)
        joined = rows[0] if len(rows) == 1 else np.concatenate(rows)
        return cls(joined, firsts, np.repeat(widths, widths), lengths, starts)

    def chunks(self, tokens: int) -> Iterator["Emissions"]:
        """Split into chunks of about `tokens` tokens, between sentences."""
        ends = self.lengths.cumsum()
        count = max(round(int(ends[-1]) / tokens), 1)
        bounds = np.searchsorted(ends, ends[-1] * np.arange(count) // count).tolist()
        for start, end in pairwise([*bounds, len(self.lengths)]):
            if start < end:
                some = slice(start, end)
                yield Emissions(self.rows, self.firsts[some], self.steps[some], self.lengths[some], self.starts[some])

    def packed(self, packing: Packing) -> tuple[np.ndarray, np.ndarray]:
        """Reorder the emissions by `packing`, without padding.

        :param packing: the packing of `lengths`.
        :returns: emissions, and the index of each of their tokens among all tokens. *Shape:* (tokens, tags), (tokens,).
        """
        rows = self.firsts[packing.sentences] + packing.steps * self.steps[packing.sentences]
        return self.rows.take(rows, 0), self.starts[packing.sentences] + packing.steps
