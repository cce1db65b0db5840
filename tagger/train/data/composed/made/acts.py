"""Documents with a number, a date or both: наказ № 214 від 03.02.2021, договір №6/2."""

from collections.abc import Callable
from random import Random

from tagger.train.data.composed.inflection import inflect
from tagger.train.data.composed.made.moments import MONTHS_GEN, numeric_date

KINDS = (
    ("договір|", "m"),
    ("договір|оренди", "m"),
    ("договір|поставки", "m"),
    ("наказ|", "m"),
    ("наказ|МОЗ України", "m"),
    ("указ|Президента", "m"),
    ("указ|Президента України", "m"),
    ("законопроєкт|", "m"),
    ("законопроект|", "m"),
    ("акт|", "m"),
    ("рахунок|", "m"),
    ("протокол|", "m"),
    ("лист|", "m"),
    ("постанова|", "f"),
    ("постанова|Кабінету Міністрів України", "f"),
    ("постанова|КМУ", "f"),
    ("постанова|Верховного Суду", "f"),
    ("ухвала|", "f"),
    ("угода|", "f"),
    ("резолюція|ООН", "f"),
    ("накладна|", "f"),
    ("справа|", "f"),
    ("рішення|", "n"),
    ("рішення|виконкому", "n"),
    ("рішення|сесії", "n"),
    ("розпорядження|", "n"),
    ("розпорядження|КМУ", "n"),
    ("кримінальне провадження|", "n"),
    ("свідоцтво|", "n"),
)


def act(case: str, rng: Random, own: Callable[[Callable[[], str]], str]) -> tuple[str, str]:
    """Draw a document with its number.

    :param own: draws the number and date again until they belong to the part.
    :returns: its text in the case asked for, and its gender.
    """
    kind, gender = rng.choice(KINDS)
    mark = own(lambda: _mark(rng))
    return f"{inflect(kind, case, gender)} {mark}", gender


def _mark(rng: Random) -> str:
    number = rng.randint(1, 9999)
    plain = rng.choice(
        (
            f"{number}",
            f"{number}",
            f"{number}/{rng.randint(1, 99)}",
            f"{number}-р",
            f"{number}-IX",
            f"{rng.randint(10, 99)}-{number}",
        )
    )
    sign = rng.choice(("№ ", "№ ", "№"))
    day = rng.choice(
        (
            numeric_date(rng),
            f"{rng.randint(1, 30)} {rng.choice(MONTHS_GEN)} {rng.randint(1995, 2026)} {rng.choice(('року', 'р.'))}",
        )
    )
    shape = rng.randrange(6)
    if shape <= 2:
        return f"{sign}{plain}"
    return f"{sign}{plain} від {day}" if shape <= 4 else f"від {day} {sign}{plain}"
