"""CSV and TSV: rows of cells, one column of which is the text."""

import re

from tagger.errors import DataError
from tagger.formats import LARGEST_RECORD
from tagger.formats.encoding import Decoder
from tagger.formats.records.cells import Scanner, delimiter_of
from tagger.formats.records.record import HEADER, PASSING, TEXT, Record, RecordReader
from tagger.formats.sentence import Piece

SEPARATOR_LINE = re.compile(rb"sep=(.)\r?")  # of Excel, before the header


class TableReader(RecordReader):
    """Turns rows into sentences.

    :param field: the column of the text: its name, which is in the first row then, or its number, counted from 1, in a
        table without names.
    :param tsv: cells are separated by TABs, and no cell goes over the end of a line.
    """

    def __init__(self, decoder: Decoder, field: str, *, tsv: bool = False) -> None:
        super().__init__(decoder, field)
        self.form = "tsv" if tsv else "csv"
        self._tsv = tsv
        self._scanner: Scanner | None = Scanner(b"\t", tsv=True) if tsv else None
        self._column = int(field) - 1 if re.fullmatch(r"[1-9]\d{0,8}", field) else None
        self._names: list[str] = []  # in the first row
        self._needs_names = self._column is None
        self._lines: list[bytes] = []  # of the open row, with their ends
        self._size = 0  # bytes of these
        self._first = 1  # number of the first of these

    def read(self, lines: list[bytes], number: int, found: list[Piece], *, ended: bool = True) -> None:
        """Add the sentences of whole lines to `found`; see :meth:`RecordReader.read`."""
        for index, line in enumerate(lines):
            end = b"\n" if ended or index < len(lines) - 1 else b""
            if not self._lines:
                self._first = number + index
                if self._passes(line, end, found):
                    continue
            if self._scanner is None:
                self._scanner = Scanner(delimiter_of(line, self._field.encode() if self._needs_names else None))
            self._lines.append(line + end)
            self._size += len(line) + 1
            cells = self._scanner.feed(line)
            if cells is not None:
                content = b"".join(self._lines)
                self._lines, self._size = [], 0
                self._row(cells, content, len(content) - len(end) - line.endswith(b"\r"), found)
            elif self._size > LARGEST_RECORD:
                raise self._unclosed()

    def finish(self, found: list[Piece]) -> None:
        """End the input.

        :raises DataError: a quotation mark is not closed.
        """
        if self._lines:
            raise self._unclosed()
        if self._needs_names and self._first > 1:
            raise self._error("the table has no row with names", self._first)

    def _unclosed(self) -> DataError:
        return self._error(
            "a quotation mark that begins a cell in this row is not closed; close it, or say -i tsv if TABs separate "
            "the cells",
            self._first,
        )

    def _passes(self, line: bytes, end: bytes, found: list[Piece]) -> bool:
        """Pass an empty line, or Excel's line about the separator."""
        separator = SEPARATOR_LINE.fullmatch(line) if self._scanner is None and self._first == 1 else None
        if separator:
            self._scanner = Scanner(separator[1])
        elif line.strip(b"\r"):
            return False
        self._add(Record(form=self.form, kind=PASSING, line=self._first, content=line + end, end=0), "", found)
        return True

    def _row(self, cells: list[bytes], content: bytes, end: int, found: list[Piece]) -> None:
        scanner = self._scanner or Scanner(b",")
        record = Record(
            form=self.form, kind=TEXT, line=self._first, content=content, end=end, delimiter=scanner.delimiter
        )
        if self._needs_names:
            self._needs_names = False
            self._names = [self._text(scanner.value(cell)) for cell in cells]
            self._column = self._find(self._field, self._names)
            record.kind = HEADER
            self._add(record, "", found)
            return
        column = self._column or 0
        if self._names:
            record.missing = len(self._names) - len(cells)
            if record.missing < 0:
                raise self._error(
                    f"{len(cells)} cells, but the first row has {len(self._names)}; quote cells that have a "
                    f"{scanner.delimiter.decode(errors='replace')!r} in them",
                    self._first,
                )
        elif column >= len(cells):
            raise self._error(
                f"{len(cells)} cell(s), but the text should be in cell {column + 1}; mend the line or --field",
                self._first,
            )
        values = [self._text(scanner.value(cell)) for cell in cells]
        keys = self._names or [str(number + 1) for number in range(len(values))]
        record.fields = {
            key: value for index, (key, value) in enumerate(zip(keys, values, strict=False)) if index != column
        }
        self._add(record, values[column] if column < len(values) else "", found)

    def _text(self, value: bytes) -> str:
        return self._decoder.decode(value, self._first)

    def _find(self, field: str, names: list[str]) -> int:
        stripped = [name.strip() for name in names]
        if stripped.count(field.strip()) == 1:
            return stripped.index(field.strip())
        known = ", ".join(map(repr, names))
        if field.strip() in stripped:
            raise self._error(f"two columns are named {field!r} ({known}); rename one", self._first)
        raise self._error(
            f"no column is named {field!r}, only {known}; name yours with --field, or give its number if the table has "
            "no row with names",
            self._first,
        )
