"""The bytes of a model file, found whole, and on request read ahead: while Python imports what runs them."""

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
LARGEST = (1 << 31) - 1  # bytes of an ONNX file, which is a protocol buffer
DIGEST_WITHIN = 4096  # bytes of its end: of a large file that is no model, no more is read

_ahead: dict[Path, Background] = {}


def read_model(path: str | Path) -> bytes:
    """The bytes of a model file, found whole by their digest, or those of a model of the package by a checksum.

    :raises ModelError: it cannot be read, is damaged, or is none of ours.
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
        raise ModelError(
            f"{path}: this is no model of uk-tag, or it was cut short; make one with uk-tag-export, or fetch it again"
        )
    listed = CHECKSUMS.get(carried)
    if (listed is None or crc32(content) != listed) and not digest.holds(content):
        raise ModelError(
            f"{path}: the file is damaged (its content does not match its digest); fetch or export it again"
        )
    return content


def open_regular(path: str | Path) -> BinaryIO:
    """Open a file for reading, unless it is a pipe, which may have no writer, or a device, which may have no end. Raises OSError."""
    if not stat.S_ISREG(os.stat(path).st_mode):
        raise OSError(errno.EINVAL, "it is a folder, a pipe or a device")
    return open(path, "rb")


def prefetch(path: str | Path) -> None:
    """Begin to read a file; the next :func:`model_content` of it has the bytes, or the error."""
    _ahead[Path(path).absolute()] = Background(partial(read_model, path))


def read_prefetched(path: str | Path) -> bytes:
    """As :func:`read_model`, of what was read ahead if it was."""
    early = _ahead.pop(Path(path).absolute(), None)
    return early.result() if early else read_model(path)
