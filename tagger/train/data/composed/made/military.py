"""Names of military units: a number or its ordinal, the kind or its abbreviation, an honorific name in quotes."""

from collections.abc import Callable
from random import Random

from tagger.train.data.composed.inflection import inflect, plain
from tagger.train.data.composed.lists import Entry

# Endings of ordinals by gender and case, and for the feminine by the last digit: 3-тя, 47-ма, 5-та; 47-й.
FEMININE = {
    "": {"1": "ша", "2": "га", "3": "тя", "7": "ма", "8": "ма", "": "та"},
    "acc": {"1": "шу", "2": "гу", "3": "тю", "7": "му", "8": "му", "": "ту"},
}
FEMININE_OBLIQUE = {"gen": "ї", "dat": "й", "ins": "ю", "loc": "й"}
MASCULINE = {"": "й", "gen": "го", "dat": "му", "acc": "й", "ins": "м", "loc": "му"}
NUMBERS = (
    *(number for number in range(1, 132) if number % 100 != 40),
    141,
    142,
    143,
    144,
    150,
    154,
    155,
    158,
    199,
    204,
    225,
    210,
    241,
    299,
    406,
    411,
    412,
    413,
    414,
    425,
    429,
    810,
)
OF = ("ЗСУ", "НГУ", "ДШВ", "ТрО", "Сил ТрО", "ЗС України", "ВМС", "Національної гвардії", "СпП")


def ordinal(number: int, gender: str, case: str) -> str:
    """Write an ordinal in digits with its ending in that case."""
    if gender == "m":
        return f"{number}-{MASCULINE[case]}"
    if case in FEMININE_OBLIQUE:
        return f"{number}-{FEMININE_OBLIQUE[case]}"
    last = "" if 10 <= number % 100 <= 20 else str(number)[-1]
    return f"{number}-{FEMININE[case].get(last, FEMININE[case][''])}"


def unit(
    argument: str,
    case: str,
    entry: Callable[..., Entry],
    own: Callable[[Callable[[], str]], str],
    rng: Random,
) -> tuple[str, str, str]:
    """Draw a military unit.

    :param argument: `own` for one by name, `short` for an abbreviation, `long` for words; one of the last two if empty.
    :param entry: draws from a list.
    :param own: draws a text again until it belongs to the part.
    :returns: its text in the case asked for, its gender, and the text by which it belongs to a part.
    """
    shape = argument or rng.choice(("short", "short", "long", "long", "long"))
    if shape == "own":
        name = plain(entry("units", "own").name)
        return name, "m", name
    short = shape == "short"
    kind = entry("units", "short" if short else "kind")
    number = int(own(lambda: str(rng.choice(NUMBERS))))
    bare = rng.random() < (0.6 if short else 0.15)
    head = str(number) if bare else ordinal(number, kind.gender, case)
    text = f"{head} {plain(kind.name) if short else inflect(kind.name, case, kind.gender)}"
    chance = rng.random()
    if chance < 0.2:
        honorific = [
            found for found in (entry("units", "ordinal-name") for _ in range(9)) if found.gender == kind.gender
        ]
        text += f" «{honorific[0].name}»" if honorific else ""
    elif chance < 0.28 and not short:
        text += f" {entry('units', 'honour').name}"
    elif chance < 0.42:
        text += f" {rng.choice(OF)}"
    return text, kind.gender, str(number)
