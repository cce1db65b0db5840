"""One run at a time on a tree, wherever it is started: locks on the folders themselves, which go with the process."""

import contextlib
import os
from collections.abc import Iterable, Iterator

from tagger.errors import TaggerError

MOST = 100  # folders locked one by one; each takes a descriptor, of which a process may have 1024


@contextlib.contextmanager
def locked(folders: Iterable[str]) -> Iterator[None]:
    """Keep other runs out of some folders and all that is below, as long as the block lasts.

    The folders are locked for this process alone, and those above them together with runs on other folders: so a run on one of them is
    refused, too. Where a folder cannot be opened or the file system has no such locks, there is none.

    :param folders: real paths.
    :raises TaggerError: another run is at work there.
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
        for folder in sorted(own | above):  # in one order, lest two runs refuse each other
            try:
                descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
            except OSError:
                continue
            stack.callback(os.close, descriptor)
            status = os.fstat(descriptor)
            if (status.st_dev, status.st_ino) in seen:  # mounted at two places: a lock of our own would keep us out
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
