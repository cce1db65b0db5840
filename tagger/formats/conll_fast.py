"""CoNLL by the block: where the sentences stand in which nothing is unusual, and all of them in a row as one piece.

Lines end alike, with LF or with CR LF. Columns are set off by TABs, or there is one, or all lines of the block have them set off by spaces.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from tagger.formats.sentence import ConllBlock

LINE_FEED, TAB, SPACE = ord("\n"), ord("\t"), ord(" ")
# What keeps a sentence from the fast way, beside a line that begins with a TAB: other white space, and a line without a token. Empty lines do not.
UNUSUAL = (b" ", b"\r", b"\v", b"\f", b"-DOCSTART-")
# Comments in front of a sentence, which the fast way takes along: behind an empty line, and with a token's line behind them.
COMMENTS = re.compile(rb"\n\n(?:# [^\t\n\v\f\r]*\n)+(?!\n)")
COMMENT = b"# "
CUTS = 32  # parts of a block that may come the fast way, with something unusual between them; where there is more of that, the rest is read with care


@dataclass(slots=True)
class Lines:
    """Whole lines, looked through.

    :ivar text: they, with their line feeds, and without the CRs in front of these.
    :ivar line_end: what ends each of them.
    :ivar separator: what sets a column off.
    :ivar ends: where they end in the text, in bytes. *Shape:* (lines,).
    :ivar strange: where lines begin that are unusual as a whole: those with a TAB in front, or what :func:`_spaced` finds. *Shape:* (some,), in bytes.
    :ivar commented: whether there may be comments among them.
    """

    text: bytes
    line_end: bytes
    separator: bytes
    ends: np.ndarray
    strange: np.ndarray
    commented: bool

    @classmethod
    def of(cls, whole: bytes) -> "Lines":
        """Look lines through, given with their line feeds."""
        line_end = b"\n"
        if b"\r" in whole and whole.count(b"\r\n") == whole.count(
            b"\n"
        ):  # one that stands elsewhere, too, is unusual below
            whole, line_end = whole.replace(b"\r\n", b"\n"), b"\r\n"
        signs = np.frombuffer(whole, np.uint8)
        ends = np.flatnonzero(signs == LINE_FEED)
        begins = np.append(0, ends[:-1] + 1)
        commented = (
            COMMENT[:1] in whole and COMMENT in whole
        )  # where there is none, one byte of it tells that far sooner
        strange = _spaced(signs, begins, ends) if b" " in whole and b"\t" not in whole else None
        if strange is not None:
            return cls(whole, line_end, b" ", ends, strange, commented)
        return cls(whole, line_end, b"\t", ends, begins[signs[begins] == TAB], commented)

    def usual(self, begin: int, number: int, column: int = 0) -> Iterator[tuple[int, int, ConllBlock]]:
        """Usual sentences, as few pieces, up to one in which a line has too few columns.

        :param begin: where in the text a sentence begins.
        :param number: of the text's first line.
        :param column: the token's column, from 0; negative counts from the end.
        :returns: where each piece begins and ends, in order, and it.
        """
        text = self.text
        end = _complete(text, 0, len(text))
        plain = _without_comments(text, begin, end) if self.commented and self.separator == b"\t" else text
        for _ in range(CUTS):
            unusual = self._first_unusual(plain, begin, end)
            stop = end if unusual == end else _complete(text, begin, unusual)
            if begin < stop:
                try:
                    found = self._together(begin, stop, number + text.count(b"\n", 0, begin), column)
                except IndexError:
                    return
                yield begin, stop, found
            closed = text.find(b"\n\n", unusual, end)  # the sentence that has it
            if closed < 0:
                break
            begin = closed + 2

    def between(self, begin: int, end: int) -> list[bytes]:
        """The lines from one place in the text to another, as they were, without their line feeds."""
        lines = self.text[begin : end - 1].split(b"\n")
        return lines if self.line_end == b"\n" else [line + b"\r" for line in lines]

    def _first_unusual(self, plain: bytes, begin: int, end: int) -> int:
        """Where the first unusual thing, or byte that is no UTF-8, stands from `begin`, where a sentence begins, to `end`; `end` where there is none.

        :param plain: the text as :func:`_without_comments` gives it: in a comment in front of a sentence nothing but such a byte is unusual.
        """
        end = min([end, *self.strange[np.searchsorted(self.strange, begin) :][:1].tolist()])
        for mark in UNUSUAL:
            if mark != self.separator and (place := plain.find(mark, begin, end)) >= 0:
                end = place
        try:
            self.text[begin:end].decode("utf-8")
        except UnicodeDecodeError as error:
            end = begin + error.start
        return end

    def _together(self, begin: int, stop: int, number: int, column: int) -> ConllBlock:
        """Whole usual sentences, of which the first line has that number. Raises IndexError where one has too few columns."""
        block = self.text[begin:stop]
        ends = self.ends[slice(*np.searchsorted(self.ends, (begin, stop)))] - begin
        lines = block.split(b"\n")
        lines.pop()  # what is behind the last line feed
        empty = np.flatnonzero(np.diff(ends, prepend=-1) == 1)
        further = empty == np.append(-1, empty[:-1]) + 1  # behind another empty line, or in front of everything
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
            separator = None if self.separator == b" " else self.separator  # several spaces are as good as one
            words = [line and line.split(separator)[column] for line in words]
        if len(passing):
            starts = starts + np.diff(
                np.searchsorted(passing, np.append(starts, len(lines)))
            )  # each sentence has its own in front of it
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


def _comments(signs: np.ndarray, begins: np.ndarray) -> np.ndarray:
    """Which lines are comments, if none of these has a TAB. *Shape:* signs (bytes,), begins (lines,) -> (some,)."""
    return np.flatnonzero((signs[begins] == COMMENT[0]) & (signs[np.minimum(begins + 1, len(signs) - 1)] == COMMENT[1]))


def _spaced(signs: np.ndarray, begins: np.ndarray, ends: np.ndarray) -> np.ndarray | None:
    """Where lines begin that are unusual among lines without TABs of which most tokens' have a space; `None` where most have not.

    These are tokens in one column, or with a space at an end, and comments behind a token or in front of an empty line.

    *Shape:* signs (bytes,), begins and ends (lines,) -> (some,), in bytes.
    """
    spaces = np.diff(np.searchsorted(np.flatnonzero(signs == SPACE), np.append(begins, len(signs))))
    filled = begins < ends
    comment = np.zeros(len(begins), bool)
    comment[_comments(signs, begins)] = True
    token = filled & ~comment
    if 2 * np.count_nonzero(spaces[token]) <= np.count_nonzero(token):
        return None
    odd = token & ((spaces == 0) | (signs[begins] == SPACE) | (signs[np.maximum(ends - 1, 0)] == SPACE))
    odd[1:] |= comment[1:] & token[:-1]
    odd[:-1] |= comment[:-1] & ~filled[1:]
    return begins[odd]


def _without_comments(text: bytes, begin: int, end: int) -> bytes:
    """The same number of bytes, with nothing unusual in the comments in front of sentences from `begin`, where one begins, to `end`."""
    hidden = COMMENTS.sub(lambda found: b"\n\n".ljust(len(found[0]) - 1, b"#") + b"\n", b"\n\n" + text[begin:end])
    return text[:begin] + hidden[2:] + text[end:]


def _complete(text: bytes, begin: int, end: int) -> int:
    """Where the last sentence ends that is complete between two places, with the empty line behind it; `begin` where there is none."""
    closed = text.rfind(b"\n\n", begin, end)
    if closed > begin and text[closed - 1] == LINE_FEED:  # further empty lines
        closed = begin + len(text[begin:closed].rstrip(b"\n"))
    return closed + 2 if closed > begin else begin
