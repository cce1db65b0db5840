"""CoNLL-U: ten columns between TABs, the second of which is the token, in lines whose first is a whole number.

Comments, ranges (`1-2`) and empty nodes (`1.1`) hold no token and pass through.
Source: https://universaldependencies.org/format.html
"""

import re
from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from tagger.errors import DataError
from tagger.formats.encoding import Decoder
from tagger.formats.lined.conll import ConllReader
from tagger.formats.lined.conll_fast import LINE_FEED, TAB
from tagger.formats.sentence import ConlluBlock, Piece

COLUMNS = 10
WORD_LINE = re.compile(rb"\d+\t")
OTHER_LINE = re.compile(rb"\d+[-.]\d+\t")
COMMENT = ord("#")
LONGEST_NUMBER = 9  # digits of a token number that the fast path checks; longer ones go through WORD_LINE
# Tokens of a run of regular sentences from which on the fast path pays off: it has a fixed cost for each run.
FEWEST = 16


class ConlluReader(ConllReader):
    """Turns lines into sentences."""

    form = "conllu"

    def __init__(self, decoder: Decoder) -> None:
        super().__init__(decoder, column=1)

    def read_block(self, block: bytes, number: int, found: list[Piece]) -> None:
        """Read the lines of a block like :meth:`read`, but give regular sentences together as blocks.

        :param block: whole lines, fewer than LONGEST_SENTENCE, without the line feed of the last.
        """
        if self._goes_on:
            self.read(block.split(b"\n"), number, found)
            return
        whole = block + b"\n"
        begin = whole.find(b"\n\n") + 2 if self._lines else 0  # after the open sentence; 1 if it goes on
        end = whole.rfind(b"\n\n") + 2  # after the last complete sentence
        done, line = 0, number  # bytes that were read, and the number of the line after them
        if begin != 1 and begin + 2 < end and _is_plain(own := whole[begin:end]):
            for offset, regular in _Layout(own).blocks(number + whole.count(b"\n", 0, begin)):
                start = begin + offset
                if done < start:
                    self.read(whole[done : start - 1].split(b"\n"), line, found)
                found.append(regular)
                done, line = start + len(regular.content), regular.line + int(regular.closing[-1]) + 1
        if done < len(whole):
            self.read(whole[done:-1].split(b"\n"), line, found)
        self._ended = True

    def read_part(self, data: bytes, number: int, found: list[Piece]) -> int:
        """Add to `found` the part of a comment that is too long to be held; see :meth:`ConllReader.read_part`.

        :raises DataError: the line is no comment.
        """
        if not self._goes_on and not data.startswith(b"#"):
            raise DataError(
                f"a line of more than {len(data):,} bytes; shorten it", path=self._decoder.path, line=number
            )
        return super().read_part(data, number, found)

    def _passes(self, line: bytes, number: int) -> bool:
        if line.startswith(b"#"):
            return True
        columns = line.count(b"\t") + 1
        if columns == COLUMNS:
            if WORD_LINE.match(line):
                return False
            if OTHER_LINE.match(line):
                return True
        what = f"{columns} columns" if columns != COLUMNS else "no number in the first column"
        raise DataError(
            f"{what}; CoNLL-U has ten with a number first, mend the line or use -i conll",
            path=self._decoder.path,
            line=number,
        )


def _is_plain(content: bytes) -> bool:
    """Return whether the content has no CR and is valid UTF-8."""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return b"\r" not in content


class _Layout:
    """Offsets of lines, columns and sentences in a run of whole sentences.

    :param content: the sentences, up to the line feed of the empty line after the last one.
    :ivar begins, ends: where each line begins and ends, in bytes.
        *Shape:* (lines,).
    :ivar tabs: where the TABs are, in bytes.
        *Shape:* (TABs,).
    :ivar first: index in `tabs` of each line's first TAB.
        *Shape:* (lines,).
    :ivar words: indexes of the lines with a token.
        *Shape:* (words,).
    :ivar closing: indexes of the empty lines.
        *Shape:* (sentences,).
    :ivar counts: number of words before each sentence, and in all.
        *Shape:* (sentences + 1,).
    :ivar regular: whether the sentence has a token, and all of its lines are CoNLL-U.
        *Shape:* (sentences,), bool.
    """

    def __init__(self, content: bytes) -> None:
        self.content = content
        characters = np.frombuffer(content, np.uint8)
        self.ends = np.flatnonzero(characters == LINE_FEED)
        self.begins = np.append(0, self.ends[:-1] + 1)
        self.tabs = np.flatnonzero(characters == TAB)
        next_tab = np.searchsorted(self.tabs, self.ends)
        self.first = np.append(0, next_tab[:-1])
        empty = self.ends == self.begins
        passing = empty | (characters[self.begins] == COMMENT)
        full = np.flatnonzero((next_tab - self.first == COLUMNS - 1) & ~passing)
        numbered = self._numbered(characters, full)
        tokens = np.zeros(len(passing), bool)
        tokens[full[numbered]] = True
        for line in full[~numbered].tolist():
            tokens[line] = WORD_LINE.match(content, int(self.begins[line])) is not None
            passing[line] = OTHER_LINE.match(content, int(self.begins[line])) is not None
        self.words = np.flatnonzero(tokens)
        self.closing = np.flatnonzero(empty)
        self.counts = np.searchsorted(self.words, np.append(0, self.closing))
        invalid = np.searchsorted(np.flatnonzero(~(tokens | passing)), np.append(0, self.closing))
        self.regular = (np.diff(invalid) == 0) & (np.diff(self.counts) > 0)

    def _numbered(self, characters: np.ndarray, lines: np.ndarray) -> np.ndarray:
        """Tell which lines start with a whole number of at most LONGEST_NUMBER digits and a TAB.

        :param characters: the bytes of the content.
            *Shape:* (bytes,), uint8.
        :param lines: indexes of lines that have TABs.
            *Shape:* (n,).
        :returns: *Shape:* (n,), bool.
        """
        begins = self.begins[lines]
        lengths = self.tabs[self.first[lines]] - begins
        numbered: np.ndarray = (lengths > 0) & (lengths <= LONGEST_NUMBER)
        for index in range(min(int(lengths.max(initial=0)), LONGEST_NUMBER)):
            digits = characters[begins + np.minimum(index, lengths)] - ord("0") < 10  # less than "0" wraps around
            numbered &= digits | (index >= lengths)
        return numbered

    def blocks(self, number: int) -> Iterator[tuple[int, ConlluBlock]]:
        """Yield the runs of regular sentences that have at least FEWEST tokens.

        :param number: number of the first line of the content.
        :returns: pairs of the byte offset of a run in the content, and the run.
        """
        borders = [0, *(np.flatnonzero(np.diff(self.regular)) + 1).tolist(), len(self.regular)]
        for first, stop in pairwise(borders):
            if self.regular[first] and self.counts[stop] - self.counts[first] >= FEWEST:
                line = int(self.closing[first - 1]) + 1 if first else 0
                yield int(self.begins[line]), self._block(first, stop, line, number)

    def _block(self, first: int, stop: int, line: int, number: int) -> ConlluBlock:
        """Make a block of the sentences `first` to `stop`, `stop` exclusive.

        :param line: index of the first sentence's first line in the content.
        :param number: number of the first line of the content.
        """
        begin = int(self.begins[line])
        content = self.content[begin : self.ends[self.closing[stop - 1]] + 1]
        counts = self.counts[first : stop + 1]
        words = self.words[counts[0] : counts[-1]]
        tabs = self.first[words]
        starts, ends = self.tabs[tabs] + 1 - begin, self.tabs[tabs + 1] - begin
        return ConlluBlock(
            words=[content[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)],
            starts=counts[:-1] - counts[0],
            lengths=np.diff(counts),
            line=number + line,
            content=content,
            rows=words - line,
            miscs=self.tabs[tabs + COLUMNS - 2] + 1 - begin,
            ends=self.ends[words] - begin,
            closing=self.closing[first:stop] - line,
        )
