"""Exported graphs give the results of torch for every kind of network; otherwise nothing is written."""

import json

import numpy as np
import onnx
import pytest
from support.processes import run_program
from support.tiny_student import random_checkpoint

from export.graph import OPSET, build
from export.model_file import to_bytes
from export.parity import compare, random_sentences
from tagger.errors import ModelError
from tagger.train.student.checkpoint import load, save


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
@pytest.mark.parametrize(
    "options", [{}, {"layers": 3, "bidirectional": False}, {"layers": 2, "layer_norm": True, "output": "softmax"}]
)
def test_every_kind_of_network(cell, options):
    checkpoint = random_checkpoint(cell=cell, **options)
    model = build(checkpoint.network())
    assert model.opset_import[0].version == OPSET
    content = to_bytes(model, checkpoint.bundle())
    assert content == to_bytes(build(checkpoint.network()), checkpoint.bundle())
    found = compare(content, checkpoint, random_sentences(40, 6), batch_tokens=200)
    assert found.worst < 1e-4 and found.tokens > 1000


@pytest.mark.parametrize("name", ["layer.0.R", "layer.0.B", "table", "output.weight"])
def test_a_wrong_weight_is_noticed(name):
    checkpoint = random_checkpoint()
    model = build(checkpoint.network())
    (tensor,) = [tensor for tensor in model.graph.initializer if tensor.name == name]
    changed = onnx.numpy_helper.to_array(tensor).copy()
    changed += np.asarray(1 if changed.dtype == np.int8 else 0.25, changed.dtype)
    tensor.CopyFrom(onnx.numpy_helper.from_array(changed, name))
    with pytest.raises(ModelError, match="nothing was written"):
        compare(to_bytes(model, checkpoint.bundle()), checkpoint, random_sentences(40, 6))


def test_swapped_gates_are_noticed(monkeypatch):
    monkeypatch.setattr("export.graph.GATES", {"lstm": (0, 1, 2, 3), "gru": (0, 1, 2), "rnn": (0,)})
    for cell in ("gru", "lstm"):
        checkpoint = random_checkpoint(cell=cell)
        with pytest.raises(ModelError, match="nothing was written"):
            compare(to_bytes(build(checkpoint.network()), checkpoint.bundle()), checkpoint, random_sentences(40, 6))


def test_the_graph_without_lengths_would_be_noticed():
    checkpoint = random_checkpoint()
    model = build(checkpoint.network())
    for node in model.graph.node:
        if node.op_type == "LSTM":
            node.input[4] = ""
    with pytest.raises(ModelError, match="nothing was written"):
        compare(to_bytes(model, checkpoint.bundle()), checkpoint, random_sentences(40, 6))


def test_a_table_that_needs_more_than_eight_bits_is_refused():
    checkpoint = random_checkpoint()
    checkpoint.weights["embedding.weight"][1] += 1e-6
    with pytest.raises(ModelError, match="eight bits"):
        build(checkpoint.network())


def test_the_program_writes_shows_and_refuses(tiny_checkpoint, tiny_corpus, tmp_path):
    target = tmp_path / "m.onnx"
    done = run_program("uk-tag-export", tiny_checkpoint, target, "--check", tiny_corpus, "--card", "licence=test only")
    assert done.returncode == 0 and b"same tags" in done.stderr
    shown = run_program("uk-tag-export", "--show", target, "--json")
    content = json.loads(shown.stdout)
    assert content["licence"] == "test only" and content["tags"][0] == "O" and content["scores"]["all"]["f1"] > 0.9
    assert b"test only" in run_program("uk-tag-export", "--show", target).stdout
    own = json.loads(run_program("uk-tag-export", "--show", "uk-ner-small", "--json").stdout)
    assert (
        own["name"] == "uk-ner-small" and own["file"].endswith("uk-ner-small.int8.onnx") and own["bytes"] > 10_000_000
    )
    absent, other = tmp_path / "none.pt", tmp_path / "n.onnx"
    for arguments, code in [
        ((tiny_checkpoint,), 2),
        ((absent, other), 1),
        ((target, other), 1),
        (("--show", tiny_checkpoint), 1),
    ]:
        failed = run_program("uk-tag-export", *arguments)
        assert failed.returncode == code and b"Traceback" not in failed.stderr
    assert not (tmp_path / "n.onnx").exists()


def test_options_that_would_be_passed_over_are_refused(tmp_path):
    target = tmp_path / "m.pt"
    wrong = [
        ("--show", "uk-ner", "--precision", "float32"),
        ("--show", "uk-ner", "--card", "a=b"),
        ("--reverse", "uk-ner", target, "--check", "x.conll"),
        ("--reverse", "uk-ner", target, "--temperature", "2"),
        ("--reverse", "uk-ner", target, "--json"),
        ("x.pt", target, "--json"),
    ]
    for arguments in wrong:
        done = run_program("uk-tag-export", *arguments)
        refused = next(word for word in reversed(arguments) if str(word).startswith("--"))
        assert done.returncode == 2 and f"{refused} " in done.stderr.decode().splitlines()[-1], arguments
    assert not target.exists()


def test_a_file_that_cannot_be_written_is_said_in_one_line(tiny_checkpoint, tmp_path):
    done = run_program("uk-tag-export", tiny_checkpoint, tmp_path / "none" / "model.onnx")
    said = done.stderr.decode()
    assert (
        done.returncode == 1
        and said == f"uk-tag-export: {tmp_path}/none/model.onnx: cannot be written: No such file or directory\n"
    )


def test_a_network_that_cannot_be_exported_leaves_the_old_file(tiny_checkpoint, tmp_path):
    checkpoint = load(tiny_checkpoint)
    checkpoint.weights["output.bias"][0] = float("nan")
    save(checkpoint, tmp_path / "nan.pt")
    target = tmp_path / "old.onnx"
    target.write_bytes(b"old")
    done = run_program("uk-tag-export", tmp_path / "nan.pt", target)
    assert done.returncode == 1 and b"nothing was written" in done.stderr and target.read_bytes() == b"old"
