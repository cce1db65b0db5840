"""Amounts in all shapes: money, percentages, quantities with a unit of measure.

Each function draws a text; `oblique` asks for one that reads well in any case (abbreviated units, signs).
"""

from random import Random

# A noun after 1, after 2 to 4, and after 5 and more.
CURRENCIES = (
    ("гривня", "гривні", "гривень"),
    ("долар", "долари", "доларів"),
    ("євро", "євро", "євро"),
    ("злотий", "злоті", "злотих"),
    ("фунт стерлінгів", "фунти стерлінгів", "фунтів стерлінгів"),
    ("рубль", "рублі", "рублів"),
    ("швейцарський франк", "швейцарські франки", "швейцарських франків"),
    ("долар США", "долари США", "доларів США"),
    ("карбованець", "карбованці", "карбованців"),
    ("єна", "єни", "єн"),
)
SHORT_CURRENCIES = (
    "грн",
    "грн",
    "грн",
    "грн.",
    "гривень",
    "євро",
    "дол.",
    "доларів",
    "₴",
    "€",
    "$",
    "USD",
    "EUR",
    "UAH",
    "у. о.",
)
SIGNS = ("$", "$", "€", "€", "£", "₴")
LARGE = (("тисяча", "тисячі", "тисяч"), ("мільйон", "мільйони", "мільйонів"), ("мільярд", "мільярди", "мільярдів"))
SHORT_LARGE = ("тис.", "млн", "млрд", "тис", "мільйонів", "мільярдів", "тисяч")
WORDS = (
    "дві три чотири п'ять шість сім вісім дев'ять десять дванадцять п'ятнадцять двадцять тридцять сорок п'ятдесят сто "
    "двісті п'ятсот"
).split()
FEW = {"дві", "два", "три", "чотири"}
MEASURES = {
    "length": (
        "м км см мм".split(),
        (
            ("метр", "метри", "метрів"),
            ("кілометр", "кілометри", "кілометрів"),
            ("сантиметр", "сантиметри", "сантиметрів"),
        ),
    ),
    "weight": (
        "кг г т ц мг тонн тонн".split(),
        (("кілограм", "кілограми", "кілограмів"), ("тонна", "тонни", "тонн"), ("грам", "грами", "грамів")),
    ),
    "area": (
        ["га", "га", "кв. м", "м²", "кв. км", "км²", "соток", "м2"],
        (("гектар", "гектари", "гектарів"), ("квадратний метр", "квадратні метри", "квадратних метрів")),
    ),
    "volume": (
        ["л", "мл", "куб. м", "м³", "млн куб. м", "літрів", "млрд кубометрів"],
        (("літр", "літри", "літрів"), ("кубометр", "кубометри", "кубометрів")),
    ),
    "speed": (["км/год", "м/с", "км/год", "км/с"], (("метр на секунду", "метри на секунду", "метрів на секунду"),)),
    "power": (
        ["кВт", "МВт", "ГВт", "Вт", "кВт·год", "к. с.", "МВт·год"],
        (("кіловат", "кіловати", "кіловат"), ("мегават", "мегавати", "мегават")),
    ),
    "temperature": (["°C", "°", "°С", "градусів"], (("градус", "градуси", "градусів"),)),
    "data": (["ГБ", "МБ", "ТБ", "Мбіт/с", "Гб", "ГГц", "мА·год"], (("гігабайт", "гігабайти", "гігабайтів"),)),
    "electric": (["В", "кВ", "А", "Гц", "вольт"], (("вольт", "вольти", "вольт"),)),
}
WEATHER = "temperature"


def grouped(number: int, rng: Random) -> str:
    """Write a number with its thousands separated in one of the usual ways."""
    separator = rng.choice(("\u00a0", " ", " ", " ", "")) if number >= 10_000 else rng.choice((" ", "", ""))
    return f"{number:,}".replace(",", separator)


def agreeing(number: int, forms: tuple[str, str, str]) -> str:
    """Choose the form of a noun after a number."""
    if 11 <= number % 100 <= 14:
        return forms[2]
    return forms[0] if number % 10 == 1 else forms[1] if number % 10 in (2, 3, 4) else forms[2]


def spelled(forms: tuple[str, str, str], rng: Random) -> str:
    """Write a number in words and the noun: `п'ять гривень`."""
    word = rng.choice(WORDS)
    if word == "дві" and not forms[0].endswith(("а", "я")):
        word = "два"
    return f"{word} {forms[1 if word in FEW else 2]}"


def decimal(rng: Random, whole: int = 99) -> str:
    """Write a number with a fraction of one or two digits."""
    return f"{rng.randint(0, whole)}{rng.choice(',,,.')}{rng.choice((rng.randint(1, 9), f'{rng.randint(1, 99):02}'))}"


def amount(rng: Random) -> int:
    """Draw a sum: from a few to millions, round or not."""
    number = rng.randint(1, 999) * 10 ** rng.choice((0, 0, 1, 1, 2, 3, 3, 4))
    return number + (rng.randint(1, 99) if rng.random() < 0.3 else 0)


def money(rng: Random, oblique: bool = False) -> str:
    """Draw a sum of money."""
    shape = rng.randrange(10 if oblique else 15)
    if shape <= 2:
        ending = f"{rng.choice(',.')}{rng.randint(0, 99):02}" if rng.random() < 0.2 else ""
        return f"{grouped(amount(rng), rng)}{ending} {rng.choice(SHORT_CURRENCIES)}"
    if shape <= 4:
        number = decimal(rng) if rng.random() < 0.6 else str(rng.randint(2, 900))
        return f"{number} {rng.choice(SHORT_LARGE[:3])} {rng.choice(SHORT_CURRENCIES)}"
    if shape == 5:
        return f"{rng.choice(SIGNS)}{grouped(amount(rng), rng)}"
    if shape == 6:
        return f"{rng.choice(SIGNS)}{decimal(rng)} {rng.choice(SHORT_LARGE[:5])}"
    if shape == 7:
        low = rng.randint(1, 80)
        unit = f"{rng.choice(SHORT_LARGE[:3])} {rng.choice(SHORT_CURRENCIES)}"
        return f"{low}{rng.choice('-–')}{low + rng.randint(1, 20)} {unit}"
    if shape == 8:
        return f"{rng.randint(10, 999)} {rng.choice(('000', '500', '200'))} {rng.choice(('грн', '₴', '$', 'євро'))}"
    if shape == 9:
        return f"{grouped(amount(rng), rng)}{rng.choice('$€₴')}"
    whole = rng.randint(2, 999)
    currency = rng.choice(CURRENCIES)
    if shape <= 11:
        return f"{whole} {agreeing(whole, currency)}"
    if shape == 12:
        return f"{whole} {agreeing(whole, rng.choice(LARGE))} {currency[2]}"
    if shape == 13:
        return spelled(currency, rng)
    return f"{spelled(rng.choice(LARGE), rng)} {currency[2]}"


def percent(rng: Random, oblique: bool = False) -> str:
    """Draw a percentage."""
    number = str(rng.randint(1, 100)) if rng.random() < 0.6 else decimal(rng)
    shape = rng.randrange(7 if oblique else 10)
    if shape <= 2:
        return f"{number}%"
    if shape <= 4:
        return f"{number} %"
    if shape == 5:
        low = rng.randint(1, 80)
        return f"{low}{rng.choice('-–')}{low + rng.randint(1, 20)}{rng.choice(('%', ' %'))}"
    if shape == 6:
        return f"{rng.randint(5, 9) + 10 * rng.randint(0, 9)} {rng.choice(('відсотків', 'відсотків', 'процентів'))}"
    if shape == 7:
        return spelled(("відсоток", "відсотки", "відсотків"), rng)
    if shape == 8:
        return f"{decimal(rng)} {rng.choice(('відсотка', 'в. п.', 'відсоткового пункту'))}"
    whole = rng.randint(1, 99)
    return f"{whole} {agreeing(whole, ('відсоток', 'відсотки', 'відсотків'))}"


def quantity(rng: Random, measure: str = "", oblique: bool = False) -> str:
    """Draw a quantity with a unit of measure.

    :param measure: a key of :data:`MEASURES`; any if empty.
    """
    measure = measure or rng.choice(list(MEASURES))
    units, nouns = MEASURES[measure]
    unit = rng.choice(units)
    shape = rng.randrange(7 if oblique else 10)
    space = "" if unit.startswith("°") and rng.random() < 0.5 else " "
    sign = rng.choice(("+", "-", "−", "")) if unit.startswith("°") else ""
    if shape <= 3:
        number = rng.randint(2, 42) if measure == WEATHER else rng.choice((rng.randint(2, 99), rng.randint(100, 9000)))
        return f"{sign}{grouped(number, rng)}{space}{unit}"
    if shape <= 5:
        return f"{sign}{decimal(rng, 40 if measure == WEATHER else 99)}{space}{unit}"
    if shape == 6:
        low = rng.randint(2, 30 if measure == WEATHER else 200)
        return f"{low}{rng.choice('-–')}{low + rng.randint(1, 10 if measure == WEATHER else 50)} {unit}"
    noun = rng.choice(nouns)
    if shape == 7:
        return spelled(noun, rng)
    number = rng.randint(2, 900)
    return f"{number} {agreeing(number, noun)}"
