"""Cutting text into tokens, and paragraphs into sentences.

No character of the text is lost but white space: the tokens, joined, are the text without it, and each token is the user's own slice of the text.
"""

import re
from functools import cache
from itertools import accumulate

from tagger.usual import LONGEST, TOKEN, Offsets, cut_usual, parts

# The engine marks positions with private-use characters; the user's own would be taken for its marks. A letter of no script it knows stands in.
PRIVATE_USE = re.compile("[\ue000-\uf8ff]")
STAND_IN = "\ua000"
# Some of its expressions take time quadratic in the length of such a run.
LONG_RUN = re.compile('[»"-]{200,}')
IN_FRONT = "Слово слово. Слово слово "  # words that have no rule of the engine's, with a full stop among them
BEHIND = 20  # characters behind a sentence's end that are shown to the engine with it
# To ask the engine takes as long as so many characters more would, of words and of sentences (15 of 0.7 us, and 25 of 0.5, and what stands about a part).
WORDS_CALL, SENTENCES_CALL = 20, 80
# White space and invisible characters: a token of nothing else is none.
EMPTY = "\t\n\v\f\r \x85\xa0\xad\u1680\u180e\u3000\ufeff" + "".join(
    chr(code) for first, last in ((0x2000, 0x200F), (0x2028, 0x202F), (0x205F, 0x2064), (0x2066, 0x2069)) for code in range(first, last + 1)
)
SPACED = re.compile(r"[^ \t\r\n\f\v]+")


@cache
def _engine():
    # Importing it takes as long as a third of the whole start-up, and only running text needs it.
    from tokenize_uk import UkrainianWordTokenizer

    return UkrainianWordTokenizer().tokenize


def cut(text: str) -> Offsets:
    """Cut a line of running text into tokens as tokenize-uk's default engine does.

    Characters that the engine drops though they are not white space (zero-width ones) join the token that they touch.

    :returns: start and end of each token, in code points, end exclusive, in order, without overlap.
    """
    offsets: Offsets = []
    for start, end, usual in _parts(text):
        own = cut_usual(text, start, end) if usual else _cut_part(text, start, end)
        if own is None:
            return cut_with_care(text)
        offsets += own
    return offsets


def words(text: str) -> list[str]:
    """The tokens that :func:`cut` finds, in less time."""
    found: list[str] = []
    for start, end, usual in _parts(text):
        if usual:
            found += TOKEN.findall(text, start, end)
            continue
        own = _cut_part(text, start, end)
        if own is None:
            return [text[first:last] for first, last in cut_with_care(text)]
        found += [text[first:last] for first, last in own]
    return found


def cut_with_care(text: str) -> Offsets:
    """The same as :func:`cut` of any line, by the engine alone."""
    offsets: Offsets = []
    for start, end in _pieces(text):
        piece = PRIVATE_USE.sub(STAND_IN, text[start:end])
        found = _cut_piece(piece)
        if found is None:
            found = [match.span() for match in re.finditer(r"\S+", piece)]
        offsets.extend((start + first, start + last) for first, last in found)
    return offsets


def _parts(text: str) -> list[tuple[int, int, bool]]:
    """As :func:`tagger.usual.parts`, but all of the line as one where that is done sooner."""
    found = list(parts(text))
    if sum(end - start + WORDS_CALL for start, end, usual in found if not usual) >= len(text) > 0:
        return [(0, len(text), False)]
    return found


def _cut_part(text: str, start: int, end: int) -> Offsets | None:
    """Cut an unusual part of a line; `None` where that asks for the whole line."""
    if start == 0 and end == len(text):
        return None
    piece = PRIVATE_USE.sub(STAND_IN, text[start:end])
    if LONG_RUN.search(piece):
        return None
    # of a line that has a full stop but at its end the engine asks more: a part of it must be such a line as well
    before = IN_FRONT if end == len(text) and text.find(".", 0, start) >= 0 else ""
    found = _cut_piece(before + piece)
    move = start - len(before)
    return None if found is None else [(move + first, move + last) for first, last in found if first >= len(before)]


def _pieces(text: str) -> Offsets:
    """Ranges of at most LONGEST that cover the text, cut behind white space where there is some, long runs by themselves."""
    pieces, start = [], 0
    run = LONG_RUN.search(text)
    while start < len(text):
        if run and run.start() == start:
            end = run.end()
            run = LONG_RUN.search(text, end)
        else:
            last = run.start() if run else len(text)
            end = min(start + LONGEST, last)
            if end < last:
                end = text.rfind(" ", start + LONGEST // 2, end) + 1 or end
        pieces.append((start, end))
        start = end
    return pieces


def _cut_piece(piece: str) -> Offsets | None:
    """Cut what is not too long for the engine; `None` where what it says cannot be trusted."""
    if LONG_RUN.match(piece):
        return [(0, len(piece))]
    tokens = _engine()(piece)
    ends = list(accumulate(map(len, tokens)))
    if tokens and ends[-1] != len(piece):  # the engine's own marks stayed in a token
        return None
    offsets = [(end - len(token), end) for token, end in zip(tokens, ends, strict=True) if token.strip(EMPTY)]
    kept = 0
    whole: Offsets = []
    for start, end in [*offsets, (len(piece), len(piece))]:
        for match in re.finditer(r"\S+", piece[kept:start]):
            first, last = kept + match.start(), kept + match.end()
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


def cut_sentences(text: str) -> Offsets:
    """Cut a paragraph into sentences by LanguageTool's rules, as tokenize-uk has them.

    :returns: ranges that cover the text, each with the white space behind it; one range where there is nothing to cut.
    """
    from tagger.boundaries import sentence_starts  # as the engine: start-up does without what most runs have no use for

    found = sentence_starts(text)
    if found is None or sum(end - begin + SENTENCES_CALL for begin, end in found[1]) >= len(text):
        return cut_sentences_with_care(text)
    starts, open_ranges = found
    for begin, end in open_ranges:
        # with the last word in front, and what follows
        first = text.rfind(" ", 0, len(text[:begin].rstrip(" "))) + 1
        own = _sentence_starts(text, first, end + BEHIND)
        starts += [start for start in (own if begin else own[1:]) if begin < start < end]
    starts.sort()
    return list(zip([0, *starts], [*starts, len(text)], strict=True))


def cut_sentences_with_care(text: str) -> Offsets:
    """The same as :func:`cut_sentences` of any paragraph, by the engine alone."""
    starts = [start for first, last in _pieces(text) for start in _sentence_starts(text, first, last)]
    if not starts:
        return [(0, len(text))]
    starts[0] = 0
    return list(zip(starts, [*starts[1:], len(text)], strict=True))


def _sentence_starts(text: str, start: int, end: int) -> list[int]:
    """Where the engine says that sentences begin in a part of a text."""
    from tokenize_uk import tokenize_sents_with_spans

    return [start + first for _, first, _ in tokenize_sents_with_spans(PRIVATE_USE.sub(STAND_IN, text[start:end]))]


def cut_spaces(text: str) -> Offsets:
    """Cut pretokenized text: tokens are what stands between spaces and tabs. Returns the same as :func:`cut`."""
    return [match.span() for match in SPACED.finditer(text)]


def words_between_spaces(text: str) -> list[str]:
    """The tokens that :func:`cut_spaces` finds."""
    return SPACED.findall(text)
