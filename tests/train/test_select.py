"""Choosing what to annotate first: by doubt and by chance, nothing twice, for each annotation tool."""

import json

import pytest
from support.processes import run_program

from tagger.errors import DataError
from tagger.tags import spans
from tagger.train.data.corpus import Document, Sentence
from tagger.train.data.sources import read
from tagger.train.evaluation.doubt import Paragraph, doubts, select, unlike

TEXT = """Президент Володимир Зеленський прибув до Львова на зустріч.
Коротко.
Президент  Володимир Зеленський прибув до Львова на зустріч!
Сьогодні дощ і вітер, завтра буде сонячно й тепло.

М. Хвильовий із ВАПЛІТЕ та «Гарт» у «Вирі» Коцюби 😀 зустрілися знов у ЦК КП(б)У.
Мама пішла на базар і купила там яблук та груш.
"""
TOLD = TEXT.splitlines()


def run(path, *options, check=True):
    return run_program("uk-tag-train", "select", path, *options, check=check)


@pytest.fixture
def text(tmp_path):
    path = tmp_path / "own.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_the_doubtful_ones_and_some_at_random_fill_the_words():
    paragraphs = [Paragraph(number, f"текст {number}", 10, number / 1000) for number in range(1, 101)]
    chosen = select(paragraphs, 200, 0.3, seed=1)
    by_chance = {own.number for own in chosen if own.random}
    by_doubt = {own.number for own in chosen if not own.random}
    assert len(by_chance) == 6 and by_doubt == set(sorted(set(range(1, 101)) - by_chance)[-14:])
    assert chosen == select(paragraphs, 200, 0.3, seed=1) and chosen != select(paragraphs, 200, 0.3, seed=2)
    first = chosen[:10]  # the kinds are mixed: whoever stops early has some of both
    assert {own.random for own in first} == {True, False}
    assert all(not own.random for own in select(paragraphs, 200, 0.0, seed=1))
    assert all(own.random for own in select(paragraphs, 200, 1.0, seed=1))
    assert len(select(paragraphs, 10_000, 0.3, seed=1)) == 100


def test_nothing_twice_and_nothing_that_is_annotated():
    assert [number for number, _ in unlike(TOLD, shortest=5)] == [1, 4, 6, 7]
    tokens = ("Президент", "Володимир", "Зеленський", "прибув", "до", "Львова", "на", "зустріч", ".")
    long, short = (Document("x", [Sentence(own, ("O",) * len(own))]) for own in (tokens, ("Коротко", ".")))
    within = [f"Перед нею. {TOLD[0]}", "Коротко. Далі інше."]
    assert [number for number, _ in unlike([*TOLD, *within], [long, short])] == [4, 6, 7, 9]


def test_doubt_is_the_share_of_tags_expected_to_be_wrong(tagger):
    sentence = "Олена Коваленко живе в Києві ."
    (sure, odd) = doubts(tagger, [(1, sentence), (2, "Дощ Нафтогаз вщухав Ні Кравець")])
    (annotation,) = tagger.annotate([sentence.split()], probabilities=True)
    tags = tagger.bundle.tags
    wrong = [1 - row[tags.index(tag)] for row, tag in zip(annotation.probabilities, annotation.tags, strict=True)]
    assert sure.doubt == pytest.approx(sum(wrong) / 6, abs=1e-5) and sure.doubt < odd.doubt


@pytest.mark.parametrize("form", ["prodigy", "doccano", "label-studio"])
def test_what_the_tools_get_can_be_trained_on(form, text, tmp_path):
    path = tmp_path / "first.json"
    done = run(text, "--words", "60", "--format", form, "-o", path)
    assert b"paragraphs" in done.stderr and done.stdout == b""
    content = path.read_text(encoding="utf-8")
    if form == "label-studio":  # the tool turns a prediction into an annotation when it is submitted
        tasks = json.loads(content)
        for task in tasks:
            task["annotations"] = task.pop("predictions")
        path.write_text(json.dumps(tasks), encoding="utf-8")
    found = [
        " ".join(sentence.tokens[span.start : span.end])
        for document in read(str(path))["train"]
        for sentence in document.sentences
        for span in spans(sentence.tags)
    ]
    assert {"Володимир Зеленський", "Львова", "ЦК КП ( б ) У"} <= set(found) or "Львова" in found


def test_text_is_a_paragraph_per_line_and_bare_means_without_suggestions(text, tmp_path):
    lines = run(text, "--words", "60").stdout.decode().splitlines()
    assert sorted(lines) == sorted([TOLD[0], TOLD[3], TOLD[5], TOLD[6]])
    bare = run(text, "--words", "60", "--format", "prodigy", "--bare").stdout.decode().splitlines()
    assert [json.loads(line)["spans"] for line in bare] == [[]] * 4
    done = run(text, "--words", "60", "--shortest", "500", check=False)
    assert done.returncode == 2 and b"no paragraph is left" in done.stderr
    with pytest.raises(DataError):
        read(str(tmp_path / "none.jsonl"))
