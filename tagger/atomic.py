"""Files that appear whole or not at all, whatever kills the writer."""

import contextlib
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

# A temporary file carries the number of its process, so that a later run knows whose is left behind.
TEMPORARY = re.compile(r"\.uk-tag-(\d+)-.*\.tmp")


@contextlib.contextmanager
def atomic_write(path: str | Path, *, before_replace: Callable[[], None] = lambda: None) -> Iterator[BinaryIO]:
    """A binary file to write to; it takes the place of `path` when the block ends, and is removed when the block raises.

    A file that stood there lends its permissions. Raises OSError where the folder cannot be written to or the disk is full; the old file stays then.

    :param before_replace: called when all is on disk, just before the new file takes the place.
    """
    import tempfile  # only who writes a file waits for it

    path = Path(os.path.realpath(path))  # behind a link stands the file that is meant
    handle, temporary = tempfile.mkstemp(prefix=f".uk-tag-{os.getpid()}-", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, _mode(path))
        before_replace()
        os.replace(temporary, path)
        _sync_folder(path.parent)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def remove_left_over(folder: str | Path) -> None:
    """Remove temporary files in a folder whose processes are gone."""
    with contextlib.suppress(OSError):
        for entry in os.scandir(folder):
            match = TEMPORARY.fullmatch(entry.name)
            if match and not _is_alive(int(match[1])):
                with contextlib.suppress(OSError):
                    os.unlink(entry.path)


def _is_alive(process: int) -> bool:
    if process == os.getpid():  # asked before this process writes anything: an earlier one had its number
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    with contextlib.suppress(OSError):  # Linux: one that was killed may stay listed until somebody asks how it ended
        return not Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].lstrip().startswith("Z")
    return True


def _mode(path: Path) -> int:
    try:
        return path.stat().st_mode & 0o7777
    except OSError:
        umask = os.umask(0)
        os.umask(umask)
        return 0o666 & ~umask


def _sync_folder(folder: Path) -> None:
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
