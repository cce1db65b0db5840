"""Scores of a linear chain of tags."""

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
