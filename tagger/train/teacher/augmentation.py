"""Augmentation of the teacher's training text: names swapped for others, and casing changed.

A name is swapped for one whose words end in the same two letters, so that the case endings mostly stay correct. The
training documents swap their own names (:class:`Augmenter`). Plain text that a teacher will label takes names from
lists (:class:`Renamer`), which need no labels and hold a hundred thousand names: what the teacher knows of names that
no text at hand has, the student learns from its labels.
"""

import random
from collections.abc import Iterable, Mapping, Sequence

from tagger import tags as bio
from tagger.train.data.corpus import Document, Sentence
from tagger.train.data.labelled_text import PlainDocument
from tagger.train.data.name_lists import COMMON

ENDING = 2  # letters
RENAMED = 0.8  # share of the listed names of a sentence that are swapped

Kind = tuple[str, tuple[tuple[str, bool, bool], ...]]


class Augmenter:
    """Changes annotated documents at random, anew in each epoch.

    A name is swapped for one of the same label and number of tokens.

    :param documents: where names come from.
    :param swapped: share of names swapped in a document that is chosen for it, which half of all are.
    :param lowered: share of documents written in lower case.
    :param raised: share of documents written in upper case.
    """

    def __init__(
        self, documents: Iterable[Document], *, swapped: float = 0.3, lowered: float = 0.15, raised: float = 0.03
    ) -> None:
        self.swapped, self.lowered, self.raised = swapped, lowered, raised
        self._names: dict[Kind, list[tuple[str, ...]]] = {}
        for document in documents:
            for sentence in document.sentences:
                for start, end, label in bio.spans(sentence.tags):
                    tokens = sentence.tokens[start:end]
                    self._names.setdefault(_kind(label, tokens), []).append(tokens)

    def change(self, document: Document, generator: random.Random) -> Document:
        """Return a copy, changed or not.

        Tags stay as they are, because swapped names have the same number of tokens.
        """
        sentences = document.sentences
        if generator.random() < 0.5:
            sentences = [self.swap(sentence, generator) for sentence in sentences]
        return self.recase(Document(document.name, sentences), generator)

    def recase(self, document: Document, generator: random.Random) -> Document:
        """Return a copy in lower case, in upper case, or as it is."""
        draw = generator.random()
        if draw < self.lowered:
            return _recased(document, lower=True)
        if draw < self.lowered + self.raised:
            return _recased(document, lower=False)
        return Document(document.name, document.sentences)

    def swap(self, sentence: Sentence, generator: random.Random) -> Sentence:
        """Return a copy with a share of its names replaced."""
        tokens = list(sentence.tokens)
        for start, end, label in bio.spans(sentence.tags):
            if generator.random() < self.swapped:
                own = sentence.tokens[start:end]
                tokens[start:end] = generator.choice(self._names.get(_kind(label, own)) or [own])
        return Sentence(tuple(tokens), sentence.tags)


def _kind(label: str, tokens: tuple[str, ...]) -> Kind:
    return label, tuple((token[-ENDING:].lower(), token[:1].isupper(), token[1:].isupper()) for token in tokens)


def _recased(document: Document, *, lower: bool) -> Document:
    change = str.lower if lower else str.upper
    sentences = [Sentence(tuple(map(change, sentence.tokens)), sentence.tags) for sentence in document.sentences]
    return Document(document.name, sentences)


class Renamer:
    """Swaps names of plain text for others from name lists.

    A name is a capitalized word that is in the lists and is no common word; it is swapped for one of the same classes.

    :param forms: classes of lower-cased word forms, see :func:`tagger.train.data.name_lists.read_forms`.
    """

    def __init__(self, forms: Mapping[str, Sequence[str]], seed: int) -> None:
        self._generator = random.Random(seed)
        self._classes = {form: frozenset(classes) for form, classes in forms.items()}
        self._alike: dict[tuple[frozenset[str], str], list[str]] = {}
        for form, classes in self._classes.items():
            if COMMON not in classes and form.isalpha():
                self._alike.setdefault((classes, form[-ENDING:]), []).append(form)

    def documents(self, documents: Iterable[PlainDocument]) -> list[PlainDocument]:
        """Return copies that hold only the sentences in which a name was swapped."""
        copies = []
        for document in documents:
            changed = [(self.sentence(tokens), tokens) for tokens in document.sentences]
            sentences = [new for new, old in changed if new != old]
            if sentences:
                copies.append(PlainDocument(f"{document.name}/renamed", document.source, sentences))
        return copies

    def sentence(self, tokens: Sequence[str]) -> tuple[str, ...]:
        """Return a copy with most of its listed names swapped; a name that occurs twice is swapped for the same."""
        swapped: dict[str, str] = {}
        for token in tokens:
            if token[:1].isupper() and token not in swapped and self._generator.random() < RENAMED:
                form = token.lower()
                others = self._alike.get((self._classes.get(form, frozenset()), form[-ENDING:]))
                if others:
                    other = self._generator.choice(others)
                    swapped[token] = other.upper() if token.isupper() and len(token) > 1 else other.capitalize()
        return tuple(swapped.get(token, token) for token in tokens)
