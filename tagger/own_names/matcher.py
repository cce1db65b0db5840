"""Finds the names of lists among tokens, longest first.

A name is a sequence of words, and each word stands for all of its case forms. A token stands for the words that it may
be a form of, which is computed once for each different token. A trie of words then gives the names that start at a
token.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from tagger.own_names import forms
from tagger.own_names.lists import NameLists, OwnName
from tagger.text.normalize import normalise
from tagger.text.tokenizer import tokenize

HYPHENS = re.compile(r"[-\u2010\u2011\u2013]|[^-\u2010\u2011\u2013]+")
KEPT_TOKENS = 1 << 16
Token = str | bytes
Words = tuple[int, ...]  # numbers of the words that a token may be a form of


class Match(NamedTuple):
    """A name at tokens `start` to `end`, `end` exclusive.

    :ivar label: of a forbidden name empty if it is forbidden under every label.
    """

    start: int
    end: int
    label: str


class _Tokens(dict[Token, Words]):
    """The words of each token, computed at the first look-up."""

    def __init__(self, find: Callable[[str], Words]) -> None:
        super().__init__()
        self._find = find

    def __missing__(self, token: Token) -> Words:
        if len(self) >= KEPT_TOKENS:
            self.clear()
        text = token.decode("utf-8", "surrogateescape") if isinstance(token, bytes) else token
        words = self[token] = self._find(normalise(text))
        return words


class Matcher:
    """Finds the names of lists.

    Case forms are found if pymorphy3 is installed, else names as they are written. Capitals of a name are capitals in
    the text, too, and small letters may be either: `Київ` is found in `КИЇВ`, not in `київ`. Forbidden names are found
    in any letters.

    :ivar inflects: whether case forms are found.
    :raises PackageError: pymorphy3 is broken.
    """

    def __init__(self, lists: NameLists) -> None:
        self.inflects = forms.are_installed()
        self._inflect = forms.inflector() if lists and self.inflects else lambda word: {word}
        self._written: list[str] = []  # by number of a word; empty: its letters may be small or capital
        self._numbers: dict[str, int] = {}
        self._of_form: defaultdict[str, list[int]] = defaultdict(list)
        self._next: dict[tuple[int, int], int] = {}  # by state of the trie and word; state 0 is its root
        self._states = 1
        self._names: dict[int, str] = {}  # the label of the name that ends in a state
        self._bases: dict[int, str] = {}  # its base form, if the list has one
        self._forbidden: defaultdict[int, set[str]] = defaultdict(set)
        for name in lists.names:
            for state in self._add(name, str):
                if state not in self._names:
                    self._names[state], self._bases[state] = name.label, name.base
        for name in lists.forbidden:
            for state in self._add(name, str.lower):
                self._forbidden[state].add(name.label)
        self._tokens = _Tokens(self._words_of)

    def find(
        self, tokens: Sequence[Token], end_of: Callable[[Iterable[int]], Sequence[int]]
    ) -> tuple[list[Match], list[Match]]:
        """Return all names, and all forbidden names, that stand among tokens.

        :param end_of: returns for indexes of tokens where their sentence ends, 0 for tokens in none.
        """
        words = list(map(self._tokens.__getitem__, tokens))
        candidates = [index for index, own in enumerate(words) if own]
        names: list[Match] = []
        forbidden: list[Match] = []
        for start, last in zip(candidates, end_of(candidates), strict=True):
            states, index = [0], start
            while states and index < last:
                own = words[index]
                states = [after for state in states for word in own if (after := self._next.get((state, word)))]
                index += 1
                for state in states:
                    if label := self._names.get(state):
                        names.append(Match(start, index, label))
                    forbidden += [Match(start, index, label) for label in self._forbidden.get(state, ())]
        return _apart(names), forbidden

    def base_of(self, tokens: Sequence[Token], label: str) -> str:
        """Return the base form that the list has for a name; empty if there is none."""
        states = [0]
        for token in tokens:
            states = [
                after for state in states for word in self._tokens[token] if (after := self._next.get((state, word)))
            ]
        return next((base for state in states if self._names.get(state) == label and (base := self._bases[state])), "")

    def _add(self, name: OwnName, letters: Callable[[str], str]) -> set[int]:
        """Add a name to the trie, and return the states in which it ends."""
        ways = set()
        for text in filter(None, (name.text, name.base)):
            own = tokenize(text)
            ways |= {tuple(own), tuple(part for token in own for part in HYPHENS.findall(token)), tuple(text.split())}
        ends = set()
        for way in ways:
            state = 0
            for token in way:
                step = state, self._number(letters(normalise(token)))
                if step not in self._next:
                    self._next[step] = self._states
                    self._states += 1
                state = self._next[step]
            ends.add(state)
        return ends

    def _number(self, word: str) -> int:
        if word not in self._numbers:
            number = self._numbers[word] = len(self._written)
            self._written.append(word)
            for form in self._inflect(word.lower()):
                self._of_form[form].append(number)
        return self._numbers[word]

    def _words_of(self, token: str) -> Words:
        found = self._of_form.get(token.lower(), ())
        return tuple(number for number in found if _has_capitals(token, self._written[number]))


def _has_capitals(token: str, written: str) -> bool:
    return all(own.isupper() for own, wanted in zip(token, written, strict=False) if wanted.isupper())


def _apart(matches: list[Match]) -> list[Match]:
    """Return the matches that do not overlap: the longest, then the first."""
    taken: set[int] = set()
    kept = []
    for match in sorted(matches, key=lambda match: (match.start - match.end, match.start)):
        if taken.isdisjoint(range(match.start, match.end)):
            taken.update(range(match.start, match.end))
            kept.append(match)
    return kept
