"""From emissions to the best legal tag sequence, and to the probability of each tag, for all sequences of a batch at once.

Every step is element by element along the batch, so a sequence gets the same result whatever stands beside it.
"""

from dataclasses import dataclass

import numpy as np

from tagger.tags import transition_mask

FORBIDDEN = -1e4  # far below any score, and finite, so that no sum of two is NaN


@dataclass(frozen=True, slots=True)
class Transitions:
    """Scores of a linear chain: of starting with a tag, of one tag behind another, of ending with a tag. What BIO forbids has FORBIDDEN.

    *Shape:* start (tags,), between (tags, tags) as [previous, next], end (tags,), all float32.
    """

    start: np.ndarray
    between: np.ndarray
    end: np.ndarray

    @classmethod
    def legal(cls, tags: list[str], start=0.0, between=0.0, end=0.0) -> "Transitions":
        """Learned scores (zero where none were learned) with all that BIO forbids masked."""
        may_start, may_follow = transition_mask(tags)
        count = len(tags)
        return cls(
            np.where(may_start, start, FORBIDDEN).astype(np.float32),
            np.where(may_follow, between, FORBIDDEN).astype(np.float32),
            np.broadcast_to(np.asarray(end, np.float32), (count,)).copy(),
        )


def viterbi(emissions: np.ndarray, lengths: np.ndarray, transitions: Transitions) -> np.ndarray:
    """The best tag sequence of each sentence (Viterbi 1967; ties go to the lower tag number).

    *Shape:* emissions (time, batch, tags), lengths (batch,) of at least 1 -> (time, batch), int32; 0 behind a sentence's end.
    """
    order = np.argsort(-lengths, kind="stable")  # the longest first: at each step those that have not ended stand in front
    ordered = lengths[order]
    scores = np.ascontiguousarray(emissions[:, order].transpose(0, 2, 1))  # (time, tags, batch): sums and maxima run along the batch
    active = np.searchsorted(-ordered, -np.arange(len(scores)))  # sentences longer than each step
    between = transitions.between[:, :, None]
    scores[0] += transitions.start[:, None]
    for step in range(1, len(scores)):
        count = active[step]
        scores[step, :, :count] += (scores[step - 1, :, None, :count] + between).max(0)
    path = np.zeros(emissions.shape[:2], np.int32)
    ending = (transitions.end[:, None] + scores[ordered - 1, :, np.arange(len(order))].T).argmax(0)
    into = np.ascontiguousarray(transitions.between.T)  # [next, previous]
    current = np.zeros(0, np.int64)
    for step in range(len(scores) - 1, -1, -1):
        count = active[step]
        if len(current):  # sums as above, so the same previous tag is found best
            current = (scores[step, :, : len(current)].T + into[current]).argmax(1)
        current = np.concatenate([current, ending[len(current) : count]])
        path[step, order[:count]] = current
    return path


def marginals(
    emissions: np.ndarray, lengths: np.ndarray, transitions: Transitions, inside: np.ndarray, temperature: float = 1.0
) -> tuple[np.ndarray, np.ndarray]:
    """The probability of each tag at each position, over all legal sequences (forward-backward), and of its entity going on behind it.

    :param temperature: all scores of a sequence are divided by it first, so that above 1 no sequence is as sure (Guo et al. 2017).

    *Shape:* emissions (time, batch, tags), lengths (batch,), inside (tags,), the number of the tag that continues an entity (-1: none)
    -> two of (time, batch, tags), float32, 0 behind a sentence's end: P(tag), and P(next tag is inside[tag] | tag).
    """
    time, batch, count = emissions.shape
    scores = emissions.astype(np.float64) / temperature
    between = transitions.between.astype(np.float64) / temperature
    forward = np.empty((time, batch, count))
    forward[0] = transitions.start.astype(np.float64) / temperature + scores[0]
    for step in range(1, time):
        forward[step] = _log_sum_exp(forward[step - 1][:, :, None] + between, 1) + scores[step]
    backward = np.empty((time, batch, count))
    end = np.broadcast_to(transitions.end.astype(np.float64) / temperature, (batch, count))
    backward[time - 1] = end
    for step in range(time - 2, -1, -1):
        behind = _log_sum_exp(between + (scores[step + 1] + backward[step + 1])[:, None, :], 2)
        backward[step] = np.where((step + 1 < lengths)[:, None], behind, end)
    together = forward + backward
    together -= _log_sum_exp(together, 2)[:, :, None]
    probabilities = np.exp(together, dtype=np.float64).astype(np.float32)
    probabilities[np.arange(time)[:, None] >= lengths] = 0
    going_on = np.zeros((time, batch, count), np.float32)
    tags = np.flatnonzero(inside >= 0)
    following = scores[1:, :, inside[tags]] + backward[1:, :, inside[tags]] + between[tags, inside[tags]]
    going_on[:-1, :, tags] = np.exp(following - backward[:-1, :, tags])
    going_on[np.arange(1, time + 1)[:, None] >= lengths] = 0
    return probabilities, going_on


def _log_sum_exp(values: np.ndarray, axis: int) -> np.ndarray:
    highest = values.max(axis, keepdims=True)
    return np.log(np.exp(values - highest).sum(axis)) + highest.squeeze(axis)
