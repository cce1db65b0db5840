"""Persons: the parts of their names, agreeing in gender, in the order and the case that a template asks for."""

import re
from dataclasses import dataclass
from functools import lru_cache
from random import Random

from tagger.errors import DataError
from tagger.train.data.composed.inflection import word_form
from tagger.train.data.composed.names import KINDS, Names

PART = re.compile(r"SS|S|F|P|f\.|p\.|fp|f|p| ")
KIND_OF = {"S": "surname", "F": "name", "P": "patronymic"}


@dataclass(frozen=True, slots=True)
class Person:
    """A person's gender (`m` or `f`), surname, first name and patronymic, in the nominative."""

    gender: str
    surname: str
    name: str
    patronymic: str

    def written(self, pattern: str, case: str) -> str:
        """Return the name as a pattern of :mod:`tagger.train.data.composed.template` says, in a case."""
        return "".join(self._part(part, case) for part in PART.findall(pattern))

    def _part(self, part: str, case: str) -> str:
        if part == " ":
            return part
        if part.islower():
            return _initial(self.name if part[0] == "f" else self.patronymic) + (
                _initial(self.patronymic) if part == "fp" else "." if part.endswith(".") else ""
            )
        kind = KIND_OF[part[0]]
        form = in_case(getattr(self, kind), kind, case, self.gender)
        return form.upper() if part == "SS" else form


def _initial(name: str) -> str:
    return name[0]


@lru_cache(maxsize=100_000)
def in_case(name: str, kind: str, case: str, gender: str) -> str:
    """Return a person's surname, first name or patronymic in a case; a name that the dictionary lacks stays."""
    if not case:
        return name
    if case == "acc" and gender == "m" and not name.endswith(("а", "я")):
        case = "gen"  # of some names the dictionary has the accusative of a thing
    for grammeme in (KINDS[kind], ""):
        try:
            return word_form(name, case, gender, grammeme)
        except DataError:
            continue
    return name


def draw_person(names: Names, rng: Random) -> Person:
    """Draw a person."""
    gender = rng.choice("mf")
    return Person(gender, *(names.draw(kind, gender, rng) for kind in KIND_OF.values()))
