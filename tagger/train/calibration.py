"""Whether entities that a tagger calls likely are right as often as it says: reliability and expected calibration error (Guo et al. 2017)."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from tagger import tags as bio
from tagger.labels import Labels, ViewSettings
from tagger.tagger import Tagger
from tagger.train.corpus import Document

EDGES = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0)
WINDOW = 512  # sentences tagged at once


@dataclass(frozen=True, slots=True)
class Bin:
    """Found entities whose scores are from `low` to `high`: how many, their mean score, and the share that is right."""

    low: float
    high: float
    entities: int
    score: float
    right: float


def calibrate(tagger: Tagger, documents: Sequence[Document]) -> tuple[list[Bin], float]:
    """Compare the scores of found entities with gold.

    :returns: the bins that are not empty, and the mean distance of score and share, weighted by entities.
    """
    labels = Labels(tagger.bundle.tags, ViewSettings(scores=True))
    sentences = [sentence for document in documents for sentence in document.sentences]
    pairs: list[tuple[float, bool]] = []
    for start in range(0, len(sentences), WINDOW):
        some = sentences[start : start + WINDOW]
        for sentence, annotation in zip(some, tagger.annotate([sentence.tokens for sentence in some], probabilities=True), strict=True):
            gold = set(bio.spans(sentence.tags))
            pairs += [(span.score or 0.0, bio.Span(span.start, span.end, span.label) in gold) for span in labels.view(annotation).spans]
    bins = []
    for low, high in itertools.pairwise(EDGES):
        inside = [pair for pair in pairs if low <= pair[0] < high or (high == 1.0 and pair[0] == 1.0)]
        if inside:
            count = len(inside)
            bins.append(Bin(low, high, count, sum(score for score, _ in inside) / count, sum(right for _, right in inside) / count))
    error = sum(part.entities * abs(part.score - part.right) for part in bins) / max(len(pairs), 1)
    return bins, error


def calibration_table(bins: Sequence[Bin], error: float) -> str:
    """For people."""
    lines = [f"{'score of an entity':<22}{'found':>8}{'mean':>10}{'right':>10}"]
    lines += [f"{part.low:.2f} to {part.high:<14.2f}{part.entities:>8}{part.score:>10.3f}{part.right:>10.3f}" for part in bins]
    return "\n".join([*lines, f"{'calibration error':<22}{error:>28.3f}"])
