"""How probable each tag is at each position, over all legal sequences (forward-backward, Rabiner 1989), for all sentences of a batch at once.

As :mod:`tagger.inference.viterbi`, element by element along the sentences, so a sentence gets the same bits whatever stands beside it.
"""

import numpy as np

from tagger.inference.packing import Packing
from tagger.model_file.transitions import Transitions

LOWEST = 1e-200  # sums below, or above 1/LOWEST, say that products are near the end of what float64 holds


def marginals(
    emissions: np.ndarray, packing: Packing, transitions: Transitions, inside: np.ndarray, temperature: float = 1.0
) -> tuple[np.ndarray, np.ndarray]:
    """The probability of each tag at each position, and of its entity going on behind it.

    :param temperature: all scores of a sequence are divided by it first, so that above 1 no sequence is as sure (Guo et al. 2017).

    *Shape:* emissions (tokens, tags), as they are packed, inside (tags,), the number of the tag that continues an entity (-1: none)
    -> two of (tokens, tags), float32: P(tag), and P(next tag is inside[tag] | tag), 0 at a sentence's end.
    """
    with np.errstate(all="ignore"):  # it shows in the sums
        probabilities, going_on, sums = _by_products(emissions, packing, transitions, inside, temperature)
    poor = np.zeros(len(packing.order), bool)
    poor[packing.sentences[~((sums >= LOWEST) & (sums <= 1 / LOWEST)).all(0)]] = True
    if poor.any():
        some = poor[packing.sentences]
        lengths = np.bincount(packing.sentences)[poor]
        probabilities[some], going_on[some] = by_logarithms(
            emissions[some], Packing(lengths), transitions, inside, temperature
        )
    return probabilities, going_on


def _by_products(
    emissions: np.ndarray, packing: Packing, transitions: Transitions, inside: np.ndarray, temperature: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """As :func:`marginals`, with probabilities multiplied and scaled at each step, and the sums by which they were. *Shape of these:* (3, tokens)."""
    counts, offsets, tokens = packing.counts, packing.offsets, len(emissions)
    scores = emissions.T.astype(np.float64)
    # Tags stand in rows and tokens in columns, with one column more, so that at least two go together: over one alone, numpy would add up in another order.
    weights = np.ones((len(scores), tokens + 1))
    weights[:, :tokens] = np.exp((scores - scores.max(0)) / temperature)
    between, first, last = (
        np.exp(own.astype(np.float64) / temperature)
        for own in (transitions.between, transitions.start, transitions.end)
    )
    sums = np.ones((3, tokens + 1))
    room = np.empty((*between.shape, max(counts[0], 2)))
    forward = weights.copy()
    forward[:, : counts[0]] *= first[:, None]
    before = 0
    for start, count in zip(offsets, counts, strict=True):
        own = slice(start, start + count)
        width = max(count, 2)
        if start:
            products = np.multiply(
                forward[:, None, before : before + width], between[:, :, None], out=room[:, :, :width]
            )
            forward[:, own] *= np.add.reduce(products, 0)[:, :count]
        sums[0, own] = np.add.reduce(forward[:, start : start + width], 0)[:count]
        forward[:, own] /= sums[0, own]
        before = start
    backward = np.ones_like(weights)
    backward[:, packing.lasts] = last[:, None]
    tags = np.flatnonzero(inside >= 0)
    follows, onto = inside[tags], between[tags, inside[tags]][:, None]
    going_on = np.zeros((len(scores), tokens))
    for start, behind, count in zip(offsets[-2::-1], offsets[:0:-1], counts[:0:-1], strict=True):
        own = slice(start, start + count)
        width = max(count, 2)
        onward = weights[:, behind : behind + width] * backward[:, behind : behind + width]
        total = np.add.reduce(np.multiply(between[:, :, None], onward, out=room[:, :, :width]), 1)
        going_on[tags, own] = onward[follows, :count] * onto / total[tags, :count]
        sums[1, own] = np.minimum.reduce(total, 0)[:count]  # of each tag's own, as each is divided by
        backward[:, own] = total[:, :count] / np.add.reduce(total, 0)[:count]
    together = forward * backward
    sums[2] = np.add.reduce(together, 0)
    together /= sums[2]
    return (
        together[:, :tokens].T.astype(np.float32, order="C"),
        going_on.T.astype(np.float32, order="C"),
        sums[:, :tokens],
    )


def by_logarithms(
    emissions: np.ndarray, packing: Packing, transitions: Transitions, inside: np.ndarray, temperature: float
) -> tuple[np.ndarray, np.ndarray]:
    """The same as :func:`marginals`, for scores of any size, in several times as long."""
    counts, offsets = packing.counts, packing.offsets
    scores = emissions.astype(np.float64) / temperature
    between = transitions.between.astype(np.float64) / temperature
    forward = scores.copy()
    forward[: counts[0]] += transitions.start.astype(np.float64) / temperature
    before = 0
    for start, count in zip(offsets[1:], counts[1:], strict=True):
        forward[start : start + count] += _log_sum_exp(forward[before : before + count, :, None] + between, 1)
        before = start
    backward = np.empty_like(scores)
    backward[packing.lasts] = transitions.end.astype(np.float64) / temperature
    tags = np.flatnonzero(inside >= 0)
    going_on = np.zeros(scores.shape, np.float32)
    for step in range(len(counts) - 2, -1, -1):
        count = counts[step + 1]
        own, behind = (slice(offsets[number], offsets[number] + count) for number in (step, step + 1))
        onward = scores[behind] + backward[behind]
        backward[own] = _log_sum_exp(between + onward[:, None, :], 2)
        going_on[own, tags] = np.exp(onward[:, inside[tags]] + between[tags, inside[tags]] - backward[own, tags])
    together = forward + backward
    together -= _log_sum_exp(together, 1)[:, None]
    return np.exp(together).astype(np.float32), going_on


def _log_sum_exp(values: np.ndarray, axis: int) -> np.ndarray:
    highest = values.max(axis, keepdims=True)
    return np.log(np.exp(values - highest).sum(axis)) + highest.squeeze(axis)
