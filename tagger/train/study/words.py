"""Vocabularies of whole words, as the original had one: each word as it is written, one number and nothing else."""

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from tagger.features import FeatureSettings
from tagger.vocabulary import Vocabulary

UNKNOWN = "unknown"


class WholeWords(Vocabulary):
    """Numbers of words. A word that is not among them has the number of the unknown word, or none where there is no such entry.

    :param words: distinct words.
    :param unknown: whether there is an unknown word. It is trained where the training text has words that were left out.
    """

    def __init__(self, words: Sequence[str], *, unknown: bool) -> None:
        # "w:" marks a word's own entry for the trainer; the unknown word is nobody's own
        super().__init__([*([UNKNOWN] if unknown else []), *("w:" + word for word in words)], FeatureSettings(kinds=("word",), slots=1))
        self._unknown = int(unknown)  # the first entry has number 1; 0 is no word at all
        self._word_numbers = {word: number for number, word in enumerate(words, 1 + self._unknown)}

    def rows(self, tokens: Iterable[str]) -> np.ndarray:
        """The number of each word. *Shape:* (tokens, 1), int32."""
        return np.array([self._word_numbers.get(token, self._unknown) for token in tokens], np.int32).reshape(-1, 1)


def whole_words(sentences: Iterable[Sequence[str]], minimum: int = 1, *, unknown: bool = False) -> WholeWords:
    """Number the words that occur at least `minimum` times, the most frequent first."""
    counts = Counter(token for tokens in sentences for token in tokens)
    kept = sorted((word for word, count in counts.items() if count >= minimum), key=lambda word: (-counts[word], word))
    return WholeWords(kept, unknown=unknown)
