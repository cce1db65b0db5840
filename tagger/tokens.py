"""Cutting text into tokens, and the form in which a token is looked up.

Two promises. No character of the text is lost but white space: the tokens, joined, are the text without it, and each token is the user's own
slice of the text. And whatever is folded for the look-up (apostrophes, stress marks, invisible characters) is folded there alone.
"""

import re
import unicodedata
from functools import cache

from tagger.usual import LONGEST, Offsets, cut_usual

# It marks positions with private-use characters; the user's own would be taken for its marks. A letter of no script it knows stands in.
PRIVATE_USE = re.compile("[\ue000-\uf8ff]")
STAND_IN = "\ua000"
# Some of its expressions take time quadratic in the length of such a run.
LONG_RUN = re.compile('[»"-]{200,}')

APOSTROPHES = "\u2019\u02bc\u2018\u0060\u00b4\u2032\u02b9"
FOLDABLE = re.compile(f"(?<=[^\\W\\d_])[{APOSTROPHES}](?=[^\\W\\d_])")
# Grave and acute accents (stress marks), soft hyphen, zero-width and directional characters, byte order mark.
INVISIBLE = dict.fromkeys([0x300, 0x301, 0xAD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2065), *range(0x2066, 0x206A), 0xFEFF])
# NFC composes a stress mark with these two letters alone.
STRESSED = str.maketrans({"\u0400": "Е", "\u0450": "е", "\u040d": "И", "\u045d": "и"})
LATIN_LOOKALIKES = str.maketrans("ABCEHIKMOPTXaceiopxyï", "АВСЕНІКМОРТХасеіорхуї")
LATIN_LETTER = re.compile("[A-Za-z\u00c0-\u024f]")
CYRILLIC_LETTER = re.compile("[\u0400-\u052f]")
PLAIN = re.compile("[\u0021-\u005f\u0061-\u007e\u0404\u0406\u0407\u0410-\u044f\u0454\u0456\u0457\u0490\u0491\u00ab\u00bb\u2013\u2014\u2026]*")
# Letters of Ukrainian, and of Russian words within it.
UKRAINIAN = "\u0404\u0406\u0407\u0454\u0456\u0457\u0490\u0491" + "".join(map(chr, range(0x410, 0x450)))
PLAIN_CYRILLIC = re.compile(f"[{UKRAINIAN}]*")


def normalise(token: str) -> str:
    """The form of a token that the vocabulary knows: composed, without stress marks and invisible characters, one apostrophe, one script.

    Latin look-alikes become Cyrillic where every Latin letter of a mostly Cyrillic token is one (`Реron` with a Latin `e` stays: `r` has no
    look-alike). A token of nothing but invisible characters stays as it is.
    """
    if PLAIN_CYRILLIC.fullmatch(token):
        return token
    if not PLAIN.fullmatch(token):
        composed = unicodedata.normalize("NFC", token).translate(STRESSED).translate(INVISIBLE)
        token = FOLDABLE.sub("'", composed) or token
    latin = LATIN_LETTER.findall(token)
    if latin and len(CYRILLIC_LETTER.findall(token)) > len(latin):
        folded = token.translate(LATIN_LOOKALIKES)
        if not LATIN_LETTER.search(folded):
            return folded
    return token


@cache
def _engine():
    # Importing it takes as long as a third of the whole start-up, and only running text needs it.
    from tokenize_uk import tokenize_words_with_spans

    return tokenize_words_with_spans


def cut(text: str) -> Offsets:
    """Cut a line of running text into tokens as tokenize-uk's default engine does.

    Characters that the engine drops though they are not white space (zero-width ones) join the token that they touch.

    :returns: start and end of each token, in code points, end exclusive, in order, without overlap.
    """
    usual = cut_usual(text)
    return cut_with_care(text) if usual is None else usual


def cut_with_care(text: str) -> Offsets:
    """The same as :func:`cut` of any line, by the engine itself."""
    offsets: Offsets = []
    for start, end in _pieces(text):
        piece = PRIVATE_USE.sub(STAND_IN, text[start:end])
        offsets.extend((start + first, start + last) for first, last in _cut_piece(piece))
    return offsets


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


def _cut_piece(piece: str) -> Offsets:
    if LONG_RUN.match(piece):
        return [(0, len(piece))]
    tokenize = _engine()
    offsets = [(start, end) for _, start, end in tokenize(piece)]
    if (offsets[-1][1] if offsets else 0) > len(piece):  # the engine's own marks stayed in a token: its offsets cannot be trusted
        return [match.span() for match in re.finditer(r"\S+", piece)]
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
    from tokenize_uk import tokenize_sents_with_spans

    starts = []
    for first, last in _pieces(text):
        piece = PRIVATE_USE.sub(STAND_IN, text[first:last])
        starts += [first + start for _, start, _ in tokenize_sents_with_spans(piece)]
    if not starts:
        return [(0, len(text))]
    starts[0] = 0
    return list(zip(starts, [*starts[1:], len(text)], strict=True))


def cut_spaces(text: str) -> Offsets:
    """Cut pretokenized text: tokens are what stands between spaces and tabs. Returns the same as :func:`cut`."""
    return [match.span() for match in re.finditer(r"[^ \t\r\n\f\v]+", text)]
