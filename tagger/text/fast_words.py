"""Tokenize regular text without tokenize-uk.

Most text is regular, while the reference tokenizer takes many times as long to run, and long to import. A segment of
a line is regular where none of the reference tokenizer's rules for abbreviations, numbers, addresses, marks within
words and the like can apply, so that its tokens end at spaces and around each mark. Where that is in doubt, the
segment, with a few words around it, is left to the reference tokenizer. A test compares the two, and :func:`explain`
says why a line is irregular.
"""

import re
from collections.abc import Iterator
from functools import cache

from tagger.text.abbreviations import ABBREVIATIONS, CAPITAL, CLUB, SMALL, last_word

Offsets = list[tuple[int, int]]

LONGEST = 20_000  # characters of a line that are looked at together
CHUNK = 2_000  # characters for the reference tokenizer at once: some of its expressions are slow on long input
LETTER = f"{CAPITAL}{SMALL}A-Za-z"
ROMAN = "IVXІХ"
# The rules of regular text. Each has a name, a pattern that tells `explain` where to name it if no rule matches, and
# the pattern of the text that it takes. The patterns are verbose.
# Each match ends where no more of its kind follows, and no two rules match at one offset. So there is one way to
# divide a line, and nothing is tried twice where it is irregular. (Possessive quantifiers would say so more briefly,
# and match too little in Python before 3.11.5.)
RULES = (
    ("spaces", r"\ ", r"\ + (?!\ )"),
    # no apostrophe or hyphen at a word's edges; no range of Roman numerals
    (
        "word",
        rf"[{LETTER}]",
        rf"""[{LETTER}]+ (?![{LETTER}])
        (?: ['’ʼ][{LETTER}]+ (?![{LETTER}])
          | (?! (?<=[{ROMAN}])-[{ROMAN}] ) - (?: [{LETTER}]+ (?![{LETTER}]) | [0-9]+ (?![{LETTER}0-9] | [,:.][0-9]) )
        )* (?![0-9'’ʼ-])""",
    ),
    # no time, as 12:25, and no groups of digits, as 1 000
    (
        "number",
        r"[0-9]",
        rf"""[0-9]+ (?![0-9]) (?: ,[0-9]+ | -[{LETTER}]+ (?![{LETTER}]) | (?: [–-][0-9]+ (?![0-9]) )+ )?
        (?= [\ ,;:!?)»….%] | \Z ) (?! \ *[0-9] | [,:.][0-9] )""",
    ),
    ("mark", r"[,:;…—„“«№)]", r"[,:;…—„“«№)]"),
    (
        "exclamation or question mark",
        r"[!?]",
        r"(?: [!?] | !{2,3} | \?{2,3} | (?!!!|\?\?)[!?][!?.]{1,2} ) (?![!?.])",
    ),
    # "ВКПБ(о)" is one token
    ("opening bracket", r"\(", rf"(?<![{LETTER}]) \("),
    ("closing quotation mark", rf"""[»”] | " (?![{LETTER}])""", rf"""[»"”] (?![»"{LETTER}-])"""),
    # between letters it may be an apostrophe
    ("opening quotation mark", rf"""" (?=[{LETTER}])""", rf"""(?<![{LETTER}»"-]) "(?![»"-])"""),
    ("dash between spaces", r"[–-]", r"(?<![^\ ]) [–-] (?![^\ ])"),
    ("percent sign", "%", r"(?<=[0-9\ ]) % (?= [\ ,;:!?)»….] | \Z )"),
    # "с/г" and "Л/ДНР" are one token
    ("slash", "/", r"(?<![сЛ/:]) / (?!/|ДНР)"),
    # split_regular ends a match before the full stop of a possible abbreviation
    (
        "full stop",
        r"(?<!\ ) \.",
        rf"""(?:
            (?<=[{CAPITAL}{SMALL}]{{2}}[{SMALL}])
          | (?<![{CAPITAL}{SMALL}]{{3}}) (?<=[{SMALL}][аеєиіїоуюяьй])
          | (?<=[0-9»)"”%])
        ) \. (?: \ +(?=[{CAPITAL}«„"—–-]) | \ *\Z | \.{{1,2}} (?= [\ »)"”,] | \Z ) )""",
    ),
    ("full stop after a space", r"(?<=\ ) \.", r"""(?<=\ ) \. (?: (?=\ |\Z) | \.{1,2} (?= [\ »)"”,] | \Z ) )"""),
)
LAST_STOP = r"""(?<=[A-Za-z0-9\ )»"”]) \. \ *"""  # the full stop that ends a line, after one of these characters
REGULAR = f"(?: {' | '.join(pattern for _, _, pattern in RULES)} )* (?: {LAST_STOP} )?"
ENDING = re.compile(rf"[{SMALL}]{{5}}\.\ *")
# A lowercase word between spaces, after a word that ends in lowercase letters. No rule of the reference tokenizer looks
# from one to the other, so the text before it, and the text from it on, have the same tokens as by themselves. (Rules
# across spaces need a mark, a digit, a capital after the space, or an abbreviation's full stop there.)
SEAM = rf"(?<=[{SMALL}]{{4}}\ )[{SMALL}]{{4,}}\ "
NEAR = 200  # characters before irregular text in which a seam is looked for; without one, more is left to the reference
# Borders of chunks in a long text without a seam, the best first: between words if possible, the longer the better, as
# a short word after a full stop may belong to the text before it.
BORDERS = (
    SEAM,
    *(rf"(?<=[^\W\d_]{{{size}}}\ )(?=[^\W\d_A-ZА-ЯЄІЇҐ]{{{size}}})" for size in (3, 2)),
    r"(?<=\ )(?=[^\ –—-])",
    r"(?<=\s)(?=\S)",
)
TOKEN = re.compile(
    rf"[{LETTER}]+(?:['’ʼ-](?:[{LETTER}]+|[0-9]+))*"
    rf"|[0-9]+(?:,[0-9]+|-[{LETTER}]+|(?:[–-][0-9]+)+)?"
    r"|\.{3}|[!?][!?.]{1,2}|[^ ]"
)


@cache
def _regular() -> re.Pattern[str]:
    return re.compile(REGULAR, re.VERBOSE)  # takes milliseconds, which CoNLL input need not wait for


@cache
def _seam() -> re.Pattern[str]:
    return re.compile(SEAM)


def split_regular(text: str) -> Iterator[tuple[int, int, bool]]:
    """Split a line into segments, regular ones and others; tokenized by itself, each has the tokens it has in the line.

    For an irregular segment at the line's end that holds only if the reference tokenizer is also shown that a full
    stop comes before it, where one does.

    :returns: start and end of each segment, in code points, end exclusive, and whether it is regular. They cover the
        line.
    """
    last, abbreviations = _limits(text)
    abbreviation = next(abbreviations, last)
    start = 0
    while start < last:
        while abbreviation < start:
            abbreviation = next(abbreviations, last)
        found = _regular().match(text, start, abbreviation)
        end = found.end() if found else start
        if end == last:
            break
        seam = start
        for before in _seam().finditer(text, max(start + 1, end - NEAR), end):
            seam = before.start()
        if start < seam:
            yield start, seam, True
        after = _seam().search(text, end + 1)
        start = after.start() if after else len(text)
        yield seam, start, False
    if start < len(text):
        yield start, len(text), True


def _limits(text: str) -> tuple[int, Iterator[int]]:
    """Find the offset up to which a line must match REGULAR, and the full stops that end an abbreviation before it."""
    first = text.find(".")
    if first < 0:
        return len(text), iter(())
    # no word of five letters before a line's last and only full stop is an abbreviation for the reference tokenizer
    if ENDING.fullmatch(text, max(first - 5, 0)):
        return first, iter(())
    return len(text), _abbreviations(text, first)


def _abbreviations(text: str, stop: int) -> Iterator[int]:
    """Find the full stops, from the one at `stop` on, after words that may be abbreviations for the reference."""
    while stop >= 0:
        word = last_word(text, stop)
        if word.lower() in ABBREVIATIONS or word.endswith(CLUB):
            yield stop
        stop = text.find(".", stop + 1)


@cache
def _rules() -> list[tuple[str, re.Pattern[str], re.Pattern[str]]]:
    return [(name, re.compile(start, re.VERBOSE), re.compile(rule, re.VERBOSE)) for name, start, rule in RULES]


def _match_rule(text: str, start: int, end: int) -> re.Match[str] | None:
    for _, _, rule in _rules():
        if found := rule.match(text, start, end):
            return found
    return None


def explain(text: str) -> str | None:
    """Explain why a line is not regular as a whole. For debugging: far slower than :func:`split_regular`.

    :param text: a line, as :func:`split_regular` takes it. (The tokenizer hides addresses from it, and so calls the
        reference tokenizer for a line with addresses even if the rest is regular.)
    :returns: the offset of the first irregular character, in code points, the character, and the rule of RULES that
        applies to such a character and refused it; `None` where :func:`split_regular` finds the whole line regular.
    """
    last, abbreviations = _limits(text)
    abbreviation = next(abbreviations, last)
    offset = 0
    while found := _match_rule(text, offset, abbreviation):
        offset = found.end()
    if offset == last or re.compile(LAST_STOP, re.VERBOSE).fullmatch(text, offset, last):
        return None
    if offset == abbreviation:
        reason = "full stop after a possible abbreviation"
    else:
        refused = [name for name, start, _ in _rules() if start.match(text, offset)]
        reason = f"refused by the rule {refused[0]!r}" if refused else "no rule for this character"
    return f"offset {offset}, {text[offset]!r}: {reason}"


def has_addresses(text: str) -> bool:
    """Tell whether the reference tokenizer looks for addresses in a line."""
    return "@" in text or "www" in text or "http" in text or "ftp" in text


def stretches(text: str, start: int, end: int, longest: int) -> Offsets:
    """Split a range of a text into chunks of at most `longest` characters, at borders where that matters least."""
    chunks: Offsets = []
    while end - start > longest:
        stop = _border(text, start + longest // 2, start + longest)
        chunks.append((start, stop))
        start = stop
    chunks.append((start, end))
    return chunks


def _border(text: str, start: int, end: int) -> int:
    """Return the last border of the best kind between two offsets, or `end` where there is none."""
    for border in BORDERS:
        offset = 0
        for found in re.compile(border).finditer(text, start, end):
            offset = found.start()
        if offset > start:
            return offset
    return end


def regular_token_spans(text: str, start: int, end: int) -> Offsets:
    """Return start and end of each token of a regular segment of a line, in code points, end exclusive."""
    return [match.span() for match in TOKEN.finditer(text, start, end)]
