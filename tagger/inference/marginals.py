"""Marginal tag probabilities over all legal sequences (forward-backward, Rabiner 1989), of all sentences of a batch.

As in :mod:`tagger.inference.viterbi`, all operations are element-wise across sentences, so a sentence gets the same
bits whatever its neighbours are.
"""

import numpy as np

from tagger.inference.packing import Packing
from tagger.model_file.transitions import Transitions

LOWEST = 1e-200  # sums below this or above its inverse are close to the limits of float64


def marginals(
    emissions: np.ndarray, packing: Packing, transitions: Transitions, inside: np.ndarray, temperature: float = 1.0
) -> tuple[np.ndarray, np.ndarray]:
    """Compute the probability of each tag at each token, and of the tag's entity continuing at the next token.

    :param emissions: emissions in the order of `packing`; they are not changed. *Shape:* (tokens, tags).
    :param inside: number of the tag that continues each tag's entity; -1 if there is none. *Shape:* (tags,).
    :param temperature: divisor of all scores; above 1 the probabilities are less confident (Guo et al. 2017).
    :returns: P(tag), and P(next tag is inside[tag] | tag), which is 0 at a sentence's end. float32.
        *Shape:* (tokens, tags) each.
    """
    with np.errstate(all="ignore"):  # overflow and underflow show in the sums
        probabilities, continuation, sums = _by_products(emissions, packing, transitions, inside, temperature)
    poor = np.zeros(len(packing.order), bool)
    poor[packing.sentences[~((sums >= LOWEST) & (sums <= 1 / LOWEST)).all(0)]] = True
    if poor.any():
        some = poor[packing.sentences]
        lengths = np.bincount(packing.sentences)[poor]
        probabilities[some], continuation[some] = by_logarithms(
            emissions[some], Packing(lengths), transitions, inside, temperature
        )
    return probabilities, continuation


def _by_products(
    emissions: np.ndarray, packing: Packing, transitions: Transitions, inside: np.ndarray, temperature: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Compute :func:`marginals` with products of probabilities, scaled at each step.

    :returns: as :func:`marginals`, and the sums that tell whether the products stayed within the range of float64.
        *Shape:* (tokens, tags) twice, (3, tokens).
    """
    counts, offsets, tokens = packing.counts, packing.offsets, len(emissions)
    scores = emissions.T.astype(np.float64)
    # Rows are tags and columns are tokens, with one extra column, so that each step has at least two columns: over a
    # single one numpy would add up in another order.
    weights = np.ones((len(scores), tokens + 1))
    weights[:, :tokens] = np.exp((scores - scores.max(0)) / temperature)
    between, first, last = (
        np.exp(own.astype(np.float64) / temperature)
        for own in (transitions.between, transitions.start, transitions.end)
    )
    sums = np.ones((3, tokens + 1))
    buffer = np.empty((*between.shape, max(counts[0], 2)))
    forward = weights.copy()
    forward[:, : counts[0]] *= first[:, None]
    previous = 0
    for start, count in zip(offsets, counts, strict=True):
        own = slice(start, start + count)
        width = max(count, 2)
        if start:
            products = np.multiply(
                forward[:, None, previous : previous + width], between[:, :, None], out=buffer[:, :, :width]
            )
            forward[:, own] *= np.add.reduce(products, 0)[:, :count]
        sums[0, own] = np.add.reduce(forward[:, start : start + width], 0)[:count]
        forward[:, own] /= sums[0, own]
        previous = start
    backward = np.ones_like(weights)
    backward[:, packing.lasts] = last[:, None]
    tags = np.flatnonzero(inside >= 0)
    next_tags, into_next = inside[tags], between[tags, inside[tags]][:, None]
    continuation = np.zeros((len(scores), tokens))
    for start, following, count in zip(offsets[-2::-1], offsets[:0:-1], counts[:0:-1], strict=True):
        own = slice(start, start + count)
        width = max(count, 2)
        onward = weights[:, following : following + width] * backward[:, following : following + width]
        total = np.add.reduce(np.multiply(between[:, :, None], onward, out=buffer[:, :, :width]), 1)
        continuation[tags, own] = onward[next_tags, :count] * into_next / total[tags, :count]
        sums[1, own] = np.minimum.reduce(total, 0)[:count]  # the lowest, as each tag's own sum is a divisor above
        backward[:, own] = total[:, :count] / np.add.reduce(total, 0)[:count]
    joint = forward * backward
    sums[2] = np.add.reduce(joint, 0)
    joint /= sums[2]
    return (
        joint[:, :tokens].T.astype(np.float32, order="C"),
        continuation.T.astype(np.float32, order="C"),
        sums[:, :tokens],
    )


def by_logarithms(
    emissions: np.ndarray, packing: Packing, transitions: Transitions, inside: np.ndarray, temperature: float
) -> tuple[np.ndarray, np.ndarray]:
    """Compute :func:`marginals` with logarithms: for scores of any size, but several times as slow."""
    counts, offsets = packing.counts, packing.offsets
    scores = emissions.astype(np.float64) / temperature
    between = transitions.between.astype(np.float64) / temperature
    forward = scores.copy()
    forward[: counts[0]] += transitions.start.astype(np.float64) / temperature
    previous = 0
    for start, count in zip(offsets[1:], counts[1:], strict=True):
        forward[start : start + count] += _log_sum_exp(forward[previous : previous + count, :, None] + between, 1)
        previous = start
    backward = np.empty_like(scores)
    backward[packing.lasts] = transitions.end.astype(np.float64) / temperature
    tags = np.flatnonzero(inside >= 0)
    continuation = np.zeros(scores.shape, np.float32)
    for start, following, count in zip(offsets[-2::-1], offsets[:0:-1], counts[:0:-1], strict=True):
        own = slice(start, start + count)
        onward = scores[following : following + count] + backward[following : following + count]
        backward[own] = _log_sum_exp(between + onward[:, None, :], 2)
        continuation[own, tags] = np.exp(onward[:, inside[tags]] + between[tags, inside[tags]] - backward[own, tags])
    joint = forward + backward
    joint -= _log_sum_exp(joint, 1)[:, None]
    return np.exp(joint).astype(np.float32), continuation


def _log_sum_exp(values: np.ndarray, axis: int) -> np.ndarray:
    highest: np.ndarray = values.max(axis, keepdims=True)
    total: np.ndarray = np.log(np.exp(values - highest).sum(axis)) + highest.squeeze(axis)
    return total
