"""The study: metric identities, vocabularies, folds, runs that are kept and resumed, and a report of its records."""

import json
import os
import re
import signal
import subprocess
import sys
from itertools import pairwise

import pytest
from support import corpora
from support.processes import ROOT, SHARED, run_program
from support.tiny_student import rates

from tagger.errors import DataError
from tagger.tags import tag_set
from tagger.train.data.corpus import Document, read_conll
from tagger.train.student.schedules import ScheduleSettings
from tagger.train.study import tables
from tagger.train.study.data import Sources, stratified_folds
from tagger.train.study.facts import parameter_counts, pool_bounds, rates_at
from tagger.train.study.original import (
    PARAMETERS,
    RUNS,
    SAME_EPOCH,
    SAME_FIGURES,
    VOCABULARY,
    bounds,
    sentence_means,
    whole_words,
)
from tagger.train.study.recipes import Cut, folds, grid, ladder
from tagger.train.study.records import Records, merge_rows
from tagger.train.study.report import text
from tagger.train.study.text import cells, choice, disagreements, settings
from tagger.train.study.view import Row, View, view

TAGS = tag_set(["LOC", "MISC", "ORG", "PERS"])
HUB = SHARED / "ner-uk" / "hub"
QUICK = "--epochs 5 --width 24 --embedding 24 --batch 8 --rate 100 --seeds 1 --folds 0 --plots none".split()


@pytest.fixture(scope="module")
def split(tmp_path_factory):
    """A training and a test file of different documents, and a further one."""
    folder = tmp_path_factory.mktemp("split")
    for name, count, seed in (("train", 200, 1), ("test", 60, 2), ("more", 80, 3)):
        (folder / f"{name}.conll").write_text(corpora.conll(count, seed), encoding="utf-8")
    return folder


def study(split, output, *options):
    return run_program(
        "uk-tag-train",
        "study",
        "--train",
        split / "train.conll",
        "--test",
        split / "test.conll",
        "-o",
        output,
        *QUICK,
        *options,
    )


def record(output, name):
    (path,) = (output / "records").glob(f"{name}-????????????.json")
    return json.loads(path.read_bytes())


def without_times(content):
    for epoch in content["history"]:
        del epoch["seconds"]
    return content


def test_perfect_tags_score_the_share_of_tags_that_sentences_have():
    gold = [["B-PERS", "I-PERS", "O"], ["O"], ["O", "B-LOC"]]
    scores = sentence_means(gold, gold, TAGS)
    assert scores.mean_f1 == pytest.approx((3 + 1 + 2) / 3 / 9)
    assert (scores.mean_accuracy, scores.token_accuracy) == (1, 1)


def test_the_original_metric_by_hand():
    gold, found = [["B-LOC", "O", "O", "O"], ["O"]], [["O", "O", "O", "B-PERS"], ["O"]]
    scores = sentence_means(gold, found, TAGS)
    # of the first sentence, two of three O are right on both sides, and neither entity is
    assert scores.mean_f1 == pytest.approx((2 * 2 / 6 + 1) / 9 / 2)
    assert (scores.mean_accuracy, scores.token_accuracy) == pytest.approx(((0.5 + 1) / 2, 3 / 5))


def test_tagging_nothing_is_scored_as_if_it_were_something():
    found = bounds([["B-LOC", "O", "O", "O"]] + [["O"]] * 9, TAGS)
    assert found["outside"].mean_f1 > 0.8 * found["perfect"].mean_f1
    assert found["outside"].mean_accuracy == pytest.approx(0.975)


@pytest.mark.parametrize("pair", [([], []), ([["O"]], [["O", "O"]]), ([["O"]], []), ([[]], [[]]), ([["B-X"]], [["O"]])])
def test_the_metric_refuses_what_does_not_fit(pair):
    with pytest.raises(ValueError, match=r"sentence|tag set"):
        sentence_means(*pair, TAGS)


def test_whole_words_with_and_without_an_unknown_one():
    sentences = [["Київ", "спить"], ["Київ", "w:ні"]]
    closed, honest = whole_words(sentences), whole_words(sentences, 2, unknown=True)
    assert len(closed) == 4 and closed.rows(["Київ", "спить", "Львів"]).tolist() == [[1], [3], [0]]
    assert len(honest) == 3 and honest.rows(["Київ", "спить", "Львів"]).tolist() == [[2], [1], [1]]


def test_folds_are_of_documents_disjoint_and_alike(split):
    documents = read_conll(split / "train.conll")
    dealt = stratified_folds(documents, 4)
    names = [document.name for fold in dealt for document in fold]
    assert sorted(names) == sorted(document.name for document in documents) and len(set(names)) == len(names)
    tokens = [sum(document.tokens for document in fold) for fold in dealt]
    assert max(tokens) < 1.25 * min(tokens)
    for source in "AB":
        assert all(any(document.source == source for document in fold) for fold in dealt)
    again = stratified_folds(documents[::-1], 4)
    assert [[document.name for document in fold] for fold in again] == [
        [document.name for document in fold] for fold in dealt
    ]


@pytest.mark.parametrize("count", [1, 3])
def test_folds_that_cannot_be_cut(count):
    with pytest.raises(DataError, match="from 2 to 2 with --folds"):
        stratified_folds([Document("A_1"), Document("A_2")], count)


def test_uncut_runs_are_the_original_ones():
    runs = {run.name: run for run in grid(Cut())}
    assert set(runs) == set(RUNS)
    lstm = runs["cells-lstm"]
    assert (lstm.loop.epochs, lstm.loop.rate, lstm.loop.batch_sentences, lstm.loop.weight_decay) == (30, 1e-4, 64, 0)
    assert (lstm.network.layers, lstm.network.width, lstm.network.embedding, lstm.network.layer_norm) == (
        3,
        512,
        512,
        True,
    )
    assert runs["width-half"].network.width == 256 and runs["depth-4"].network.layers == 4
    assert runs["schedules-six-steps"].loop.schedule.milestones == (5, 10, 15, 20, 25, 30)
    assert runs["schedules-plateau-then-cycle"].loop.epochs == 35
    assert not Cut().describe()


def test_cut_runs_say_what_was_cut_and_keep_the_proportions():
    cut = Cut(epochs=10, width=64, embedding=32, subset=0.5, batch=32, like_length=True, rate=20)
    runs = {run.name: run for run in grid(cut)}
    assert (
        runs["width-half"].network.width == 32
        and runs["batch-128"].loop.batch_tokens == 2 * runs["cells-lstm"].loop.batch_tokens
    )
    assert runs["schedules-two-steps"].loop.schedule.milestones == (5, 8)
    assert (runs["cells-lstm"].loop.rate, runs["schedules-two-steps"].loop.rate) == pytest.approx((2e-3, 1e-2))
    for words in (
        "10 epochs for 30",
        "64 units",
        "of 32 for 512",
        "50% of",
        "batches of 32 for 64",
        "like length",
        "times 20",
    ):
        assert words in cut.describe()


def test_each_step_of_the_ladder_changes_one_thing():
    steps = ladder(Cut())
    for above, run in pairwise(steps):
        one, other = above.settings(), run.settings()
        changed = {key for key in one if one[key] != other[key]}
        assert changed in ({"vocabulary"}, {"vocabulary", "deviation"}, {"loop"}, {"network"}, {"data"}), run.name
    assert {run.data for run in folds(Cut(), 3)} == {"fold 1 of 3", "fold 2 of 3", "fold 3 of 3"}


def test_a_one_cycle_takes_over_from_a_plateau():
    settings = ScheduleSettings(
        "plateau", patience=0, gamma=0.1, then=ScheduleSettings("one-cycle", start=4, period=3, highest=2.0)
    )
    seen = rates(settings)
    assert seen[:3] == [1, 1, 0.1] and seen[3] == pytest.approx(0.08) and max(seen[3:]) > 1


def test_parameters_at_full_size():
    assert parameter_counts(VOCABULARY, TAGS) == PARAMETERS


def test_the_three_schedules_with_one_result_have_different_rates():
    found = rates_at(SAME_EPOCH, SAME_FIGURES)
    assert found == pytest.approx(
        {"schedules-cosine": 9.97e-4, "schedules-six-steps": 1.25e-4, "schedules-two-steps": 5e-4}
    )


@pytest.mark.skipif(not HUB.is_dir(), reason="needs the hub form of NER-UK in ../shared/ner-uk/hub")
def test_figures_of_the_whole_pool():
    found = pool_bounds(Sources(hub=str(HUB)).pool)["whole pool"]
    perfect, outside = found["perfect"], found["outside"]
    assert (round(perfect.mean_f1, 3), round(outside.mean_f1, 3)) == (0.168, 0.109)
    assert (round(outside.mean_accuracy, 3), round(outside.token_accuracy, 3)) == (0.963, 0.952)


@pytest.mark.skipif(not HUB.is_dir(), reason="needs the hub form of NER-UK in ../shared/ner-uk/hub")
def test_the_command_prints_them():
    done = run_program("uk-tag-train", "study", "--metric-only", "--hub", HUB, check=True)
    assert re.search(r"whole pool +perfect +0\.168", done.stdout.decode()) and re.search(
        r"O everywhere +0\.1088\d +0\.963\d+ +0\.952", done.stdout.decode()
    )


def test_finished_runs_are_kept_and_other_settings_are_other_runs(split, tmp_path):
    options = ["--rows", "ladder-original,ladder-crf,ladder-ships"]
    first = study(split, tmp_path, *options)
    assert first.returncode == 0, first.stderr.decode()
    before = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "records").glob("ladder-*")}
    assert len(before) == 3
    again = study(split, tmp_path, *options)
    assert again.stderr.count(b"done before") == 3
    assert {path.name: path.stat().st_mtime_ns for path in (tmp_path / "records").glob("ladder-*")} == before
    other = study(split, tmp_path, "--rows", "ladder-crf", "--width", "5")
    assert other.returncode == 0 and b"done before" not in other.stderr
    assert len(list((tmp_path / "records").glob("ladder-crf-*"))) == 2


def test_a_killed_study_goes_on_to_the_same_records(split, tmp_path):
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    options = ["--rows", "ladder-original,ladder-more", "--more", split / "more.conll"]
    assert study(split, whole, *options).returncode == 0
    command = [
        sys.executable,
        str(ROOT / "bin" / "uk-tag-train"),
        "study",
        "--train",
        str(split / "train.conll"),
        "--test",
        str(split / "test.conll"),
    ]
    process = subprocess.Popen([*command, "-o", str(killed), *QUICK, *map(str, options)], stderr=subprocess.PIPE)
    seen = 0
    for line in process.stderr:
        seen += line.startswith(b"epoch 2")
        if seen == 2:  # in the middle of the second run
            break
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    partial = run_program("uk-tag-train", "study", "--report-only", "-o", killed, "--plots", "none")
    assert partial.returncode == 0, partial.stderr.decode()
    assert "not run" in (killed / "report.md").read_text()
    done = study(split, killed, *options)
    assert done.returncode == 0 and b"done before" in done.stderr and b"resuming after epoch" in done.stderr
    for name in ("ladder-original", "ladder-more"):
        assert without_times(record(whole, name)) == without_times(record(killed, name))
    assert not list((killed / "records").glob("*.state"))


def test_the_figures_of_the_report_are_those_of_the_records(split, tmp_path):
    done = study(split, tmp_path, "--rows", "data,ladder-original,ladder-unknown,folds", "--folds", "2")
    assert done.returncode == 0, done.stderr.decode()
    report = (tmp_path / "report.md").read_text(encoding="utf-8")
    for name in ("ladder-original", "ladder-unknown", "folds-1-of-2", "folds-2-of-2"):
        test = record(tmp_path, name)["test"]
        assert f"{test['f1']:.3f} ({test['low']:.3f}–{test['high']:.3f})" in report
    assert "± standard deviation" in report and "5 epochs for 30; 24 units" in report
    assert "--rows data,ladder-original,ladder-unknown,folds --folds 2\n```" in report and str(tmp_path) not in report
    assert report.count("\n1. ") == report.count("\n5. ") == 1


def test_the_report_of_planned_rows_without_records(tmp_path):
    records = Records(tmp_path)
    with pytest.raises(DataError, match="no study here yet"):
        view(records)
    rows = [{"name": run.name, "table": run.table, "label": run.label, "identity": "0" * 64} for run in grid(Cut())]
    records.write_plan({"rows": merge_rows([], rows, [run.name for run in grid(Cut())])})
    written = text(view(records), {})
    assert written.count("not run") >= len(rows) and "0.12959" not in written and "| 0.1296 |" in written


def test_rows_keep_the_order_of_the_tables_with_seeds_behind_their_row():
    rows = [{"name": name} for name in ("b", "a-seed-43", "a-late", "a")]
    assert [row["name"] for row in merge_rows(rows[:2], rows[2:], ["a", "a-late", "b"])] == [
        "a",
        "a-seed-43",
        "a-late",
        "b",
    ]


def fake(name, label, f1, mean_f1=0.1, width=0.02, table="cells"):
    return Row(
        name, table, label, {"cut": "", "test": {"f1": f1, "low": f1 - width, "high": f1 + width, "mean_f1": mean_f1}}
    )


@pytest.mark.parametrize(
    ("scores", "words"),
    [
        ((0.50, 0.51, 0.52), "all three intervals overlap"),
        ((0.40, 0.51, 0.52), "GRU overlap in their intervals, and RNN is behind LSTM"),
        ((0.40, 0.41, 0.52), "LSTM is ahead of both others beyond"),
    ],
)
def test_the_conclusion_on_cells_follows_the_figures(scores, words):
    rows = [
        fake(f"cells-{label.lower()}", label, score)
        for label, score in zip(("RNN", "GRU", "LSTM"), scores, strict=True)
    ]
    assert words in cells(View({row.name: row for row in rows}, {}, []))


def test_the_conclusion_on_settings_and_choice_follows_the_figures():
    one, other = fake("a", "one", 0.3, 0.12, table="schedules"), fake("b", "other", 0.5, 0.11, table="schedules")
    assert disagreements([one, other]) == (1, 1)
    assert "0.300 (one) to 0.500 (other) over 2 settings, beyond" in settings(View({"a": one, "b": other}, {}, []))
    rows = [
        fake("ladder-original", "", 0.5, table="ladder"),
        fake("ladder-unknown", "", 0.4, table="ladder"),
        fake("ladder-ships", "", 0.8, table="ladder"),
    ]
    said = choice(View({row.name: row for row in rows}, {}, []))
    assert (
        "no step between them that was trained here gains" in said
        and "0.800 (0.780–0.820)" in said
        and "what ships is 0.300 above the best" in said
    )


def test_a_model_file_has_no_development_score_in_the_ladder():
    test = {"f1": 0.8, "low": 0.7, "high": 0.9, "precision": 0.8, "recall": 0.8, "mean_f1": 0.1}
    trained = Row("ladder-original", "ladder", "first", {"test": test, "development": {"f1": 0.6}})
    lines = tables.ladder([trained, Row("ladder-ships", "ladder", "last", {"test": test})]).splitlines()
    assert lines[2].startswith("| first | 0.600 | 0.800 (0.700–0.900) |") and lines[3].startswith(
        "| last | – | 0.800 (0.700–0.900) |"
    )


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b'{"identity":"other"}'])
def test_a_damaged_record_is_told(tmp_path, content):
    (tmp_path / ("x-" + "0" * 12 + ".json")).write_bytes(content)
    with pytest.raises(DataError, match=r"x-000000000000\.json: .*remove the file"):
        Records(tmp_path).find("x", "0" * 64)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["-o", "OUT"], "give data: --hub, or --train and --test"),
        (["--train", "x"], "--output is needed"),
        (["--metric-only"], "--metric-only needs --hub"),
        (["--train", "missing.conll", "--test", "t", "-o", "OUT", "--plots", "none"], "missing.conll: cannot be read"),
        (["--train", "x", "--rows", "cels", "-o", "OUT", "--plots", "none"], "there is no cels; known are cells,"),
        (["--report-only", "-o", "OUT", "--plots", "none"], "there is no study here yet"),
    ],
)
def test_what_cannot_be_done_is_one_line(tmp_path, options, message):
    done = run_program("uk-tag-train", "study", *[str(tmp_path) if option == "OUT" else option for option in options])
    assert done.returncode in (1, 2) and message in done.stderr.decode() and b"Traceback" not in done.stderr


def test_plots_are_made_of_what_was_run(split, tmp_path):
    pytest.importorskip("matplotlib", reason="needs the package matplotlib (the extra `study`)")
    run = study(split, tmp_path, "--rows", "data,ladder-original,ladder-crf", "--plots", "svg")
    assert run.returncode == 0, run.stderr.decode()
    made = {path.name for path in tmp_path.glob("*.svg")}
    assert made == {"data.svg", "epochs-ladder.svg", "classes.svg", "confusion.svg", "length.svg", "seen.svg"}
    report = (tmp_path / "report.md").read_text(encoding="utf-8")
    assert all(f"]({name})" in report for name in made)
    before = {name: (tmp_path / name).read_bytes() for name in made}
    assert run_program("uk-tag-train", "study", "--report-only", "-o", tmp_path).returncode == 0
    assert {name: (tmp_path / name).read_bytes() for name in made} == before
