"""Errors that a user can do something about. Each message is one line that names the file or option and the remedy."""

# Characters that control a terminal or end a line, and bytes that are not UTF-8 (in Python U+DC80 to U+DCFF): C0, DEL,
# C1, controls of the writing direction, and Unicode's own line ends.
ESCAPES = {
    **{code: f"\\x{code:02x}" for code in (*range(0x20), 0x7F)},
    **{
        code: f"\\u{code:04x}"
        for code in (*range(0x80, 0xA0), 0x2028, 0x2029, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
    },
    **{0xDC00 + byte: f"\\x{byte:02x}" for byte in range(0x80, 0x100)},
    **{ord(character): escape for character, escape in (("\t", r"\t"), ("\n", r"\n"), ("\r", r"\r"))},
}


def printable(text: str) -> str:
    """Escape a text from outside, such as a file name, so that it is safe to show as part of a line."""
    return text.translate(ESCAPES)


class TaggerError(Exception):
    """Base class of all errors that this package raises on purpose. `str(error)` is one line, fit to be shown."""


class DataError(TaggerError):
    """Text or annotation that cannot be used as it is.

    :param message: the problem and its remedy.
    :param path: the file, None if there is none.
    :param line: the line in that file, counted from 1.
    """

    def __init__(self, message: str, *, path: str | None = None, line: int | None = None) -> None:
        where = "" if path is None else f"{path}: " if line is None else f"{path}:{line}: "
        super().__init__(where + message)
        self.path, self.line = path, line


class ModelError(TaggerError):
    """A model file or a checkpoint that cannot be used."""


class DeviceError(TaggerError):
    """A device that was asked for and cannot be used."""


class OptionError(TaggerError):
    """Options that do not exist, do not fit together, or do not fit the model: a usage error."""


class PackageError(TaggerError, ImportError):
    """A required package that is missing or broken; the message says how to install it."""
