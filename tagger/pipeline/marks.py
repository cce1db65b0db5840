"""Marks on files: how a later run knows what is annotated already, and which file is a backup, wherever it is started.

A mark is an extended attribute of the file, and appears and goes with it. Where the file system has none, it is a line of a record file in
the same folder: one JSON object with `name` (of the file), `kind` and `value`, empty lines between; the last line on a name and kind counts.
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
    """A file was written by a run.

    :param run: digest of all that decides what comes out for an input.
    :param input, output: SHA-256 of what was read and of what was written.
    """

    run: str
    input: str
    output: str


@dataclass(slots=True)
class _Seen:
    """Part of a record file that was read before: the file, how many bytes and lines of it, and what they say."""

    file: tuple[int, int]
    size: int = 0
    lines: int = 0
    values: dict[tuple[str, str], str] = field(default_factory=dict)


class Marks:
    """Reads and sets marks. What it has read of record files it remembers."""

    def __init__(self) -> None:
        self._records: dict[str, _Seen] = {}

    def of(self, path: str) -> list[Mark]:
        """Marks that fit what a file holds now. Raises TaggerError, see :meth:`_read`."""
        found = [mark for mark in map(_parse, self._values(path, DONE)) if mark]
        content = file_digest(path) if found else None
        return [mark for mark in found if mark.output == content]

    def set_done(self, target: str, descriptor: int, mark: Mark) -> None:
        """Mark the open file that is about to take a target's place. Raises OSError, TaggerError."""
        self._set(target, descriptor, DONE, json.dumps(asdict(mark)))

    def is_backup(self, path: str) -> bool:
        """Whether a file is the backup of another; under another name, as when it was restored, it is none. Raises TaggerError."""
        name = os.path.basename(path)
        return any(value == name for value in self._values(path, BACKUP))

    def set_backup(self, path: str, descriptor: int) -> None:
        """Mark an open file as a backup, if it is called `path`. Raises OSError, TaggerError."""
        self._set(path, descriptor, BACKUP, os.path.basename(path))

    def tidy(self, folder: str) -> None:
        """Shorten the record file of a folder, if any, to what is still of use. Raises OSError, TaggerError."""
        path = os.path.join(folder, RECORD)
        with _locked(path, create=False) as file:
            if file is None:
                return
            seen = self._read(folder)
            kept = {key: value for key, value in seen.values.items() if os.path.lexists(os.path.join(folder, key[0]))}
            if not kept:
                os.unlink(path)
            elif len(kept) < seen.lines:
                with atomic_write(path) as new:
                    new.writelines(_line(name, kind, value) for (name, kind), value in kept.items())

    def _values(self, path: str, kind: str) -> Iterator[str]:
        with contextlib.suppress(OSError, AttributeError):  # no such attribute, or a system without any
            yield os.fsdecode(os.getxattr(path, _ATTRIBUTES[kind]))
        folder, name = os.path.split(path)
        value = self._read(folder).values.get((name, kind))
        if value is not None:
            yield value

    def _set(self, path: str, descriptor: int, kind: str, value: str) -> None:
        try:
            os.setxattr(descriptor, _ATTRIBUTES[kind], os.fsencode(value))
        except (OSError, AttributeError):  # of whatever kind: then the record must take it
            folder, name = os.path.split(path)
            _append(os.path.join(folder, RECORD), _line(name, kind, value))

    def _read(self, folder: str) -> _Seen:
        """What the record file of a folder says. Raises TaggerError where something else has its name, or it cannot be read."""
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
                    break  # cut short, or being written
                seen.size += len(line)
                seen.lines += line != b"\n"
                with contextlib.suppress(
                    ValueError, KeyError, TypeError, RecursionError
                ):  # a line that a crash cut short says nothing
                    record = json.loads(line)
                    name, kind, value = record["name"], record["kind"], record["value"]
                    if isinstance(name, str) and kind in _ATTRIBUTES and isinstance(value, str):
                        seen.values[name, kind] = value
        return seen


def is_own(name: str) -> bool:
    """Whether a file of such a name is uk-tag's, and no input."""
    return name == RECORD or TEMPORARY.fullmatch(name) is not None


def file_digest(path: str) -> str | None:
    """SHA-256 of a file; `None` where it cannot be read."""
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
    """Open a record file, but no link, pipe or device that has its name. Raises OSError, TaggerError."""
    other = TaggerError(f"{path}: is no regular file; move it away, marks of what is done go there")
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
def _locked(path: str, *, create: bool) -> Iterator[BinaryIO | None]:
    """A record file that nobody else writes to meanwhile; `None` where there is none. Raises OSError, TaggerError."""
    while True:
        try:
            file = _open(path, os.O_RDWR | (os.O_CREAT if create else 0))
        except FileNotFoundError:
            if create:
                raise
            yield None
            return
        with file:
            with contextlib.suppress(ImportError, OSError):  # no such locks
                import fcntl

                fcntl.flock(file, fcntl.LOCK_EX)
            try:
                current = os.path.samestat(os.fstat(file.fileno()), os.lstat(path))
            except FileNotFoundError:
                current = False
            if current:  # nobody has replaced it meanwhile
                yield file
                return


def _append(path: str, line: bytes) -> None:
    """Write a line to the end of a record file and to the disk, in full or not at all. Raises OSError, TaggerError."""
    with _locked(path, create=True) as file:
        assert file is not None
        size = file.seek(0, os.SEEK_END)
        line = b"\n" + line  # lest a line that a crash cut short spoils this one
        try:
            while line:  # a write may be short; the next one says why
                line = line[file.write(line) :]
            os.fsync(file.fileno())
        except OSError:
            with contextlib.suppress(OSError):
                file.truncate(size)
            raise
    if size == 0:
        sync_folder(os.path.dirname(path))
