"""Words of a name: how they are cut, and how a dictionary's small letters get the spelling of the text back."""

import re
from typing import NamedTuple

APOSTROPHES = str.maketrans("’ʼ‘`´′", "''''''")
STRESS = "\u0301"
# Latin letters that look like Ukrainian ones, which keyboards mix into words: Cтефан.
ALIKE = str.maketrans("ABCEHIKMOPTXaceiopxy", "АВСЕНІКМОРТХасеіорху")
LETTERS = "A-Za-zА-Яа-яІіЇїЄєҐґЁёЪъЫыЭэ\u00c0-\u024f"
# A number with an ending (14-ї), a word with apostrophes, stress marks and hyphens in it, or any other sign.
PIECE = re.compile(
    rf"(?P<ordinal>\d+(?:-[а-яії]{{1,3}})(?![{LETTERS}\d]))"
    rf"|(?P<word>[{LETTERS}{STRESS}]+(?:['’ʼ‘`´′\-‑–][{LETTERS}{STRESS}]+)*)"
    r"|(?P<number>\d+)|(?P<sign>\S)"
)
CYRILLIC = re.compile("[А-Яа-яІіЇїЄєҐґ]")
LATIN = re.compile("[A-Za-z]")
OPENING, CLOSING = "«“„\"'‹”", "»”“\"'›"


class Piece(NamedTuple):
    """A part of a name.

    :param kind: `word`, `ordinal`, `number` or `sign`.
    :param start, end: its place in the name.
    """

    text: str
    kind: str
    start: int
    end: int


def pieces(name: str) -> list[Piece]:
    """Cut a name into words, numbers and signs."""
    return [Piece(found[0], str(found.lastgroup), found.start(), found.end()) for found in PIECE.finditer(name)]


def plain(word: str) -> str:
    """Return a word as the dictionary spells it: one kind of apostrophe, no stress marks, small letters."""
    word = word.replace(STRESS, "").translate(APOSTROPHES).replace("‑", "-")
    return (word.translate(ALIKE) if CYRILLIC.search(word) else word).lower()


def is_inflected(word: str) -> bool:
    """Return whether a word may have endings: it has Ukrainian letters only."""
    return bool(CYRILLIC.search(word)) and not LATIN.search(word.translate(ALIKE))


def respell(base: str, word: str) -> str:
    """Return a base form with the capitals and the apostrophe that the word has in the text.

    :param base: in small letters.
    """
    for sign in "’ʼ‘`´′":
        if sign in word:
            base = base.replace("'", sign)
            break
    if base == plain(word):
        return word.replace(STRESS, "")
    letters = [letter for letter in word if letter.isalpha()]
    if len(letters) > 1 and all(letter.isupper() for letter in letters):
        return base.upper()
    if len(letters) == 1 and letters[0].isupper():
        return base[:1].upper() + base[1:]
    # part by part, so that Аль-Каїди and Ростова-на-Дону keep their capitals
    bases, parts = base.split("-"), re.split("[-‑–]", word)
    if len(bases) != len(parts):
        return base[:1].upper() + base[1:] if word[:1].isupper() else base
    shown = [_capitals(own, part) for own, part in zip(bases, parts, strict=True)]
    return "-".join(shown)


def _capitals(base: str, word: str) -> str:
    shown = []
    for index, letter in enumerate(base):
        own = word[index] if index < len(word) else "я"
        shown.append(letter.upper() if own.isupper() else letter)
    return "".join(shown)
