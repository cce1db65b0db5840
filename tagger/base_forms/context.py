"""What the words around a name say about it: which cases it may have, and for a person the gender.

A weight is a logarithm in spirit: 0 for what is expected, less for what is less likely.
"""

import re
from dataclasses import dataclass

from tagger.base_forms.morphology import CASES, Morphology, Reading
from tagger.base_forms.word_lists import CLAUSES, FAMILIES, GENERA, GIVEN, SAYING
from tagger.base_forms.words import CLOSING, LETTERS, OPENING, plain
from tagger.text.abbreviations import ABBREVIATIONS

REACH = 160  # characters before and after a name that are looked at
TITLES = 5  # words before a person's name among which a noun may agree with it
LIST = 9  # words back to the preposition of a list: у Києві, Львові та Одесі
TOKEN = re.compile(rf"[{LETTERS}\u0301]+(?:['’ʼ\-‑][{LETTERS}]+)*\.?|\d[\d.,]*|\S")
# A word that may be no abbreviation (those that are not in a list are shorter), and a full stop.
SENTENCE_END = re.compile(rf"([{LETTERS}]{{5,}})\.[»”\"]?\s+")

# Cases after prepositions, the usual first. Source: §§ on prepositions in grammars of Ukrainian; loct needs one.
_PREPOSITIONS = {
    "loct accs gent": "у в уві",
    "loct accs": "на по о об",
    "loct": "при",
    "gent": "до від од без для біля після проти серед посеред крім окрім навколо довкола замість поза щодо стосовно "
    "відносно внаслідок поблизу уздовж вздовж відповідно-до близько коло з-за з-під із-за із-під зі-за з-поміж "
    "протягом упродовж впродовж напередодні заради задля навпроти неподалік ради побіля всередині усередині "
    "посередині поверх попри мимо повз обабіч супроти недалеко окрім шляхом",
    "gent ablt": "з із зі",
    "ablt accs gent": "за",
    "ablt accs": "під над перед поза понад між поміж підо наді переді попід",
    "accs": "про через крізь попри повз",
    "datv": "завдяки всупереч наперекір назустріч вслід услід",
}
PREPOSITIONS = {word: tuple(cases.split()) for cases, words in _PREPOSITIONS.items() for word in words.split()}
JOINING = {"і", "й", "та", "або", "чи", "а", "але", ",", "(", "/", "—", "–", "-", "як", "ні", "ані"}
ADDRESS = {".", "!", "?", "…", ":", ",", "—", "–", "-"}
ENDS = {".", "!", "?", "…", ":", ";"}

NAMES = frozenset({"Name", "Surn", "Patr"})
Weights = tuple[float, ...]  # of the cases, in the order of CASES


def _weights(**given: float) -> Weights:
    other = given.pop("other", -3.0)
    return tuple(given.get(case, other) for case in CASES)


FREE = _weights(nomn=0, gent=-0.7, datv=-1.6, accs=-1, ablt=-1.4, loct=-4, voct=-3.5)
FIRST = _weights(nomn=0, gent=-1.7, datv=-1.5, accs=-1.5, ablt=-2.2, loct=-5, voct=-2.5)
AFTER_NOUN = _weights(nomn=-0.9, gent=0, datv=-1.6, accs=-2, ablt=-1.4, loct=-4.5, voct=-5)
AFTER_VERB = _weights(nomn=-0.4, gent=-0.5, datv=-0.5, accs=0, ablt=-0.4, loct=-4, voct=-4)
SAID = _weights(nomn=0, gent=-1.5, datv=-1.0, accs=-1.5, ablt=-2, loct=-4, voct=-4)
CITED = _weights(nomn=0, gent=-2.5, datv=-2.8, accs=-2.5, ablt=-2.8, loct=-3, voct=-5)


@dataclass(frozen=True, slots=True)
class Context:
    """What is known from around a name.

    :param cases: a weight for each of :data:`tagger.base_forms.morphology.CASES`.
    :param gender: `m` or `f` if a word before shows a person's gender, `p` for a family; else empty.
    :param subject: `m` or `f` if a verb shows the gender of its subject, which the name is if it is in the nominative.
    """

    cases: Weights = FREE
    gender: str = ""
    subject: str = ""

    def weight(self, case: str) -> float:
        """Return the weight of a case."""
        return self.cases[CASES.index(case)]


def context_of(text: str, start: int, end: int, person: bool, words: Morphology) -> Context:
    """Return the context of the name at `start` to `end` of a text.

    :param text: the sentence.
    :param person: whether the name is a person's.
    """
    before = TOKEN.findall(_same_sentence(text[max(0, start - REACH) : start]))
    quoted = bool(before) and before[-1] in OPENING and end < len(text) and text[end] in CLOSING
    while before and before[-1] in OPENING:
        before.pop()
    cases = _cases(before, person, words, quoted)
    gender = subject = ""
    if person:
        after = text[end : end + 1]
        if after in ",!" and after and (not before or before[-1] in ADDRESS):  # — Петре, ...
            cases = (*cases[:-1], -0.9)
        title = _title(before, words)
        if title:
            cases = _agreeing(title)
            genders = {reading.gender for reading in title if reading.gender}
            gender = genders.pop() if len(genders) == 1 else ""
            if gender == "m" and before:
                gender = ""  # депутат Олена Петренко: a man's word for a post serves for women too
        if before and _is_family(plain(before[-1]), words):
            gender = "p"
        subject = _gender_of_saying(before, words) or _gender_after(TOKEN.findall(text[end : end + REACH])[:4], words)
    return Context(cases, gender, subject)


def _same_sentence(before: str) -> str:
    """Return the text before a name from the start of its sentence on: a line may have several."""
    for found in reversed(list(SENTENCE_END.finditer(before))):
        if found[1].lower() not in ABBREVIATIONS:
            return before[found.end() :]
    return before


def _is_family(word: str, words: Morphology) -> bool:
    return any(
        reading.lemma in FAMILIES and (reading.plural or reading.lemma not in ("брат", "сестра"))
        for reading in words.readings(word)
    )


def _cases(before: list[str], person: bool, words: Morphology, quoted: bool) -> Weights:
    if not before or before[-1] in ENDS:
        return FIRST
    last = plain(before[-1])
    if last in CLAUSES:
        return FIRST
    if last in PREPOSITIONS:
        return _after(PREPOSITIONS[last])
    if last in JOINING:
        return _listed(before, words)
    if last.endswith(".") and len(last) > 1:  # an abbreviation: м. Києва, р. Дніпро, тов. Петренка
        below = _cases(before[:-1], person, words, False)
        return tuple(max(weight, FREE[index] - 0.3) for index, weight in enumerate(below))
    known = [reading for reading in words.readings(last) if reading.known]
    nouns = [reading for reading in known if reading.part == "noun" and reading.case]
    verb = any(reading.part in ("verb", "infn", "grnd", "pred") for reading in known)
    if person and any(reading.lemma in ("прізвище", "псевдонім", "прізвисько", "позивний") for reading in nouns):
        return CITED
    if quoted and any(reading.lemma in GENERA for reading in nouns):
        return CITED
    if not person and (own := {reading.case for reading in nouns if reading.lemma in GENERA}):
        return tuple(
            0.0 if case == "nomn" else max(weight, -0.4) if case in own else weight - 1
            for case, weight in zip(CASES, AFTER_NOUN, strict=True)
        )
    if quoted and not verb:
        return CITED if not nouns else tuple(map(max, CITED, AFTER_NOUN))
    if any(reading.lemma in GIVEN for reading in known):
        return _after(("datv",), -2.5)
    if any(reading.lemma in SAYING for reading in known):
        return SAID
    adjectives = {
        reading.case
        for reading in known
        if reading.part == "adjective" and (not person or reading.plural or reading.gender != "n")
    }
    if adjectives and not nouns:
        return tuple(0.0 if case in adjectives else weight - 1 for case, weight in zip(CASES, FREE, strict=True))
    if nouns and adjectives:  # Пречистій Діві Марії
        return tuple(
            max(weight, -0.3) if case in adjectives else weight for case, weight in zip(CASES, AFTER_NOUN, strict=True)
        )
    if nouns:
        return AFTER_NOUN
    if verb:
        subject = any("past" in reading.marks and reading.plural for reading in known)
        return SAID if subject else AFTER_VERB
    return FREE


def _after(allowed: tuple[str, ...], other: float = -3.5) -> Weights:
    ranks = {case: -0.5 * rank for rank, case in enumerate(allowed)}
    return tuple(ranks.get(case, other - (1.5 if case in ("loct", "voct") else 0)) for case in CASES)


def _listed(before: list[str], words: Morphology) -> Weights:
    """Return the weights of a name that is joined to something: the case of what stands before, or its preposition."""
    shared = set(CASES)
    for token in before[-2:-5:-1]:
        named = [reading for reading in words.readings(plain(token)) if reading.known and NAMES & reading.marks]
        if not token[:1].isupper() or not named:
            break
        cases = {reading.case for reading in named}
        shared &= cases
    if shared and len(shared) < len(CASES):
        cases = shared
        if "nomn" not in cases:  # Винниченка та Єфремова
            return tuple(0.0 if case in cases else weight - 1 for case, weight in zip(CASES, FREE, strict=True))
    for token in reversed(before[-LIST:]):
        word = plain(token)
        if word in PREPOSITIONS:
            near = _after(PREPOSITIONS[word], -1.5)
            return tuple(max(weight - 0.4, free - 0.8) for weight, free in zip(near, FREE, strict=True))
        if any(reading.part == "verb" for reading in words.readings(word) if reading.known):
            break
    return FREE


def _title(before: list[str], words: Morphology) -> list[Reading]:
    """Return the readings of a noun for a person that agrees with the name after it: президентці Молдови Маї Санду."""
    for back, token in enumerate(reversed(before[-TITLES:])):
        word = plain(token)
        if word in PREPOSITIONS or token in ENDS or token in JOINING or token in CLOSING:
            return []
        known = [reading for reading in words.readings(word) if reading.known]
        if any(reading.part in ("verb", "infn", "conj") for reading in known):
            return []
        people = [
            reading
            for reading in known
            if reading.part == "noun"
            and "anim" in reading.marks
            and not NAMES & reading.marks
            and not (word == "пані" and reading.gender == "m")
        ]
        people = [reading for reading in people if reading.case != "voct" and not reading.plural] or people
        nouns = [reading for reading in known if reading.part == "noun"]
        first = back == len(before) - 1
        if people and len(people) >= len(nouns) - 2 and (first or token[:1].islower()):
            return people
        if back == 0 and not nouns and not any(reading.part == "adjective" for reading in known):
            return []
    return []


def _agreeing(title: list[Reading]) -> Weights:
    cases = {reading.case for reading in title}
    return tuple(
        (0.0 if case != "voct" else -1.0) if case in cases else weight - 1.5
        for case, weight in zip(CASES, AFTER_NOUN, strict=True)
    )


def _gender_of_saying(before: list[str], words: Morphology) -> str:
    """Return the gender of a verb of saying right before a name: зазначила Мар'яна."""
    found = [reading for reading in words.readings(plain(before[-1])) if reading.known] if before else []
    genders = {reading.gender for reading in found if reading.lemma in SAYING and "past" in reading.marks}
    return genders.pop() if len(genders) == 1 else ""


def _gender_after(after: list[str], words: Morphology) -> str:
    """Return the gender of a verb in the past that follows: Санду сказала."""
    for token in after:
        if token in ENDS or token in JOINING or token in OPENING or token in CLOSING:
            break
        verbs = [reading for reading in words.readings(plain(token)) if reading.known and reading.part == "verb"]
        past = {reading.gender for reading in verbs if "past" in reading.marks and reading.gender}
        if len(past) == 1 and past <= {"m", "f"}:
            return past.pop()
        if verbs:
            break
    return ""
