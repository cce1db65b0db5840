"""Products give the same as logarithms, with scores of any size, and a sentence's result ignores its neighbours."""

import numpy as np
import pytest

from tagger.inference import marginals as module
from tagger.inference.marginals import by_logarithms, marginals
from tagger.inference.packing import Packing
from tagger.model_file.transitions import Transitions
from tagger.tags import continuations, tag_set

TAGS = tag_set(["A", "B", "C", "D"])
INSIDE = np.array(continuations(TAGS))


def chain(generator):
    count = len(TAGS)
    return Transitions.legal(
        TAGS, generator.normal(size=count), generator.normal(size=(count, count)), generator.normal(size=count)
    )


@pytest.mark.parametrize("scale", [0.1, 3, 30])
@pytest.mark.parametrize("temperature", [0.7, 1.4])
def test_products_equal_logarithms(scale, temperature):
    generator = np.random.default_rng(int(scale * 10))
    for longest in (1, 2, 9, 60):
        packing = Packing(generator.integers(1, longest + 1, 20))
        emissions = generator.normal(scale=scale, size=(len(packing.sentences), len(TAGS))).astype(np.float32)
        arguments = emissions, packing, chain(generator), INSIDE, temperature
        for own, expected in zip(marginals(*arguments), by_logarithms(*arguments), strict=True):
            np.testing.assert_allclose(own, expected, rtol=1e-6, atol=1e-30)


def test_logarithms_replace_vanishing_products(monkeypatch):
    generator = np.random.default_rng(1)
    packing, transitions = Packing(np.array([3, 1, 5, 2])), chain(generator)
    emissions = generator.normal(size=(11, len(TAGS))).astype(np.float32)
    before = marginals(emissions, packing, transitions, INSIDE)
    third = packing.sentences == 2
    # Illegal at the start of a sentence, so the weight of everything that is legal there underflows to 0.
    emissions[third, TAGS.index("I-A")] += 3000
    asked = []
    monkeypatch.setattr(
        module, "by_logarithms", lambda some, *rest: asked.append(len(some)) or by_logarithms(some, *rest)
    )
    found = marginals(emissions, packing, transitions, INSIDE)
    assert asked == [5]
    for own, old, expected in zip(
        found, before, by_logarithms(emissions, packing, transitions, INSIDE, 1.0), strict=True
    ):
        np.testing.assert_array_equal(own[third], expected[third])
        np.testing.assert_array_equal(own[~third], old[~third])
        assert np.isfinite(own).all()


def test_tags_whose_successors_vanish():
    generator = np.random.default_rng(5)
    for _ in range(40):
        packing = Packing(generator.integers(1, 12, 6))
        emissions = generator.normal(scale=300, size=(len(packing.sentences), len(TAGS))).astype(np.float32)
        arguments = emissions, packing, chain(generator), INSIDE, 1.4
        for own, expected in zip(marginals(*arguments), by_logarithms(*arguments), strict=True):
            np.testing.assert_allclose(own, expected, rtol=1e-6, atol=1e-30)


def test_same_bits_alone_and_among_others():
    generator = np.random.default_rng(2)
    lengths = generator.integers(1, 30, 40)
    packing, transitions = Packing(lengths), chain(generator)
    emissions = generator.normal(scale=4, size=(len(packing.sentences), len(TAGS))).astype(np.float32)
    together = marginals(emissions, packing, transitions, INSIDE, 1.4)
    for count in [1] * 40 + [2, 3, 7, 20]:
        some = np.sort(generator.choice(40, count, replace=False))
        own = np.isin(packing.sentences, some)
        for one, all_ in zip(
            marginals(emissions[own], Packing(lengths[some]), transitions, INSIDE, 1.4), together, strict=True
        ):
            np.testing.assert_array_equal(one, all_[own])


def test_emissions_are_unchanged():
    emissions = np.random.default_rng(3).normal(size=(4, len(TAGS))).astype(np.float32)
    before = emissions.copy()
    marginals(emissions, Packing(np.array([3, 1])), chain(np.random.default_rng(4)), INSIDE)
    np.testing.assert_array_equal(emissions, before)
