"""Find where sentences begin in a line without tokenize-uk.

Most ends of sentences are plain, while the reference sentence splitter takes many times as long to run, and long to
import. The expression below follows from LanguageTool's rules for Ukrainian, which tokenize-uk uses: the rules that
break a line, and the rules that keep it whole. Where they leave doubt, the sentence around the doubtful mark is left
to the reference sentence splitter. A test compares the two.
"""

import re
from functools import cache

from tagger.text.abbreviations import ABBREVIATIONS, CAPITAL, LONGEST_WORD, SMALL, last_word

MARKS = ".!?…"
RUN = re.compile(f"[{MARKS}]+")
# A run of marks is `inner` or `sure`, or undecided where neither matches.
# `inner` never breaks the line: more of the sentence follows, or nothing.
# `sure` always breaks it, except after some words; the next sentence begins after its spaces.
ENDS = rf"""
      (?P<inner>
          [{MARKS}]+ [»”"')\]]* (?: (?= [{SMALL}a-z0-9,:;—–-] | \ +[{SMALL}a-z] ) | \ *\Z )
        | [{MARKS}]+ [»“]? (?= \ {{1,100}}[—–-]\ [{SMALL}] )
      )
    | (?P<sure>
        (?: (?<=[{CAPITAL}{SMALL}]{{3}}) [{MARKS}]{{1,3}} [»”"]? | (?<=[0-9»)”]) [{MARKS}]{{1,3}} ) \ +
        (?= (?: [—–-]\ (?![РрАа]) )? [«„“"(]? [{CAPITAL}][{SMALL}\ ] )
      )
    """
OPENING = '(«"„“”[‹'  # a word directly after one of these, and before a full stop, is taken for an abbreviation
# The reference sentence splitter also breaks a line at the first two. After the third, an abbreviation, it looks at
# brackets far before it.
NONLOCAL_SIGNS = ("{0>", "<0}", "див.")


@cache
def _ends() -> re.Pattern[str]:
    return re.compile(ENDS, re.VERBOSE)


def sentence_starts(text: str) -> tuple[list[int], list[tuple[int, int]]] | None:
    """Find where sentences begin in a line.

    :returns: the offsets, in code points, where a sentence surely begins, without the line's first; and the ranges
        between those offsets, or up to the line's ends, in which more sentences may begin. `None` where only the
        reference sentence splitter, given the whole line, can tell.
    """
    # splitlines: its line ends are those of the reference sentence splitter as well
    if text.splitlines() != [text] or any(sign in text for sign in NONLOCAL_SIGNS):
        return None
    starts: list[int] = []
    open_ranges: list[tuple[int, int]] = []
    begin, is_open = 0, False
    for run in RUN.finditer(text):
        end = _ends().match(text, run.start())
        if end is None:
            is_open = True
        elif end.lastgroup == "inner":
            continue
        elif _may_be_abbreviation(text, end.start()):
            is_open = True
        else:
            if is_open:
                open_ranges.append((begin, end.end()))
            begin, is_open = end.end(), False
            starts.append(begin)
    if is_open:
        open_ranges.append((begin, len(text)))
    return starts, open_ranges


def _may_be_abbreviation(text: str, end: int) -> bool:
    """Tell whether the reference sentence splitter may take the word that ends at `end` for an abbreviation."""
    word = last_word(text, end)
    begin = end - len(word)
    return (
        word.lower() in ABBREVIATIONS or len(word) == LONGEST_WORD or (0 < begin < end and text[begin - 1] in OPENING)
    )
