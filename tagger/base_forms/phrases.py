"""Base forms of places, organisations and other names: the head noun and the adjectives before it change.

`Верховного Суду України` becomes `Верховний Суд України`: the adjective agrees with the head, and what follows the head
is in a case of its own.
"""

import re
from typing import NamedTuple

from tagger.base_forms.context import Context
from tagger.base_forms.morphology import CASES, Morphology, Reading
from tagger.base_forms.nouns import Option, nouns
from tagger.base_forms.word_lists import PREFERRED
from tagger.base_forms.words import CLOSING, OPENING, Piece, is_inflected, pieces, plain, respell

LONGEST = 8  # adjectives before a head noun at most
ABBREVIATED = {"вул": "f", "пл": "f", "наб": "f", "просп": "m", "пр": "m", "пров": "m", "бул": "m", "бульв": "m"}
JOINING = {"і", "й", "та", ","}
NUMERAL_ENDINGS = {"m": "й", "f": "а", "n": "е", "": "і"}
ROMAN = re.compile("[IVXLCІХ]+$")


class Head(NamedTuple):
    """A way to read the beginning of a name.

    :param position: index of the head noun among the name's pieces.
    :param before: indexes and readings of the adjectives that agree with it, None for a number: 14-ї.
    """

    score: float
    position: int
    reading: Reading | None
    base: str
    before: tuple[tuple[int, Reading | None], ...]


def phrase(name: str, label: str, context: Context, words: Morphology) -> str:
    """Return the base form of a name that is no person's."""
    parts = pieces(name)
    if not parts:
        return name
    if parts[0].kind == "sign":  # a part in quotation marks is cited, and does not change
        return name
    if street := _street(parts, words):
        return name[: street[0]] + street[1]
    if both := _coordinated(parts, label, context, words):
        return both
    found = _head(parts, label, context, words)
    if found is None:
        return name
    bases = {found.position: respell(found.base, parts[found.position].text)}
    gender = "" if found.reading is None or found.reading.plural else found.reading.gender or "m"
    plural = found.reading is not None and found.reading.plural
    for index, reading in found.before:
        text = parts[index].text
        if reading is None:
            bases[index] = _numeral(text, gender, plural)
        else:
            # Вінницькій, Донецькій областях: each adjective is in the singular, the noun is not
            own = reading.gender if plural and not reading.plural else gender
            bases[index] = respell(reading.nominative(own) or plain(text), text)
    if found.reading is not None:
        bases |= _after(parts, found, words)
    out, done = [], 0
    for index, part in enumerate(parts):
        out += [name[done : part.start], bases.get(index, part.text)]
        done = part.end
    return "".join([*out, name[done:]])


def _street(parts: list[Piece], words: Morphology) -> tuple[int, str] | None:
    """Return where the adjective after `вул.` and the like begins, and what the name has from there on."""
    gender = ABBREVIATED.get(plain(parts[0].text), "")
    if not gender or len(parts) != 3 or parts[1].text != "." or parts[2].kind != "word":
        return None
    for reading in words.readings(plain(parts[2].text)):
        if reading.known and reading.part == "adjective" and reading.gender == gender and reading.case != "accs":
            base = reading.nominative(gender)
            return (parts[2].start, respell(base, parts[2].text)) if base else None
    return None


def _coordinated(parts: list[Piece], label: str, context: Context, words: Morphology) -> str:
    """Return the base form of two nouns that are one name, Боснії і Герцеговини; empty for other names."""
    if len(parts) != 3 or parts[1].text not in ("і", "й", "та") or not parts[2].text[:1].isupper():
        return ""
    if any(part.kind != "word" or not is_inflected(part.text) for part in parts):
        return ""
    heads = [_head([part], label, context, words) for part in (parts[0], parts[2])]
    shared = [head for head in heads if head is not None and head.reading is not None]
    if len(shared) < 2 or any(head.reading is None or head.reading.part != "noun" for head in shared):
        return ""
    first, last = (respell(head.base, part.text) for head, part in zip(shared, (parts[0], parts[2]), strict=True))
    return f"{first} {parts[1].text} {last}"


def _numeral(text: str, gender: str, plural: bool) -> str:
    number, _, ending = text.partition("-")
    if ending in ("та", "ша", "га", "тя", "ий", "ій", "те", "ше", "ге", "ті", "ші", "гі"):  # 24-та
        return text
    if plural:
        return f"{number}-і"
    if number.endswith("3") and not number.endswith("13"):
        return f"{number}-" + {"m": "й", "f": "я", "n": "є"}[gender or "m"]
    return f"{number}-{NUMERAL_ENDINGS[gender or 'm']}"


def _after(parts: list[Piece], head: Head, words: Morphology) -> dict[int, str]:
    """Return the adjective that ends a name and agrees with its noun: Новограда Волинського, Війська Запорозького."""
    index = head.position + 1
    reading = head.reading
    if index != len(parts) - 1 or reading is None or not parts[index].text[:1].isupper():
        return {}
    word = plain(parts[index].text)
    for own in words.readings(word):
        if own.known and own.part == "adjective" and (own.case, own.gender) == (reading.case, reading.gender):
            base = own.nominative(reading.gender)
            return {index: respell(base, parts[index].text)} if base else {}
    return {}


def _head(parts: list[Piece], label: str, context: Context, words: Morphology) -> Head | None:
    best: Head | None = None
    before: list[tuple[int, list[Reading] | None]] = []
    joined = numbered = False
    for index, part in enumerate(parts[: LONGEST * 2]):
        text = part.text
        if index == 0 and len(parts) > 1 and (part.kind == "number" or ROMAN.match(text)):  # XV Здвигу, 28 бригади
            numbered = True
            continue
        if text.lower() == "св" or (text == "." and index and parts[index - 1].text.lower() == "св"):
            continue
        if part.kind == "ordinal":
            before.append((index, None))
            continue
        if text in JOINING and before and index + 1 < len(parts):
            joined = True
            continue
        if part.kind != "word" or not is_inflected(text):
            break
        if index + 1 < len(parts) and parts[index + 1].text == "." and len(text) < 6:  # вул. Шевченка, м. Київ
            break
        word = plain(text)
        last = index == len(parts) - 1
        readings = [own for own in words.readings(word) if own.known]
        for option in nouns(text, word, readings, label, words, alone=len(parts) == 1):
            if numbered and (option[1] is None or option[1].plural):  # 20 хвилин
                continue
            found = _agreeing(option, index, before, context, joined, words)
            if found is not None and (best is None or found.score > best.score + 1e-6):
                best = found
        adjectives = [own for own in readings if own.part == "adjective" and own.case]
        if not readings:
            adjectives = [own for own in words.readings(word) if own.part == "adjective" and own.case]
        if last:
            found = _adjective_alone(index, adjectives, before, context) if adjectives else None
            if found is not None and (best is None or found.score > best.score + 1e-6):
                best = found
            break
        if not adjectives and not readings and label == "LOC" and index == len(parts) - 2:
            continue  # Нобл Парку: a first part from another language
        if not adjectives:
            break
        before.append((index, adjectives))
    return best


def _agreeing(
    option: Option,
    index: int,
    before: list[tuple[int, list[Reading] | None]],
    context: Context,
    joined: bool,
    words: Morphology,
) -> Head | None:
    """Return the head with the adjectives before it, or None if they do not agree."""
    score, noun, base = option
    if noun is None:
        if before and any(adjectives for _, adjectives in before):
            return _before_abbreviation(option, index, before, context)
        return Head(score + max(context.cases), index, None, base, ())
    cases = CASES if "Fixd" in noun.marks else (noun.case,)
    best: Head | None = None
    for case in dict.fromkeys(cases):
        chosen: list[tuple[int, Reading | None]] = []
        total = score + context.weight(case)
        for position, adjectives in before:
            if adjectives is None:
                chosen.append((position, None))
                continue
            fitting = [
                own
                for own in adjectives
                if own.case == case
                and (
                    (own.plural == noun.plural and (own.plural or own.gender == noun.gender))
                    or (joined and noun.plural and not own.plural)
                )
            ]
            if not fitting and case == "accs" and not noun.plural and noun.gender == "m":
                fitting = [own for own in adjectives if own.case == "nomn" and own.gender == "m"]
            if not fitting:
                break
            own = fitting[0]
            if joined and noun.plural:  # the singular of the noun has the adjective's gender
                gender = _singular_gender(noun, words)
                own = next((one for one in fitting if one.gender == gender), own)
            chosen.append((position, own))
            total += 1.0
        else:
            if joined and not noun.plural:
                total -= 1.0
            if best is None or total > best.score:
                best = Head(total, index, noun, base, tuple(chosen))
    return best


def _singular_gender(noun: Reading, words: Morphology) -> str:
    found = [own.gender for own in words.readings(noun.lemma) if own.part == "noun" and own.case == "nomn"]
    return next((gender for gender in found if gender), "")


def _before_abbreviation(
    option: Option,
    index: int,
    before: list[tuple[int, list[Reading] | None]],
    context: Context,
) -> Head | None:
    """Return the adjectives before a noun that does not change, in the likeliest case: Київської ОДА."""
    found = [(position, own) for position, own in before if own]
    position, adjectives = found[0]
    options = [(context.weight(own.case) - 1.5 * own.plural, -number, own) for number, own in enumerate(adjectives)]
    score, _, own = max(options, key=lambda one: one[:2])
    chosen = [(position, own)]
    for other, readings in found[1:]:
        fitting = [one for one in readings if (one.case, one.gender, one.plural) == (own.case, own.gender, own.plural)]
        if not fitting:
            return None
        chosen.append((other, fitting[0]))
    return Head(option[0] + score + len(chosen), index, own, option[2], tuple(chosen))


def _adjective_alone(
    index: int, adjectives: list[Reading], before: list[tuple[int, list[Reading] | None]], context: Context
) -> Head | None:
    """Return an adjective that stands for a noun: Запорізькій [області], Бориспільської."""
    best: Head | None = None
    for own in adjectives:
        base = own.nominative()
        if base is None:
            continue
        chosen: list[tuple[int, Reading | None]] = []
        town = own.gender == "m" and (base in PREFERRED or base.endswith("цький") or "-" in base)
        total = -1.0 + context.weight(own.case) - 1.2 * own.plural + (0.1 if own.gender == "n" else 0.3 if town else 0)
        for position, others in before:
            fitting = [one for one in others or () if (one.case, one.gender) == (own.case, own.gender)]
            if others is not None and not fitting:
                break
            chosen.append((position, fitting[0] if fitting else None))
            total += 0.8
        else:
            if best is None or total > best.score:
                best = Head(total, index, own, base, tuple(chosen))
    return best


def unquoted(name: str) -> str:
    """Return a name without the quotation marks around all of it."""
    if len(name) > 2 and name[0] in OPENING and name[-1] in CLOSING:
        inner = name[1:-1]
        if not any(sign in inner for sign in OPENING + CLOSING):
            return inner.strip()
    return name
