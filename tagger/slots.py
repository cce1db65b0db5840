"""Rows of feature numbers being filled: each feature that has a number gets the next slot of its word's row, for many words at once."""

import numpy as np


class Slots:
    """Rows that are empty at first. What finds no slot free is dropped.

    A feature without a number is written, too, where its word's next feature goes, which is written behind it: that is cheaper than to leave it out.

    :param order: which row each word has. *Shape:* (words,).
    :param slots: of a row.
    """

    def __init__(self, order: np.ndarray, slots: int) -> None:
        self._room = slots + 1  # the last one is for what is dropped
        self._rows = np.zeros(len(order) * self._room, np.int32)
        self._next = (order * self._room).astype(np.int32)  # each word's first free slot
        self._last = self._next + np.int32(slots)

    def add(self, numbers: np.ndarray) -> None:
        """Take as many features of each word. *Shape:* (features, words), int32."""
        for own, known in zip(numbers, numbers != 0, strict=True):
            self._rows[self._next] = own
            self._move(known)

    def add_ragged(self, numbers: np.ndarray, starts: np.ndarray, lengths: np.ndarray) -> None:
        """Take as many features of each character, all of a word's first ones before its second ones.

        *Shape:* numbers (features, characters), int32; starts, lengths (words,): where each word stands, one behind the other.
        """
        ends = starts + lengths - 1
        last = np.repeat(self._last, lengths)
        for own in numbers:
            known = own != 0
            through = np.cumsum(known, dtype=np.int32)
            before = through - known
            firsts = before[starts]
            places = np.repeat(self._next - firsts, lengths)
            places += before
            self._rows[np.minimum(places, last, out=places)] = own
            self._move(through[ends] - firsts)

    def _move(self, counts: np.ndarray) -> None:
        self._next += counts
        np.minimum(self._next, self._last, out=self._next)

    def rows(self) -> np.ndarray:
        """What there is now. *Shape:* (words, slots), int32."""
        return np.ascontiguousarray(self._rows.reshape(-1, self._room)[:, :-1])
