"""The decoder against enumeration of all sequences, and the independence of a batch's sentences."""

import itertools

import numpy as np
import pytest
from support.padded import marginals_padded

from tagger.inference.packing import Packing
from tagger.inference.viterbi import viterbi, viterbi_padded
from tagger.inference.window import Annotation
from tagger.model_file.transitions import FORBIDDEN, Transitions
from tagger.tags import Span, continuations, convert, spans, tag_set

TAGS = tag_set(["A", "B"])
INSIDE = np.array(continuations(TAGS))


def chain(seed):
    generator = np.random.default_rng(seed)
    count = len(TAGS)
    return Transitions.legal(
        TAGS, generator.normal(size=count), generator.normal(size=(count, count)), generator.normal(size=count)
    )


def all_scores(emissions, transitions):
    """Yield every sequence, legal or not, with its score."""
    length, count = emissions.shape
    for sequence in itertools.product(range(count), repeat=length):
        score = (
            transitions.start[sequence[0]]
            + transitions.end[sequence[-1]]
            + sum(emissions[i, tag] for i, tag in enumerate(sequence))
        )
        yield sequence, score + sum(transitions.between[i, j] for i, j in itertools.pairwise(sequence))


@pytest.mark.parametrize("seed", range(5))
def test_against_enumeration(seed):
    generator = np.random.default_rng(seed)
    lengths = np.array([4, 1, 3])
    emissions = generator.normal(scale=2, size=(4, 3, len(TAGS))).astype(np.float32)
    transitions = chain(seed)
    paths = viterbi_padded(emissions, lengths, transitions)
    probabilities, continuation = marginals_padded(emissions, lengths, transitions, INSIDE)
    for column, length in enumerate(lengths):
        scored = list(all_scores(emissions[:length, column], transitions))
        best = max(scored, key=lambda pair: pair[1])[0]
        assert paths[:length, column].tolist() == list(best)
        weights = np.array([score for _, score in scored])
        weights = np.exp(weights - weights.max())
        weights /= weights.sum()
        expected = np.zeros((length, len(TAGS)))
        for (sequence, _), weight in zip(scored, weights, strict=True):
            expected[np.arange(length), sequence] += weight
        np.testing.assert_allclose(probabilities[:length, column], expected, atol=1e-5)
        annotation = Annotation([], probabilities[:length, column], continuation[:length, column])
        for start, end in itertools.combinations(range(length + 1), 2):
            for label in "AB":
                names = [[TAGS[number] for number in sequence] for sequence, _ in scored]
                holds = [Span(start, end, label) in spans(tags) for tags in names]
                probability = annotation.span_probability(
                    start, end, TAGS.index(f"B-{label}"), TAGS.index(f"I-{label}")
                )
                assert probability == pytest.approx(weights[holds].sum(), abs=1e-5)


def test_only_legal_sequences_come_out():
    generator = np.random.default_rng(0)
    emissions = generator.normal(scale=50, size=(30, 40, len(TAGS))).astype(np.float32)
    lengths = generator.integers(1, 31, 40)
    paths = viterbi_padded(emissions, lengths, Transitions.legal(TAGS))
    for column, length in enumerate(lengths):
        tags = [TAGS[number] for number in paths[:length, column]]
        assert convert(tags) == tags
    assert Transitions.legal(TAGS).start.min() == FORBIDDEN


def test_neighbours_and_padding_change_nothing():
    generator = np.random.default_rng(1)
    emissions = generator.normal(size=(20, 16, len(TAGS))).astype(np.float32)
    lengths = generator.integers(1, 21, 16)
    transitions = chain(3)
    paths, (probabilities, _) = (
        viterbi_padded(emissions, lengths, transitions),
        marginals_padded(emissions, lengths, transitions, INSIDE),
    )
    for column, length in enumerate(lengths):
        alone = emissions[:length, column : column + 1]
        assert (
            viterbi_padded(alone, lengths[column : column + 1], transitions)[:, 0].tolist()
            == paths[:length, column].tolist()
        )
        np.testing.assert_array_equal(
            marginals_padded(alone, lengths[column : column + 1], transitions, INSIDE)[0][:, 0],
            probabilities[:length, column],
        )


def test_packing():
    packing = Packing(np.array([1, 3, 2]))
    assert list(zip(packing.sentences.tolist(), packing.steps.tolist(), strict=True)) == [
        (1, 0),
        (2, 0),
        (0, 0),
        (1, 1),
        (2, 1),
        (1, 2),
    ]
    assert (packing.counts, packing.offsets) == ([3, 2, 1], [0, 3, 5])
    assert packing.order.tolist() == [1, 2, 0] and packing.lasts.tolist() == [5, 4, 2]


@pytest.mark.parametrize("lengths", [[1], [3], [2, 1]])
def test_emissions_are_unchanged(lengths):
    emissions = np.random.default_rng(2).normal(size=(sum(lengths), len(TAGS))).astype(np.float32)
    before = emissions.copy()
    viterbi(emissions, Packing(np.array(lengths)), chain(1))
    np.testing.assert_array_equal(emissions, before)
