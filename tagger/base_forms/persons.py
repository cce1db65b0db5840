"""Base forms of people's names: all words of a name share one case and one gender, which are chosen together."""

import re

from tagger.base_forms.context import Context
from tagger.base_forms.guesses import CONSONANTS, fixed, guesses
from tagger.base_forms.morphology import CASES, Morphology, Reading
from tagger.base_forms.word_lists import PARTICLES, UNCHANGED
from tagger.base_forms.words import CLOSING, OPENING, Piece, is_inflected, pieces, plain, respell

JOINING = {"і", "й", "та"}
NAMES = frozenset({"Name", "Surn", "Patr"})
FOREIGN = re.compile("(аск|арк|ерк|ек|ак|ик|ік|ок|ук)$")
ADDRESSED = {"боже": "бог", "господи": "господь"}  # the dictionary lacks the second
RARE = frozenset({"Arch", "Slng"})
GENDERS = ("m", "f", "p")
Slot = tuple[str, str]  # case and gender; `p` stands for the plural
Choices = dict[Slot, tuple[float, str]]  # by slot: how likely, and the base form in small letters


def person(name: str, context: Context, words: Morphology) -> str:
    """Return the base form of a person's name."""
    parts = pieces(name)
    inner = _quoted(parts)
    chosen = [
        index
        for index, part in enumerate(parts)
        if part.kind == "word" and index not in inner and not _is_fixed(part, parts, index, len(parts))
    ]
    if not chosen:
        return name
    joined = any(part.text in JOINING for part in parts)
    tables = [
        choices(plain(parts[index].text), words, alone=len(chosen) == 1, last=index == chosen[-1]) for index in chosen
    ]
    slot = _best(tables, context, joined)
    bases = {}
    for number, (index, table) in enumerate(zip(chosen, tables, strict=True)):
        own = slot
        if slot[1] == "p" and joined and number < len(tables) - 1:  # Петра і Андрія Петренків
            own = max(((slot[0], gender) for gender in GENDERS), key=lambda one: table.get(one, (-9.0, ""))[0])
        base = table.get(own, (0.0, plain(parts[index].text)))[1]
        bases[index] = respell(base, parts[index].text)
    return _joined(name, parts, bases)


def _joined(name: str, parts: list[Piece], bases: dict[int, str]) -> str:
    out, done = [], 0
    for index, part in enumerate(parts):
        out += [name[done : part.start], bases.get(index, part.text)]
        done = part.end
    return "".join([*out, name[done:]])


def _quoted(parts: list[Piece]) -> set[int]:
    """Return the indexes of pieces in quotation marks, such as nicknames."""
    inner, depth = set(), False
    for index, part in enumerate(parts):
        if part.kind == "sign" and part.text in OPENING + CLOSING:
            depth = not depth
        elif depth:
            inner.add(index)
    return inner


def _is_fixed(part: Piece, parts: list[Piece], index: int, count: int) -> bool:
    """Return whether a word of a name stays as it is: initials, particles, Latin letters."""
    word = part.text
    if not is_inflected(word) or (count > 1 and word.lower() in PARTICLES):
        return True
    if word.islower() and count > 1:
        return not re.search("(ого|ому|им|ої|ій|ою|ий|а|ко|ич|ича)$", word)
    dot = index + 1 < count and parts[index + 1].text == "."
    letters = word.replace("-", "")
    # О. Петренко, Ю. С. Шевчук, Ю С Шевчук, Дж. Байден
    return len(letters) == 1 or (len(letters) == 2 and letters.isupper()) or (dot and len(letters) <= 3)


def choices(word: str, words: Morphology, *, alone: bool = True, last: bool = True) -> Choices:
    """Return for each case and gender the best base form of a word in a person's name.

    :param word: in small letters.
    :param alone: whether the name has no other word that changes.
    :param last: whether it is the last word of the name that changes, which is most often the surname.
    """
    table: Choices = {}

    def add(slot: Slot, score: float, base: str) -> None:
        if slot not in table or table[slot][0] < score:
            table[slot] = score, base

    known = [reading for reading in words.readings(word) if reading.known and not RARE & (reading.marks - NAMES)]
    named = [reading for reading in known if NAMES & reading.marks]
    has_first = any("Name" in reading.marks for reading in named)
    if word in ADDRESSED:
        table[("voct", "m")] = table[("nomn", "m")] = 0.0, ADDRESSED[word]
        return table
    if word in UNCHANGED:
        for gender in ("m", "f"):
            for guess in fixed(word, gender, -0.1):
                add((guess.case, guess.gender), guess.score, guess.base)
        return table
    lemmas = {(mark, reading.lemma) for reading in named for mark in NAMES & reading.marks}
    endings = {(mark, lemma[:-1]) for mark, lemma in lemmas if lemma.endswith("о")}
    for reading in known:
        if reading.part not in ("noun", "adjective") or not reading.case:
            continue
        score = _score(reading, bool(named), has_first, alone, last)
        if "Fixd" in reading.marks and any(
            other.gender == reading.gender and "Fixd" not in other.marks and NAMES & other.marks & reading.marks
            for other in named
        ):
            score -= 0.4  # the dictionary also takes the genitive Зої for a name of its own
        if (
            reading.lemma.endswith(("ов", "ів"))
            and word.endswith("ові")
            and ("Surn", reading.lemma[:-2]) in lemmas | endings
        ):
            score -= 0.3  # Морозові is Мороз
        if any((mark, reading.lemma + "о") in lemmas for mark in NAMES & reading.marks) and not FOREIGN.search(
            reading.lemma
        ):
            score -= 0.3  # Франком is Франко, Кирила is Кирило; but Маском is Маск
        base = word if "Fixd" in reading.marks else reading.nominative()
        if not base:
            continue
        if reading.plural:
            add((reading.case, "p"), score - 0.5 * (reading.part == "adjective" and not named), base)
        elif reading.gender in ("m", "f"):
            add((reading.case, reading.gender), score, base)
            if "Name" in reading.marks and reading.case == "accs" and word.endswith("ю"):  # the dictionary lacks these
                add(("voct", "f"), score + 0.2, base)
        if reading.part == "noun" and not NAMES & reading.marks and reading.gender in ("f", "n"):  # Володимира Люльки
            add((reading.case, "m"), score - 0.3, base)
        if reading.case == "gent" and reading.gender == "m" and "anim" not in reading.marks:  # Миколу Вересня
            add(("accs", "m"), score, base)
    double = {} if named or "-" not in word else _hyphenated(word, words, alone, last)
    for slot, (score, base) in double.items():
        add(slot, score, base)
    surname = any("Surn" in reading.marks and reading.case == "nomn" for reading in named)
    if not named:
        doubt = 1.7 if any("anim" in reading.marks for reading in known) else 0.7 if known else 0.0
        for guess in () if double else guesses(word):
            # a common word may be a name that is not in the dictionary, but its reading says most
            add((guess.case, guess.gender), guess.score - doubt, guess.base)
    else:
        if surname and word[-1] in CONSONANTS + "ьйо":
            for guess in fixed(word, "f", -0.4):
                add((guess.case, guess.gender), guess.score, guess.base)
        for gender in ("m", "f"):
            for guess in fixed(word, gender, -3.0):
                add((guess.case, guess.gender), guess.score, guess.base)
    return table


def _score(reading: Reading, named: bool, has_first: bool, alone: bool, last: bool) -> float:
    if NAMES & reading.marks:
        score = 0.0
        if "Surn" in reading.marks:
            score -= 0.25 if alone and has_first else 0.1 if last else 0.7 if has_first else 0.2
        elif "Name" in reading.marks and last and not alone:
            score -= 0.2
        return score - 0.6 * ("alt" in reading.marks)
    if reading.part == "adjective":
        return -1.2 if not named else -3.0
    if "anim" in reading.marks:
        return -1.2 if not named else -2.0
    return -1.7 if not named else -2.3


def _hyphenated(word: str, words: Morphology, alone: bool, last: bool) -> Choices:
    """Return the choices of a double name: both parts change, or the last one alone."""
    left, _, right = word.rpartition("-")
    if not left or not right:
        return {}
    ends = choices(right, words, alone=alone, last=last)
    starts = choices(left, words, alone=alone, last=last)
    table = {}
    for slot, (score, base) in ends.items():
        own_score, own_base = starts.get(slot, (-9.0, left))
        if own_score < -3:
            own_score, own_base = -1.5, left
        table[slot] = min(score, own_score) - 0.1, f"{own_base}-{base}"
    return table


def _best(tables: list[Choices], context: Context, joined: bool) -> Slot:
    best, best_score = ("nomn", "m"), -1e9
    for gender in GENDERS:
        prior = {"m": 0.0, "f": -0.15, "p": -1.5}[gender]
        if gender == "p" and joined:
            prior = -0.3
        if context.gender and gender != context.gender:
            prior -= 1.6
        for case in CASES:
            score = prior + context.weight(case)
            if case == "nomn" and context.subject and gender != context.subject:
                score -= 1.6
            for number, table in enumerate(tables):
                slots = [(case, gender)]
                if gender == "p" and joined and number < len(tables) - 1:
                    slots += [(case, "m"), (case, "f")]
                score += max(table.get(slot, (-6.0, ""))[0] for slot in slots)
            if score > best_score + 1e-6:
                best, best_score = (case, gender), score
    return best
