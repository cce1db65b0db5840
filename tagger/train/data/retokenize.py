"""Annotated data whose marks are glued to words, cut as `uk-tag` cuts text.

A tagger knows words in the cut that it was trained on. Data that was cut at white space (`«Центр`, `корупції»`, `вказав,`) teaches words that running
text, cut by :func:`tagger.tokens.cut`, never has.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from tagger import tags as bio
from tagger.cutting import cut
from tagger.train.data.corpus import Document, Sentence

GLUED = re.compile(r"[«»„“”\"(]\w|\w[«»„“”\"),;:!?]+$")
TRAILING = frozenset(",;:!?")
QUOTES = {"«": "»", "„": "“”", "“": "”", "(": ")"}
SHORT = 3  # letters: a full stop behind so short a word is taken for a part of it (Інк., В., р.)


def is_glued(document: Document) -> bool:
    """Whether a token of the document is a word with a mark stuck to it."""
    return any(GLUED.search(token) for sentence in document.sentences for token in sentence.tokens)


def recut(documents: Iterable[Document]) -> list[Document]:
    """Cut the tokens of documents that have glued marks further, and move their entities along.

    Documents without glued marks stay as they are, and nowhere are two tokens put together. An entity covers what it covered, but for marks at
    its ends: commas and the like, and a quote or bracket that the entity does not close.
    """
    return [Document(document.name, [_recut(sentence) for sentence in document.sentences]) if is_glued(document) else document for document in documents]


def _recut(sentence: Sentence) -> Sentence:
    text = " ".join(sentence.tokens)
    ends = {end for _, end in cut(text)}
    tokens: list[str] = []
    firsts = []  # the number of the first part of each old token
    start = 0
    for old in sentence.tokens:
        firsts.append(len(tokens))
        places = [start, *sorted(end for end in ends if start < end < start + len(old)), start + len(old)]
        tokens += [text[first:last] for first, last in pairwise(places)]
        start += len(old) + 1
    firsts.append(len(tokens))
    spans = []
    for span in bio.spans(sentence.tags):
        first, last = _trim(tokens, firsts[span.start], firsts[span.end])
        spans.append(bio.Span(first, last, span.label))
    return Sentence(tuple(tokens), tuple(bio.write(spans, len(tokens))))


def _trim(tokens: Sequence[str], first: int, last: int) -> tuple[int, int]:
    """A range without the marks at its ends that are none of the name's."""
    while last - first > 1:
        inside = tokens[first:last]
        if _is_loose_end(inside):
            last -= 1
        elif _is_loose_start(inside):
            first += 1
        else:
            break
    return first, last


def _is_loose_end(tokens: Sequence[str]) -> bool:
    mark, before = tokens[-1], tokens[:-1]
    if mark == ".":
        return not before[-1][-1].isalnum() or len(before[-1].rpartition(".")[2]) > SHORT
    if mark == '"':
        return before.count('"') % 2 == 0
    closes = "".join(opening for opening, closing in QUOTES.items() if mark in closing)
    return mark in TRAILING or (bool(closes) and not any(token in closes for token in before))


def _is_loose_start(tokens: Sequence[str]) -> bool:
    mark, behind = tokens[0], tokens[1:]
    if mark == '"':
        return '"' not in behind or behind.index('"') == len(behind) - 1
    # quotes around the whole name are not of the name; behind an inner pair (« А » та « Б ») they are
    closings = [position for position, token in enumerate(behind) if token in QUOTES.get(mark, "")]
    return mark in QUOTES and (not closings or (mark != "(" and closings[0] == len(behind) - 1))
