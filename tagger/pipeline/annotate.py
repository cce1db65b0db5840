"""One file, annotated into another or in its place."""

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tagger.errors import DataError
from tagger.pipeline import backups
from tagger.pipeline.archives import LONGEST_MAGIC, kind
from tagger.pipeline.files import Task
from tagger.pipeline.filter import Filter, opened
from tagger.pipeline.marks import Mark, Marks, file_digest
from tagger.system.atomic import atomic_write


@dataclass(frozen=True, slots=True)
class Manner:
    """How files are annotated.

    :param run: digest of all that decides what comes out for an input.
    :param backup: in place: suffix under which the old file stays; none where empty.
    :param resume: whether what this run has written before is left as it is.
    """

    run: str
    backup: str
    resume: bool


def is_done(task: Task, marks: Marks, run: str) -> bool:
    """Whether a task's target holds what a run would write.

    :raises DataError: it is to be annotated in place, and another run has done so.
    :raises TaggerError: what is noted about files cannot be read.
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


def annotate_file(filter_: Filter, task: Task, manner: Manner, marks: Marks, count: Callable[[int], None]) -> None:
    """Annotate one file: the target is replaced as a whole, or stays as it was. The new one has a mark that tells so.

    :param count: is told how many tokens were tagged.
    :raises DataError: the file cannot be read or its annotation cannot be written.
    :raises TaggerError: what is noted about files cannot be read or written.
    """
    read, written = hashlib.sha256(), hashlib.sha256()
    with opened(task.source) as descriptor:
        if task.in_place:
            # Asked once more now that it is open: if somebody replaces it from here on, that is noticed in the end.
            if manner.resume and is_done(task, marks, manner.run):
                return
            if packed := kind(os.pread(descriptor, LONGEST_MAGIC, 0)):
                raise DataError(f"is {packed}, and its annotation would not be; use --output-dir", path=task.source)
        before = _state(os.fstat(descriptor))

        def seal(new: int) -> None:
            marks.set_done(task.real, new, Mark(manner.run, read.hexdigest(), written.hexdigest()))

        def check() -> None:
            if not before == _state(os.fstat(descriptor)) == _state(os.lstat(task.real)):
                raise DataError(
                    "changed while it was read, and is left as it is; annotate it when nobody writes to it",
                    path=task.source,
                )

        def check_and_keep() -> None:
            check()
            if manner.backup:
                backups.keep(task.real, descriptor, manner.backup, task.source, read.hexdigest(), marks)
                check()

        try:
            if not task.in_place:
                Path(task.real).parent.mkdir(parents=True, exist_ok=True)
            elif manner.backup:
                backups.check(task.real, manner.backup, task.source)
            with atomic_write(
                task.real, seal=seal, before_replace=check_and_keep if task.in_place else lambda: None
            ) as file:

                def write(data: bytes) -> None:
                    written.update(data)
                    file.write(data)

                filter_.one(descriptor, task.source, write, count=count, observe=read.update, whole=True)
        except OSError as error:
            raise DataError(
                f"cannot be written: {error.strerror}; the old file, if any, is as it was", path=task.target
            ) from None


def _state(status: os.stat_result) -> tuple[int, int, int, int]:
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns
