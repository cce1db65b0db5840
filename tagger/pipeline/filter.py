"""The filter: any number of inputs to one output, unless `uk-tag` annotates files one by one."""

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
from tagger.pipeline.binaries import TextCheck
from tagger.pipeline.progress import Progress
from tagger.pipeline.settings import RunSettings
from tagger.pipeline.source import Source
from tagger.pipeline.stream import DocumentStream, Output, Stream
from tagger.system.atomic import atomic_write, remove_left_over
from tagger.system.signals import SignalGuard
from tagger.system.streams import output_error

STANDARD_INPUT = "-"


@contextmanager
def opened(path: str) -> Iterator[int]:
    """Open an input for reading, as a context manager that gives its file descriptor.

    :param path: `-` for standard input, which is not closed.
    :raises DataError: it cannot be opened.
    """
    if path == STANDARD_INPUT:
        try:
            os.read(0, 0)
        except OSError as error:
            if error.errno == errno.EBADF:  # other errors show when it is read
                raise DataError("it is closed; give a file, or pipe text in", path=STANDARD_INPUT_NAME) from None
        yield 0
        return
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    except OSError as error:
        raise DataError(f"cannot be opened: {error.strerror}; check the name and your rights", path=path) from None
    try:
        if os.path.isdir(path):
            mend = "annotate its files with: uk-tag -r --output-dir OUT FOLDER, or count names with: uk-tag -r --count"
            raise DataError(f"is a folder; {mend}", path=path)
        yield descriptor
    finally:
        os.close(descriptor)


def same_file(descriptor: int, other: int) -> bool:
    """Return whether both descriptors are the same regular file, so that the program would read its own output."""
    one, two = os.fstat(descriptor), os.fstat(other)
    return os.path.samestat(one, two) and os.path.isfile(f"/dev/fd/{descriptor}") if os.name == "posix" else False


class Filter:
    """Tags inputs into one stream of bytes.

    :param warn: called with each warning, a line.
    :raises OptionError: the settings name a label that the model does not have.
    """

    def __init__(
        self,
        engine: Engine,
        settings: RunSettings,
        guard: SignalGuard,
        warn: Callable[[str], None],
    ) -> None:
        self.engine, self.settings = engine, settings
        self._labels = Labels(engine.tags, settings.labels)
        self._guard, self.warn = guard, warn
        self.gap = b""
        self.progress = Progress(0, 0, on=False)

    def used(self) -> list[str]:
        """Say which model is used, and where it runs, in lines."""
        session = self.engine.session
        threads = self.settings.threads
        return [
            f"model {session.bundle.name} under {session.bundle.licence}",
            f"{session.path.name} runs on {session.device_reason}; {threads} thread{'s' if threads > 1 else ''}",
        ]

    def run(
        self,
        paths: Sequence[str],
        write: Callable[[bytes], object],
        output: int | None = None,
        *,
        whole: bool = False,
    ) -> bool:
        """Tag inputs one after the other. An input that fails is reported, and the rest is tagged.

        :param write: called with the output.
        :param output: the descriptor that `write` writes to, which must not be an input as well.
        :param whole: see :meth:`one`.
        :returns: True if no input failed.
        :raises OSError: the output cannot be written.
        """
        fine, self.gap = True, b""
        document = open_document(self.settings.writer, self._labels)
        for path in paths:
            try:
                with opened(path) as descriptor:
                    if output is not None and same_file(descriptor, output):
                        raise DataError("is also the output; write to another file, or use --in-place", path=path)
                    watch, seen = self.progress.tokens, self.progress.read
                    self.one(
                        descriptor, path, write, self.gap, count=watch, observe=seen, document=document, whole=whole
                    )
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
        write: Callable[[bytes], object],
        gap: bytes = b"",
        *,
        count: Callable[[int], None] = lambda tokens: None,
        observe: Callable[[bytes], None] = lambda block: None,
        document: Document | None = None,
        whole: bool = False,
    ) -> None:
        """Tag one open input. `self.gap` then holds the bytes to write before another input's first sentence.

        :param path: the input's path, for messages.
        :param write: called with the output.
        :param gap: written before the first sentence.
        :param count: called with the number of tokens just tagged.
        :param observe: called with each block as it was read, before it is unpacked.
        :param document: the document that the input becomes a part of; `None`: the input makes its own, if the output
            format has documents.
        :param whole: refuse an input with a NUL anywhere in it, not just near its start, unless lines end with NUL.
        :raises DataError: the input is not text, or cannot be read to its end.
        :raises OSError: the output cannot be written.
        """
        name = STANDARD_INPUT_NAME if path == STANDARD_INPUT else path
        own = open_document(self.settings.writer, self._labels) if document is None else None
        writing = Writer(name, self.settings.writer, self._labels, document or own, self.engine.own_base)
        alone = self.settings.line_buffered or self.settings.document
        together = () if alone else writing.block_forms
        reading = Reader(name, self.settings.reader, self.warn, together=together)
        pending = [gap]

        def put(data: bytes) -> None:
            if data:
                write(pending.pop() + data if pending else data)

        reader = self.settings.reader
        source = Source(descriptor, name, TextCheck(null=reader.null, whole=whole), observe, reader.encoding)
        try:
            self._stream(put, count).run(source, reading, writing)
            if own:
                put(own.finish())
        finally:
            source.stop()
            self.gap = pending[0] if pending else writing.gap()

    def _stream(self, put: Callable[[bytes], object], count: Callable[[int], None]) -> Stream:
        settings = self.settings
        if settings.document:
            return DocumentStream(self.engine, put, self._guard, count=count)
        return Stream(
            self.engine,
            put,
            self._guard,
            line_buffered=settings.line_buffered,
            scores=settings.needs_probabilities,
            count=count,
        )


def open_filter(settings: RunSettings, guard: SignalGuard, warn: Callable[[str], None]) -> Filter:
    """Open the model and make a filter.

    :raises ModelError: the model cannot be opened.
    :raises DeviceError: the device is not available.
    :raises OptionError: the settings do not fit the model.
    :raises PackageError: base forms are asked for, and pymorphy3 is missing.
    """
    if settings.writer.lemma:  # an error here is better than one after some output
        from tagger.base_forms.base_form import open_dictionary

        open_dictionary()
    session = Session(settings.model, device=settings.device)
    engine = Engine(session, batch_tokens=settings.batch_tokens, threads=settings.threads, own_names=settings.own_names)
    filter_ = Filter(engine, settings, guard, warn)
    gc.freeze()  # existing objects stay, so the collector need not scan them again and again
    gc.set_threshold(10_000)  # a window has more lists than the default of 700, and all of them are in use
    gc.enable()
    return filter_


def to_standard_output(filter_: Filter, paths: Sequence[str]) -> bool:
    """Tag to standard output.

    :returns: True if no input failed.
    :raises BrokenPipeError: the reader of the output is gone.
    :raises TaggerError: the output cannot be written for another reason.
    """
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
    """Tag to a file, which is written completely if all inputs succeed, else not at all.

    :returns: True if no input failed.
    :raises TaggerError: the file cannot be written, or is an input.
    """
    for path in paths:
        with suppress(OSError):
            if path != STANDARD_INPUT and os.path.samefile(path, target):
                raise DataError("is also the output; write to another file, or use --in-place", path=path)
    if os.path.isdir(target):
        raise TaggerError(f"{target}: is a folder; give a file, or --output-dir")
    if os.path.exists(target) and not os.path.isfile(target):  # a device or a pipe is written to, not replaced
        return _to_device(filter_, paths, target)
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


def _to_device(filter_: Filter, paths: Sequence[str], target: str) -> bool:
    try:
        descriptor = os.open(target, os.O_WRONLY)
        try:
            return filter_.run(paths, Output(descriptor).write)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise TaggerError(f"{target}: cannot be written: {error.strerror}") from None


class _Unfinished(Exception):
    """An input could not be tagged."""
