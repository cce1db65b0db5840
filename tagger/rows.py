"""Rows of feature numbers of many words at once: what :func:`tagger.features.names` and a dictionary of names give, without the names.

All words of a call stand behind each other in one text, and each feature is a substring of it, so numpy works on all features of all words together.
"""

import threading
from collections.abc import Sequence
from itertools import chain

import numpy as np

from tagger.features import DIGITS, FeatureSettings
from tagger.forms import forms
from tagger.gazetteer import Gazetteer
from tagger.hashing import BASE, SPREAD, HashTable, Powers, Substrings, code_points

SEPARATOR = ord("\n")
MOST = 512  # words taken at once
ENTRIES = 4096  # of the vocabulary hashed at once: running sums over all of it would take many megabytes, and the time to get them
SCRATCH_BITS = 17  # places to look for repeated features in, some for each feature of so many words


class RowMaker:
    """Makes rows. May be shared between threads, which then take turns.

    :param entries: feature names with a line feed between, the first of them number 1. A name is its kind's letter, a colon and a value.
    """

    def __init__(self, entries: str, settings: FeatureSettings, gazetteer: Gazetteer) -> None:
        self._settings, self._gazetteer = settings, gazetteer
        self._powers = Powers()
        self._table = _table(entries)
        listed = "".join(f"{classes}," for classes in range(256))
        ends = np.flatnonzero(code_points(listed) == ord(","))
        self._listed = self._table.find(Substrings(code_points(listed), Powers()).hashes(np.append(0, ends[:-1] + 1), ends, ord("g")))
        self._lock = threading.Lock()
        self._last = np.zeros(1 << SCRATCH_BITS, np.int32)

    def rows(self, tokens: Sequence[str]) -> np.ndarray:
        """Rows of tokens, padded with 0. *Shape:* (tokens, slots), int32."""
        with self._lock:
            parts = [self._rows(tokens[start : start + MOST]) for start in range(0, len(tokens), MOST)]
        return np.concatenate(parts) if parts else np.zeros((0, self._settings.slots), np.int32)

    def _rows(self, tokens: Sequence[str]) -> np.ndarray:
        settings = self._settings
        words, lowered, shapes, careful = forms(tokens)
        classes = self._gazetteer.classes(lowered) if "gazetteer" in settings.kinds else None
        for place in careful:
            words[place], lowered[place] = DIGITS.sub("0", words[place]), DIGITS.sub("0", lowered[place])
        text = "".join([f"{word}<{lower}>{own}" for word, lower, own in zip(words, lowered, shapes, strict=True)])
        lengths = np.fromiter(map(len, chain(words, lowered, shapes)), np.int64, 3 * len(words)).reshape(3, -1)
        lengths[1] += 2  # with its marks
        ends = lengths.T.cumsum().reshape(-1, 3).T
        owners, starts, ends, leads, shortest = _features(ends - lengths, ends, settings)
        hashes = Substrings(code_points(text), self._powers).hashes(starts, ends, leads)
        suspect = self._suspect(owners[shortest], hashes[shortest], len(words))
        numbers = self._table.find(hashes)
        if classes is not None:
            owners, numbers = np.concatenate([np.arange(len(words)), owners]), np.concatenate([self._listed[classes], numbers])
        known = np.flatnonzero(numbers)
        owners, numbers = owners[known], numbers[known]
        some = np.flatnonzero(suspect[owners])
        if len(some):
            kept = np.ones(len(owners), bool)
            kept[some] = False
            kept[some[np.unique(owners[some] << 32 | numbers[some], return_index=True)[1]]] = True
            owners, numbers = owners[kept], numbers[kept]
        # the kinds stand behind each other, in each of them the words; a stable sort keeps a word's kinds in order, and is fast on 16 bits
        order = np.argsort(owners.astype(np.uint16), kind="stable")
        owners, numbers = owners[order], numbers[order]
        counts = np.bincount(owners, minlength=len(words))
        slots = np.arange(len(owners)) - np.repeat(counts.cumsum() - counts, counts)
        places = owners * settings.slots + slots
        if int(counts.max(initial=0)) > settings.slots:
            fitting = slots < settings.slots
            places, numbers = places[fitting], numbers[fitting]
        rows = np.zeros(len(words) * settings.slots, np.int32)
        rows[places] = numbers
        return rows.reshape(len(words), settings.slots)

    def _suspect(self, owners: np.ndarray, hashes: np.ndarray, words: int) -> np.ndarray:
        """Which words may have a feature twice: those in which an n-gram of the shortest kind repeats, for only there can a longer one, and nothing else does.

        *Shape:* both (n-grams,) -> (words,), bool.
        """
        pairs = owners.astype(np.uint64) * np.uint64(BASE) ^ hashes
        places = (pairs * SPREAD >> np.uint64(64 - SCRATCH_BITS)).view(np.int64)
        positions = np.arange(len(pairs), dtype=np.int32)
        self._last[places] = positions  # where n-grams share a place of a small table, all but the last are overwritten
        lost = np.flatnonzero(self._last[places] != positions)
        itself = pairs[self._last[places[lost]]] == pairs[lost]
        suspect = np.zeros(words, bool)
        suspect[owners[lost[itself]]] = True
        others = lost[~itself]  # few: where one repeats of which all are overwritten by something else, it stands here twice
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
        hashes[some] = Substrings(points[begin : ends[some][-1]], powers).hashes(values[some] - begin, ends[some] - begin, leads[some])
    return HashTable(hashes)


def _features(starts: np.ndarray, ends: np.ndarray, settings: FeatureSettings) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, slice]:
    """Where features stand in the text, kind by kind, within a kind word by word.

    *Shape:* starts and ends (3, words), of the word, of its lower-cased form with marks, of its shape -> four of (features,): the word of each, where
    it starts and ends, and the letter of its kind; and which of them are the shortest n-grams.
    """
    everyone = np.arange(starts.shape[1])
    first, last = starts[1] + 1, ends[1] - 1  # of the lower-cased word
    found: list[tuple[np.ndarray, np.ndarray, np.ndarray, str]] = []
    shortest = slice(0)
    for kind in settings.kinds:
        match kind:
            case "word":
                found.append((everyone, starts[0], ends[0], "w"))
            case "lower":
                found.append((everyone, first, last, "l"))
            case "prefixes":
                owners, steps = _ragged(np.minimum(last - first, settings.affix))
                found.append((owners, first[owners], first[owners] + steps + 1, "p"))
            case "suffixes":
                owners, steps = _ragged(np.minimum(last - first, settings.affix))
                found.append((owners, last[owners] - steps - 1, last[owners], "s"))
            case "shape":
                found.append((everyone, starts[2], ends[2], "h"))
            case "pieces":
                for length in range(settings.piece[0], settings.piece[1] + 1):
                    owners, steps = _ragged(np.maximum(ends[1] - starts[1] - length + 1, 0))
                    begins = starts[1][owners] + steps
                    if length == settings.piece[0]:
                        before = sum(len(owners) for owners, *_ in found)
                        shortest = slice(before, before + len(begins))
                    found.append((owners, begins, begins + length, "n"))
    if not found:
        nothing = np.zeros(0, np.int64)
        return nothing, nothing, nothing, nothing, shortest
    leads = np.repeat([ord(kind) for *_, kind in found], [len(owners) for owners, *_ in found])
    owners, starts, ends = (np.concatenate(part) for part in list(zip(*found, strict=True))[:3])
    return owners, starts, ends, leads, shortest


def _ragged(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For each word as many entries as it counts: its position, and 0, 1, ... *Shape:* (words,) -> two of (sum of counts,)."""
    owners = np.repeat(np.arange(len(counts)), counts)
    return owners, np.arange(len(owners)) - np.repeat(np.cumsum(counts) - counts, counts)
