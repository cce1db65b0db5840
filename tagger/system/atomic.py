"""Files that appear whole or not at all, whatever kills the writer."""

import contextlib
import os
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from tagger.system.attributes import lend, set_mode

# The number of the process that writes it, so that a later run knows whose is left over.
TEMPORARY = re.compile(r"\.uk-tag-(\d+)-.*\.tmp")
SETTLED = 60  # seconds after which a temporary file without a lock belongs to no process, even if one has its number

_unfinished: set[str] = set()


@contextlib.contextmanager
def atomic_write(
    path: str | Path,
    *,
    like: str | None = None,
    seal: Callable[[int], None] = lambda descriptor: None,
    before_replace: Callable[[], None] = lambda: None,
) -> Iterator[BinaryIO]:
    """A binary file to write to; it takes the place of `path` when the block ends, and is removed when the block raises.

    A file that stood there lends its owner, permissions and attributes; nobody else can read the new one before. Where `path` is a link, the file
    that it leads to is replaced. Raises OSError where the folder cannot be written to or the disk is full; the old file stays then.

    :param like: the file that lends its owner and so on instead.
    :param seal: called with the descriptor when all is written, before it is synced to the disk; for marks that must appear with the content.
    :param before_replace: called when all is on disk, just before the new file takes the place.
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
            set_mode(temporary, file.fileno(), mode)  # last: it may take away the right to do the rest
            os.fsync(file.fileno())
            before_replace()
            if (
                os.name == "nt"
            ):  # there an open file cannot be renamed; elsewhere it stays open, and locked, until it has its name
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
    """Remove what this process has begun to write: it is about to end."""
    for temporary in list(_unfinished):
        with contextlib.suppress(OSError):
            os.unlink(temporary)


def remove_left_over(folder: str | Path) -> None:
    """Remove temporary files in a folder whose processes are gone."""
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            match = TEMPORARY.fullmatch(entry.name)
            if match and _is_left_over(entry.path, int(match[1])):
                with contextlib.suppress(OSError):
                    os.unlink(entry.path)


def _is_left_over(path: str, process: int) -> bool:
    """Whether nobody writes this file: its writer holds a lock on it, which tells more than a number that another process may have now."""
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
    """Lock an open file or folder for as long as it is open. Returns False where another process has done so, `None` where that cannot be done."""
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
    if process == os.getpid():  # its files are locked where there are locks; else this is asked before it writes any
        return False
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        return True
    with contextlib.suppress(OSError):  # Linux: one that was killed may stay listed until somebody asks how it ended
        return not Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].lstrip().startswith("Z")
    return True


def sync_folder(folder: str) -> None:
    """Have the names in a folder survive a power cut, where the system can do that."""
    if os.name == "posix":
        with contextlib.suppress(OSError):  # what was to be replaced has been
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
