"""Running text: each line is a sentence or a paragraph."""

from collections.abc import Callable, Sequence

import numpy as np

from tagger.formats.encoding import Decoder, undecided
from tagger.formats.sentence import Piece, Sentence, TextBlock, encode, one_line
from tagger.text.fast_words import Offsets, stretches
from tagger.text.tokenizer import (
    cell_starts,
    sentence_spans,
    token_spans,
    tokenize,
    whitespace_spans,
    whitespace_tokens,
)

NEAR = 4096  # characters at the end of a part of a long line, within which a split point is sought


class TextReader:
    """Turns lines into sentences.

    :param pretokenized: split tokens at white space alone.
    :param sentences: a line is a paragraph; split it into sentences first.
    :param separator: the byte that ends a line.
    :param field: index of the column that holds the text, from 0, in lines with TABs; negative counts from the end.
        The other columns identify it. A line with too few columns is all text.
    :param together: give the sentences of a block together as one :class:`TextBlock`, if nothing in it is irregular.
    :ivar characters: number of code points of the input before the next line, or before the rest of a line of which a
        part was read.
    """

    def __init__(
        self,
        decoder: Decoder,
        *,
        pretokenized: bool = False,
        sentences: bool = False,
        separator: bytes = b"\n",
        field: int | None = None,
        together: bool = False,
    ) -> None:
        self._decoder = decoder
        self._spans: Callable[[str], Offsets] = whitespace_spans if pretokenized else token_spans
        self._pretokenized = pretokenized
        self._words: Callable[[str], list[str]] = whitespace_tokens if pretokenized else tokenize
        self._sentences = sentences
        self._together = together and separator == b"\n" and field is None
        self._separator = separator
        self._field = field
        self._within = False  # whether a part of the next line was read already
        self.characters = 0
        self._gone = 0  # code points of the open sentence in the parts that were read
        self._line_end = separator  # of the last line

    def read(self, lines: list[bytes], number: int, found: list[Piece], *, ended: bool = True) -> None:
        """Add the sentences of whole lines to `found`.

        :param number: number of the first line.
        :param ended: whether the last line has an end of line.
        :raises DataError: a line cannot be decoded; the sentences before it are in `found`.
        """
        for index, line in enumerate(lines):
            ending, line_end = self._separator if ended or index < len(lines) - 1 else b"", self._separator
            if self._separator == b"\n" and line.endswith(b"\r"):
                line, ending, line_end = line[:-1], b"\r" + ending, b"\r\n"
            self._line_end = line_end
            within, self._within = self._within, False
            if not line:  # a shortcut, since some streams are mostly empty lines
                found.append(
                    Sentence(
                        [],
                        number + index,
                        "text",
                        ending=ending,
                        before=self.characters,
                        line_end=line_end,
                        after=self._gone,
                    )
                )
                self._gone = 0
                self.characters += len(ending)
                continue
            text = self._decoder.decode(line, number + index)
            first, last = (0, len(text)) if self._field is None or within else self._cell(text)
            own = len(found)
            for start, end in self._ranges(text[first:last]):
                start, end = first + start, first + end
                found.append(self._sentence(text, start, end, number + index, ending if end == last else b"", line_end))
            if self._field is not None:
                _identify(found[own:], text[:first], text[last:])
            self.characters += len(text) + len(ending)

    def read_part(self, data: bytes, number: int, found: list[Piece]) -> int:
        """Add to `found` the part of a line that is too long to be held.

        These are its complete sentences. If it is one sentence, or the last one is longer than half of the part, the
        words up to a good split point are added too.

        :returns: number of bytes taken: at least half, but not all; the caller gives the rest again.
        :raises DataError: the line cannot be decoded.
        """
        text = self._decoder.decode(data[: len(data) - undecided(data)], number)
        first = 0 if self._field is None or self._within else self._cell(text)[0]
        ranges = [(first + start, first + end) for start, end in self._ranges(text[first:])]
        goes_on = len(ranges) == 1 or 2 * ranges[-1][0] < len(text)
        start, _ = ranges.pop()
        if goes_on:
            near = max(len(text) - NEAR, start)
            sentence = sentence_spans(text[near:])[-1][0]  # where the last sentence begins; 0 if there is only one
            end = near + sentence if sentence else stretches(text, near, len(text), len(text) - near - 1)[0][1]
            ranges.append((start, end))
        own = len(found)
        for start, end in ranges:
            found.append(self._sentence(text, start, end, number, b"", self._line_end))
        if self._field is not None and not self._within:
            _identify(found[own:], text[:first], "")
        self._within = True
        if goes_on and isinstance(last := found[-1], Sentence):
            last.goes_on, self._gone = True, last.after + end - start
        self.characters += end
        return len(encode(text[:end]))

    def _cell(self, text: str) -> tuple[int, int]:
        """Return where the column of the text begins and ends in a line."""
        field = self._field or 0
        cells = text.split("\t")
        if not -len(cells) <= field < len(cells):
            return 0, len(text)
        field %= len(cells)
        start = sum(map(len, cells[:field])) + field
        return start, start + len(cells[field])

    def _sentence(self, text: str, start: int, end: int, number: int, ending: bytes, line_end: bytes) -> Sentence:
        """Make the sentence of a range of a line, or the rest of a sentence of which a part was read."""
        piece = text[start:end]
        offsets = self._spans(piece)
        tokens = [piece[first:last] for first, last in offsets]
        after, self._gone = self._gone, 0
        before = self.characters + start
        return Sentence(
            tokens,
            number,
            "text",
            text=piece,
            offsets=offsets,
            cells=() if self._pretokenized else cell_starts(piece, offsets),
            ending=ending,
            before=before,
            line_end=line_end,
            after=after,
        )

    def read_block(self, block: bytes, number: int, found: list[Piece]) -> None:
        """Read the lines of a block, without the end of the last, like :meth:`read`."""
        piece = self._piece(block, number) if self._together else None
        if piece is not None:
            found.append(piece)
        else:
            self.read(block.split(self._separator), number, found)

    def _piece(self, block: bytes, number: int) -> TextBlock | None:
        """Return all sentences of a block as one piece.

        `None` if the block is not UTF-8, has cells, has a CR within a line, or mixes LF and CR LF.
        """
        if b"\t" in block and not self._pretokenized:
            return None
        try:
            text = block.decode("utf-8")
        except UnicodeDecodeError:
            return None
        characters, line_end = len(text) + 1, b"\n"
        if "\r" in text:
            text += "\n"
            if not text.count("\r\n") == text.count("\n") == text.count("\r"):
                return None
            text, line_end = text[:-2].replace("\r\n", "\n"), b"\r\n"
        self._gone, self._line_end = 0, line_end
        tokens: list[str] = []
        lengths: list[int] = []
        for line in text.split("\n"):
            for start, end in self._ranges(line):
                own = self._words(line[start:end])
                tokens += own
                tokens.append("")
                lengths.append(len(own))
        self.characters += characters
        counts = np.array(lengths)
        return TextBlock(
            words=tokens, starts=(counts + 1).cumsum() - counts - 1, lengths=counts, line=number, line_end=line_end
        )

    def _ranges(self, line: str) -> Offsets:
        """Return the offsets of the sentences in a line."""
        return sentence_spans(line) if self._sentences else [(0, len(line))]

    def finish(self, found: list[Piece]) -> None:
        """End the input. Nothing is left, since no sentence goes beyond its line."""


def _identify(sentences: Sequence[Piece], lead: str, trail: str) -> None:
    """Tell the sentences of a line what is before and after the text in it."""
    name = one_line("\t".join(filter(None, (lead.strip("\t"), trail.strip("\t")))))
    for part, sentence in enumerate(sentences, 1):
        if isinstance(sentence, Sentence):
            sentence.name, sentence.part = name, part
    if sentences and isinstance(first := sentences[0], Sentence) and isinstance(last := sentences[-1], Sentence):
        first.lead, last.trail = lead, trail
