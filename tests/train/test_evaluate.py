"""Scores of checkpoints and model files, as the program prints them."""

import json

import pytest
from support.processes import run_program

from tagger.inference.model_path import SHIPPED_MODEL, sister


def test_a_checkpoint_and_its_model_file_score_alike(tiny_checkpoint, tiny_model, tiny_corpus):
    one, other = (
        json.loads(run_program("uk-tag-train", "evaluate", path, tiny_corpus, "--json", check=True).stdout)
        for path in (tiny_checkpoint, tiny_model)
    )
    assert one == other
    assert one["all"]["micro"]["f1"] > 0.95
    assert {"all", "source A", "source B", "lower-cased", "upper-cased"} <= one.keys()
    halves = [one["source A"]["micro"]["gold"], one["source B"]["micro"]["gold"]]
    assert sum(halves) == one["all"]["micro"]["gold"]


def test_the_table_names_every_class(tiny_model, tiny_corpus):
    text = run_program("uk-tag-train", "evaluate", tiny_model, tiny_corpus, check=True).stdout.decode()
    for word in (
        "PERS",
        "LOC",
        "ORG",
        "micro",
        "macro",
        "token accuracy",
        "source A",
        "lower-cased",
        "missed",
        "(no entity)",
    ):
        assert word in text


def test_labels_that_the_model_does_not_have_are_told_and_not_scored(tiny_model, tmp_path):
    data = tmp_path / "x.conll"
    data.write_text("Так\tO\nМарс\tB-PLANET\n\nУ\tO\nКиєві\tB-LOC\n", encoding="utf-8")
    done = run_program("uk-tag-train", "evaluate", tiny_model, data, "--json", check=True)
    report = json.loads(done.stdout)
    assert "PLANET" not in report["all"]["classes"]
    assert report["all"]["micro"]["gold"] == 1 and report["not_scored"] == {"PLANET": 1}
    told = f"{data}: not scored, since the tagger does not have these labels: PLANET (1)\n"
    assert done.stderr.decode() == told
    card = run_program("uk-tag-train", "card", tiny_model, "--test", data, check=True)
    assert card.stderr.decode() == told and "PLANET" not in card.stdout.decode()


def test_data_without_a_label_of_the_model_is_an_error(tiny_model, tmp_path):
    data = tmp_path / "x.conll"
    data.write_text("Так\tO\nОлена\tB-PER\n", encoding="utf-8")
    done = run_program("uk-tag-train", "evaluate", tiny_model, data)
    assert done.returncode == 1 and not done.stdout
    assert "has none of the labels of this data: PER (1); it has " in done.stderr.decode()
    assert "--map" in done.stderr.decode()


def test_labels_that_the_model_finds_are_renamed_like_those_of_the_data(tiny_model, tiny_corpus, tmp_path):
    few = tmp_path / "few.conll"  # annotated in fewer classes than the model has
    few.write_text(tiny_corpus.read_text(encoding="utf-8").replace("-ORG", "-LOC"), encoding="utf-8")
    given = ["--map", "ORG=LOC,NONE=O", "--calibration"]
    for data in (few, tiny_corpus):
        found = json.loads(
            run_program("uk-tag-train", "evaluate", tiny_model, data, "--json", *given, check=True).stdout
        )
        assert found["all"]["micro"]["f1"] > 0.95 and set(found["all"]["classes"]) == {"PERS", "LOC"}
        counts, bins = found["all"]["micro"], found["calibration"]["bins"]
        assert sum(own["entities"] for own in bins) == counts["predicted"]
        correct = sum(own["entities"] * own["right"] for own in bins)
        assert correct == pytest.approx(counts["precision"] * counts["predicted"], abs=0.1)
    dropped = run_program("uk-tag-train", "evaluate", tiny_model, few, "--json", "--map", "ORG=LOC,PERS=O", check=True)
    assert set(json.loads(dropped.stdout)["all"]["classes"]) == {"LOC"}
    card = run_program(
        "uk-tag-train", "card", tiny_model, "--test", few, "--map", "ORG=LOC", check=True
    ).stdout.decode()
    assert "| ORG |" not in card and "--map ORG=LOC" in card


def test_a_model_of_the_package_is_known_by_its_name(tiny_corpus):
    named, own = (
        run_program("uk-tag-train", "evaluate", model, tiny_corpus, check=True).stdout
        for model in ("uk-ner", sister(SHIPPED_MODEL))
    )
    assert named == own


def test_bad_models_and_data(tiny_model, tiny_corpus, tmp_path):
    for arguments, message in [
        ((tmp_path / "none", tiny_corpus), "cannot be read"),
        ((tiny_corpus, tiny_corpus), "not a model of uk-tag"),
        ((tiny_model, tmp_path / "none.conll"), "cannot be read"),
        ((tiny_model, tiny_corpus, "--map", "x"), "write OLD=NEW"),
    ]:
        done = run_program("uk-tag-train", "evaluate", *arguments)
        assert done.returncode in (1, 2) and message in done.stderr.decode() and b"Traceback" not in done.stderr


def test_describe(tiny_corpus):
    report = json.loads(
        run_program("uk-tag-train", "describe", tiny_corpus, "--against", tiny_corpus, "--json", check=True).stdout
    )
    (figures,) = report.values()
    assert figures["documents"] == 20 and figures["sentences"] == 200 and figures["unseen_entity_words"] == 0
    assert sum(figures["tags"].values()) == figures["tokens"]
    assert (
        figures["entities"]
        == sum(figures["classes"].values())
        == sum(count for tag, count in figures["tags"].items() if tag.startswith("B-"))
    )
    assert b"sentence length" in run_program("uk-tag-train", "describe", tiny_corpus, check=True).stdout


def test_calibration_counts_what_is_right(tiny_model, tiny_corpus):
    done = run_program("uk-tag-train", "evaluate", tiny_model, tiny_corpus, "--calibration", "--json", check=True)
    content = json.loads(done.stdout)
    bins = content["calibration"]["bins"]
    assert sum(part["entities"] for part in bins) == content["all"]["micro"]["predicted"]
    right = sum(part["entities"] * part["right"] for part in bins)
    assert round(right) == content["all"]["micro"]["right"]
    assert (
        all(part["low"] <= part["score"] <= part["high"] for part in bins)
        and 0 <= content["calibration"]["error"] < 0.5
    )
    assert content["calibration"]["temperature"] == 1 and content["calibration"]["best"]["value"] > 0
    assert (
        b"calibration error"
        in run_program("uk-tag-train", "evaluate", tiny_model, tiny_corpus, "--calibration", check=True).stdout
    )


def test_every_further_figure(tiny_model, tiny_corpus, tmp_path):
    errors = tmp_path / "errors.tsv"
    options = ("--intervals", "--breakdown", "--robustness", "--against", tiny_corpus, "--errors", errors)
    content = json.loads(
        run_program("uk-tag-train", "evaluate", tiny_model, tiny_corpus, *options, "--json", check=True).stdout
    )
    micro = content["all"]["micro"]
    for counts in (
        micro,
        content["source A"]["micro"],
        content["e-mail-like"]["micro"],
        *content["lengths"].values(),
        *content["all"]["classes"].values(),
    ):
        low, high = counts["interval"]
        assert low <= counts["f1"] <= high
    for group in ("lengths", "seen"):
        assert sum(counts["gold"] for counts in content[group].values()) == micro["gold"]
    assert (
        set(content["robustness"])
        == set(content["sturdiness"])
        == {"lower-cased", "upper-cased", "apostrophes swapped", "stress-marked", "e-mail-like", "unpunctuated"}
    )
    assert (
        content["robustness"]["unpunctuated"]["drop"]
        == content["sturdiness"]["unpunctuated"]["loss"]
        == round(100 * (micro["f1"] - content["unpunctuated"]["micro"]["f1"]), 2)
    )
    lines = errors.read_text(encoding="utf-8").splitlines()
    assert len(lines) - 1 == sum(sum(kind.values()) for kind in content["errors"].values())
    text = run_program("uk-tag-train", "evaluate", tiny_model, tiny_corpus, *options, check=True).stdout.decode()
    for word in (
        "95% interval",
        "stress-marked",
        "drop in F1",
        "1-5 tokens",
        "names seen 2-4 times",
        "boundary and type",
    ):
        assert word in text


def test_the_data_itself_does_not_count_as_training(tiny_model, tmp_path):
    sentence = "Учора\tO\nПетро\tB-PERS\nбув\tO\nу\tO\nКиєві\tB-LOC\n,\tO\nа\tO\nОлена\tB-PERS\nні\tO\n\n"
    data, training = tmp_path / "data.conll", tmp_path / "training.conll"
    data.write_text(f"# newdoc id = one\n{sentence}", encoding="utf-8")
    training.write_text(f"# newdoc id = copy\n{sentence}# newdoc id = other\nКИЄВІ\tB-ORG\n\n", encoding="utf-8")
    content = json.loads(
        run_program("uk-tag-train", "evaluate", tiny_model, data, "--against", training, "--json", check=True).stdout
    )
    assert [content["seen"][times]["gold"] for times in ("0", "1", "2-4", "5+")] == [2, 1, 0, 0]


def test_errors_that_cannot_be_written(tiny_model, tiny_corpus, tmp_path):
    done = run_program(
        "uk-tag-train", "evaluate", tiny_model, tiny_corpus, "--errors", tmp_path / "none" / "errors.tsv"
    )
    assert done.returncode == 1 and b"cannot be written" in done.stderr and b"Traceback" not in done.stderr
