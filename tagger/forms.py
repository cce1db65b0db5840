"""The forms of many words at once in which features look at them: normalised, lower-cased, and their shapes.

What :func:`tagger.tokens.normalise` and :func:`tagger.features.shape` say of Ukrainian words in small letters, or with one capital in front, can be
told from the letters of all of them together; the others are asked about one by one.
"""

from collections.abc import Sequence

import numpy as np

from tagger.features import LONGEST_WORD, shape
from tagger.hashing import code_points
from tagger.tokens import UKRAINIAN, normalise

LINE_FEED = "\n"
OTHER, SMALL, CAPITAL = range(3)
SHAPES = ("", "x", "xx", "X", "Xx", "Xxx")  # of small letters by their number, then of a capital and small letters
TITLED = SHAPES.index("X") - 1


def _kinds() -> np.ndarray:
    """The kind of each code point, up to one that is OTHER, as are all behind it."""
    kinds = np.full(ord(max(UKRAINIAN)) + 2, OTHER, np.uint8)
    for letter in UKRAINIAN:
        kinds[ord(letter)] = CAPITAL if letter.isupper() else SMALL
    return kinds


KINDS = _kinds()


def forms(tokens: Sequence[str]) -> tuple[list[str], list[str], list[str], list[int]]:
    """Normalised words, the same in lower case, their shapes, and the positions of those that may hold anything but letters."""
    words = list(tokens)
    joined = LINE_FEED.join(words)
    lowered, shapes, careful = joined.lower().split(LINE_FEED), [""] * len(words), range(len(words))
    points = code_points(joined)
    ends = np.append(np.flatnonzero(points == ord(LINE_FEED)), len(points))
    if len(ends) == len(words):  # no line feed is a word's own
        kinds = KINDS[np.minimum(points, len(KINDS) - 1)]
        starts = np.append(0, ends[:-1] + 1)
        lengths = ends - starts
        others, capitals = (np.append(0, np.cumsum(kinds == kind, dtype=np.int32)) for kind in (OTHER, CAPITAL))
        capitals = capitals[ends] - capitals[starts]
        titled = (capitals == 1) & (np.append(kinds, OTHER)[starts] == CAPITAL)
        usual = (others[ends] == others[starts]) & (lengths <= LONGEST_WORD) & ((capitals == 0) | titled)
        shapes = list(map(SHAPES.__getitem__, np.where(titled, TITLED + np.minimum(lengths, 3), np.minimum(lengths, 2)).tolist()))
        careful = np.flatnonzero(~usual).tolist()
    if len(lowered) != len(words):
        lowered = [""] * len(words)
    for place in careful:
        words[place] = word = normalise(words[place][:LONGEST_WORD])
        lowered[place], shapes[place] = word.lower(), shape(word)
    return words, lowered, shapes, list(careful)
