"""Which base forms name the same: О. Петренко and Петренко with Олег Петренко, СБУ with Служба безпеки України.

Conservative: what could be two stays two. A surname alone, or with initials, belongs to a full name only if just one
person of that surname is there; an abbreviation belongs to an organisation only if it stood in brackets after its name.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from tagger.base_forms.base_form import PERSONS
from tagger.base_forms.morphology import morphology
from tagger.base_forms.words import CLOSING, OPENING, plain

PATRONYMIC = re.compile("(ович|йович|евич|євич|івна|ївна|овна|евна|ич|івич)$")
INITIAL = re.compile(r"^[A-ZА-ЯІЇЄҐ][a-zа-яіїєґ]?$")
BRACKETED = re.compile(r"^(.*\S)\s*\(\s*[«“\"]?([A-ZА-ЯІЇЄҐ][\w-]*[A-ZА-ЯІЇЄҐ]\d*)[»”\"]?\s*\)$")
FOLLOWING = re.compile(r"^[»”\"]?\s*\(\s*[«“\"]?([A-ZА-ЯІЇЄҐ][\w-]{0,10}[A-ZА-ЯІЇЄҐ]\d*)[»”\"]?\s*[),;]")
LEGAL_FORMS = frozenset(
    "тов тзов пат прат ат ват зат дп кп кнп го бф гс тдв пп фг тм llc ltd inc plc gmbh corp ag sa co".split()
)
KEPT = 1 << 14


class Mention(NamedTuple):
    """A name in a document.

    :param label: the label, as the user sees it.
    :param lemma: its base form.
    :param kind: the model's label, which tells persons from others.
    :param alias: the abbreviation in brackets after it; empty if there is none.
    """

    label: str
    lemma: str
    kind: str
    alias: str = ""


class Person(NamedTuple):
    """The parts of a person's name in small letters; a first name or a patronymic may be an initial, or empty."""

    surname: str
    first: str = ""
    patronymic: str = ""

    @property
    def in_full(self) -> bool:
        """True if the first name is written out."""
        return len(self.first) > 2

    def may_be(self, other: "Person") -> bool:
        """Return whether both may be one person, as far as the names tell."""
        return (
            self.surname == other.surname
            and _fits(self.first, other.first)
            and _fits(self.patronymic, other.patronymic)
        )


def _fits(one: str, other: str) -> bool:
    shorter, longer = sorted((one, other), key=len)
    return one == other or not shorter or (len(shorter) <= 2 and longer.startswith(shorter))


def alias_after(after: str) -> str:
    """Return the abbreviation in brackets that the text after a name begins with; empty if there is none."""
    found = FOLLOWING.match(after)
    return found[1] if found else ""


@lru_cache(maxsize=KEPT)
def person_of(lemma: str) -> Person | None:
    """Return the parts of a person's name in its base form, or None if it is not clear which part is what."""
    words = [word for word in re.split(r"[\s.]+", lemma) if word]
    if not words or len(words) > 4 or any(word in ("і", "та", "й") or word[0] in OPENING for word in words):
        return None
    initials = [word for word in words if INITIAL.match(word)]
    others = [plain(word) for word in words if not INITIAL.match(word)]
    initials = [plain(word) for word in initials]
    if not others or len(initials) > 2:
        return None
    if initials:
        if len(others) > 1:  # Джон Р. Толкін
            return Person(others[-1], others[0]) if len(others) == 2 else None
        return Person(others[0], *initials)
    if len(others) == 1:
        return Person(others[0])
    if len(others) == 2:
        first, last = others
        if PATRONYMIC.search(last) and _is(last, "Patr"):
            return None  # Іван Петрович: there is no surname, perhaps
        if _is(last, "Name") and not _is(last, "Surn") and _is(first, "Surn") and not _is(first, "Name"):
            return Person(first, last)
        return Person(last, first)
    if len(others) == 3:
        if PATRONYMIC.search(others[2]) and _is(others[1], "Name") and not _is(others[0], "Name"):
            return Person(*others)
        if PATRONYMIC.search(others[2]) and not PATRONYMIC.search(others[1]) and _is(others[2], "Patr"):
            return Person(*others)
        if PATRONYMIC.search(others[1]):
            return Person(others[2], others[0], others[1])
    return Person(others[-1], " ".join(others[:-1]))


def _is(word: str, mark: str) -> bool:
    return any(mark in reading.marks for reading in morphology().readings(word) if reading.known)


@lru_cache(maxsize=KEPT)
def key_of(lemma: str, kind: str) -> str:
    """Return what two spellings of one name have in common: no quotation marks, no legal form, small letters."""
    words = [word for word in re.split(rf"[\s{re.escape(OPENING + CLOSING)}]+", plain(lemma)) if word]
    if kind not in PERSONS and len(words) > 1:
        words = [word for word in words if word.strip(".,") not in LEGAL_FORMS] or words
    return " ".join(words)


def link(mentions: Sequence[Mention], *, bearers: Iterable[Mention] = ()) -> list[str]:
    """Return for each mention of a document the name that it belongs to.

    :param mentions: all names of the document, in order.
    :param bearers: further names that others may belong to, from elsewhere.
    """
    everything = [*mentions, *bearers]
    spellings: dict[tuple[str, str], Counter[str]] = {}
    keys = []
    for number, mention in enumerate(everything):
        lemma = mention.lemma
        if mention.kind not in PERSONS and (found := BRACKETED.match(lemma)):
            lemma = found[1]
        key = mention.label, key_of(lemma, mention.kind)
        keys.append(key)
        # what stands here decides before what comes from elsewhere
        spellings.setdefault(key, Counter())[lemma] += 2 if number < len(mentions) else 1
    owners = _persons(everything, keys) | _abbreviations(everything, keys)
    names = []
    for key in keys[: len(mentions)]:
        owner = owners.get(key, key)
        # all capitals only where the name is never written otherwise
        best = max(spellings[owner].items(), key=lambda item: (not item[0].isupper(), item[1], item[0]))
        names.append(best[0])
    return names


Key = tuple[str, str]  # a label, and what the spellings of a name have in common


def _persons(mentions: Sequence[Mention], keys: Sequence[Key]) -> dict[Key, Key]:
    """Return for each person's name that is not complete the complete name of the same person."""
    counts: Counter[Key] = Counter()
    parts: dict[Key, Person] = {}
    for mention, key in zip(mentions, keys, strict=True):
        if mention.kind in PERSONS and (person := person_of(mention.lemma)):
            counts[key] += 1
            parts.setdefault(key, person)
    by_surname: dict[tuple[str, str], list[Key]] = {}
    for key, person in parts.items():
        by_surname.setdefault((key[0], person.surname), []).append(key)
    owners: dict[Key, Key] = {}
    for found in by_surname.values():
        if len(found) < 2:
            continue
        # the most complete names first: each of the others belongs to the one person that it may be, if there is one
        found.sort(key=lambda key: (-_completeness(parts[key]), -counts[key], key))
        people: list[list[Key]] = []
        for key in found:
            fitting = [group for group in people if all(parts[key].may_be(parts[other]) for other in group)]
            if len(fitting) == 1:
                fitting[0].append(key)
            elif not fitting or parts[key].in_full:
                people.append([key])
        for group in people:
            for key in group[1:]:
                owners[key] = _shown(group, parts, counts)
            first = _shown(group, parts, counts)
            if first != group[0]:
                owners[group[0]] = first
                owners.pop(first, None)
    return owners


def _completeness(person: Person) -> int:
    return 4 * person.in_full + 2 * bool(person.first) + bool(person.patronymic)


def _shown(group: list[Key], parts: dict[Key, Person], counts: Counter[Key]) -> Key:
    """Return the name to show for a person: in full, and as it is written most often."""
    return max(group, key=lambda key: (parts[key].in_full, bool(parts[key].first), counts[key]))


def _abbreviations(mentions: Sequence[Mention], keys: Sequence[Key]) -> dict[Key, Key]:
    """Return for each abbreviation the organisation or place after whose name it stood in brackets."""
    owners: dict[Key, set[Key]] = {}
    for mention, key in zip(mentions, keys, strict=True):
        if mention.kind in PERSONS or " " not in key[1]:
            continue
        found = BRACKETED.match(mention.lemma)
        alias = found[2] if found else mention.alias
        if alias:
            owners.setdefault((key[0], plain(alias)), set()).add(key)
    return {alias: min(found) for alias, found in owners.items() if len(found) == 1 and alias not in found}
