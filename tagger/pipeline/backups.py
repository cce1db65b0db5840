"""Backups of files that are annotated in place: never overwritten, whoever made them."""

import contextlib
import errno
import os
import shutil
import stat

from tagger.errors import DataError
from tagger.pipeline.marks import Marks, file_digest
from tagger.system.atomic import atomic_write

# What file systems without hard links say, and Linux of files of other users (proc(5), protected_hardlinks).
NO_LINKS = {errno.EPERM, errno.EACCES, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EINVAL}


def check(path: str, suffix: str, name: str, digest: str | None = None) -> bool:
    """Whether a file's backup is there already: under the name with the suffix is the file itself, or one that holds the same.

    :param path: the file's real path.
    :param name: its name in messages.
    :param digest: its SHA-256; `None`: not known.
    :raises DataError: something else has the name.
    """
    backup = path + suffix
    if not os.path.lexists(backup):
        return False
    with contextlib.suppress(OSError):
        old, new = os.lstat(backup), os.stat(path)
        if os.path.samestat(old, new):
            return True
        if (
            stat.S_ISREG(old.st_mode)
            and old.st_size == new.st_size
            and file_digest(backup) == (digest or file_digest(path))
        ):
            return True
    raise _taken(backup, name)


def keep(path: str, descriptor: int, suffix: str, name: str, digest: str, marks: Marks) -> None:
    """Let an open file stay reachable under its name with a suffix when another takes its place. It is marked as a backup.

    :param path, name, digest: see :func:`check`.
    :raises DataError: something else has the name; and as for :meth:`Marks.set_backup`.
    :raises OSError: the backup cannot be written.
    """
    backup = path + suffix
    if check(path, suffix, name, digest):
        with open(backup, "rb") as file:
            marks.set_backup(backup, file.fileno())
        return
    marks.set_backup(backup, descriptor)  # first: a backup is known as one at any time
    try:
        os.link(path, backup)
    except FileExistsError:
        check(path, suffix, name, digest)
        return
    except OSError as error:
        if error.errno not in NO_LINKS:
            raise
        _copy(path, descriptor, backup, name, marks)
        return
    if not os.path.samestat(
        os.lstat(backup), os.fstat(descriptor)
    ):  # another file has come under the name in the last moment
        os.unlink(backup)
        raise DataError(
            "was replaced while it was read, and is left as it is; annotate it when nobody writes to it", path=name
        )


def _copy(path: str, descriptor: int, backup: str, name: str, marks: Marks) -> None:
    def is_free() -> None:  # where files cannot be linked, nothing better is at hand than to look just before
        if os.path.lexists(backup):
            raise _taken(backup, name)

    with (
        atomic_write(backup, like=path, seal=lambda new: marks.set_backup(backup, new), before_replace=is_free) as file,
        open(os.dup(descriptor), "rb") as old,
    ):
        old.seek(0)
        shutil.copyfileobj(old, file)


def _taken(backup: str, name: str) -> DataError:
    return DataError(
        f"its backup would overwrite {backup}, which is another file; move that away, or choose another suffix",
        path=name,
    )
