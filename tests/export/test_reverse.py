"""A model file turned back into a checkpoint has the original weights, and training can start from it."""

import pytest
import torch
from support.processes import run_program
from support.tiny_student import OPTIONS, random_checkpoint

from export.graph import build
from export.model_file import to_bytes
from export.quantize import quantize
from export.reverse import reverse
from tagger.errors import ModelError
from tagger.inference.model_path import SHIPPED_MODEL
from tagger.train.student import checkpoint as checkpoints


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"layers": 3, "bidirectional": False, "output": "crf"},
        {"layers": 2, "layer_norm": True, "output": "softmax"},
    ],
)
def test_a_model_gives_back_the_weights_that_it_was_made_from(tmp_path, cell, options):
    checkpoint = random_checkpoint(cell=cell, **options)
    file = tmp_path / "model.onnx"
    file.write_bytes(to_bytes(build(checkpoint.network()), checkpoint.bundle()))
    found = reverse(file)
    assert (
        found.settings == checkpoint.settings
        and found.tags == checkpoint.tags
        and found.vocabulary.entries == checkpoint.vocabulary.entries
    )
    wanted = checkpoint.network().state_dict()
    assert found.weights.keys() == wanted.keys()
    legal = checkpoint.network().chain
    for name, weights in wanted.items():
        if name in ("chain.start", "chain.between"):  # scores of transitions that BIO forbids have no meaning
            weights = torch.where(legal.may_start if name == "chain.start" else legal.may_follow, weights, 0)
        assert torch.equal(found.weights[name], weights), name


def test_the_shipped_model_goes_back_and_comes_out_the_same(tmp_path):
    assert run_program("uk-tag-export", "--reverse", "uk-ner", tmp_path / "back.pt").returncode == 0
    assert run_program("uk-tag-export", tmp_path / "back.pt", tmp_path / "again.onnx").returncode == 0
    one, other = reverse(SHIPPED_MODEL), reverse(tmp_path / "again.onnx")
    assert all(torch.equal(weights, other.weights[name]) for name, weights in one.weights.items())
    assert one.vocabulary.entries == other.vocabulary.entries and one.temperature == other.temperature != 1


def test_a_training_starts_from_a_model(tiny_corpus, tmp_path):
    first, model, back, further = (tmp_path / name for name in ("first.pt", "first.onnx", "back.pt", "further.pt"))
    assert run_program("uk-tag-train", "fit", tiny_corpus, "--output", first, *OPTIONS, "--epochs", "1").returncode == 0
    assert run_program("uk-tag-export", first, model).returncode == 0
    assert run_program("uk-tag-export", "--reverse", model, back).returncode == 0
    done = run_program(
        "uk-tag-train",
        "fit",
        tiny_corpus,
        "--output",
        further,
        *OPTIONS,
        "--start",
        back,
        "--epochs",
        "1",
        "--rate",
        "1e-9",
    )
    assert done.returncode == 0 and b"other development documents" not in done.stderr, done.stderr
    start, end = checkpoints.load(first), checkpoints.load(further)
    assert torch.allclose(end.weights["output.weight"], start.weights["output.weight"], atol=1e-5)
    assert [step["data"]["fingerprint"] for step in end.data["lineage"].values()] == [start.data["fingerprint"]]


def test_what_cannot_be_turned_back_is_refused(tmp_path):
    checkpoint = random_checkpoint()
    eight, target = tmp_path / "only.int8.onnx", tmp_path / "back.pt"
    eight.write_bytes(to_bytes(quantize(build(checkpoint.network(), pinned=True)), checkpoint.bundle()))
    with pytest.raises(ModelError, match="give the float32 model"):
        reverse(eight)
    for source, message in [
        (eight, b"only.onnx: cannot be read"),
        ("no-such-model", b"cannot be read"),
        (tmp_path, b"cannot be read"),
    ]:
        done = run_program("uk-tag-export", "--reverse", source, target)
        assert done.returncode == 1 and message in done.stderr and done.stderr.count(b"\n") == 1 and not target.exists()
    for path in (tmp_path / "none" / "back.pt", tmp_path):
        done = run_program("uk-tag-export", "--reverse", "uk-ner", path)
        assert done.returncode == 1 and b"cannot be written" in done.stderr and done.stderr.count(b"\n") == 1
    for options in (["--reverse", "uk-ner"], ["--reverse", "--show", "uk-ner", target]):
        assert run_program("uk-tag-export", *options).returncode == 2
