"""Progress of a batch run, on a terminal."""

import os
import sys
import time

EVERY = 0.2  # seconds between two updates


class Progress:
    """A status line on standard error that is redrawn in place; nothing if that is not a terminal.

    Not `click.progressbar`, which redraws without a time limit and has no way to clear its line for a message.

    :param files, size: number of files, and their total size in bytes.
    """

    def __init__(self, files: int, size: int) -> None:
        self._files, self._size = files, size
        self._done = self._read = self._tokens = 0
        self._start = time.monotonic()
        self._shown = 0.0
        self._on = os.isatty(2)

    def tokens(self, count: int) -> None:
        """Count tokens that were tagged."""
        self._tokens += count
        self._show()

    def file(self, size: int) -> None:
        """Count a file that is done, with its size in bytes."""
        self._done += 1
        self._read += size
        self._show()

    def _show(self) -> None:
        now = time.monotonic()
        if not self._on or now - self._shown < EVERY:
            return
        self._shown = now
        taken = max(now - self._start, 1e-3)
        left = f"{_duration(taken * (self._size - self._read) / self._read)} left" if self._read else ""
        sys.stderr.write(f"\r\x1b[K{self._done}/{self._files} files  {self._tokens / taken:,.0f} tokens/s  {left}")
        sys.stderr.flush()

    def clear(self) -> None:
        """Clear the line for the next message."""
        if self._on:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
