"""Annotation of a single file, into another file or in place."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

from tagger.errors import DataError
from tagger.formats.reader import ReaderSettings
from tagger.pipeline import backups
from tagger.pipeline.archives import LONGEST_MAGIC, kind
from tagger.pipeline.binaries import TextCheck
from tagger.pipeline.files import Task
from tagger.pipeline.filter import Filter, opened
from tagger.pipeline.marks import Mark, Marks, file_digest
from tagger.pipeline.settings import BatchSettings
from tagger.pipeline.source import blocks
from tagger.system.atomic import atomic_write


def is_done(task: Task, marks: Marks, run: str) -> bool:
    """Return whether a task's target already holds what a run would write.

    :param run: digest of the run, see :func:`tagger.pipeline.batch.run_digest`.
    :raises DataError: the file is to be annotated in place, and a different run has already done so.
    :raises TaggerError: the marks cannot be read.
    """
    found = marks.of(task.real)
    if not task.in_place:
        return any(mark.run == run for mark in found) and file_digest(task.source) in {
            mark.input for mark in found if mark.run == run
        }
    if any(mark.run == run for mark in found):
        return True
    if any(mark.input != mark.output for mark in found):
        mend = "restore it, or leave out --resume to annotate it once more"
        raise DataError(f"was annotated by another version or with other options; {mend}", path=task.source)
    return False


def annotate_file(
    filter_: Filter, task: Task, batch: BatchSettings, run: str, marks: Marks, count: Callable[[int], None]
) -> None:
    """Annotate one file. The target is replaced as a whole, with a mark of this run, or stays as it was.

    :param run: digest of the run, see :func:`tagger.pipeline.batch.run_digest`.
    :param count: called with the number of tokens just tagged.
    :raises DataError: the file cannot be read or its annotation cannot be written.
    :raises TaggerError: the marks cannot be read or written.
    """
    read, written = hashlib.sha256(), hashlib.sha256()
    with opened(task.source) as descriptor:
        if task.in_place:
            # Checked again now that the file is open: from here on, `check` notices if it is replaced.
            if batch.resume and is_done(task, marks, run):
                return
            start = os.read(descriptor, LONGEST_MAGIC)
            os.lseek(descriptor, 0, os.SEEK_SET)  # not os.pread, which Windows does not have
            if packed := kind(start):
                raise DataError(f"is {packed}, and its annotation would not be; use --output-dir", path=task.source)
        before = _state(os.fstat(descriptor))

        def seal(new: int) -> None:
            marks.set_done(task.real, new, Mark(run, read.hexdigest(), written.hexdigest()))

        def check() -> None:
            if not before == _state(os.fstat(descriptor)) == _state(os.lstat(task.real)):
                raise DataError(
                    "changed while it was read and was left as it is; annotate it when nothing writes to it",
                    path=task.source,
                )

        def check_and_keep() -> None:
            check()
            if batch.backup:
                backups.keep(task.real, descriptor, batch.backup, task.source, read.hexdigest(), marks)
                check()

        text: Path | None = None  # that of brat, if it is new
        try:
            if not task.in_place:
                Path(task.real).parent.mkdir(parents=True, exist_ok=True)
            elif batch.backup:
                backups.check(task.real, batch.backup, task.source)
            if filter_.settings.writer.form == "brat":
                text = write_text(task, filter_.settings.reader)
            with atomic_write(
                task.real, seal=seal, before_replace=check_and_keep if task.in_place else lambda: None
            ) as file:

                def write(data: bytes) -> None:
                    written.update(data)
                    file.write(data)

                filter_.one(descriptor, task.source, write, count=count, observe=read.update, whole=True)
            text = None
        except OSError as error:
            raise DataError(
                f"cannot be written: {error.strerror}; the old file, if any, is as it was", path=task.target
            ) from None
        finally:
            if text:
                text.unlink(missing_ok=True)


def write_text(task: Task, reader: ReaderSettings) -> Path | None:
    """Write the text that brat's annotation points into beside it: the content of the source in UTF-8, unpacked.

    :returns: its path, or `None` if it was there already.
    :raises DataError: there is another text with this name, or the source cannot be read.
    :raises OSError: it cannot be written.
    """
    target = Path(task.real).with_suffix(".txt")
    if target.exists() and target.samefile(task.source):
        return None
    with opened(task.source) as descriptor, atomic_write(target) as file:
        check = TextCheck(null=reader.null, whole=True)
        written = hashlib.sha256()
        for block in blocks(descriptor, task.source, check, encoding=reader.encoding):
            file.write(block)
            written.update(block)
        there = target.exists()
        if there and file_digest(str(target)) != written.hexdigest():
            what = f"its text would be written to {target}, which is another text; move that away"
            raise DataError(f"{what}, or choose another --output-dir", path=task.source)
    return None if there else target


def _state(status: os.stat_result) -> tuple[int, int, int, int]:
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns
