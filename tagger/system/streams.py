"""The standard streams of a program: safe to write to where they are closed, full, or not read any more."""

import io
import os
import select
import sys

from tagger.errors import TaggerError, printable


class ReaderGone(BaseException):
    """Whoever read standard output has gone. No subclass of OSError, as click ends a program with exit code 1 at that."""


def output_error(error: OSError) -> TaggerError:
    """What to tell where standard output cannot be written."""
    return TaggerError(f"standard output: {error.strerror}; free space there, or write elsewhere")


class StandardOutput(io.RawIOBase):
    """Descriptor 1. What fails is raised once, as ReaderGone or TaggerError; after that, all is dropped, also when Python flushes at its end."""

    _failed = False

    @classmethod
    def open(cls) -> io.TextIOWrapper:
        """A stream of text like `sys.stdout`; what its encoding lacks is written as an escape."""
        encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
        return io.TextIOWrapper(io.BufferedWriter(cls()), encoding, "backslashreplace", line_buffering=os.isatty(1))

    def writable(self) -> bool:
        """Always."""
        return True

    def fileno(self) -> int:
        """1."""
        return 1

    def isatty(self) -> bool:
        """Whether it is a terminal."""
        return os.isatty(1)

    def write(self, data) -> int:
        """Write some of it, and say how many bytes."""
        while not self._failed:
            try:
                return os.write(1, data)
            except BlockingIOError:  # another program made this pipe non-blocking
                select.select([], [1], [])
            except OSError as error:
                self._failed = True
                raise (ReaderGone() if isinstance(error, BrokenPipeError) else output_error(error)) from None
        return len(data)


def reserve_descriptors() -> None:
    """Where a standard stream is closed, keep its number from the next file that is opened; to use it stays an error."""
    for number, unfit in ((0, os.O_WRONLY), (1, os.O_RDONLY), (2, os.O_WRONLY)):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, unfit)


def say(line: str) -> None:
    """Write a line to standard error, with nothing in it that a terminal would act on. Where that cannot be done, nobody can be told."""
    try:
        os.write(2, (printable(line) + "\n").encode("utf-8", "backslashreplace"))
    except OSError:
        return
