"""A sentence that remembers what it was read from, to the byte."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from tagger.usual import Offsets

SPACES = str.maketrans(dict.fromkeys("\t\n\v\f\r\x1c\x1d\x1e\x85\u2028\u2029", " "))  # TAB, and where str.splitlines cuts
ENDS = re.compile("[\t-\r\x1c-\x1e\x85\u2028\u2029]")


@dataclass(slots=True)
class Sentence:
    """Tokens, and the piece of the input around them. It may have no token: then it stands for lines that pass through.

    Bytes that are not UTF-8 are lone surrogates in all strings (`surrogateescape`), so that encoding gives them back.

    :param tokens: the tokens.
    :param line: the number of its first line in the input, from 1.
    :param form: the input form: one of :data:`tagger.formats.INPUTS`.
    :param lines: CoNLL: its lines as they were read, without their line feeds.
    :param rows: CoNLL: which of these lines hold the tokens, in order.
    :param text: text: the line, or the sentence of a line, without the line's end.
    :param offsets: text: start and end of each token in `text`, in code points, end exclusive.
    :param ending: what stood at its end: a line feed, CR LF, NUL; nothing where the input stopped, or another sentence of the line follows.
    :param before: text: code points of the input in front of `text`.
    :param line_end: what ends a line here, as `ending` does where something stood: text cut further, or ended without, still knows.
    :param goes_on: the line, and what it is a sentence of, goes on in the next piece: it is too long to be held.
    :param after: text: code points of the same sentence in the pieces before this one.
    :param prefix: a byte order mark in front of its first line.
    """

    tokens: list[str]
    line: int
    form: str
    lines: list[bytes] = field(default_factory=list)
    rows: Sequence[int] = ()
    text: str = ""
    offsets: Offsets = field(default_factory=list)
    ending: bytes = b"\n"
    before: int = 0
    prefix: bytes = b""
    line_end: bytes = b"\n"
    goes_on: bool = False
    after: int = 0


def encode(text: str) -> bytes:
    """The bytes that a string was read from."""
    return text.encode("utf-8", "surrogateescape")


def one_line(text: str) -> str:
    """The same length of text, with a space for each TAB and each character that some program takes for a line's end."""
    return text.translate(SPACES) if ENDS.search(text) else text


def running_text(sentence: Sentence) -> tuple[str, Offsets]:
    """The text of a sentence and where its tokens stand in it: as it was read, or for CoNLL the tokens with spaces between.

    CoNLL-U's `SpaceAfter=No` is heeded.
    """
    if sentence.form == "text":
        return sentence.text, sentence.offsets
    offsets, parts, place = [], [], 0
    glued = _glued(sentence) if sentence.form == "conllu" else ()
    for position, token in enumerate(sentence.tokens):
        offsets.append((place, place + len(token)))
        space = "" if position in glued or position == len(sentence.tokens) - 1 else " "
        parts += (token, space)
        place += len(token) + len(space)
    return "".join(parts), offsets


def _glued(sentence: Sentence) -> set[int]:
    return {position for position, row in enumerate(sentence.rows) if b"SpaceAfter=No" in sentence.lines[row].rstrip(b"\r").rpartition(b"\t")[2].split(b"|")}
