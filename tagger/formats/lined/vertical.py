"""Vertical text of corpus managers: a token and its columns on each line, and structures in lines of `<...>`.

Source: https://www.sketchengine.eu/my_keywords/vertical/, as NoSketch Engine and Manatee read it.
"""

import re

from tagger.formats.encoding import Decoder
from tagger.formats.lined.conll import ConllReader
from tagger.formats.sentence import Piece

# A line of one tag: a structure with attributes, its end, an empty one (`<g/>`), a comment, or an XML declaration.
STRUCTURE = re.compile(
    rb"\s*<(?:/?[A-Za-z_\x80-\xff](?:[^\t<>\"']|\"[^\t\"]*\"|'[^\t']*')*+|!--.*--|!DOCTYPE[^>]*|\?.*\?)>\s*"
)
# Structures at whose beginning and end a sentence ends. Others, such as <g/>, <b> and <name>, may be within one.
CUTS = re.compile(
    rb"\s*</?(?:s|sent|sentence|se|p|par|para|head|l|lg|div|section|doc|document|text|file|article|chapter|page|u|sp|"
    rb"speech|utterance|turn|item|list|note|title|h\d|li|tr|td|table|body|corpus)(?=[\s/>])[^\t]*>\s*"
)


class VerticalReader(ConllReader):
    """Turns lines into sentences. Columns are separated by TABs alone, so that a token may have spaces."""

    form = "vertical"

    def __init__(self, decoder: Decoder, *, column: int | None = 0) -> None:
        super().__init__(decoder, column=column or 0)

    def read_block(self, block: bytes, number: int, found: list[Piece]) -> None:
        """Read the lines of a block like :meth:`read`."""
        self.read(block.split(b"\n"), number, found)

    def _ends(self, line: bytes) -> bool:
        return CUTS.fullmatch(line) is not None

    def _passes(self, line: bytes, number: int) -> bool:
        return STRUCTURE.fullmatch(line) is not None

    def _words(self, lines: list[bytes], rows: list[int]) -> list[bytes]:
        column = self._column or 0
        words = []
        for row in rows:
            cells = lines[row].rstrip(b"\r").split(b"\t")
            if not -len(cells) <= column < len(cells):
                raise self._too_few(len(cells), column, row)
            words.append(cells[column])
        return words
