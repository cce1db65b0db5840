"""Bytes to strings, whatever the locale: UTF-8, and what is not UTF-8 kept as it is, with one warning or an error."""

from collections.abc import Callable, Sequence

from tagger.errors import DataError

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
OTHER_MARKS = {
    b"\xff\xfe\x00\x00": "UTF-32",
    b"\x00\x00\xfe\xff": "UTF-32",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
}
MARKS = (BYTE_ORDER_MARK, *OTHER_MARKS)


class Decoder:
    """Decodes the lines of one input.

    :param path: the input's name, for messages.
    :param strict: make bytes that are not UTF-8 an error instead of a warning.
    :param warn: takes a warning, at most once.
    """

    def __init__(self, path: str, strict: bool, warn: Callable[[str], None]) -> None:
        self.path, self.strict = path, strict
        self._warn: Callable[[str], None] | None = warn

    def decode(self, data: bytes, line: int, rows: Sequence[int] = ()) -> str:
        """Decode one line, or several joined by line feeds.

        :param line: the number of the first.
        :param rows: how far behind line `line` each of the lines stands, where they do not follow each other.
        :raises DataError: it is not UTF-8, and `strict` was asked for.
        """
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError as error:
            count = data.count(b"\n", 0, error.start)
            line += rows[count] if rows else count
            what = f"byte 0x{data[error.start]:02x} is not UTF-8"
            if self.strict:
                raise DataError(f"{what}; convert the file, or leave out --strict", path=self.path, line=line) from None
            if self._warn:
                self._warn(
                    f"{self.path}:{line}: {what}; such bytes are kept as they are, convert the file for better tags (said once)"
                )
                self._warn = None
            return data.decode("utf-8", "surrogateescape")


def may_be_mark(start: bytes, separator: bytes) -> bool:
    """Whether more bytes are needed to tell if the input starts with a mark of an encoding; one cannot start with what ends a line."""
    return any(len(start) < len(mark) and mark.startswith(start) and not mark.startswith(separator) for mark in MARKS)


def check_encoding(start: bytes, path: str, separator: bytes) -> None:
    """Refuse input that starts with another encoding's mark. Raises DataError."""
    for mark, name in OTHER_MARKS.items():
        if start.startswith(mark) and not mark.startswith(separator):
            raise DataError(f"this is {name}; convert it first: iconv -f {name} -t UTF-8", path=path, line=1)


def undecided(data: bytes) -> int:
    """How many bytes at the end of at least four may be of a character of UTF-8 that goes on."""
    for size in range(1, 4):
        if data[-size] >= 0xC0:
            return size
        if data[-size] < 0x80:
            break
    return 0
