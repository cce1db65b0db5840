"""All readings of a word: part of speech, case, gender and number, from pymorphy3 and its Ukrainian dictionary."""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from tagger.text.dictionary import analyzer

CASES = ("nomn", "gent", "datv", "accs", "ablt", "loct", "voct")
GENDERS = {"masc": "m", "femn": "f", "neut": "n"}
ADJECTIVES = ("ADJF", "PRTF", "NUMR", "NPRO")
KEPT_WORDS = 1 << 14
LONGEST_WORD = 60  # characters; a longer one is no word that a dictionary knows


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a word.

    :param part: `noun`, `adjective`, `verb` or another part of speech of pymorphy3 in small letters.
    :param case: one of :data:`CASES`; empty for what has none.
    :param gender: `m`, `f` or `n`; empty in the plural.
    :param plural: whether it is the plural.
    :param marks: grammemes of pymorphy3, such as `Name`, `Surn`, `Patr`, `Fixd`, `Abbr`, `Pltm`, `anim`.
    :param known: whether the dictionary has the word; else the reading is a guess from its ending.
    :param lemma: the dictionary form of the word, in small letters.
    """

    part: str
    case: str
    gender: str
    plural: bool
    marks: frozenset[str]
    known: bool
    lemma: str
    _parse: Any = field(repr=False, compare=False, default=None)
    _spelling: str = field(repr=False, compare=False, default="")  # of the word, if the dictionary lacks its ґ

    @property
    def single(self) -> bool:
        """True for words that have no plural, as most names of places."""
        return self.part == "noun" and str(self._parse.tag).partition(" ")[0].count(",") > 1

    def nominative(self, gender: str = "") -> str | None:
        """Return the nominative in the same number, in small letters; `None` if the dictionary gives none.

        :param gender: of an adjective in the singular, which the word itself may leave open.
        """
        if self.part == "noun" and not gender and (not self.plural or "Pltm" in self.marks):
            return _with_g(self.lemma, self._spelling)  # the first form of the dictionary's own table
        wanted = gender or self.gender
        if self.part == "adjective" and not self.plural:
            wanted = wanted or "m"
        found = [
            str(parse.word)
            for parse in self._parse.lexeme
            if _case(parse.tag) == "nomn"
            and _is_plural(parse.tag) == self.plural
            and (self.plural or not wanted or GENDERS.get(str(parse.tag.gender), "") == wanted)
        ]
        if not found:
            return None
        # of two nominatives the one that begins as the word does: іграх is ігри, not гри
        alike = [base for base in found if base[0] == self._parse.word[0]]
        return _with_g((alike or found)[0], self._spelling)


def _with_g(base: str, word: str) -> str:
    """Return a base form with ґ where the word has it: Конґресу is Конґрес, which the dictionary spells with г."""
    return "".join("ґ" if own == "г" and word[at : at + 1] == "ґ" else own for at, own in enumerate(base))


def _case(tag: Any) -> str:
    """Return the case of a form. The dictionary leaves out the nominative of some nouns' first forms."""
    if tag.case is not None:
        return str(tag.case)
    return "nomn" if tag.POS == "NOUN" else ""


def _is_plural(tag: Any) -> bool:
    return "plur" in tag.grammemes or "Pltm" in tag.grammemes


class Morphology:
    """The dictionary, opened once.

    :raises PackageError: pymorphy3 or its Ukrainian dictionary is missing.
    """

    def __init__(self) -> None:
        self._analyzer = analyzer()
        self.readings = lru_cache(KEPT_WORDS)(self._readings)

    def _readings(self, word: str) -> tuple[Reading, ...]:
        """Return the readings of a word in small letters, without repeats."""
        if len(word) > LONGEST_WORD or not word[:1].isalpha() or not word.isprintable():
            return ()  # a sign, a number, or bytes that are not UTF-8
        found: dict[tuple[Any, str], Reading] = {}
        parses = self._analyzer.parse(word)
        spelling = ""
        if "ґ" in word:
            other = self._analyzer.parse(word.replace("ґ", "г"))
            if not any(parse.is_known for parse in parses) and any(parse.is_known for parse in other):
                parses, spelling = other, word
        for parse in parses:
            # substitutes ґ for г by itself, which makes other names of them
            if ("ґ" in parse.normal_form) != ("ґ" in word) and not spelling:
                continue
            known, lemma = bool(parse.is_known), str(parse.normal_form)
            if (key := (parse.tag, lemma)) not in found:
                found[key] = Reading(*_features(parse.tag), known, lemma, parse, spelling)
        return tuple(found.values())

    def knows(self, word: str) -> bool:
        """Return whether the dictionary has a word in small letters."""
        return any(reading.known for reading in self.readings(word))


@lru_cache(maxsize=4096)
def _features(tag: Any) -> tuple[str, str, str, bool, frozenset[str]]:
    """Return part of speech, case, gender, number and grammemes of a tag, of which there are some hundreds."""
    part = "noun" if tag.POS == "NOUN" else "adjective" if tag.POS in ADJECTIVES else str(tag.POS).lower()
    plural = _is_plural(tag)
    gender = "" if plural or tag.gender is None else GENDERS.get(str(tag.gender), "")
    return part, _case(tag), gender, plural, frozenset(map(str, tag.grammemes))


@lru_cache(maxsize=1)
def morphology() -> Morphology:
    """Open the dictionary of this process, once.

    :raises PackageError: pymorphy3 or its Ukrainian dictionary is missing.
    """
    return Morphology()
