"""Blocks of bytes from files and pipes, read ahead in a thread, so that the tagger knows whether more is ready."""

import os
import queue
import select
import threading
from collections.abc import Callable, Iterator
from itertools import chain, islice

from tagger.errors import DataError
from tagger.formats.encoding import may_be_mark, recoded
from tagger.pipeline.archives import kind, may_be_magic, unpacked
from tagger.pipeline.binaries import TextCheck, start_of_text

BLOCK = 1 << 16  # bytes: what a pipe holds on Linux
AHEAD = 4  # blocks read before they are needed
SEARCHED = 256  # blocks of a compressed input that are searched for damage if its content does not look like text


Observe = Callable[[bytes], None]


def blocks(
    descriptor: int,
    path: str,
    check: TextCheck,
    observe: Observe = lambda block: None,
    encoding: str | None = None,
) -> Iterator[bytes]:
    """Yield blocks as they arrive, each of at most BLOCK bytes of input. Compressed input is unpacked.

    :param path: the input's name, for messages.
    :param encoding: that of the input, which is converted to UTF-8; `None`: UTF-8.
    :param check: refuses content that is not text.
    :param observe: called with each block as it was read, before it is unpacked.
    :raises DataError: the input cannot be read, is damaged, or is not text.
    """
    raw = _long_enough(_read(descriptor, path, observe), may_be_magic)
    start = next(raw, b"")
    packed = kind(start)
    content = unpacked(packed, start, raw, path) if packed else chain([start], raw) if start else raw
    if encoding:
        content = recoded(content, encoding, path)
    content = _long_enough(content, lambda start: may_be_mark(start, check.separator))
    for block in content:
        if fault := check.fault(block):
            if packed:
                yield from _before_damage(block, content)
                fault = f"its content {fault}"
            raise DataError(fault, path=path)
        yield block


def _long_enough(blocks: Iterator[bytes], is_short: Callable[[bytes], bool]) -> Iterator[bytes]:
    """Yield the same blocks, with the first ones joined until they are long enough. Never holds back a whole line."""
    start = b""
    for block in blocks:
        start += block
        if not is_short(start):
            break
    if start:
        yield start
    yield from blocks


def _before_damage(block: bytes, content: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the text at the start of a block if the compressed input turns out to be damaged.

    :raises DataError: it is damaged.
    """
    try:
        for _ in islice(content, SEARCHED):
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
    """An input that is read ahead by a thread.

    :param descriptor: an open file. The caller may close it at any time: the thread reads a duplicate, because the
        number may be reused for another file.
    :param path, check, observe, encoding: see :func:`blocks`; `check` and `observe` are called in the thread.
    :raises DataError: no more files can be opened.
    """

    def __init__(
        self,
        descriptor: int,
        path: str,
        check: TextCheck,
        observe: Observe = lambda block: None,
        encoding: str | None = None,
    ) -> None:
        self._queue: queue.SimpleQueue[bytes | Exception | None] = queue.SimpleQueue()
        self._free = threading.Semaphore(AHEAD)
        self._stopped = False
        try:
            own = os.dup(descriptor)
        except OSError as error:
            raise DataError(f"cannot be read: {error.strerror}", path=path) from None
        threading.Thread(target=self._fill, args=(own, path, check, observe, encoding), daemon=True).start()

    def _fill(self, descriptor: int, path: str, check: TextCheck, observe: Observe, encoding: str | None) -> None:
        last: Exception | None = None
        try:
            for block in blocks(descriptor, path, check, observe, encoding):
                self._free.acquire()
                if self._stopped:
                    return
                self._queue.put(block)
        except Exception as error:  # raised by `next` after the blocks before it
            last = error
        finally:
            os.close(descriptor)
        self._queue.put(last)

    def next(self) -> bytes | None:
        """Wait for the next block. Returns `None` at the end.

        :raises DataError: see :func:`blocks`.
        """
        item = self._queue.get()
        if isinstance(item, Exception):
            raise item
        self._free.release()
        return item

    @property
    def is_ready(self) -> bool:
        """True if :meth:`next` would not wait."""
        return not self._queue.empty()

    def stop(self) -> None:
        """Let the thread end at its next block."""
        self._stopped = True
        self._free.release()
