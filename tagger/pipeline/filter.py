"""Any number of inputs to one output: what `uk-tag` does unless it annotates files one by one."""

import errno
import gc
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

from tagger.errors import DataError, TaggerError
from tagger.formats import STANDARD_INPUT_NAME
from tagger.formats.labels import Labels
from tagger.formats.reader import Reader
from tagger.formats.writer import Document, Writer, open_document
from tagger.inference.engine import Engine
from tagger.inference.session import Session
from tagger.pipeline.binaries import Guard
from tagger.pipeline.settings import RunSettings
from tagger.pipeline.source import Source
from tagger.pipeline.stream import Output, Stream
from tagger.system.atomic import atomic_write, remove_left_over
from tagger.system.signals import SignalGuard
from tagger.system.streams import output_error

STANDARD_INPUT = "-"


@contextmanager
def opened(path: str) -> Iterator[int]:
    """A file descriptor to read. Raises DataError where there is none."""
    if path == STANDARD_INPUT:
        try:
            os.read(0, 0)
        except OSError as error:
            if error.errno == errno.EBADF:  # what else may be wrong shows when it is read
                raise DataError("it is closed; give a file, or pipe text in", path=STANDARD_INPUT_NAME) from None
        yield 0
        return
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    except OSError as error:
        raise DataError(f"cannot be opened: {error.strerror}; check the name and your rights", path=path) from None
    try:
        if os.path.isdir(path):
            raise DataError("is a folder; annotate its files with: uk-tag -r --output-dir OUT FOLDER", path=path)
        yield descriptor
    finally:
        os.close(descriptor)


def same_file(descriptor: int, other: int) -> bool:
    """Whether both are one regular file, so that reading one would read what is written to the other."""
    one, two = os.fstat(descriptor), os.fstat(other)
    return os.path.samestat(one, two) and os.path.isfile(f"/dev/fd/{descriptor}") if os.name == "posix" else False


class Filter:
    """Tags inputs into a stream of bytes.

    :param warn: takes a warning, a line.
    :raises OptionError: the settings name a label that the model does not have.
    """

    def __init__(
        self,
        engine: Engine,
        settings: RunSettings,
        interrupts: SignalGuard,
        warn: Callable[[str], None],
    ) -> None:
        self.engine, self._settings = engine, settings
        self._labels = Labels(engine.bundle.tags, settings.labels)
        self._interrupts, self.warn = interrupts, warn
        self.gap = b""

    def run(
        self,
        paths: Sequence[str],
        write: Callable[[bytes], None],
        output: int | None = None,
        *,
        whole: bool = False,
    ) -> bool:
        """Tag inputs one behind the other; one that fails is reported, and the rest goes on.

        :param output: the descriptor behind `write`, which no input may be.
        :param whole: see :meth:`one`.
        :returns: whether all went well.
        :raises OSError: the output cannot be written.
        """
        fine, self.gap = True, b""
        document = open_document(self._settings.writer, self._labels)
        for path in paths:
            try:
                with opened(path) as descriptor:
                    if output is not None and same_file(descriptor, output):
                        raise DataError("is also the output; write to another file, or use --in-place", path=path)
                    self.one(descriptor, path, write, self.gap, document=document, whole=whole)
            except DataError as error:
                self.warn(str(error))
                fine = False
        if document:
            write(document.finish())
        return fine

    def one(
        self,
        descriptor: int,
        path: str,
        write: Callable[[bytes], None],
        gap: bytes = b"",
        *,
        count: Callable[[int], None] = lambda tokens: None,
        observe: Callable[[bytes], None] = lambda block: None,
        document: Document | None = None,
        whole: bool = False,
    ) -> None:
        """Tag one open input. Leaves in `self.gap` what must be written before another input's first sentence.

        :param gap: is written before its first sentence.
        :param count: is told how many tokens were tagged.
        :param observe: is shown each block as it was read, before it is unpacked.
        :param document: what the input is to be a part of; else it makes one of its own where the form is one.
        :param whole: refuse an input with a NUL anywhere in it, not just near its start, unless lines end with NUL.
        :raises DataError: it is no text, or cannot be read to its end.
        """
        name = STANDARD_INPUT_NAME if path == STANDARD_INPUT else path
        own = open_document(self._settings.writer, self._labels) if document is None else None
        writing = Writer(name, self._settings.writer, self._labels, document or own)
        together = () if self._settings.line_buffered else writing.block_forms
        reading = Reader(name, self._settings.reader, self.warn, together=together)
        pending = [gap]

        def put(data: bytes) -> None:
            if data:
                write(pending.pop() + data if pending else data)

        source = Source(descriptor, name, Guard(null=self._settings.reader.null, whole=whole), observe)
        try:
            pipe = Stream(
                self.engine,
                put,
                self._interrupts,
                line_buffered=self._settings.line_buffered,
                scores=self._settings.needs_probabilities,
                count=count,
            )
            pipe.run(source, reading, writing)
            if own:
                put(own.finish())
        finally:
            source.stop()
            self.gap = pending[0] if pending else writing.gap()


def open_filter(settings: RunSettings, guard: SignalGuard, warn: Callable[[str], None]) -> Filter:
    """Open the model and make a filter. Raises ModelError, DeviceError, OptionError."""
    session = Session(settings.model, device=settings.device)
    engine = Engine(session, batch_tokens=settings.batch_tokens, threads=settings.threads)
    filter_ = Filter(engine, settings, guard, warn)
    gc.freeze()  # what is there now stays: no need to look through it time and again
    gc.set_threshold(10_000)  # a window is more lists than the usual 700, and all of them are in use
    gc.enable()
    return filter_


def to_standard_output(filter_: Filter, paths: Sequence[str]) -> bool:
    """Tag to standard output. Raises BrokenPipeError, and TaggerError where it cannot be written otherwise."""
    output = Output(1)

    def write(data: bytes) -> None:
        try:
            output.write(data)
        except BrokenPipeError:
            raise
        except OSError as error:
            raise output_error(error) from None

    return filter_.run(paths, write, 1)


def to_file(filter_: Filter, paths: Sequence[str], target: str) -> bool:
    """Tag to a file that appears whole when all inputs went well, or not at all.

    :raises TaggerError: the file cannot be written, or is an input.
    """
    for path in paths:
        with suppress(OSError):
            if path != STANDARD_INPUT and os.path.samefile(path, target):
                raise DataError("is also the output; write to another file, or use --in-place", path=path)
    if os.path.isdir(target):
        raise TaggerError(f"{target}: is a folder; give a file, or --output-dir")
    if os.path.exists(target) and not os.path.isfile(target):  # a device or a pipe: to replace it would be no favour
        return _into(filter_, paths, target)
    fine = False
    remove_left_over(os.path.dirname(os.path.realpath(target)))
    try:
        with atomic_write(target) as file:
            fine = filter_.run(paths, file.write, whole=True)
            if not fine:
                raise _Unfinished
    except _Unfinished:
        filter_.warn(f"{target}: not written, since an input failed")
    except OSError as error:
        raise TaggerError(f"{target}: cannot be written: {error.strerror}; the file is as it was") from None
    return fine


def _into(filter_: Filter, paths: Sequence[str], target: str) -> bool:
    try:
        descriptor = os.open(target, os.O_WRONLY)
        try:
            return filter_.run(paths, Output(descriptor).write)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise TaggerError(f"{target}: cannot be written: {error.strerror}") from None


class _Unfinished(Exception):
    """Not all inputs could be tagged."""
