"""CRC-32 of words in UTF-8: of any, and of many in a row that are all small Cyrillic letters as Ukrainian text has them.

A CRC is a sum in which each bit of the text has its own part, whatever the other bits are (Peterson and Brown 1961). So that of a word is the one of
as many zeros, with one number added, by exclusive or, for each letter and how many letters follow it.
"""

from collections.abc import Sequence
from zlib import crc32

import numpy as np

from tagger.tokens import UKRAINIAN

LETTERS = "".join(letter for letter in UKRAINIAN if letter.islower())
ZEROS = b"\0\0"  # as long as each letter
COLUMNS = np.zeros(ord(max(LETTERS)) + 1, np.int64)  # of LetterChecksums' parts, by code point; 0 for what is no letter, and adds nothing
COLUMNS[list(map(ord, LETTERS))] = np.arange(1, len(LETTERS) + 1)


def checksum(word: str) -> int:
    """The CRC-32 of a word."""
    return crc32(word.encode("utf-8", "surrogatepass"))


def checksums(words: Sequence[str]) -> np.ndarray:
    """Those of words, all of them encoded at once. *Shape:* (words,), uint32."""
    encoded = "\n".join(words).encode("utf-8", "surrogatepass").split(b"\n")
    return np.fromiter(map(crc32, encoded) if len(encoded) == len(words) else map(checksum, words), np.uint32, len(words))


class LetterChecksums:
    """Checksums of words of LETTERS alone. What it needs for words of each length is made when the first one comes."""

    def __init__(self) -> None:
        self._parts = np.array([[0, *(checksum(letter) ^ crc32(ZEROS) for letter in LETTERS)]], np.uint32)  # by the letters that follow, and COLUMNS
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
