"""Model cards: what stands in them is what the model file and a scoring say."""

import json
import re

import pytest
from support.processes import run_program

from tagger.train.evaluation.hub_block import hub_block


@pytest.fixture(scope="module")
def dev(tiny_corpus, tmp_path_factory):
    path = tmp_path_factory.mktemp("dev") / "dev.conll"
    assert run_program("uk-tag-train", "split", tiny_corpus, "-o", path).returncode == 0
    return path


@pytest.fixture(scope="module")
def card(tiny_model, tiny_corpus, dev, tmp_path_factory):
    path = tmp_path_factory.mktemp("card") / "CARD.md"
    options = ("--development", dev, "--test", tiny_corpus, "--against", tiny_corpus)
    done = run_program("uk-tag-train", "card", tiny_model, tiny_model, *options, "-o", path)
    assert done.returncode == 0, done.stderr.decode()
    return path.read_text(encoding="utf-8")


def test_it_holds_what_was_measured(card, tiny_model, tiny_corpus):
    done = run_program(
        "uk-tag-train",
        "evaluate",
        tiny_model,
        tiny_corpus,
        "--intervals",
        "--breakdown",
        "--robustness",
        "--json",
        check=True,
    )
    content = json.loads(done.stdout)
    test = card.split("## Scores on train.conll")[1].split("\n## ")[0]
    micro = content["all"]["micro"]
    assert f"| **all (micro)** | {micro['precision']:.3f} | {micro['recall']:.3f} | {micro['f1']:.3f} |" in test
    for name in ("lower-cased", "upper-cased", "apostrophes swapped", "stress-marked", "e-mail-like", "unpunctuated"):
        loss = float(re.search(rf"\| {name} \|.*\| (-?[\d.]+) \|", test)[1])
        assert loss == pytest.approx(content["robustness"][name]["drop"], abs=0.051)
    assert "| A (10) |" in test and "| 1-5 tokens |" in test and "| 5+ |" in test


def test_it_holds_what_the_model_says(card, tiny_model):
    about = json.loads(run_program("uk-tag-export", "--show", tiny_model, "--json", check=True).stdout)
    assert (
        about["digest"] in card
        and about["data"]["fingerprint"] in card
        and about["data"]["development_fingerprint"] in card
    )
    assert about["training"]["loop"]["seed"] == 42 and '"loop.seed": 42' in card
    assert about["exported"]["precision"] == "float32" and ", float32;" in card
    assert "this is dev.conll below" in card and "(not stated)" in card


def test_it_says_how_to_make_it_and_where_from_no_folder(card, tiny_model):
    assert (
        "uk-tag-train card tiny.onnx tiny.onnx --development dev.conll --test train.conll --against train.conll" in card
    )
    assert str(tiny_model.parent) not in card


def test_development_sets_are_known_together(tiny_model, dev, tmp_path):
    documents = list(filter(None, re.split(r"(?=^# newdoc)", dev.read_text(encoding="utf-8"), flags=re.MULTILINE)))
    half = len(documents) // 2
    assert half
    parts = {"one.conll": documents[:half], "other.conll": documents[half:]}
    for name, own in parts.items():
        (tmp_path / name).write_text("".join(own), encoding="utf-8")
    both = [word for name in parts for word in ("--development", tmp_path / name)]
    for given, told in ((both, "these are one.conll, other.conll below"), (both[:2], "**not the development data")):
        assert told in run_program("uk-tag-train", "card", tiny_model, *given, check=True).stdout.decode()


def test_a_label_has_the_explanation_that_its_model_gives(tiny_checkpoint, dev, tmp_path):
    model = tmp_path / "explained.onnx"
    run_program("uk-tag-export", tiny_checkpoint, model, "--card", "label.LOC=settlements | rivers: Київ", check=True)
    text = run_program("uk-tag-train", "card", model, "--development", dev, check=True).stdout.decode()
    assert r"| LOC | settlements \| rivers: Київ |" in text
    done = run_program("uk-tag-export", tiny_checkpoint, tmp_path / "x.onnx", "--card", "label.PLANET=Марс")
    assert (
        done.returncode == 2 and b"the model has no label PLANET" in done.stderr and not (tmp_path / "x.onnx").exists()
    )


def test_weaknesses_come_from_the_figures(card):
    weak = card.split("## Known weaknesses")[1]
    assert "By the scores on train.conll" in weak and "The label with the lowest F1 is" in weak


def test_what_is_no_model_file(tiny_checkpoint, dev, tmp_path):
    for model, message in ((tiny_checkpoint, b"export the checkpoint"), (tmp_path / "none", b"cannot be read")):
        done = run_program("uk-tag-train", "card", model, "--development", dev)
        assert done.returncode == 1 and message in done.stderr and b"Traceback" not in done.stderr


def test_the_block_of_the_hub_is_read_by_the_hub(tiny_model, tiny_corpus, tmp_path):
    """And development data are not needed for a card."""
    path = tmp_path / "README.md"
    run_program("uk-tag-train", "card", tiny_model, "--test", tiny_corpus, "--hub", "-o", path, check=True)
    text = path.read_text(encoding="utf-8")
    assert (
        text.startswith("---\nlanguage:\n- uk\n") and "not scored here" in text and "--test train.conll --hub" in text
    )
    hub = pytest.importorskip("huggingface_hub")
    data = hub.ModelCard(text).data
    assert (data.language, data.pipeline_tag, data.model_name) == (["uk"], "token-classification", "tiny.onnx")
    found = {result.metric_type: result.metric_value for result in data.eval_results}
    shown = re.search(r"\*\*all \(micro\)\*\* \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \|", text).groups()
    assert [f"{found[kind]:.3f}" for kind in ("precision", "recall", "f1")] == list(shown)


@pytest.mark.parametrize(
    ("licence", "shown"),
    [
        ("CC BY-NC-SA 4.0", "license: cc-by-nc-sa-4.0\n"),
        ("MIT", "license: mit\n"),
        ('ours: "all"', 'license: other\nlicense_name: "ours: \\"all\\""\n'),
        ("", "- uk\nlibrary_name"),
    ],
)
def test_licences_are_named_as_the_hub_names_them(licence, shown):
    assert shown in hub_block("x", {"licence": licence}, [])


def test_a_card_needs_something_to_score_on(tiny_model):
    done = run_program("uk-tag-train", "card", tiny_model)
    assert done.returncode == 2 and b"give --test or --development" in done.stderr
