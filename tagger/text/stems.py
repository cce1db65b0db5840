"""Stems: what the case forms of a Ukrainian name have in common. A light stemmer, without a dictionary.

Different words may share a stem (Петро and Петров), and some forms of a word may not (Сидір and Сидора), so a stem is a
clue and never a base form.
"""

from tagger.text.normalize import normalise

SHORTEST = 3  # letters that stay; 2 if a possessive ending goes: ки-їв, ки-єв-а
# Case endings of nouns, adjectives and surnames, and after them those of surnames and places like Львів, Львов-а.
ENDINGS = sorted(
    """
    а я у ю о е є и і ї ь й ам ям ами ями ах ях ом ем єм ею єю ою ою ей ові еві єві
    ий ій їй ої ого ому им ім їм их іх їх ими іми їми ую юю ів їв
    """.split(),
    key=lambda ending: (-len(ending), ending),
)
POSSESSIVE = ("ів", "їв", "ов", "ев", "єв")
# Consonants that alternate before an ending: Прага, Празі; Америка, Америці; Ольга, Ользі. Each pair becomes one.
ALTERNATING = str.maketrans("гкх", "зцс")


def stem(word: str) -> str:
    """Return the stem of a word, in small letters."""
    lower = normalise(word).lower()
    rest = next(
        (lower[: -len(end)] for end in ENDINGS if lower.endswith(end) and len(lower) - len(end) >= SHORTEST), lower
    )
    if rest.endswith(POSSESSIVE) and len(rest) - 2 >= SHORTEST - 1:
        rest = rest[:-2]
    elif rest.endswith(("і", "ї")) and len(rest) > SHORTEST:  # Андрі-я; Андрій lost both letters
        rest = rest[:-1]
    return rest[:-1] + rest[-1:].translate(ALTERNATING)
