"""Owner, permissions and extended attributes of a file, copied to the file that replaces it."""

import contextlib
import os
import stat

PREFIX = "user.uk-tag"  # our own marks describe one content, and are not copied
ACCESS = "system.posix_acl_access"
# Attributes that vouch for one content (capabilities(7), IMA, EVM) are not copied.
BOUND = {"security.capability", "security.evm", "security.ima"}


def lend(old: str, descriptor: int) -> int:
    """Give an open new file the owner, group, access list and attributes of an old one, as far as this user may.

    :param old: path of the old file; if there is none, only the permissions of a new file are returned.
    :param descriptor: the open new file.
    :returns: the permissions to set once everything else is done. They never let anybody read or write who could not
        do so before: if the group cannot be kept, the new group gets no more rights than all others.
    """
    try:
        status = os.stat(old)
    except OSError:
        umask = os.umask(0)
        os.umask(umask)
        return 0o666 & ~umask
    mode = stat.S_IMODE(status.st_mode)
    if hasattr(os, "fchown"):
        mode = _lend_owner(status, descriptor, mode)
    if hasattr(os, "listxattr"):
        _lend_extended(old, descriptor)
    return mode


def set_mode(path: str, descriptor: int, mode: int) -> None:
    """Set the permissions of an open file, by its descriptor where the system can do so."""
    os.chmod(descriptor if os.chmod in os.supports_fd else path, mode)


def _lend_owner(status: os.stat_result, descriptor: int, mode: int) -> int:
    try:
        os.fchown(descriptor, status.st_uid, status.st_gid)
    except OSError:
        with contextlib.suppress(OSError):
            os.fchown(descriptor, -1, status.st_gid)
    new = os.fstat(descriptor)
    if (new.st_uid, new.st_gid) != (status.st_uid, status.st_gid):
        mode &= ~(stat.S_ISUID | stat.S_ISGID)
    if new.st_gid != status.st_gid:
        mode &= ~stat.S_IRWXG | (mode & stat.S_IRWXO) << 3
    return mode


def _lend_extended(old: str, descriptor: int) -> None:
    try:
        names = os.listxattr(old)
    except OSError:
        return
    for name in names:
        if not name.startswith(PREFIX) and name not in BOUND:
            with contextlib.suppress(OSError):
                os.setxattr(descriptor, name, os.getxattr(old, name))
    if ACCESS not in names:  # the new file may have one from the folder's default list
        with contextlib.suppress(OSError):
            os.removexattr(descriptor, ACCESS)
