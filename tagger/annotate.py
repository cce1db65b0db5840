"""One file, annotated into another or in its place."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

from tagger.atomic import atomic_write
from tagger.errors import DataError
from tagger.files import Task
from tagger.filter import Filter, opened
from tagger.source import GZIP


def annotate_file(
    filter_: Filter,
    task: Task,
    backup: str | None,
    record: Callable[[Task, str, str], None],
    count: Callable[[int], None],
) -> None:
    """Annotate one file: the target is replaced as a whole, or stays as it was.

    :param backup: in place: suffix under which the old file stays; none where empty.
    :param record: is told, just before the target is replaced, the digests of what was read and of what was written.
    :param count: is told how many tokens were tagged.
    :raises DataError: the file cannot be read or its annotation cannot be written.
    """
    in_place = task.source == task.target
    read, written = hashlib.sha256(), hashlib.sha256()
    with opened(task.source) as descriptor:
        if in_place and os.pread(descriptor, len(GZIP), 0) == GZIP:
            raise DataError("is gzip, and its annotation would not be; use --output-dir", path=task.source)
        before = _state(descriptor)

        def finish() -> None:
            if in_place and _state(descriptor) != before:
                raise DataError("changed while it was read, and is left as it is; annotate it when nobody writes to it", path=task.source)
            record(task, read.hexdigest(), written.hexdigest())
            if in_place and backup:
                keep(task.source, backup)

        try:
            Path(task.target).parent.mkdir(parents=True, exist_ok=True)
            with atomic_write(task.target, before_replace=finish) as file:

                def write(data: bytes) -> None:
                    written.update(data)
                    file.write(data)

                filter_.one(descriptor, task.source, write, count=count, observe=read.update)
        except OSError as error:
            raise DataError(f"cannot be written: {error.strerror}; the old file, if any, is as it was", path=task.target) from None


def keep(path: str, suffix: str) -> None:
    """Let the file behind `path` stay reachable under its name with a suffix. Raises OSError."""
    old = path + suffix
    temporary = f"{old}.{os.getpid()}"
    os.link(os.path.realpath(path), temporary)
    os.replace(temporary, old)


def _state(descriptor: int) -> tuple[int, int]:
    status = os.fstat(descriptor)
    return status.st_size, status.st_mtime_ns
