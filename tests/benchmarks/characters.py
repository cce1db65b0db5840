"""How many of 40 names are found when odd characters stand in or around them, and how many with plain ones.

    python tests/benchmarks/characters.py [MODEL]

A name counts if exactly it is found, with its label, in the user's own characters. Each kind has 40 names, and each
name several sentences. The last column is what the folding answers for: of the names that are found with plain
characters, those found with odd ones as well.
"""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tagger import Tagger

# Surnames, whole names, towns and companies; not from any corpus.
SURNAMES = """
Мельниченко Ковальчук Бондаренко Ткаченко Кравчук Олійник Лисенко Поліщук Савченко Руденко Марченко Приходько Гончарук
Карпенко Василенко Гаврилюк Павлюк Клименко Левченко Панасюк Романюк Семенюк Федоренко Хоменко Яременко Захарчук
Дяченко Костюк Мартинюк Нестеренко Пономаренко Радченко Сидоренко Тимошенко Харченко Шевчук Юрченко Білик Гриценко
Демченко
""".split()
FIRST_NAMES = """
Олена Іван Марія Петро Оксана Андрій Наталія Микола Ірина Василь Тетяна Сергій Галина Богдан Людмила Тарас Світлана
Роман Надія Степан
""".split()
TOWNS = """
Харків Полтава Чернігів Житомир Вінниця Суми Черкаси Одеса Миколаїв Херсон Запоріжжя Рівне Луцьк Тернопіль Ужгород
Чернівці Хмельницький Умань Бердичів Коломия Ніжин Конотоп Кременчук Бориспіль Ірпінь Буча Фастів Ковель Дрогобич
Стрий Мукачево Бахмут Краматорськ Маріуполь Лисичанськ Ізюм Охтирка Прилуки Лубни Миргород
""".split()
COMPANIES = """
Світанок Обрій Зоря Колос Промінь Веселка Горизонт Каштан Чайка Сокіл Хортиця Славутич Прогрес Едельвейс Берегиня
Подолянка Агротех Будсервіс Укрметал Дніпробуд Київхліб Полісся Карпати Джерело Галичина Поділля Таврія Меридіан
Восход Лідер Олімп Фортеця Маяк Пульсар Атлант Ватра Електрон Старт Орбіта Кристал
""".split()
WITH_APOSTROPHE = """
Дем'янчук Лук'яненко Григор'єв Прокоп'єв Мар'яненко Лук'янчук В'юник Дем'яненко Стеф'юк Зав'ялов Юр'єв Афанас'єв
Кузьм'юк Лук'янов Захар'яш Солов'яненко Солов'єв Прокоп'юк Дем'янюк Лук'янець Слов'янськ Кам'янське
Кам'янець-Подільський П'ятихатки Знам'янка Куп'янськ Валер'янівка Дем'янів Лук'янівка Солом'янка Прип'ять Кам'янка
Бар'єр В'язівок В'язники Пам'ятне Рум'янцеве Мар'янівка Мар'їнка Мар'ївка
""".split()
LATIN = str.maketrans("АВЕІКМНОРСТХаеіорсух", "ABEIKMHOPCTXaeiopcyx")
TO_PERSON = ("Нараду відкрив {}.", "Про це повідомив {} учора.", "Документ підписала заступниця, а {} виступив проти.")
TO_TOWN = ("Потяг прибув у місто {}.", "Учора {} знову обстріляли.", "Дорога до {} закрита на ремонт.")
TO_PLACE = ("Вони живуть у місті {}.", "Громада {} отримала субвенцію.")
TO_COMPANY = (
    "Договір підписала компанія {}.",
    "Тендер виграло підприємство {} учора.",
    "Директор фірми {} подав скаргу.",
)


@dataclass
class Case:
    """A sentence with plain characters and with odd ones.

    :param plain, odd: the sentence before the name, the name, and what follows.
    """

    plain: tuple[str, str, str]
    odd: tuple[str, str, str]


def within(sign: str) -> Callable[[str, int], str]:
    """Return a spelling with a sign in the middle of each word."""
    return lambda name, number: " ".join(
        word[: len(word) // 2] + sign + word[len(word) // 2 :] for word in name.split()
    )


def with_apostrophe(sign: str) -> Callable[[str, int], str]:
    """Return a spelling with another apostrophe."""
    return lambda name, number: name.replace("'", sign)


def cases(
    names: list[str], templates: tuple[str, ...], spell: Callable[[str, int], str], around: tuple[str, str] = ("", "")
) -> Iterator[Case]:
    """Yield a case for each name and template.

    :param spell: returns the odd spelling of a name, given the number of the case.
    :param around: marks put around the name in the odd sentence, where the plain one has « ».
    """
    number = 0
    for name in names:
        for template in templates:
            before, after = template.split("{}")
            plain = ("«", "»") if any(around) and around != ("#", "") else ("", "")
            yield Case(
                (before + plain[0], name, plain[1] + after),
                (before + around[0], spell(name, number), around[1] + after),
            )
            number += 1


def same(name: str, number: int) -> str:
    """Return the name as it is."""
    return name


def broken(name: str, number: int) -> str:
    """Return the name as it is broken at a line's end."""
    return f"{name[: len(name) // 2]}- {name[len(name) // 2 :]}"


def cells(row: tuple[str, ...], chosen: int) -> Iterator[Case]:
    """Yield a row with TABs, and as plain text with semicolons; the chosen cell is the name."""
    before, after = list(row[:chosen]), list(row[chosen + 1 :])
    yield Case(
        ("; ".join([*before, ""]), row[chosen], "; ".join(["", *after])),
        ("\t".join([*before, ""]), row[chosen], "\t".join(["", *after])),
    )


def kinds() -> dict[str, list[Case]]:
    """Return the cases of each kind."""
    people = [f"{FIRST_NAMES[index % len(FIRST_NAMES)]} {surname}" for index, surname in enumerate(SURNAMES)]
    letters = "ІОСМАВТК"
    initials = [
        f"{surname} {letters[index % 8]}.{letters[(3 * index + 1) % 8]}." for index, surname in enumerate(SURNAMES)
    ]
    before = [
        f"{letters[(5 * index) % 8]}. {letters[(index + 2) % 8]}. {surname}" for index, surname in enumerate(SURNAMES)
    ]
    found: dict[str, list[Case]] = {}
    for title, sign in {
        "zero-width space": "\u200b",
        "zero-width joiner": "\u200d",
        "zero-width non-joiner": "\u200c",
        "word joiner": "\u2060",
        "soft hyphen": "\u00ad",
        "byte order mark": "\ufeff",
    }.items():
        found[f"{title} within"] = [
            *cases(people[:20], TO_PERSON, within(sign)),
            *cases(TOWNS[:20], TO_TOWN, within(sign)),
        ]
    for sign in ["′", "＇", "`", "´", "ʹ", "&#39;", "&apos;", "&rsquo;"]:
        found[f"{sign} as apostrophe"] = [
            *cases(WITH_APOSTROPHE[:20], TO_PERSON, with_apostrophe(sign)),
            *cases(WITH_APOSTROPHE[20:], TO_PLACE, with_apostrophe(sign)),
        ]

    def latin_initials(name: str, number: int) -> str:
        signs = [index for index, sign in enumerate(name) if sign == "." and name[index - 1] in letters]
        chosen = {index - 1 for position, index in enumerate(signs) if (number + position) % 3}
        return "".join(sign.translate(LATIN) if index in chosen else sign for index, sign in enumerate(name))

    found["Latin initials after"] = list(cases(initials, TO_PERSON, latin_initials))
    found["Latin initials before"] = list(cases(before, TO_PERSON, latin_initials))

    def look_alikes(name: str, number: int) -> str:
        return "".join(sign.translate(LATIN) if (index + number) % 2 else sign for index, sign in enumerate(name))

    found["Latin look-alikes"] = [
        *cases(people[:20], TO_PERSON, look_alikes),
        *cases(TOWNS[:20], TO_TOWN, look_alikes),
    ]
    for pair in ["„ “", "„ ”", "“ ”", "‹ ›", "<< >>", ",, ``", ",, ''", "'' ''"]:
        around = pair.split()[0], pair.split()[1]
        found[f"{around[0]}…{around[1]} around"] = list(cases(COMPANIES, TO_COMPANY, same, around))
    found["# before a town"] = list(cases(TOWNS, TO_TOWN, same, ("#", "")))
    found["# before a surname"] = list(cases(SURNAMES, TO_PERSON, same, ("#", "")))
    found["broken at a line's end"] = [
        *cases(people[:20], TO_PERSON, lambda name, number: name[:-4] + "- " + name[-4:]),
        *cases(TOWNS[:20], TO_TOWN, broken),
    ]
    rows = [
        *zip(people, TOWNS, strict=True),
        *zip(initials, TOWNS, strict=True),
    ]
    found["TAB between cells, a person"] = [
        row for person, town in rows for row in cells(("1", person, "директор", town), 1)
    ]
    found["TAB between cells, a town"] = [
        row for person, town in rows for row in cells((person, town, "12.05.2021"), 1)
    ]
    found["TAB between two persons"] = [
        row for index in range(40) for row in cells((people[index], people[index - 1], "так"), 1)
    ]
    found["TAB after a number"] = [
        Case((before, name, after), ("17\t" + before, name, after))
        for name in people
        for before, after in (template.split("{}") for template in TO_PERSON)
    ]
    return found


def is_found(tagger: Tagger, parts: tuple[str, str, str]) -> str:
    """Return the label under which exactly the name is found; empty if it is not."""
    text, start = "".join(parts), len(parts[0])
    for entity in tagger(text):
        if (entity.start, entity.end) == (start, start + len(parts[1])):
            assert entity.text == text[entity.start : entity.end]
            return entity.label
    return ""


def main() -> None:
    """Print a line for each kind."""
    tagger = Tagger.load(*sys.argv[1:2])
    print(f"{'kind':32} {'names':>5} {'plain':>6} {'odd':>6} {'odd of plain':>12}")
    for title, own in kinds().items():
        pairs = [(is_found(tagger, case.plain), is_found(tagger, case.odd), case) for case in own]
        plain = [pair for pair in pairs if pair[0]]
        both = [pair for pair in plain if pair[0] == pair[1]]
        odd = sum(bool(pair[1]) for pair in pairs)
        names = len({case.plain[1] for case in own})
        rates = len(plain) / len(pairs), odd / len(pairs)
        print(f"{title:32} {names:5} {rates[0]:6.2f} {rates[1]:6.2f} {len(both) / len(plain):12.2f}")
        for one, other, case in plain:
            if one != other:
                print("      ", "".join(case.odd).replace("\t", "⇥"), file=sys.stderr)


if __name__ == "__main__":
    main()
