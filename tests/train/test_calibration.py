"""Calibration of scores: bins and errors counted by hand, and the temperature that mends a tagger that is too sure."""

import numpy as np
import pytest

from tagger.train.data.corpus import Document, Sentence, read_conll
from tagger.train.evaluation.calibration import (
    ScoredEntities,
    at_temperature,
    best_temperature,
    bins,
    calibration_table,
    score_entities,
)


def make(scores, right, documents=None) -> ScoredEntities:
    return ScoredEntities(
        np.array(scores, float),
        np.array(right, bool),
        np.zeros(len(scores), int) if documents is None else np.array(documents),
    )


def test_error_and_log_loss_by_hand():
    found = make([0.55, 0.57, 0.8, 1.0], [1, 0, 1, 1])
    assert [(part.low, part.entities, part.right) for part in bins(found)] == [
        (0.5, 2, 0.5),
        (0.8, 1, 1.0),
        (0.99, 1, 1.0),
    ]
    assert found.error() == pytest.approx((2 * 0.06 + 1 * 0.2 + 0) / 4)
    assert found.log_loss() == pytest.approx(-(np.log(0.55) + np.log(0.43) + np.log(0.8)) / 4, abs=1e-5)
    assert make([], []).error() == 0 and make([], []).log_loss() == 0
    assert make([1.0], [0]).log_loss() < 20  # a sure score that is wrong costs much, and not infinitely much


@pytest.fixture
def noisy(tiny_corpus):
    """The tiny corpus with every third entity's sentence said to have none, so that the tagger is too sure."""
    documents, count = [], 0
    for document in read_conll(tiny_corpus):
        sentences = []
        for sentence in document.sentences:
            count += any(tag != "O" for tag in sentence.tags)
            sentences.append(Sentence(sentence.tokens, ("O",) * len(sentence.tags)) if count % 3 == 0 else sentence)
        documents.append(Document(document.name, sentences))
    return documents


def test_a_temperature_mends_a_tagger_that_is_too_sure(tagger, noisy):
    with at_temperature(tagger, 0.3):
        before = score_entities(tagger, noisy)
    best = best_temperature(tagger, noisy)
    assert best.log_loss < before.log_loss() and best.error < before.error()
    assert 0 <= best.held_out_error < before.error()
    with at_temperature(tagger, best.value):
        after = score_entities(tagger, noisy)
    assert after.error() == pytest.approx(best.error, abs=1e-6)
    assert (after.correct == before.correct).all() and (after.documents == before.documents).all()  # the same entities
    assert tagger.bundle.temperature == 1


def test_one_temperature_is_the_least_of_those_tried(tagger, noisy):
    losses = {}
    for value in (0.5, 1.5, 3.0):
        with at_temperature(tagger, value):
            losses[value] = score_entities(tagger, noisy).log_loss()
    assert best_temperature(tagger, noisy, tuple(losses)).value == min(losses, key=losses.get)


def test_the_table_and_documents_without_entities(tagger):
    empty = [Document("d", [Sentence(("Так",), ("O",))])]
    found = score_entities(tagger, empty)
    parts, error = bins(found), found.error()
    assert parts == [] and error == 0
    text = calibration_table(parts, error, best_temperature(tagger, empty, (1.0, 2.0)), 1.0)
    assert "calibration error" in text and "held-out halves" in text
