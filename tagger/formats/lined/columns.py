"""Finding the column of the tokens, and the lines without one, in the many formats that are called CoNLL.

CoNLL-2003 has the token first. CoNLL-2009, CoreNLP and CoNLL-U Plus have a number before it, CoNLL-2012 the name of a
document, the number of its part, and a number.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

NUMBER = re.compile(rb"\d+(?:[-.:]\d+)*")  # of a token, a range, an empty node, or a place in the text
RANGE = re.compile(rb"\d+[-.]\d+")  # of a word of several tokens (1-2), or an empty node (1.1)
CYRILLIC = re.compile(rb"[\xd0-\xd3][\x80-\xbf]")  # U+0400 to U+04FF in UTF-8
TAG = rb"(?:O|[BIESLUMW]-[^\s]+)"
# Comments without a space after the mark, and the lines around a document of CoNLL-2012
HASHED = re.compile(rb"#(?:(?:begin|end) document\b|new(?:doc|par)\b|[A-Za-z][\w.:-]* ?=)[^\t]*")
# The token `#` in columns between spaces: a comment to all appearance, but for the tag at its end
MARK_TOKEN = re.compile(rb"# (?:[^\t\n]*[ ])?" + TAG + rb"[ \r]*")
# Lines that the fast path of CoNLL would misread: any of these, searched for with a line feed before the first line
ODD = re.compile(rb"\n#(?:(?! )[^\t\n]*|" + MARK_TOKEN.pattern[1:] + rb")(?=\n|\Z)")
GLOBAL_COLUMNS = re.compile(rb"#\s*global\.columns\s*=\s*([^\t\r\n]*)")


def cells(line: bytes) -> list[bytes]:
    """Return the columns of a line: between TABs if it has one, else between white space."""
    return line.rstrip(b"\r").split(b"\t") if b"\t" in line else line.split()


def named_columns(line: bytes) -> list[bytes] | None:
    """Return the names in a `# global.columns` line of CoNLL-U Plus; `None` if it is another line.

    Source: https://universaldependencies.org/ext-format.html
    """
    found = GLOBAL_COLUMNS.match(line)
    return found[1].split() if found else None


def token_column(rows: Sequence[Sequence[bytes]]) -> int | None:
    """Return the index of the column of the token, from 0.

    It is the first column that cannot stand before the token. Before it there may be numbers, and a name that is the
    same in all lines with a number after it. One of these columns counts the tokens. Or there are tags, in files that
    have them first.

    :param rows: the columns of the lines of one sentence.
    :returns: `None` if all of the first column could stand before a token, and no column after it has a Ukrainian
        word.
    """
    width = min(map(len, rows), default=0)
    columns = [[row[index] for row in rows] for index in range(width)]
    counts = False  # whether a column before this one counts the tokens, or has their tags
    for index, column in enumerate(columns):
        if _is_numbers(column):
            counts = counts or _is_count(column)
        elif _are_tags(column) and any(CYRILLIC.search(cell) for other in columns[index + 1 :] for cell in other):
            counts = True
        elif not (_is_name(column) and index + 1 < width and _is_numbers(columns[index + 1])):
            return 0 if index == 0 else index if counts and any(map(CYRILLIC.search, column)) else None
    return None


def _is_numbers(column: Sequence[bytes]) -> bool:
    return all(map(NUMBER.fullmatch, column))


def _are_tags(column: Sequence[bytes]) -> bool:
    return all(re.fullmatch(TAG, cell) for cell in column)


def _is_count(column: Sequence[bytes]) -> bool:
    """Return whether numbers start at 0 or 1, and never fall."""
    numbers = [int(cell.replace(b":", b"-").replace(b".", b"-").rpartition(b"-")[2][:9]) for cell in column]
    return numbers[0] in (0, 1) and all(one <= other for one, other in pairwise(numbers))


def _is_name(column: Sequence[bytes]) -> bool:
    return len(set(column)) == 1 and not CYRILLIC.search(column[0])
