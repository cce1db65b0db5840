"""The vocabulary: feature names and their numbers, and from them one row of numbers for each word.

Number 0 means "no feature"; it pads rows and its embedding is zero. A row does not depend on anything but the word.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict

import numpy as np

from tagger.errors import ModelError
from tagger.features import KINDS, FeatureSettings, names

CACHED_WORDS = 1 << 15  # rows kept; at 40 slots of 4 bytes this is 5 MB


class Vocabulary:
    """Numbers for feature names: the first entry is number 1.

    :param entries: feature names, distinct, without line feeds.
    """

    def __init__(self, entries: Sequence[str], settings: FeatureSettings) -> None:
        self.entries = list(entries)
        self.settings = settings
        self._numbers = dict(zip(self.entries, range(1, len(self.entries) + 1), strict=True))

    def __len__(self) -> int:
        """Rows that an embedding table needs: one more than there are entries."""
        return len(self.entries) + 1

    def row(self, token: str) -> np.ndarray:
        """Numbers of the token's features, padded with 0. *Shape:* (slots,), int32."""
        row = np.zeros(self.settings.slots, np.int32)
        known = [number for name in names(token, self.settings) if (number := self._numbers.get(name))]
        known = known[: self.settings.slots]
        row[: len(known)] = known
        return row

    def rows(self, tokens: Iterable[str]) -> np.ndarray:
        """Rows of many tokens. *Shape:* (tokens, slots), int32."""
        rows = [self.row(token) for token in tokens]
        return np.stack(rows) if rows else np.zeros((0, self.settings.slots), np.int32)

    def to_texts(self) -> dict[str, str]:
        """The vocabulary as two texts: `entries`, one a line, and `features`, JSON."""
        return {"entries": "\n".join(self.entries), "features": json.dumps(asdict(self.settings))}

    @classmethod
    def from_texts(cls, texts: dict[str, str]) -> "Vocabulary":
        """The reverse of :meth:`to_texts`. Raises ModelError where the texts are not what it wrote."""
        try:
            raw = json.loads(texts["features"])
            settings = FeatureSettings(tuple(raw["kinds"]), int(raw["affix"]), tuple(raw["piece"]), int(raw["slots"]))
            entries = texts["entries"].split("\n") if texts["entries"] else []
        except (KeyError, TypeError, ValueError) as error:
            raise ModelError(f"the vocabulary cannot be read ({error!r}); export the model again") from None
        if unknown := set(settings.kinds) - set(KINDS):
            raise ModelError(f"the vocabulary has features of unknown kind {sorted(unknown)}; upgrade uk-tag")
        return cls(entries, settings)


class WordRows:
    """Rows of the words met so far, so that each word is taken apart once.

    Holds at most :data:`CACHED_WORDS` words between calls of :meth:`numbers`, then starts anew: memory stays flat over an endless stream.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._numbers: dict[str, int] = {}
        self._rows = np.zeros((1024, vocabulary.settings.slots), np.int32)

    def numbers(self, tokens: Sequence[str]) -> np.ndarray:
        """A number for each token, good for :meth:`rows` until the next call. *Shape:* (tokens,), int32."""
        if len(self._numbers) > CACHED_WORDS:
            self._numbers.clear()
            self._rows = self._rows[:1024].copy()
        known = self._numbers
        for token in set(tokens).difference(known):
            number = len(known)
            if number == len(self._rows):
                self._rows = np.concatenate([self._rows, np.zeros_like(self._rows)])
            self._rows[number] = self._vocabulary.row(token)
            known[token] = number
        return np.fromiter(map(known.__getitem__, tokens), np.int32, len(tokens))

    def rows(self, numbers: np.ndarray) -> np.ndarray:
        """Feature rows of words by their numbers. *Shape:* (words,) -> (words, slots), int32."""
        return self._rows[numbers]
