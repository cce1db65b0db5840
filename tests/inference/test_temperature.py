"""A temperature changes probabilities as it should, and no tag."""

import json

import numpy as np
import pytest
from support.padded import marginals_padded
from support.processes import run_program

from tagger.errors import ModelError
from tagger.model_file.bundle import from_metadata, to_metadata
from tagger.model_file.transitions import Transitions
from tagger.tagger import Tagger
from tagger.tags import continuations, tag_set
from tagger.train.student.checkpoint import load, save
from tagger.train.student.torch_session import open_tagger

TAGS = tag_set(["A", "B"])
SENTENCES = [
    "Учора Леся Шевчук була у Києві , а Нафтогаз ні .".split(),
    ["Київстар"],
    "Дощ у Полтаві Левко Хтось не вщухав .".split(),
]


def random_batch():
    generator = np.random.default_rng(4)
    count = len(TAGS)
    chain = Transitions.legal(
        TAGS, generator.normal(size=count), generator.normal(size=(count, count)), generator.normal(size=count)
    )
    return (
        generator.normal(scale=2, size=(5, 3, count)).astype(np.float32),
        np.array([5, 1, 3]),
        chain,
        np.array(continuations(TAGS)),
    )


def test_same_as_dividing_every_score():
    emissions, lengths, chain, inside = random_batch()
    divided = Transitions(chain.start / 2, chain.between / 2, chain.end / 2)  # halves are exact in float32
    for own, expected in zip(
        marginals_padded(emissions, lengths, chain, inside, 2.0),
        marginals_padded(emissions / 2, lengths, divided, inside),
        strict=True,
    ):
        np.testing.assert_array_equal(own, expected)


def test_higher_temperatures_are_less_confident():
    emissions, lengths, chain, inside = random_batch()
    highest = [
        marginals_padded(emissions, lengths, chain, inside, temperature)[0].max(2)[:5, 0].mean()
        for temperature in (0.05, 0.5, 1.0, 2.0, 100.0)
    ]
    assert highest == sorted(highest, reverse=True) and highest[0] > 0.99
    assert marginals_padded(emissions, lengths, chain, inside, 100.0)[0][0, 0, TAGS.index("I-A")] < 1e-30


@pytest.fixture(scope="module")
def warm_model(tiny_checkpoint, tmp_path_factory):
    """Export the tiny model with a temperature of 3."""
    path = tmp_path_factory.mktemp("warm") / "warm.onnx"
    run_program("uk-tag-export", tiny_checkpoint, path, "--temperature", "3", check=True)
    return path


def test_model_files_keep_it(tiny_model, warm_model):
    assert (
        json.loads(run_program("uk-tag-export", "--show", warm_model, "--json", check=True).stdout)["temperature"] == 3
    )
    plain, warm = (
        Tagger.load(path, device="cpu").annotate(SENTENCES, probabilities=True) for path in (tiny_model, warm_model)
    )
    assert [annotation.tags for annotation in plain] == [annotation.tags for annotation in warm]
    for one, other in zip(plain, warm, strict=True):
        sure = one.probabilities.max(1) > 0.5
        assert (other.probabilities.max(1) < one.probabilities.max(1))[sure].all()
        np.testing.assert_allclose(other.probabilities.sum(1), 1, rtol=1e-5)


def test_scores_do_not_depend_on_the_batch(warm_model):
    alone = Tagger.load(warm_model, device="cpu", batch_tokens=1).annotate(SENTENCES, probabilities=True)
    for one, other in zip(
        alone, Tagger.load(warm_model, device="cpu").annotate(SENTENCES, probabilities=True), strict=True
    ):
        np.testing.assert_allclose(one.probabilities, other.probabilities, atol=1e-6)


def test_checkpoints_keep_it(tiny_checkpoint, tmp_path):
    checkpoint = load(tiny_checkpoint)
    assert checkpoint.temperature == 1 == open_tagger(tiny_checkpoint).bundle.temperature
    checkpoint.temperature = 1.5
    save(checkpoint, tmp_path / "warm.pt")
    assert load(tmp_path / "warm.pt").temperature == 1.5 == open_tagger(tmp_path / "warm.pt").bundle.temperature
    texts = to_metadata(checkpoint.bundle())
    assert from_metadata(texts).temperature == 1.5
    for unfit in ("0", "-1", "NaN", "Infinity", "warm"):
        with pytest.raises(ModelError, match="export the model again"):
            from_metadata({**texts, "temperature": unfit})
    del texts["temperature"]
    assert from_metadata(texts).temperature == 1


def test_invalid_temperatures_are_refused(tiny_checkpoint, tmp_path):
    for unfit in ("0", "-1", "x"):
        assert (
            run_program("uk-tag-export", tiny_checkpoint, tmp_path / "m.onnx", "--temperature", unfit).returncode == 2
        )
