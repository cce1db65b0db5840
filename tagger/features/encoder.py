"""Encode many words at once as feature ids, as :func:`tagger.features.names.names` and a dictionary of names would.

No names are made: all words of a call are joined to one text, of which each feature is a substring, so numpy works on
one feature of all words together.
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
    hash_ngrams,
    hash_strings,
    prepend,
)
from tagger.features.names import FeatureSettings
from tagger.features.word_forms import SHAPES, WordForms, word_forms

SEPARATOR = ord("\n")
# Words encoded at once, and about how many characters, or bytes, of them; but never fewer words than make the fixed
# cost worth it. Temporary memory grows with these: with twice as many words the C library returns it to the system each
# time (allocator.py), and getting it anew costs more than is saved.
MAX_WORDS, MIN_WORDS, CHARACTERS = 2048, 256, 1 << 16
ENTRIES = (
    4096  # of the vocabulary hashed at once: running sums over all would take many megabytes, and time to get them
)
SCRATCH_BITS = 17  # of a table in which repeated n-grams are looked for: several cells for each n-gram of MAX_WORDS


class FeatureSlots:
    """The feature slots of words, empty at first. Features for which a word has no free slot are dropped.

    Unknown features (id 0) are written as well, but the word's next free slot stays the same, so the next feature
    overwrites them; that is cheaper than filtering.

    :param order: index of each word among the tokens.
        *Shape:* (words,).
    :param slots: slots of a word.
    """

    def __init__(self, order: np.ndarray, slots: int) -> None:
        self._width = slots + 1  # the last one is for dropped features
        self._ids = np.zeros(len(order) * self._width, np.int32)
        self._next = (order * self._width).astype(np.int32)  # each word's first free slot
        self._last = self._next + np.int32(slots)

    def add(self, ids: np.ndarray) -> None:
        """Add the same number of features to each word.

        :param ids: *Shape:* (features, words), int32.
        """
        for own, known in zip(ids, ids != 0, strict=True):
            self._ids[self._next] = own
            self._advance(known)

    def add_ragged(self, ids: np.ndarray, starts: np.ndarray, lengths: np.ndarray) -> None:
        """Add the same number of features for each character: the first ones of all characters of a word come first.

        :param ids: *Shape:* (features, characters), int32.
        :param starts: offset of each word among the characters; the words follow each other without gaps.
            *Shape:* (words,).
        :param lengths: characters of each word.
            *Shape:* (words,).
        """
        ends = starts + lengths - 1
        last = np.repeat(self._last, lengths)
        for own in ids:
            known = own != 0
            through = np.cumsum(known, dtype=np.int32)
            before = through - known
            firsts = before[starts]
            indices = np.repeat(self._next - firsts, lengths)
            indices += before
            self._ids[np.minimum(indices, last, out=indices)] = own
            self._advance(through[ends] - firsts)

    def _advance(self, counts: np.ndarray) -> None:
        self._next += counts
        np.minimum(self._next, self._last, out=self._next)

    def ids(self) -> np.ndarray:
        """Return the feature ids added so far, padded with 0.

        :returns: *Shape:* (words, slots), int32.
        """
        return np.ascontiguousarray(self._ids.reshape(-1, self._width)[:, :-1])


@dataclass(slots=True)
class KindHashes:
    """Hashes of the names of one kind of features.

    :param hashes: undefined where a word is too short for an affix.
        *Shape:* (features, words); for pieces, (lengths, characters).
    :param shortest: for each feature, the least number of characters of a word that has it; `None` for pieces.
    """

    hashes: np.ndarray
    shortest: Sequence[int] | np.ndarray | None = (0,)


class FeatureEncoder:
    """Encodes words as feature ids. May be shared between threads, which then take turns.

    :param entries: feature names with a line feed between them; the first has id 1. A name is its kind's letter, a
        colon and a value.
    :param settings: the features of a word.
    :param gazetteer: name lists, used if "gazetteer" is among the kinds of features.
    """

    def __init__(self, entries: str, settings: FeatureSettings, gazetteer: Gazetteer) -> None:
        self._settings, self._gazetteer = settings, gazetteer
        self._powers = Powers()
        self._table = _table(entries)
        # ids of the gazetteer features, by their classes
        self._listed = self._table.find(
            prepend(hash_strings([str(classes) for classes in range(256)], Powers()), ord("g"))
        )
        self._checksums = LetterChecksums()
        self._shapes = hash_strings(SHAPES, Powers())
        self._lock = threading.Lock()
        self._last = np.zeros(1 << SCRATCH_BITS, np.int32)  # of _suspect; kept, as it is large

    def rows(self, tokens: Sequence[str | bytes]) -> np.ndarray:
        """Return the feature ids of tokens, padded with 0.

        :param tokens: text, or UTF-8 bytes.
        :returns: *Shape:* (tokens, slots), int32.
        """
        by_characters = sum(map(len, tokens)) // CHARACTERS + 1
        count = max(-(-len(tokens) // MAX_WORDS), min(by_characters, len(tokens) // MIN_WORDS), 1)
        step = max(-(-len(tokens) // count), 1)  # chunks of about the same size: a small one takes as long
        with self._lock:
            chunks = [self._encode(tokens[start : start + step]) for start in range(0, len(tokens), step)]
        return np.concatenate(chunks) if chunks else np.zeros((0, self._settings.slots), np.int32)

    def _encode(self, tokens: Sequence[str | bytes]) -> np.ndarray:
        forms = word_forms(tokens)
        starts = forms.lengths.cumsum() - forms.lengths
        slots = FeatureSlots(forms.order, self._settings.slots)
        if "gazetteer" in self._settings.kinds:
            regular = forms.lengths[: len(forms.raised)]
            sought = np.concatenate(
                [self._checksums.get(forms.text[: regular.sum()], regular), checksums(forms.lowercase)]
            )
            slots.add(self._listed[self._gazetteer.classes_of(sought)][None])
        kinds = list(self._hashes(forms, starts))
        ids = self._table.find(
            np.concatenate([kind.hashes.ravel() for kind in kinds]) if kinds else np.zeros(0, np.uint64)
        )
        # consecutive kinds of the same shape are added together
        for of_pieces, group in groupby(kinds, lambda kind: kind.shortest is None):
            some = list(group)
            own, ids = np.split(ids, [sum(kind.hashes.size for kind in some)])
            own = own.reshape(-1, some[0].hashes.shape[1])
            if of_pieces:
                self._drop(own, some[0].hashes[0], starts, forms.lengths)
                slots.add_ragged(own, starts, forms.lengths)
            else:
                own *= np.concatenate([kind.shortest for kind in some])[:, None] <= forms.lengths - 2
                slots.add(own)
        return slots.ids()

    def _hashes(self, forms: WordForms, starts: np.ndarray) -> Iterator[KindHashes]:
        """Yield the hashes of each kind of features except the gazetteer's."""
        settings = self._settings
        shortest, longest = settings.piece
        ngrams = hash_ngrams(forms.text, max(settings.affix, longest))
        begins, ends = starts + 1, starts + forms.lengths - 1  # without the marks
        whole = Substrings(forms.text, self._powers).hashes(begins, ends)
        words, shapes = zip(*forms.others, strict=True) if forms.others else ((), ())
        affixes = np.arange(1, settings.affix + 1)
        for kind in dict.fromkeys(settings.kinds):
            match kind:
                case "word":
                    regular = whole[: len(forms.raised)] + forms.raised  # the first letter's power is 1
                    hashes = np.concatenate([regular, hash_strings(words, self._powers)])
                    yield KindHashes(prepend(hashes, ord("w"))[None])
                case "lower":
                    yield KindHashes(prepend(whole, ord("l"))[None])
                case "prefixes":
                    yield KindHashes(prepend(ngrams[: settings.affix, begins], ord("p")), affixes)
                case "suffixes":
                    lengths = affixes[:, None]
                    yield KindHashes(prepend(ngrams[lengths - 1, np.maximum(ends - lengths, 0)], ord("s")), affixes)
                case "shape":
                    hashes = np.concatenate([self._shapes[forms.shapes], hash_strings(shapes, self._powers)])
                    yield KindHashes(prepend(hashes, ord("h"))[None])
                case "pieces":
                    yield KindHashes(prepend(ngrams[shortest - 1 : longest], ord("n")), None)

    def _drop(self, ids: np.ndarray, hashes: np.ndarray, starts: np.ndarray, lengths: np.ndarray) -> None:
        """Set to 0 the ids of n-grams that reach beyond their word, and of all but the first of those a word repeats.

        :param ids: changed in place.
            *Shape:* (n-gram lengths, characters).
        :param hashes: of the shortest n-grams.
            *Shape:* (characters,).
        :param starts: offset of each word.
            *Shape:* (words,).
        :param lengths: characters of each word.
            *Shape:* (words,).
        """
        shortest = self._settings.piece[0]
        begins = np.zeros(ids.shape[1] + shortest + len(ids), bool)  # whether a word begins at the offset
        begins[starts], begins[ids.shape[1]] = True, True
        beyond = np.zeros(ids.shape[1], bool)
        for length in range(1, shortest + len(ids)):
            if length >= shortest:
                ids[length - shortest] *= ~beyond
            beyond |= begins[length : length + len(beyond)]
        owners = np.repeat(np.arange(len(starts)), lengths)
        suspect = self._suspect(owners, hashes, len(starts))
        some = np.flatnonzero(suspect[owners])
        if len(some):
            for own in ids:
                known = some[own[some] != 0]
                repeated = np.ones(len(known), bool)
                repeated[np.unique(owners[known] << 32 | own[known], return_index=True)[1]] = False
                own[known[repeated]] = 0

    def _suspect(self, owners: np.ndarray, hashes: np.ndarray, words: int) -> np.ndarray:
        """Find the words that may contain a duplicate n-gram.

        A longer n-gram can only repeat where one of the shortest length does, so only those are compared. No other
        feature repeats.

        :param owners: index of each n-gram's word.
            *Shape:* (n-grams,).
        :param hashes: of the shortest n-grams.
            *Shape:* (n-grams,).
        :param words: the number of words.
        :returns: *Shape:* (words,), bool.
        """
        pairs = owners.astype(np.uint64) * np.uint64(BASE) ^ hashes
        cells = (pairs * SPREAD >> np.uint64(64 - SCRATCH_BITS)).view(np.int64)
        positions = np.arange(len(pairs), dtype=np.int32)
        self._last[cells] = positions  # where n-grams share a cell of the small table, the last one stays
        lost = np.flatnonzero(self._last.take(cells, mode="clip") != positions)
        itself = pairs[self._last[cells[lost]]] == pairs[lost]
        suspect = np.zeros(words, bool)
        suspect[owners[lost[itself]]] = True
        # Few are left: those overwritten by another n-gram. If one of them repeats, it is here at least twice.
        others = lost[~itself]
        others = others[np.argsort(pairs[others])]
        suspect[owners[others[1:]][pairs[others[1:]] == pairs[others[:-1]]]] = True
        return suspect


def _table(entries: str) -> HashTable:
    """Return the table from hashes of feature names to their ids."""
    if not entries:
        return HashTable(np.zeros(0, np.uint64))
    points = code_points(entries)
    ends = np.append(np.flatnonzero(points == SEPARATOR), len(points))
    starts = np.append(0, ends[:-1] + 1)
    values = np.minimum(starts + 2, ends)  # after letter and colon
    leads = np.where(starts < ends, points[np.minimum(starts, len(points) - 1)], 0)
    hashes = np.zeros(len(ends), np.uint64)
    powers = Powers()
    for first in range(0, len(ends), ENTRIES):
        some = slice(first, first + ENTRIES)
        begin = starts[first]
        hashes[some] = Substrings(points[begin : ends[some][-1]], powers).hashes(
            values[some] - begin, ends[some] - begin
        )
    return HashTable(prepend(hashes, leads))
