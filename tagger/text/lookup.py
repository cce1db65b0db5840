"""What to look up for the tokens of a sentence, where characters only seem to be others or a mark cuts a word.

Quotation marks become « », Latin initials Cyrillic ones, and a word that a mark or a line's end has cut is looked up as
one. That takes the neighbours of a token. What a token alone tells is :func:`tagger.text.normalize.normalise`'s.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise

from tagger.text.normalize import CUTTING, HYPHENS, INITIALS, LATIN_LOOKALIKES, unescape

BETWEEN_CELLS = ";"  # looked up for a TAB: the cells of a row are much like the members of a list
DROPPED = -1
# Of the tokens of usual text, each with a line feed before and after it, these find nothing.
MARKS = re.compile(f"[“-‟‹›《》{CUTTING}<*_~#&]")
LINE_ENDS = re.compile(rf"(?<=\w)[{re.escape(HYPHENS)}]\n")
SINGLES = re.compile(rf"\n(?:,\n,|,,|''|[{INITIALS}]\.)\n")
OPENING = {"„": "«", "‟": "«", "‹": "«", "《": "«"}
CLOSING = {"›": "»", "》": "»"}
EITHER = ("“", "”", "''", "``")  # open or close, by what comes before and after
CLOSED_BY_EITHER = (*EITHER, "„", "‟", ",", ",,")
CLOSERS = {*CLOSING, *EITHER, "»", '"'}
DOUBLED = {"<": "«", ">": "»", ",": "«", "<<": "«", ">>": "»", ",,": "«"}
EMPHASIS = re.compile(r"\*{2,3}|_{2,3}|~~")  # of Markdown, around words
INITIAL = re.compile(rf"[{INITIALS}]\.")
CYRILLIC_NAME = re.compile("[\u0400-\u042f\u0490]")
HASHTAG = re.compile(r"#[^\W\d]\w*")
TAG = re.compile(r"[#@]\w+")
WORD = re.compile(r"[^\W\d_]")
HEAD = re.compile(rf"[\u0400-\u052f]([\u0400-\u052f'’ʼ-]*[\u0400-\u052f])?[{re.escape(HYPHENS)}]")
TAIL = re.compile(r"[\u0430-\u045f\u0491]{2,}(['’ʼ-][\u0400-\u052f]+)*|[\u0400-\u042f\u0490]{2,}")
# Words after the first of two compounds that share their end, as in "радіо- й телефільм".
JOINING = ("та", "або", "чи", "але", "ані")
SOFT = "яюєї"  # the letters after an apostrophe in Ukrainian words
FOREIGN = ("О", "Д", "Л", "O", "D", "L")  # before an apostrophe and a capital: О'Генрі


@dataclass(slots=True)
class Lookup:
    """The words to look up for a sentence.

    :param words: these words; one that no token belongs to separates cells.
    :param owners: for each token the index of its word; DROPPED if it has none. Tokens with one word are neighbours.
    """

    words: list[str]
    owners: list[int]


def is_odd(joined: str) -> bool:
    """Tell whether :func:`look_up` may change some of the tokens.

    :param joined: tokens of any number of sentences, with line feeds between them.
    """
    lines = f"\n{joined}\n"
    return bool(MARKS.search(lines) or LINE_ENDS.search(lines) or SINGLES.search(lines))


def look_up(tokens: Sequence[str], cells: Collection[int] = ()) -> Lookup | None:
    """Return what to look up for the tokens of a sentence; `None` for the tokens themselves.

    :param cells: indexes of the tokens, other than the first, that begin a cell.
    """
    if not cells and not is_odd("\n".join(tokens)):
        return None
    forms = [unescape(token) if "&" in token else token for token in tokens]
    _hashtags(forms)
    _initials(forms)
    lengths = _quotes(forms)
    words: list[str] = []
    owners: list[int] = []
    while (index := len(owners)) < len(forms):
        if index in cells:
            words.append(BETWEEN_CELLS)
        form = forms[index]
        if EMPHASIS.fullmatch(form) or (form == "#" and index + 1 < len(forms) and WORD.match(forms[index + 1])):
            owners.append(DROPPED)
            continue
        length = lengths.get(index, 1)
        if length == 1 and index not in lengths:
            form, length = _broken(forms, index)
        if any(index + step in cells for step in range(1, length)):
            form, length = forms[index], 1
        owners += [len(words)] * length
        words.append(form)
    if not words or (words == list(tokens)):
        return None
    return Lookup(words, owners)


def _hashtags(forms: list[str]) -> None:
    """Take the mark from hashtags. A line of nothing but hashtags and mentions has keywords and no names."""
    tags = [index for index, form in enumerate(forms) if TAG.fullmatch(form)]
    marks = [index for index, form in enumerate(forms[:-1]) if form == "#" and WORD.match(forms[index + 1])]
    if len(tags) + len(marks) > 1 and len(tags) + 2 * len(marks) == len(forms):
        forms[:] = ["@"] * len(forms)
    for index in tags:
        if HASHTAG.fullmatch(forms[index]):
            forms[index] = forms[index][1:]


def _initials(forms: list[str]) -> None:
    """Make Latin initials next to Cyrillic names or initials Cyrillic ones."""
    for index, form in enumerate(forms):
        if INITIAL.fullmatch(form) and any(map(CYRILLIC_NAME.match, forms[max(index - 1, 0) : index + 2])):
            forms[index] = form.translate(LATIN_LOOKALIKES)
    for index in range(len(forms) - 2, -1, -1):  # those before another that has just become Cyrillic
        if INITIAL.fullmatch(forms[index]) and CYRILLIC_NAME.match(forms[index + 1]):
            forms[index] = forms[index].translate(LATIN_LOOKALIKES)


def _quotes(forms: list[str]) -> dict[int, int]:
    """Turn quotation marks into « and ».

    :returns: for the index of each mark that was changed the number of its tokens.
    """
    lengths: dict[int, int] = {}
    opened: list[str] = []  # the marks that are open
    for index, form in enumerate(forms):
        if index and lengths.get(index - 1) == 2:
            continue
        found, length = None, 1
        if form == "«" or form in OPENING:
            found = "«"
        elif form == "»" or form in CLOSING:
            found = "»"
        elif form in EITHER:
            found = _either(form, forms[index + 1 :], opened)
        elif form in DOUBLED:
            found, length = _doubled(forms, index, opened)
        if found == "«":
            opened.append(form)
        elif found and opened:
            opened.pop()
        if found:
            forms[index], lengths[index] = found, length
    return lengths


def _either(form: str, rest: list[str], opened: list[str]) -> str | None:
    """Tell whether a mark that may do both opens or closes; `None` if it is no quotation mark.

    :param rest: the tokens after it.
    """
    if opened and opened[-1] in CLOSED_BY_EITHER and not (form == opened[-1] == "“" and "”" in rest):
        return "»"
    if form in ("''", "``"):
        return "«" if any(other in CLOSERS for other in rest) else None
    if form == "“":
        return "«" if any(map(WORD.match, rest)) else "»"
    return "«" if "”" in rest else "»"


def _doubled(forms: list[str], index: int, opened: list[str]) -> tuple[str | None, int]:
    """Read << >> and ,, as quotation marks if they come in pairs, whether they are one token or two."""
    form = forms[index]
    sign, length = form[0], 1 if len(form) == 2 else 2
    if length == 2 and forms[index + 1 : index + 2] != [form]:
        return None, 1
    rest = forms[index + length :]
    if not rest and sign != ">":
        return None, 1
    if sign == ">":
        return ("»", length) if opened and opened[-1][0] == "<" else (None, 1)
    closing = ">>" in rest or any(one == other == ">" for one, other in pairwise(rest))
    if sign == ",":
        closing = bool(WORD.match(rest[0])) and any(other in CLOSERS for other in rest)
    return ("«", length) if closing else (None, 1)


def _broken(forms: list[str], index: int) -> tuple[str, int]:
    """Return the whole word that a mark or a line's end cut, and the number of its tokens; or the token itself."""
    form, after = forms[index], forms[index + 1 : index + 3]
    if after and HEAD.fullmatch(form) and TAIL.fullmatch(after[0]) and after[0] not in JOINING:
        head = form[:-1]
        if after[0].islower() or head.isupper():
            return head + after[0], 2
    if len(after) == 2 and form.isalpha() and after[0] in CUTTING and after[1][:1].isalpha():
        if after[1][0].lower() in SOFT or (form in FOREIGN and after[1][0].isupper()):
            return f"{form}'{after[1]}", 3
    return form, 1
