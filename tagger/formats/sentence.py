"""A sentence with its lines as they were read, and blocks: runs of regular sentences.

The fast path reads and writes a block as one piece, and builds no object per sentence. All of a block is valid UTF-8,
every sentence in it is complete, and no line contains a CR.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from tagger.text.fast_words import Offsets

if TYPE_CHECKING:
    from tagger.formats.records.record import Record

# TAB, and the line ends of str.splitlines
SPACES = str.maketrans(dict.fromkeys("\t\n\v\f\r\x1c\x1d\x1e\x85\u2028\u2029", " "))
GLUE = re.compile(rb"\s*<g\b[^\t]*>\s*")  # vertical text: no space between the tokens around this line
# A document begins; in vertical text, with an element.
MARK, ELEMENT = re.compile(rb"#\s*newdoc\b|-DOCSTART-"), re.compile(rb"<(?:doc|text)\b")
ENDS = re.compile("[\t-\r\x1c-\x1e\x85\u2028\u2029]")


@dataclass(slots=True)
class Sentence:
    """Tokens, and the input around them. Without tokens it represents lines that pass through.

    Bytes that are not UTF-8 are lone surrogates in all strings (`surrogateescape`), so that encoding restores them.

    :param line: number of its first line in the input, from 1.
    :param form: input format: one of :data:`tagger.formats.INPUTS`.
    :param lines: CoNLL: its lines as they were read, without their line feeds.
    :param rows: CoNLL: indexes in `lines` of the lines that hold the tokens, in order.
    :param text: text: the line, or the sentence within a line, without the line's end.
    :param offsets: text: start and end of each token in `text`, in code points, end exclusive.
    :param cells: text: indexes of the tokens, other than the first, that a TAB precedes.
    :param ending: the line end after it: a line feed, CR LF or NUL; empty if the input ended without one, or if another
        sentence of the line follows.
    :param before: text: number of code points of the input before `text`.
    :param line_end: the line end that the input uses here, also if `ending` is empty.
    :param goes_on: the line is too long to be held, and the sentence continues in the next :class:`Sentence`.
    :param after: text: number of code points of the same sentence in the earlier parts of such a line.
    :param prefix: a byte order mark before its first line.
    :param lead, trail: text: the columns before and after it in its line, with their TABs.
    :param name: text: the content of these columns, which identifies it.
    :param part: text: number of the sentence in its line, from 1.
    :param record: the record that it belongs to, in formats of records.
    :param header: CoNLL-U Plus: index in `lines` of the line that names the columns.
    :param others: CoNLL-U Plus: indexes in `lines` of ranges and empty nodes.
    """

    tokens: list[str]
    line: int
    form: str
    lines: list[bytes] = field(default_factory=list)
    rows: Sequence[int] = ()
    text: str = ""
    offsets: Offsets = field(default_factory=list)
    cells: Sequence[int] = ()
    ending: bytes = b"\n"
    before: int = 0
    prefix: bytes = b""
    line_end: bytes = b"\n"
    goes_on: bool = False
    after: int = 0
    lead: str = ""
    trail: str = ""
    name: str = ""
    part: int = 1
    record: "Record | None" = None
    header: int | None = None
    others: Sequence[int] = ()

    @property
    def sent_id(self) -> str:
        """The name, made unique among the sentences of the line; empty if it has none, or a part of it was written."""
        if not self.name or self.after:
            return ""
        return self.name if self.part == 1 else f"{self.name}-{self.part}"


def encode(text: str) -> bytes:
    """Return the bytes that a string was read from."""
    return text.encode("utf-8", "surrogateescape")


def one_line(text: str) -> str:
    """Replace each TAB, and each character that some program takes for a line's end, with a space."""
    return text.translate(SPACES) if ENDS.search(text) else text


def document_marks(sentence: Sentence) -> tuple[bool, bool]:
    """Return whether a document begins with a sentence, and whether one begins right after it."""
    if sentence.form == "text":
        return False, False
    mark = ELEMENT if sentence.form == "vertical" else MARK
    marks = [row for row, line in enumerate(sentence.lines) if mark.match(line)]
    last = sentence.rows[-1] if sentence.rows else len(sentence.lines)
    return any(row < last for row in marks), any(row > last for row in marks)


def running_text(sentence: Sentence) -> tuple[str, Offsets]:
    """Return the text of a sentence, and the offsets of its tokens in code points.

    Text is as it was read. For CoNLL the tokens are joined by spaces, except after CoNLL-U's `SpaceAfter=No`.
    """
    if sentence.form == "text":
        return sentence.text, sentence.offsets
    offsets: Offsets = []
    parts: list[str] = []
    start = 0
    glued = _glued(sentence) if sentence.form in ("conllu", "vertical") else ()
    for position, token in enumerate(sentence.tokens):
        offsets.append((start, start + len(token)))
        space = "" if position in glued or position == len(sentence.tokens) - 1 else " "
        parts += (token, space)
        start += len(token) + len(space)
    return "".join(parts), offsets


def _glued(sentence: Sentence) -> set[int]:
    """Return the indexes of tokens with `SpaceAfter=No`, or `<g/>` in a line after them."""
    if sentence.form == "vertical":
        glues = [row for row, line in enumerate(sentence.lines) if GLUE.fullmatch(line)]
        return {bisect_left(sentence.rows, row) - 1 for row in glues}
    return {
        position
        for position, row in enumerate(sentence.rows)
        if b"SpaceAfter=No" in sentence.lines[row].rstrip(b"\r").rpartition(b"\t")[2].split(b"|")
    }


@dataclass(slots=True, kw_only=True)
class Block:
    """A run of regular sentences, in any format.

    :param words: the tokens, and in some formats words between sentences that belong to none.
    :param starts, lengths: index of each sentence's first word, and number of its tokens.
        *Shape:* (sentences,).
    :param line: number of the first line in the input, from 1.
    :param prefix: a byte order mark before the first line.
    """

    words: Sequence[str | bytes]
    starts: np.ndarray
    lengths: np.ndarray
    line: int
    prefix: bytes = b""


@dataclass(slots=True, kw_only=True)
class TextBlock(Block):
    """Running text. An empty word follows each sentence, which may have no token.

    :param line_end: the end of each line.
    """

    words: list[str]
    line_end: bytes


@dataclass(slots=True, kw_only=True)
class LinedBlock(Block):
    """A block of a format with a line for each token. Each sentence has tokens."""

    words: list[bytes]

    def _apart(self, form: str, lines: list[bytes], rows: np.ndarray, closing: np.ndarray) -> list[Sentence]:
        """Split the block into sentences.

        :param lines: all lines.
        :param rows: index of each word's line.
            *Shape:* (words,).
        :param closing: index of the empty line after each sentence.
            *Shape:* (sentences,).
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
    """CoNLL. There is a word for each line, without spaces; the words of empty lines and comments are empty.

    :param lines: all lines without their ends: for each sentence the comments and further empty lines before it, its
        own lines, and the empty line after it.
    :param size: bytes of the lines, with a line feed each.
    :param passing: indexes of these comments and further empty lines.
        *Shape:* (n,).
    :param separator: the column separator: a TAB or a space; a TAB if there is only one column.
    :param line_end: the end of each line.
    """

    lines: list[bytes]
    size: int
    passing: np.ndarray
    separator: bytes
    line_end: bytes

    def sentences(self) -> list[Sentence]:
        """Return the sentences of the block, one by one."""
        rest = self.line_end[:-1]
        lines = [line + rest for line in self.lines] if rest else self.lines
        return self._apart("conll", lines, np.arange(len(self.words)), self.starts + self.lengths)


@dataclass(slots=True, kw_only=True)
class ConlluBlock(LinedBlock):
    """CoNLL-U. There is a word for each line with a token.

    :param content: all of it, up to the last line feed.
    :param rows: index of each word's line, from 0.
        *Shape:* (words,).
    :param miscs, ends: where the tenth column of that line begins, and where the line ends, in bytes.
        *Shape:* (words,).
    :param closing: indexes of the empty lines, one after each sentence.
        *Shape:* (sentences,).
    """

    content: bytes
    rows: np.ndarray
    miscs: np.ndarray
    ends: np.ndarray
    closing: np.ndarray

    def sentences(self) -> list[Sentence]:
        """Return the sentences of the block, one by one."""
        return self._apart("conllu", self.content.split(b"\n"), self.rows, self.closing)


Piece = Sentence | ConllBlock | ConlluBlock | TextBlock
