"""The benchmarks of peers, CoNLL layouts and plain text: their data, scores, environments and tables are right.

Speed itself is not tested.
"""

import re
import subprocess
import sys

import pytest
from peer import environments, report, timing, training
from peer.catalogue import PEERS, Environment, Peer
from peer.taggers import worker
from shapes import BETWEEN, shapes
from support import corpora
from support.processes import ROOT, run_program

from tagger.train.data.sources import all_sentences, read_training

# Learns the most frequent tag of each word, which is enough to check that data pass through unchanged.
MAJORITY = """
import json
from collections import Counter

PACKAGES = []
PIECE = 10

def resources(options):
    return []

def train(training, development, folder, seed, options):
    counts = {}
    for tokens, tags in training:
        for token, tag in zip(tokens, tags):
            counts.setdefault(token, Counter())[tag] += 1
    best = {token: tags.most_common(1)[0][0] for token, tags in counts.items()}
    (folder / "model.json").write_text(json.dumps(best))
    return f"{len(development)} development sentences, seed {seed}, {options}"

def load(folder, options):
    best = json.loads((folder / "model.json").read_text())
    return lambda sentences: [[best.get(token, "O") for token in tokens] for tokens in sentences]
"""
NOWHERE = Environment("none", ())


@pytest.fixture
def data(tiny_corpus, tmp_path):
    test = tmp_path / "test.conll"
    test.write_text(corpora.conll(60, seed=9), encoding="utf-8")
    return training.prepare_data(tiny_corpus, test, tmp_path / "cache", 42, print)


@pytest.fixture
def peer(tmp_path, monkeypatch):
    (tmp_path / "majority.py").write_text(MAJORITY)
    (tmp_path / "broken.py").write_text("raise OSError('no such thing')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return Peer("majority", "the usual tag", NOWHERE, "majority", ("careful",))


def test_development_documents_are_those_of_the_trainer(data, tiny_corpus):
    parts = read_training((str(tiny_corpus),), share=0.12, seed=42, log=print)
    for name, documents in zip(("training", "development"), parts, strict=True):
        expected = [(list(sentence.tokens), list(sentence.tags)) for sentence in all_sentences(documents)]
        assert worker.read(data.folder / f"{name}.conll") == expected and expected


def test_a_peer_is_trained_once_and_scored_by_our_metric(data, peer, tmp_path):
    folder, about = training.model(sys.executable, peer, data, tmp_path, seed=7)
    assert (
        about["note"]
        == f"{len(worker.read(data.folder / 'development.conll'))} development sentences, seed 7, ['careful']"
    )
    assert about["model_bytes"] == (folder / "model.json").stat().st_size
    found = training.scores(sys.executable, peer, folder, data)
    best = {"Компанія": "O"} | dict(
        re.findall(r'"([^"]+)": "([^"]+)"', (folder / "model.json").read_text().encode().decode("unicode_escape"))
    )
    expected = training.score(
        [tags for _, tags in data.gold], [[best.get(token, "O") for token in tokens] for tokens, _ in data.gold]
    )
    assert found.micro == expected.micro and found.micro.correct > 0
    (folder / "model.json").unlink()  # neither is done again
    assert training.model(sys.executable, peer, data, tmp_path, seed=7) == (folder, about)
    assert training.scores(sys.executable, peer, folder, data).micro == found.micro


def test_a_span_that_is_half_right_counts_for_nothing(tmp_path):
    worker.write(tmp_path / "tagged", [(["Олена", "Шевчук"], ["B-PERS", "O"])])
    assert training.strict([(["Олена", "Шевчук"], ["B-PERS", "I-PERS"])], tmp_path / "tagged").micro.f1 == 0
    with pytest.raises(RuntimeError, match="not those"):
        training.strict([(["Олена"], ["B-PERS"])], tmp_path / "tagged")


def test_time_runs_out_between_pieces(data, peer, tmp_path):
    folder, _ = training.model(sys.executable, peer, data, tmp_path, seed=7)
    words = ("--input", data.test, "--output", tmp_path / "tags", "--seconds", 0)
    assert training.call(sys.executable, peer, "tag", folder, tmp_path / "record", *words)["tokens"] == 0
    words = ("--input", data.test, "--output", tmp_path / "tags")
    found = training.call(sys.executable, peer, "tag", folder, tmp_path / "record", *words)
    assert (found["sentences"], found["tokens"]) == (60, sum(len(tokens) for tokens, _ in data.gold))


def test_taggers_take_turns_and_a_failure_stops_nobody_else(peer, data, tmp_path):
    order = []

    def way(name, tokens, tagging, start):
        return lambda: order.append(name) or (tokens, tagging, start)

    broken = timing.peer_process(sys.executable, Peer("b", "b", NOWHERE, "broken"), tmp_path, data.test, 1)
    times, failures = timing.in_turns(
        {"a": way("a", 100, 1.0, 3.0), "broken": broken, "b": way("b", 50, 2.0, 0.5)}, 3, print
    )
    assert order == ["a", "b"] * 3
    assert failures == {"broken": "OSError: no such thing"}
    assert (times["a"].rate, times["a"].whole_rate, times["b"].rate, times["b"].start_seconds) == (100, 25, 25, 0.5)


def test_our_own_run_is_the_real_program(data, tmp_path):
    scores = training.strict(data.gold, report.own_tags(data.test, tmp_path, "uk-ner"))
    assert scores.tokens == sum(len(tokens) for tokens, _ in data.gold) and scores.micro.correct > 0
    _, text, word = timing.write_texts(data.gold, tmp_path)
    tokens, tagging, start = timing.own_process(text, word, scores.tokens, "uk-ner")()
    assert tokens == scores.tokens and start > 0 and tagging > -start


def test_the_sample_is_the_same_for_the_same_seed_and_fair_in_each_part(data):
    chosen = timing.sample(data.gold, 100, 1)
    assert chosen == timing.sample(data.gold, 100, 1) != data.gold[: len(chosen)]
    assert 100 <= sum(len(tokens) for tokens, _ in chosen) < 150
    assert sorted(timing.sample(data.gold, 10**9, 1)) == sorted(data.gold)


def test_the_table_compares_the_whole_of_uk_tag_with_tagging_alone():
    own = report.Row(
        report.OWN,
        "uk-tag",
        True,
        8_100_000,
        training.score([["B-LOC"]], [["B-LOC"]]),
        timing.Times([1000, 1000], [0.75, 0.75], [0.25, 0.25]),
    )
    small = report.Row(report.SMALL, "small", True, 1_000_000, None, timing.Times([1000], [0.25], [0.25]))
    other = report.Row("other", "Other", False, 1_000_000, None, timing.Times([100], [0.5], [9.0]))
    failed = report.Row("failed", "Failed", True, failure="no wheel")
    setting = {"processor": "P", "cpus": 2, "date": "D", "tokens": 1000, "runs": 2}
    lines = report.table([own, small, other, failed], setting).splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]
    assert len({len(row) for row in cells}) == 1
    assert cells[2] == [
        "uk-tag, whole process",
        "-",
        "1.000",
        "-",
        "-",
        "**1.000**",
        "1,000",
        "",
        "",
        "0.25 s",
        "8.1 MB",
        "as shipped",
    ]
    assert cells[3][6] == "1,333"
    assert (cells[4][0], cells[4][6]) == ("small, whole process", "2,000")
    assert cells[6] == ["Other", *"-----", "200", "5.0", "10.0", "9.00 s", "1.0 MB", "random"]
    assert cells[7] == ["Failed", *"---------", "-", "no wheel"]
    record = report.as_dict([own, other, failed], setting)
    assert record["taggers"][1]["speed"]["tokens_per_second"] == 200 and record["taggers"][2]["failure"] == "no wheel"


def test_torch_is_pinned_and_comes_before_what_wants_it():
    for peer in PEERS:
        first = peer.environment.installs[0]
        assert peer.environment.name not in ("stanza", "flair") or first == ("torch==2.13.0",)
    assert len({peer.key for peer in PEERS}) == len(PEERS)


def test_peers_know_nothing_of_this_project():
    for name in {"worker", *(peer.module for peer in PEERS)}:
        text = (ROOT / "tests" / "benchmarks" / "peer" / "taggers" / f"{name}.py").read_text(encoding="utf-8")
        assert not re.search(r"^\s*(from|import) (tagger|export|peer)\b", text, re.MULTILINE), name


def test_an_environment_is_made_once_and_its_failure_is_one_line(tmp_path):
    python = environments.prepare(NOWHERE, tmp_path)
    assert python.exists() and python.resolve() != tmp_path
    mark = python.parent.parent / "mark"
    mark.touch()
    assert environments.prepare(NOWHERE, tmp_path) == python and mark.exists()
    with pytest.raises(RuntimeError, match=r"^ERROR: .*no-such-folder"):
        environments.prepare(Environment("none", (("./no-such-folder",),)), tmp_path)
    assert not mark.exists(), "an environment made from other requirements is made anew"


def test_the_plot_tells_what_is_measured(tmp_path):
    pytest.importorskip("matplotlib", reason="the plot needs matplotlib")
    import plot

    def tagger(key, rate, **more):
        return {
            "key": key,
            "name": key,
            "speed": {"tokens_per_second": rate, "whole_process_tokens_per_second": rate - 1},
            **more,
        }

    taggers = [
        tagger("uk-tag", 5e4, scores={"micro": {"f1": 0.8}}),
        tagger("flair-published", 300.0),
        {"key": "failed", "name": "failed"},
    ]
    plot.draw({"setting": {"processor": "P", "date": "D"}, "taggers": taggers}, tmp_path / "plot.svg")
    text = (tmp_path / "plot.svg").read_text(encoding="utf-8")
    assert "flair-uk-ner (F1 published)" in text and "speed not measured here" in text and "failed" not in text


def test_the_shapes_hold_the_same_tokens(tiny_model):
    sentences = [["Олена", "живе", "в", "Києві"], ["«", "Так", "»"]] * BETWEEN
    files = shapes(sentences)
    outputs = {
        run_program("uk-tag", "-m", tiny_model, "-i", "conll", "-O", "conll", stdin=text.encode(), check=True).stdout
        for text in files.values()
    }
    assert len(set(files.values())) == len(files) > 1 == len(outputs)
    assert [line.split("\t")[0] for line in outputs.pop().decode().split("\n")] == [
        token for tokens in sentences for token in [*tokens, ""]
    ] + [""]


def test_running_text_is_measured_in_each_way(tmp_path):
    text = tmp_path / "text.txt"
    text.write_text("Олена живе у Києві. Вона каже: «Так!»\n\nТак.\n", encoding="utf-8")
    program = ROOT / "tests" / "benchmarks" / "running_text.py"
    done = subprocess.run(
        [sys.executable, program, text, "--runs", "1"], capture_output=True, text=True, check=True, timeout=200
    )
    head, _, _, *rows = done.stdout.rstrip("\n").split("\n")
    assert "14 tokens in 2 paragraphs" in head
    assert [len(re.findall(r"[\d,]+ \(\d+\.\d\d\)", row)) for row in rows] == [3, 3, 3, 2]
