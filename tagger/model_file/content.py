"""The bytes of a model file, checked for damage. They can be prefetched while Python imports other modules."""

import errno
import os
import stat
from functools import partial
from pathlib import Path
from typing import BinaryIO
from zlib import crc32

from tagger.errors import ModelError
from tagger.model_file import digest
from tagger.models import CHECKSUMS
from tagger.system.background import Background

SOURCES = "give a file of uk-tag-export, or the name of a model that comes with uk-tag"
LARGEST = (1 << 31) - 1  # bytes: the limit of a protocol buffer, and so of an ONNX file
DIGEST_WITHIN = 4096  # bytes at the end that hold the digest; of a large file that is not a model no more is read

_prefetched: dict[Path, Background] = {}


def read_model(path: str | Path) -> bytes:
    """Read a model file, and check it by its digest, or by a checksum if it is a model of the package.

    :raises ModelError: the file cannot be read, is damaged, or is not a uk-tag model.
    """
    try:
        with open_regular(path) as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(size - DIGEST_WITHIN, 0))
            fits = size <= LARGEST and digest.read(file.read()) is not None
            file.seek(0)
            content = file.read() if fits else b""
    except (OSError, ValueError) as error:  # ValueError: a name with NUL in it
        raise ModelError(f"{path}: cannot be read: {getattr(error, 'strerror', error)}; {SOURCES}") from None
    except MemoryError:
        raise ModelError(f"{path}: is too large for the memory of this machine; {SOURCES}") from None
    carried = digest.read(content)
    if carried is None:
        mend = "make one with uk-tag-export, or download it again"
        raise ModelError(f"{path}: this is not a model of uk-tag, or it is truncated; {mend}")
    listed = CHECKSUMS.get(carried)
    if (listed is None or crc32(content) != listed) and not digest.holds(content):
        why = "its content does not match its digest"
        raise ModelError(f"{path}: the file is damaged ({why}); download it again or export the model again")
    return content


def open_regular(path: str | Path) -> BinaryIO:
    """Open a regular file for reading.

    :raises OSError: it cannot be opened, or is not a regular file: a pipe may have no writer, a device no end.
    """
    if not stat.S_ISREG(os.stat(path).st_mode):
        raise OSError(errno.EINVAL, "it is a folder, a pipe or a device")
    return open(path, "rb")


def prefetch(path: str | Path) -> None:
    """Start reading a file in a thread.

    The next :func:`read_prefetched` of this path returns the bytes or raises the error.
    """
    _prefetched[Path(path).absolute()] = Background(partial(read_model, path))


def read_prefetched(path: str | Path) -> bytes:
    """Like :func:`read_model`, but use the prefetched bytes if there are any."""
    reading = _prefetched.pop(Path(path).absolute(), None)
    if reading is None:
        return read_model(path)
    content: bytes = reading.result()
    return content
