"""The decoder against every sequence there is, and the independence of a batch's rows."""

import itertools

import numpy as np
import pytest

from tagger.decode import FORBIDDEN, Transitions, marginals, viterbi
from tagger.tags import convert, tag_set

TAGS = tag_set(["A", "B"])


def chain(seed):
    generator = np.random.default_rng(seed)
    count = len(TAGS)
    return Transitions.legal(TAGS, generator.normal(size=count), generator.normal(size=(count, count)), generator.normal(size=count))


def all_scores(emissions, transitions):
    """Score of every sequence, legal or not."""
    length, count = emissions.shape
    for sequence in itertools.product(range(count), repeat=length):
        score = transitions.start[sequence[0]] + transitions.end[sequence[-1]] + sum(emissions[i, tag] for i, tag in enumerate(sequence))
        yield sequence, score + sum(transitions.between[i, j] for i, j in itertools.pairwise(sequence))


@pytest.mark.parametrize("seed", range(5))
def test_against_enumeration(seed):
    generator = np.random.default_rng(seed)
    lengths = np.array([4, 1, 3])
    emissions = generator.normal(scale=2, size=(4, 3, len(TAGS))).astype(np.float32)
    transitions = chain(seed)
    paths = viterbi(emissions, lengths, transitions)
    chances = marginals(emissions, lengths, transitions)
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
        np.testing.assert_allclose(chances[:length, column], expected, atol=1e-5)


def test_only_legal_sequences_come_out():
    generator = np.random.default_rng(0)
    emissions = generator.normal(scale=50, size=(30, 40, len(TAGS))).astype(np.float32)
    lengths = generator.integers(1, 31, 40)
    paths = viterbi(emissions, lengths, Transitions.legal(TAGS))
    for column, length in enumerate(lengths):
        tags = [TAGS[number] for number in paths[:length, column]]
        assert convert(tags) == tags
    assert Transitions.legal(TAGS).start.min() == FORBIDDEN


def test_neighbours_and_padding_change_nothing():
    generator = np.random.default_rng(1)
    emissions = generator.normal(size=(20, 16, len(TAGS))).astype(np.float32)
    lengths = generator.integers(1, 21, 16)
    transitions = chain(3)
    paths, chances = viterbi(emissions, lengths, transitions), marginals(emissions, lengths, transitions)
    for column, length in enumerate(lengths):
        alone = emissions[:length, column : column + 1]
        assert viterbi(alone, lengths[column : column + 1], transitions)[:, 0].tolist() == paths[:length, column].tolist()
        np.testing.assert_array_equal(marginals(alone, lengths[column : column + 1], transitions)[:, 0], chances[:length, column])
