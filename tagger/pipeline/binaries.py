"""Detection of input that is not text (pictures, archives, programs, random bytes) by its first block.

Input is not text if it starts with the magic number of a binary file, if it contains a NUL (unless lines end with
NUL), if a quarter of it is control characters, or if it has at least one in 64 and is not UTF-8 either. Text in an old
one-byte encoding has no control characters.
"""

import codecs
import re

from tagger.formats.encoding import OTHER_MARKS
from tagger.pipeline.archives import MAGIC as ARCHIVES

FIRST = 1 << 16  # bytes that are checked, unless the whole input is
MAGIC = {
    b"PK\x03\x04": "a zip archive or an office document",
    b"PK\x05\x06": "a zip archive",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive",
    b"Rar!\x1a\x07": "a rar archive",
    b"!<arch>\n": "an ar archive",
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"GIF87a": "a GIF picture",
    b"GIF89a": "a GIF picture",
    b"%PDF-": "a PDF document",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "an old office document",
    b"\x7fELF": "a program",
    b"MZ\x90\0": "a program",
    b"\xcf\xfa\xed\xfe": "a program",
    b"\xca\xfe\xba\xbe": "a program",
    b"SQLite format 3\0": "an SQLite database",
    b"PAR1\x15": "a Parquet table",
    **{magic: f"{name} data" for magic, name in ARCHIVES.items()},
}
TAR_AT, TAR = 257, b"ustar"
# C0 and DEL, without those found in text (BEL to CR, SUB at the end of DOS files, ESC) and NUL, which has its own check
CONTROLS = bytes({*range(1, 32), 127} - {*range(7, 14), 26, 27})
WITHOUT_MARK = {"utf-16-le": "UTF-16LE", "utf-16-be": "UTF-16BE", "utf-32-le": "UTF-32LE", "utf-32-be": "UTF-32BE"}
SAMPLE = 1024  # bytes that are decoded to detect one of these
MEND = "leave it out, or convert it to text first"


class TextCheck:
    """Checks the blocks of one input as they arrive, without waiting for more.

    :param null: lines end with NUL.
    :param whole: look for a NUL in the whole input, because its annotation replaces a file.
    """

    def __init__(self, *, null: bool = False, whole: bool = False) -> None:
        self.separator = b"\0" if null else b"\n"
        self._null, self._whole = null, whole
        self._offset = 0  # bytes seen before the next block
        self._active = True

    def fault(self, block: bytes) -> str | None:
        """Return why the input is not text, with the remedy; `None` while it may be text.

        :param block: the next block; the first one is long enough to recognize a byte order mark.
        """
        if not self._active:
            return None
        offset, self._offset = self._offset, self._offset + len(block)
        if offset == 0:
            if any(block.startswith(mark) and not mark.startswith(self.separator) for mark in OTHER_MARKS):
                self._active = False  # the reader refuses it, and names the encoding
                return None
            if found := _fault(block[:FIRST], self._null):
                return found
        if self._null or (offset >= FIRST and not self._whole):
            self._active = False
            return None
        null = block.find(b"\0") if self._whole else block.find(b"\0", 0, FIRST - offset)
        if null < 0:
            return None
        return f"is not text (byte {offset + null + 1} is NUL); {MEND}, or say -0 if its lines end with NUL"


def start_of_text(block: bytes) -> bytes:
    """Return the part of a first block before the first control character; empty if it starts like a binary file."""
    found = re.search(b"[\0" + re.escape(CONTROLS) + b"]", block)
    start = block[: found.start()] if found else block
    return b"" if TextCheck().fault(start) else start


def _fault(start: bytes, null: bool) -> str | None:
    name = next((name for magic, name in MAGIC.items() if start.startswith(magic)), None)
    if name is None and start.startswith(TAR, TAR_AT):
        name = "a tar archive"
    if name:
        return f"is {name}, not text; {MEND}"
    controls = len(start) - len(start.translate(None, CONTROLS))
    if 4 * controls < len(start) and (null or b"\0" not in start) and (64 * controls < len(start) or _is_utf8(start)):
        return None
    for codec, name in WITHOUT_MARK.items():
        if _reads_well(start[:SAMPLE], codec):
            return f"looks like {name} without a byte order mark; say --encoding {codec}"
    if b"\0" in start and not null:
        return None  # the caller reports its offset
    return f"is not text (it has control characters); {MEND}"


def _is_utf8(start: bytes) -> bool:
    """Return whether the bytes are UTF-8; the last character may be incomplete."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(start)
    except UnicodeDecodeError:
        return False
    return True


def _reads_well(start: bytes, codec: str) -> bool:
    """Return whether the bytes are Latin or Cyrillic text in this encoding."""
    text = start.decode(codec, "replace")
    expected = sum(char < "\u0530" and (char.isprintable() or char.isspace()) for char in text)
    return len(text) > 1 and expected >= 0.9 * len(text)
