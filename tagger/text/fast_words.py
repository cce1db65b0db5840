"""Tokens of text that holds nothing out of the ordinary, without tokenize-uk: most does, and the engine takes many times as long, and long to import.

A part of a line is usual where none of the engine's rules for abbreviations, numbers, addresses, marks within words and the like can apply, so that it
cuts at spaces and around each mark. What is not surely so is left to the engine, with a few words about it; a test compares the two.
"""

import re
from collections.abc import Iterator
from functools import cache

from tagger.text.abbreviations import ABBREVIATIONS, CAPITAL, CLUB, SMALL, last_word

Offsets = list[tuple[int, int]]

LONGEST = 20_000  # characters of a line that are looked at together
PIECE = (
    2_000  # characters that the engine gets at once: some of its few dozen regular expressions are slow on long input
)
LETTER = f"{CAPITAL}{SMALL}A-Za-z"
ROMAN = "IVXІХ"
# Each part ends where no more of its kind follows, and no two parts fit in one place: so there is one way to cut a line, and nothing is tried twice
# where it is not usual. (Possessive quantifiers would say so in fewer signs, and match too little in Python before 3.11.5.)
USUAL = rf"""(?:
      \ + (?!\ )
    | [{LETTER}]+ (?![{LETTER}])
        (?: ['’ʼ][{LETTER}]+ (?![{LETTER}])
          | (?! (?<=[{ROMAN}])-[{ROMAN}] ) - (?: [{LETTER}]+ (?![{LETTER}]) | [0-9]+ (?![{LETTER}0-9] | [,:.][0-9]) )
        )* (?![0-9'’ʼ-])                                # no marks at a word's edges; no range of numerals
    | [0-9]+ (?![0-9]) (?: ,[0-9]+ | -[{LETTER}]+ (?![{LETTER}]) | (?: [–-][0-9]+ (?![0-9]) )+ )?
        (?= [\ ,;:!?)»….%] | \Z ) (?! \ *[0-9] | [,:.][0-9] )      # no time, no groups of digits
    | [,;:…—„“«№)]
    | (?: [!?] | !{{2,3}} | \?{{2,3}} | (?!!!|\?\?)[!?][!?.]{{1,2}} ) (?![!?.])
    | (?<![{LETTER}]) \(                               # ВКПБ(о) is one token
    | [»"”] (?![»"{LETTER}-])
    | (?<![{LETTER}»"-]) "(?![»"-])                     # between letters it may be an apostrophe
    | (?<![^\ ]) [–-] (?![^\ ])
    | (?<=[0-9\ ]) % (?= [\ ,;:!?)»….] | \Z )
    | (?<![сЛ/:]) / (?!/|ДНР)                           # с/г and Л/ДНР are one token
    | (?: (?<=[{CAPITAL}{SMALL}]{{2}}[{SMALL}]) | (?<![{CAPITAL}{SMALL}]{{3}}) (?<=[{SMALL}][аеєиіїоуюяьй]) | (?<=[0-9»)"”%]) )
        \. (?: \ +(?=[{CAPITAL}«„"—–-]) | \ *\Z | \.{{1,2}} (?= [\ »)"”,] | \Z ) )    # but for the words above
    | (?<=\ ) \. (?: (?=\ |\Z) | \.{{1,2}} (?= [\ »)"”,] | \Z ) )
    )*
    (?: (?<=[A-Za-z0-9\ )»"”]) \. \ * )?
    """
ENDING = re.compile(rf"[{SMALL}]{{5}}\.\ *")
# A word in small letters between spaces, behind a word that ends in small letters: no rule of the engine looks from one to the other, so it cuts what
# stands in front of it, and what begins with it, as it would by themselves. (Rules across spaces need a mark, a figure, a capital behind the space, or an
# abbreviation's full stop there.)
SEAM = rf"(?<=[{SMALL}]{{4}}\ )[{SMALL}]{{4,}}\ "
NEAR = 200  # characters in which a seam is looked for in front of what is not usual; where there is none, the engine has more to do
# Where a long text is cut that has no seam: if possible between words, the longer the better, as one behind a full stop may belong to what is in front.
BORDERS = (
    SEAM,
    *(rf"(?<=[^\W\d_]{{{size}}}\ )(?=[^\W\d_A-ZА-ЯЄІЇҐ]{{{size}}})" for size in (3, 2)),
    r"(?<=\ )(?=[^\ –—-])",
    r"(?<=\s)(?=\S)",
)
TOKEN = re.compile(
    rf"[{LETTER}]+(?:['’ʼ-](?:[{LETTER}]+|[0-9]+))*|[0-9]+(?:,[0-9]+|-[{LETTER}]+|(?:[–-][0-9]+)+)?|\.{{3}}|[!?][!?.]{{1,2}}|[^ ]"
)


@cache
def _usual() -> re.Pattern[str]:
    return re.compile(USUAL, re.VERBOSE)  # takes milliseconds, which CoNLL need not wait for


@cache
def _seam() -> re.Pattern[str]:
    return re.compile(SEAM)


def split_regular(text: str) -> Iterator[tuple[int, int, bool]]:
    """Ranges that cover a line, end exclusive, and whether each is usual: cut by itself, each has the tokens that it has in the line.

    That of one at the line's end which is not usual is only so if the engine sees that there is a full stop in front, if there is.
    """
    first = text.find(".")
    # the engine takes no word of five letters in front of a line's last and only full stop for an abbreviation
    alone = first >= 0 and ENDING.fullmatch(text, max(first - 5, 0)) is not None
    last = first if alone else len(text)
    abbreviations = _abbreviations(text) if first >= 0 and not alone else iter(())
    abbreviation = next(abbreviations, last)
    place = 0
    while place < last:
        while abbreviation < place:
            abbreviation = next(abbreviations, last)
        end = _usual().match(text, place, abbreviation).end()
        if end == last:
            break
        seam = place
        for found in _seam().finditer(text, max(place + 1, end - NEAR), end):
            seam = found.start()
        if place < seam:
            yield place, seam, True
        behind = _seam().search(text, end + 1)
        place = behind.start() if behind else len(text)
        yield seam, place, False
    if place < len(text):
        yield place, len(text), True


def has_addresses(text: str) -> bool:
    """Whether the engine looks for addresses in a line."""
    return "@" in text or "www" in text or "http" in text or "ftp" in text


def stretches(text: str, start: int, end: int, longest: int) -> Offsets:
    """Ranges of at most so many characters that cover a part of a text, cut where it matters least."""
    found: Offsets = []
    while end - start > longest:
        stop = _border(text, start + longest // 2, start + longest)
        found.append((start, stop))
        start = stop
    found.append((start, end))
    return found


def _border(text: str, start: int, end: int) -> int:
    """The last of the best places to cut between two; the end where there is none."""
    for border in BORDERS:
        place = 0
        for match in re.compile(border).finditer(text, start, end):
            place = match.start()
        if place > start:
            return place
    return end


def regular_token_spans(text: str, start: int, end: int) -> Offsets:
    """Start and end of each token of a usual part of a line, in code points, end exclusive."""
    return [match.span() for match in TOKEN.finditer(text, start, end)]


def _abbreviations(text: str) -> Iterator[int]:
    """Where full stops stand that are behind what the engine may take for an abbreviation."""
    place = text.find(".")
    while place >= 0:
        word = last_word(text, place)
        if word.lower() in ABBREVIATIONS or word.endswith(CLUB):
            yield place
        place = text.find(".", place + 1)
