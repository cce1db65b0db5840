"""The vocabulary: feature names and their numbers, and from them one row of numbers for each word.

Number 0 means "no feature"; it pads rows and its embedding is zero. A row does not depend on anything but the word.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from functools import cached_property
from itertools import compress, count, islice

import numpy as np

from tagger.checks import MEND, choice, parse, sequence, table, whole
from tagger.errors import ModelError
from tagger.features import KINDS, LONGEST_PIECE, LONGEST_WORD, MOST_SLOTS, FeatureSettings
from tagger.gazetteer import Gazetteer
from tagger.rows import RowMaker

# Vectors kept, by device; at 128 figures of one byte 16,384 are 2 MB. A GPU is sent those of each batch, so they stand where memory is not short.
CACHED_WORDS = {"cpu": 1 << 14, "cuda": 1 << 18}
# Embedded at once, of a like number of slots: 64 with 40 slots of 128 figures take 1 MB for a moment. A GPU takes as long for one as for thousands.
EMBEDDED_WORDS = {"cpu": 64, "cuda": 4096}
SLOT_STEP = 8  # rows are embedded without the slots that are empty, in steps of this
ROWS_TOGETHER = 64  # as many new words as are embedded at once, so many times, have their rows made together: with fewer, more calls are not full


class Vocabulary:
    """Numbers for feature names: the first entry is number 1.

    :param entries: feature names, distinct, without line feeds; one text with a line feed between them is taken, too, and cut when it is asked for.
    :param gazetteer: lists of names; a word in them has the feature `g:` and its classes.
    """

    def __init__(self, entries: Sequence[str] | str, settings: FeatureSettings, gazetteer: Gazetteer | None = None) -> None:
        text = entries if isinstance(entries, str) else "\n".join(entries)
        self._text: str | None = text
        self._count = text.count("\n") + 1 if text else 0
        self.gazetteer = gazetteer or Gazetteer()
        self.settings = settings

    @cached_property
    def entries(self) -> list[str]:
        """The feature names. Raises ValueError where :meth:`prepare` let go of them."""
        return text.split("\n") if (text := self._names()) else []

    @cached_property
    def _maker(self) -> RowMaker:
        return RowMaker(self._names(), self.settings, self.gazetteer)

    def prepare(self) -> None:
        """Do at once what the first call of :meth:`rows` would do, and let go of the names, which take a megabyte and are of no use for that."""
        self._maker  # noqa: B018 - made when it is asked for
        self._text = None
        self.__dict__.pop("entries", None)

    def _names(self) -> str:
        if self._text is None:
            raise ValueError("the names of a vocabulary that was prepared for tagging are gone; read them from the file again")
        return self._text

    def __len__(self) -> int:
        """Rows that an embedding table needs: one more than there are entries."""
        return self._count + 1

    def row(self, token: str) -> np.ndarray:
        """Numbers of the token's features, padded with 0. *Shape:* (slots,), int32."""
        return self.rows([token])[0]

    def rows(self, tokens: Iterable[str | bytes]) -> np.ndarray:
        """Rows of many tokens; those given as bytes are UTF-8. *Shape:* (tokens, slots), int32."""
        return self._maker.rows(list(tokens))

    def to_texts(self) -> dict[str, str]:
        """The vocabulary as texts: `entries`, one a line, `features`, JSON, and `gazetteer` where there is one.

        :raises ValueError: :meth:`prepare` let go of the names.
        """
        texts = {"entries": self._names(), "features": json.dumps(asdict(self.settings))}
        return texts | ({"gazetteer": self.gazetteer.to_text()} if len(self.gazetteer) else {})

    @classmethod
    def from_texts(cls, texts: dict[str, str]) -> "Vocabulary":
        """The reverse of :meth:`to_texts`. Raises ModelError where the texts are not what it wrote."""
        raw = table(parse(texts, "features"), "the table of features")
        kinds = tuple(choice(kind, "features.kinds", KINDS) for kind in sequence(raw.get("kinds"), "features.kinds", 1, len(KINDS)))
        affix = whole(raw.get("affix"), "features.affix", 0, LONGEST_WORD)
        shortest, longest = sequence(raw.get("piece"), "features.piece", 2)
        whole(longest, "features.piece", 1, LONGEST_PIECE)
        whole(shortest, "features.piece", 1, longest)
        settings = FeatureSettings(kinds, affix, (shortest, longest), whole(raw.get("slots"), "features.slots", 1, MOST_SLOTS))
        if not isinstance(texts.get("entries"), str):
            raise ModelError(f"the vocabulary cannot be read (it has no entries); {MEND}")
        return cls(texts["entries"], settings, Gazetteer.from_text(texts.get("gazetteer", "")))


def _numbered(words: Iterable[str | bytes] = ()) -> defaultdict[str | bytes, int]:
    """Numbers of distinct words, in order; one that is looked up and is not there gets the next."""
    numbers = count()  # asked for one only where there was a word
    return defaultdict(numbers.__next__, zip(words, numbers, strict=False))


class WordVectors:
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
        self._places = np.zeros(self._room, np.int32)  # to find distinct words with; what it holds means nothing between calls
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
