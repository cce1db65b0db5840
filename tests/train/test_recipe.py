"""Recipes: what they may say, what is done once, what goes on after a stop, and a tiny one from corpora to a card."""

import json
import os
import signal
import subprocess
import sys
import time

import click
import pytest
from support.processes import ROOT, run_program

from export.cli import command as export
from tagger.errors import DataError, TaggerError
from tagger.train.cli.main import command as training
from tagger.train.recipe.run import RECORDS, Run
from tagger.train.recipe.stages import read_recipe, shipped

TOY = """
[corpora]
"train.conll" = "made here"

[values]
share = "--dev-share 0.2"

[[stage]]
name = "data"
run = ["uk-tag-train split {data}/train.conll {share} -o dev.conll --training own.conll"]
makes = ["own.conll", "dev.conll"]

[[stage]]
name = "again"
run = ["uk-tag-train retokenize own.conll -o a.conll", "uk-tag-train retokenize a.conll -o b.conll"]
makes = ["b.conll"]
"""


@pytest.fixture
def toy(tmp_path, tiny_corpus):
    (tmp_path / "toy.toml").write_text(TOY, encoding="utf-8")
    (tmp_path / "corpora").mkdir()
    (tmp_path / "corpora" / "train.conll").write_bytes(tiny_corpus.read_bytes())
    return tmp_path


def run_toy(folder, *more):
    where = ["--data", folder / "corpora", "-o", folder / "work"]
    return run_program("uk-tag-train", "recipe", "run", folder / "toy.toml", *where, *more)


def test_what_is_done_is_skipped_and_what_changed_is_done_again(toy):
    done = run_toy(toy)
    assert done.returncode == 0, done.stderr.decode()
    assert done.stderr.count(b": done in") == 2
    first = (toy / "work" / "b.conll").stat()
    again = run_toy(toy)
    assert again.returncode == 0 and again.stderr.count(b"done before") == 2
    assert (toy / "work" / "b.conll").stat().st_mtime_ns == first.st_mtime_ns
    plan = run_program(
        "uk-tag-train", "recipe", "plan", toy / "toy.toml", "--data", toy / "corpora", "-o", toy / "work"
    ).stdout.decode()
    assert plan.count(" done ") == 2 and "b.conll" in plan and "0:00:" in plan.splitlines()[-1]
    # a file that is gone
    (toy / "work" / "b.conll").unlink()
    assert run_toy(toy).stderr.count(b"done before") == 1 and (toy / "work" / "b.conll").exists()
    # another option of the first stage: the second one reads its files
    text = (toy / "toy.toml").read_text()
    (toy / "toy.toml").write_text(text.replace("0.2", "0.3"))
    changed = run_toy(toy)
    assert changed.stderr.count(b": done in") == 2 and b"done before" not in changed.stderr
    # other data
    corpus = toy / "corpora" / "train.conll"
    corpus.write_bytes(corpus.read_bytes() * 2)
    assert run_toy(toy, "--until", "data").stderr.count(b": done in") == 1


def test_a_stage_that_failed_goes_on_at_the_command_that_failed(toy):
    recipe = read_recipe(str(toy / "toy.toml"))
    (toy / "work").mkdir()
    (toy / "work" / "b.conll").mkdir()  # cannot be written
    made = Run(recipe, toy / "work", toy / "corpora")
    made.run(recipe.stages[0], print)
    with pytest.raises(TaggerError, match=r"stage again: uk-tag-train retokenize ended with exit code 2.*go on"):
        made.run(recipe.stages[1], print)
    assert json.loads((toy / "work" / RECORDS).read_text())["again"]["commands_done"] == 1
    (toy / "work" / "b.conll").rmdir()
    before = (toy / "work" / "a.conll").stat().st_mtime_ns
    lines = []
    made = Run(recipe, toy / "work", toy / "corpora")
    made.run(recipe.stages[1], lines.append)
    assert len(lines) == 1 and (toy / "work" / "a.conll").stat().st_mtime_ns == before
    assert made.is_done(recipe.stages[1])


@pytest.mark.parametrize(
    "change, message",
    [
        (('makes = ["b.conll"]', ""), "stage again: write name"),
        (("{share}", "{other}"), "unknown {other}"),
        (('"uk-tag-train retokenize own', '"rm own'), "must begin with uk-tag-train or uk-tag-export"),
        (("{data}/train.conll {", "{data}/other.conll {"), "other.conll is not among the corpora"),
        (('name = "again"', 'name = "data"'), "two stages have the same name"),
        (("[values]", "[values"), "not TOML"),
        (("[corpora]", "extends = 'uk-ner'\n[corpora]"), "`until` must name the last stage to take of uk-ner"),
    ],
)
def test_a_recipe_with_a_fault_is_refused_before_anything_is_done(toy, change, message):
    text = (toy / "toy.toml").read_text()
    assert change[0] in text
    (toy / "toy.toml").write_text(text.replace(*change))
    done = run_toy(toy)
    assert done.returncode == 1 and message in done.stderr.decode() and len(done.stderr.splitlines()) == 1
    assert not (toy / "work").exists()


def test_a_missing_corpus_is_named_with_where_it_is_from(toy):
    (toy / "corpora" / "train.conll").unlink()
    done = run_toy(toy)
    assert done.returncode == 1 and b"train.conll: missing" in done.stderr and b"it is: made here" in done.stderr
    known = "uk-ner, uk-ner-13, uk-ner-small"
    with pytest.raises(DataError, match=rf"no recipe 'none'; give a \.toml file, or one of {known}"):
        read_recipe("none")


def test_recipes_of_the_package_are_whole():
    names = shipped()
    assert {"uk-ner", "uk-ner-small"} <= set(names)
    for name in names:
        recipe = read_recipe(name)
        assert len(recipe.stages) <= 10
        made: set[str] = set()
        for stage in recipe.stages:
            written: set[str] = set()
            for command in stage.commands:
                target = written_by(command)
                read = {word for word in command[1:] if word.endswith(ENDINGS) and "{data}" not in word} - target
                assert read <= made | written, f"{name}, {stage.name}: nothing makes {read - made - written}"
                written |= target
            assert set(stage.makes) <= written, stage.name
            made |= written


ENDINGS = (".conll", ".npz", ".pt", ".onnx", ".tsv")


def written_by(words: tuple[str, ...]) -> set[str]:
    """Parse a command line by the program's own parser, and return the files that it writes."""
    command = training if words[0] == "uk-tag-train" else export
    rest = [word for word in words[1:] if word != "{compute}"]
    while isinstance(command, click.Group):
        command, rest = command.commands[rest[0]], rest[1:]
    given = command.make_context("test", rest).params
    return {str(given[name]) for name in ("output", "target", "training") if given.get(name)}


TINY = """
[corpora]
"train.conll" = "made here"
"news.txt" = "made here"
"tokenizer.json" = "made here"
"weights.bin" = "made here"

[values]
encoder = "--weights {data}/weights.bin --tokenizer {data}/tokenizer.json"

[[stage]]
name = "data"
run = ["uk-tag-train split {data}/train.conll --dev-share 0.2 -o dev.conll --training own.conll"]
makes = ["own.conll", "dev.conll"]

[[stage]]
name = "text"
run = ["uk-tag-train teacher prepare own.conll --dev dev.conll --text {data}/news.txt -o text.npz"]
makes = ["text.npz"]

[[stage]]
name = "teacher"
run = ['''uk-tag-train teacher fit own.conll --dev dev.conll --text text.npz --epochs 6 --batch 64 --rate 1e-2
    --head-rate 2e-2 {encoder} {compute} -o teacher.pt''']
makes = ["teacher.pt"]

[[stage]]
name = "label"
run = ["uk-tag-train teacher label text.npz --teacher teacher.pt --hidden-states 8 {compute} -o labelled.npz"]
makes = ["labelled.npz"]

[[stage]]
name = "student"
run = ['''uk-tag-train fit own.conll --dev dev.conll --soft labelled.npz --hidden-state-weight 1
    --epochs 6 --width 24 --embedding 24 --rate 0.01 --batch-tokens 256 --glued 0.1 --by-source
    {compute} --resume -o tiny.pt''']
makes = ["tiny.pt"]

[[stage]]
name = "export"
run = [
    "uk-tag-export tiny.pt tiny.onnx --calibrate dev.conll",
    "uk-tag-export tiny.pt tiny.int8.onnx --precision int8 --calibrate dev.conll",
    "uk-tag-train card tiny.int8.onnx tiny.onnx --development dev.conll -o tiny.md",
]
makes = ["tiny.onnx", "tiny.int8.onnx", "tiny.md"]
"""


@pytest.mark.slow
def test_a_tiny_recipe_makes_a_model_from_corpora_and_survives_a_stop(tmp_path, teacher_corpus, tokenizer, weights):
    data = tmp_path / "corpora"
    data.mkdir()
    for path, name in [(teacher_corpus / "train.conll", "train.conll"), (teacher_corpus / "news.txt", "news.txt")]:
        (data / name).write_bytes(path.read_bytes())
    (data / "tokenizer.json").write_bytes(tokenizer.read_bytes())
    (data / "weights.bin").write_bytes(weights.read_bytes())
    (tmp_path / "tiny.toml").write_text(TINY, encoding="utf-8")
    words = ["recipe", "run", tmp_path / "tiny.toml", "--data", data, "-o", tmp_path / "work", "--threads", "1"]
    program = [sys.executable, ROOT / "bin" / "uk-tag-train", *map(str, words)]
    stopped = subprocess.Popen(program, stderr=subprocess.PIPE)
    deadline = time.monotonic() + 120
    while not (tmp_path / "work" / "text.npz").exists():
        assert time.monotonic() < deadline and stopped.poll() is None
        time.sleep(0.1)
    os.kill(stopped.pid, signal.SIGTERM)
    stopped.communicate(timeout=60)
    assert stopped.returncode == 128 + signal.SIGTERM
    done = run_program("uk-tag-train", *words)
    assert done.returncode == 0, done.stderr.decode()
    assert b"data: done before" in done.stderr
    card = (tmp_path / "work" / "tiny.md").read_text(encoding="utf-8")
    assert "Scores on dev.conll" in card and "labelled" in card.lower()
    text = "Олена Мельник живе в Києві .\n".encode()
    tagged = run_program("uk-tag", "-m", tmp_path / "work" / "tiny.int8.onnx", stdin=text).stdout.decode()
    assert "Олена\tB-PERS" in tagged and "Києві\tB-LOC" in tagged
    again = run_program("uk-tag-train", *words)
    assert again.returncode == 0 and again.stderr.count(b"done before") == 6
