"""Atomic writes: a file appears complete or not at all, whatever kills the writer."""

import contextlib
import os
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from tagger.system.attributes import lend, set_mode

# The name holds the process id of the writer, so that a later run can tell which files are left over.
TEMPORARY = re.compile(r"\.uk-tag-(\d+)-.*\.tmp")
SETTLED = 60  # seconds after which an unlocked temporary file belongs to no process, even if its process id is in use

_unfinished: set[str] = set()


@contextlib.contextmanager
def atomic_write(
    path: str | Path,
    *,
    like: str | None = None,
    seal: Callable[[int], None] = lambda descriptor: None,
    before_replace: Callable[[], None] = lambda: None,
) -> Iterator[BinaryIO]:
    """Open a new binary file that replaces `path` when the block ends, and is removed if the block raises.

    The new file gets the owner, permissions and attributes of the old one, if there is one; until then, only this
    user can read it. If `path` is a link, the file that it leads to is replaced.

    :param like: take owner, permissions and attributes from this file instead.
    :param seal: called with the descriptor when everything is written, before it is synced to the disk; for marks
        that must appear with the content.
    :param before_replace: called when everything is on disk, just before the file is renamed.
    :raises OSError: the folder cannot be written to, or the disk is full. The old file stays.
    """
    path = os.path.realpath(path)
    temporary = os.path.join(os.path.dirname(path), f".uk-tag-{os.getpid()}-{os.urandom(6).hex()}.tmp")
    _unfinished.add(temporary)
    try:
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        with open(os.open(temporary, flags, 0o600), "wb") as file:
            try_lock(file.fileno())
            yield file
            file.flush()
            mode = lend(like or path, file.fileno())
            seal(file.fileno())
            set_mode(temporary, file.fileno(), mode)  # last, as it may take away the right to do the rest
            os.fsync(file.fileno())
            before_replace()
            if (
                os.name == "nt"
            ):  # Windows cannot rename an open file; elsewhere it stays open, and locked, until renamed
                file.close()
            os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
    finally:
        _unfinished.discard(temporary)
    sync_folder(os.path.dirname(path))


def abandon() -> None:
    """Remove the unfinished files of this process, which is about to end."""
    for temporary in list(_unfinished):
        with contextlib.suppress(OSError):
            os.unlink(temporary)


def remove_left_over(folder: str | Path) -> None:
    """Remove temporary files from a folder if the processes that wrote them are gone."""
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            match = TEMPORARY.fullmatch(entry.name)
            if match and _is_left_over(entry.path, int(match[1])):
                with contextlib.suppress(OSError):
                    os.unlink(entry.path)


def _is_left_over(path: str, process: int) -> bool:
    """Return whether no process writes this file.

    Its writer holds a lock on it, which says more than the process id, as another process may have that now.
    """
    locked: bool | None = None
    age = 0.0
    with contextlib.suppress(OSError):
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
        try:
            age = time.time() - os.fstat(descriptor).st_mtime
            locked = try_lock(descriptor)
        finally:
            os.close(descriptor)
    if locked is False:
        return False
    return not _is_alive(process) or (locked is True and age > SETTLED)


def try_lock(descriptor: int) -> bool | None:
    """Lock an open file or folder for as long as it is open.

    :returns: True if it is locked now, False if another process holds the lock, `None` if there are no such locks.
    """
    try:
        import fcntl
    except ImportError:  # Windows
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without such locks
        return None
    return True


def _is_alive(process: int) -> bool:
    if process == os.getpid():  # where locks work, its files are locked; elsewhere it has not written any yet
        return False
    from tagger.system.processes import is_alive  # rarely needed: only if there is a temporary file

    return is_alive(process)


def sync_folder(folder: str) -> None:
    """Sync a folder to the disk, so that its file names survive a power cut, where the system can do that."""
    if os.name == "posix":
        with contextlib.suppress(OSError):  # the file is already replaced
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
