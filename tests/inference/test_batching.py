"""Segments cover sentences; batches hold every sequence once and keep their bound."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagger.inference.batching import OVERLAP, SEGMENT, plan, segments, stitch


@pytest.mark.parametrize("length", [1, SEGMENT, SEGMENT + 1, 2 * SEGMENT, 5000, 5001, 5416, 5417])
def test_stitched_segments_are_the_sentence(length):
    sentence = np.arange(length)[:, None]
    ranges = segments(length)
    assert all(end - start <= SEGMENT for start, end in ranges)
    np.testing.assert_array_equal(stitch([sentence[start:end] for start, end in ranges]), sentence)


def test_segments_overlap():
    ranges = segments(2000)
    position = np.arange(2000)[:, None]
    for before, after in itertools.pairwise(ranges):
        assert before[1] - after[0] == 2 * OVERLAP
    assert len(stitch([position[start:end] for start, end in ranges])) == 2000


@given(st.lists(st.integers(1, 600), max_size=60), st.integers(1, 4000))
def test_plan(lengths, budget):
    batches = list(plan(np.array(lengths, np.int64), budget))
    assert sorted(position for batch in batches for position in batch) == list(range(len(lengths)))
    for batch in batches:
        assert len(batch) == 1 or len(batch) * max(lengths[position] for position in batch) <= budget
