"""Normalize many words at once for their features: normalized and lowercase forms, and shapes.

For Ukrainian words in lowercase, or with a capital first letter, the results of
:func:`tagger.text.normalize.normalise` and :func:`tagger.features.names.shape` follow from the letters, so numpy works
on all of them together. Those two functions are called for each of the other words.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np

from tagger.features.hashing import code_points
from tagger.features.names import DIGITS, LONGEST_WORD, shape
from tagger.text.normalize import UKRAINIAN, normalise

LINE_FEED = "\n"
SMALL, CAPITAL, OTHER = range(3)
# Shapes of regular words: lowercase letters by their number, then a capital and the number of lowercase letters.
SHAPES = ("", "x", "xx", "X", "Xx", "Xxx")
TITLED = SHAPES.index("X") - 1


def _letters() -> tuple[np.ndarray, np.ndarray]:
    """Return the kind and the lowercase letter of each code point, up to one that is OTHER, like all after it.

    :returns: *Shape:* both (code points,), uint8 and uint32.
    """
    kinds = np.full(ord(max(UKRAINIAN)) + 2, OTHER, np.uint8)
    lowercase = np.arange(len(kinds), dtype=np.uint32)
    for letter in UKRAINIAN:
        kinds[ord(letter)] = CAPITAL if letter.isupper() else SMALL
        lowercase[ord(letter)] = ord(letter.lower())
    kinds[ord(LINE_FEED)] = SMALL  # the mark between words
    return kinds, lowercase


KINDS, LOWERCASE = _letters()


@dataclass(slots=True)
class WordForms:
    """Words, the regular ones first: Ukrainian, in lowercase or with a capital first letter, not too long.

    :param order: index of each word among the tokens.
        *Shape:* (words,).
    :param text: the lowercase words one after the other, with digits as 0, each between `<` and `>`.
        *Shape:* (characters,), uint32.
    :param lengths: characters of each word in the text, with its two marks.
        *Shape:* (words,).
    :param raised: code point of each regular word's first letter, less that of its lowercase letter, modulo 2^64.
        *Shape:* (regular words,), uint64.
    :param shapes: index into SHAPES of each regular word's shape.
        *Shape:* (regular words,).
    :param others: normalized form, with digits as 0, and shape of each irregular word.
    :param lowercase: lowercase normalized form, with its digits, of each irregular word.
    """

    order: np.ndarray
    text: np.ndarray
    lengths: np.ndarray
    raised: np.ndarray
    shapes: np.ndarray
    others: list[tuple[str, str]]
    lowercase: list[str]


def word_forms(tokens: Sequence[str | bytes]) -> WordForms:
    """Normalize tokens.

    :param tokens: at least one; text, or UTF-8 bytes.
    """
    points = code_points(f"{LINE_FEED}{_joined(tokens)}{LINE_FEED}")
    marks = np.flatnonzero(points == ord(LINE_FEED))
    if len(marks) == 2 * len(tokens):
        found = _regular(points, marks[::2], marks[1::2] + 1)
    else:  # a word contains a line feed
        none = np.zeros(0, np.int64)
        found = WordForms(none, none.astype(np.uint32), none, none.astype(np.uint64), none, [], [])
    regular = np.zeros(len(tokens), bool)
    regular[found.order] = True
    others = np.flatnonzero(~regular)
    if not len(others):
        return found
    texts = []
    for index in others.tolist():
        token = tokens[index]
        word = normalise((token if isinstance(token, str) else token.decode("utf-8"))[:LONGEST_WORD])
        lower = word.lower()
        found.lowercase.append(lower)
        texts.append(f"<{DIGITS.sub('0', lower)}>")
        found.others.append((DIGITS.sub("0", word), shape(word)))
    found.order = np.concatenate([found.order, others])
    found.text = np.concatenate([found.text, code_points("".join(texts))])
    found.lengths = np.concatenate([found.lengths, np.fromiter(map(len, texts), np.int64, len(texts))])
    return found


def _joined(tokens: Sequence[str | bytes]) -> str:
    """Join tokens with two marks between them, one for the end of a word and one for the beginning of the next."""
    gap = 2 * LINE_FEED
    try:
        return gap.join(cast(Sequence[str], tokens))  # faster than to check each first
    except TypeError:  # some are bytes; surrogates, which strings of a program may have, are kept
        encoded = [token if isinstance(token, bytes) else token.encode("utf-8", "surrogatepass") for token in tokens]
        return gap.encode().join(encoded).decode("utf-8", "surrogatepass")


def _regular(points: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> WordForms:
    """Normalize the regular ones of some words.

    :param points: text that holds each word between two marks.
        *Shape:* (characters,), uint32.
    :param starts: offset of each word's first mark.
        *Shape:* (words,).
    :param ends: offset after each word's last mark.
        *Shape:* (words,).
    """
    lengths, firsts = ends - starts, starts + 1
    known = np.minimum(points, len(KINDS) - 1).astype(np.int64)
    kinds = KINDS.take(known, mode="clip")
    titled = kinds[firsts] == CAPITAL
    kinds[firsts] &= OTHER  # a capital first letter is as regular as a small one: CAPITAL becomes SMALL
    regular = (np.maximum.reduceat(kinds, starts) == SMALL) & (lengths <= LONGEST_WORD + 2)
    text = LOWERCASE.take(known, mode="clip")
    text[starts], text[ends - 1] = ord("<"), ord(">")
    raised = np.where(titled, points[firsts] - text[firsts].astype(np.uint64), np.uint64(0))
    shapes = np.where(titled, TITLED + np.minimum(lengths - 2, 3), np.minimum(lengths - 2, 2))
    return WordForms(
        np.flatnonzero(regular),
        text[np.repeat(regular, lengths)],
        lengths[regular],
        raised[regular],
        shapes[regular],
        [],
        [],
    )
