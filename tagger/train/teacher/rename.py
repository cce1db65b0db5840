"""Text with other names in it, for a teacher to label: what it knows of names that no text at hand holds, a student learns from its labels.

A capitalised word that stands in lists of names, and is no ordinary word, gives way to another of the same classes and the same last two letters,
so the case endings mostly stay right. Unlike :mod:`tagger.train.teacher.swap` this needs no labels, and draws from lists of a hundred thousand names.
"""

import random
from collections.abc import Iterable, Mapping, Sequence

from tagger.train.data.name_lists import ORDINARY
from tagger.train.teacher.plain_text import TextDocument

ENDING = 2  # letters
SHARE = 0.8  # of the names of a chosen sentence that give way


class Renamer:
    """Exchanges names.

    :param forms: lower-cased word forms and their classes.
    """

    def __init__(self, forms: Mapping[str, Sequence[str]], seed: int) -> None:
        self._generator = random.Random(seed)
        self._classes = {form: frozenset(classes) for form, classes in forms.items()}
        self._alike: dict[tuple, list[str]] = {}
        for form, classes in self._classes.items():
            if ORDINARY not in classes and form.isalpha():
                self._alike.setdefault((classes, form[-ENDING:]), []).append(form)

    def documents(self, documents: Iterable[TextDocument]) -> list[TextDocument]:
        """Copies that hold nothing but sentences with another name in them."""
        copies = []
        for document in documents:
            changed = [(self.sentence(tokens), tokens) for tokens in document.sentences]
            sentences = [new for new, old in changed if new != old]
            if sentences:
                copies.append(TextDocument(f"{document.name}/renamed", document.source, sentences))
        return copies

    def sentence(self, tokens: Sequence[str]) -> tuple[str, ...]:
        """A copy with most of its listed names exchanged, a name that comes twice for the same."""
        exchanged: dict[str, str] = {}
        for token in tokens:
            if token[:1].isupper() and token not in exchanged and self._generator.random() < SHARE:
                form = token.lower()
                others = self._alike.get((self._classes.get(form), form[-ENDING:]))
                if others:
                    other = self._generator.choice(others)
                    exchanged[token] = other.upper() if token.isupper() and len(token) > 1 else other.capitalize()
        return tuple(exchanged.get(token, token) for token in tokens)
