"""Split of the documents into training and development documents: over all sources, the same for the same seed.

A split by sentence would put sentences of one document, and so the same names, into both sets and inflate the score.
"""

import hashlib
from collections.abc import Sequence

from tagger.train.data.corpus import Document


def development_split(documents: Sequence[Document], share: float, seed: int) -> tuple[list[Document], list[Document]]:
    """Cut off about `share` of the tokens of each source.

    The documents of a source are ranked by a digest of seed and name. So the split does not depend on the order of the
    files, and a new source moves no document of the others. A source too small to give a whole document passes its
    share on to the next one.

    :param share: between 0 and 1.
    :returns: training and development documents, both in the given order.
    """
    by_source: dict[str, list[Document]] = {}
    for document in documents:
        by_source.setdefault(document.source, []).append(document)
    chosen: set[int] = set()
    owed = 0.0  # tokens that the sources so far should have given and have not
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
