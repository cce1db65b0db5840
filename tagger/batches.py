"""Cutting sentences into segments, segments into batches of bounded area, and putting the emissions back together.

Which segments a sentence is cut into depends on the sentence alone, so its emissions do not depend on its neighbours.
"""

from collections.abc import Iterator, Sequence

import numpy as np

SEGMENT = 512  # tokens; NER-UK's longest sentence has 242
OVERLAP = 48  # tokens of context on each side of a cut, whose own emissions are thrown away

# Emissions of some sentences, their lengths, and where each begins among the tokens of all. Shape: (time, batch, tags), (batch,), (batch,).
Emitted = tuple[np.ndarray, np.ndarray, np.ndarray]


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
    start = 0
    while start < len(order):
        longest = int(lengths[order[start]])
        rows = max(1, batch_tokens // longest)
        yield order[start : start + rows]
        start += rows


def slices(emissions: np.ndarray, lengths: np.ndarray, starts: np.ndarray, tokens: int) -> Iterator[Emitted]:
    """A batch in parts of up to about so many padded tokens. *Shape:* as :data:`Emitted`."""
    step = max(tokens // len(emissions), 1)  # sentences
    for first in range(0, len(lengths), step):
        some = slice(first, first + step)
        yield emissions[: lengths[some].max(), some], lengths[some], starts[some]
