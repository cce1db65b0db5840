"""Intervals over documents: identities, and an example counted by hand."""

import numpy as np
import pytest

from tagger.train.evaluation.bootstrap import f1_interval, interval, resampled
from tagger.train.evaluation.metrics import count

HIT, MISS, WRONG = (
    ("B-LOC O".split(), "B-LOC O".split()),
    ("B-LOC O".split(), "O O".split()),
    ("O O".split(), "B-ORG I-ORG".split()),
)


def columns(*pairs):
    return [gold for gold, _ in pairs], [predicted for _, predicted in pairs]


def test_counts_by_document_and_label():
    found = count(*columns(HIT, MISS, WRONG, HIT), ["b", "a", "b", "a"])
    assert found["LOC"].tolist() == [[1, 1, 1], [2, 1, 1]]  # b, then a
    assert found["ORG"].tolist() == [[0, 1, 0], [0, 0, 0]]


def test_a_perfect_tagger_and_a_single_document_leave_no_doubt():
    assert f1_interval(*columns(HIT, HIT, HIT), [1, 2, 3]) == (1, 1)
    assert f1_interval(*columns(HIT, MISS), [1, 1]) == pytest.approx((2 / 3, 2 / 3))
    assert f1_interval(*columns((["O"], ["O"])), [1]) == (0, 0)


def test_two_documents_by_hand():
    # draws of (right, missed): both right (1/4) F1 1, one each (1/2) F1 2/3, both missed (1/4) F1 0
    scores = resampled(sum(count(*columns(HIT, MISS), "ab").values()), 4000, seed=3)
    values, times = np.unique(scores.round(6), return_counts=True)
    assert values == pytest.approx([0, 2 / 3, 1], abs=1e-6)
    assert times / 4000 == pytest.approx([1 / 4, 1 / 2, 1 / 4], abs=0.03)
    assert f1_interval(*columns(HIT, MISS), "ab") == (0, 1)


def test_the_interval_holds_the_score_narrows_with_documents_and_repeats():
    generator = np.random.default_rng(5)
    rows = generator.binomial(10, 0.8, 400)
    counts = np.stack([np.full(400, 10), np.full(400, 10), rows], 1)
    wide, narrow = interval(counts[:40]), interval(counts)
    assert wide[0] < counts[:40, 2].sum() / 400 < wide[1]
    assert narrow[1] - narrow[0] < wide[1] - wide[0]
    # right out of 10 in each document: the standard error of the mean is sqrt(0.16 / 4000)
    assert narrow[1] - narrow[0] == pytest.approx(2 * 1.96 * (0.16 / 4000) ** 0.5, rel=0.2)
    assert interval(counts, seed=1) == narrow and interval(counts, seed=2) != narrow


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="no sentence"):
        f1_interval([], [], [])
    with pytest.raises(ValueError, match="'d' has 1 gold tags and 2"):
        f1_interval([["O"]], [["O", "O"]], ["d"])
    with pytest.raises(ValueError):
        f1_interval([["O"]], [["O"]], ["a", "b"])
