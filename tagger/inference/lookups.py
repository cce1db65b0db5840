"""Sentences that are looked up in other words than their own: the words go in, and their tags come back to the tokens.

:func:`tagger.text.lookup.look_up` gives the words. They are tagged as a sentence of their own, after all other tokens
of the window. Usual text has no such sentence, and one search over a window shows that.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np

from tagger.inference.window import Window
from tagger.text.lookup import DROPPED, Lookup, look_up, odd_offsets

NEVER = -1e4  # an emission that rules a tag out for another decoding


@dataclass(slots=True)
class Other:
    """A sentence with other words.

    :param start: index of its first token.
    :param first: index of the first of its words, after the tokens.
    """

    start: int
    first: int
    lookup: Lookup


@dataclass(slots=True)
class Lookups:
    """The tokens that the network reads for a window.

    :param tokens: the window's tokens, and after them the other words.
    :param starts, lengths: index of the first word of what is looked up for each sentence, and how many they are.
        *Shape:* (sentences,).
    :param others: the sentences with other words.
    :param count: number of the window's own tokens.
    """

    tokens: Sequence[str | bytes]
    starts: np.ndarray
    lengths: np.ndarray
    others: list[Other]
    count: int


def look_up_window(
    tokens: Sequence[str | bytes], starts: np.ndarray, lengths: np.ndarray, cells: Sequence[int] = ()
) -> Lookups:
    """Find what to look up for the sentences of a window.

    :param starts, lengths: index of each sentence's first token, and number of its tokens.
        *Shape:* (sentences,).
    :param cells: indexes of the tokens within sentences that begin a cell, in order.
    """
    found = Lookups(tokens, starts, lengths, [], len(tokens))
    odd = _odd_tokens(tokens)
    if not odd and not cells:
        return found
    words: list[str | bytes] = list(tokens)
    found.tokens, found.starts, found.lengths = words, starts.copy(), lengths.copy()
    numbers = np.searchsorted(starts, np.array([*odd, *cells]), "right") - 1
    for number in np.unique(numbers[numbers >= 0]).tolist():
        start, length = int(starts[number]), int(lengths[number])
        within = cells[bisect_right(cells, start) : bisect_left(cells, start + length)]
        begins = [cell - start for cell in within]
        lookup = look_up([_text(token) for token in tokens[start : start + length]], begins)
        if lookup:
            found.others.append(Other(start, len(words), lookup))
            found.starts[number], found.lengths[number] = len(words), len(lookup.words)
            words += lookup.words
    return found


def _odd_tokens(tokens: Sequence[str | bytes]) -> list[int]:
    """Return the indexes of tokens that may be looked up in other words, or of any in their sentence."""
    joined = f"\n{_joined(tokens)}\n"
    offsets = sorted(odd_offsets(joined))
    if not offsets:
        return []
    if joined.count("\n") != len(tokens) + 1:  # a token contains a line feed
        return list(range(len(tokens)))
    found: list[int] = []
    index, done = -1, 0
    for offset in offsets:
        index += joined.count("\n", done, offset + 1)
        done = offset + 1
        found.append(index)
    return found


def _joined(tokens: Sequence[str | bytes]) -> str:
    """Join tokens with line feeds; it does not matter what a byte that is not UTF-8 becomes."""
    try:
        return "\n".join(cast(Sequence[str], tokens))  # faster than to check each first
    except TypeError:
        encoded = (token if isinstance(token, bytes) else token.encode("utf-8", "surrogatepass") for token in tokens)
        return b"\n".join(encoded).decode("utf-8", "replace")


def _text(token: str | bytes) -> str:
    return token if isinstance(token, str) else token.decode("utf-8", "surrogateescape")


def restore(lookups: Lookups, window: Window, inside: np.ndarray) -> None:
    """Give the tokens of a window the tags of the words that were looked up for them, and drop the words.

    The first token of a word has the word's tag, the others the tag that continues it. A token without a word is within
    an entity if both its neighbours are. No entity continues at a break of the look-up.

    :param inside: number of the tag that continues each tag's entity, -1 for `O`.
        *Shape:* (tags,).
    """
    for other in lookups.others:
        _restore(other, window, inside)
    window.tags = window.tags[: lookups.count]
    if window.probabilities is not None and window.continuation is not None:
        window.probabilities = window.probabilities[: lookups.count]
        window.continuation = window.continuation[: lookups.count]
    if window.emissions is not None:
        window.emissions = window.emissions[: lookups.count]


def _restore(other: Other, window: Window, inside: np.ndarray) -> None:
    outside = int(np.flatnonzero(inside < 0)[0])
    begin_tags = np.flatnonzero((inside >= 0) & (inside != np.arange(len(inside))))
    begins = {int(inside[tag]): int(tag) for tag in begin_tags}
    owners = other.lookup.owners
    following = owners.copy()  # for a token without a word, the word after it
    at_break = [False] * len(owners)  # and whether that word, or a token before it, is at a break
    for index in range(len(owners) - 2, -1, -1):
        if owners[index] == DROPPED:
            following[index] = following[index + 1]
            at_break[index] = index + 1 in other.lookup.breaks or at_break[index + 1]
    before = outside  # the tag of the token before
    last = 0  # the last token before that has a word
    for index, owner in enumerate(owners):
        known = outside if following[index] == DROPPED else int(window.tags[other.first + following[index]])
        further = index > 0 and owners[index - 1] == owner != DROPPED  # not the first token of its word
        fresh = index in other.lookup.breaks
        tag = known
        if owner == DROPPED:
            further = tag in begins and not fresh and not at_break[index] and int(inside[before]) == tag
            tag = tag if further else outside
        elif further and tag != outside:
            tag = int(inside[tag])
        elif fresh:
            tag = begins.get(tag, tag)
        token = other.start + index
        window.tags[token] = before = tag
        if window.emissions is not None:
            row = window.emissions[token]
            row[:] = 0 if owner == DROPPED else window.emissions[other.first + following[index]]
            if owner == DROPPED and not further:
                row[np.arange(len(row)) != outside] = NEVER
            elif further:  # goes on with the word before it, or with the name around it
                row[inside[begin_tags]] = np.maximum(row[inside[begin_tags]], row[begin_tags])
                row[begin_tags] = NEVER
            elif fresh:
                row[inside[begin_tags]] = NEVER
        if window.probabilities is None or window.continuation is None:
            continue
        if fresh:
            window.continuation[other.start + last : token] = 0
        last = last if owner == DROPPED else index
        row, goes_on = window.probabilities[token], window.continuation[token]
        if owner == DROPPED and not further:
            row[:], goes_on[:] = np.arange(len(row)) == outside, 0
            continue
        row[:], goes_on[:] = (
            part[other.first + following[index]] for part in (window.probabilities, window.continuation)
        )
        goes_on[tag] = goes_on[known]
        if further or fresh:  # only one of B- and I- can be the tag of this token, and has what both have
            gone, left = (begin_tags, inside[begin_tags]) if further else (inside[begin_tags], begin_tags)
            row[left] += row[gone]
            row[gone] = 0
        if owner == DROPPED or owners[index + 1 : index + 2] == [owner]:
            goes_on[: len(inside)] = inside >= 0
