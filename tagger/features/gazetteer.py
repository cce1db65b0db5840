"""Lists of names, as a model carries them: a checksum of each word form and the classes that it is of.

A form is known by the CRC-32 of its lower-cased letters. One word in some tens of thousands is taken for another so, in training as in use; what
that saves is the form itself: five bytes stand for it, seven in Base64.
"""

import binascii
from collections.abc import Iterable, Mapping

import numpy as np

from tagger.errors import ModelError
from tagger.features.hashing import checksum, checksums
from tagger.validation import MEND

ENTRY = np.dtype([("checksum", "<u4"), ("classes", "u1")])
SHARE_BITS = 4  # of an index by the upper bits of checksums: each place of it has 8 to 16 entries, so about as many halvings find one of them


class Gazetteer:
    """Word forms and their classes.

    :param entries: *shape* (forms,), of type ENTRY, sorted by checksum, each checksum once. `classes` has one bit a class; what a bit means is
        for whoever made the list to know.
    """

    def __init__(self, entries: np.ndarray | None = None) -> None:
        entries = np.zeros(0, ENTRY) if entries is None else entries
        count, own = len(entries), np.ascontiguousarray(entries["checksum"])
        # By the upper bits of a checksum: where those with like bits begin. It is spread evenly, so there is a like number of each.
        bits = max(count.bit_length() - SHARE_BITS, 1)
        self._shift = np.uint32(32 - bits)
        self._firsts = np.searchsorted(own, np.arange(1 << bits, dtype=np.uint32) << self._shift)
        self._halvings = int(np.diff(self._firsts, append=count).max()).bit_length()
        # What stands behind the last one is below none, so nothing is sought beyond its first place, which is of no class.
        self._checksums = np.append(own, np.full(1 << self._halvings, 0xFFFFFFFF, np.uint32))
        self._classes = np.append(entries["classes"], np.uint8(0))

    def __len__(self) -> int:
        return len(self._classes) - 1

    @property
    def entries(self) -> np.ndarray:
        """The entries, put together anew."""
        entries = np.empty(len(self), ENTRY)
        entries["checksum"], entries["classes"] = self._checksums[: len(self)], self._classes[:-1]
        return entries

    @classmethod
    def of(cls, forms: Mapping[str, int]) -> "Gazetteer":
        """Take up forms; those that share a checksum share their classes."""
        classes: dict[int, int] = {}
        for form, own in forms.items():
            key = checksum(form.lower())
            classes[key] = classes.get(key, 0) | own
        return cls(np.array(sorted(classes.items()), ENTRY) if classes else None)

    def classes(self, words: Iterable[str]) -> np.ndarray:
        """The classes of lower-cased words, 0 for those that are not listed. *Shape:* (words,), uint8."""
        return self.classes_of(checksums(list(words)))

    def classes_of(self, sought: np.ndarray) -> np.ndarray:
        """The classes of words, given their checksums. *Shape:* (words,), uint32 -> uint8."""
        places = self._firsts.take(sought >> self._shift, mode="clip")
        for halving in reversed(
            range(self._halvings)
        ):  # the first entry that is not below, all words a halving further together
            step = 1 << halving
            places += (self._checksums.take(places + (step - 1), mode="clip") < sought) * step
        found = self._checksums.take(places, mode="clip") == sought
        return self._classes.take(np.where(found, places, len(self)), mode="clip")

    def to_text(self) -> str:
        """All of it as Base64."""
        return binascii.b2a_base64(self.entries.tobytes(), newline=False).decode("ascii")

    @classmethod
    def from_text(cls, text: str) -> "Gazetteer":
        """The reverse of :meth:`to_text`. Raises ModelError where the text is not what it wrote."""
        try:
            entries = np.frombuffer(binascii.a2b_base64(text, strict_mode=True), ENTRY)
        except ValueError as error:
            raise ModelError(f"the model's lists of names cannot be read ({error}); {MEND}") from None
        found = cls(entries)
        own = found._checksums[: len(found)]
        if not (own[1:] > own[:-1]).all():
            raise ModelError(f"the model's lists of names are not in order; {MEND}")
        return found
