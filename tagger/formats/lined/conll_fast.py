"""Fast path for CoNLL: find runs of regular sentences in a block of lines, and read each run as one piece.

All lines end alike, with LF or with CR LF. Columns are separated by TABs, or there is only one column, or all lines
of the block have their columns separated by spaces.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from tagger.formats.sentence import ConllBlock

LINE_FEED, TAB, SPACE = ord("\n"), ord("\t"), ord(" ")
# Bytes that make a sentence irregular, besides a TAB at the beginning of a line: other white space, and a line
# without a token. Empty lines do not.
IRREGULAR = (b" ", b"\r", b"\v", b"\f", b"-DOCSTART-")
# Comments before a sentence, which the fast path includes: after an empty line, and with a token's line after them.
COMMENTS = re.compile(rb"\n\n(?:# [^\t\n\v\f\r]*\n)+(?!\n)")
COMMENT = b"# "
MOST_RUNS = 32  # runs of regular sentences in a block; if there are more, the rest takes the slow path


@dataclass(slots=True)
class Lines:
    """Whole lines, analysed.

    :ivar text: the lines with their line feeds, and without the CRs before these.
    :ivar line_end: the end of each line in the input: LF, or CR LF.
    :ivar separator: the column separator.
    :ivar ends: where the lines end in the text, in bytes.
        *Shape:* (lines,).
    :ivar irregular: where lines begin that are irregular as a whole, in bytes: lines that begin with a TAB, or that
        :func:`_irregular_spaced` finds.
        *Shape:* (n,).
    :ivar commented: whether there may be comments among the lines.
    """

    text: bytes
    line_end: bytes
    separator: bytes
    ends: np.ndarray
    irregular: np.ndarray
    commented: bool

    @classmethod
    def of(cls, whole: bytes) -> "Lines":
        """Analyse lines.

        :param whole: the lines with their line feeds.
        """
        line_end = b"\n"
        if b"\r" in whole and whole.count(b"\r\n") == whole.count(b"\n"):  # a CR elsewhere is found as irregular below
            whole, line_end = whole.replace(b"\r\n", b"\n"), b"\r\n"
        characters = np.frombuffer(whole, np.uint8)
        ends = np.flatnonzero(characters == LINE_FEED)
        begins = np.append(0, ends[:-1] + 1)
        commented = COMMENT[:1] in whole and COMMENT in whole  # the search for one byte is far faster
        irregular = _irregular_spaced(characters, begins, ends) if b" " in whole and b"\t" not in whole else None
        if irregular is not None:
            return cls(whole, line_end, b" ", ends, irregular, commented)
        return cls(whole, line_end, b"\t", ends, begins[characters[begins] == TAB], commented)

    def regular(self, begin: int, number: int, column: int = 0) -> Iterator[tuple[int, int, ConllBlock]]:
        """Yield runs of regular sentences, in order. Stop at the first run with a line that has too few columns.

        :param begin: offset in the text where a sentence begins.
        :param number: number of the text's first line.
        :param column: index of the token's column, from 0; negative counts from the end.
        :returns: for each run the offsets where it begins and ends, and its block.
        """
        text = self.text
        end = _end_of_complete(text, 0, len(text))
        plain = _without_comments(text, begin, end) if self.commented and self.separator == b"\t" else text
        for _ in range(MOST_RUNS):
            irregular = self._first_irregular(plain, begin, end)
            stop = end if irregular == end else _end_of_complete(text, begin, irregular)
            if begin < stop:
                try:
                    found = self._block(begin, stop, number + text.count(b"\n", 0, begin), column)
                except IndexError:
                    return
                yield begin, stop, found
            closed = text.find(b"\n\n", irregular, end)  # the end of the irregular sentence
            if closed < 0:
                break
            begin = closed + 2

    def between(self, begin: int, end: int) -> list[bytes]:
        """Return the lines between two offsets in the text, as they were in the input, without their line feeds."""
        lines = self.text[begin : end - 1].split(b"\n")
        return lines if self.line_end == b"\n" else [line + b"\r" for line in lines]

    def _first_irregular(self, plain: bytes, begin: int, end: int) -> int:
        """Return the offset of the first irregularity, or invalid UTF-8, from `begin` to `end`; `end` if there is none.

        :param plain: the text as :func:`_without_comments` returns it: in a comment before a sentence only invalid
            UTF-8 is irregular.
        :param begin: offset where a sentence begins.
        """
        end = min([end, *self.irregular[np.searchsorted(self.irregular, begin) :][:1].tolist()])
        for mark in IRREGULAR:
            if mark != self.separator and (offset := plain.find(mark, begin, end)) >= 0:
                end = offset
        try:
            self.text[begin:end].decode("utf-8")
        except UnicodeDecodeError as error:
            end = begin + error.start
        return end

    def _block(self, begin: int, stop: int, number: int, column: int) -> ConllBlock:
        """Make a block of whole regular sentences.

        :param number: number of their first line.
        :raises IndexError: a line has too few columns.
        """
        block = self.text[begin:stop]
        ends = self.ends[slice(*np.searchsorted(self.ends, (begin, stop)))] - begin
        lines = block.split(b"\n")
        lines.pop()  # the empty string after the last line feed
        empty = np.flatnonzero(np.diff(ends, prepend=-1) == 1)
        further = empty == np.append(-1, empty[:-1]) + 1  # after another empty line, or before everything
        closing, passing = (empty[~further], empty[further]) if further.any() else (empty, empty[:0])
        starts = np.append(0, closing[:-1] + 1)
        words = lines
        if self.commented:
            comments = _comments(np.frombuffer(block, np.uint8), np.append(0, ends[:-1] + 1))
            words = lines.copy()
            for row in comments.tolist():
                words[row] = b""
            passing = np.sort(np.concatenate([passing, comments]))
        if column == 0 and self.separator in block:
            words = [line.partition(self.separator)[0] for line in words]
        elif column:
            separator = None if self.separator == b" " else self.separator  # several spaces count as one
            words = [line and line.split(separator)[column] for line in words]
        if len(passing):  # each sentence begins after its own passing lines
            starts = starts + np.diff(np.searchsorted(passing, np.append(starts, len(lines))))
        return ConllBlock(
            lines=lines,
            words=words,
            starts=starts,
            lengths=closing - starts,
            line=number,
            size=len(block),
            passing=passing,
            separator=self.separator,
            line_end=self.line_end,
        )


def _comments(characters: np.ndarray, begins: np.ndarray) -> np.ndarray:
    """Return the indexes of comments among lines without TABs.

    :param characters: the bytes of the text.
        *Shape:* (bytes,), uint8.
    :param begins: where the lines begin, in bytes.
        *Shape:* (lines,).
    :returns: *Shape:* (comments,).
    """
    seconds = np.minimum(begins + 1, len(characters) - 1)
    return np.flatnonzero((characters[begins] == COMMENT[0]) & (characters[seconds] == COMMENT[1]))


def _irregular_spaced(characters: np.ndarray, begins: np.ndarray, ends: np.ndarray) -> np.ndarray | None:
    """Find irregular lines in a text without TABs whose columns are separated by spaces.

    These are tokens in one column, or with a space at an end, and comments after a token or before an empty line.

    :param characters: the bytes of the text.
        *Shape:* (bytes,), uint8.
    :param begins, ends: where the lines begin and end, in bytes.
        *Shape:* (lines,).
    :returns: where the irregular lines begin, in bytes; `None` if most lines with a token have no space.
        *Shape:* (n,).
    """
    spaces = np.diff(np.searchsorted(np.flatnonzero(characters == SPACE), np.append(begins, len(characters))))
    filled = begins < ends
    comment = np.zeros(len(begins), bool)
    comment[_comments(characters, begins)] = True
    token = filled & ~comment
    if 2 * np.count_nonzero(spaces[token]) <= np.count_nonzero(token):
        return None
    last = characters[np.maximum(ends - 1, 0)]
    irregular = token & ((spaces == 0) | (characters[begins] == SPACE) | (last == SPACE))
    irregular[1:] |= comment[1:] & token[:-1]
    irregular[:-1] |= comment[:-1] & ~filled[1:]
    found: np.ndarray = begins[irregular]
    return found


def _without_comments(text: bytes, begin: int, end: int) -> bytes:
    """Mask the comments before sentences from `begin` to `end`, so that nothing in them is irregular.

    :param begin: offset where a sentence begins.
    :returns: the text, of the same length.
    """
    hidden = COMMENTS.sub(lambda found: b"\n\n".ljust(len(found[0]) - 1, b"#") + b"\n", b"\n\n" + text[begin:end])
    return text[:begin] + hidden[2:] + text[end:]


def _end_of_complete(text: bytes, begin: int, end: int) -> int:
    """Return the offset after the last complete sentence, and its empty line, in a range; `begin` if there is none."""
    closed = text.rfind(b"\n\n", begin, end)
    if closed > begin and text[closed - 1] == LINE_FEED:  # further empty lines
        closed = begin + len(text[begin:closed].rstrip(b"\n"))
    return closed + 2 if closed > begin else begin
