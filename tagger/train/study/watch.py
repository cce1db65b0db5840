"""What the study records of each epoch: loss and both metrics on chosen parts, the learning rate of each step, the time."""

import time
from collections.abc import Mapping, Sequence

from tagger.train.student.dataset import Arrays
from tagger.train.student.network import Network
from tagger.train.study.scoring import brief, predict


class EpochWatcher:
    """Adds `parts`, `rates` and `seconds` to the record of each epoch.

    :param parts: by name, a numbered corpus and its gold tags.
    :param tags: the tag set.
    """

    def __init__(self, parts: Mapping[str, tuple[Arrays, Sequence[Sequence[str]]]], tags: Sequence[str]) -> None:
        self._parts, self._tags = parts, tags
        self._rates: list[list[float]] = []  # [steps, rate] for each stretch of one rate
        self._started = time.monotonic()

    def after_step(self, rate: float) -> None:
        """Count a step at this rate."""
        rate = float(f"{rate:.6g}")
        if self._rates and self._rates[-1][1] == rate:
            self._rates[-1][0] += 1
        else:
            self._rates.append([1, rate])

    def after_epoch(self, network: Network) -> dict:
        """Score the parts. `rates` holds [steps, rate] for each stretch of steps at one rate."""
        parts = {name: brief(gold, predict(network, arrays, self._tags), self._tags) for name, (arrays, gold) in self._parts.items()}
        now = time.monotonic()
        figures = {"parts": parts, "rates": self._rates, "seconds": round(now - self._started, 2)}
        self._rates, self._started = [], now
        return figures
