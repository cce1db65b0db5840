"""Backups of files that are annotated in place. An existing backup is never overwritten."""

import contextlib
import errno
import os
import shutil
import stat

from tagger.errors import DataError
from tagger.pipeline.marks import Marks, file_digest
from tagger.system.atomic import atomic_write

# Errors of file systems without hard links, and of Linux for files of other users (proc(5), protected_hardlinks).
NO_LINKS = {errno.EPERM, errno.EACCES, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EINVAL}


def check(path: str, suffix: str, name: str, digest: str | None = None) -> bool:
    """Return whether a file's backup exists: the name with the suffix is the file itself, or one of the same content.

    :param path: the file's real path.
    :param suffix: appended to the path to name the backup.
    :param name: the file's name in messages.
    :param digest: the file's SHA-256; `None` if it is not known.
    :raises DataError: the backup's name belongs to another file.
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
    """Keep an open file under its name with a suffix, and mark it as a backup, before it is replaced.

    :param path, suffix, name, digest: see :func:`check`.
    :param descriptor: the open file.
    :raises DataError: the backup's name belongs to another file, or the file was replaced meanwhile.
    :raises TaggerError: see :meth:`Marks.set_backup`.
    :raises OSError: the backup cannot be written.
    """
    backup = path + suffix
    if check(path, suffix, name, digest):
        with open(backup, "rb") as file:
            marks.set_backup(backup, file.fileno())
        return
    marks.set_backup(backup, descriptor)  # before the link, so that no backup is ever without its mark
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
    if not os.path.samestat(os.lstat(backup), os.fstat(descriptor)):  # the file was replaced just before it was linked
        os.unlink(backup)
        raise DataError(
            "was replaced while it was read and was left as it is; annotate it when nothing writes to it", path=name
        )


def _copy(path: str, descriptor: int, backup: str, name: str, marks: Marks) -> None:
    def check_free() -> None:  # without hard links, the best possible is to check just before the file is renamed
        if os.path.lexists(backup):
            raise _taken(backup, name)

    with (
        atomic_write(
            backup, like=path, seal=lambda new: marks.set_backup(backup, new), before_replace=check_free
        ) as file,
        open(os.dup(descriptor), "rb") as old,
    ):
        old.seek(0)
        shutil.copyfileobj(old, file)


def _taken(backup: str, name: str) -> DataError:
    return DataError(
        f"its backup would overwrite {backup}, which is another file; move that away, or choose another suffix",
        path=name,
    )
