"""Which names are the same, and the table of names."""

import pytest
from support.processes import fine, tag

from tagger.base_forms.name_table import NameTable
from tagger.base_forms.same_name import Mention, Person, alias_after, link, person_of


def persons(*lemmas: str) -> list[Mention]:
    return [Mention("PERS", lemma, "PERS") for lemma in lemmas]


def organisations(*lemmas: str, alias: str = "") -> list[Mention]:
    return [Mention("ORG", lemma, "ORG", alias) for lemma in lemmas]


SAME = {
    ("Олег Петренко", "Петренко"): ["Олег Петренко"] * 2,
    ("Петренко", "Олег Петренко"): ["Олег Петренко"] * 2,
    ("О. Петренко", "Олег Петренко", "Петренко О. В."): ["Олег Петренко"] * 3,
    ("Петренко Олег Васильович", "Олег Петренко"): ["Петренко Олег Васильович"] * 2,
    ("ПЕТРЕНКО Олег Васильович", "О. В. Петренко"): ["ПЕТРЕНКО Олег Васильович"] * 2,
    ("Зеленський", "ЗЕЛЕНСЬКИЙ"): ["Зеленський"] * 2,
    ("О. Петренко", "Петренко"): ["О. Петренко"] * 2,
}
APART = [
    ("Іван Петренко", "Марія Петренко"),
    ("Іван Петренко", "Марія Петренко", "Петренко"),
    ("Олег Петренко", "І. Петренко"),
    ("Олег Петренко", "Остап Петренко", "О. Петренко"),
    ("Володимир Зеленський", "Олена Зеленська"),
    ("Іван Іванович Петренко", "Іван Петрович Петренко"),
    ("Тарас Шевченко", "Тарас"),
]


@pytest.mark.parametrize("lemmas", SAME)
def test_forms_of_a_person_are_one_name(lemmas):
    assert link(persons(*lemmas)) == SAME[lemmas]


@pytest.mark.parametrize("lemmas", APART)
def test_what_may_be_two_people_stays_two(lemmas):
    assert len(set(link(persons(*lemmas)))) == len(lemmas)


def test_abbreviations_belong_to_what_they_stood_after():
    full = organisations("Служба безпеки України", alias="СБУ")
    assert set(link([*full, *organisations("СБУ")])) == {"Служба безпеки України"}
    assert set(link(organisations("Служба безпеки України (СБУ)", "СБУ"))) == {"Служба безпеки України"}
    assert len(set(link(organisations("Служба безпеки України", "СБУ")))) == 2
    two = [*organisations("Спілка бджолярів України", alias="СБУ"), *full, *organisations("СБУ")]
    assert len(set(link(two))) == 3


def test_quotes_and_legal_forms_do_not_matter():
    assert len(set(link(organisations("ТОВ «Салант»", "Салант", "«Салант»")))) == 1
    table = NameTable()
    for mention in [*organisations("Мороз"), *persons("Мороз")]:
        table.add(mention, "Мороз", "")
    assert len(table.rows()) == 2


def test_the_text_after_a_name():
    assert alias_after(" (СБУ) повідомила") == "СБУ"
    assert alias_after("» (НАБУ), а також") == "НАБУ"
    assert alias_after(" (Київ)") == "" == alias_after(" СБУ") == alias_after("")


def test_parts_of_a_name():
    assert person_of("О. В. Петренко") == person_of("Петренко О. В.") == Person("петренко", "о", "в")
    assert person_of("Петренко Олег") == person_of("Олег Петренко") == Person("петренко", "олег")
    assert person_of("Олег Васильович Петренко") == person_of("Петренко Олег Васильович")
    assert person_of("Іван Петрович") is None


def counted(*documents: list[tuple[str, str]], whole_run: bool = False) -> dict[str, tuple[int, int]]:
    table = NameTable(whole_run=whole_run)
    for document in documents:
        for lemma, text in document:
            table.add(Mention("PERS", lemma, "PERS"), text, f"{text} тут.")
        table.end_document()
    return {name.lemma: (name.count, len(name.documents)) for name in table.rows()}


def test_a_surname_is_joined_across_documents_if_the_person_is_well_known_in_them():
    full, surname = ("Іван Франко", "Івана Франка"), ("Франко", "Франкові")
    assert counted([full], [full, surname], [surname]) == {"Іван Франко": (4, 3)}
    assert counted([full], [surname]) == {"Іван Франко": (1, 1), "Франко": (1, 1)}
    assert counted([full], [surname], whole_run=True) == {"Іван Франко": (2, 2)}
    other = ("Петро Франко", "Петра Франка")
    both = counted([full], [full], [other], [surname], whole_run=True)
    assert both == {"Іван Франко": (2, 2), "Петро Франко": (1, 1), "Франко": (1, 1)}


FIRST = "Президент Володимир Зеленський прибув до Львова. Подякували Володимиру Зеленському у Львові.\n"
SECOND = "Зустріч із Володимиром Зеленським у Києві. Учора Зеленський сказав, що Київ стоїть.\n"


def test_the_table_of_names(tmp_path):
    (tmp_path / "1.txt").write_text(FIRST, encoding="utf-8")
    (tmp_path / "2.txt").write_text(SECOND, encoding="utf-8")
    out = fine("--count", "--lemma", "1.txt", "2.txt", cwd=tmp_path).decode()
    rows = [line.split("\t") for line in out.splitlines()]
    assert all(len(row) == 6 for row in rows)
    person = next(row for row in rows if row[2] == "PERS")
    assert person[:2] == ["4", "2"] and person[3] == "Володимир Зеленський"
    assert "Володимиру Зеленському" in person[4].split(" | ") and "Зеленськ" in person[5]
    assert [row[3] for row in rows if row[2] == "LOC"] == ["Київ", "Львів"]


def test_newdoc_lines_begin_documents():
    words = "".join(f"{number}\t{word}\t" + "_\t" * 7 + "_\n" for number, word in enumerate(["У", "Києві", "дощ"], 1))
    text = f"# newdoc id = 1\n{words}\n# newdoc id = 2\n{words}\n{words}\n"
    assert fine("--count", "--lemma", stdin=text.encode()).decode().startswith("3\t2\tLOC\tКиїв\tКиєві\t")


def test_link_needs_a_table_of_names():
    done = tag("--link", "run", stdin=b"")
    assert done.returncode == 2 and b"--link needs --count --lemma" in done.stderr
