"""Stems: what the case forms of a Ukrainian name have in common. A light stemmer, without a dictionary.

Different words may share a stem (Петро and Петров), and some forms of a word may not (Сидір and Сидора), so a stem is a
clue and never a base form.
"""

import re

from tagger.text.normalize import normalise

# Case endings of nouns, adjectives and surnames. At least three letters stay.
ENDING = re.compile(
    "(?<=...)(?:[аяуюоеєиіїьй]|[ая](?:м|ми|х)|[оеє][мю]|ей|[оеє]ві|[иії]й|ої|ого|ому|[иії](?:м|ми|х)|[ую]ю|[ії]в)$"
)
# A possessive ending before a case ending, in surnames and places: Льв-ів, Льв-ов-а, Ки-їв, Ки-єв-а. Two letters stay.
# Or what is left of a case ending: Андрі-я, as Андр-ій.
REST = re.compile("(?<=..)(?:[ії]в|[оеє]в)$|(?<=...)[ії]$")
# Consonants that alternate before an ending: Прага, Празі; Америка, Америці; Ольга, Ользі. Each pair becomes one.
ALTERNATING = str.maketrans("гкх", "зцс")


def stem(word: str) -> str:
    """Return the stem of a word, in small letters."""
    rest = REST.sub("", ENDING.sub("", normalise(word).lower(), count=1), count=1)
    return rest[:-1] + rest[-1:].translate(ALTERNATING)
