"""Blocks of bytes from files and pipes, read in a thread of their own, so that whoever tags knows whether more is ready."""

import os
import queue
import select
import threading
import zlib
from collections.abc import Callable, Iterator

from tagger.errors import DataError

BLOCK = 1 << 16  # bytes: what a pipe holds on Linux
AHEAD = 4  # blocks read before they are asked for
GZIP = b"\x1f\x8b"


def blocks(descriptor: int, path: str, observe: Callable[[bytes], None] = lambda block: None) -> Iterator[bytes]:
    """Blocks as they come, at most BLOCK bytes each; gzip, known by its first two bytes, is unpacked.

    :param path: the input's name, for messages.
    :param observe: is shown each block as it was read, before it is unpacked.
    :raises DataError: it cannot be read, or it is gzip and broken.
    """
    raw = _read(descriptor, path, observe)
    start = b""
    for block in raw:
        start += block
        if len(start) >= len(GZIP) or not GZIP.startswith(start):
            break
    if not start.startswith(GZIP):
        if start:
            yield start
        yield from raw
        return
    yield from _unpacked(start, raw, path)


def _read(descriptor: int, path: str, observe: Callable[[bytes], None]) -> Iterator[bytes]:
    while True:
        try:
            block = os.read(descriptor, BLOCK)
        except BlockingIOError:  # another program made this pipe non-blocking
            select.select([descriptor], [], [])
            continue
        except OSError as error:
            raise DataError(f"cannot be read: {error.strerror}", path=path) from None
        if not block:
            return
        observe(block)
        yield block


def _unpacked(start: bytes, raw: Iterator[bytes], path: str) -> Iterator[bytes]:
    member = zlib.decompressobj(wbits=31)
    pending = start
    try:
        while True:
            while data := member.decompress(pending, BLOCK):
                yield data
                pending = member.unconsumed_tail
            pending = member.unused_data.lstrip(b"\0") if member.eof else b""  # NULs are padding, as tape and some tools leave it
            if not pending:
                pending = next(raw, b"")
                if not pending:
                    break
                if member.eof:
                    pending = pending.lstrip(b"\0")
            if member.eof and pending:
                member = zlib.decompressobj(wbits=31)
        if not member.eof:
            raise DataError("this gzip file is cut short; what came before is tagged, fetch it again", path=path)
    except zlib.error as error:
        raise DataError(f"this gzip file is damaged ({error}); what came before is tagged, fetch it again", path=path) from None


class Source:
    """An input read ahead by a thread.

    :param descriptor: an open file; whoever opened it closes it, at any time: the thread reads a duplicate, as it must never meet
        another file under the same number.
    :param observe: see :func:`blocks`; called in the thread.
    """

    def __init__(self, descriptor: int, path: str, observe: Callable[[bytes], None] = lambda block: None) -> None:
        self._queue: queue.SimpleQueue = queue.SimpleQueue()
        self._room = threading.Semaphore(AHEAD)
        self._stopped = False
        try:
            own = os.dup(descriptor)
        except OSError as error:
            raise DataError(f"cannot be read: {error.strerror}", path=path) from None
        threading.Thread(target=self._fill, args=(own, path, observe), daemon=True).start()

    def _fill(self, descriptor: int, path: str, observe: Callable[[bytes], None]) -> None:
        last: Exception | None = None
        try:
            for block in blocks(descriptor, path, observe):
                self._room.acquire()
                if self._stopped:
                    return
                self._queue.put(block)
        except Exception as error:  # handed to the reader, in its turn
            last = error
        finally:
            os.close(descriptor)
        self._queue.put(last)

    def next(self) -> bytes | None:
        """The next block; `None` at the end. Waits for it. Raises DataError."""
        item = self._queue.get()
        if isinstance(item, Exception):
            raise item
        self._room.release()
        return item

    @property
    def is_ready(self) -> bool:
        """Whether :meth:`next` would not wait."""
        return not self._queue.empty()

    def stop(self) -> None:
        """Let the thread end at its next block."""
        self._stopped = True
        self._room.release()
