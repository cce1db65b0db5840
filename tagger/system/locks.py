"""Locks on folders, so that only one run at a time works on a tree. They end with the process."""

import contextlib
import os
from collections.abc import Iterable, Iterator

from tagger.errors import TaggerError

MOST = 100  # folders that are locked one by one; each takes a descriptor, and a process may have 1024


@contextlib.contextmanager
def locked(folders: Iterable[str]) -> Iterator[None]:
    """Keep other runs out of folders, and of everything below them, for the duration of the block.

    The folders get exclusive locks and their parents shared ones, so that a run on a parent is refused as well. A
    folder that cannot be opened, or whose file system has no such locks, is not locked.

    :param folders: real paths.
    :raises TaggerError: another run works there.
    """
    try:
        import fcntl
    except ImportError:  # Windows
        yield
        return
    own = _topmost(set(folders))
    while len(own) > MOST:
        own = _topmost({os.path.dirname(folder) for folder in own})
    above = {parent for folder in own for parent in _parents(folder)}
    seen: set[tuple[int, int]] = set()
    with contextlib.ExitStack() as stack:
        for folder in sorted(own | above):  # always in the same order, so that two runs cannot refuse each other
            try:
                descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
            except OSError:
                continue
            stack.callback(os.close, descriptor)
            status = os.fstat(descriptor)
            if (status.st_dev, status.st_ino) in seen:  # mounted twice: our own lock would keep us out
                continue
            seen.add((status.st_dev, status.st_ino))
            try:
                fcntl.flock(descriptor, (fcntl.LOCK_EX if folder in own else fcntl.LOCK_SH) | fcntl.LOCK_NB)
            except BlockingIOError:
                raise TaggerError(f"another uk-tag is at work in {folder}; wait for it, or stop it") from None
            except OSError:
                continue
        yield


def _topmost(folders: set[str]) -> set[str]:
    return {folder for folder in folders if folders.isdisjoint(_parents(folder))}


def _parents(folder: str) -> Iterator[str]:
    while (parent := os.path.dirname(folder)) != folder:
        yield parent
        folder = parent
