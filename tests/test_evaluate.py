"""Scores of checkpoints and model files, as the program prints them."""

import json

from conftest import run_program


def test_a_checkpoint_and_its_model_file_score_alike(tiny_checkpoint, tiny_model, tiny_corpus):
    one, other = (json.loads(run_program("uk-tag-train", "evaluate", path, tiny_corpus, "--json", check=True).stdout) for path in (tiny_checkpoint, tiny_model))
    assert one == other
    assert one["all"]["micro"]["f1"] > 0.95
    assert {"all", "source A", "source B", "lower-cased", "upper-cased"} <= one.keys()
    halves = [one["source A"]["micro"]["gold"], one["source B"]["micro"]["gold"]]
    assert sum(halves) == one["all"]["micro"]["gold"]


def test_the_table_names_every_class(tiny_model, tiny_corpus):
    text = run_program("uk-tag-train", "evaluate", tiny_model, tiny_corpus, check=True).stdout.decode()
    for word in ("PERS", "LOC", "ORG", "micro", "macro", "token accuracy", "source A", "lower-cased", "missed", "(no entity)"):
        assert word in text


def test_gold_labels_that_the_model_does_not_know_count_as_missed(tiny_model, tmp_path):
    data = tmp_path / "x.conll"
    data.write_text("Так\tO\nМарс\tB-PLANET\n")
    report = json.loads(run_program("uk-tag-train", "evaluate", tiny_model, data, "--json", check=True).stdout)
    assert report["all"]["classes"]["PLANET"]["gold"] == 1 and report["all"]["classes"]["PLANET"]["recall"] == 0


def test_bad_models_and_data(tiny_model, tiny_corpus, tmp_path):
    for arguments, message in [
        ((tmp_path / "none", tiny_corpus), "cannot be read"),
        ((tiny_corpus, tiny_corpus), "no model of uk-tag"),
        ((tiny_model, tmp_path / "none.conll"), "cannot be read"),
        ((tiny_model, tiny_corpus, "--map", "x"), "write OLD=NEW"),
    ]:
        done = run_program("uk-tag-train", "evaluate", *arguments)
        assert done.returncode in (1, 2) and message in done.stderr.decode() and b"Traceback" not in done.stderr


def test_describe(tiny_corpus):
    report = json.loads(run_program("uk-tag-train", "describe", tiny_corpus, "--against", tiny_corpus, "--json", check=True).stdout)
    (figures,) = report.values()
    assert figures["documents"] == 20 and figures["sentences"] == 200 and figures["unseen_entity_words"] == 0
    assert sum(figures["tags"].values()) == figures["tokens"]
    assert figures["entities"] == sum(figures["classes"].values()) == sum(count for tag, count in figures["tags"].items() if tag.startswith("B-"))
    assert b"sentence length" in run_program("uk-tag-train", "describe", tiny_corpus, check=True).stdout


def test_calibration_counts_what_is_right(tiny_model, tiny_corpus):
    done = run_program("uk-tag-train", "evaluate", tiny_model, tiny_corpus, "--calibration", "--json", check=True)
    content = json.loads(done.stdout)
    bins = content["calibration"]["bins"]
    assert sum(part["entities"] for part in bins) == content["all"]["micro"]["predicted"]
    right = sum(part["entities"] * part["right"] for part in bins)
    assert round(right) == content["all"]["micro"]["right"]
    assert all(part["low"] <= part["score"] <= part["high"] for part in bins) and 0 <= content["calibration"]["error"] < 0.5
    assert b"calibration error" in run_program("uk-tag-train", "evaluate", tiny_model, tiny_corpus, "--calibration", check=True).stdout
