"""Whether entities that a tagger calls likely are right as often as it says: reliability and expected calibration error, and the temperature that
mends them (Guo et al. 2017).
"""

import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np

from tagger import tags as bio
from tagger.labels import Labels, ViewSettings
from tagger.tagger import Tagger
from tagger.train.data.corpus import Document

EDGES = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0)
WINDOW = 512  # sentences tagged at once
TEMPERATURES = tuple(step / 10 for step in range(5, 31))
LEAST = 1e-6  # a score of 0 or 1 that is wrong would cost infinitely much


@dataclass(frozen=True, slots=True)
class Bin:
    """Found entities whose scores are from `low` to `high`: how many, their mean score, and the share that is right."""

    low: float
    high: float
    entities: int
    score: float
    right: float


@dataclass(frozen=True, slots=True)
class Scored:
    """Found entities. *Shape:* all (entities,): score, whether it is right, and the number of its document."""

    scores: np.ndarray
    right: np.ndarray
    documents: np.ndarray

    @property
    def error(self) -> float:
        """Expected calibration error: the mean distance of score and share right over bins, weighted by entities."""
        return sum(part.entities * abs(part.score - part.right) for part in bins(self)) / max(len(self.scores), 1)

    @property
    def log_loss(self) -> float:
        """Mean negative logarithm of the probability that the score gives to what is the case; 0 where nothing was found."""
        own = np.clip(self.scores, LEAST, 1 - LEAST)
        return float(-np.log(np.where(self.right, own, 1 - own)).mean()) if len(own) else 0.0

    def of(self, chosen: np.ndarray) -> "Scored":
        """Those that a mask or an index chooses."""
        return Scored(self.scores[chosen], self.right[chosen], self.documents[chosen])


@dataclass(frozen=True, slots=True)
class Temperature:
    """The best temperature on some documents.

    :param value: of TEMPERATURES, the one with the least log loss.
    :param error, log_loss: of entities, at that temperature.
    :param held_out_error: the error where each half of the documents has the temperature that is best on the other half.
    """

    value: float
    error: float
    log_loss: float
    held_out_error: float


def scored(tagger: Tagger, documents: Sequence[Document]) -> Scored:
    """Tag documents, and look up which entities are right."""
    labels = Labels(tagger.bundle.tags, ViewSettings(scores=True))
    sentences = [(number, sentence) for number, document in enumerate(documents) for sentence in document.sentences]
    found: list[tuple[float, bool, int]] = []
    for start in range(0, len(sentences), WINDOW):
        some = sentences[start : start + WINDOW]
        annotations = tagger.annotate([sentence.tokens for _, sentence in some], probabilities=True)
        for (number, sentence), annotation in zip(some, annotations, strict=True):
            gold = set(bio.spans(sentence.tags))
            found += [(span.score or 0.0, bio.Span(span.start, span.end, span.label) in gold, number) for span in labels.view(annotation).spans]
    columns = list(zip(*found, strict=True)) or [(), (), ()]
    return Scored(np.array(columns[0], float), np.array(columns[1], bool), np.array(columns[2], int))


def bins(found: Scored) -> list[Bin]:
    """Entities by score; those ranges of EDGES that hold any."""
    made = []
    for low, high in itertools.pairwise(EDGES):
        inside = (found.scores >= low) & ((found.scores < high) | (high == 1.0))
        if inside.any():
            made.append(Bin(low, high, int(inside.sum()), float(found.scores[inside].mean()), float(found.right[inside].mean())))
    return made


def calibrate(tagger: Tagger, documents: Sequence[Document]) -> tuple[list[Bin], float]:
    """Compare the scores of found entities with gold.

    :returns: the bins that are not empty, and the expected calibration error.
    """
    found = scored(tagger, documents)
    return bins(found), found.error


@contextmanager
def at_temperature(tagger: Tagger, temperature: float) -> Iterator[Tagger]:
    """The tagger with another temperature while the block lasts. Tags stay the same."""
    own = tagger.bundle
    tagger.bundle = replace(own, temperature=temperature)
    try:
        yield tagger
    finally:
        tagger.bundle = own


def best_temperature(tagger: Tagger, documents: Sequence[Document], temperatures: Sequence[float] = TEMPERATURES) -> Temperature:
    """The temperature under which the scores of found entities have the least log loss, in place of the model's own.

    Every temperature is tried on the sentences that have an entity, so this takes as long as tagging them once for each.
    """
    whole = scored(tagger, documents)
    with_entities = []
    for document, tagged in zip(documents, _tagged(tagger, documents), strict=True):
        kept = [sentence for sentence, tags in zip(document.sentences, tagged, strict=True) if any(tag != bio.OUTSIDE for tag in tags)]
        with_entities.append(Document(document.name, kept))
    tried = []
    for temperature in temperatures:
        with at_temperature(tagger, temperature):
            tried.append(scored(tagger, with_entities))
    best = min(range(len(tried)), key=lambda number: tried[number].log_loss)
    halves = [whole.documents % 2 == half for half in (0, 1)]
    crossed = np.empty(len(whole.scores))
    for own, other in (halves, halves[::-1]):
        chosen = min(tried, key=lambda found, other=other: found.of(other).log_loss)
        crossed[own] = chosen.scores[own]
    return Temperature(temperatures[best], tried[best].error, tried[best].log_loss, Scored(crossed, whole.right, whole.documents).error)


def _tagged(tagger: Tagger, documents: Sequence[Document]) -> list[list[list[str]]]:
    flat = tagger.stream(sentence.tokens for document in documents for sentence in document.sentences)
    return [[next(flat) for _ in document.sentences] for document in documents]


def calibration_table(parts: Sequence[Bin], error: float, best: Temperature | None = None, own: float = 1.0) -> str:
    """For people.

    :param best: the best temperature, where it was looked for.
    :param own: the model's temperature.
    """
    lines = [f"{'score of an entity':<22}{'found':>8}{'mean':>10}{'right':>10}"]
    lines += [f"{part.low:.2f} to {part.high:<14.2f}{part.entities:>8}{part.score:>10.3f}{part.right:>10.3f}" for part in parts]
    lines.append(f"{'calibration error':<22}{error:>28.3f}   at the model's temperature of {own:g}")
    if best:
        lines.append(f"{'':<22}{best.error:>28.3f}   at {best.value:g}, the best on this data (half by half: {best.held_out_error:.3f})")
    return "\n".join(lines)
