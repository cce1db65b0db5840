"""The mean of checkpoints' weights, and what has none."""

from dataclasses import replace

import pytest
import torch
from support.processes import run_program
from support.tiny_student import OPTIONS, random_checkpoint

from tagger.train.student import checkpoint as checkpoints
from tagger.train.student.embedding_quantization import round_table


def test_the_mean_of_a_checkpoint_and_what_it_was_trained_on_to(tiny_corpus, tmp_path):
    first, further, target = tmp_path / "first.pt", tmp_path / "further.pt", tmp_path / "mean.pt"
    assert run_program("uk-tag-train", "fit", tiny_corpus, "--output", first, *OPTIONS, "--epochs", "1").returncode == 0
    assert (
        run_program(
            "uk-tag-train", "fit", tiny_corpus, "--output", further, *OPTIONS, "--start", first, "--epochs", "1"
        ).returncode
        == 0
    )
    assert run_program("uk-tag-train", "average", first, further, "--shares", "3,1", "-o", target).returncode == 0
    one, other, found = (checkpoints.load(path) for path in (first, further, target))
    for name, weights in found.weights.items():
        wanted = 0.75 * one.weights[name] + 0.25 * other.weights[name]
        assert torch.allclose(weights, round_table(wanted) if name == "embedding.weight" else wanted, atol=1e-6), name
    assert found.data["development_fingerprint"] == one.data["development_fingerprint"]
    (begun, began), (went_on, gone_on) = found.data["lineage"].items()
    assert found.data["from"] == [begun, went_on] and found.training == {"mean": [[begun, 0.75], [went_on, 0.25]]}
    assert began == {"data": one.data, "training": one.training, "from": []}
    assert gone_on["training"] == other.training and gone_on["from"] == other.data["from"] == [begun]
    assert run_program("uk-tag-export", target, tmp_path / "mean.onnx").returncode == 0  # its table is in eight bits
    assert b"\nmicro" in run_program("uk-tag-train", "evaluate", target, tiny_corpus, check=True).stdout


def test_trainings_that_differ_in_dropout_alone_are_two_steps(tiny_corpus, tmp_path):
    first, one, other, target = (tmp_path / f"{name}.pt" for name in ("first", "one", "other", "mean"))
    options = [*OPTIONS, "--epochs", "1"]
    run_program("uk-tag-train", "fit", tiny_corpus, "--output", first, *options, check=True)
    for path, dropout in ((one, "0.1"), (other, "0.6")):
        run_program(
            "uk-tag-train",
            "fit",
            tiny_corpus,
            "--output",
            path,
            *options,
            "--start",
            first,
            "--dropout",
            dropout,
            check=True,
        )
    run_program("uk-tag-train", "average", one, other, "-o", target, check=True)
    steps = checkpoints.load(target).data["lineage"].values()
    assert [step["training"]["network"]["dropout"] for step in steps][1:] == [0.1, 0.6] and len(steps) == 3


def test_equal_shares_where_none_are_given(tmp_path):
    one, other = tmp_path / "one.pt", tmp_path / "other.pt"
    checkpoint = random_checkpoint()
    checkpoints.save(checkpoint, one)
    checkpoint.weights["output.bias"] = checkpoint.weights["output.bias"] + 2
    checkpoint.settings = replace(
        checkpoint.settings, dropout=checkpoint.settings.dropout / 2
    )  # another training, the same network
    checkpoints.save(checkpoint, other)
    assert run_program("uk-tag-train", "average", one, other, "-o", tmp_path / "mean.pt").returncode == 0
    assert torch.allclose(
        checkpoints.load(tmp_path / "mean.pt").weights["output.bias"], checkpoint.weights["output.bias"] - 1
    )


@pytest.mark.parametrize(
    ("shares", "code", "message"),
    [
        ("1,1", 1, b"differ in tags, network or vocabulary"),
        ("1", 2, b"give 2 numbers"),
        ("0,0", 2, b"not all of them 0"),
        ("-1,2", 2, b"at least 0"),
        ("nan,1", 2, b"at least 0"),
        ("x", 2, b"write numbers"),
    ],
)
def test_what_has_no_mean(tmp_path, shares, code, message):
    one, other, target = tmp_path / "one.pt", tmp_path / "other.pt", tmp_path / "mean.pt"
    checkpoints.save(random_checkpoint(), one)
    checkpoints.save(random_checkpoint(layers=2), other)
    done = run_program("uk-tag-train", "average", one, other, f"--shares={shares}", "-o", target)
    assert done.returncode == code and message in done.stderr and not target.exists()
