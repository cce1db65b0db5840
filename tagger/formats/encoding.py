"""Bytes to strings in UTF-8, whatever the locale. Other bytes are kept, with one warning, or are an error."""

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
    :param warn: takes the warning; called at most once.
    """

    def __init__(self, path: str, strict: bool, warn: Callable[[str], None]) -> None:
        self.path, self.strict = path, strict
        self._warn: Callable[[str], None] | None = warn

    def decode(self, data: bytes, line: int, rows: Sequence[int] = ()) -> str:
        """Decode one line, or several joined by line feeds.

        :param line: number of the first line.
        :param rows: if the lines do not follow each other, the distance of each from line `line`.
        :returns: the string; bytes that are not UTF-8 become lone surrogates (`surrogateescape`).
        :raises DataError: the bytes are not UTF-8, and the decoder is strict.
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
                    f"{self.path}:{line}: {what}; such bytes are kept as they are, convert the file for better tags "
                    "(reported once)"
                )
                self._warn = None
            return data.decode("utf-8", "surrogateescape")


def may_be_mark(start: bytes, separator: bytes) -> bool:
    """Return whether more bytes are needed to tell if the input starts with an encoding's mark.

    A mark that begins with the line separator counts as none.
    """
    return any(len(start) < len(mark) and mark.startswith(start) and not mark.startswith(separator) for mark in MARKS)


def check_encoding(start: bytes, path: str, separator: bytes) -> None:
    """Refuse input that starts with the mark of an encoding other than UTF-8.

    :raises DataError: it starts with such a mark.
    """
    for mark, name in OTHER_MARKS.items():
        if start.startswith(mark) and not mark.startswith(separator):
            raise DataError(f"this is {name}; convert it first: iconv -f {name} -t UTF-8", path=path, line=1)


def undecided(data: bytes) -> int:
    """Count the bytes at the end that may begin a UTF-8 character without completing it.

    :param data: at least four bytes.
    """
    for size in range(1, 4):
        if data[-size] >= 0xC0:
            return size
        if data[-size] < 0x80:
            break
    return 0
