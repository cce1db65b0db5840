"""Marks on files: they tell a later run, started anywhere, which files are annotated and which are backups.

A mark is an extended attribute of the file, and appears and disappears with it. If the file system has no extended
attributes, the mark is a line of a record file in the same folder: one JSON object with `name` (of the file), `kind`
and `value`. There may be empty lines between. The last line for a name and kind counts.
"""

import contextlib
import errno
import hashlib
import json
import os
import stat
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import BinaryIO

from tagger.errors import TaggerError
from tagger.system.atomic import TEMPORARY, atomic_write, sync_folder
from tagger.system.attributes import PREFIX

RECORD = ".uk-tag-journal.jsonl"
DONE, BACKUP = "done", "backup"
_ATTRIBUTES = {DONE: PREFIX, BACKUP: PREFIX + ".backup"}


@dataclass(frozen=True, slots=True)
class Mark:
    """A record that a file was written by a run.

    :param run: digest of everything that the output for an input depends on.
    :param input, output: SHA-256 of the bytes that were read and of the bytes that were written.
    """

    run: str
    input: str
    output: str


@dataclass(slots=True)
class _Seen:
    """The part of a record file that was read before: device and inode, bytes, lines, and the values in them."""

    file: tuple[int, int]
    size: int = 0
    lines: int = 0
    values: dict[tuple[str, str], str] = field(default_factory=dict)


class Marks:
    """Reads and sets marks. Remembers what it has read of record files."""

    def __init__(self) -> None:
        self._records: dict[str, _Seen] = {}

    def of(self, path: str) -> list[Mark]:
        """Return the marks that fit a file's current content.

        :raises TaggerError: the record file of the folder cannot be read.
        """
        found = [mark for mark in map(_parse, self._values(path, DONE)) if mark]
        content = file_digest(path) if found else None
        return [mark for mark in found if mark.output == content]

    def set_done(self, target: str, descriptor: int, mark: Mark) -> None:
        """Mark an open file that is about to replace a target.

        :raises OSError, TaggerError: the mark cannot be written.
        """
        self._set(target, descriptor, DONE, json.dumps(asdict(mark)))

    def is_backup(self, path: str) -> bool:
        """Return whether a file is a backup. A backup that was renamed, for example to restore it, no longer is one.

        :raises TaggerError: the record file of the folder cannot be read.
        """
        name = os.path.basename(path)
        return any(value == name for value in self._values(path, BACKUP))

    def set_backup(self, path: str, descriptor: int) -> None:
        """Mark an open file as a backup under the name `path`.

        :raises OSError, TaggerError: the mark cannot be written.
        """
        self._set(path, descriptor, BACKUP, os.path.basename(path))

    def tidy(self, folder: str) -> None:
        """Shorten the record file of a folder, if there is one, to the lines that still count.

        :raises OSError, TaggerError: the record file cannot be read or written.
        """
        path = os.path.join(folder, RECORD)
        if not os.path.lexists(path):
            return
        with _locked(path, 0):
            seen = self._read(folder)
            kept = {key: value for key, value in seen.values.items() if os.path.lexists(os.path.join(folder, key[0]))}
            if not kept:
                os.unlink(path)
            elif len(kept) < seen.lines:
                with atomic_write(path) as new:
                    new.writelines(_line(name, kind, value) for (name, kind), value in kept.items())

    def _values(self, path: str, kind: str) -> Iterator[str]:
        with contextlib.suppress(OSError, AttributeError):  # no such attribute, or a system without attributes
            yield os.fsdecode(os.getxattr(path, _ATTRIBUTES[kind]))
        folder, name = os.path.split(path)
        value = self._read(folder).values.get((name, kind))
        if value is not None:
            yield value

    def _set(self, path: str, descriptor: int, kind: str, value: str) -> None:
        try:
            os.setxattr(descriptor, _ATTRIBUTES[kind], os.fsencode(value))
        except (OSError, AttributeError):  # whatever the error: the record file is the fallback
            folder, name = os.path.split(path)
            _append(os.path.join(folder, RECORD), _line(name, kind, value))

    def _read(self, folder: str) -> _Seen:
        """Return the content of the record file of a folder, reading only lines added since the last time.

        :raises TaggerError: it cannot be read, or is not a regular file.
        """
        path = os.path.join(folder, RECORD)
        try:
            file = _open(path, os.O_RDONLY)
        except FileNotFoundError:
            return _Seen((0, 0))
        except OSError as error:
            raise TaggerError(f"{path}: cannot be read: {error.strerror}; check your rights") from None
        with file:
            status = os.fstat(file.fileno())
            seen = self._records.get(folder)
            if seen is None or seen.file != (status.st_dev, status.st_ino) or seen.size > status.st_size:
                seen = self._records[folder] = _Seen((status.st_dev, status.st_ino))
            file.seek(seen.size)
            for line in file:
                if not line.endswith(b"\n"):
                    break  # truncated, or being written
                seen.size += len(line)
                seen.lines += line != b"\n"
                # A line truncated by a crash is ignored.
                with contextlib.suppress(ValueError, KeyError, TypeError, RecursionError):
                    record = json.loads(line)
                    name, kind, value = record["name"], record["kind"], record["value"]
                    if isinstance(name, str) and kind in _ATTRIBUTES and isinstance(value, str):
                        seen.values[name, kind] = value
        return seen


def is_own(name: str) -> bool:
    """Return whether a file of this name belongs to uk-tag itself, and is not an input."""
    return name == RECORD or TEMPORARY.fullmatch(name) is not None


def file_digest(path: str) -> str | None:
    """Return the SHA-256 of a file, or `None` if it cannot be read."""
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


def _parse(value: str) -> Mark | None:
    with contextlib.suppress(ValueError, TypeError, RecursionError):
        return Mark(**json.loads(value))
    return None


def _line(name: str, kind: str, value: str) -> bytes:
    return json.dumps({"name": name, "kind": kind, "value": value}).encode() + b"\n"


def _open(path: str, flags: int) -> BinaryIO:
    """Open a record file, but never a link, pipe or device of that name.

    :raises OSError: it cannot be opened.
    :raises TaggerError: it is not a regular file.
    """
    other = TaggerError(f"{path}: is not a regular file; move it away, as uk-tag records there which files are done")
    try:
        descriptor = os.open(
            path,
            flags | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0),
            0o666,
        )
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.EISDIR, errno.ENXIO):
            raise other from None
        raise
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise other
    return open(descriptor, "rb" if flags == os.O_RDONLY else "r+b", buffering=-1 if flags == os.O_RDONLY else 0)


@contextlib.contextmanager
def _locked(path: str, flags: int) -> Iterator[BinaryIO]:
    """Open a record file and keep other processes from writing to it.

    :param flags: for `os.open`, in addition to O_RDWR.
    :raises OSError, TaggerError: see :func:`_open`.
    """
    while True:
        with _open(path, os.O_RDWR | flags) as file:
            with contextlib.suppress(ImportError, OSError):  # a system without such locks
                import fcntl

                fcntl.flock(file, fcntl.LOCK_EX)
            try:
                current = os.path.samestat(os.fstat(file.fileno()), os.lstat(path))
            except FileNotFoundError:
                current = False
            if current:  # it was not replaced before it was locked
                yield file
                return


def _append(path: str, line: bytes) -> None:
    """Append a line to a record file and sync it to the disk, in full or not at all.

    :raises OSError, TaggerError: it cannot be opened or written.
    """
    with _locked(path, os.O_CREAT) as file:
        size = file.seek(0, os.SEEK_END)
        line = b"\n" + line  # so that a line truncated by a crash does not spoil this one
        try:
            while line:  # a write may be short; the next one raises the reason
                line = line[file.write(line) :]
            os.fsync(file.fileno())
        except OSError:
            with contextlib.suppress(OSError):
                file.truncate(size)
            raise
    if size == 0:
        sync_folder(os.path.dirname(path))
