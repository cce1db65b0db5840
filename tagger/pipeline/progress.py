"""Progress of a run, on a terminal."""

import os
import stat
import sys
import time
from collections.abc import Sequence

EVERY = 0.2  # seconds between two updates
SHORT = 1.0  # seconds that a single stream may take without a status line


class Progress:
    """A status line on standard error that is redrawn in place; nothing if that is not a terminal.

    Not `click.progressbar`, which redraws without a time limit and has no way to clear its line for a message.

    :param files, size: number of files, and their total size in bytes.
    :param on: whether to show anything, if standard error is a terminal.
    """

    def __init__(self, files: int, size: int, on: bool = True) -> None:
        self._files, self._size = files, size
        self._done = self._read = self._tokens = 0
        self._start = time.monotonic()
        self._shown = 0.0
        self._on = on and os.isatty(2)
        self._stream = self._drawn = False

    def tokens(self, count: int) -> None:
        """Count tokens that were tagged."""
        self._tokens += count
        self._show()

    def file(self, size: int) -> None:
        """Count a file that is done, with its size in bytes."""
        self._done += 1
        self._read += size
        self._show()

    def read(self, block: bytes) -> None:
        """Count the bytes of a block that was read. Called by the thread that reads ahead."""
        self._read += len(block)

    def _show(self) -> None:
        now = time.monotonic()
        if not self._on or now - self._shown < EVERY:
            return
        self._shown = now
        taken = max(now - self._start, 1e-3)
        left = f"{_duration(taken * (self._size - self._read) / self._read)} left" if self._read else ""
        done = f"{self._done}/{self._files} files"
        if self._stream:
            done = f"{min(self._read / self._size, 1):.0%} of {self._size / 1e6:,.1f} MB"
        self._drawn = True
        sys.stderr.write(f"\r\x1b[K{done}  {self._tokens / taken:,.0f} tokens/s  {left}")
        sys.stderr.flush()

    def clear(self) -> None:
        """Clear the line for the next message."""
        if self._drawn:
            self._drawn = False
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()

    @classmethod
    def of_stream(cls, paths: Sequence[str], on: bool) -> "Progress":
        """Make the progress of inputs that are tagged as one stream. Nothing is shown if one is not a regular file.

        :param paths: files; `-` is standard input, which may be a file as well.
        :param on: whether the terminal is free for it: output on the same terminal would be mixed with it.
        """
        size = 0
        try:
            for path in paths if on else ():
                status = os.fstat(0) if path == "-" else os.stat(path)
                on = on and stat.S_ISREG(status.st_mode)
                size += status.st_size
        except OSError:  # told when it is opened
            on = False
        progress = cls(len(paths), size, on and size > 0)
        progress._stream, progress._shown = True, time.monotonic() + SHORT
        return progress


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
