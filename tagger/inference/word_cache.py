"""A cache of word vectors, so that each distinct word is encoded and embedded once."""

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from tagger.features.vocabulary import Vocabulary

# Words kept, by device. With vectors of 128 bytes, 16,384 words take 2 MB. A GPU is sent the vectors of each batch,
# so its cache lies in main memory, which is not short there.
CACHED_WORDS = {"cpu": 1 << 14, "cuda": 1 << 18}

# Words embedded at once, all with a similar number of features. On the CPU, 64 words of 40 slots and 128 float32
# values take 1 MB for a moment. A GPU takes as long for one word as for thousands.
EMBEDDED_WORDS = {"cpu": 64, "cuda": 4096}

SLOT_STEP = 8  # empty feature slots are left out in steps of this many

# New words are encoded this many times EMBEDDED_WORDS at once. With fewer, more of the embedding calls are not full.
CALLS_PER_ENCODING = 64


class _WordNumbers(dict[str | bytes, int]):
    """Numbers of distinct words. Looking up an unknown word gives it the next number.

    :param words: words that get the numbers from 0 on.
    :ivar added: words that look-ups have added, in the order of their numbers.
    """

    def __init__(self, words: Iterable[str | bytes] = ()) -> None:
        super().__init__((word, number) for number, word in enumerate(words))
        self.added: list[str | bytes] = []

    def __missing__(self, word: str | bytes) -> int:
        number = self[word] = len(self)
        self.added.append(word)
        return number


class WordCache:
    """Vectors of the words seen so far.

    Between calls of :meth:`numbers` it holds at most `cached` words; if there are more, it drops the less frequent ones
    down to half of that. So memory stays flat over an endless stream. After a call has failed, some words have
    numbers but no vectors: do not use the cache any more.

    :param embed: turns feature ids of words into vectors; a vector must not depend on the other words.
    :param width: values of a vector.
    :param kind: type of these values.
    :param cached: maximum number of words kept.
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
        self._capacity = 2 * cached  # length of the table; pages that were never written take no memory
        self._numbers = _WordNumbers()
        self._vectors = np.zeros((self._capacity, width), kind)
        # Scratch memory of `vectors`, by word number. Its content means nothing between calls.
        self._scratch = np.zeros(self._capacity, np.int32)
        self._uses = np.zeros(0, np.int64)  # by word number

    def numbers(self, tokens: Sequence[str | bytes]) -> np.ndarray:
        """Number the words of tokens. The numbers are valid for :meth:`vectors` until the next call.

        :param tokens: strings, or bytes in UTF-8; the same word as string and as bytes counts as two.
        :returns: a number per token, int32. *Shape:* (tokens,).
        """
        if len(self._numbers) > self._cached:
            self._forget()
        known = self._numbers
        first = len(known)
        numbers = np.fromiter(map(known.__getitem__, tokens), np.int32, len(tokens))
        if len(known) > len(self._vectors):
            self._move(self._vectors[:first], len(known))
        added, known.added = known.added, []
        step = CALLS_PER_ENCODING * self._together
        for start in range(0, len(added), step):
            self._embed_into(self._vectors[first + start :], self._vocabulary.rows(added[start : start + step]))
        uses = np.bincount(numbers, minlength=len(known))
        uses[: len(self._uses)] += self._uses
        self._uses = uses
        return numbers

    def _embed_into(self, vectors: np.ndarray, features: np.ndarray) -> None:
        """Embed words and write their vectors.

        Words are grouped by the number of slots that they fill, so that a vector does not depend on the other words.

        :param vectors: takes the vectors, from its start. *Shape:* (at least words, width).
        :param features: feature ids. *Shape:* (words, slots).
        """
        steps = -(-np.count_nonzero(features, axis=1) // SLOT_STEP)
        for step in np.flatnonzero(np.bincount(steps)).tolist():
            chosen = np.flatnonzero(steps == step)
            for start in range(0, len(chosen), self._together):
                some = chosen[start : start + self._together]
                vectors[some] = self._embed(features[some, : max(step, 1) * SLOT_STEP])

    def _forget(self) -> None:
        kept = np.sort(np.argsort(-self._uses, kind="stable")[: self._cached // 2])
        words = list(self._numbers)  # in the order of their numbers
        self._numbers = _WordNumbers(words[number] for number in kept.tolist())
        self._move(self._vectors[kept], self._capacity)
        self._uses = self._uses[kept] // 2  # so that words that were frequent long ago are dropped at last

    def _move(self, vectors: np.ndarray, capacity: int) -> None:
        """Move vectors to a new table. The old one, which a single long call may have enlarged, is freed.

        :param vectors: vectors to keep. *Shape:* (words, width).
        :param capacity: length of the new table.
        """
        self._vectors = np.zeros((capacity, vectors.shape[1]), vectors.dtype)
        self._vectors[: len(vectors)] = vectors
        self._scratch = np.zeros(capacity, np.int32)

    @property
    def table(self) -> np.ndarray:
        """The vectors of all words, by number.

        The next call of :meth:`numbers` does not change this array: it appends after its end or makes a new table.

        *Shape:* (words, width).
        """
        return self._vectors[: len(self._numbers)]

    def vectors(self, numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Look up the vectors of words, each distinct word once.

        :param numbers: numbers of words. *Shape:* any.
        :returns: the vectors of the distinct words, in any order, and for each number the index of its vector, int32.
            *Shape:* (distinct, width), and that of `numbers`.
        """
        flat = numbers.ravel()
        order = np.arange(len(flat), dtype=np.int32)
        self._scratch[flat] = order  # of the occurrences of a word one remains
        distinct = flat[self._scratch[flat] == order]
        self._scratch[distinct] = order[: len(distinct)]
        return self._vectors[distinct], self._scratch[numbers]
