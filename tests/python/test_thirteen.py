"""The thirteen classes of uk-ner-13: each is found, regular ones wherever they stand."""

import re

import pytest
from support.processes import fine

from tagger import Tagger
from tagger.cli.manual import SECTIONS
from tagger.formats.html.page import MEANINGS
from tagger.tags import labels_of

CLASSES = "ART DATE DOC JOB LOC MISC MON ORG PCT PERIOD PERS QUANT TIME".split()
FOUND = [  # label, a sentence with the entity between | |
    ("PERS", "|Олена Коваль| прийшла першою."),
    ("LOC", "Ми живемо у |Києві|."),
    ("ORG", "|Нафтогаз| подав позов."),
    ("MISC", "Після |Революції гідності| багато змінилося."),
    ("ART", "Я читаю роман «|Тигролови|»."),
    ("DOC", "Набув чинності |Закон України «Про освіту»|."),
    ("JOB", "|Заступник міністра освіти| Андрій Вітренко пішов у відставку."),
    ("DATE", "Це сталося |12 березня 2024 року|."),
    ("DATE", "|12.03.2024| відбулося засідання."),
    ("DATE", "Дата: |12.03.2024|"),
    ("DATE", "Договір діє з |1 січня 2023 року|."),
    ("TIME", "Початок о |18:30|."),
    ("TIME", "О |десятій ранку| почалася злива."),
    ("PERIOD", "Вони чекали |три роки|."),
    ("MON", "|1 000 000 грн| виділили на ремонт."),
    ("MON", "На ремонт виділили |1 000 000 грн|."),
    ("MON", "|$5 млн| інвестує компанія."),
    ("MON", "Компанія інвестує |$5 млн|."),
    ("MON", "Сума: |250 000 грн|"),
    ("PCT", "|15%| громадян не відповіли."),
    ("PCT", "Ціни зросли на |15%|."),
    ("QUANT", "|120 км/год| — таку швидкість показав прилад."),
    ("QUANT", "Швидкість вітру сягала |120 км/год|."),
]


@pytest.fixture(scope="module")
def thirteen():
    return Tagger.load("uk-ner-13", device="cpu")


@pytest.mark.parametrize("label, sentence", FOUND)
def test_each_class_is_found(thirteen, label, sentence):
    before, name, after = sentence.split("|")
    found = thirteen(before + name + after)
    assert (label, name) in [(entity.label, entity.text) for entity in found]


def test_hours_of_work_are_found(thirteen):
    found = thirteen("Магазин працює з 9:00 до 18:00.")
    assert {entity.label for entity in found} <= {"TIME", "PERIOD"}
    assert re.search("9:00.*18:00", " ".join(entity.text for entity in found))


def test_cells_of_a_table(thirteen):
    rows = ["12.03.2024\t15%\t250 000 грн", "Іван Мельник\tдиректор\t12.03.2024"]
    labels = [[entity.label for entity in found] for found in thirteen(rows)]
    assert labels == [["DATE", "PCT", "MON"], ["PERS", "JOB", "DATE"]]


def test_the_labels_and_what_the_manual_and_the_page_say_of_them(thirteen):
    assert sorted(labels_of(thirteen.bundle.tags)) == CLASSES
    examples = dict(re.findall(r"^([A-Z]{3,}) +[^:\n]*: (\S.*)", SECTIONS["Labels"], re.MULTILINE))
    card = thirteen.bundle.card
    assert examples == {label: card[f"label.{label}"].partition(": ")[2] for label in CLASSES}
    assert set(CLASSES) <= set(MEANINGS)
    for name in ("uk-ner", "uk-ner-small"):
        assert sorted(labels_of(Tagger.load(name, device="cpu").bundle.tags)) == ["LOC", "MISC", "ORG", "PERS"]


def test_labels_are_chosen_and_renamed():
    text = "Директор Іван Мельник прочитав роман «Тигролови» 12 березня 2024 року.\n".encode()
    out = fine("-m", "uk-ner-13", "-O", "inline", "--only", "JOB,MISC", "--map", "ART=MISC", stdin=text).decode()
    assert out == "<JOB>Директор</JOB> Іван Мельник прочитав роман «<MISC>Тигролови</MISC>» 12 березня 2024 року.\n"
    page = fine("-m", "uk-ner-13", "-O", "html", stdin=text).decode()
    for label, meaning in (("JOB", "посада"), ("PERS", "особа"), ("ART", "виріб, твір"), ("DATE", "дата")):
        assert f"{label}</mark> {meaning}" in page
