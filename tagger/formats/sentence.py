"""A sentence with its lines as they were read, and blocks: runs of regular sentences.

The fast path reads and writes a block as one piece, and builds no object per sentence. All of a block is valid UTF-8, every sentence in it is
complete, and no line contains a CR.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from tagger.text.fast_words import Offsets

SPACES = str.maketrans(
    dict.fromkeys("\t\n\v\f\r\x1c\x1d\x1e\x85\u2028\u2029", " ")
)  # TAB, and where str.splitlines cuts
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
    return {
        position
        for position, row in enumerate(sentence.rows)
        if b"SpaceAfter=No" in sentence.lines[row].rstrip(b"\r").rpartition(b"\t")[2].split(b"|")
    }


@dataclass(slots=True, kw_only=True)
class Block:
    """What blocks of each form have.

    :param words: what is to be tagged, and for some forms between sentences words that are of none.
    :param starts, lengths: which word each sentence begins with, and how many are its tokens. *Shape:* (sentences,).
    :param line: the number of the first line in the input, from 1.
    :param prefix: a byte order mark in front of it.
    """

    words: Sequence[str | bytes]
    starts: np.ndarray
    lengths: np.ndarray
    line: int
    prefix: bytes = b""


@dataclass(slots=True, kw_only=True)
class TextBlock(Block):
    """Running text. Behind each sentence, which may have no token, stands an empty word.

    :param line_end: what ends each line.
    """

    words: list[str]
    line_end: bytes


@dataclass(slots=True, kw_only=True)
class LinedBlock(Block):
    """What blocks have whose sentences stand in lines of their own, and have tokens."""

    words: list[bytes]

    def _apart(self, form: str, lines: list[bytes], rows: np.ndarray, closing: np.ndarray) -> list[Sentence]:
        """The sentences, given the lines of all, which of them each word is of, and which is the empty one behind each sentence.

        *Shape:* rows (words,); closing (sentences,).
        """
        tokens = b"\n".join(self.words).decode("utf-8").split("\n")
        found = []
        first = 0  # the sentence's first line: a comment, or its first token
        for start, length, last in zip(self.starts.tolist(), self.lengths.tolist(), closing.tolist(), strict=True):
            own = slice(start, start + length)
            found.append(
                Sentence(tokens[own], self.line + first, form, lines[first : last + 1], (rows[own] - first).tolist())
            )
            first = last + 1
        found[0].prefix = self.prefix
        return found


@dataclass(slots=True, kw_only=True)
class ConllBlock(LinedBlock):
    """CoNLL, a token without spaces in front of each line's first separator. There is a word for each line; an empty one or a comment has nothing.

    :param lines: the lines of all, without their ends, with the comments and further empty lines in front of each sentence, and the empty line behind it.
    :param size: of these, with a line feed each, in bytes.
    :param passing: which lines are such comments and further empty lines. *Shape:* (some,).
    :param separator: what sets a column off: a TAB or a space; a TAB where there is but one column.
    :param line_end: what ends each line.
    """

    lines: list[bytes]
    size: int
    passing: np.ndarray
    separator: bytes
    line_end: bytes

    def sentences(self) -> list[Sentence]:
        """The same, one by one."""
        rest = self.line_end[:-1]
        lines = [line + rest for line in self.lines] if rest else self.lines
        return self._apart("conll", lines, np.arange(len(self.words)), self.starts + self.lengths)


@dataclass(slots=True, kw_only=True)
class ConlluBlock(LinedBlock):
    """CoNLL-U. There is a word for each line with a token.

    :param content: all of it, to the last line feed.
    :param rows: which line each word is of, from 0. *Shape:* (words,).
    :param miscs, ends: where that line's tenth column begins, and where the line ends, in bytes. *Shape:* (words,).
    :param closing: which lines are empty: one behind each sentence. *Shape:* (sentences,).
    """

    content: bytes
    rows: np.ndarray
    miscs: np.ndarray
    ends: np.ndarray
    closing: np.ndarray

    def sentences(self) -> list[Sentence]:
        """The same, one by one."""
        return self._apart("conllu", self.content.split(b"\n"), self.rows, self.closing)


Piece = Sentence | ConllBlock | ConlluBlock | TextBlock
