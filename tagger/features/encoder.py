"""Rows of feature ids of many words at once: those of :func:`tagger.features.names.names` and a dictionary of names, without the names.

All words of a call are joined to one text, and each feature is a substring of it, so numpy works on one feature of all words together.
"""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from tagger.features.gazetteer import Gazetteer
from tagger.features.hashing import (
    BASE,
    SPREAD,
    HashTable,
    LetterChecksums,
    Powers,
    Substrings,
    checksums,
    code_points,
    of_ngrams,
    of_strings,
    with_lead,
)
from tagger.features.names import FeatureSettings
from tagger.features.word_forms import SHAPES, WordForms, forms


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


SEPARATOR = ord("\n")
# Words taken at once, and about how many characters, or bytes, of them; but not fewer words than are worth what a part takes anyway. What they need for
# a moment grows with these: with twice as many words the C library gives it back each time (allocator.py), and to get it anew costs more than is saved.
MOST, FEWEST, CHARACTERS = 2048, 256, 1 << 16
ENTRIES = 4096  # of the vocabulary hashed at once: running sums over all of it would take many megabytes, and the time to get them
SCRATCH_BITS = 17  # places to look for repeated n-grams in, some for each n-gram of so many words


@dataclass(slots=True)
class Kind:
    """Features of one kind.

    :param hashes: of their names; what has no room in a word has one without meaning. *Shape:* (features, words), of pieces (lengths, characters).
    :param shortest: for each feature, of how many characters the words are that have it, at least; `None` for pieces.
    """

    hashes: np.ndarray
    shortest: Sequence[int] | np.ndarray | None = (0,)


class FeatureEncoder:
    """Makes rows. May be shared between threads, which then take turns.

    :param entries: feature names with a line feed between, the first of them number 1. A name is its kind's letter, a colon and a value.
    """

    def __init__(self, entries: str, settings: FeatureSettings, gazetteer: Gazetteer) -> None:
        self._settings, self._gazetteer = settings, gazetteer
        self._powers = Powers()
        self._table = _table(entries)
        self._listed = self._table.find(
            with_lead(of_strings([str(classes) for classes in range(256)], Powers()), ord("g"))
        )
        self._checksums = LetterChecksums()
        self._shapes = of_strings(SHAPES, Powers())
        self._lock = threading.Lock()
        self._last = np.zeros(1 << SCRATCH_BITS, np.int32)

    def rows(self, tokens: Sequence[str | bytes]) -> np.ndarray:
        """Rows of tokens, of which those given as bytes are UTF-8, padded with 0. *Shape:* (tokens, slots), int32."""
        many = sum(map(len, tokens)) // CHARACTERS + 1
        count = max(-(-len(tokens) // MOST), min(many, len(tokens) // FEWEST), 1)
        step = max(-(-len(tokens) // count), 1)  # parts of like size: a small one takes as long
        with self._lock:
            parts = [self._rows(tokens[start : start + step]) for start in range(0, len(tokens), step)]
        return np.concatenate(parts) if parts else np.zeros((0, self._settings.slots), np.int32)

    def _rows(self, tokens: Sequence[str | bytes]) -> np.ndarray:
        found = forms(tokens)
        starts = found.lengths.cumsum() - found.lengths
        slots = Slots(found.order, self._settings.slots)
        if "gazetteer" in self._settings.kinds:
            usual = found.lengths[: len(found.raised)]
            sought = np.concatenate([self._checksums.get(found.text[: usual.sum()], usual), checksums(found.lowered)])
            slots.add(self._listed[self._gazetteer.classes_of(sought)][None])
        kinds = list(self._hashes(found, starts))
        numbers = self._table.find(
            np.concatenate([kind.hashes.ravel() for kind in kinds]) if kinds else np.zeros(0, np.uint64)
        )
        for of_pieces, group in groupby(kinds, lambda kind: kind.shortest is None):
            some = list(group)
            own, numbers = np.split(numbers, [sum(kind.hashes.size for kind in some)])
            own = own.reshape(
                -1, some[0].hashes.shape[1]
            )  # what stands behind each other in the row is written together
            if of_pieces:
                self._drop(own, some[0].hashes[0], starts, found.lengths)
                slots.add_ragged(own, starts, found.lengths)
            else:
                own *= np.concatenate([kind.shortest for kind in some])[:, None] <= found.lengths - 2
                slots.add(own)
        return slots.rows()

    def _hashes(self, found: WordForms, starts: np.ndarray) -> Iterator[Kind]:
        """The kinds of features, but for what lists say."""
        settings = self._settings
        shortest, longest = settings.piece
        ngrams = of_ngrams(found.text, max(settings.affix, longest))
        begins, ends = starts + 1, starts + found.lengths - 1  # without the marks
        whole = Substrings(found.text, self._powers).hashes(begins, ends)
        words, shapes = zip(*found.others, strict=True) if found.others else ((), ())
        affixes = np.arange(1, settings.affix + 1)
        for kind in dict.fromkeys(settings.kinds):
            match kind:
                case "word":
                    usual = whole[: len(found.raised)] + found.raised  # the first letter's power is 1
                    yield Kind(with_lead(np.concatenate([usual, of_strings(words, self._powers)]), ord("w"))[None])
                case "lower":
                    yield Kind(with_lead(whole, ord("l"))[None])
                case "prefixes":
                    yield Kind(with_lead(ngrams[: settings.affix, begins], ord("p")), affixes)
                case "suffixes":
                    lengths = affixes[:, None]
                    yield Kind(with_lead(ngrams[lengths - 1, np.maximum(ends - lengths, 0)], ord("s")), affixes)
                case "shape":
                    yield Kind(
                        with_lead(
                            np.concatenate([self._shapes[found.shapes], of_strings(shapes, self._powers)]), ord("h")
                        )[None]
                    )
                case "pieces":
                    yield Kind(with_lead(ngrams[shortest - 1 : longest], ord("n")), None)

    def _drop(self, numbers: np.ndarray, hashes: np.ndarray, starts: np.ndarray, lengths: np.ndarray) -> None:
        """Set the numbers to 0 of n-grams that reach beyond their word, and of all but the first of those that a word repeats.

        *Shape:* numbers (n-gram lengths, characters), hashes (characters,) of the shortest ones, starts and lengths (words,).
        """
        shortest = self._settings.piece[0]
        begins = np.zeros(numbers.shape[1] + shortest + len(numbers), bool)  # whether a word begins there
        begins[starts], begins[numbers.shape[1]] = True, True
        beyond = np.zeros(numbers.shape[1], bool)
        for length in range(1, shortest + len(numbers)):
            if length >= shortest:
                numbers[length - shortest] *= ~beyond
            beyond |= begins[length : length + len(beyond)]
        owners = np.repeat(np.arange(len(starts)), lengths)
        suspect = self._suspect(owners, hashes, len(starts))
        some = np.flatnonzero(suspect[owners])
        if len(some):
            for own in numbers:
                known = some[own[some] != 0]
                repeated = np.ones(len(known), bool)
                repeated[np.unique(owners[known] << 32 | own[known], return_index=True)[1]] = False
                own[known[repeated]] = 0

    def _suspect(self, owners: np.ndarray, hashes: np.ndarray, words: int) -> np.ndarray:
        """Which words may have a feature twice: those in which an n-gram of the shortest kind repeats, for only there can a longer one, and nothing else does.

        *Shape:* both (n-grams,) -> (words,), bool.
        """
        pairs = owners.astype(np.uint64) * np.uint64(BASE) ^ hashes
        places = (pairs * SPREAD >> np.uint64(64 - SCRATCH_BITS)).view(np.int64)
        positions = np.arange(len(pairs), dtype=np.int32)
        self._last[places] = positions  # where n-grams share a place of a small table, all but the last are overwritten
        lost = np.flatnonzero(self._last.take(places, mode="clip") != positions)
        itself = pairs[self._last[places[lost]]] == pairs[lost]
        suspect = np.zeros(words, bool)
        suspect[owners[lost[itself]]] = True
        others = lost[
            ~itself
        ]  # few: where one repeats of which all are overwritten by something else, it stands here twice
        others = others[np.argsort(pairs[others])]
        suspect[owners[others[1:]][pairs[others[1:]] == pairs[others[:-1]]]] = True
        return suspect


def _table(entries: str) -> HashTable:
    """The numbers of feature names."""
    if not entries:
        return HashTable(np.zeros(0, np.uint64))
    points = code_points(entries)
    ends = np.append(np.flatnonzero(points == SEPARATOR), len(points))
    starts = np.append(0, ends[:-1] + 1)
    values = np.minimum(starts + 2, ends)  # behind letter and colon
    leads = np.where(starts < ends, points[np.minimum(starts, len(points) - 1)], 0)
    hashes = np.zeros(len(ends), np.uint64)
    powers = Powers()
    for first in range(0, len(ends), ENTRIES):
        some = slice(first, first + ENTRIES)
        begin = starts[first]
        hashes[some] = Substrings(points[begin : ends[some][-1]], powers).hashes(
            values[some] - begin, ends[some] - begin
        )
    return HashTable(with_lead(hashes, leads))
