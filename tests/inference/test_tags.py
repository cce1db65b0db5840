"""BIO algebra: spans from tags of every scheme and back."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagger import tags as bio

LABELS = ["PERS", "LOC", "X-Y"]


@st.composite
def spans(draw):
    found, position = [], 0
    for _ in range(draw(st.integers(0, 5))):
        start = position + draw(st.integers(0, 2))
        end = start + draw(st.integers(1, 4))
        found.append(bio.Span(start, end, draw(st.sampled_from(LABELS))))
        position = end
    return found, position + draw(st.integers(0, 2))


@given(spans(), st.sampled_from(bio.SCHEMES))
def test_spans_survive_every_scheme(made, scheme):
    found, length = made
    assert bio.spans(bio.write(found, length, scheme)) == found


@given(spans(), st.sampled_from(bio.SCHEMES))
def test_convert_gives_bio(made, scheme):
    found, length = made
    assert bio.convert(bio.write(found, length, scheme)) == bio.write(found, length)


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ("O I-LOC I-LOC O", [(1, 3, "LOC")]),
        ("I-LOC I-PERS", [(0, 1, "LOC"), (1, 2, "PERS")]),
        ("B-LOC B-LOC", [(0, 1, "LOC"), (1, 2, "LOC")]),
        ("U-LOC B-PERS L-PERS", [(0, 1, "LOC"), (1, 3, "PERS")]),
        ("S-LOC E-LOC", [(0, 1, "LOC"), (1, 2, "LOC")]),
        ("", []),
    ],
)
def test_reading(tags, expected):
    assert bio.spans(tags.split()) == expected


@pytest.mark.parametrize("tag", ["", "B", "B-", "X-LOC", "PERS", "-LOC", "o"])
def test_unknown_schemes_are_refused(tag):
    with pytest.raises(ValueError, match="is not O or one of"):
        bio.spans([tag])


def test_transition_mask_agrees_with_convert():
    tags = bio.tag_set(["A", "B"])
    may_start, may_follow = bio.transition_mask(tags)
    for sequence in itertools.product(range(len(tags)), repeat=3):
        legal = may_start[sequence[0]] and all(may_follow[i][j] for i, j in itertools.pairwise(sequence))
        names = [tags[i] for i in sequence]
        assert legal == (bio.convert(names) == names)
