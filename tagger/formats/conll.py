"""CoNLL: a token and its columns on each line, an empty line behind each sentence.

A line with a TAB is cut at TABs alone, any other at white space. Lines that start with `# ` and have no TAB, and `-DOCSTART-` lines, hold no token
and pass through.
"""

import re

import numpy as np

from tagger.errors import DataError
from tagger.formats.block import ConllBlock, Piece
from tagger.formats.decoding import Decoder
from tagger.formats.sentence import Sentence

LONGEST_SENTENCE = 100_000  # tokens; what is longer has no sentence marks, and is tagged in parts without a mark between
LINE_FEED, TAB = ord("\n"), ord("\t")
# What keeps a sentence from the fast way, beside lines that begin with a TAB: other white space, and a line without a token. Empty lines do not.
UNUSUAL = (b" ", b"\r", b"\v", b"\f", b"-DOCSTART-")
# Comments in front of a sentence, which the fast way takes along: behind an empty line, and with a token's line behind them.
COMMENTS = re.compile(rb"\n\n(?:# [^\t\n\v\f\r]*\n)+(?!\n)")
COMMENT = b"# "
CUTS = 8  # parts of a block that may come the fast way, with something unusual between them; where there is more of that, the rest is read with care


class ConllReader:
    """Lines to sentences.

    :param column: the token's column, from 0; negative counts from the end.
    """

    form = "conll"

    def __init__(self, decoder: Decoder, *, column: int = 0) -> None:
        self._decoder = decoder
        self._column = column
        self._lines: list[bytes] = []
        self._rows: list[int] = []
        self._first = 1
        self._ended = True

    def read(self, lines: list[bytes], number: int, found: list[Piece], *, ended: bool = True) -> None:
        """Add to `found` the sentences that end within these whole lines, and lines that pass through with no sentence around them.

        :param number: the number of the first line.
        :param ended: whether the last line has an end of line.
        :raises DataError: a line cannot be understood; the sentences in front of it are in `found`.
        """
        self._ended = ended
        kept, rows = self._lines, self._rows
        for index, line in enumerate(lines):
            if not kept:
                self._first = number + index
            if self._decoder.strict:  # of every line and column, also of those that are only passed on
                self._decoder.decode(line, number + index)
            if not line or line.isspace() or line.startswith(b"-DOCSTART-"):
                kept.append(line)
                if rows:
                    found.append(self._sentence())
                    kept, rows = self._lines, self._rows
            elif self._passes(line, number + index):
                kept.append(line)
            else:
                rows.append(len(kept))
                kept.append(line)
                if len(rows) == LONGEST_SENTENCE:
                    found.append(self._sentence())
                    kept, rows = self._lines, self._rows
        if kept and not rows:
            found.append(self._sentence())
        if found and not ended and not self._lines and isinstance(last := found[-1], Sentence):
            last.ending = b""

    def read_block(self, block: bytes, number: int, found: list[Piece]) -> None:
        """The same as :meth:`read` of its lines, but for sentences in which nothing is unusual, which come together.

        :param block: whole lines, fewer than LONGEST_SENTENCE, the last one's line feed left out.
        """
        whole = block + b"\n"
        begin = whole.find(b"\n\n") + 2 if self._lines else 0  # behind the sentence that is open
        end = _complete(whole, 0, len(whole))
        done = 0
        cuts = 0 if self._column or begin == 1 else CUTS
        commented = cuts > 0 and COMMENT[:1] in whole and COMMENT in whole  # where there is none, one byte of it tells that far sooner
        plain = _without_comments(whole, begin, end) if commented else whole
        signs = np.frombuffer(whole, np.uint8)
        ends = np.flatnonzero(signs == LINE_FEED)  # of lines, in bytes
        tabbed = ends[:-1][signs[ends[:-1] + 1] == TAB] + 1  # lines that begin with a TAB
        for _ in range(cuts):
            unusual = _first_unusual(whole, plain, begin, end, tabbed)
            stop = end if unusual == end else _complete(whole, begin, unusual)
            if begin < stop:
                line = number + whole.count(b"\n", done, begin)
                if done < begin:
                    self.read(whole[done : begin - 1].split(b"\n"), number, found)
                own = ends[slice(*np.searchsorted(ends, (begin, stop)))] - begin
                usual = _together(whole[begin:stop], own, line, commented)
                found.append(usual)
                done, number = stop, line + len(usual.lines)
            closed = whole.find(b"\n\n", unusual, end)  # the sentence that has it
            if closed < 0:
                break
            begin = closed + 2
        if done < len(whole):
            self.read(whole[done:-1].split(b"\n"), number, found)
        self._ended = True

    def finish(self, found: list[Piece]) -> None:
        """Add the sentence that the end of the input ends. Raises DataError."""
        if self._lines:
            last = self._sentence()
            last.ending = b"\n" if self._ended else b""
            found.append(last)

    def _passes(self, line: bytes, number: int) -> bool:
        return line.startswith(b"# ") and b"\t" not in line

    def _sentence(self) -> Sentence:
        lines, rows = self._lines, self._rows
        self._lines, self._rows = [], []
        if not rows:
            return Sentence([], self._first, self.form, lines=lines)
        words = self._words(lines, rows)
        text = self._decoder.decode(b"\n".join(words), self._first, rows)
        return Sentence(text.split("\n"), self._first, self.form, lines=lines, rows=rows)

    def _words(self, lines: list[bytes], rows: list[int]) -> list[bytes]:
        column = self._column
        chosen = [lines[row] for row in rows]
        try:
            if column == 0:  # the common case
                return [line.split(b"\t", 1)[0] if b"\t" in line else line.split(None, 1)[0].rstrip() for line in chosen]
            return [(line.rstrip(b"\r").split(b"\t") if b"\t" in line else line.split())[column] for line in chosen]
        except IndexError:
            for row in rows:
                line = lines[row]
                columns = len(line.split(b"\t") if b"\t" in line else line.split())
                if not -columns <= column < columns:
                    where = f"column {column + 1}" if column >= 0 else f"column {column}"
                    message = f"{columns} column(s), but the token is sought in {where}; mend the line or --token-column"
                    raise DataError(message, path=self._decoder.path, line=self._first + row) from None
            raise


def _without_comments(whole: bytes, begin: int, end: int) -> bytes:
    """The same number of bytes, with nothing unusual in the comments in front of sentences from `begin`, where one begins, to `end`."""
    hidden = COMMENTS.sub(lambda found: b"\n\n".ljust(len(found[0]) - 1, b"#") + b"\n", b"\n\n" + whole[begin:end])
    return whole[:begin] + hidden[2:] + whole[end:]


def _complete(whole: bytes, begin: int, end: int) -> int:
    """Where the last sentence ends that is complete between two places, with the empty line behind it; `begin` where there is none."""
    closed = whole.rfind(b"\n\n", begin, end)
    while closed > begin and whole[closed - 1] == LINE_FEED:  # further empty lines
        closed -= 1
    return closed + 2 if closed > begin else begin


def _first_unusual(whole: bytes, plain: bytes, begin: int, end: int, tabbed: np.ndarray) -> int:
    """Where the first unusual thing, or byte that is no UTF-8, stands from `begin`, where a sentence begins, to `end`; `end` where there is none.

    :param plain: `whole` as :func:`_without_comments` gives it: in a comment in front of a sentence nothing but such a byte is unusual.
    :param tabbed: where lines begin with a TAB. *Shape:* (some,), in bytes.
    """
    if whole[begin : begin + 1] == b"\t":
        return begin
    end = min([end, *tabbed[np.searchsorted(tabbed, begin) :][:1].tolist()])
    for mark in UNUSUAL:
        if (place := plain.find(mark, begin, end)) >= 0:
            end = place
    try:
        whole[begin:end].decode("utf-8")
    except UnicodeDecodeError as error:
        end = begin + error.start
    return end


def _together(block: bytes, ends: np.ndarray, number: int, commented: bool) -> ConllBlock:
    """Whole usual sentences.

    :param ends: where their lines end, in bytes from the block's first. *Shape:* (lines,).
    :param number: of the first line.
    :param commented: whether there may be comments among the lines.
    """
    lines = block.split(b"\n")
    lines.pop()  # what is behind the last line feed
    empty = np.flatnonzero(np.diff(ends, prepend=-1) == 1)
    further = empty == np.append(-1, empty[:-1]) + 1  # behind another empty line, or in front of everything
    closing, passing = (empty[~further], empty[further]) if further.any() else (empty, empty[:0])
    starts = np.append(0, closing[:-1] + 1)
    words = [line.partition(b"\t")[0] for line in lines] if b"\t" in block else lines
    if commented:
        signs = np.frombuffer(block, np.uint8)
        begins = np.append(0, ends[:-1] + 1)  # of lines, in bytes
        comments = np.flatnonzero((signs[begins] == COMMENT[0]) & (signs[np.minimum(begins + 1, len(signs) - 1)] == COMMENT[1]))
        words = words if words is not lines else lines.copy()
        for row in comments.tolist():
            words[row] = b""
        passing = np.sort(np.concatenate([passing, comments]))
    if len(passing):
        starts = starts + np.diff(np.searchsorted(passing, np.append(starts, len(lines))))  # each sentence has its own in front of it
    return ConllBlock(lines=lines, words=words, starts=starts, lengths=closing - starts, line=number, size=len(block), passing=passing)
