"""The cells of a table, byte for byte: Python's csv module would not keep quotes and ends of lines as they are.

CSV as spreadsheets, pandas and RFC 4180 write it: a cell that starts with a quotation mark goes up to the next one that
is not doubled, also over ends of lines. A quotation mark within a cell is a character like any other. In TSV a cell is
quoted only if it both starts and ends so, in one line; many tables have cells that just start with a quotation mark.
"""

import re

CLOSED = re.compile(rb'[^"]*+(?:""[^"]*+)*+"')  # the rest of a quoted cell, up to its closing mark
DELIMITERS = (b",", b";", b"\t", b"|")


class Scanner:
    """Finds the cells of the rows of a table, line by line.

    :param delimiter: what separates cells: one byte.
    :param tsv: no cell goes over the end of a line.
    """

    def __init__(self, delimiter: bytes, *, tsv: bool = False) -> None:
        self.delimiter, self._tsv = delimiter, tsv
        self._cells: list[bytes] = []  # of the open row
        self._open: list[bytes] = []  # lines of an open quoted cell

    def feed(self, line: bytes) -> list[bytes] | None:
        """Take the next line, without its line feed.

        :returns: the cells of the row that it completes, with their quotation marks and without a CR at the end of the
            row; `None` if a quoted cell goes on.
        """
        body = line.removesuffix(b"\r")
        cells = self._scan(body)
        if cells is None and len(body) < len(line):
            self._open[-1] += b"\r"
        return cells

    def _scan(self, line: bytes) -> list[bytes] | None:
        cells, start = self._cells, 0
        if self._open:
            closed = CLOSED.match(line)
            self._open.append(line)
            if not closed:
                return None
            stop = line.find(self.delimiter, closed.end())
            cells.append(b"\n".join([*self._open[:-1], line if stop < 0 else line[:stop]]))
            self._open = []
            start = -1 if stop < 0 else stop + 1
        while start >= 0:
            end = start
            if line.startswith(b'"', start):
                closed = CLOSED.match(line, start + 1)
                if closed and (not self._tsv or self._ends_cell(line, closed.end())):
                    end = closed.end()
                elif not closed and not self._tsv:
                    self._open = [line[start:]]
                    return None
            stop = line.find(self.delimiter, end)
            cells.append(line[start:] if stop < 0 else line[start:stop])
            start = -1 if stop < 0 else stop + 1
        self._cells = []
        return cells

    def _ends_cell(self, line: bytes, end: int) -> bool:
        return end == len(line) or line.startswith(self.delimiter, end)

    def value(self, cell: bytes) -> bytes:
        """Return the content of a cell, without its quotation marks."""
        closed = CLOSED.match(cell, 1) if cell.startswith(b'"') else None
        if not closed or (self._tsv and closed.end() < len(cell)):
            return cell
        return cell[1 : closed.end() - 1].replace(b'""', b'"') + cell[closed.end() :]

    def cell(self, text: str) -> bytes:
        """Return a new cell."""
        data = text.encode("utf-8", "surrogateescape")
        special = (self.delimiter,) if self._tsv else (self.delimiter, b'"', b"\n", b"\r")
        if data.startswith(b'"') or any(map(data.__contains__, special)):
            return b'"' + data.replace(b'"', b'""') + b'"'
        return data


def delimiter_of(line: bytes, name: bytes | None) -> bytes:
    """Return the delimiter of a CSV file by its first line.

    :param name: a cell that is in it; `None` if it is not known. If there is no such cell, it is the first delimiter
        outside of quotation marks that has no space after it.
    """
    for delimiter in DELIMITERS:
        scanner = Scanner(delimiter)
        if name is not None and name in map(scanner.value, scanner.feed(line) or ()):
            return delimiter
    bare = re.sub(rb'"(?:[^"]|"")*"', b"", line)
    found = re.search(rb"[,;\t|](?! )", bare)
    return found[0] if found else b","
