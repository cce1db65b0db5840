"""Hashes of substrings of many words, a table from hashes to numbers, and the CRC-32 of words.

A string c(0) c(1) ... has the hash sum of (c(i) + 1) BASE^i, modulo 2^64 (Karp and Rabin 1987). With running sums over a text, the hash of any
substring is one difference and one product, since BASE, being odd, has an inverse. Strings are known by their hashes alone: the chance that one
of some tens of thousands is taken for another string of a gigabyte of text is about one in a million.

The CRC-32 of many words in a row is worked out together where all are small Cyrillic letters, as Ukrainian text has them. A CRC is a sum in
which each bit of the text has its own part, whatever the other bits are (Peterson and Brown 1961). So that of a word is the one of as many
zeros, with one number added, by exclusive or, for each letter and how many letters follow it.
"""

from collections.abc import Sequence
from itertools import pairwise
from zlib import crc32

import numpy as np

from tagger.text.normalize import UKRAINIAN

BASE = 0x9E3779B97F4A7C15  # odd, with no pattern in its bits: the golden ratio
INVERSE = pow(BASE, -1, 1 << 64)
SPREAD = np.uint64(0xD6E8FEB86659FD93)  # odd: makes the upper bits of a product depend on all bits
POSITION_BITS = 32  # below a place in a number that is sorted; a place has far fewer than the other 32


def code_points(text: str) -> np.ndarray:
    """The code points of a text, lone surrogates and all. *Shape:* (characters,), uint32."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


class Powers:
    """Powers of BASE and of its inverse, as many as were ever needed."""

    def __init__(self) -> None:
        self._up = self._down = np.ones(1, np.uint64)

    def get(self, count: int) -> tuple[np.ndarray, np.ndarray]:
        """The powers 0, 1, ... of BASE, and those of its inverse. *Shape:* two of (count,), uint64."""
        if len(self._up) < count:
            room = 1 << (count - 1).bit_length()
            self._up, self._down = (_powers(base, room) for base in (BASE, INVERSE))
        return self._up[:count], self._down[:count]


def _powers(base: int, count: int) -> np.ndarray:
    """The powers 0, 1, ... of `base`, modulo 2^64. *Shape:* (count,), uint64."""
    # base^(i side + j) is base^(i side) base^j: two short running products and a table of their products, instead of one long running product
    side = 1 << (count.bit_length() // 2)
    small = np.full(side, base, np.uint64)
    small[0] = 1
    small = np.multiply.accumulate(small)
    large = np.full(-(-count // side), pow(base, side, 1 << 64), np.uint64)
    large[0] = 1
    return np.multiply.outer(np.multiply.accumulate(large), small).ravel()[:count]


def with_lead(hashes: np.ndarray, lead: np.ndarray | int) -> np.ndarray:
    """Hashes of the same strings with one code point more in front of each. *Shape:* any -> the same."""
    return hashes * np.uint64(BASE) + (np.asarray(lead).astype(np.uint64) + np.uint64(1))


class Substrings:
    """Hashes of the substrings of a text.

    :param points: the text. *Shape:* (characters,), uint32.
    """

    def __init__(self, points: np.ndarray, powers: Powers) -> None:
        up, self._down = powers.get(len(points) + 1)
        self._sums = np.zeros(len(points) + 1, np.uint64)
        np.cumsum((points + np.uint64(1)) * up[:-1], out=self._sums[1:])

    def hashes(self, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
        """Hashes of the substrings from `starts` to `ends`, `ends` exclusive. *Shape:* all alike."""
        return (self._sums[ends] - self._sums[starts]) * self._down[starts]


def of_strings(strings: Sequence[str], powers: Powers) -> np.ndarray:
    """Hashes of some strings. *Shape:* (strings,), uint64."""
    lengths = np.fromiter(map(len, strings), np.int64, len(strings))
    ends = lengths.cumsum()
    return Substrings(code_points("".join(strings)), powers).hashes(ends - lengths, ends)


def of_ngrams(points: np.ndarray, longest: int) -> np.ndarray:
    """Hashes of the n-grams of 1, 2, ... characters that begin at each place of a text. At its end, where one has no room, what stands is without meaning.

    *Shape:* (characters,), uint32 -> (longest, characters), uint64.
    """
    hashes = np.empty((longest, len(points)), np.uint64)
    np.add(points, np.uint64(1), out=hashes)  # in each row
    for shorter, longer in pairwise(hashes):  # one character and what follows it (Horner)
        longer[:-1] += shorter[1:] * np.uint64(BASE)
    return hashes


class HashTable:
    """Numbers by hash: 1 for the first entry, and so on; 0 for a hash that is not there.

    :param hashes: of the entries; of entries with one hash the first counts. *Shape:* (entries,), uint64.
    """

    def __init__(self, hashes: np.ndarray) -> None:
        bits = max(len(hashes).bit_length() + 1, 1)  # two to four places an entry
        self._shift = np.uint64(64 - bits)
        self._hashes = np.append(np.uint64(0), hashes)  # by number
        places = self._places(hashes)
        # with the position in the lower bits, a plain sort, several times as fast, keeps the order of equal places
        order = np.sort(places << POSITION_BITS | np.arange(len(places))) & ((1 << POSITION_BITS) - 1)
        steps = np.arange(len(order))
        taken = (
            np.maximum.accumulate(places[order] - steps) + steps
        )  # each in its place, or in the first free one behind it (Knuth 1973, 6.4)
        self._numbers = np.zeros(
            max(1 << bits, int(taken.max(initial=0)) + 1) + 1, np.int32
        )  # by place; the last one stays free
        self._numbers[taken] = order + 1

    def _places(self, hashes: np.ndarray) -> np.ndarray:
        return (hashes * SPREAD >> self._shift).view(np.int64)

    def find(self, hashes: np.ndarray) -> np.ndarray:
        """The numbers of some hashes. *Shape:* any -> the same, int32."""
        shape, sought = hashes.shape, hashes.ravel()
        at = self._places(sought)
        found, open_ = self._compare(at, sought)
        rest, sought, at = open_, sought.take(open_, mode="clip"), at.take(open_, mode="clip")
        while len(rest):  # another one stands there: look behind it
            at += 1
            found[rest], open_ = self._compare(at, sought)
            rest, sought, at = (part.take(open_, mode="clip") for part in (rest, sought, at))
        return found.reshape(shape)

    def _compare(self, places: np.ndarray, sought: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The numbers at these places, 0 where it is not that of the hash sought, and which ones are another's."""
        numbers = self._numbers.take(places, mode="clip")  # places need no check, which takes as long as the look-up
        same = self._hashes.take(numbers, mode="clip") == sought
        others = np.flatnonzero((numbers != 0) > same)
        numbers *= same
        return numbers, others


LETTERS = "".join(letter for letter in UKRAINIAN if letter.islower())
ZEROS = b"\0\0"  # as long as each letter
COLUMNS = np.zeros(
    ord(max(LETTERS)) + 1, np.int64
)  # of LetterChecksums' parts, by code point; 0 for what is no letter, and adds nothing
COLUMNS[list(map(ord, LETTERS))] = np.arange(1, len(LETTERS) + 1)


def checksum(word: str) -> int:
    """The CRC-32 of a word."""
    return crc32(word.encode("utf-8", "surrogatepass"))


def checksums(words: Sequence[str]) -> np.ndarray:
    """Those of words, all of them encoded at once. *Shape:* (words,), uint32."""
    encoded = "\n".join(words).encode("utf-8", "surrogatepass").split(b"\n")
    return np.fromiter(
        map(crc32, encoded) if len(encoded) == len(words) else map(checksum, words), np.uint32, len(words)
    )


class LetterChecksums:
    """Checksums of words of LETTERS alone. What it needs for words of each length is made when the first one comes."""

    def __init__(self) -> None:
        self._parts = np.array(
            [[0, *(checksum(letter) ^ crc32(ZEROS) for letter in LETTERS)]], np.uint32
        )  # by the letters that follow, and COLUMNS
        self._zeros = np.array([crc32(b"")], np.uint32)  # of as many zeros as words have letters

    def _grow(self, longest: int) -> None:
        parts, zeros = self._parts.tolist(), self._zeros.tolist()
        while len(zeros) <= longest:
            parts.append([crc32(ZEROS, part) ^ crc32(ZEROS) for part in parts[-1]])
            zeros.append(crc32(ZEROS, zeros[-1]))
        self._parts, self._zeros = np.array(parts, np.uint32), np.array(zeros, np.uint32)

    def get(self, text: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        """The checksums of some words.

        :param text: each word between two marks, which are no letters, one behind the other. *Shape:* (characters,), code points.
        :param lengths: of each, with its marks. *Shape:* (words,).
        :returns: *shape* (words,), uint32.
        """
        if not len(lengths):
            return np.zeros(0, np.uint32)
        longest = int(lengths.max()) - 2
        if longest >= len(self._zeros):
            self._grow(longest)
        ends = lengths.cumsum()
        # how many letters follow each character of its word: 0 at the last one, and -1 at the closing mark, which adds nothing anyway
        follow = np.repeat(ends - 2, lengths) - np.arange(len(text))
        places = np.maximum(follow, 0) * self._parts.shape[1] + COLUMNS.take(text, mode="clip")
        return np.bitwise_xor.reduceat(self._parts.take(places, mode="clip"), ends - lengths) ^ self._zeros[lengths - 2]
