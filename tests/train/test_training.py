"""Training by the real program and by the loop: reproducible, resumable after a kill, with clear errors of bad data."""

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import torch
from support import corpora
from support.processes import ROOT, run_program
from support.tiny_student import OPTIONS, rates

from tagger.errors import ModelError
from tagger.train.student import checkpoint as checkpoints
from tagger.train.student.embedding_quantization import round_table
from tagger.train.student.schedules import SCHEDULES, ScheduleSettings


def fit(data, target, *options):
    return run_program("uk-tag-train", "fit", data, "--output", target, *OPTIONS, *options)


def same_weights(one, other):
    one, other = checkpoints.load(one).weights, checkpoints.load(other).weights
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def test_same_seed_same_weights_other_seed_other_weights(tiny_corpus, tmp_path):
    for name, seed in [("a", 42), ("b", 42), ("c", 7)]:
        assert fit(tiny_corpus, tmp_path / name, "--seed", seed).returncode == 0
    assert same_weights(tmp_path / "a", tmp_path / "b")
    assert not same_weights(tmp_path / "a", tmp_path / "c")


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_a_killed_run_goes_on_to_the_same_weights(tiny_corpus, tmp_path, schedule):
    options = ["--schedule", schedule, "--per-step", "--average", "0.9", "--epochs", "5"]
    whole, killed = tmp_path / "whole.pt", tmp_path / "killed.pt"
    assert fit(tiny_corpus, whole, *options).returncode == 0
    command = [
        sys.executable,
        str(ROOT / "bin" / "uk-tag-train"),
        "fit",
        str(tiny_corpus),
        "--output",
        str(killed),
        *OPTIONS,
        *options,
    ]
    process = subprocess.Popen(command, stderr=subprocess.PIPE)
    for line in process.stderr:
        if line.startswith(b"epoch 2"):
            break
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    assert not killed.exists()
    done = fit(tiny_corpus, killed, *options, "--resume")
    assert done.returncode == 0 and b"resuming after epoch" in done.stderr
    assert same_weights(whole, killed)
    assert [path.name for path in tmp_path.iterdir() if "killed" in path.name] == ["killed.pt"]


def test_a_training_starts_from_a_checkpoint(tiny_corpus, tmp_path):
    first, further, other = tmp_path / "first.pt", tmp_path / "further.pt", tmp_path / "other.conll"
    assert fit(tiny_corpus, first, "--epochs", "1").returncode == 0
    done = fit(tiny_corpus, further, "--start", first, "--epochs", "1", "--rate", "1e-9", "--width", "7")
    assert done.returncode == 0 and b"other development documents" not in done.stderr, done.stderr
    start, end = checkpoints.load(first), checkpoints.load(further)
    assert end.vocabulary.entries == start.vocabulary.entries and end.settings == start.settings
    assert torch.allclose(end.weights["output.weight"], start.weights["output.weight"], atol=1e-5)
    other.write_text(tiny_corpus.read_text(encoding="utf-8").replace("-PERS", "-WHO"), encoding="utf-8")
    done = fit(other, tmp_path / "no.pt", "--start", first)
    assert done.returncode == 1 and b"B-WHO" in done.stderr and not (tmp_path / "no.pt").exists()
    done = fit(tiny_corpus, further, "--start", first, "--epochs", "1", "--seed", "7")  # which cuts other documents off
    assert done.returncode == 0 and b"other development documents" in done.stderr


def test_a_state_of_another_training_is_refused(tiny_corpus, tmp_path):
    target = tmp_path / "x.pt"
    command = [
        sys.executable,
        str(ROOT / "bin" / "uk-tag-train"),
        "fit",
        str(tiny_corpus),
        "--output",
        str(target),
        *OPTIONS,
        "--epochs",
        "500",
    ]
    process = subprocess.Popen(command, stderr=subprocess.PIPE)
    while b"epoch 2" not in process.stderr.readline():
        pass
    process.send_signal(signal.SIGINT)
    _, message = process.communicate()
    assert process.returncode == 130 and b"--resume goes on" in message
    done = fit(tiny_corpus, target, "--resume", "--rate", "0.5")
    assert done.returncode == 1 and b"other data or options" in done.stderr and not target.exists()


def test_log_lines_are_plain_and_scores_are_kept(tiny_checkpoint):
    checkpoint = checkpoints.load(tiny_checkpoint)
    assert checkpoint.scores["all"]["f1"] > 0.9
    assert {"loss", "rate", "f1", "epoch"} <= checkpoint.history[0].keys()
    assert len(checkpoint.data["fingerprint"]) == 64
    table = checkpoint.weights["embedding.weight"]
    assert torch.equal(table, round_table(table))


def test_the_table_row_of_no_feature_stays_zero(tiny_checkpoint):
    assert not checkpoints.load(tiny_checkpoint).weights["embedding.weight"][0].any()


LONG = "\n".join(["слово\tO"] * 5000) + "\n\n"
BAD = {
    "empty": ("", "no annotated token"),
    "broken": ("Київ\tB-LOC\nслово\n", "bad.conll:2: "),
    "prefix": ("Київ\tQ-LOC\n", "bad.conll:1: tag 'Q-LOC'"),
    "no entity": ("так\tO\n\n" * 400, "no entity"),
    "too little": ("Київ\tB-LOC\n\n", "too little data"),
}


@pytest.mark.parametrize("kind", BAD)
def test_bad_training_data_is_one_line_and_writes_nothing(tmp_path, kind):
    text, message = BAD[kind]
    data, target = tmp_path / "bad.conll", tmp_path / "out.pt"
    data.write_text(text)
    done = fit(data, target)
    lines = done.stderr.decode().splitlines()
    assert done.returncode == 1 and message in lines[-1] and lines[-1].startswith("uk-tag-train: ")
    assert "Traceback" not in done.stderr.decode() and list(tmp_path.iterdir()) == [data]


def test_a_development_label_unknown_to_training_is_told(tiny_corpus, tmp_path):
    other = tmp_path / "dev.conll"
    other.write_text("Київ\tB-PLANET\n")
    done = fit(tiny_corpus, tmp_path / "x.pt", "--dev", other)
    assert (
        done.returncode == 1
        and b"dev.conll: the development data has labels that are not in the training data: PLANET" in done.stderr
    )


def test_odd_but_good_data_trains(tmp_path):
    data = tmp_path / "odd.conll"
    data.write_text("# newdoc id = A_long\n" + LONG + corpora.conll(60) + "# newdoc id = B_one\nКиїв\tB-LOC\n")
    done = fit(
        data,
        tmp_path / "odd.pt",
        "--epochs",
        "1",
        "--output-layer",
        "softmax",
        "--features",
        "word,pieces",
        "--cell",
        "gru",
        "--layer-norm",
    )
    assert done.returncode == 0, done.stderr.decode()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 not a zip", b"hello", None])
def test_checkpoints_that_are_none(tmp_path, content):
    path = tmp_path / "x.pt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ModelError, match=r"x\.pt: "):
        checkpoints.load(path)


def test_checkpoints_of_another_version_or_cut_short(tiny_checkpoint, tmp_path):
    content = tiny_checkpoint.read_bytes()
    path = tmp_path / "x.pt"
    for size in np.linspace(1, len(content) - 1, 20).astype(int):
        path.write_bytes(content[:size])
        with pytest.raises(ModelError):
            checkpoints.load(path)
    plain = checkpoints.load_plain(tiny_checkpoint)
    for change, message in [
        ({"format": 99}, "format version 99"),
        ({"kind": "x"}, "no checkpoint of uk-tag"),
        ({"tags": ["O"]}, "does not fit together"),
    ]:
        checkpoints.save_plain({**plain, **change}, path)
        with pytest.raises(ModelError, match=message):
            checkpoints.load(path)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (ScheduleSettings("none"), [1] * 6),
        (ScheduleSettings("multi-step", milestones=(2, 4), gamma=0.5), [1, 1, 0.5, 0.5, 0.25, 0.25]),
        (ScheduleSettings("multi-step", milestones=(1,), gamma=0.5, start=4), [1, 1, 1, 1, 0.5, 0.5]),
        (ScheduleSettings("plateau", patience=1, gamma=0.1), [1, 1, 1, 0.1, 0.1, 0.01]),
        (ScheduleSettings("plateau", patience=0, gamma=0.1, start=4), [1, 1, 1, 1, 1, 0.1]),
        (ScheduleSettings("cosine", start=5), [1, 1, 1, 1, 1, 0.5]),
    ],
)
def test_schedules_move_when_they_should(settings, expected):
    assert rates(settings) == expected


def test_one_cycle_rises_and_falls_and_waits_for_its_start():
    seen = rates(ScheduleSettings("one-cycle", highest=2.0, per_step=True))
    assert seen[0] < seen[1] < max(seen) and seen[-1] < 0.6 < 1.5 < max(seen)
    assert rates(ScheduleSettings("one-cycle", highest=2.0, start=4))[:3] == [1, 1, 1]


def test_training_stops_when_it_no_longer_pays(tiny_corpus, tmp_path):
    started = time.monotonic()
    done = fit(tiny_corpus, tmp_path / "x.pt", "--epochs", "300", "--patience", "2")
    assert done.returncode == 0 and time.monotonic() - started < 120
    assert len(checkpoints.load(tmp_path / "x.pt").history) < 300
