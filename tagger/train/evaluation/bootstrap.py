"""How much a strict F1 owes to the documents that happened to be in the data: intervals by the bootstrap.

Documents are drawn again, with replacement, as many as there are, and each draw is scored (Efron and Tibshirani 1993, chapter 13, the percentile
interval; for scores of language processing Koehn 2004). Whole documents, since names recur within one: sentences are not independent.
"""

from collections.abc import Hashable, Sequence

import numpy as np

from tagger import tags as bio

COVERAGE = 0.95
RESAMPLES = 1000
LARGEST = 1 << 22  # draws of a document held at once


def intervals(
    gold: Sequence[Sequence[str]], predicted: Sequence[Sequence[str]], documents: Sequence[Hashable], resamples: int = RESAMPLES, seed: int = 1
) -> tuple[float, float]:
    """The 95% percentile interval of strict micro F1.

    :param gold, predicted: tags, sentence by sentence.
    :param documents: the number or name of each sentence's document.
    :returns: lower and upper end, both from 0 to 1. With a single document both are its F1.
    :raises ValueError: the lists or two sentences differ in length, or there is no sentence.
    """
    found = span_counts(gold, predicted, documents)
    return interval(sum(found.values()), resamples, seed)


def span_counts(gold: Sequence[Sequence[str]], predicted: Sequence[Sequence[str]], documents: Sequence[Hashable]) -> dict[str, np.ndarray]:
    """Entities of each document by label: in gold, predicted, and both.

    *Shape:* each (documents, 3), int64, documents in the order of their first sentences. Raises ValueError as :func:`intervals` does.
    """
    if not gold:
        raise ValueError("there is no sentence to draw from")
    rows = {document: row for row, document in enumerate(dict.fromkeys(documents))}
    found: dict[str, np.ndarray] = {bio.OUTSIDE: np.zeros((len(rows), 3), np.int64)}  # so that there is an array where there is no entity
    for right, guess, document in zip(gold, predicted, documents, strict=True):
        if len(right) != len(guess):
            raise ValueError(f"a sentence of document {document!r} has {len(right)} gold tags and {len(guess)} predicted ones")
        true, own = bio.spans(right), bio.spans(guess)
        for column, some in enumerate((true, own, set(true) & set(own))):
            for span in some:
                if span.label not in found:
                    found[span.label] = np.zeros((len(rows), 3), np.int64)
                found[span.label][rows[document], column] += 1
    return found


def interval(counts: np.ndarray, resamples: int = RESAMPLES, seed: int = 1) -> tuple[float, float]:
    """The 95% percentile interval of the F1 of summed counts. *Shape:* (documents, 3): gold, predicted, both."""
    scores = resampled(counts, resamples, seed)
    low, high = np.quantile(scores, [(1 - COVERAGE) / 2, (1 + COVERAGE) / 2])
    return float(low), float(high)


def resampled(counts: np.ndarray, resamples: int = RESAMPLES, seed: int = 1) -> np.ndarray:
    """The F1 of each draw. Taggers compared with one seed are drawn the same documents. *Shape:* (documents, 3) -> (resamples,), float64."""
    documents = len(counts)
    generator = np.random.default_rng(seed)
    sums = np.empty((resamples, 3))
    step = max(1, LARGEST // documents)
    for start in range(0, resamples, step):
        times = generator.multinomial(documents, np.full(documents, 1 / documents), size=min(step, resamples - start))  # (draws, documents)
        sums[start : start + step] = times @ counts
    gold, predicted, right = sums.T
    return np.divide(2 * right, gold + predicted, out=np.zeros(resamples), where=gold + predicted > 0)
