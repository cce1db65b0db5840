"""Comfort for those who train from little data: settings, advice, curves, and a start from a tagger of other labels."""

import re

import pytest
import torch
from click.testing import CliRunner
from support.processes import run_program
from support.tiny_student import OPTIONS

from tagger.train.cli.fit import SMALL
from tagger.train.cli.main import command
from tagger.train.evaluation import curves
from tagger.train.student import checkpoint as checkpoints


def fit(data, target, *options):
    return run_program("uk-tag-train", "fit", data, "--output", target, *OPTIONS, *options)


@pytest.fixture(scope="module")
def other_labels(tiny_corpus, tmp_path_factory):
    """The tiny corpus with one class, of another name."""
    path = tmp_path_factory.mktemp("other") / "other.conll"
    text = tiny_corpus.read_text(encoding="utf-8").replace("-LOC", "-PLACE")
    path.write_text(re.sub(r"[BI]-(PERS|ORG)", "O", text), encoding="utf-8")
    return path


def test_new_labels_keep_the_vocabulary_and_the_layers(tiny_checkpoint, other_labels, tmp_path):
    start = checkpoints.load(tiny_checkpoint)
    target = tmp_path / "new.pt"
    done = fit(other_labels, target, "--start", tiny_checkpoint, "--new-labels", "--epochs", "1", "--rate", "1e-9")
    assert done.returncode == 0 and b"other development documents" not in done.stderr, done.stderr
    made = checkpoints.load(target)
    assert made.tags == ["O", "B-PLACE", "I-PLACE"] and made.vocabulary.entries == start.vocabulary.entries
    for name, weights in made.weights.items():
        same = weights.shape == start.weights[name].shape and torch.allclose(weights, start.weights[name], atol=1e-5)
        assert same != name.startswith(("output.", "chain.")), name
    assert "lineage" in made.data  # the card tells where the weights come from


def test_without_it_other_labels_are_refused_with_the_way_out(tiny_checkpoint, other_labels, tmp_path):
    done = fit(other_labels, tmp_path / "no.pt", "--start", tiny_checkpoint)
    assert done.returncode == 1 and b"B-PLACE" in done.stderr and b"--new-labels" in done.stderr
    done = fit(other_labels, tmp_path / "no.pt", "--new-labels")
    assert done.returncode == 2 and b"--new-labels goes with --start" in done.stderr


def test_small_sets_what_is_not_given(tiny_corpus, tmp_path):
    target = tmp_path / "small.pt"
    done = run_program(
        "uk-tag-train", "fit", tiny_corpus, "-o", target, "--small", "--epochs", "1", "--width", "8", "--patience", "3"
    )
    assert done.returncode == 0, done.stderr
    loop = checkpoints.load(target).training["loop"]
    assert {name: loop[name] for name in SMALL} == SMALL | {"patience": 3}
    told = CliRunner().invoke(command, ["fit", "--help"]).output
    assert all(f"--{name.replace('_', '-')} {value}" in " ".join(told.split()) for name, value in SMALL.items())


def test_an_f1_of_zero_is_explained_once_and_never_ends_a_training(tiny_corpus, tmp_path):
    target, hard = tmp_path / "slow.pt", tmp_path / "hard.conll"
    hard.write_text("слово B-LOC\n" + "слово I-LOC\n" * 11, encoding="utf-8")
    done = fit(tiny_corpus, target, "--dev", hard, "--rate", "1e-9", "--epochs", "4", "--patience", "1")
    told = done.stderr.decode()
    assert done.returncode == 0 and told.count("an F1 of 0 is normal") == 1
    assert "epoch 4/4" in told and "it finds no entity of the development data" in told.splitlines()[-1]
    done = fit(tiny_corpus, target, "--patience", "1", "--epochs", "30")
    told = done.stderr.decode()
    assert "it finds no entity" not in told and "epoch 30/30" not in told


@pytest.mark.parametrize("ending", curves.FORMATS)
def test_the_curves_are_a_picture(ending, tiny_corpus, tmp_path):
    pytest.importorskip("matplotlib")
    history = [{"epoch": number, "loss": 1 / number, "f1": 0.2 * number} for number in range(1, 5)]
    path = tmp_path / f"curves{ending}"
    curves.draw(history, 3, path)
    start = {".png": b"\x89PNG", ".svg": b"<?xml", ".pdf": b"%PDF"}[ending]
    assert path.read_bytes().startswith(start) and len(path.read_bytes()) > 5000


def test_fit_draws_every_epoch_and_the_one_that_was_kept(tiny_corpus, tmp_path, monkeypatch):
    pytest.importorskip("matplotlib")
    drawn = []
    monkeypatch.setattr(curves, "draw", lambda *arguments: drawn.append(arguments))
    target = tmp_path / "x.pt"
    done = CliRunner().invoke(
        command, ["fit", str(tiny_corpus), "-o", str(target), *OPTIONS, "--plot", str(tmp_path / "curves.svg")]
    )
    assert done.exit_code == 0, done.output
    ((history, kept, path),) = drawn
    made = checkpoints.load(target)
    assert (history, kept, path.name) == (made.history, made.scores["epoch"], "curves.svg") and len(history) == 4


def test_a_picture_that_cannot_be_drawn_is_told_before_the_training(tiny_corpus, tmp_path):
    for plot, message in (
        (tmp_path / "curves.txt", b"curves.txt: no picture has this ending; give one of .png, .svg, .pdf"),
        (tmp_path / "none" / "curves.png", b"there is no folder"),
    ):
        done = fit(tiny_corpus, tmp_path / "x.pt", "--plot", plot)
        assert done.returncode == 1 and message in done.stderr and b"epoch" not in done.stderr
