"""Tokens of lines that hold nothing out of the ordinary, without tokenize-uk: most lines do, and the engine takes many times as long, and long to import.

A line is usual where none of the engine's rules for abbreviations, numbers, addresses, marks within words and the like can apply, so that it cuts
at spaces and around each mark. What is not surely so is left to the engine; a test compares the two.
"""

import re
from functools import cache

Offsets = list[tuple[int, int]]

# Characters. The engine runs a few dozen regular expressions over its whole input, some of them slow on long input: longer text is given in parts.
LONGEST = 20_000
CAPITAL, SMALL = "А-ЯЄІЇҐ", "а-яєіїґ"
LETTER = f"{CAPITAL}{SMALL}A-Za-z"
# Each part ends where no more of its kind follows, so there is one way to cut a line, and little to go back over where it is not usual. (Possessive
# quantifiers would say so in fewer signs, and match too little in Python before 3.11.5.)
USUAL = f"""(?:
      \\ + (?!\\ )
    | [{LETTER}]+ (?![{LETTER}]) (?: ['’ʼ][{LETTER}]+ (?![{LETTER}]) | (?<=[{SMALL}])-[{LETTER}]+ (?![{LETTER}]) )* (?![0-9'’ʼ-])
                                                        # no marks at a word's edges; capitals around a hyphen may be numerals
    | [0-9]+ (?= [\\ ,;:!?)»….] | \\Z ) (?! \\ *[0-9] | [,:.][0-9] )  # no fraction, no time, no groups of digits
    | [,;:…—„“«№)]
    | [!?] (?![!?.])
    | (?<![{LETTER}]) \\(                               # ВКПБ(о) is one token
    | [»"”] (?![»"{LETTER}-])
    | (?<![{LETTER}»"-]) "(?![»"-])                     # between letters it may be an apostrophe
    | (?<![^\\ ]) [–-] (?![^\\ ])
    | (?: (?<=[{SMALL}]{{8}}) | (?<=[{SMALL}][аеєиіїоуюяьй]) | (?<=[0-9»)"”]) ) \\.  # an abbreviation is shorter, and ends in a consonant
      (?: \\ +(?=[{CAPITAL}«„"—–-]) | \\ *\\Z )
    )*
    (?: (?<=[A-Za-z0-9\\ )»"”]) \\. \\ * )?
    """
ENDING = re.compile(f"[{SMALL}]{{5}}\\.\\ *")
TOKEN = re.compile(f"[{LETTER}]+(?:['’ʼ-][{LETTER}]+)*|[0-9]+|[^ ]")


@cache
def _usual() -> re.Pattern[str]:
    return re.compile(USUAL, re.VERBOSE)  # takes milliseconds, which CoNLL need not wait for


def cut_usual(text: str) -> Offsets | None:
    """Start and end of each token of a usual line, in code points, end exclusive; `None` where the line is not usual."""
    first = text.find(".")
    # the engine takes no word of five letters in front of a line's last and only full stop for an abbreviation
    alone = first >= 0 and ENDING.fullmatch(text, max(first - 5, 0))
    if len(text) > LONGEST or not _usual().fullmatch(text, 0, first if alone else len(text)):
        return None
    return [match.span() for match in TOKEN.finditer(text)]
