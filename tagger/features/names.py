"""The definition of a word's features: their names, taken from the word's own characters, so that any word has some.

A feature name is a letter for its kind, a colon and a value: `w:Києві`, `l:києві`, `p:ки`, `s:єві`, `h:Xx`, `n:<киє`.
The vocabulary numbers names; names that it does not hold are dropped. The gazetteer feature of a word, `g:3`, is added
by the vocabulary.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from tagger.text.normalize import normalise

DIGITS = re.compile(r"\d")
KINDS = ("word", "lower", "prefixes", "suffixes", "shape", "pieces", "gazetteer")
LONGEST_WORD = 64  # characters that are looked at: a token of a megabyte costs no more than this
LONGEST_PIECE = LONGEST_WORD + 2  # with its marks
MOST_SLOTS = 1024
LONGEST_SHAPE = 10
KEPT_SIGNS = 4096  # most text has a few hundred characters
KEPT_SHAPES = 4096  # of words that have other characters than letters, or capitals inside
RUN = re.compile(r"(.)\1{2,}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class FeatureSettings:
    """Settings of the features of a word.

    :param kinds: some of :data:`KINDS`.
    :param affix: use prefixes and suffixes of 1 to this many characters, 0 to LONGEST_WORD.
    :param piece: the shortest and the longest character n-gram, the word's ends marked `<` and `>`; 1 to LONGEST_PIECE.
    :param slots: the most features of a word, 1 to MOST_SLOTS; later n-grams are dropped.
    """

    kinds: tuple[str, ...] = KINDS[:-1]
    affix: int = 4
    piece: tuple[int, int] = (3, 5)
    slots: int = 40


def names(token: str, settings: FeatureSettings) -> list[str]:
    """Return the names of a token's features in the order of `settings.kinds`, without repeats.

    Neither `settings.slots` nor the gazetteer is applied here.
    """
    word = normalise(token[:LONGEST_WORD])
    lower = word.lower()
    digitless = word
    if not word.isalpha():
        lower, digitless = DIGITS.sub("0", lower), DIGITS.sub("0", word)
    found: list[str] = []
    for kind in settings.kinds:
        match kind:
            case "word":
                found.append("w:" + digitless)
            case "lower":
                found.append("l:" + lower)
            case "prefixes":
                found += ["p:" + lower[:length] for length in range(1, min(settings.affix, len(lower)) + 1)]
            case "suffixes":
                found += ["s:" + lower[-length:] for length in range(1, min(settings.affix, len(lower)) + 1)]
            case "shape":
                found.append("h:" + shape(word))
            case "pieces":
                marked = f"<{lower}>"
                shortest, longest = settings.piece
                for length in range(shortest, longest + 1):
                    found += ["n:" + marked[start : start + length] for start in range(len(marked) - length + 1)]
    return list(dict.fromkeys(found))


def shape(word: str) -> str:
    """Return the shape of a word: X for capitals, x for other letters, d for digits, other characters unchanged.

    Runs are shortened to two characters, and the shape to LONGEST_SHAPE.
    """
    if word.isalpha():  # most words, fast
        if word.islower():
            return "xx"[: len(word)]
        if word[0].isupper() and word[1:].islower():
            return "X" + "xx"[: len(word) - 1]
    return _shortened(word.translate(SIGNS))


@lru_cache(maxsize=KEPT_SHAPES)
def _shortened(signs: str) -> str:
    """Shorten runs of a sign to two. Cached, as many words have the same signs."""
    return RUN.sub(r"\1\1", signs)[:LONGEST_SHAPE]


class _Signs(dict[int, str]):
    """The sign of a character in a shape, by code point. A cache of at most KEPT_SIGNS entries."""

    def __missing__(self, point: int) -> str:
        character = chr(point)
        sign = "X" if character.isupper() else "x" if character.isalpha() else "d" if character.isdigit() else character
        if len(self) < KEPT_SIGNS:
            self[point] = sign
        return sign


SIGNS = _Signs()
