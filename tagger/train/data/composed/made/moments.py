"""Dates, times of day and stretches of time in all shapes."""

from collections.abc import Sequence
from random import Random

from tagger.train.data.composed.made.quantities import agreeing, spelled

MONTHS = "січень лютий березень квітень травень червень липень серпень вересень жовтень листопад грудень".split()
MONTHS_GEN = "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня".split()
MONTHS_LOC = "січні лютому березні квітні травні червні липні серпні вересні жовтні листопаді грудні".split()
WEEKDAYS_ACC = "понеділок вівторок середу четвер п'ятницю суботу неділю".split()
WEEKDAYS = "понеділок вівторок середа четвер п'ятниця субота неділя".split()
WEEKDAYS_GEN = "понеділка вівторка середи четверга п'ятниці суботи неділі".split()
SEASONS = "взимку навесні влітку восени".split()
SEASONS_GEN = "зими весни літа осені".split()
CENTURIES = "XI XII XV XVI XVII XVIII XIX XX XXI".split()
RELATIVE = (
    "минулого тижня;минулого року;наступного року;торік;позаторік;цього року;цьогоріч;наступного тижня;минулого місяця;"
    "цього тижня;цього літа;минулої осені;наступного дня;тієї зими;минулої п'ятниці;наступної суботи;цієї весни"
).split(";")
HOURS = "перша друга третя четверта п'ята шоста сьома восьма дев'ята десята одинадцята дванадцята".split()
HOURS_GEN = (
    "першої другої третьої четвертої п'ятої шостої сьомої восьмої дев'ятої десятої одинадцятої дванадцятої".split()
)
HOURS_LOC = (
    "першій другій третій четвертій п'ятій шостій сьомій восьмій дев'ятій десятій одинадцятій дванадцятій".split()
)
HOURS_ACC = "першу другу третю четверту п'яту шосту сьому восьму дев'яту десяту одинадцяту дванадцяту".split()
PARTS_OF_DAY = ("ранку", "вечора", "ранку", "вечора", "дня", "ночі")
UNITS = (
    ("рік", "роки", "років"),
    ("місяць", "місяці", "місяців"),
    ("тиждень", "тижні", "тижнів"),
    ("день", "дні", "днів"),
    ("година", "години", "годин"),
    ("хвилина", "хвилини", "хвилин"),
    ("доба", "доби", "діб"),
    ("секунда", "секунди", "секунд"),
)
LONE = (
    "пів року;півтора року;кілька днів;кілька місяців;кілька років;пару годин;пів години;півгодини;півтори години;"
    "останні роки;останній місяць;сорок хвилин;пів дня;цілу ніч;усе літо;два з половиною роки;чверть століття"
).split(";")
LONE_GEN = (
    "пів року;кількох днів;кількох місяців;кількох років;останніх років;останнього місяця;двох тижнів;трьох років;"
    "трьох діб;п'яти місяців;шести тижнів;десяти днів;минулої доби;останньої доби;півтора року;двох десятиліть"
).split(";")


def _year(rng: Random) -> int:
    return rng.randint(2000, 2026) if rng.random() < 0.7 else rng.randint(1861, 1999)


def _of_year(rng: Random) -> str:
    return rng.choice(("{} року", "{} року", "{} р.", "{}-го", "{}")).format(_year(rng))


def numeric_date(rng: Random) -> str:
    """Draw a date in digits."""
    day, month, year = rng.randint(1, 28), rng.randint(1, 12), _year(rng)
    shape = rng.randrange(9)
    if shape <= 4:
        return f"{day:02}.{month:02}.{year}"
    if shape == 5:
        return f"{day}.{month:02}.{year % 100:02}"
    if shape == 6:
        return f"{year}-{month:02}-{day:02}"
    if shape == 7:
        return f"{day:02}.{month:02}"
    return f"{day:02}.{month:02}.{year} р."


def date(rng: Random, case: str = "") -> str:
    """Draw a date.

    :param case: empty for the adverb (12 березня, торік, восени 2014 року), `loc` after у (березні 2024 року), `gen`
        after до and з, `nom` in tables.
    """
    day, month = rng.randint(1, 30), rng.randrange(12)
    shape = rng.randrange(10)
    if case == "loc":
        return rng.choice(
            (
                MONTHS_LOC[month],
                f"{MONTHS_LOC[month]} {_of_year(rng)}",
                f"{MONTHS_LOC[month]} {_of_year(rng)}",
                f"{_year(rng)} році",
                f"{_year(rng)} році",
                f"{_year(rng)}-му",
                f"{rng.choice(CENTURIES)} столітті",
                f"{_year(rng)} р.",
            )
        )
    if case == "nom":
        if shape <= 5:
            return numeric_date(rng)
        return f"{day} {MONTHS_GEN[month]} {_of_year(rng)}" if shape <= 7 else f"{MONTHS[month]} {_year(rng)}"
    if case == "gen" and shape >= 6:
        century = f"{rng.choice(('початку', 'кінця', 'середини'))} {rng.choice(CENTURIES)} століття"
        return rng.choice((MONTHS_GEN[month], f"{MONTHS_GEN[month]} {_of_year(rng)}", f"{_year(rng)} року", century))
    if shape <= 1:
        return numeric_date(rng)
    if shape <= 3:
        return f"{day} {MONTHS_GEN[month]} {_of_year(rng)}"
    if shape <= 5:
        return f"{day}{rng.choice(('', '', '-го'))} {MONTHS_GEN[month]}"
    if shape == 6:
        return f"{_year(rng)} року"
    if shape == 7:
        return rng.choice(RELATIVE)
    if shape == 8:
        return f"{rng.choice(SEASONS)} {_of_year(rng)}"
    number = rng.randint(2, 30)
    return f"{number} {agreeing(number, rng.choice(UNITS[:4]))} тому"


def weekday(rng: Random, case: str = "") -> str:
    """Draw a day of the week, now and then with its date: after у (`acc`), after з and до (`gen`), or by itself."""
    names: Sequence[str] = {"acc": WEEKDAYS_ACC, "gen": WEEKDAYS_GEN}.get(case, WEEKDAYS)
    name = rng.choice(names)
    return f"{name}, {rng.randint(1, 30)} {rng.choice(MONTHS_GEN)}" if rng.random() < 0.15 else name


def time(rng: Random, case: str = "") -> str:
    """Draw a time of day.

    :param case: empty after о (18:30, шостій вечора), `gen` after до, після and з, `nom` in tables.
    """
    hour, minute = rng.randint(0, 23), rng.choice((0, 0, 15, 30, 45, rng.randint(1, 59)))
    clock = f"{hour:{rng.choice(('', '02'))}}{rng.choice('::.')}{minute:02}"
    shape = 0 if case == "nom" else rng.randrange(10)
    small = rng.randint(1, 12)
    day = rng.choice(PARTS_OF_DAY)
    if shape <= 4:
        return clock
    if case == "gen":
        return rng.choice(
            (
                f"{hour or 1}-ї",
                f"{small}-ї {day}",
                f"{HOURS_GEN[small - 1]} {day}",
                HOURS_GEN[small - 1],
                f"{small} {day}",
                f"{hour or 1} години",
                f"{clock} год.",
                f"{hour or 1}-ї години",
            )
        )
    return rng.choice(
        (
            f"{hour or 1}-й",
            f"{small}-й {day}",
            f"{HOURS_LOC[small - 1]} {day}",
            HOURS_LOC[small - 1],
            f"{hour or 1} годині",
            f"{hour or 1} год {minute:02} хв",
            f"пів на {HOURS_ACC[small - 1]}",
            f"чверть на {HOURS_ACC[small - 1]}",
            f"{hour or 1}-й годині",
            f"{small} {day}",
        )
    )


def period(rng: Random, case: str = "") -> str:
    """Draw a stretch of time.

    :param case: empty for the accusative (три роки, 2014–2016 роки), `gen` after протягом and до (трьох років), `from`
        after з (9:00 до 18:00), `years` after у (2014–2016 роках, 90-х), `range` in tables (9:00–18:00).
    """
    first = _year(rng)
    last = first + rng.randint(1, 8)
    dash = rng.choice("-–—")
    if case == "from":
        one, two = rng.sample(range(12), 2)
        hours = (
            f"{rng.randint(6, 11)}{rng.choice((':00', ':30', '.00'))}",
            f"{rng.randint(13, 23)}{rng.choice((':00', ':30'))}",
        )
        low = rng.randint(1, 15)
        return rng.choice(
            (
                f"{hours[0]} до {hours[1]}",
                f"{hours[0]} до {hours[1]}",
                f"{hours[0]} по {hours[1]}",
                f"{MONTHS_GEN[one]} до {MONTHS_GEN[two]} {_of_year(rng)}",
                f"{low} по {low + rng.randint(2, 14)} {MONTHS_GEN[one]}",
                f"{low} до {low + rng.randint(2, 14)} {MONTHS_GEN[one]} {_of_year(rng)}",
                f"{first} до {last} року",
                f"{first} по {last} рік",
                f"{WEEKDAYS_GEN[rng.randrange(3)]} до {WEEKDAYS_GEN[rng.randrange(3, 7)]}",
                f"{low:02}.{one + 1:02}.{first} до {low:02}.{two + 1:02}.{last}",
                f"{rng.randint(6, 11)}-ї до {rng.randint(13, 22)}-ї",
            )
        )
    if case == "years":
        return rng.choice(
            (
                f"{first}{dash}{last} роках",
                f"{first}{dash}{last} рр.",
                f"{rng.choice((60, 70, 80, 90))}-х",
                f"{rng.choice((60, 70, 80, 90))}-х роках",
                f"{rng.choice(('1920', '1970', '1990', '2000'))}-х",
            )
        )
    if case == "range":
        low = rng.randint(1, 15)
        return rng.choice(
            (
                f"{rng.randint(6, 11)}:00{dash}{rng.randint(13, 22)}:00",
                f"{first}{dash}{last}",
                f"{low}{dash}{low + rng.randint(2, 14)} {rng.choice(MONTHS_GEN)}",
                f"{low:02}.03{dash}{low + rng.randint(2, 14):02}.03",
                f"{first}{dash}{last} рр.",
                f"{rng.choice(('I', 'II', 'III', 'IV'))} квартал {last} року",
            )
        )
    unit = rng.choice(UNITS)
    number = rng.randint(5, 9) + 10 * rng.randint(0, 4)
    if case == "gen":
        return rng.choice(
            (
                f"{number} {unit[2]}",
                f"{number} {unit[2]}",
                rng.choice(LONE_GEN),
                f"{first}{dash}{last} років",
                f"{first} року",
                f"{number}-{number + 5} {unit[2]}",
            )
        )
    number = rng.randint(2, 60)
    return rng.choice(
        (
            f"{number} {agreeing(number, unit)}",
            f"{number} {agreeing(number, unit)}",
            spelled(unit, rng),
            rng.choice(LONE),
            f"{number} {rng.choice(('хв', 'год', 'міс.', 'хв.', 'діб'))}",
            f"{number}{dash}{number + 3} {unit[2]}",
        )
    )
