"""Strict entity-level scores: an entity counts only if its first token, its last token and its label are all correct.

Precision, recall and F1 as in the CoNLL-2003 shared task (Tjong Kim Sang and De Meulder 2003), on spans read by
:func:`tagger.tags.spans`.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tagger import tags as bio

MISSED = "-"  # in the confusion matrix: no entity on the other side


@dataclass(slots=True)
class Counts:
    """Entities in the gold data, entities predicted, and those in both."""

    gold: int = 0
    predicted: int = 0
    correct: int = 0

    def add(self, other: "Counts") -> None:
        """Add the counts of another set of entities."""
        self.gold += other.gold
        self.predicted += other.predicted
        self.correct += other.correct

    @property
    def precision(self) -> float:
        """Share of the predicted entities that are correct; 0 if there are none."""
        return self.correct / self.predicted if self.predicted else 0.0

    @property
    def recall(self) -> float:
        """Share of the gold entities that were predicted; 0 if there are none."""
        return self.correct / self.gold if self.gold else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall; 0 if there are no entities on either side."""
        return 2 * self.correct / (self.gold + self.predicted) if self.gold + self.predicted else 0.0

    def as_dict(self) -> dict[str, Any]:
        """Return scores and counts for JSON; `right` is the number of correct entities, as in older files."""
        scores = {"precision": self.precision, "recall": self.recall, "f1": self.f1}
        counts = {"gold": self.gold, "predicted": self.predicted, "right": self.correct}
        return {key: round(value, 4) for key, value in scores.items()} | counts


@dataclass(slots=True)
class Report:
    """Scores of one set of sentences.

    :param classes: counts by label.
    :param confusion: how often a gold label (first) was predicted as a label (second), for spans that share a token;
        MISSED stands for no entity.
    """

    classes: dict[str, Counts] = field(default_factory=dict)
    confusion: Counter[tuple[str, str]] = field(default_factory=Counter)
    tokens: int = 0
    tokens_correct: int = 0
    sentences: int = 0

    @property
    def micro(self) -> Counts:
        """Counts over all labels."""
        total = Counts()
        for counts in self.classes.values():
            total.add(counts)
        return total

    @property
    def macro_f1(self) -> float:
        """Mean F1 over the labels that the gold data has."""
        with_gold = [counts.f1 for counts in self.classes.values() if counts.gold]
        return sum(with_gold) / len(with_gold) if with_gold else 0.0

    @property
    def accuracy(self) -> float:
        """Share of tokens with the correct BIO tag."""
        return self.tokens_correct / self.tokens if self.tokens else 0.0

    def as_dict(self) -> dict[str, Any]:
        """Return all scores for JSON."""
        return {
            "micro": self.micro.as_dict(),
            "macro_f1": round(self.macro_f1, 4),
            "classes": {label: self.classes[label].as_dict() for label in sorted(self.classes)},
            "token_accuracy": round(self.accuracy, 4),
            "sentences": self.sentences,
            "tokens": self.tokens,
            "confusion": {f"{gold} > {guess}": number for (gold, guess), number in sorted(self.confusion.items())},
        }


def count(
    gold: Sequence[Sequence[str]], predicted: Sequence[Sequence[str]], documents: Sequence[Hashable] | None = None
) -> dict[str, np.ndarray]:
    """Count entities by label and document; all scores and intervals are computed from these counts.

    :param gold: gold tags of each sentence.
    :param predicted: predicted tags of each sentence.
    :param documents: name or number of each sentence's document; by default all sentences are one document.
    :returns: by label the entities in gold, predicted and correct, documents in the order of their first sentences.
        *Shape:* each (documents, 3), int64.
    :raises ValueError: two sentences, or the lists, differ in length.
    """
    owners = [0] * len(gold) if documents is None else documents
    rows = {document: row for row, document in enumerate(dict.fromkeys(owners))}
    counts: dict[str, np.ndarray] = {}
    for number, (true, guess, document) in enumerate(zip(gold, predicted, owners, strict=True), 1):
        if len(true) != len(guess):
            where = f"sentence {number}" + ("" if documents is None else f" of document {document!r}")
            raise ValueError(f"{where} has {len(true)} gold tags and {len(guess)} predicted ones")
        spans, guesses = bio.spans(true), bio.spans(guess)
        for column, some in enumerate((spans, guesses, set(spans) & set(guesses))):
            for span in some:
                if span.label not in counts:
                    counts[span.label] = np.zeros((len(rows), 3), np.int64)
                counts[span.label][rows[document], column] += 1
    return counts


def score(gold: Iterable[Sequence[str]], predicted: Iterable[Sequence[str]]) -> Report:
    """Score the predicted tags of sentences against gold.

    :raises ValueError: two sentences, or the lists, differ in length.
    """
    true, guessed = list(gold), list(predicted)
    report = Report({label: Counts(*map(int, own.sum(0))) for label, own in count(true, guessed).items()})
    for tags, guess in zip(true, guessed, strict=True):
        report.sentences += 1
        report.tokens += len(tags)
        report.tokens_correct += sum(map(str.__eq__, tags, guess))
        report.confusion.update(_confusions(bio.spans(tags), bio.spans(guess)))
    return report


def mean_by_source(
    gold: Sequence[Sequence[str]], predicted: Sequence[Sequence[str]], sources: Sequence[str], least: int = 100
) -> float:
    """Return the mean micro F1 over sources; sources with few entities count as one.

    A score over everything is mostly that of the largest source.

    :param sources: source of each sentence.
    :param least: entities of a source that counts by itself.
    """
    entities: Counter[str] = Counter()
    for tags, source in zip(gold, sources, strict=True):
        entities[source] += sum(1 for _ in bio.spans(tags))
    groups: dict[str | None, list[int]] = {}
    for number, source in enumerate(sources):
        groups.setdefault(source if entities[source] >= least else None, []).append(number)
    scores = [score([gold[n] for n in own], [predicted[n] for n in own]).micro for own in groups.values()]
    scored = [counts.f1 for counts in scores if counts.gold]
    return sum(scored) / max(len(scored), 1)


def overlap(one: bio.Span, other: bio.Span) -> int:
    """Return the number of tokens that two spans share; 0 or less if they share none."""
    return min(one.end, other.end) - max(one.start, other.start)


def _confusions(gold: Sequence[bio.Span], predicted: Sequence[bio.Span]) -> Iterable[tuple[str, str]]:
    """Yield the labels of each gold span and its best match, and of each predicted span that meets no gold span."""
    for span in gold:
        shared = [(overlap(span, other), other.label) for other in predicted]
        size, label = max(shared, key=lambda entry: entry[0], default=(0, ""))
        yield span.label, label if size > 0 else MISSED
    for span in predicted:
        if not any(overlap(span, other) > 0 for other in gold):
            yield MISSED, span.label
