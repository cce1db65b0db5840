"""Owner, permissions and extended attributes of a file, passed on to the file that takes its place."""

import contextlib
import os
import stat

PREFIX = "user.uk-tag"  # our own marks speak of one content, and do not pass on
ACCESS = "system.posix_acl_access"
# What vouches for a content (capabilities(7), IMA, EVM) does not pass on to another.
BOUND = {"security.capability", "security.evm", "security.ima"}


def lend(old: str, descriptor: int) -> int:
    """Give an open new file the owner, group, access list and other attributes of an old one, as far as this user may.

    :returns: the permissions to set once all else is done. They never let anybody read or write who could not do so before: where the group
        cannot be kept, the new one may do no more than all others.
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
    """Set the permissions of an open file, by its number where the system can do so."""
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
    if ACCESS not in names:  # the folder's default list may have lent one
        with contextlib.suppress(OSError):
            os.removexattr(descriptor, ACCESS)
