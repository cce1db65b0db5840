"""Inflection of names and posts with pymorphy3."""

from functools import lru_cache
from typing import Any

from tagger.errors import DataError
from tagger.text.dictionary import analyzer

CASES = {"gen": "gent", "dat": "datv", "acc": "accs", "ins": "ablt", "loc": "loct", "voc": "voct"}
GENDERS = {"m": "masc", "f": "femn", "n": "neut"}
PLURAL = "p"  # stands where a gender does: Збройні сили, Суми
GENITIVE_IN_U = frozenset(("центр", "корпус", "загін", "клуб", "пласт"))  # other meanings of theirs have -а
LONG_ENDINGS = ("ові", "еві", "єві")
HEAD = "|"  # in a listed name: the words before it are inflected, the others stay


def plain(name: str) -> str:
    """Return a listed name in the nominative, without the mark of its head."""
    return name.replace(HEAD, " ").strip().replace("  ", " ")


def inflect(name: str, case: str, gender: str, animate: bool = False) -> str:
    """Return a listed name in a case.

    :param name: words to inflect, the mark, words that stay (`Міністерство|оборони`); without the mark all stay.
    :param case: a key of :data:`CASES`, or an empty string for the nominative.
    :param gender: a key of :data:`GENDERS`, or :data:`PLURAL`.
    :param animate: the name is a person's: its accusative differs from the nominative.
    :raises DataError: the dictionary has no such form.
    """
    if not case or HEAD not in name or (case == "acc" and not animate and gender != "f"):
        return plain(name)
    head, _, rest = name.partition(HEAD)
    words = [word_form(word, case, gender, animate=animate) for word in head.split()]
    return " ".join([*words, rest]).strip()


@lru_cache(maxsize=100_000)
def word_form(word: str, case: str, gender: str, grammeme: str = "", animate: bool = True) -> str:
    """Return a word in a case, capitalised as it is given.

    :param grammeme: what the reading has to be, such as `Surn`.
    :raises DataError: the dictionary has no such form.
    """
    found = reading(word, gender, grammeme)
    wanted = {CASES[case]}
    form = found and (found.inflect(wanted | {"plur"}) if gender == PLURAL else found.inflect(wanted))
    if not form:
        raise DataError(f"{word!r} has no {case} in the dictionary; mark where the words that are inflected end")
    return like(word, _preferred(form, found, case, gender, animate))


def _preferred(form: Any, found: Any, case: str, gender: str, animate: bool) -> str:
    """Choose among forms of one case: центру and not центра or центрові, великому and not великім."""
    text = str(form.word)
    if gender not in "mn":
        return text
    if case == "loc" and text.endswith("ім") and found.word.endswith(("ий", "ій", "е", "є")):
        return str(found.inflect({CASES["dat"]}).word)
    if animate or case not in ("gen", "dat", "loc"):
        return text
    # of all readings of the word: центр of a circle and центр of a town are two words in the dictionary
    forms = [own.word for noun in readings(found.word, gender) for own in noun.lexeme if _same_case(own, form)]
    if case == "gen":
        return str(next((own for own in forms if own.endswith("у")), text)) if found.word in GENITIVE_IN_U else text
    if not text.endswith(LONG_ENDINGS) or found.word.endswith("в"):  # the ending of Києві is short
        return text
    return str(next((own for own in forms if not own.endswith(LONG_ENDINGS)), text))


def _same_case(one: Any, other: Any) -> bool:
    return bool(one.tag.case == other.tag.case and one.tag.number == other.tag.number) and "NOUN" in one.tag


def reading(word: str, gender: str, grammeme: str = "") -> Any:
    """Return the first of :func:`readings`, or None."""
    return next(iter(readings(word, gender, grammeme)), None)


def readings(word: str, gender: str, grammeme: str = "") -> list[Any]:
    """Return the readings of a word as the nominative of a name in that gender, common words before surnames."""
    lower = word.lower()
    found = [
        own
        for own in analyzer().parse(lower)
        if own.word == lower and own.tag.case in ("nomn", None) and (not grammeme or grammeme in own.tag)
    ]
    wanted = "plur" if gender == PLURAL else GENDERS[gender]
    found = [own for own in found if wanted in own.tag.grammemes]
    # last, surnames, and adjectives that look like nouns: of Миколай and of Миколаїв
    return sorted(
        found,
        key=lambda own: (
            bool({"Surn", "Name", "Infr"} & own.tag.grammemes),
            bool(grammeme) and "inan" in own.tag,  # a person: Богдан is a make of buses as well
            "ADJF" in own.tag and lower.endswith(("в", "н")),
        ),
    )


@lru_cache(maxsize=10_000)
def plural(word: str, case: str) -> str:
    """Return the plural of a masculine noun for persons.

    :raises DataError: the dictionary has no such form.
    """
    found = reading(word, "m")
    form = found and found.inflect({"plur", CASES.get(case, "nomn")})
    if not form:
        raise DataError(f"{word!r} has no plural in the dictionary; write it with the mark after it")
    return str(form.word)


def like(word: str, form: str) -> str:
    """Capitalise a form as the word is, part by part where it has hyphens."""
    parts = zip(word.split("-"), form.split("-"), strict=False)
    return "-".join(_like(model, own) for model, own in parts)


def _like(model: str, own: str) -> str:
    if len(model) > 1 and model.isupper():
        return own.upper()
    return own[:1].upper() + own[1:] if model[:1].isupper() else own
