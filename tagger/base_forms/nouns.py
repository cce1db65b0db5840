"""Ways to read a word as the head noun of a name: from the dictionary, or from its ending."""

import re

from tagger.base_forms.guesses import guesses
from tagger.base_forms.morphology import Morphology, Reading
from tagger.base_forms.word_lists import PLURALS, PREFERRED

PEOPLE = frozenset({"Name", "Surn", "Patr"})
ABBREVIATION = re.compile("^([А-ЯІЇЄҐ]{2,})(?:-?(?:у|ом|а|ові|ів|і|ам|ами|ах|ем|и|ою|ю|я))$")
# Endings that say more than that a foreign name has none: у Грінвілі, у Віскулях, від Мінцифри.
CASE_ENDING = re.compile("([бвгґджзклмнпрстфхцчшщ]і|и|ах|ях|ом|ем|ою|ею|єю|ові|еві|ами|ями)$")
Option = tuple[float, Reading | None, str]  # how likely, the reading, the base form in small letters


def nouns(text: str, word: str, readings: list[Reading], label: str, words: Morphology, *, alone: bool) -> list[Option]:
    """Return the ways to read a word as a head noun: how likely, the reading, its base form in small letters."""
    options: list[Option] = []
    capitals = text.isupper() and len(text) > 1
    if capitals and (len(text) <= 3 or any("Abbr" in own.marks for own in readings) or not readings):
        return [(1.0, None, word)]
    if found := ABBREVIATION.match(text):
        return [(1.0, None, found[1])]
    for own in readings:
        if own.part != "noun" or not own.case:
            continue
        base = word if "Fixd" in own.marks else own.nominative()
        if not base:
            continue
        score = 0.0
        if PEOPLE & own.marks:
            score -= 2.5
        elif "anim" in own.marks:
            score -= 0.6 if label == "ORG" else 0.9 if label != "JOB" else 0.0
        if "Abbr" in own.marks:
            score -= 1.5
        if own.plural and own.lemma in PLURALS:
            score += 0.5
        elif own.plural and "Pltm" not in own.marks:
            score -= 1.1
        elif own.plural:
            score -= 0.2
        if own.single and text[:1].isupper():
            score += 0.5 if label == "LOC" else 0.2
        if own.lemma != "завод" and any(
            other.lemma.replace("і", "о") == own.lemma != other.lemma for other in readings
        ):
            score -= 0.4  # Львова is Львів, Сходу is Схід
        elif own.lemma == "завід":
            score -= 0.4
        if base in PREFERRED:
            score += 0.6
        if {"Arch", "Slng", "Dist", "alt"} & own.marks:
            score -= 0.8
        options.append((score, own, base))
    if not readings or (options and max(option[0] for option in options) < -2):
        options += _guessed(word, words, alone)
    return options


def _guessed(word: str, words: Morphology, alone: bool) -> list[Option]:
    """Return ways to read a noun that the dictionary does not have."""
    options: list[Option] = []
    left, hyphen, right = word.rpartition("-")
    if hyphen and left and right:  # Аддис-Абеби: the last part changes
        for own in words.readings(right):
            if own.known and own.part == "noun" and own.case and not own.plural:
                base = right if "Fixd" in own.marks else own.nominative()
                if base:
                    options.append((-1.2 - 1.0 * bool(PEOPLE & own.marks), own, f"{left}-{base}"))
    for own in words.readings(word):
        if own.known or own.part != "noun" or own.case in ("", "voct") or "Fixd" in own.marks:
            continue
        base = own.nominative()
        if not base or base[:3] != word[:3]:
            continue
        score = (
            -2.0 - 0.8 * (not alone) - 0.8 * own.plural - 0.7 * ("anim" in own.marks) - 0.5 * bool(PEOPLE & own.marks)
        )
        options.append((score, own, base))
    if alone:  # in Уілінгу: what is usual in names of people is usual in those of places
        for guess in guesses(word):
            if guess.base == word or guess.case in ("accs", "voct") or guess.base.endswith(("ий", "енко")):
                continue
            score = guess.score - 0.5 - 0.3 * (guess.gender == "f" and word.endswith("і"))
            # the genitive of a place or a company also ends in -у: з Уілінгу
            cases = ("datv", "gent") if guess.case == "datv" and word[-1] in "ую" else (guess.case,)
            for case in cases:
                reading = Reading("noun", case, guess.gender.strip("p"), guess.gender == "p", frozenset(), False, word)
                options.append((score, reading, guess.base))
    # names from other languages may have no endings
    score = -3.3 if alone and CASE_ENDING.search(word) else -2.9 if word[-1:] in "уюаям" else -2.2
    options.append((score, None, word))
    return options
