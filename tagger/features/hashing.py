"""Hashes of substrings of many words, a table from hashes to feature ids, and the CRC-32 of words.

The hash of a string c(0) c(1) ... is the sum of (c(i) + 1) BASE^i, modulo 2^64 (Karp and Rabin 1987). With running sums
over a text, the hash of any substring is one difference and one product, since BASE, being odd, has an inverse. Strings
are known by their hashes alone: the probability that any string in a gigabyte of text is taken for one of some tens of
thousands is about one in a million.

The CRC-32 of many words is computed together where all are lowercase Cyrillic letters, as most of Ukrainian text is.
A CRC is a sum to which each bit of the text contributes independently of the others (Peterson and Brown 1961). So the
CRC of a word is that of as many zeros, combined by exclusive or with one number for each letter, which depends on the
letter and on how many letters follow it.
"""

from collections.abc import Sequence
from itertools import pairwise
from zlib import crc32

import numpy as np

from tagger.text.normalize import UKRAINIAN

BASE = 0x9E3779B97F4A7C15  # odd, with no pattern in its bits: the golden ratio
INVERSE = pow(BASE, -1, 1 << 64)
SPREAD = np.uint64(0xD6E8FEB86659FD93)  # odd: makes the upper bits of a product depend on all bits
POSITION_BITS = 32  # of a sort key, below the bucket, which needs far fewer than the other 32


def code_points(text: str) -> np.ndarray:
    """Return the code points of a text, lone surrogates included.

    :returns: *Shape:* (characters,), uint32.
    """
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


class Powers:
    """A cache of the powers of BASE and of its inverse; it grows to the largest number asked for."""

    def __init__(self) -> None:
        self._up = self._down = np.ones(1, np.uint64)

    def get(self, count: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the powers 0, 1, ... of BASE, and those of its inverse.

        :returns: *Shape:* both (count,), uint64.
        """
        if len(self._up) < count:
            size = 1 << (count - 1).bit_length()
            self._up, self._down = _powers(BASE, size), _powers(INVERSE, size)
        return self._up[:count], self._down[:count]


def _powers(base: int, count: int) -> np.ndarray:
    """Return the powers 0, 1, ... of `base`, modulo 2^64.

    :returns: *Shape:* (count,), uint64.
    """
    # base^(i side + j) is base^(i side) base^j: two short running products and the table of their products, instead of
    # one long running product
    side = 1 << (count.bit_length() // 2)
    small = np.full(side, base, np.uint64)
    small[0] = 1
    small = np.multiply.accumulate(small)
    large = np.full(-(-count // side), pow(base, side, 1 << 64), np.uint64)
    large[0] = 1
    products: np.ndarray = np.multiply.outer(np.multiply.accumulate(large), small)
    return products.ravel()[:count]


def prepend(hashes: np.ndarray, lead: np.ndarray | int) -> np.ndarray:
    """Return the hashes of strings with one more code point, `lead`, at their beginning.

    :param hashes: of the strings without it.
        *Shape:* any.
    :param lead: the code point, one for all or one for each.
    :returns: *Shape:* that of `hashes`, uint64.
    """
    found: np.ndarray = hashes * np.uint64(BASE) + (np.asarray(lead).astype(np.uint64) + np.uint64(1))
    return found


class Substrings:
    """Hashes of the substrings of a text.

    :param points: the text's code points.
        *Shape:* (characters,), uint32.
    """

    def __init__(self, points: np.ndarray, powers: Powers) -> None:
        up, self._down = powers.get(len(points) + 1)
        self._sums = np.zeros(len(points) + 1, np.uint64)
        np.cumsum((points + np.uint64(1)) * up[:-1], out=self._sums[1:])

    def hashes(self, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
        """Return the hashes of the substrings from `starts` to `ends`, exclusive.

        *Shape:* the same for both parameters and the result, which is uint64.
        """
        found: np.ndarray = (self._sums[ends] - self._sums[starts]) * self._down[starts]
        return found


def hash_strings(strings: Sequence[str], powers: Powers) -> np.ndarray:
    """Return the hashes of some strings.

    :returns: *Shape:* (strings,), uint64.
    """
    lengths = np.fromiter(map(len, strings), np.int64, len(strings))
    ends = lengths.cumsum()
    return Substrings(code_points("".join(strings)), powers).hashes(ends - lengths, ends)


def hash_ngrams(points: np.ndarray, longest: int) -> np.ndarray:
    """Return the hashes of the n-grams of 1, 2, ... `longest` characters that begin at each character of a text.

    :param points: the text's code points.
        *Shape:* (characters,), uint32.
    :returns: undefined for n-grams that would reach beyond the text's end.
        *Shape:* (longest, characters), uint64.
    """
    hashes = np.empty((longest, len(points)), np.uint64)
    np.add(points, np.uint64(1), out=hashes)  # in each row
    for shorter, longer in pairwise(hashes):  # a character and the shorter n-gram after it (Horner)
        longer[:-1] += shorter[1:] * np.uint64(BASE)
    return hashes


class HashTable:
    """Ids by hash: 1 for the first entry, and so on; 0 for an unknown hash.

    :param hashes: of the entries; of entries with one hash the first counts.
        *Shape:* (entries,), uint64.
    """

    def __init__(self, hashes: np.ndarray) -> None:
        bits = max(len(hashes).bit_length() + 1, 1)  # two to four buckets an entry
        self._shift = np.uint64(64 - bits)
        self._hashes = np.append(np.uint64(0), hashes)  # by id
        buckets = self._buckets(hashes)
        # With the position in the lower bits, a plain sort keeps the order of equal buckets; it is several times as
        # fast as a stable one.
        order = np.sort(buckets << POSITION_BITS | np.arange(len(buckets))) & ((1 << POSITION_BITS) - 1)
        steps = np.arange(len(order))
        # each in its bucket, or in the first free one after it (linear probing, Knuth 1973, 6.4)
        taken = np.maximum.accumulate(buckets[order] - steps) + steps
        # by bucket; the last one stays free
        self._ids = np.zeros(max(1 << bits, int(taken.max(initial=0)) + 1) + 1, np.int32)
        self._ids[taken] = order + 1

    def _buckets(self, hashes: np.ndarray) -> np.ndarray:
        return (hashes * SPREAD >> self._shift).view(np.int64)

    def find(self, hashes: np.ndarray) -> np.ndarray:
        """Return the ids of some hashes.

        :param hashes: *Shape:* any, uint64.
        :returns: *Shape:* the same, int32.
        """
        shape, sought = hashes.shape, hashes.ravel()
        buckets = self._buckets(sought)
        found, open_ = self._compare(buckets, sought)
        rest, sought, buckets = open_, sought.take(open_, mode="clip"), buckets.take(open_, mode="clip")
        while len(rest):  # taken by another hash: look in the next bucket
            buckets += 1
            found[rest], open_ = self._compare(buckets, sought)
            rest, sought, buckets = (part.take(open_, mode="clip") for part in (rest, sought, buckets))
        return found.reshape(shape)

    def _compare(self, buckets: np.ndarray, sought: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the ids in the buckets, 0 where they are not those of the hashes sought, and the indices of others.

        Those others are the buckets that hold another hash.
        """
        ids = self._ids.take(buckets, mode="clip")  # buckets need no check, which takes as long as the look-up
        same = self._hashes.take(ids, mode="clip") == sought
        others = np.flatnonzero((ids != 0) > same)
        ids *= same
        return ids, others


LETTERS = "".join(letter for letter in UKRAINIAN if letter.islower())
ZEROS = b"\0\0"  # as many bytes as each letter has
# The column of LetterChecksums' table, by code point: 0 for other characters than letters, which add nothing.
COLUMNS = np.zeros(ord(max(LETTERS)) + 1, np.int64)
COLUMNS[list(map(ord, LETTERS))] = np.arange(1, len(LETTERS) + 1)


def checksum(word: str) -> int:
    """Return the CRC-32 of a word."""
    return crc32(word.encode("utf-8", "surrogatepass"))


def checksums(words: Sequence[str]) -> np.ndarray:
    """Return the CRC-32 of each word. All are encoded at once.

    :returns: *Shape:* (words,), uint32.
    """
    encoded = "\n".join(words).encode("utf-8", "surrogatepass").split(b"\n")
    # the numbers differ if a word contains a line feed
    found = map(crc32, encoded) if len(encoded) == len(words) else map(checksum, words)
    return np.fromiter(found, np.uint32, len(words))


class LetterChecksums:
    """Checksums of words of LETTERS only. Its tables grow to the longest word seen."""

    def __init__(self) -> None:
        # by the number of letters that follow, and by COLUMNS
        self._parts = np.array([[0, *(checksum(letter) ^ crc32(ZEROS) for letter in LETTERS)]], np.uint32)
        self._zeros = np.array([crc32(b"")], np.uint32)  # of as many ZEROS as a word has letters

    def _grow(self, longest: int) -> None:
        parts, zeros = self._parts.tolist(), self._zeros.tolist()
        while len(zeros) <= longest:
            parts.append([crc32(ZEROS, part) ^ crc32(ZEROS) for part in parts[-1]])
            zeros.append(crc32(ZEROS, zeros[-1]))
        self._parts, self._zeros = np.array(parts, np.uint32), np.array(zeros, np.uint32)

    def get(self, text: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        """Return the checksums of some words.

        :param text: code points of the words one after the other, each between two marks that are not letters.
            *Shape:* (characters,), uint32.
        :param lengths: characters of each word, with its marks.
            *Shape:* (words,).
        :returns: *Shape:* (words,), uint32.
        """
        if not len(lengths):
            return np.zeros(0, np.uint32)
        longest = int(lengths.max()) - 2
        if longest >= len(self._zeros):
            self._grow(longest)
        ends = lengths.cumsum()
        # letters that follow each character within its word: 0 at the last one, and -1 at the closing mark, which adds
        # nothing anyway
        follow = np.repeat(ends - 2, lengths) - np.arange(len(text))
        indices = np.maximum(follow, 0) * self._parts.shape[1] + COLUMNS.take(text, mode="clip")
        of_letters = np.bitwise_xor.reduceat(self._parts.take(indices, mode="clip"), ends - lengths)
        found: np.ndarray = of_letters ^ self._zeros[lengths - 2]
        return found
