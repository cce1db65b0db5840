"""Where sentences begin in a line, without tokenize-uk: most ends of sentences are plain, and its engine takes many times as long, and long to import.

What is said here follows from LanguageTool's rules for Ukrainian, as tokenize-uk has them: which break a line, and which say that it is not broken. What
is not surely so is left to the engine, with the sentence around it; a test compares the two.
"""

import re
from functools import cache

from tagger.text.abbreviations import ABBREVIATIONS, CAPITAL, LONGEST_WORD, SMALL, last_word

MARKS = ".!?…"
RUN = re.compile(f"[{MARKS}]+")
# Each run of marks is one of three. None of the first breaks the line: more of the sentence follows, or nothing. All of the second do, but for some words
# in front; a sentence begins behind its spaces.
ENDS = rf"""
      (?P<inner> [{MARKS}]+ [»”"')\]]* (?: (?= [{SMALL}a-z0-9,:;—–-] | \ +[{SMALL}a-z] ) | \ *\Z ) | [{MARKS}]+ [»“]? (?= \ {{1,100}}[—–-]\ [{SMALL}] ) )
    | (?P<sure> (?: (?<=[{CAPITAL}{SMALL}]{{3}}) [{MARKS}]{{1,3}} [»”"]? | (?<=[0-9»)”]) [{MARKS}]{{1,3}} ) \ +
        (?= (?: [—–-]\ (?![РрАа]) )? [«„“"(]? [{CAPITAL}][{SMALL}\ ] ) )
    | (?P<other> [{MARKS}]+ )
    """
OPENING = '(«"„“”[‹'  # directly behind one of these, a word and a full stop are taken for an abbreviation
# Marks at which the engine breaks a line as well, and an abbreviation with which it asks what stands in brackets far in front of it.
STRANGE = ("{0>", "<0}", "див.")


@cache
def _ends() -> re.Pattern[str]:
    return re.compile(ENDS, re.VERBOSE)


def sentence_starts(text: str) -> tuple[list[int], list[tuple[int, int]]] | None:
    """Where sentences surely begin in a line, but for the first, and the ranges between those, or the line's ends, in which more may begin.

    `None` where only all of the line can tell.
    """
    if text.splitlines() != [text] or any(
        sign in text for sign in STRANGE
    ):  # the first are ends of lines for the engine, too
        return None
    starts: list[int] = []
    open_ranges: list[tuple[int, int]] = []
    begin, is_open = 0, False
    for mark in RUN.finditer(text):
        found = _ends().match(text, mark.start())
        if found.lastgroup == "inner":
            continue
        if found.lastgroup == "other" or _may_be_abbreviation(text, found.start()):
            is_open = True
            continue
        if is_open:
            open_ranges.append((begin, found.end()))
        begin, is_open = found.end(), False
        starts.append(begin)
    if is_open:
        open_ranges.append((begin, len(text)))
    return starts, open_ranges


def _may_be_abbreviation(text: str, place: int) -> bool:
    """Whether the engine may take what stands in front of a mark for an abbreviation."""
    word = last_word(text, place)
    begin = place - len(word)
    return (
        word.lower() in ABBREVIATIONS or len(word) == LONGEST_WORD or (0 < begin < place and text[begin - 1] in OPENING)
    )
