"""Usual sentences one behind the other, as one piece, for whoever need not look at each: UTF-8, complete, and no CR within a line."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tagger.formats.sentence import Sentence


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
            found.append(Sentence(tokens[own], self.line + first, form, lines[first : last + 1], (rows[own] - first).tolist()))
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
