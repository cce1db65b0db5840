"""What can go wrong in ways that a user can mend: every message is one line that names the place and the mend."""


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
    """Options that do not fit together, or not the model: a usage error."""
