"""Bootstrap intervals of strict F1: how much a score depends on the documents that happen to be in the data.

Documents are resampled with replacement, as many as there are, and each resample is scored (Efron and Tibshirani 1993,
chapter 13, the percentile interval; for scores of language processing Koehn 2004). Whole documents, because names recur
within one: sentences are not independent.
"""

from collections.abc import Hashable, Sequence

import numpy as np

from tagger.train.evaluation.metrics import count

COVERAGE = 0.95
RESAMPLES = 1000
LARGEST = 1 << 22  # multiplicities of documents held at once


def f1_interval(
    gold: Sequence[Sequence[str]],
    predicted: Sequence[Sequence[str]],
    documents: Sequence[Hashable],
    resamples: int = RESAMPLES,
    seed: int = 1,
) -> tuple[float, float]:
    """Return the 95% percentile interval of strict micro F1.

    :param gold: gold tags of each sentence.
    :param predicted: predicted tags of each sentence.
    :param documents: name or number of each sentence's document.
    :returns: lower and upper end, from 0 to 1. With a single document both are its F1.
    :raises ValueError: the lists or two sentences differ in length, or there is no sentence.
    """
    if not gold:
        raise ValueError("there is no sentence to resample")
    total = np.zeros((len(set(documents)), 3), np.int64)
    for counts in count(gold, predicted, documents).values():
        total += counts
    return interval(total, resamples, seed)


def interval(counts: np.ndarray, resamples: int = RESAMPLES, seed: int = 1) -> tuple[float, float]:
    """Return the 95% percentile interval of F1, given counts by document.

    :param counts: entities in gold, predicted and correct.
        *Shape:* (documents, 3).
    """
    low, high = np.quantile(resampled(counts, resamples, seed), [(1 - COVERAGE) / 2, (1 + COVERAGE) / 2])
    return float(low), float(high)


def resampled(counts: np.ndarray, resamples: int = RESAMPLES, seed: int = 1) -> np.ndarray:
    """Return the F1 of each resample. With the same seed, taggers are compared on the same resamples.

    :param counts: entities in gold, predicted and correct.
        *Shape:* (documents, 3).
    :returns: F1. *Shape:* (resamples,), float64.
    """
    documents = len(counts)
    generator = np.random.default_rng(seed)
    sums = np.empty((resamples, 3))
    step = max(1, LARGEST // documents)
    for start in range(0, resamples, step):
        size = min(step, resamples - start)
        times = generator.multinomial(documents, np.full(documents, 1 / documents), size=size)  # (resamples, documents)
        sums[start : start + step] = times @ counts
    gold, predicted, correct = sums.T
    scores = np.zeros(resamples)
    np.divide(2 * correct, gold + predicted, out=scores, where=gold + predicted > 0)
    return scores
