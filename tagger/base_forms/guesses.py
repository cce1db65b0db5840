"""Base forms of people's names that the dictionary does not have, from their endings alone.

The endings are those of the first and second declension and of adjectives, as school grammars of Ukrainian list them.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

VOWELS = "аеєиіїоуюя"
CONSONANTS = "бвгґджзклмнпрстфхцчшщ"


class Guess(NamedTuple):
    """A possible reading of a word.

    :param gender: `m`, `f`, or `p` for the plural of a family.
    :param score: 0 for what is likely, less for what is less likely.
    """

    base: str
    case: str
    gender: str
    score: float


# Endings of men's names with a hard and with a soft stem: the ending, what the base form has instead, and the cases.
_MEN = (
    ("а", "", "gent accs"),
    ("ові", "", "datv loct"),
    ("у", "", "datv loct"),
    ("ом", "", "ablt"),
    ("ем", "", "ablt"),
    ("еві", "", "datv loct"),
    ("і", "", "loct"),
    ("е", "", "voct"),
    ("енка", "енко", "gent accs"),
    ("енку", "енко", "datv loct voct"),
    ("енкові", "енко", "datv loct"),
    ("енком", "енко", "ablt"),
    ("ька", "ько", "gent accs"),
    ("ьку", "ько", "datv loct"),
    ("ькові", "ько", "datv loct"),
    ("ьком", "ько", "ablt"),
    ("ця", "ець", "gent accs"),
    ("цю", "ець", "datv loct"),
    ("цеві", "ець", "datv loct"),
    ("цем", "ець", "ablt"),
    ("ого", "ий", "gent accs"),
    ("ому", "ий", "datv loct"),
    ("им", "ий", "ablt"),
)
_POSSESSIVE = re.compile("(ов|ев|єв|ін|їн|ин)(им|а|у|ові|і)$")
_SOFT = (
    ("я", "gent accs"),
    ("ю", "datv loct voct"),
    ("єві", "datv loct"),
    ("еві", "datv loct"),
    ("єм", "ablt"),
    ("ем", "ablt"),
    ("ї", "loct"),
)
# Endings of names in -а and -я, of women and of men.
_FIRST = (
    ("и", "а", "gent"),
    ("і", "а", "datv loct"),
    ("у", "а", "accs"),
    ("ою", "а", "ablt"),
    ("ею", "а", "ablt"),
    ("о", "а", "voct"),
    ("ї", "я", "gent datv loct"),
    ("ю", "я", "accs"),
    ("єю", "я", "ablt"),
)
_WOMEN = (("ої", "а", "gent"), ("ій", "а", "datv loct"), ("у", "а", "accs"), ("ою", "а", "ablt"))
_FAMILIES = (("ів", "gent accs"), ("ам", "datv"), ("ами", "ablt"), ("ах", "loct"))
_SOFTENED = {"з": "г", "ц": "к", "с": "х"}
CLUSTER = re.compile("([бвгджзмптхцчш]к|[аеи]йл)$")  # no name ends so; with -о it is a usual surname
ADJECTIVE = re.compile("(ськ|цьк|зьк)$")


def guesses(word: str) -> Iterator[Guess]:
    """Yield the possible readings of a person's name in small letters that no dictionary has."""
    last = word[-1:]
    if len(word) > 2:
        yield from _of_men(word)
        yield from _of_women(word)
        for ending, cases in _FAMILIES:
            stem = word[: -len(ending)]
            if word.endswith(ending) and len(stem) > 3:
                base = stem + ("і" if stem[-1] in "чшжщ" else "и")
                yield from (Guess(base, case, "p", -1.8) for case in cases.split())
        if last in "иі" and len(word) > 4:
            yield Guess(word, "nomn", "p", -1.8)
    if last in CONSONANTS or last in "йь":
        yield Guess(word, "nomn", "m", -1.0)
        yield from fixed(word, "f", -2.0 if re.search("(ом|ем|єм|им|ім|ів|ах)$", word) else -1.2)
    elif last in "ая":
        of_woman = bool(re.search("(ова|ева|єва|іна|їна|ина|ська|цька|зька|ія|ка)$", word))
        of_both = word.endswith("ія")
        yield Guess(word, "nomn", "f", -1.2 if of_woman else -2.0)
        yield Guess(word, "nomn", "m", -1.2 if of_both else -2.1)
    elif last == "о":
        yield Guess(word, "nomn", "m", -2.0 if word.endswith("ого") else -1.0)
        yield from fixed(word, "m", -2.6 if word.endswith(("ого", "ко")) else -1.0)
        yield from fixed(word, "f", -2.6 if word.endswith("ого") else -1.2)
    else:
        inflected = re.search("(ою|ею|єю|ові|еві|єві)$", word)
        score = -2.8 if inflected else -2.3 if last in "уи" else -1.9 if last in "юї" else -1.3
        yield from fixed(word, "m", score)
        yield from fixed(word, "f", score - 0.1)


def fixed(word: str, gender: str, score: float) -> Iterator[Guess]:
    """Yield the word as it stands, in all cases."""
    for case in ("nomn", "gent", "datv", "accs", "ablt", "loct", "voct"):
        yield Guess(word, case, gender, score)


def _of_men(word: str) -> Iterator[Guess]:
    for ending, base, cases in _MEN:
        stem = word[: -len(ending)]
        if not word.endswith(ending) or len(stem) < 2:
            continue
        if not base and stem[-1] not in CONSONANTS:
            continue
        if base == "ько" and ADJECTIVE.search(stem + "ьк"):  # Сліпецька
            continue
        if base == "ець" and stem.endswith("ь"):  # Путивльця
            stem = stem[:-1]
        score = -1.6
        if base == "ий":
            score = -1.2 if ADJECTIVE.search(stem) else -2.4
        elif base:
            score = -1.3
        elif ADJECTIVE.search(stem) or (stem.endswith("енк")) or ending in ("і", "е"):
            score = -2.6
        elif ending in ("а", "у", "ом", "ові") and CLUSTER.search(stem):  # Прашка is Прашко
            yield from (Guess(stem + "о", case, "m", -1.5) for case in cases.split())
            score = -2.6
        elif ending == "а" and re.search("(ов|ев|єв|ін|їн|ин)$", stem):
            score = -1.9
        yield from (Guess(stem + base, case, "m", score) for case in cases.split())
    if (found := _POSSESSIVE.search(word)) and found[2] == "им":
        yield Guess(word[:-2], "ablt", "m", -1.2)
    for ending, cases in _SOFT:
        stem = word[: -len(ending)]
        if word.endswith(ending) and len(stem) >= 2:
            if stem[-1] in VOWELS:
                yield from (Guess(stem + "й", case, "m", -1.5) for case in cases.split())
            elif ending in ("я", "ю", "еві", "ем") and stem[-1] in "лнстдзцр":
                yield from (Guess(stem + "ь", case, "m", -1.8) for case in cases.split())


def _of_women(word: str) -> Iterator[Guess]:
    if _is_of_woman := re.search("(ськ|цьк|зьк|ов|ев|єв|ін|їн|ин)(ої|ій|у|ою)$", word):
        ending = _is_of_woman[2]
        for own, base, cases in _WOMEN:
            if own == ending:
                yield from (Guess(word[: -len(own)] + base, case, "f", -1.2) for case in cases.split())
    elif word.endswith("ої") and len(word) > 4:  # Толстої
        yield Guess(word[:-2] + "а", "gent", "f", -1.8)
    for ending, base, cases in _FIRST:
        stem = word[: -len(ending)]
        if not word.endswith(ending) or len(stem) < 2:
            continue
        if base == "а" and stem[-1] not in CONSONANTS:
            continue
        if ending == "ею" and stem[-1] not in "жчшщ":
            continue
        if ending == "ї" and stem[-1] not in VOWELS:
            continue
        if ending == "ю" and stem[-1] not in VOWELS + "лнстдзц":
            continue
        stems = [stem]
        if ending == "і" and stem[-1] in _SOFTENED:
            stems.append(stem[:-1] + _SOFTENED[stem[-1]])
        for own in stems:
            score = -2.0 - 0.2 * (own != stem) - (0.4 if ending in ("і", "о") else 0)
            score += 0.6 * own.endswith("і")  # Асії
            yield from (Guess(own + base, case, "f", score) for case in cases.split())
            yield from (Guess(own + base, case, "m", score - 0.2) for case in cases.split())
