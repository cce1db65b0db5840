"""Numbers for strings, many at a time: polynomial hashes of all substrings of a text, and a table from hashes to numbers.

A string c(0) c(1) ... has the hash sum of (c(i) + 1) BASE^i, modulo 2^64 (Karp and Rabin 1987). With running sums over a text, that of any substring
is one difference and one product, as BASE, being odd, has an inverse. Strings are known by their hashes alone: that one of some tens of thousands
is taken for another string of a gigabyte of text has a chance of about one in a million.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

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
        taken = np.maximum.accumulate(places[order] - steps) + steps  # each in its place, or in the first free one behind it (Knuth 1973, 6.4)
        self._numbers = np.zeros(max(1 << bits, int(taken.max(initial=0)) + 1) + 1, np.int32)  # by place; the last one stays free
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
