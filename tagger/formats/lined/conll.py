"""CoNLL: a token and its columns on each line, an empty line after each sentence.

A line with a TAB is split at TABs alone, any other at white space. Lines that start with `# ` and have no TAB,
`#begin document`, `#name = value` and `-DOCSTART-` lines hold no token and pass through. A `# global.columns` line, of
CoNLL-U Plus, names the columns.
"""

from tagger.errors import DataError
from tagger.formats.encoding import Decoder, undecided
from tagger.formats.lined import columns
from tagger.formats.lined.conll_fast import Lines
from tagger.formats.sentence import Piece, Sentence

# Input with longer sentences has no sentence marks. It is tagged in parts, and no mark is put between them.
LONGEST_SENTENCE = 100_000  # tokens
LARGEST_SENTENCE = 1 << 25  # bytes, with LINE_SIZE for each line
MOST_SAMPLED = 1000  # lines that tell which column has the token
LINE_SIZE = 100  # bytes that a line takes in memory besides its own


class ConllReader:
    """Turns lines into sentences.

    :param column: index of the token's column, from 0; negative counts from the end; `None` finds it, see
        :func:`tagger.formats.lined.columns.token_column`.
    """

    form = "conll"

    def __init__(self, decoder: Decoder, *, column: int | None = 0) -> None:
        self._decoder = decoder
        self._column = column
        self._finds = column is None
        self._names: list[bytes] = []  # of CoNLL-U Plus
        self._last = b""  # line with a token
        self._lines: list[bytes] = []
        self._rows: list[int] = []
        self._first = 1
        self._ended = True
        self._size = 0  # bytes of the lines, with LINE_SIZE for each
        self._goes_on = False  # whether part of the next line was read already

    def read(self, lines: list[bytes], number: int, found: list[Piece], *, ended: bool = True) -> None:
        """Add to `found` the sentences that end within these whole lines, and passing lines outside of sentences.

        :param number: number of the first line.
        :param ended: whether the last line has an end of line.
        :raises DataError: a line cannot be parsed; the sentences before it are in `found`.
        """
        self._ended = ended
        if self._goes_on:
            self._goes_on = False
            found.append(Sentence([], number, self.form, lines=lines[:1]))
            lines, number = lines[1:], number + 1
        kept, rows = self._lines, self._rows
        for index, line in enumerate(lines):
            if not kept:
                self._first = number + index
            if self._decoder.strict:  # checks all lines and columns, those that pass through as well
                self._decoder.decode(line, number + index)
            if not line or line.isspace() or self._ends(line):
                kept.append(line)
                if rows:
                    found.append(self._sentence())
                    kept, rows = self._lines, self._rows
            elif self._passes(line, number + index):
                kept.append(line)
            else:
                rows.append(len(kept))
                kept.append(line)
            self._size += len(line) + LINE_SIZE
            if kept and (len(rows) == LONGEST_SENTENCE or self._size > LARGEST_SENTENCE):
                found.append(self._sentence())
                kept, rows = self._lines, self._rows
        if kept and not rows:
            found.append(self._sentence())
        if found and not ended and not self._lines and isinstance(last := found[-1], Sentence):
            last.ending = b""

    def read_part(self, data: bytes, number: int, found: list[Piece]) -> int:
        """Add to `found` the part of a line that is too long to be held.

        The first part ends the open sentence, and holds the line's token if there is one. Later parts pass through.

        :returns: number of bytes taken, less than all; the caller gives the rest again.
        :raises DataError: the line cannot be parsed.
        """
        line = data[:-1]
        if self._decoder.strict:
            line = line[: len(line) - undecided(line)]
            self._decoder.decode(line, number)
        if self._goes_on:
            found.append(Sentence([], number, self.form, lines=[line]))
        else:
            if not self._lines:
                self._first = number
            if not (line.isspace() or self._ends(line) or self._passes(line, number)):
                self._rows.append(len(self._lines))
            self._lines.append(line)
            found.append(self._sentence())
            self._goes_on = True
        if isinstance(last := found[-1], Sentence):
            last.goes_on, last.ending = True, b""
        return len(line)

    def read_block(self, block: bytes, number: int, found: list[Piece]) -> None:
        """Read the lines of a block like :meth:`read`, but give regular sentences together as blocks.

        :param block: whole lines, fewer than LONGEST_SENTENCE, without the line feed of the last.
        """
        if (
            self._goes_on
            or self._column is None
            or self._names
            or (b"#" in block and columns.ODD.search(b"\n" + block))
        ):
            self.read(block.split(b"\n"), number, found)
            return
        done = 0
        lines = Lines.of(block + b"\n")
        begin = lines.text.find(b"\n\n") + 2 if self._lines else 0  # after the open sentence; 1 if it goes on
        for start, end, regular in lines.regular(begin, number, self._column) if begin != 1 else ():
            if done < start:
                self.read(lines.between(done, start), number, found)
            found.append(regular)
            done, number = end, regular.line + len(regular.lines)
        if done < len(lines.text):
            self.read(lines.between(done, len(lines.text)), number, found)
        self._ended = True

    def finish(self, found: list[Piece]) -> None:
        """Add the last sentence to `found`, which the end of the input ends.

        :raises DataError: it cannot be parsed.
        """
        if self._lines:
            last = self._sentence()
            last.ending = b"\n" if self._ended else b""
            found.append(last)

    def _ends(self, line: bytes) -> bool:
        """Return whether a line without a token ends a sentence."""
        return line.startswith(b"-DOCSTART-")

    def _passes(self, line: bytes, number: int) -> bool:
        if line.startswith(b"#") and b"\t" not in line:
            if names := columns.named_columns(line):
                self._name(names)
                return True
            if not line.startswith(b"# "):
                return columns.HASHED.fullmatch(line) is not None
            return not (columns.MARK_TOKEN.fullmatch(line) and self._is_like_last(line))
        if self._names:
            return self._is_range(line)
        return False

    def _is_like_last(self, line: bytes) -> bool:
        """Return whether the line before with a token, if any, has as many columns between spaces."""
        last = self._lines[self._rows[-1]] if self._rows else self._last
        return not last or (b"\t" not in last and len(last.split()) == len(line.split()))

    def _name(self, names: list[bytes]) -> None:
        """Take the names of the columns, if one is that of the token."""
        if self._finds and b"FORM" in names:
            self._names, self._column = names, names.index(b"FORM")

    def _is_range(self, line: bytes) -> bool:
        """Return whether a line of CoNLL-U Plus is a range or an empty node."""
        if b"ID" not in self._names:
            return False
        cells = line.split(b"\t")
        index = self._names.index(b"ID")
        return index < len(cells) and columns.RANGE.fullmatch(cells[index]) is not None

    def _sentence(self) -> Sentence:
        lines, rows = self._lines, self._rows
        self._lines, self._rows, self._size = [], [], 0
        if not rows:
            return self._described(Sentence([], self._first, self.form, lines=lines))
        words = self._words(lines, rows)
        self._last = lines[rows[-1]]
        text = self._decoder.decode(b"\n".join(words), self._first, rows)
        return self._described(Sentence(text.split("\n"), self._first, self.form, lines=lines, rows=rows))

    def _described(self, sentence: Sentence) -> Sentence:
        """Add what CoNLL-U Plus needs: the line that names the columns, and lines without a token."""
        if self._names:
            ranges = []
            for row, line in enumerate(sentence.lines):
                if columns.named_columns(line):
                    sentence.header = row
                elif not line.startswith(b"#") and self._is_range(line):
                    ranges.append(row)
            sentence.others = ranges
        return sentence

    def _words(self, lines: list[bytes], rows: list[int]) -> list[bytes]:
        if self._column is None:
            self._column = columns.token_column([columns.cells(lines[row]) for row in rows[:MOST_SAMPLED]])
        column = self._column or 0
        chosen = [lines[row] for row in rows]
        try:
            if column == 0:  # the common case
                return [
                    line.split(b"\t", 1)[0] if b"\t" in line else line.split(None, 1)[0].rstrip() for line in chosen
                ]
            return [columns.cells(line)[column] for line in chosen]
        except IndexError:
            for row in rows:
                count = len(columns.cells(lines[row]))
                if not -count <= column < count:
                    raise self._too_few(count, column, row) from None
            raise

    def _too_few(self, count: int, column: int, row: int) -> DataError:
        where = f"column {column + 1}" if column >= 0 else f"column {column}"
        what = f"{count} column(s), but the token should be in {where}; mend the line or --token-column"
        return DataError(what, path=self._decoder.path, line=self._first + row)
