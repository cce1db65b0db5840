"""What can go wrong in ways that a user can mend: every message is one line that names the place and the mend."""

# Characters that a terminal acts on or that end a line, and bytes that are no UTF-8 (Python has them as U+DC80 to U+DCFF): C0, DEL, C1, controls of the
# direction of writing, and Unicode's own ends of lines.
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
    """A text of anybody's, such as a file's name, as a part of a line that is safe to show; other characters stay as they are."""
    return text.translate(ESCAPES)


class TaggerError(Exception):
    """Base of all errors that this package raises on purpose. `str(error)` is one line, fit for standard error."""


class DataError(TaggerError):
    """Text or annotation that cannot be used as it is.

    :param message: what is wrong and how to mend it.
    :param path: the file, `None` where there is none.
    :param line: the line in that file, counted from 1.
    """

    def __init__(self, message: str, *, path: str | None = None, line: int | None = None) -> None:
        place = "" if path is None else f"{path}: " if line is None else f"{path}:{line}: "
        super().__init__(place + message)
        self.path, self.line = path, line


class ModelError(TaggerError):
    """A model file or a checkpoint that cannot be used."""


class DeviceError(TaggerError):
    """A device that was asked for and cannot be used."""


class OptionError(TaggerError):
    """Options that do not exist, do not fit together, or do not fit the model: a usage error."""


class PackageError(TaggerError, ImportError):
    """A package that is needed is missing or broken; the message says how to mend that."""
