"""CoNLL-U: ten columns between TABs, the second of which is the token, in lines whose first is a whole number.

Comments, ranges (`1-2`) and empty nodes (`1.1`) hold no token and pass through. Source: https://universaldependencies.org/format.html
"""

import re
from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from tagger.errors import DataError
from tagger.formats.conll import ConllReader
from tagger.formats.conll_fast import LINE_FEED, TAB
from tagger.formats.encoding import Decoder
from tagger.formats.sentence import ConlluBlock, Piece

COLUMNS = 10
WORD_LINE = re.compile(rb"\d+\t")
OTHER_LINE = re.compile(rb"\d+[-.]\d+\t")
COMMENT = ord("#")
LONGEST_NUMBER = 9  # digits, of those that are looked at together
FEWEST = 16  # tokens of usual sentences in a row that come the fast way: with fewer, what is done once for all of them takes longer than care


class ConlluReader(ConllReader):
    """Lines to sentences."""

    form = "conllu"

    def __init__(self, decoder: Decoder) -> None:
        super().__init__(decoder, column=1)

    def read_block(self, block: bytes, number: int, found: list[Piece]) -> None:
        """The same as :meth:`read` of its lines, but sentences in which nothing is unusual come together.

        :param block: whole lines, fewer than LONGEST_SENTENCE, the last one's line feed left out.
        """
        if self._goes_on:
            self.read(block.split(b"\n"), number, found)
            return
        whole = block + b"\n"
        begin = whole.find(b"\n\n") + 2 if self._lines else 0  # behind the sentence that is open
        end = whole.rfind(b"\n\n") + 2  # behind the last one that is complete
        done, line = 0, number  # what was read, in bytes, and the number of the line behind it
        if begin != 1 and begin + 2 < end and _is_plain(own := whole[begin:end]):  # 1: there is none
            for place, usual in _Layout(own).blocks(number + whole.count(b"\n", 0, begin)):
                start = begin + place
                if done < start:
                    self.read(whole[done : start - 1].split(b"\n"), line, found)
                found.append(usual)
                done, line = start + len(usual.content), usual.line + int(usual.closing[-1]) + 1
        if done < len(whole):
            self.read(whole[done:-1].split(b"\n"), line, found)
        self._ended = True

    def read_part(self, data: bytes, number: int, found: list[Piece]) -> int:
        """As for CoNLL, but only comments may be so long. Raises DataError."""
        if not self._goes_on and not data.startswith(b"#"):
            raise DataError(f"a line of more than {len(data):,} bytes; mend it", path=self._decoder.path, line=number)
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
            f"{what}; CoNLL-U has ten with a number first, mend the line or say -i conll",
            path=self._decoder.path,
            line=number,
        )


def _is_plain(content: bytes) -> bool:
    """Whether there is no CR, and all is UTF-8."""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return b"\r" not in content


class _Layout:
    """Where lines, columns and sentences stand in some whole sentences.

    *Shape:* ends, begins (lines,), in bytes; tabs (TABs,), in bytes; first (lines,), the number of a line's first TAB; words (lines with a token,),
    numbers of lines; closing (sentences,), those of the empty lines; counts (sentences + 1,), words in front of each sentence, and in all;
    usual (sentences,), whether it has a token, and no line that is not CoNLL-U.

    :param content: the sentences, to the line feed of the empty line behind the last one.
    """

    def __init__(self, content: bytes) -> None:
        self.content = content
        signs = np.frombuffer(content, np.uint8)
        self.ends = np.flatnonzero(signs == LINE_FEED)
        self.begins = np.append(0, self.ends[:-1] + 1)
        self.tabs = np.flatnonzero(signs == TAB)
        behind = np.searchsorted(self.tabs, self.ends)
        self.first = np.append(0, behind[:-1])
        empty = self.ends == self.begins
        passing = empty | (signs[self.begins] == COMMENT)
        full = np.flatnonzero((behind - self.first == COLUMNS - 1) & ~passing)
        numbered = self._numbered(signs, full)
        tokens = np.zeros(len(passing), bool)
        tokens[full[numbered]] = True
        for line in full[~numbered].tolist():
            tokens[line] = WORD_LINE.match(content, int(self.begins[line])) is not None
            passing[line] = OTHER_LINE.match(content, int(self.begins[line])) is not None
        self.words = np.flatnonzero(tokens)
        self.closing = np.flatnonzero(empty)
        self.counts = np.searchsorted(self.words, np.append(0, self.closing))
        strange = np.searchsorted(np.flatnonzero(~(tokens | passing)), np.append(0, self.closing))
        self.usual = (np.diff(strange) == 0) & (np.diff(self.counts) > 0)

    def _numbered(self, signs: np.ndarray, lines: np.ndarray) -> np.ndarray:
        """Which of some lines with TABs have a whole number, not too long, in front of the first. *Shape:* (some,), bool."""
        begins = self.begins[lines]
        lengths = self.tabs[self.first[lines]] - begins
        numbered = (lengths > 0) & (lengths <= LONGEST_NUMBER)
        for place in range(min(int(lengths.max(initial=0)), LONGEST_NUMBER)):
            digits = signs[begins + np.minimum(place, lengths)] - ord("0") < 10  # what is less than "0" wraps around
            numbered &= digits | (place >= lengths)
        return numbered

    def blocks(self, number: int) -> Iterator[tuple[int, ConlluBlock]]:
        """Usual sentences in a row, all that are worth it, and the byte that they begin with.

        :param number: of the first line.
        """
        borders = [0, *(np.flatnonzero(np.diff(self.usual)) + 1).tolist(), len(self.usual)]
        for first, stop in pairwise(borders):
            if self.usual[first] and self.counts[stop] - self.counts[first] >= FEWEST:
                line = int(self.closing[first - 1]) + 1 if first else 0
                yield int(self.begins[line]), self._block(first, stop, line, number)

    def _block(self, first: int, stop: int, line: int, number: int) -> ConlluBlock:
        """Sentences from the first to the one in front of `stop`."""
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
