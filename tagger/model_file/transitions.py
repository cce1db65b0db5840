"""Transition scores of a linear chain of tags."""

from dataclasses import dataclass

import numpy as np

from tagger.tags import transition_mask

Scores = np.ndarray | float

FORBIDDEN = -1e4  # far below any score, but finite, so that sums of two are not NaN


@dataclass(frozen=True, slots=True)
class Transitions:
    """Scores for starting with a tag, for a tag following another, and for ending with a tag.

    Whatever BIO forbids scores FORBIDDEN.

    :param start: float32. *Shape:* (tags,).
    :param between: float32. *Shape:* (tags, tags) as [previous, next].
    :param end: float32. *Shape:* (tags,).
    """

    start: np.ndarray
    between: np.ndarray
    end: np.ndarray

    @classmethod
    def legal(cls, tags: list[str], start: Scores = 0.0, between: Scores = 0.0, end: Scores = 0.0) -> "Transitions":
        """Make transitions from learned scores, by default zero, and mask what BIO forbids."""
        may_start, may_follow = transition_mask(tags)
        count = len(tags)
        return cls(
            np.where(may_start, start, FORBIDDEN).astype(np.float32),
            np.where(may_follow, between, FORBIDDEN).astype(np.float32),
            np.broadcast_to(np.asarray(end, np.float32), (count,)).copy(),
        )
