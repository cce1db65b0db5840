"""tokenize-uk's engines, asked about bounded pieces of text.

Its word tokenizer replaces addresses one by one, each time from the text's beginning, and some of its expressions take time quadratic in the length
of a run of one kind of characters. So addresses are hidden from it, long runs are cut by themselves, and pieces are bounded.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator
from copy import copy
from functools import cache
from itertools import accumulate

import regex
from tokenize_uk import UkrainianWordTokenizer
from tokenize_uk.pipeline import SENTENCE_LANGUAGE_CODE
from tokenize_uk.tokenize_uk import CANONICAL_SUBSTITUTIONS, HORIZONTAL_SPACE, VERTICAL_SPACE

from tagger.text.fast_words import PIECE, Offsets, stretches

reference_tokenize = UkrainianWordTokenizer().tokenize

# The engine marks positions with private-use characters; the user's own would be taken for its marks. A letter of no script it knows stands in.
ADDRESS = "\ue300"  # the engine's own mark of an address
AT_SIGN = "\ue301"  # for an @ that is in no address; the engine has no rule for it but that of addresses
PRIVATE_USE = regex.compile(f"[\ue000-{chr(ord(ADDRESS) - 1)}{chr(ord(AT_SIGN) + 1)}-\uf8ff]")
ANY_PRIVATE_USE = regex.compile("[\ue000-\uf8ff]")
STAND_IN = "\ua000"
IN_FRONT = "Слово слово. Слово слово "  # words that have no rule of the engine's, with a full stop among them
SPACE = HORIZONTAL_SPACE + VERTICAL_SPACE
# The engine's URL_PATTERN, with one way to match: what stands before an @ is looked at from its beginning alone.
ADDRESSES = regex.compile(
    rf"""(?:(?:https?|ftp)://|www\.)[^{SPACE}/$.?#),]+\.[^{SPACE}),">]*"""
    r"|(?:mailto:|(?<![\p{L}\d._-])|\G)[\p{L}\d._-]++@[\p{L}\d_-]++(?:\.[\p{L}\d_-]++)+",
    regex.I,
)
CANONICAL = str.maketrans(CANONICAL_SUBSTITUTIONS)  # one character for one
DECIMAL_COMMA = regex.compile(r"(\d),(\d)")
DECIMAL = r"\1\ue001\2"
# What is left of these starts no address; with another letter the engine does not look for one, and cuts the same.
NO_ADDRESS = (("http", "hxtp"), ("www", "wxw"), ("ftp", "fxp"), ("@", AT_SIGN))
NEAR = 20  # characters on each side of a place where a piece had to be cut within what may be a token
LONG_RUN = regex.compile(rf"""[»"-]{{200,}}|[IVXІХ]{{200,}}|[{SPACE}(]{{200,}}""")
# White space and invisible characters: a token of nothing else is none.
EMPTY = "\t\n\v\f\r \x85\xa0\xad\u1680\u180e\u3000\ufeff" + "".join(
    chr(code)
    for first, last in ((0x2000, 0x200F), (0x2028, 0x202F), (0x205F, 0x2064), (0x2066, 0x2069))
    for code in range(first, last + 1)
)


class Hidden:
    """A line in which a mark stands for each address, as the engine has it while it cuts the rest.

    :ivar text: the line with the marks.
    """

    def __init__(self, text: str) -> None:
        text = ANY_PRIVATE_USE.sub(STAND_IN, text)
        seen = DECIMAL_COMMA.sub(
            DECIMAL, text.translate(CANONICAL)
        )  # what the engine does before it looks for addresses; lengths stay
        parts: list[str] = []
        self._places: list[int] = []  # of the marks
        self._longer: list[int] = [0]  # by how much all addresses up to each mark are longer than the marks
        place = size = 0
        for found in ADDRESSES.finditer(seen):
            start, end = found.span()
            parts += text[place:start], ADDRESS
            size += start - place + 1
            self._places.append(size - 1)
            self._longer.append(self._longer[-1] + end - start - 1)
            place = end
        parts.append(text[place:])
        self.text = "".join(parts)
        for sign, other in NO_ADDRESS:
            self.text = self.text.replace(sign, other)

    def restore(self, offsets: Offsets) -> Offsets:
        """Where tokens that stand there in :attr:`text` stand in the line itself."""
        places, longer = self._places, self._longer
        if not places:
            return offsets
        return [
            (start + longer[bisect_left(places, start)], end + longer[bisect_left(places, end)])
            for start, end in offsets
        ]


def part_spans(text: str, start: int, end: int) -> Offsets:
    """Tokens of a part of a line that has no addresses, or hidden ones: those that they are in the whole line.

    What is longer than PIECE is cut in pieces first.
    """
    piece = PRIVATE_USE.sub(STAND_IN, text[start:end])
    if start == 0 and end == len(text) <= PIECE:
        return _shifted(_runs(piece), start)
    # of a line that has a full stop but at its end the engine asks more: a part of it must be such a line as well
    dotted = (
        text.find(".", 0, start) >= 0 if end - start <= PIECE else 0 <= text.find(".") < len(text.rstrip(SPACE)) - 1
    )
    before = IN_FRONT if dotted and (end == len(text) or end - start > PIECE) else ""
    offsets: Offsets = []
    for first, last in stretches(piece, 0, len(piece), PIECE):
        own = piece[first:last]
        move = start + first - len(before)
        found = [(move + begin, move + stop) for begin, stop in _runs(before + own) if begin >= len(before)]
        if offsets and found and offsets[-1][1] == found[0][0] and _is_within_token(piece, first):
            found[0] = offsets.pop()[0], found[0][1]
        offsets += found
    return offsets


def _is_within_token(piece: str, place: int) -> bool:
    """Whether the engine cuts not there, but around it, as far as the characters near it tell."""
    return any(start < NEAR < end for start, end in piece_spans(piece[place - NEAR : place + NEAR]))


def _shifted(offsets: Offsets, move: int) -> Offsets:
    return [(move + start, move + end) for start, end in offsets] if move else offsets


def _runs(piece: str) -> Offsets:
    """Cut a piece; long runs, and what stands between, by themselves."""
    offsets: Offsets = []
    place = 0
    for run in LONG_RUN.finditer(piece):
        offsets += _shifted(piece_spans(piece[place : run.start()]), place)
        place = run.end()
        if piece[run.start()] in SPACE or piece[run.start()] == "(":
            offsets += [(sign, sign + 1) for sign in range(run.start(), place) if piece[sign] == "("]
        else:
            offsets.append(run.span())
    return offsets + _shifted(piece_spans(piece[place:]), place)


def piece_spans(piece: str) -> Offsets:
    """Cut what is not too long for the engine, and hand nothing to it that it takes for its marks."""
    tokens = reference_tokenize(piece) if piece else []
    ends = list(accumulate(map(len, tokens)))
    if tokens and ends[-1] != len(piece):  # the engine's own marks stayed in a token: what it says cannot be trusted
        return [match.span() for match in regex.finditer(r"\S+", piece)]
    offsets = [(end - len(token), end) for token, end in zip(tokens, ends, strict=True) if token.strip(EMPTY)]
    kept = 0
    whole: Offsets = []
    for start, end in [*offsets, (len(piece), len(piece))]:
        for first, last in _visible(piece, kept, start):
            if whole and whole[-1][1] == first:
                whole[-1] = (whole[-1][0], last)
            elif last == start < end:
                start = first
            else:
                whole.append((first, last))
        if start < end:
            whole.append((start, end))
        kept = end
    return whole


def _visible(piece: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """What is no white space in a part that the engine has no token of."""
    if start < end and not piece[start:end].isspace():
        for match in regex.finditer(r"\S+", piece, pos=start, endpos=end):
            yield match.span()


@cache
def _sentences() -> Callable[[str], Iterator[str]]:
    """Cuts by LanguageTool's rules. One has no text to search for in front of the break, so that it is tried at every place: here it is searched for."""
    from choppa import (
        DEFAULT_SRX_RULESET,
        SrxDocument,
        SrxTextIterator,
    )  # importing it takes long, and cutting into tokens needs nothing of it
    from choppa.structures import Rule

    document = SrxDocument(ruleset=DEFAULT_SRX_RULESET)
    rules = copy(SrxTextIterator(document, SENTENCE_LANGUAGE_CODE, "").rule_manager)
    exceptions = dict(rules.exception_pattern_map)
    rules.break_rule_list = [
        rule if rule.before_pattern else Rule(True, f"(?={rule.after_pattern})", "") for rule in rules.break_rule_list
    ]
    rules.exception_pattern_map = {
        new: exceptions[old] for new, old in zip(rules.break_rule_list, exceptions, strict=True)
    }

    def segments(text: str) -> Iterator[str]:
        found = SrxTextIterator(document, SENTENCE_LANGUAGE_CODE, text)
        found.rule_manager = rules
        return found

    return segments


def sentence_places(text: str) -> list[int]:
    """Where sentences begin in a text: the first, and each one more."""
    starts: list[int] = []
    place = 0
    for segment in _sentences()(ANY_PRIVATE_USE.sub(STAND_IN, text)):
        sentence = segment.lstrip()
        if sentence:
            starts.append(place + len(segment) - len(sentence))
        place += len(segment)
    return starts
