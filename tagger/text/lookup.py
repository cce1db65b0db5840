"""What to look up for the tokens of a sentence, where characters only seem to be others or a mark cuts a word.

Quotation marks become « », Latin initials Cyrillic ones, and a word that a mark or a line's end has cut is looked up as
one. That takes the neighbours of a token. What a token alone tells is :func:`tagger.text.normalize.normalise`'s.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from tagger.text.normalize import CUTTING, HYPHENS, INITIALS, LATIN_LOOKALIKES, unescape

BETWEEN_CELLS = ";"  # looked up for a TAB: the cells of a row are much like the members of a list
DROPPED = -1
MARKS = f"“-‟‹›《》{CUTTING}<*_~#&"
# What usual text has none of, in tokens with a line feed before and after each: one of the marks, a hyphen at a word's
# end, a Latin initial. Written so that the search need look at most characters once only.
ODD = re.compile(
    rf"[{MARKS}{INITIALS}{re.escape(HYPHENS)}]"
    rf"(?:(?<=[{MARKS}])|(?<=[{re.escape(HYPHENS)}])\n(?<=\w..)|(?<=\n[{INITIALS}])\.\n)",
    re.DOTALL,
)
ODD_TOKENS = ("\n,\n,\n", "\n,,\n", "\n''\n")
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
CUTTING_MARKS = tuple(CUTTING)
SOFT = "яюєї"  # the letters after an apostrophe in Ukrainian words
FOREIGN = ("О", "Д", "Л", "O", "D", "L")  # before an apostrophe and a capital: О'Генрі


@dataclass(slots=True)
class Lookup:
    """The words to look up for a sentence.

    :param words: these words; one that no token belongs to separates cells.
    :param owners: for each token the index of its word; DROPPED if it has none. Tokens with one word are neighbours.
    :param breaks: indexes of the tokens that continue no entity: the first of each cell, the first of each hashtag that
        follows another, and, if such a token has no word, the next one that has a word.
    """

    words: list[str]
    owners: list[int]
    breaks: frozenset[int] = frozenset()


def odd_offsets(joined: str) -> Iterator[int]:
    """Yield offsets that lie in, or directly before, the tokens that :func:`look_up` may change; in no order.

    :param joined: tokens of any number of sentences, each with a line feed before and after it, one between two tokens.
    """
    for found in ODD.finditer(joined):
        yield found.start()
    for token in ODD_TOKENS:
        offset = joined.find(token)
        while offset >= 0:
            yield offset + 1
            offset = joined.find(token, offset + 1)


def look_up(tokens: Sequence[str], cells: Collection[int] = ()) -> Lookup | None:
    """Return what to look up for the tokens of a sentence; `None` for the tokens themselves.

    :param cells: indexes of the tokens, other than the first, that begin a cell.
    """
    forms = [unescape(token) if "&" in token else token for token in tokens]
    if _all_hashtags(forms):
        return Lookup(["."], [DROPPED] * len(forms), frozenset(cells))  # the network reads no sentence without a word
    hashtags = {index for index, form in enumerate(forms) if HASHTAG.fullmatch(form)}
    forms = [form[1:] if index in hashtags else form for index, form in enumerate(forms)]
    _initials(forms)
    lengths = _quotes(forms)
    words: list[str] = []
    owners: list[int] = []
    breaks: set[int] = set()
    after_hashtag = False  # whether the last word is that of a hashtag
    waiting = False  # whether the next word continues no entity
    while (index := len(owners)) < len(forms):
        is_mark = _is_mark(forms, index)
        if index in cells or (after_hashtag and (is_mark or index in hashtags)):
            words.append(BETWEEN_CELLS)
            breaks.add(index)
            after_hashtag, waiting = False, True
        if is_mark or EMPHASIS.fullmatch(forms[index]):
            owners.append(DROPPED)
            continue
        if waiting:
            breaks.add(index)
            waiting = False
        form, length = forms[index], lengths.get(index, 1)
        if length == 1 and index not in lengths:
            form, length = _broken(forms, index)
        if any(index + step in cells for step in range(1, length)):
            form, length = forms[index], 1
        after_hashtag = index in hashtags or (index > 0 and _is_mark(forms, index - 1))
        owners += [len(words)] * length
        words.append(form)
    if not words or (words == list(tokens)):
        return None
    return Lookup(words, owners, frozenset(breaks))


def _is_mark(forms: list[str], index: int) -> bool:
    """Tell whether a token is the mark of the hashtag that the next token is."""
    return forms[index] == "#" and index + 1 < len(forms) and bool(WORD.match(forms[index + 1]))


def _all_hashtags(forms: list[str]) -> bool:
    """Tell whether a sentence is nothing but hashtags and mentions, two or more: keywords and no names."""
    tags = sum(1 for form in forms if TAG.fullmatch(form))
    marks = sum(1 for index in range(len(forms)) if _is_mark(forms, index))
    return tags + marks > 1 and tags + 2 * marks == len(forms)


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
    last = _Last.of(forms)
    for index, form in enumerate(forms):
        if index and lengths.get(index - 1) == 2:
            continue
        found, length = None, 1
        if form == "«" or form in OPENING:
            found = "«"
        elif form == "»" or form in CLOSING:
            found = "»"
        elif form in EITHER:
            found = _either(forms, index, opened, last)
        elif form in DOUBLED:
            found, length = _doubled(forms, index, opened, last)
        if found == "«":
            opened.append(form)
        elif found and opened:
            opened.pop()
        if found:
            forms[index], lengths[index] = found, length
    return lengths


@dataclass(slots=True)
class _Last:
    """The index of the last token of some kinds, -1 if there is none.

    :param angles: >>, or the first > of two.
    """

    word: int
    closer: int
    right: int
    angles: int

    @classmethod
    def of(cls, forms: list[str]) -> "_Last":
        word = closer = right = angles = -1
        for index, form in enumerate(forms):
            if form in CLOSERS:
                closer = index
                right = index if form == "”" else right
            elif WORD.match(form):
                word = index
            elif form == ">>" or (form == ">" and forms[index + 1 : index + 2] == [">"]):
                angles = index
        return cls(word, closer, right, angles)


def _either(forms: list[str], index: int, opened: list[str], last: _Last) -> str | None:
    """Tell whether a mark that may do both opens or closes; `None` if it is no quotation mark."""
    form = forms[index]
    if opened and opened[-1] in CLOSED_BY_EITHER and not (form == opened[-1] == "“" and last.right > index):
        return "»"
    if form in ("''", "``"):  # or seconds, or inches
        before, after = ("".join(forms[at : at + 1]) for at in (max(index - 1, 0), index + 1))
        return "«" if last.closer > index and after[:1].isalnum() and not before.isdigit() else None
    return "«" if (last.word if form == "“" else last.right) > index else "»"


def _doubled(forms: list[str], index: int, opened: list[str], last: _Last) -> tuple[str | None, int]:
    """Read << >> and ,, as quotation marks if they come in pairs, whether they are one token or two."""
    form = forms[index]
    sign, length = form[0], 1 if len(form) == 2 else 2
    if length == 2 and forms[index + 1 : index + 2] != [form]:
        return None, 1
    if sign == ">":
        return ("»", length) if opened and opened[-1][0] == "<" else (None, 1)
    closed = last.angles >= index + length
    if sign == ",":
        closed = last.closer > index and bool(WORD.match("".join(forms[index + length : index + length + 1])))
    return ("«", length) if closed else (None, 1)


def _broken(forms: list[str], index: int) -> tuple[str, int]:
    """Return the whole word that a mark or a line's end cut, and the number of its tokens; or the token itself."""
    form, after = forms[index], forms[index + 1 : index + 3]
    if after and HEAD.fullmatch(form) and TAIL.fullmatch(after[0]) and after[0] not in JOINING:
        head = form[:-1]
        if after[0].islower() or head.isupper():
            return head + after[0], 2
    if len(after) == 2 and after[0] in CUTTING_MARKS and form.isalpha() and after[1][:1].isalpha():
        foreign = form in FOREIGN and after[1][0].isupper()
        if foreign or after[1][0].lower() in SOFT:
            return f"{form}'{after[1]}", 3
    return form, 1
