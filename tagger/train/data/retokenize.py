"""Tokens and sentences of annotated data as `uk-tag` splits running text, see :mod:`tagger.text.tokenizer`.

A tagger knows words in the tokenization that it was trained on. Data that was split at white space only (`«Центр`,
`корупції»`, `вказав,`) teaches words that do not occur in running text. NER-UK ends no sentence where a name begins the
next one, so that a tagger that is trained on it learns that the first word of a sentence is no name.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from tagger import tags as bio
from tagger.text.tokenizer import sentence_spans, token_spans
from tagger.train.data.corpus import Document, Sentence

GLUED = re.compile(r"[«»„“”\"(]\w|\w[«»„“”\"),;:!?]+$")
TRAILING = frozenset(",;:!?")
QUOTES = {"«": "»", "„": "“”", "“": "”", "(": ")"}
NO_SPACE_BEFORE = frozenset(".,:;!?…)]}»”%")
NO_SPACE_AFTER = frozenset("([{«„“")
SHORT = 3  # letters: a full stop after a word this short is taken for a part of it (Інк., В., р.)


def is_glued(document: Document) -> bool:
    """Tell whether a token of the document is a word with punctuation attached."""
    return any(GLUED.search(token) for sentence in document.sentences for token in sentence.tokens)


def retokenize(documents: Iterable[Document]) -> list[Document]:
    """Split the tokens of documents with glued punctuation further, and adjust their entities.

    Documents without glued punctuation stay as they are, and tokens are never joined. An entity keeps its text, except
    for punctuation at its ends: commas and the like, and a quote or bracket that the entity does not close.
    """
    return [
        Document(document.name, [_retokenize(sentence) for sentence in document.sentences])
        if is_glued(document)
        else document
        for document in documents
    ]


def _retokenize(sentence: Sentence) -> Sentence:
    text = " ".join(sentence.tokens)
    ends = {end for _, end in token_spans(text)}
    tokens: list[str] = []
    firsts = []  # index of the first new token of each old one
    start = 0
    for old in sentence.tokens:
        firsts.append(len(tokens))
        bounds = [start, *sorted(end for end in ends if start < end < start + len(old)), start + len(old)]
        tokens += [text[first:last] for first, last in pairwise(bounds)]
        start += len(old) + 1
    firsts.append(len(tokens))
    spans = []
    for span in bio.spans(sentence.tags):
        first, last = _trim(tokens, firsts[span.start], firsts[span.end])
        spans.append(bio.Span(first, last, span.label))
    return Sentence(tuple(tokens), tuple(bio.write(spans, len(tokens))))


def _trim(tokens: Sequence[str], first: int, last: int) -> tuple[int, int]:
    """Narrow a range so that it has no punctuation at its ends that is not part of the name."""
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
    mark, after = tokens[0], tokens[1:]
    if mark == '"':
        return '"' not in after or after.index('"') == len(after) - 1
    # quotes around the whole name are not part of it; quotes that close within it (« А » та « Б ») are
    closings = [position for position, token in enumerate(after) if token in QUOTES.get(mark, "")]
    return mark in QUOTES and (not closings or (mark != "(" and closings[0] == len(after) - 1))


def split_sentences(documents: Iterable[Document]) -> list[Document]:
    """Split the sentences of documents where running text of the same tokens would be split.

    They are only split further, never joined, and never within an entity.
    """
    return [
        Document(document.name, [part for sentence in document.sentences for part in _split_sentence(sentence)])
        for document in documents
    ]


def running_text(tokens: Sequence[str]) -> tuple[str, list[int]]:
    """Join tokens as they stand in running text: no space before a comma, nor after an opening bracket or quote.

    :returns: the text, and the start of each token in it.
    """
    text, starts = "", []
    quoted, glued = False, True  # within straight quotes; no space before the next token
    for token in tokens:
        closes = token == '"' and quoted
        if not (glued or closes or token in NO_SPACE_BEFORE):
            text += " "
        quoted ^= token == '"'
        glued = token in NO_SPACE_AFTER or (token == '"' and quoted)
        starts.append(len(text))
        text += token
    return text, starts


def _split_sentence(sentence: Sentence) -> list[Sentence]:
    text, starts = running_text(sentence.tokens)
    first_tokens = {start: position for position, start in enumerate(starts)}
    cuts = [0]
    for start, _ in sentence_spans(text):
        position = first_tokens.get(start, 0)
        if position > cuts[-1] and not sentence.tags[position].startswith("I-"):
            cuts.append(position)
    bounds = pairwise([*cuts, len(starts)])
    return [Sentence(sentence.tokens[first:last], sentence.tags[first:last]) for first, last in bounds]
