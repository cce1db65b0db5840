"""A cache of the vectors of words met so far, so that each word is encoded and embedded once."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import compress, count, islice

import numpy as np

from tagger.features.vocabulary import Vocabulary

# Vectors kept, by device; at 128 figures of one byte 16,384 are 2 MB. A GPU is sent those of each batch, so they stand where memory is not short.
CACHED_WORDS = {"cpu": 1 << 14, "cuda": 1 << 18}

# Embedded at once, of a like number of slots: 64 with 40 slots of 128 figures take 1 MB for a moment. A GPU takes as long for one as for thousands.
EMBEDDED_WORDS = {"cpu": 64, "cuda": 4096}

SLOT_STEP = 8  # rows are embedded without the slots that are empty, in steps of this

ROWS_TOGETHER = 64  # as many new words as are embedded at once, so many times, have their rows made together: with fewer, more calls are not full


def _numbered(words: Iterable[str | bytes] = ()) -> defaultdict[str | bytes, int]:
    """Numbers of distinct words, in order; one that is looked up and is not there gets the next."""
    numbers = count()  # asked for one only where there was a word
    return defaultdict(numbers.__next__, zip(words, numbers, strict=False))


class WordCache:
    """Vectors of the words met so far, so that each word is taken apart and embedded once.

    Holds at most `cached` words between calls of :meth:`numbers`, then forgets the rarer half: memory stays flat over an endless stream.
    Where a call fails, words have numbers and no vectors: it is not to be used any more.

    :param embed: feature rows of words to their vectors; a vector must not depend on the other words.
    :param width: figures of a vector.
    :param kind: what figures they are.
    :param cached: words kept.
    :param together: words embedded at once.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        embed: Callable[[np.ndarray], np.ndarray],
        width: int,
        kind: np.dtype | type = np.float32,
        *,
        cached: int = CACHED_WORDS["cpu"],
        together: int = EMBEDDED_WORDS["cpu"],
    ) -> None:
        self._vocabulary, self._embed = vocabulary, embed
        self._cached, self._together = cached, together
        self._room = 2 * cached  # rows of the table, which takes memory only where something was written
        self._numbers = _numbered()
        self._vectors = np.zeros((self._room, width), kind)
        self._places = np.zeros(
            self._room, np.int32
        )  # to find distinct words with; what it holds means nothing between calls
        self._uses = np.zeros(0, np.int64)  # of each word, by its number

    def numbers(self, tokens: Sequence[str | bytes]) -> np.ndarray:
        """A number for each token, good for :meth:`vectors` until the next call. *Shape:* (tokens,), int32.

        :param tokens: those given as bytes are UTF-8, and are told from the same given as strings.
        """
        if len(self._numbers) > self._cached:
            self._forget()
        known = self._numbers
        first = len(known)
        numbers = np.fromiter(map(known.__getitem__, tokens), np.int32, len(tokens))
        if len(known) > len(self._vectors):
            self._move(self._vectors[:first], len(known))
        new = list(islice(reversed(known), len(known) - first))[::-1]
        step = ROWS_TOGETHER * self._together
        for start in range(0, len(new), step):
            self._embed_rows(self._vocabulary.rows(new[start : start + step]), self._vectors[first + start :])
        uses = np.bincount(numbers, minlength=len(known))
        uses[: len(self._uses)] += self._uses
        self._uses = uses
        return numbers

    def _embed_rows(self, rows: np.ndarray, vectors: np.ndarray) -> None:
        """Write the vectors of rows. Which rows go together depends on how many slots each one fills, so a vector does not depend on the others."""
        steps = -(-np.count_nonzero(rows, axis=1) // SLOT_STEP)
        for step in np.flatnonzero(np.bincount(steps)).tolist():
            chosen = np.flatnonzero(steps == step)
            for start in range(0, len(chosen), self._together):
                some = chosen[start : start + self._together]
                vectors[some] = self._embed(rows[some, : max(step, 1) * SLOT_STEP])

    def _forget(self) -> None:
        kept = np.sort(np.argsort(-self._uses, kind="stable")[: self._cached // 2])
        chosen = np.zeros(len(self._uses), bool)
        chosen[kept] = True
        self._numbers = _numbered(compress(self._numbers, chosen.tolist()))  # which are in the order of their numbers
        self._move(self._vectors[kept], self._room)
        self._uses = self._uses[kept] // 2  # what was frequent long ago makes room in the end

    def _move(self, vectors: np.ndarray, room: int) -> None:
        """Keep these, in a table of so many rows; a larger one goes, with what a call of very many words took. *Shape:* (words, width)."""
        self._vectors = np.zeros((room, vectors.shape[1]), vectors.dtype)
        self._vectors[: len(vectors)] = vectors
        self._places = np.zeros(room, np.int32)

    @property
    def table(self) -> np.ndarray:
        """The vectors of all words, by their numbers. What the next call of :meth:`numbers` adds is added behind them, or in another array.

        *Shape:* (words, width).
        """
        return self._vectors[: len(self._numbers)]

    def vectors(self, numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Vectors of the distinct ones of some words, in any order, and which of them each word has.

        *Shape:* numbers any -> (distinct, width), and the shape of the numbers, int32.
        """
        flat = numbers.ravel()
        order = np.arange(len(flat), dtype=np.int32)
        self._places[flat] = order  # a word that occurs more than once keeps one place
        distinct = flat[self._places[flat] == order]
        self._places[distinct] = order[: len(distinct)]
        return self._vectors[distinct], self._places[numbers]
