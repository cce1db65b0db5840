"""Lists of names, as a model carries them: a checksum of each word form and the classes that it is of.

A form is known by the CRC-32 of its lower-cased letters. One word in some tens of thousands is taken for another so, in training as in use; what
that saves is the form itself: five bytes stand for it, seven in Base64.
"""

import binascii
from collections.abc import Iterable, Mapping
from zlib import crc32

import numpy as np

from tagger.errors import ModelError

ENTRY = np.dtype([("checksum", "<u4"), ("classes", "u1")])


class Gazetteer:
    """Word forms and their classes.

    :param entries: *shape* (forms,), of type ENTRY, sorted by checksum, each checksum once. `classes` has one bit a class; what a bit means is
        for whoever made the list to know.
    """

    def __init__(self, entries: np.ndarray | None = None) -> None:
        entries = np.zeros(0, ENTRY) if entries is None else entries
        self._checksums = np.ascontiguousarray(entries["checksum"])
        self._classes = np.append(entries["classes"], np.uint8(0))  # the last one is of what is not listed

    def __len__(self) -> int:
        return len(self._checksums)

    @property
    def entries(self) -> np.ndarray:
        """The entries, put together anew."""
        entries = np.empty(len(self), ENTRY)
        entries["checksum"], entries["classes"] = self._checksums, self._classes[:-1]
        return entries

    @classmethod
    def of(cls, forms: Mapping[str, int]) -> "Gazetteer":
        """Take up forms; those that share a checksum share their classes."""
        classes: dict[int, int] = {}
        for form, own in forms.items():
            checksum = _checksum(form.lower())
            classes[checksum] = classes.get(checksum, 0) | own
        return cls(np.array(sorted(classes.items()), ENTRY) if classes else None)

    def classes(self, words: Iterable[str]) -> np.ndarray:
        """The classes of lower-cased words, 0 for those that are not listed. *Shape:* (words,), uint8."""
        sought = _checksums(list(words))
        if not len(self):
            return np.zeros(len(sought), np.uint8)
        order = np.argsort(sought)  # a search in order finds the list's near part in the cache, which saves more than sorting takes
        places = np.empty(len(sought), np.int64)
        places[order] = np.searchsorted(self._checksums, sought[order])
        places[places == len(self)] = 0
        return self._classes[np.where(self._checksums[places] == sought, places, len(self))]

    def to_text(self) -> str:
        """All of it as Base64."""
        return binascii.b2a_base64(self.entries.tobytes(), newline=False).decode("ascii")

    @classmethod
    def from_text(cls, text: str) -> "Gazetteer":
        """The reverse of :meth:`to_text`. Raises ModelError where the text is not what it wrote."""
        try:
            return cls(np.frombuffer(binascii.a2b_base64(text, strict_mode=True), ENTRY))
        except ValueError as error:
            raise ModelError(f"the model's lists of names cannot be read ({error}); export it again") from None


def _checksum(word: str) -> int:
    return crc32(word.encode("utf-8", "surrogateescape"))


def _checksums(words: list[str]) -> np.ndarray:
    """The checksums of words, all of them encoded at once. *Shape:* (words,), uint32."""
    encoded = "\n".join(words).encode("utf-8", "surrogateescape").split(b"\n")
    return np.fromiter(map(crc32, encoded) if len(encoded) == len(words) else map(_checksum, words), np.uint32, len(words))
