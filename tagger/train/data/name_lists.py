"""Lists of names for the gazetteer: a text file of word forms and classes, and one made of a dictionary of Ukrainian.

A file has a line for each form: the form, a TAB, and its classes with commas between. There may be up to eight classes.
"""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from tagger.errors import DataError
from tagger.gazetteer import Gazetteer
from tagger.train.data.places import place_forms

CLASSES = 8  # bits of a byte
# Grammemes of pymorphy3's dictionary of Ukrainian, and what they are called here.
GRAMMEMES = {"Surn": "surname", "Name": "name", "Patr": "patronymic"}
PLACE = "place"
ORDINARY = "ordinary"  # the form is also one of a word that is no name


def read_forms(path: str | Path) -> dict[str, list[str]]:
    """Read a file of forms: each in lower case, and its classes in the order of the file.

    :raises DataError: it cannot be read, a line is not of this form, or there are too many classes.
    """
    forms: dict[str, list[str]] = {}
    classes: dict[str, None] = {}
    try:
        lines = Path(path).read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"cannot be read as text: {error}; give lines of a form, a TAB and its classes", path=str(path)) from None
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        form, tab, own = line.rstrip("\r").partition("\t")
        if not tab or not form or not all(own.split(",")):
            raise DataError("a form, a TAB and its classes with commas between are expected; mend the line", path=str(path), line=number)
        for name in own.split(","):
            classes[name] = None
            if len(classes) > CLASSES:
                raise DataError(f"{name!r} is class {len(classes)}, there may be {CLASSES}; merge some", path=str(path), line=number)
            forms.setdefault(form.lower(), []).append(name)
    return forms


def read_gazetteer(path: str | Path) -> tuple[Gazetteer, list[str]]:
    """Read a file of forms. Raises as :func:`read_forms`.

    :returns: the gazetteer and the classes, bit by bit.
    """
    forms = read_forms(path)
    bits = {name: 1 << bit for bit, name in enumerate(dict.fromkeys(name for own in forms.values() for name in own))}
    return Gazetteer.of({form: sum(bits[name] for name in set(own)) for form, own in forms.items()}), list(bits)


def dictionary_forms(places: bool = False) -> Iterator[tuple[str, list[str]]]:
    """Word forms of names in the dictionary of pymorphy3 (`pymorphy3-dicts-uk`, from VESUM, CC BY-NC-SA 4.0), lower-cased, with their classes.

    :param places: also the forms of :func:`tagger.train.data.places.place_forms`.
    :raises DataError: a package is not installed.
    """
    try:
        analyser = import_module("pymorphy3").MorphAnalyzer(lang="uk")
    except (ImportError, ValueError):  # it raises ValueError where there is no dictionary
        raise DataError("the dictionary is not installed; run: pip install pymorphy3 pymorphy3-dicts-uk") from None
    names: dict[str, set[str]] = {}
    own_words: set[str] = set()  # names of places that the dictionary has: these words are no ordinary ones
    if places:
        for form, name, is_known in place_forms(analyser):
            names.setdefault(form, set()).add(PLACE)
            if is_known:
                own_words.add(name)
    ordinary: set[str] = set()
    for word, tag, normal, *_ in analyser.dictionary.iter_known_words():
        own = {GRAMMEMES[grammeme] for grammeme in tag.grammemes if grammeme in GRAMMEMES}
        if own:
            names.setdefault(word.lower(), set()).update(own)
        elif normal not in own_words:
            ordinary.add(word)
    order = [*GRAMMEMES.values(), PLACE, ORDINARY]
    for form in sorted(names):
        yield form, sorted(names[form] | ({ORDINARY} if form in ordinary else set()), key=order.index)
