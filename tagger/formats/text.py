"""Running text: one sentence, or one paragraph, a line."""

from collections.abc import Callable

import numpy as np

from tagger.formats.encoding import Decoder, undecided
from tagger.formats.sentence import Piece, Sentence, TextBlock, encode
from tagger.text.fast_words import Offsets, stretches
from tagger.text.tokenizer import sentence_spans, token_spans, tokenize, whitespace_spans, whitespace_tokens

NEAR = 4096  # characters at the end of a part of a line among which it is cut


class TextReader:
    """Lines to sentences.

    :param pretokenized: tokens stand between spaces; cut nowhere else.
    :param sentences: a line is a paragraph; cut it into sentences first.
    :param separator: what ends a line.
    :param together: give the sentences of a block as one piece, where nothing in it is unusual.
    """

    def __init__(
        self,
        decoder: Decoder,
        *,
        pretokenized: bool = False,
        sentences: bool = False,
        separator: bytes = b"\n",
        together: bool = False,
    ) -> None:
        self._decoder = decoder
        self._cut: Callable[[str], Offsets] = whitespace_spans if pretokenized else token_spans
        self._words: Callable[[str], list[str]] = whitespace_tokens if pretokenized else tokenize
        self._sentences = sentences
        self._together = together and separator == b"\n"
        self._separator = separator
        self.characters = 0  # of the input, before the next line, or before the rest of one of which a part was read
        self._gone = 0  # of the sentence of which a part was read
        self._line_end = separator  # of the last line

    def read(self, lines: list[bytes], number: int, found: list[Piece], *, ended: bool = True) -> None:
        """Add the sentences of whole lines to `found`.

        :param number: the number of the first line.
        :param ended: whether the last line has an end of line.
        :raises DataError: a line cannot be decoded; the sentences in front of it are in `found`.
        """
        for index, line in enumerate(lines):
            ending, line_end = self._separator if ended or index < len(lines) - 1 else b"", self._separator
            if self._separator == b"\n" and line.endswith(b"\r"):
                line, ending, line_end = line[:-1], b"\r" + ending, b"\r\n"
            self._line_end = line_end
            if not line:  # the fast way: there are streams of nothing else
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
            for start, end in self._ranges(text):
                found.append(
                    self._sentence(text, start, end, number + index, ending if end == len(text) else b"", line_end)
                )
            self.characters += len(text) + len(ending)

    def read_part(self, data: bytes, number: int, found: list[Piece]) -> int:
        """Add to `found` what came of a line that goes on: its sentences, or if it is one, or has a very long one, the words up to a good place to cut.

        :returns: the number of bytes that need not be given again, at least half of them, but not all.
        :raises DataError: it cannot be decoded.
        """
        text = self._decoder.decode(data[: len(data) - undecided(data)], number)
        ranges = self._ranges(text)
        goes_on = len(ranges) == 1 or 2 * ranges[-1][0] < len(text)
        start, _ = ranges.pop()
        if goes_on:
            near = max(len(text) - NEAR, start)
            sentence = sentence_spans(text[near:])[-1][0]  # the last one's beginning, if there are several
            end = near + sentence if sentence else stretches(text, near, len(text), len(text) - near - 1)[0][1]
            ranges.append((start, end))
        for start, end in ranges:
            found.append(self._sentence(text, start, end, number, b"", self._line_end))
        if goes_on and isinstance(last := found[-1], Sentence):
            last.goes_on, self._gone = True, last.after + end - start
        self.characters += end
        return len(encode(text[:end]))

    def _sentence(self, text: str, start: int, end: int, number: int, ending: bytes, line_end: bytes) -> Sentence:
        """A sentence that stands in a range of a line, or the rest of it if a part was read."""
        piece = text[start:end]
        offsets = self._cut(piece)
        tokens = [piece[first:last] for first, last in offsets]
        after, self._gone = self._gone, 0
        before = self.characters + start
        return Sentence(
            tokens,
            number,
            "text",
            text=piece,
            offsets=offsets,
            ending=ending,
            before=before,
            line_end=line_end,
            after=after,
        )

    def read_block(self, block: bytes, number: int, found: list[Piece]) -> None:
        """The same as :meth:`read` of the lines of a block, the last one's end left out."""
        piece = self._piece(block, number) if self._together else None
        if piece is not None:
            found.append(piece)
        else:
            self.read(block.split(self._separator), number, found)

    def _piece(self, block: bytes, number: int) -> TextBlock | None:
        """All sentences of a block; `None` where it is not UTF-8, or has a CR that ends no line, or lines that end otherwise than others."""
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
        """Where the sentences of a line stand in it."""
        return sentence_spans(line) if self._sentences else [(0, len(line))]

    def finish(self, found: list[Piece]) -> None:
        """The input has ended: nothing is left, as a line is a sentence."""
