"""Name lists as a model carries them: a checksum of each word form, and the form's classes.

A word form is stored as the CRC-32 of its lowercase letters. So one word in some tens of thousands is taken for
another, in training as in use. That saves the form itself: an entry takes five bytes, seven in Base64.
"""

import binascii
from collections.abc import Iterable, Mapping

import numpy as np

from tagger.errors import ModelError
from tagger.features.hashing import checksum, checksums
from tagger.validation import MEND

ENTRY = np.dtype([("checksum", "<u4"), ("classes", "u1")])
# A bucket of the index by the upper bits of checksums holds 8 to 16 entries on average, so that finding one of them
# takes about as many halvings as this.
BUCKET_BITS = 4


class Gazetteer:
    """Word forms and their classes.

    :param entries: sorted by checksum, each checksum once. `classes` has one bit for each class, with a meaning that
        only the maker of the lists knows. Empty by default.
        *Shape:* (forms,), of type ENTRY.
    """

    def __init__(self, entries: np.ndarray | None = None) -> None:
        entries = np.zeros(0, ENTRY) if entries is None else entries
        count, own = len(entries), np.ascontiguousarray(entries["checksum"])
        # The offset at which each bucket begins. Checksums spread evenly, so buckets have about the same size.
        bits = max(count.bit_length() - BUCKET_BITS, 1)
        self._shift = np.uint32(32 - bits)
        self._firsts = np.searchsorted(own, np.arange(1 << bits, dtype=np.uint32) << self._shift)
        self._halvings = int(np.diff(self._firsts, append=count).max()).bit_length()
        # No checksum exceeds the padding after the last entry, so a search ends at its first index at most, where the
        # classes are 0.
        self._checksums = np.append(own, np.full(1 << self._halvings, 0xFFFFFFFF, np.uint32))
        self._classes = np.append(entries["classes"], np.uint8(0))

    def __len__(self) -> int:
        return len(self._classes) - 1

    @property
    def entries(self) -> np.ndarray:
        """The entries, a copy."""
        entries = np.empty(len(self), ENTRY)
        entries["checksum"], entries["classes"] = self._checksums[: len(self)], self._classes[:-1]
        return entries

    @classmethod
    def of(cls, forms: Mapping[str, int]) -> "Gazetteer":
        """Make a gazetteer from word forms and their classes; forms with one checksum share their classes."""
        classes: dict[int, int] = {}
        for form, own in forms.items():
            key = checksum(form.lower())
            classes[key] = classes.get(key, 0) | own
        return cls(np.array(sorted(classes.items()), ENTRY) if classes else None)

    def classes(self, words: Iterable[str]) -> np.ndarray:
        """Return the classes of lowercase words, 0 for words that are not listed.

        :returns: *Shape:* (words,), uint8.
        """
        return self.classes_of(checksums(list(words)))

    def classes_of(self, sought: np.ndarray) -> np.ndarray:
        """Return the classes of words, 0 for words that are not listed.

        :param sought: the words' checksums.
            *Shape:* (words,), uint32.
        :returns: *Shape:* (words,), uint8.
        """
        # binary search for the first entry that is not below, one halving for all words at a time
        indices = self._firsts.take(sought >> self._shift, mode="clip")
        for halving in reversed(range(self._halvings)):
            step = 1 << halving
            indices += (self._checksums.take(indices + (step - 1), mode="clip") < sought) * step
        found = self._checksums.take(indices, mode="clip") == sought
        return self._classes.take(np.where(found, indices, len(self)), mode="clip")

    def to_text(self) -> str:
        """Return all entries as Base64."""
        return binascii.b2a_base64(self.entries.tobytes(), newline=False).decode("ascii")

    @classmethod
    def from_text(cls, text: str) -> "Gazetteer":
        """Make a gazetteer from the text that :meth:`to_text` returned.

        :raises ModelError: the text is damaged.
        """
        try:
            entries = np.frombuffer(binascii.a2b_base64(text, strict_mode=True), ENTRY)
        except ValueError as error:
            raise ModelError(f"the model's name lists cannot be read ({error}); {MEND}") from None
        found = cls(entries)
        own = found._checksums[: len(found)]
        if not (own[1:] > own[:-1]).all():
            raise ModelError(f"the model's name lists are not sorted; {MEND}")
        return found
