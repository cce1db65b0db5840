"""All case forms of a word, from pymorphy3 and its Ukrainian dictionary (VESUM), which are an extra.

Words that the dictionary does not have are inflected by their endings.
"""

from collections.abc import Callable
from importlib.util import find_spec

from tagger.text.dictionary import analyzer

PACKAGES = ("pymorphy3", "pymorphy3_dicts_uk")
NOMINAL = ("NOUN", "ADJF", "PRTF", "NUMR")
LONGEST_WORD = 60  # characters; a longer one is no word


def are_installed() -> bool:
    """Return whether the packages are installed."""
    return all(find_spec(name) for name in PACKAGES)


def inflector() -> Callable[[str], set[str]]:
    """Return a function that gives all case forms of a word in small letters, with the word itself.

    :raises PackageError: a package is broken.
    """
    dictionary = analyzer()

    def forms(word: str) -> set[str]:
        if len(word) > LONGEST_WORD:
            return {word}
        parses = [parse for parse in dictionary.parse(word) if parse.tag.POS in NOMINAL]
        # a name in its base form, as most lists have it, is no form of another word: Київ, not the plural of кий
        own = [parse for parse in parses if parse.normal_form == word]
        different = {(parse.normal_form, parse.tag.POS, parse.tag.gender): parse for parse in own or parses}
        return {word, *(form.word for parse in different.values() for form in parse.lexeme)}

    return forms
