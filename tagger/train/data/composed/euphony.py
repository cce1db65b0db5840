"""The prepositions у/в and з/із/зі by the sounds around them.

Source: Український правопис (2019), paragraphs 23 and 24.
"""

import re

VOWELS = frozenset("аеєиіїоуюяАЕЄИІЇОУЮЯ")
LABIAL = re.compile(r"[вф]|(льв|св|тв|хв|дв|гв|зв)", re.IGNORECASE)
CLUSTER = re.compile(r"[сзшщчж][бвгґджзклмнпрстфхцчшщ]|мн|льв|щ", re.IGNORECASE)
SIBILANT = re.compile(r"[сзцчшщж]", re.IGNORECASE)
SPOKEN = {"1": "о", "2": "д", "3": "т", "4": "ч", "5": "п", "6": "ш", "7": "с", "8": "в", "9": "д", "0": "н"}


def preposition(letter: str, before: str, after: str) -> str:
    """Return the form of у or з between two texts.

    :param letter: `у` or `з`; a capital where it begins a sentence.
    """
    next_word = after.lstrip(' «„"“(#')
    next_word = SPOKEN.get(next_word[:1], next_word[:1]) + next_word[1:]
    previous = re.sub(r"[^\w]+$", "", before)[-1:]
    pause = not previous or bool(re.search(r"[.,;:!?—–-]\s*$", before))
    form = (_u if letter.lower() == "у" else _z)(next_word, "" if pause else previous)
    return form.capitalize() if letter.isupper() else form


def _u(word: str, previous: str) -> str:
    if word[:1] in VOWELS and word[:1]:
        return "в"
    if LABIAL.match(word):
        return "у"
    return "в" if previous in VOWELS and previous else "у"


def _z(word: str, previous: str) -> str:
    if word[:1] in VOWELS:
        return "з"
    if CLUSTER.match(word):
        return "зі"
    if SIBILANT.match(word) or (previous and previous not in VOWELS):
        return "із"
    return "з"
