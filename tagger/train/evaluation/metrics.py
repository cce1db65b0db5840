"""Strict entity-level scores: an entity counts only where its first token, its last token and its label are all right.

Precision, recall and F1 as in the CoNLL-2003 shared task (Tjong Kim Sang and De Meulder 2003), on spans read by :func:`tagger.tags.spans`.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tagger import tags as bio

MISSED = "-"  # in the confusion table: an entity that is not there on the other side


@dataclass(slots=True)
class Counts:
    """Entities in the gold data, entities predicted, and those that are both."""

    gold: int = 0
    predicted: int = 0
    right: int = 0

    def add(self, other: "Counts") -> None:
        """Add the counts of another set of entities."""
        self.gold += other.gold
        self.predicted += other.predicted
        self.right += other.right

    @property
    def precision(self) -> float:
        """Share of the predicted entities that are right; 0 where none is predicted."""
        return self.right / self.predicted if self.predicted else 0.0

    @property
    def recall(self) -> float:
        """Share of the gold entities that were found; 0 where there is none."""
        return self.right / self.gold if self.gold else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall; 0 where there is nothing to find and nothing was found."""
        return 2 * self.right / (self.gold + self.predicted) if self.gold + self.predicted else 0.0

    def as_dict(self) -> dict:
        """For JSON."""
        figures = {"precision": self.precision, "recall": self.recall, "f1": self.f1}
        return {key: round(value, 4) for key, value in figures.items()} | {"gold": self.gold, "predicted": self.predicted, "right": self.right}


@dataclass(slots=True)
class Report:
    """Scores of one set of sentences.

    :param classes: counts by label.
    :param confusion: how often a gold label (first) got a predicted label (second) where the two spans share a token; MISSED stands for
        no entity at all.
    """

    classes: dict[str, Counts] = field(default_factory=dict)
    confusion: Counter = field(default_factory=Counter)
    tokens: int = 0
    tokens_right: int = 0
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
        """Mean of the labels' F1, over the labels that the gold data has."""
        with_gold = [counts.f1 for counts in self.classes.values() if counts.gold]
        return sum(with_gold) / len(with_gold) if with_gold else 0.0

    @property
    def accuracy(self) -> float:
        """Share of tokens with the right BIO tag."""
        return self.tokens_right / self.tokens if self.tokens else 0.0

    def as_dict(self) -> dict:
        """For JSON."""
        return {
            "micro": self.micro.as_dict(),
            "macro_f1": round(self.macro_f1, 4),
            "classes": {label: self.classes[label].as_dict() for label in sorted(self.classes)},
            "token_accuracy": round(self.accuracy, 4),
            "sentences": self.sentences,
            "tokens": self.tokens,
            "confusion": {f"{gold} > {predicted}": count for (gold, predicted), count in sorted(self.confusion.items())},
        }


def score(gold: Iterable[Sequence[str]], predicted: Iterable[Sequence[str]]) -> Report:
    """Compare tags of sentences, pair by pair. Raises ValueError where two sentences, or the two lists, differ in length."""
    report = Report()
    for right, guess in zip(gold, predicted, strict=True):
        if len(right) != len(guess):
            raise ValueError(f"sentence {report.sentences + 1} has {len(right)} gold tags and {len(guess)} predicted ones")
        report.sentences += 1
        report.tokens += len(right)
        report.tokens_right += sum(map(str.__eq__, right, guess))
        _compare(bio.spans(right), bio.spans(guess), report)
    return report


def _compare(gold: list[bio.Span], predicted: list[bio.Span], report: Report) -> None:
    for span in gold:
        report.classes.setdefault(span.label, Counts()).gold += 1
    for span in predicted:
        report.classes.setdefault(span.label, Counts()).predicted += 1
    for span in set(gold) & set(predicted):
        report.classes[span.label].right += 1
    for span in gold:
        overlapping = [other for other in predicted if other.start < span.end and span.start < other.end]
        # the one that shares the most tokens stands for what the entity was taken for
        best = max(overlapping, key=lambda other, span=span: min(other.end, span.end) - max(other.start, span.start), default=None)
        report.confusion[span.label, best.label if best else MISSED] += 1
    for span in predicted:
        if not any(other.start < span.end and span.start < other.end for other in gold):
            report.confusion[MISSED, span.label] += 1
