"""Files that version 0.8.1 wrote are read as before: a checkpoint, a teacher, labelled text and a model file."""

import json

import numpy as np
import pytest
import torch
from support.processes import ROOT, run_program

from tagger.tagger import Tagger
from tagger.train.data.labelled_text import PlainDocument, best_tags, read_text
from tagger.train.student import checkpoint as checkpoints
from tagger.train.student.torch_session import open_tagger
from tagger.train.teacher.label import Teacher, tag_probabilities

OLD = ROOT / "tests" / "fixtures" / "0.8.1"
EXPECTED = json.loads((OLD / "expected.json").read_text(encoding="utf-8"))
SENTENCES = [line.split(" ") for line in EXPECTED["sentences"]]


@pytest.mark.parametrize("name", ["tiny.checkpoint", "tiny.onnx"])
def test_an_old_tagger_gives_the_same_tags(name):
    annotations = open_tagger(OLD / name).annotate(SENTENCES, probabilities=True)
    assert [" ".join(annotation.tags) for annotation in annotations] == EXPECTED["tags"]
    surest = [annotation.probabilities.max(1).min() for annotation in annotations]
    assert np.allclose(surest, EXPECTED["best"], atol=2e-3)


def test_an_old_checkpoint_is_exported_and_evaluated(tmp_path, tiny_corpus):
    done = run_program("uk-tag-export", OLD / "tiny.checkpoint", tmp_path / "model.onnx")
    assert done.returncode == 0, done.stderr.decode()
    annotations = Tagger.load(tmp_path / "model.onnx", device="cpu").annotate(SENTENCES)
    assert [" ".join(annotation.tags) for annotation in annotations] == EXPECTED["tags"]
    done = run_program("uk-tag-train", "evaluate", OLD / "tiny.checkpoint", tiny_corpus, "--json")
    assert json.loads(done.stdout)["all"]["micro"]["f1"] > 0.9


def test_an_old_model_becomes_the_old_checkpoint_again(tmp_path):
    assert run_program("uk-tag-export", "--reverse", OLD / "tiny.onnx", tmp_path / "tiny.pt").returncode == 0
    old, again = checkpoints.load(OLD / "tiny.checkpoint"), checkpoints.load(tmp_path / "tiny.pt")
    assert old.weights.keys() == again.weights.keys() and old.data == again.data and old.training == again.training
    assert all(
        torch.equal(old.weights[name], again.weights[name]) for name in old.weights if not name.startswith("chain.")
    )


def test_an_old_checkpoint_is_trained_further_and_averaged(tmp_path, tiny_corpus):
    options = ["--start", OLD / "tiny.checkpoint", "--epochs", 1, "--rate", 1e-9, "--threads", 1]
    done = run_program("uk-tag-train", "fit", tiny_corpus, "-o", tmp_path / "further.pt", *options)
    assert done.returncode == 0, done.stderr.decode()
    done = run_program(
        "uk-tag-train", "average", OLD / "tiny.checkpoint", tmp_path / "further.pt", "-o", tmp_path / "mean.pt"
    )
    assert done.returncode == 0, done.stderr.decode()
    steps = checkpoints.load(tmp_path / "mean.pt").data["lineage"]
    assert len(steps) == 4  # two trainings and their mean of 0.8.1, and the one above


def test_an_old_teacher_gives_the_same_tags():
    teacher = Teacher.load(OLD / "teacher.checkpoint")
    [rows] = tag_probabilities([teacher], [PlainDocument("a", "", [tuple(tokens) for tokens in SENTENCES])])
    best = iter(best_tags(np.concatenate(rows), list(map(len, rows)), teacher.tags))
    assert [" ".join(teacher.tags[next(best)] for _ in tokens) for tokens in SENTENCES] == EXPECTED["teacher"]


def test_old_labelled_text_is_read():
    text = read_text(OLD / "labelled.npz", hidden_states=True)
    tokens = sum(map(len, text.sentences))
    assert len(text.documents) == 4 and tokens == sum(document.tokens for document in text.documents) == 238
    assert text.hidden_states.shape == (tokens, 8) and len(text.projection_id) == 64
    assert np.allclose(text.probabilities.astype(np.float32).sum(1), 1, atol=0.01)
