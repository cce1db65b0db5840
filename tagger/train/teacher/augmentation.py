"""Changed copies of annotated documents, drawn anew in each epoch: names swapped within like endings, and letters recased.

A name is swapped for one of the same label, of as many tokens, each ending in the same two letters: so the case endings mostly stay right.
"""

import random
from collections.abc import Iterable

from tagger import tags as bio
from tagger.train.data.corpus import Document, Sentence

ENDING = 2  # letters


class Augmenter:
    """Changes documents by chance.

    :param swapped: share of names that are swapped in a document that is chosen for it, which half of all are.
    :param lowered, raised: share of documents that are lower-cased, upper-cased.
    """

    def __init__(self, documents: Iterable[Document], *, swapped: float = 0.3, lowered: float = 0.15, raised: float = 0.03) -> None:
        self.swapped, self.lowered, self.raised = swapped, lowered, raised
        self._names: dict[tuple, list[tuple[str, ...]]] = {}
        for document in documents:
            for sentence in document.sentences:
                for start, end, label in bio.spans(sentence.tags):
                    tokens = sentence.tokens[start:end]
                    self._names.setdefault(_kind(label, tokens), []).append(tokens)

    def change(self, document: Document, generator: random.Random) -> Document:
        """A copy, changed or not. Tags stay as they are, as swapped names have the same number of tokens."""
        sentences = document.sentences
        if generator.random() < 0.5:
            sentences = [self.swap(sentence, generator) for sentence in sentences]
        return self.recase(Document(document.name, sentences), generator)

    def recase(self, document: Document, generator: random.Random) -> Document:
        """A copy in one case, or not."""
        sentences = document.sentences
        draw = generator.random()
        if draw < self.lowered:
            sentences = [Sentence(tuple(map(str.lower, sentence.tokens)), sentence.tags) for sentence in sentences]
        elif draw < self.lowered + self.raised:
            sentences = [Sentence(tuple(map(str.upper, sentence.tokens)), sentence.tags) for sentence in sentences]
        return Document(document.name, sentences)

    def swap(self, sentence: Sentence, generator: random.Random) -> Sentence:
        """A copy with a share of its names replaced."""
        tokens = list(sentence.tokens)
        for start, end, label in bio.spans(sentence.tags):
            if generator.random() < self.swapped:
                tokens[start:end] = generator.choice(self._names.get(_kind(label, sentence.tokens[start:end])) or [sentence.tokens[start:end]])
        return Sentence(tuple(tokens), sentence.tags)


def _kind(label: str, tokens: tuple[str, ...]) -> tuple:
    return label, tuple((token[-ENDING:].lower(), token[:1].isupper(), token[1:].isupper()) for token in tokens)
