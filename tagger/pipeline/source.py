"""Blocks of bytes from files and pipes, read in a thread of their own, so that whoever tags knows whether more is ready."""

import os
import queue
import select
import threading
from collections.abc import Callable, Iterator
from itertools import chain, islice

from tagger.errors import DataError
from tagger.formats.encoding import may_be_mark
from tagger.pipeline.archives import kind, may_be_magic, unpacked
from tagger.pipeline.binaries import Guard, start_of_text

BLOCK = 1 << 16  # bytes: what a pipe holds on Linux
AHEAD = 4  # blocks read before they are asked for
LOOKED_THROUGH = 256  # blocks of an archive: whether it is damaged, if it seems to hold no text


Observe = Callable[[bytes], None]


def blocks(descriptor: int, path: str, guard: Guard, observe: Observe = lambda block: None) -> Iterator[bytes]:
    """Blocks as they come, at most BLOCK bytes each; what is compressed is unpacked.

    :param path: the input's name, for messages.
    :param guard: tells text from other content.
    :param observe: is shown each block as it was read, before it is unpacked.
    :raises DataError: it cannot be read, is damaged, or is no text.
    """
    raw = _long_enough(_read(descriptor, path, observe), may_be_magic)
    start = next(raw, b"")
    packed = kind(start)
    content = unpacked(packed, start, raw, path) if packed else chain([start], raw) if start else raw
    content = _long_enough(content, lambda start: may_be_mark(start, guard.separator))
    for block in content:
        if fault := guard.fault(block):
            if packed:
                yield from _before_damage(block, content)
                fault = f"its content {fault}"
            raise DataError(fault, path=path)
        yield block


def _long_enough(blocks: Iterator[bytes], is_short: Callable[[bytes], bool]) -> Iterator[bytes]:
    """The same blocks, the first ones joined as long as they are too short. No whole line is held."""
    start = b""
    for block in blocks:
        start += block
        if not is_short(start):
            break
    if start:
        yield start
    yield from blocks


def _before_damage(block: bytes, content: Iterator[bytes]) -> Iterator[bytes]:
    """What a block has of text, if the archive turns out to be damaged. Raises the DataError that says so."""
    try:
        for _ in islice(content, LOOKED_THROUGH):
            pass
    except DataError:
        if text := start_of_text(block):
            yield text
        raise


def _read(descriptor: int, path: str, observe: Observe) -> Iterator[bytes]:
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


class Source:
    """An input read ahead by a thread.

    :param descriptor: an open file; whoever opened it closes it, at any time: the thread reads a duplicate, as it must never meet
        another file under the same number.
    :param guard, observe: see :func:`blocks`; called in the thread.
    """

    def __init__(self, descriptor: int, path: str, guard: Guard, observe: Observe = lambda block: None) -> None:
        self._queue: queue.SimpleQueue = queue.SimpleQueue()
        self._room = threading.Semaphore(AHEAD)
        self._stopped = False
        try:
            own = os.dup(descriptor)
        except OSError as error:
            raise DataError(f"cannot be read: {error.strerror}", path=path) from None
        threading.Thread(target=self._fill, args=(own, path, guard, observe), daemon=True).start()

    def _fill(self, descriptor: int, path: str, guard: Guard, observe: Observe) -> None:
        last: Exception | None = None
        try:
            for block in blocks(descriptor, path, guard, observe):
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
