"""tokenize-uk, the reference tokenizer and sentence splitter, called on chunks of bounded length.

Its word tokenizer replaces addresses one by one, each time from the beginning of the text, and some of its expressions
take time quadratic in the length of a run of one kind of characters. So addresses are hidden from it, long runs are
tokenized by themselves, and chunks are bounded.
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

from tagger.text.fast_words import CHUNK, Offsets, stretches

reference_tokenize = UkrainianWordTokenizer().tokenize

# The reference tokenizer marks positions with private-use characters, and would take the user's own for its marks.
# They are replaced by a letter of a script that it does not know.
ADDRESS = "\ue300"  # the reference tokenizer's own mark of an address
AT_SIGN = "\ue301"  # for an @ outside addresses, for which the reference tokenizer has no other rule
PRIVATE_USE = regex.compile(f"[\ue000-{chr(ord(ADDRESS) - 1)}{chr(ord(AT_SIGN) + 1)}-\uf8ff]")
ANY_PRIVATE_USE = regex.compile("[\ue000-\uf8ff]")
STAND_IN = "\ua000"
CONTEXT = "Слово слово. Слово слово "  # words to which no rule of the reference tokenizer applies, and a full stop
SPACE = HORIZONTAL_SPACE + VERTICAL_SPACE
# The reference tokenizer's URL_PATTERN, with one way to match: the text before an @ is tried from its beginning only.
ADDRESSES = regex.compile(
    rf"""(?:(?:https?|ftp)://|www\.)[^{SPACE}/$.?#),]+\.[^{SPACE}),">]*"""
    r"|(?:mailto:|(?<![\p{L}\d._-])|\G)[\p{L}\d._-]++@[\p{L}\d_-]++(?:\.[\p{L}\d_-]++)+",
    regex.I,
)
CANONICAL = str.maketrans(CANONICAL_SUBSTITUTIONS)  # one character for one
DECIMAL_COMMA = regex.compile(r"(\d),(\d)")
DECIMAL = r"\1\ue001\2"
# Those left outside addresses start no address. With one letter changed the reference tokenizer does not look for one,
# and finds the same tokens.
NO_ADDRESS = (("http", "hxtp"), ("www", "wxw"), ("ftp", "fxp"), ("@", AT_SIGN))
NEAR = 20  # characters looked at on each side of an offset at which a chunk may have split a token
LONG_RUN = regex.compile(rf"""[»"-]{{200,}}|[IVXІХ]{{200,}}|[{SPACE}(]{{200,}}""")
# White space and invisible characters, which alone make no token.
EMPTY = "\t\n\v\f\r \x85\xa0\xad\u1680\u180e\u3000\ufeff" + "".join(
    chr(code)
    for first, last in ((0x2000, 0x200F), (0x2028, 0x202F), (0x205F, 0x2064), (0x2066, 0x2069))
    for code in range(first, last + 1)
)


class HiddenAddresses:
    """A line with a mark in place of each address, as the reference tokenizer has it while it tokenizes the rest.

    :ivar text: the line with the marks.
    """

    def __init__(self, text: str) -> None:
        text = ANY_PRIVATE_USE.sub(STAND_IN, text)
        # as the reference tokenizer does before it looks for addresses; the length stays
        seen = DECIMAL_COMMA.sub(DECIMAL, text.translate(CANONICAL))
        parts: list[str] = []
        self._marks: list[int] = []  # offsets of the marks in the text with marks
        self._longer: list[int] = [0]  # characters that the addresses up to each mark have more than their marks
        offset = size = 0
        for found in ADDRESSES.finditer(seen):
            start, end = found.span()
            parts += text[offset:start], ADDRESS
            size += start - offset + 1
            self._marks.append(size - 1)
            self._longer.append(self._longer[-1] + end - start - 1)
            offset = end
        parts.append(text[offset:])
        self.text = "".join(parts)
        for sign, other in NO_ADDRESS:
            self.text = self.text.replace(sign, other)

    def restore(self, offsets: Offsets) -> Offsets:
        """Turn ranges of :attr:`text` into ranges of the line itself."""
        marks, longer = self._marks, self._longer
        if not marks:
            return offsets
        return [
            (start + longer[bisect_left(marks, start)], end + longer[bisect_left(marks, end)]) for start, end in offsets
        ]


def segment_spans(text: str, start: int, end: int) -> Offsets:
    """Tokenize a segment of a line that has no addresses, or hidden ones, so that its tokens are those of the line.

    A segment longer than CHUNK is split into chunks first.

    :returns: start and end of each token, in code points of the line, end exclusive.
    """
    segment = PRIVATE_USE.sub(STAND_IN, text[start:end])
    if start == 0 and end == len(text) <= CHUNK:
        return _shifted(_runs(segment), start)
    # More rules apply to a line with a full stop before its end. So a segment of one is given context with a full stop.
    dotted = (
        text.find(".", 0, start) >= 0 if end - start <= CHUNK else 0 <= text.find(".") < len(text.rstrip(SPACE)) - 1
    )
    context = CONTEXT if dotted and (end == len(text) or end - start > CHUNK) else ""
    offsets: Offsets = []
    for first, last in stretches(segment, 0, len(segment), CHUNK):
        move = start + first - len(context)
        spans = _runs(context + segment[first:last])
        found = [(move + begin, move + stop) for begin, stop in spans if begin >= len(context)]
        if offsets and found and offsets[-1][1] == found[0][0] and _is_within_token(segment, first):
            found[0] = offsets.pop()[0], found[0][1]
        offsets += found
    return offsets


def _is_within_token(segment: str, offset: int) -> bool:
    """Tell whether a token spans an offset, as far as the characters near it show."""
    return any(start < NEAR < end for start, end in chunk_spans(segment[offset - NEAR : offset + NEAR]))


def _shifted(offsets: Offsets, move: int) -> Offsets:
    return [(move + start, move + end) for start, end in offsets] if move else offsets


def _runs(chunk: str) -> Offsets:
    """Tokenize a chunk; long runs, and the text between them, are tokenized by themselves."""
    offsets: Offsets = []
    offset = 0
    for run in LONG_RUN.finditer(chunk):
        offsets += _shifted(chunk_spans(chunk[offset : run.start()]), offset)
        offset = run.end()
        if chunk[run.start()] in SPACE or chunk[run.start()] == "(":
            offsets += [(sign, sign + 1) for sign in range(run.start(), offset) if chunk[sign] == "("]
        else:
            offsets.append(run.span())
    return offsets + _shifted(chunk_spans(chunk[offset:]), offset)


def chunk_spans(chunk: str) -> Offsets:
    """Tokenize a chunk with the reference tokenizer.

    :param chunk: short enough for the reference tokenizer, without characters that it takes for its own marks.
    :returns: start and end of each token, in code points, end exclusive.
    """
    tokens = reference_tokenize(chunk) if chunk else []
    ends = list(accumulate(map(len, tokens)))
    if tokens and ends[-1] != len(chunk):  # the reference tokenizer left its own marks in a token: do not trust it
        return [match.span() for match in regex.finditer(r"\S+", chunk)]
    offsets = [(end - len(token), end) for token, end in zip(tokens, ends, strict=True) if token.strip(EMPTY)]
    kept = 0
    whole: Offsets = []
    for start, end in [*offsets, (len(chunk), len(chunk))]:
        for first, last in _visible(chunk, kept, start):
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


def _visible(chunk: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the ranges without white space of a range in which the reference tokenizer has no token."""
    if start < end and not chunk[start:end].isspace():
        for match in regex.finditer(r"\S+", chunk, pos=start, endpos=end):
            yield match.span()


@cache
def _sentence_splitter() -> Callable[[str], Iterator[str]]:
    """Return a function that splits a text into sentences by LanguageTool's rules.

    A rule without a pattern before the break would be tried at every offset; here its pattern after the break is
    searched for instead.
    """
    # importing choppa takes long, and the tokenizer does not need it
    from choppa import DEFAULT_SRX_RULESET, SrxDocument, SrxTextIterator
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


def sentence_offsets(text: str) -> list[int]:
    """Return the offsets, in code points, where the sentences of a text begin, the first one's included."""
    starts: list[int] = []
    offset = 0
    for segment in _sentence_splitter()(ANY_PRIVATE_USE.sub(STAND_IN, text)):
        sentence = segment.lstrip()
        if sentence:
            starts.append(offset + len(segment) - len(sentence))
        offset += len(segment)
    return starts
