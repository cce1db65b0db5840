"""Labelled sentences with other names in them: more contexts for each name, and more names for each context."""

import random
from collections.abc import Sequence

from tagger.train.data.corpus import Document, Sentence
from tagger.train.teacher.augmentation import Augmenter
from tagger.train.teacher.label import best_tags
from tagger.train.teacher.plain_text import TextDocument

SWAPPED = 0.6  # of the names in a document that is copied


def swapped(documents: Sequence[TextDocument], tags: Sequence[str], share: float, seed: int) -> list[TextDocument]:
    """Copies of a share of labelled documents, of those sentences in which a name could be swapped, with the probabilities of the original.

    Names are those that the best tags mark, all documents together; :class:`tagger.train.teacher.augmentation.Augmenter` says which may stand for which.
    """
    generator = random.Random(seed)
    hard = [
        Document(document.name, [Sentence(*pair) for pair in zip(document.sentences, map(tuple, best_tags(document.probabilities, tags)), strict=True)])
        for document in documents
    ]
    augmenter = Augmenter(hard, swapped=SWAPPED)
    copies = []
    for document, marked in zip(documents, hard, strict=True):
        if generator.random() >= share:
            continue
        copy = TextDocument(document.name, document.source, [])
        for sentence, rows in zip(marked.sentences, document.probabilities, strict=True):
            other = augmenter.swap(sentence, generator)
            if other.tokens != sentence.tokens:
                copy.sentences.append(other.tokens)
                copy.probabilities.append(rows)
        if copy.sentences:
            copies.append(copy)
    return copies
