"""Variants of words that the student is trained on: other casing, and ASCII punctuation."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tagger.train.data.perturbations import ASCII_PUNCTUATION


def _plain(token: str) -> str:
    return token.translate(ASCII_PUNCTUATION)


# Variants of a word: as it is, in lower and in upper case, each also with ASCII punctuation.
VARIANTS: tuple[Callable[[str], str], ...] = (
    str,
    str.lower,
    str.upper,
    _plain,
    lambda token: _plain(token.lower()),
    lambda token: _plain(token.upper()),
)


@dataclass(frozen=True, slots=True)
class VariantShares:
    """Shares of the sentences that are shown in lower case, in upper case, and with ASCII punctuation.

    Drawn anew in each epoch.
    """

    lowered: float = 0.0
    raised: float = 0.0
    plain: float = 0.0

    def __bool__(self) -> bool:
        return any((self.lowered, self.raised, self.plain))

    def draw(self, count: int, generator: np.random.Generator) -> np.ndarray:
        """Draw the variant of each sentence, an index into VARIANTS. *Shape:* (count,)."""
        case = generator.random(count)
        case = np.where(case < self.lowered, 1, np.where(case < self.lowered + self.raised, 2, 0))
        return case + 3 * (generator.random(count) < self.plain)
