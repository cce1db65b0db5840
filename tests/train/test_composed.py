"""Composed sentences: tokens of running text, valid annotations, parts that share nothing, one result for a seed."""

import re
import subprocess
import sys
from random import Random

import pytest
from support.processes import ROOT

from tagger import tags as bio
from tagger.errors import DataError
from tagger.text.tokenizer import sentence_spans, token_spans, tokenize
from tagger.train.data.composed import compose as composing
from tagger.train.data.composed import lists
from tagger.train.data.composed.compose import Composed, annotated, compose, composed_texts, fill
from tagger.train.data.composed.euphony import preposition
from tagger.train.data.composed.inflection import CASES, HEAD, inflect, plural
from tagger.train.data.composed.made import moments, quantities
from tagger.train.data.composed.made.military import ordinal
from tagger.train.data.composed.names import capitalized, read_names
from tagger.train.data.composed.parts import DEVELOPMENT, PARTS, TRAINING, own_templates, part_of
from tagger.train.data.composed.people import in_case
from tagger.train.data.composed.slots import Source
from tagger.train.data.composed.template import templates
from tagger.train.data.corpus import read_conll

pytest.importorskip("pymorphy3")

LABELS = set("ART DATE DOC JOB LOC MISC MON ORG PCT PERIOD PERS QUANT TIME".split())
# The kinds of slots whose names are made and not listed: their numbers belong to parts, their words do not.
MADE = {"DATE", "TIME", "PERIOD", "MON", "PCT", "QUANT"}
SURNAMES = "бондаренко ткачук лисак мороз гриценко яцик руденко савчин олійник дяків кузьменко шевчук юрченко".split()
FIRST = 60  # texts of each kind that are looked at


@pytest.fixture(scope="module")
def gazetteer(tmp_path_factory):
    path = tmp_path_factory.mktemp("names") / "names.tsv"
    lines = [*(f"{name}\tsurname\n" for name in SURNAMES), "олена\tname\n", "назар\tname\n", "ізюм\tplace\n"]
    path.write_text("".join(lines), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def texts(gazetteer):
    """The first texts of each kind, by part."""
    return {
        part: {
            kind: [text for text, _ in zip(composed_texts(kind, names, 1, part), range(FIRST), strict=False)]
            for kind in templates()
        }
        for part in PARTS
        for names in [read_names(gazetteer, part)]
    }


def test_every_template_can_be_filled(gazetteer):
    for part in PARTS:
        names = read_names(gazetteer, part)
        for own in templates().values():
            for template in own_templates(own, part):
                for seed in range(6):
                    composed = fill(template, Source(names, part, Random(seed)))
                    assert annotated(composed) and not set(composed.text) & set("{}<>~^"), template


def test_kinds_have_enough_templates():
    assert len(templates()) >= 22
    assert all(len(set(own)) == len(own) >= 25 for own in templates().values())


def test_tokens_are_those_of_running_text(texts):
    for kinds in texts.values():
        for own in kinds.values():
            for composed in own:
                sentences = annotated(composed)
                # each sentence is one that uk-tag makes, or several where it would cut a name, or the whole line
                bounds = [0, *(end for _, end in sentence_spans(composed.text))]
                known = {
                    tuple(tokenize(composed.text[first:last])) for first in bounds for last in bounds if first < last
                }
                assert {sentence.tokens for sentence in sentences} <= known, composed.text
                joined = "".join("".join(sentence.tokens) for sentence in sentences)
                assert "".join(joined.split()) == "".join(composed.text.split())  # a token may hold a space: 42 000
                assert not composed.whole or len(sentences) == 1


def test_annotations_are_valid(texts):
    for kinds in texts.values():
        for kind, own in kinds.items():
            found = 0
            for composed in own:
                for sentence in annotated(composed):
                    spans = bio.spans(sentence.tags)
                    assert list(sentence.tags) == bio.write(spans, len(sentence.tokens))
                    assert {span.label for span in spans} <= LABELS
                    found += len(spans)
                for start, end, _, _ in composed.spans:
                    name = composed.text[start:end]
                    assert (
                        name == name.strip() and not name.startswith((",", ";")) and not name.endswith((",", ";", ":"))
                    ), name
                    assert name.count("(") == name.count(")") and name.count("«") == name.count("»"), name
            assert (found == 0) if kind == composing.NONE else (found >= FIRST * 0.8), kind


def test_parts_share_no_name_and_no_template(texts):
    def names(part):
        return {
            part_key
            for own in texts[part].values()
            for composed in own
            for _, _, label, key in composed.spans
            for part_key in [(label, key.lower())]
            if key and (label not in MADE or any(letter.isdigit() for letter in key))
        }

    assert not names(TRAINING) & names(DEVELOPMENT) and len(names(DEVELOPMENT)) > 200
    for own in templates().values():
        parts = [set(own_templates(own, part)) for part in PARTS]
        assert not parts[0] & parts[1] and parts[0] | parts[1] == set(own) and all(len(part) >= 5 for part in parts)


def test_names_of_a_part_stay_in_it_whatever_their_case():
    assert part_of("Т-72 Б3") == part_of("т-72б3")
    assert {part_of(str(number)) for number in range(99)} == set(PARTS)


def test_the_same_seed_gives_the_same(gazetteer):
    first, second, other = (list(compose(gazetteer, 80, seed)) for seed in (5, 5, 6))
    assert first == second and first != other
    # a kind does not depend on the others
    alone = list(compose(gazetteer, 3, 5, ["units"]))
    assert alone == [document for document in first if document.name.startswith("made-units/")][:3]
    assert [document.name for document in alone] == ["made-units/00001", "made-units/00002", "made-units/00003"]


def test_persons_and_verbs_agree_in_gender(gazetteer):
    source = Source(read_names(gazetteer, TRAINING), TRAINING, Random(3))
    for _ in range(30):
        text = fill("{S F P} {пода^}, {зверну^ся}, {пішов~пішла}", source).text
        patronymic, verbs = text.split()[2], text.split()[3:]
        woman = patronymic.endswith("на")
        assert verbs == (["подала,", "звернулася,", "пішла"] if woman else ["подав,", "звернувся,", "пішов"])


def test_cases():
    assert inflect("Міністерство|оборони", "gen", "n") == "Міністерства оборони"
    assert inflect("окрема штурмова бригада|", "ins", "f") == "окремою штурмовою бригадою"
    assert inflect("окремий полк|", "loc", "m") == "окремому полку" and inflect("Київ|", "loc", "m") != "Києву" + HEAD
    assert inflect("Т-72", "gen", "m") == "Т-72" and inflect("головний лікар|", "acc", "m", True) == "головного лікаря"
    assert [ordinal(number, "f", "") for number in (1, 3, 12, 47, 93)] == ["1-ша", "3-тя", "12-та", "47-ма", "93-тя"]


@pytest.mark.parametrize(
    ("name", "kind", "gender", "accusative", "instrumental"),
    [
        ("Богдан", "name", "m", "Богдана", "Богданом"),
        ("Ілля", "name", "m", "Іллю", "Іллею"),
        ("Любов", "name", "f", "Любов", "Любов'ю"),
        ("Кучма", "surname", "m", "Кучму", "Кучмою"),
        ("Мороз", "surname", "f", "Мороз", "Мороз"),
        ("Мороз", "surname", "m", "Мороза", "Морозом"),
        ("Левицька", "surname", "f", "Левицьку", "Левицькою"),
        ("Чорний", "surname", "m", "Чорного", "Чорним"),
    ],
)
def test_cases_of_persons(name, kind, gender, accusative, instrumental):
    assert [in_case(name, kind, case, gender) for case in ("", "acc", "ins")] == [name, accusative, instrumental]


def test_capitals_of_names():
    assert [capitalized(name) for name in ("о'коннор", "нечуй-левицький", "мар'яна")] == [
        "О'Коннор",
        "Нечуй-Левицький",
        "Мар'яна",
    ]


def test_everything_listed_can_be_inflected():
    for name, animate in (
        ("organisations", False),
        ("places", False),
        ("documents", False),
        ("units", False),
        ("jobs", True),
    ):
        for entry in lists.entries(name):
            if (name, entry.category) == ("jobs", "plural"):
                assert all(plural(entry.name, case) for case in CASES)
            elif HEAD in entry.name:
                assert all(inflect(entry.name, case, entry.gender, animate) for case in CASES), entry


@pytest.mark.parametrize(
    ("letter", "before", "after", "wanted"),
    [
        ("у", "Вона живе ", "Києві", "в"),
        ("у", "Він живе ", "Одесі", "в"),
        ("у", "Він був ", "Києві", "у"),
        ("у", "Вона була ", "Франції", "у"),
        ("У", "", "Львові", "У"),
        ("У", "", "Одесі", "В"),
        ("з", "Приїхала ", "Києва", "з"),
        ("з", "Приїхав ", "Києва", "із"),
        ("з", "Приїхала ", "Львова", "зі"),
        ("з", "Приїхав ", "Одеси", "з"),
    ],
)
def test_prepositions(letter, before, after, wanted):
    assert preposition(letter, before, after) == wanted


def test_a_name_that_is_no_sequence_of_tokens_is_an_error():
    with pytest.raises(DataError, match="no sequence of whole tokens"):
        annotated(Composed("Київська", ((0, 4, "LOC", "Київ"),)))


def test_a_full_stop_that_the_tokenizer_leaves_on_a_name_belongs_to_it():
    text = "Підбили Т-62М. Працюємо далі."
    assert token_spans(text)[1] == (8, 14)  # otherwise this test shows nothing
    spans = ((8, 13, "ART", "Т-62М"),)
    assert annotated(Composed(text, spans, whole=True))[0].tags[1] == "B-ART"
    assert [sentence.tokens[1] for sentence in annotated(Composed(text, spans))] == ["Т-62М", "далі"]


def test_numbers_in_all_shapes():
    rng = Random(1)
    sums = {re.sub(r"\d+", "1", quantities.money(rng)) for _ in range(3000)}
    assert {"1 1 грн", "$1,1 млн", "1₴"} <= sums and len(sums) > 100
    assert any("до" in moments.period(rng, "from") for _ in range(9))
    assert {"1%", "1 %", "1,1%"} <= {re.sub(r"\d+", "1", quantities.percent(rng)) for _ in range(300)}


def test_unknown_kinds_and_files_without_surnames(gazetteer, tmp_path):
    with pytest.raises(DataError, match="no kind 'cats'; give one of"):
        list(compose(gazetteer, 1, 1, ["cats"]))
    (tmp_path / "empty.tsv").write_text("київ\tplace\n", encoding="utf-8")
    with pytest.raises(DataError, match="no surnames in this file"):
        list(compose(tmp_path / "empty.tsv", 1, 1))


def test_the_command(gazetteer, tmp_path):
    command = [sys.executable, "-m", "tagger.train.cli", "compose", "--gazetteer", str(gazetteer), "--sentences", "44"]
    command += ["--kind", "money", "--kind", "units", "-o", str(tmp_path / "made.conll"), "--part", "development"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0 and "44 documents" in done.stderr and not done.stdout
    documents = read_conll(tmp_path / "made.conll")
    assert [document.name for document in documents[:2]] == ["made-money/00001", "made-units/00001"]
    assert len(documents) == 44
