"""Calibration of entity scores: reliability, expected calibration error, and the best temperature (Guo et al. 2017)."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np

from tagger import tags as bio
from tagger.formats.labels import Labels, LabelSettings
from tagger.tagger import Tagger
from tagger.train.data.corpus import Document

EDGES = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0)
WINDOW = 512  # sentences tagged at once
TEMPERATURES = tuple(step / 10 for step in range(5, 31))
LEAST = 1e-6  # a wrong score of 0 or 1 would have infinite loss


@dataclass(frozen=True, slots=True)
class Bin:
    """Predicted entities with scores between `low` and `high`: their number, mean score, and share correct."""

    low: float
    high: float
    entities: int
    score: float
    right: float


@dataclass(frozen=True, slots=True)
class ScoredEntities:
    """Scores of predicted entities.

    :param scores: probability of each entity.
        *Shape:* (entities,).
    :param correct: whether each is in the gold data.
        *Shape:* (entities,).
    :param documents: index of each one's document.
        *Shape:* (entities,).
    """

    scores: np.ndarray
    correct: np.ndarray
    documents: np.ndarray

    def error(self) -> float:
        """Return the expected calibration error: the mean over bins of |score - share correct|, by entities."""
        return sum(own.entities * abs(own.score - own.right) for own in bins(self)) / max(len(self.scores), 1)

    def log_loss(self) -> float:
        """Return the mean negative logarithm of the probability given to the truth; 0 if nothing was predicted."""
        own = np.clip(self.scores, LEAST, 1 - LEAST)
        return float(-np.log(np.where(self.correct, own, 1 - own)).mean()) if len(own) else 0.0

    def subset(self, chosen: np.ndarray) -> "ScoredEntities":
        """Select entities by a mask or an index."""
        return ScoredEntities(self.scores[chosen], self.correct[chosen], self.documents[chosen])


@dataclass(frozen=True, slots=True)
class Temperature:
    """The best temperature on some documents.

    :param value: the one of TEMPERATURES with the lowest log loss.
    :param error: calibration error at that temperature.
    :param log_loss: log loss at that temperature.
    :param held_out_error: calibration error if each half of the documents gets the best temperature of the other half.
    """

    value: float
    error: float
    log_loss: float
    held_out_error: float


def score_entities(
    tagger: Tagger, documents: Sequence[Document], mapping: Mapping[str, str] | None = None
) -> ScoredEntities:
    """Tag documents, and look up which predicted entities are correct.

    :param mapping: labels of the tagger to rename before they are compared; `O` drops one.
    """
    own = bio.labels_of(tagger.bundle.tags)
    known = {old: new for old, new in (mapping or {}).items() if old in own}
    labels = Labels(tagger.bundle.tags, LabelSettings(scores=True, mapping=known))
    sentences = [(number, sentence) for number, document in enumerate(documents) for sentence in document.sentences]
    found: list[tuple[float, bool, int]] = []
    for start in range(0, len(sentences), WINDOW):
        some = sentences[start : start + WINDOW]
        annotations = tagger.annotate([sentence.tokens for _, sentence in some], probabilities=True)
        for (number, sentence), annotation in zip(some, annotations, strict=True):
            gold = set(bio.spans(sentence.tags))
            for span in labels.view(annotation).spans:
                found.append((span.score or 0.0, bio.Span(span.start, span.end, span.label) in gold, number))
    scores, correct, owners = ([row[column] for row in found] for column in range(3))
    return ScoredEntities(np.array(scores, float), np.array(correct, bool), np.array(owners, int))


def bins(found: ScoredEntities) -> list[Bin]:
    """Group entities by score, in the ranges between EDGES; empty ranges are left out."""
    made = []
    for low, high in itertools.pairwise(EDGES):
        inside = (found.scores >= low) & ((found.scores < high) | (high == 1.0))
        if inside.any():
            score, correct = float(found.scores[inside].mean()), float(found.correct[inside].mean())
            made.append(Bin(low, high, int(inside.sum()), score, correct))
    return made


@contextmanager
def at_temperature(tagger: Tagger, temperature: float) -> Iterator[Tagger]:
    """Change the tagger's temperature within a block. Tags stay the same."""
    own = tagger.bundle
    tagger.engine.bundle = replace(own, temperature=temperature)
    try:
        yield tagger
    finally:
        tagger.engine.bundle = own


def best_temperature(
    tagger: Tagger,
    documents: Sequence[Document],
    temperatures: Sequence[float] = TEMPERATURES,
    mapping: Mapping[str, str] | None = None,
) -> Temperature:
    """Find the temperature at which the scores of predicted entities have the lowest log loss.

    Every temperature is tried on the sentences with an entity, so this takes as long as tagging them once for each.
    """
    whole = score_entities(tagger, documents, mapping)
    with_entities = []
    for document, tagged in zip(documents, _tagged(tagger, documents), strict=True):
        pairs = zip(document.sentences, tagged, strict=True)
        kept = [sentence for sentence, tags in pairs if any(tag != bio.OUTSIDE for tag in tags)]
        with_entities.append(Document(document.name, kept))
    tried = []
    for temperature in temperatures:
        with at_temperature(tagger, temperature):
            tried.append(score_entities(tagger, with_entities, mapping))
    best = min(range(len(tried)), key=lambda number: tried[number].log_loss())
    halves = [whole.documents % 2 == half for half in (0, 1)]
    crossed = np.empty(len(whole.scores))
    for own, other in (halves, halves[::-1]):
        losses = [found.subset(other).log_loss() for found in tried]
        crossed[own] = tried[losses.index(min(losses))].scores[own]
    held_out = ScoredEntities(crossed, whole.correct, whole.documents)
    return Temperature(temperatures[best], tried[best].error(), tried[best].log_loss(), held_out.error())


def _tagged(tagger: Tagger, documents: Sequence[Document]) -> list[list[list[str]]]:
    flat = tagger.stream(sentence.tokens for document in documents for sentence in document.sentences)
    return [[next(flat) for _ in document.sentences] for document in documents]


def calibration_table(groups: Sequence[Bin], error: float, best: Temperature | None = None, own: float = 1.0) -> str:
    """Format a calibration for reading.

    :param best: the best temperature, if it was looked for.
    :param own: the model's temperature.
    """
    lines = [f"{'score of an entity':<22}{'predicted':>11}{'mean':>10}{'correct':>10}"]
    for group in groups:
        title = f"{group.low:.2f} to {group.high:<14.2f}"
        lines.append(f"{title}{group.entities:>11}{group.score:>10.3f}{group.right:>10.3f}")
    lines.append(f"{'calibration error':<22}{error:>31.3f}   at the model's temperature of {own:g}")
    if best:
        held_out = f"on held-out halves: {best.held_out_error:.3f}"
        lines.append(f"{'':<22}{best.error:>31.3f}   at {best.value:g}, the best on this data ({held_out})")
    return "\n".join(lines)
