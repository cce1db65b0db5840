"""Folds for cross-validation: whole documents, stratified by source, by size and by the classes of their entities."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from tagger import tags as bio
from tagger.errors import DataError
from tagger.train.data.corpus import Document


def stratified_folds(documents: Sequence[Document], count: int) -> list[list[Document]]:
    """Deal documents into folds that hold about the same share of everything.

    Greedy, the documents with the most entities first, each into the fold that lacks most of what it holds (after Sechidis, Tsoumakas and Vlahavas
    2011, here with counts for labels). No chance is in it: the same documents give the same folds, in whatever order they come.

    :returns: `count` lists, disjoint, together all documents.
    :raises DataError: fewer documents than folds, or fewer than two folds.
    """
    if not 2 <= count <= len(documents):
        raise DataError(f"{count} folds cannot be cut from {len(documents)} documents; give a number from 2 to {len(documents)} with --folds")
    ordered = sorted(documents, key=lambda document: (-_entities(document).total(), -document.tokens, document.name))
    contents = [_content(document) for document in ordered]
    columns = {key: column for column, key in enumerate(sorted({key for content in contents for key in content}))}
    shares = np.zeros((len(ordered), len(columns)))
    for row, content in enumerate(contents):
        for key, value in content.items():
            shares[row, columns[key]] = value
    shares /= shares.sum(0)  # each column sums to 1
    missing = np.full((count, len(columns)), 1 / count)
    members: list[list[Document]] = [[] for _ in range(count)]
    for document, share in zip(ordered, shares, strict=True):
        fold = int(np.argmax(missing @ share))
        members[fold].append(document)
        missing[fold] -= share
    return [sorted(fold, key=lambda document: document.name) for fold in members]


def _content(document: Document) -> dict[str, float]:
    """What is to be dealt evenly: tokens, those of the document's source, and entities of each class. Nothing that is zero."""
    found: dict[str, float] = {"tokens": document.tokens, f"source {document.source}": document.tokens}
    return found | {f"class {label}": number for label, number in _entities(document).items()}


def _entities(document: Document) -> Counter[str]:
    return Counter(span.label for sentence in document.sentences for span in bio.spans(sentence.tags))
