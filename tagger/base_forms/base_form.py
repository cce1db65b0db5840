"""The base form of a name, by its label and the words around it.

Each name is worked out once in each kind of context.
"""

import re
from functools import lru_cache

from tagger.base_forms.context import Context, context_of
from tagger.base_forms.morphology import morphology
from tagger.base_forms.persons import person
from tagger.base_forms.phrases import phrase, unquoted
from tagger.base_forms.words import CYRILLIC, STRESS
from tagger.text.lookup import JOINING
from tagger.text.normalize import HIDDEN, HYPHENS, REFERENCE, unescape

KEPT = 1 << 15  # names with their contexts; most text has a few thousand
LONGEST_NAME = 400  # characters; what is longer is no name that has a base form
PERSONS = frozenset({"PERS", "PER", "PERSON"})
# Labels of dates and amounts, which are no names and stay as they are.
AMOUNTS = frozenset({"DATE", "TIME", "PERIOD", "MON", "PCT", "QUANT", "MONEY", "PERCENT", "QUANTITY", "CARDINAL"})

BROKEN = rf"(?<=[а-яєіїґ])[{re.escape(HYPHENS)}]\s+(?!(?:{'|'.join(JOINING)})\b)(?=[а-яєіїґ]{{2}})"  # Ко- валь
ODD = re.compile(rf"{BROKEN}|[{HIDDEN}]|(?i:{REFERENCE})")  # what a word is looked up without


def base_form(text: str, start: int, end: int, label: str) -> str:
    """Return the base form of the name at `start` to `end` of a text.

    :param text: the sentence; words around the name say which case it is in.
    :param start, end: in code points, `end` exclusive.
    :param label: the model's label.
    :raises PackageError: pymorphy3 or its Ukrainian dictionary is missing.
    """
    if ODD.search(text):
        before, own = _folded(text[:start]), _folded(text[start:end])
        text, start, end = before + own + _folded(text[end:]), len(before), len(before) + len(own)
    name = text[start:end]
    spaced = " ".join(name.split())
    if len(spaced) > LONGEST_NAME or label in AMOUNTS or not CYRILLIC.search(spaced):
        return unquoted(spaced)
    words = morphology()
    return _of(spaced, label, context_of(text, start, end, label in PERSONS, words))


def _folded(text: str) -> str:
    """Return a text without what cuts or hides words: the dictionary has none of it."""
    return ODD.sub(lambda found: unescape(found[0]) if found[0].startswith("&") else "", text)


def open_dictionary() -> None:
    """Open the dictionary, which takes a fifth of a second, unless it is open.

    :raises PackageError: pymorphy3 or its Ukrainian dictionary is missing.
    """
    morphology()


@lru_cache(maxsize=KEPT)
def _of(name: str, label: str, context: Context) -> str:
    name = unquoted(name)
    if not name.strip():
        return name
    words = morphology()
    found = person(name, context, words) if label in PERSONS else phrase(name, label, context, words)
    return found.replace(STRESS, "")
