"""The forms of many words at once in which features look at them: normalised, lower-cased, and their shapes.

What :func:`tagger.text.normalize.normalise` and :func:`tagger.features.names.shape` say of Ukrainian words in small letters, or with one capital in front, can be
told from the letters of all of them together; the others are asked about one by one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tagger.features.hashing import code_points
from tagger.features.names import DIGITS, LONGEST_WORD, shape
from tagger.text.normalize import UKRAINIAN, normalise

LINE_FEED = "\n"
SMALL, CAPITAL, OTHER = range(3)
SHAPES = (
    "",
    "x",
    "xx",
    "X",
    "Xx",
    "Xxx",
)  # of usual words: of small letters by their number, then of a capital and small letters
TITLED = SHAPES.index("X") - 1


def _letters() -> tuple[np.ndarray, np.ndarray]:
    """The kind of each code point, and the small letter for it, up to one that is OTHER, as are all behind it."""
    kinds = np.full(ord(max(UKRAINIAN)) + 2, OTHER, np.uint8)
    lowered = np.arange(len(kinds), dtype=np.uint32)
    for letter in UKRAINIAN:
        kinds[ord(letter)] = CAPITAL if letter.isupper() else SMALL
        lowered[ord(letter)] = ord(letter.lower())
    kinds[ord(LINE_FEED)] = SMALL  # it stands between words
    return kinds, lowered


KINDS, LOWERED = _letters()


@dataclass(slots=True)
class WordForms:
    """Words, the usual ones first.

    :param order: which of the tokens each word is. *Shape:* (words,).
    :param text: their lower-cased forms with digits as 0, each between `<` and `>`, one behind the other. *Shape:* (characters,), uint32.
    :param lengths: of each in the text, with its marks. *Shape:* (words,).
    :param raised: how far the code point of each usual word's first letter is from the lower-cased one's, modulo 2^64. *Shape:* (usual words,), uint64.
    :param shapes: of the usual words, as positions in SHAPES. *Shape:* (usual words,).
    :param others: normalised, with digits as 0, and the shape, of each word that is not usual.
    :param lowered: the lower-cased form, digits as they are, of each of those.
    """

    order: np.ndarray
    text: np.ndarray
    lengths: np.ndarray
    raised: np.ndarray
    shapes: np.ndarray
    others: list[tuple[str, str]]
    lowered: list[str]


def forms(tokens: Sequence[str | bytes]) -> WordForms:
    """The forms of at least one token; those given as bytes are UTF-8."""
    points = code_points(f"{LINE_FEED}{_joined(tokens)}{LINE_FEED}")
    marks = np.flatnonzero(points == ord(LINE_FEED))
    if len(marks) == 2 * len(tokens):
        found = _usual(points, marks[::2], marks[1::2] + 1)
    else:  # a line feed is a word's own
        none = np.zeros(0, np.int64)
        found = WordForms(none, none.astype(np.uint32), none, none.astype(np.uint64), none, [], [])
    usual = np.zeros(len(tokens), bool)
    usual[found.order] = True
    others = np.flatnonzero(~usual)
    if not len(others):
        return found
    texts = []
    for place in others.tolist():
        token = tokens[place]
        word = normalise((token if isinstance(token, str) else token.decode("utf-8"))[:LONGEST_WORD])
        lower = word.lower()
        found.lowered.append(lower)
        texts.append(f"<{DIGITS.sub('0', lower)}>")
        found.others.append((DIGITS.sub("0", word), shape(word)))
    found.order = np.concatenate([found.order, others])
    found.text = np.concatenate([found.text, code_points("".join(texts))])
    found.lengths = np.concatenate([found.lengths, np.fromiter(map(len, texts), np.int64, len(texts))])
    return found


def _joined(tokens: Sequence[str | bytes]) -> str:
    """All tokens with room for two marks, one behind each and one in front of the next."""
    gap = 2 * LINE_FEED
    try:
        return gap.join(tokens)
    except TypeError:  # some are bytes; surrogates, which strings of a program may have, come through as they are
        encoded = [token if isinstance(token, bytes) else token.encode("utf-8", "surrogatepass") for token in tokens]
        return gap.encode().join(encoded).decode("utf-8", "surrogatepass")


def _usual(points: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> WordForms:
    """The usual ones of some words, given a text, and where each stands in it with its marks. *Shape:* (characters,), two of (words,)."""
    lengths, firsts = ends - starts, starts + 1
    known = np.minimum(points, len(KINDS) - 1).astype(np.int64)
    kinds = KINDS.take(known, mode="clip")
    titled = kinds[firsts] == CAPITAL
    kinds[firsts] &= OTHER  # a capital is as good as a small letter there
    usual = (np.maximum.reduceat(kinds, starts) == SMALL) & (lengths <= LONGEST_WORD + 2)
    text = LOWERED.take(known, mode="clip")
    text[starts], text[ends - 1] = ord("<"), ord(">")
    raised = np.where(titled, points[firsts] - text[firsts].astype(np.uint64), np.uint64(0))
    shapes = np.where(titled, TITLED + np.minimum(lengths - 2, 3), np.minimum(lengths - 2, 2))
    return WordForms(
        np.flatnonzero(usual), text[np.repeat(usual, lengths)], lengths[usual], raised[usual], shapes[usual], [], []
    )
