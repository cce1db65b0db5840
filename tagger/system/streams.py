"""The standard streams of a program: safe to write to even if they are closed, full, or no longer read."""

import io
import os
import select
import sys
from typing import TYPE_CHECKING

from tagger.errors import TaggerError, printable

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class ReaderGone(BaseException):
    """The reader of standard output is gone. Not a subclass of OSError, for which click exits with code 1."""


def output_error(error: OSError) -> TaggerError:
    """Return the error to raise when standard output cannot be written."""
    return TaggerError(f"standard output: {error.strerror}; free space there, or write elsewhere")


class StandardOutput(io.RawIOBase):
    """File descriptor 1 as a raw stream.

    The first failure is raised, as ReaderGone or TaggerError. Later output is dropped, even when Python flushes at
    exit.
    """

    _failed = False

    @classmethod
    def open(cls) -> io.TextIOWrapper:
        """Return a text stream like `sys.stdout` that escapes characters missing from its encoding.

        On Windows it is UTF-8, as all data are: the console is told so, and a pipe or a file there would get the code
        page of the system, which has no Ukrainian outside of Ukraine.
        """
        encoding = "utf-8" if os.name == "nt" else getattr(sys.stdout, "encoding", None) or "utf-8"
        return io.TextIOWrapper(io.BufferedWriter(cls()), encoding, "backslashreplace", line_buffering=os.isatty(1))

    def writable(self) -> bool:
        """Return True."""
        return True

    def fileno(self) -> int:
        """Return 1."""
        return 1

    def isatty(self) -> bool:
        """Return whether it is a terminal."""
        return os.isatty(1)

    def write(self, data: "ReadableBuffer") -> int:
        """Write some of the data, as any raw stream may.

        :returns: the number of bytes written, or dropped after a failure.
        :raises ReaderGone: the reader is gone.
        :raises TaggerError: standard output cannot be written for another reason.
        """
        while not self._failed:
            try:
                return os.write(1, data)
            except BlockingIOError:  # another program made this pipe non-blocking
                select.select([], [1], [])
            except OSError as error:
                self._failed = True
                raise (ReaderGone() if isinstance(error, BrokenPipeError) else output_error(error)) from None
        return memoryview(data).nbytes


def reserve_descriptors() -> None:
    """Occupy the number of each closed standard stream, so that no other file gets it. Using it stays an error."""
    for number, unfit in ((0, os.O_WRONLY), (1, os.O_RDONLY), (2, os.O_WRONLY)):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, unfit)


def say(line: str) -> None:
    """Write a line to standard error, without control characters. A failure is ignored, as it cannot be reported."""
    try:
        os.write(2, (printable(line) + "\n").encode("utf-8", "backslashreplace"))
    except OSError:
        return
