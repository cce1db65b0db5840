"""Cutting a development set from training documents: by document, over all sources, the same for the same seed.

Cutting by sentence would put one document, and with it the same names, into both parts and flatter the score.
"""

import hashlib
from collections.abc import Sequence

from tagger.train.data.corpus import Document


def development_split(documents: Sequence[Document], share: float, seed: int) -> tuple[list[Document], list[Document]]:
    """Cut off about `share` of the tokens of each source.

    Documents of a source are ranked by a digest of the seed and the name, so the cut does not depend on the order of the files, and adding a
    source moves no document of another. A source too small to give a whole document lends its claim to the next one.

    :param share: between 0 and 1.
    :returns: training and development documents, both in the order given.
    """
    by_source: dict[str, list[Document]] = {}
    for document in documents:
        by_source.setdefault(document.source, []).append(document)
    chosen: set[int] = set()
    owed = 0.0  # tokens that sources so far should have given and have not
    for source in sorted(by_source):
        members = by_source[source]
        owed += share * sum(document.tokens for document in members)
        for document in sorted(members, key=lambda document: _rank(document.name, seed)):
            if owed < document.tokens / 2:
                break
            chosen.add(id(document))
            owed -= document.tokens
    training = [document for document in documents if id(document) not in chosen]
    return training, [document for document in documents if id(document) in chosen]


def _rank(name: str, seed: int) -> bytes:
    return hashlib.sha256(f"{seed}\n{name}".encode()).digest()
