"""Pools of surnames, first names, patronymics and places: from a gazetteer file and from the lists."""

import re
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tagger.errors import DataError
from tagger.text.dictionary import analyzer
from tagger.train.data.composed import lists
from tagger.train.data.composed.inflection import GENDERS
from tagger.train.data.composed.parts import part_of
from tagger.train.data.name_lists import PLACE, read_forms

KINDS = {"surname": "Surn", "name": "Name", "patronymic": "Patr"}  # classes of a gazetteer, grammemes of the dictionary
MOST = {"surname": 2500, "name": 400, "patronymic": 200, PLACE: 400}  # names taken from a gazetteer, of both parts
FREQUENT = {"surname": 0.25, "name": 0.8, "patronymic": 0.8, PLACE: 0.6}  # share of names drawn from the lists
OBLIQUE = re.compile("([уюи]|[оеє]ві|[оеє]м|[оеє]ю|ого|ому|им|их|[ая]ми?|[ая]х|[ії]в)$")  # most others are nominatives
PARTS_OF_NAME = re.compile(r"^\w|(?<=-)\w|(?<=^[од]')\w")
LISTS = {"surname": "surname", "name": "first", "patronymic": "patronymic"}


@dataclass
class Names:
    """Names of one part, in the nominative, by class and gender: those of a gazetteer and those of the lists."""

    rare: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    frequent: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    def draw(self, kind: str, gender: str, rng: Random) -> str:
        """Draw a name of a class: `surname`, `name`, `patronymic` or `place`."""
        rare, frequent = self.rare.get((kind, gender), []), self.frequent.get((kind, gender), [])
        common = rng.random() < FREQUENT[kind]
        return rng.choice((frequent if common else rare) or rare or frequent)


def read_names(gazetteer: str | Path, part: str) -> Names:
    """Take the names of a part from a gazetteer file and from the lists.

    Of the file, those that the dictionary knows in the nominative, up to a number of each class: a checksum chooses.

    :raises DataError: the file cannot be read or has no surnames.
    :raises PackageError: the dictionary is not installed.
    """
    names = Names()
    forms: dict[str, list[str]] = {}
    for form, classes in read_forms(gazetteer).items():
        for kind in classes:
            if kind in MOST:
                forms.setdefault(kind, []).append(form)
    if not forms.get("surname"):
        raise DataError("there are no surnames in this file; make it with uk-tag-train gazetteer", path=str(gazetteer))
    for kind, most in MOST.items():
        taken = 0
        for form in sorted(forms.get(kind, []), key=lambda form: zlib.crc32(form.encode())):
            if taken >= most:
                break
            genders = _genders(form, kind)
            taken += bool(genders)
            for gender in genders if part_of(form) == part else []:
                names.rare.setdefault((kind, gender), []).append(capitalized(form))
    _add_listed(names, part)
    return names


def capitalized(form: str) -> str:
    """Return a lower-cased name with its capitals: Нечуй-Левицький, О'Коннор."""
    return PARTS_OF_NAME.sub(lambda match: match[0].upper(), form)


def _genders(form: str, kind: str) -> list[str]:
    """Return the genders in which a form is the nominative of a name of this class."""
    if len(form) < 3 or OBLIQUE.search(form):
        return []
    known = [found for found in analyzer().parse(form) if found.is_known and found.tag.case in ("nomn", None)]
    if kind == PLACE:
        known = [found for found in known[:1] if {"NOUN", "inan"} <= found.tag.grammemes and found.word == form]
    else:
        known = [found for found in known if KINDS[kind] in found.tag.grammemes and found.word == form]
        known = [found for found in known if found.inflect({"ablt"})]  # some are listed without their other cases
    grammemes = {grammeme for found in known for grammeme in found.tag.grammemes}
    return [letter for letter, gender in GENDERS.items() if gender in grammemes]


def _add_listed(names: Names, part: str) -> None:
    for kind, category in LISTS.items():
        for entry in lists.pool("people", part).of(category):
            for gender in "mf" if entry.gender == "-" else entry.gender:
                own = names.frequent.setdefault((kind, gender), [])
                own.append(feminine(entry.name) if entry.gender == "-" and gender == "f" else entry.name)


def feminine(surname: str) -> str:
    """Return a woman's surname: that of an adjective changes (Левицький, Левицька; Чорний, Чорна)."""
    return surname[:-2] + "а" if surname.endswith("ий") else surname
