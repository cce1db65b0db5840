"""Bytes to strings in UTF-8, whatever the locale. Other bytes are kept, with one warning, or are an error."""

import codecs
from collections.abc import Callable, Iterator, Sequence
from itertools import chain

from tagger.errors import DataError

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
OTHER_MARKS = {
    b"\xff\xfe\x00\x00": "UTF-32",
    b"\x00\x00\xfe\xff": "UTF-32",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
}
NOT_OF_FILES = ("idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem")
ONE_BYTE = ("cp1251", "koi8-u", "cp866", "iso8859-5", "mac-cyrillic")  # of Ukrainian texts; likely ones first
SMALL = "абвгґдеєжзиіїйклмнопрстуфхцчшщьюяёъыэ"
FEWEST_LETTERS = 4  # bytes that are not ASCII, from which an encoding is guessed
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
                name = likely_encoding(error.object)
                mend = f"say --encoding {name}" if name else "convert the file, or say --encoding,"
                self._warn(
                    f"{self.path}:{line}: {what}; such bytes are kept as they are, {mend} for better tags "
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
            raise DataError(f"this is {name}; say --encoding {name.lower()}", path=path, line=1)


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


def text_encoding(name: str) -> str | None:
    """Return Python's name of an encoding of text; `None` if there is none with this name."""
    try:
        found = codecs.lookup(name)
    except (LookupError, UnicodeError, ValueError):
        return None
    # an encoding turns bytes into letters and back; base64, rot13 and escapes of programming languages do not
    is_text = getattr(found, "_is_text_encoding", True) and found.incrementaldecoder is not None
    return found.name if is_text and found.name.replace("-", "_") not in NOT_OF_FILES else None


def recoded(blocks: Iterator[bytes], encoding: str, path: str) -> Iterator[bytes]:
    """Yield blocks of UTF-8 for blocks in another encoding, without its byte order mark.

    :param encoding: see :func:`text_encoding`.
    :param path: the input's name, for messages.
    :raises DataError: bytes do not exist in the encoding; what is before them has been yielded.
    """
    decoder = codecs.getincrementaldecoder(encoding)()
    line, first = 1, True
    for block in chain(blocks, [None]):
        state = decoder.getstate()
        trouble = None
        try:
            text = decoder.decode(block or b"", block is None)
        except UnicodeDecodeError as error:
            trouble = error
            decoder.setstate(state)
            text = decoder.decode(error.object[len(state[0]) : error.start])
        if first and text:
            text, first = text.removeprefix("\ufeff"), False
        line += text.count("\n")
        if text:
            yield text.encode("utf-8", "surrogatepass")
        if trouble:
            what = f"byte 0x{trouble.object[trouble.start]:02x} is not {encoding}"
            raise DataError(f"{what}; check --encoding, or mend the file", path=path, line=line) from None


def likely_encoding(data: bytes) -> str | None:
    """Return the one-byte encoding in which most of the bytes are small Ukrainian letters; `None` if there is none."""
    counts = {name: sum(map(SMALL.count, data.decode(name, "replace"))) for name in ONE_BYTE}
    best = max(counts, key=lambda name: counts[name])
    high = sum(byte >= 0x80 for byte in data)
    return best if high >= FEWEST_LETTERS and 2 * counts[best] > high else None
