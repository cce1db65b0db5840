"""The bytes of a model file, found whole, and on request read ahead: while Python imports what runs them."""

from functools import partial
from pathlib import Path
from zlib import crc32

from tagger import digest
from tagger.background import Early
from tagger.errors import ModelError
from tagger.models import CHECKSUMS

_ahead: dict[Path, Early] = {}


def read_model(path: str | Path) -> bytes:
    """The bytes of a model file, found whole by their digest, or those of a model of the package by a checksum.

    :raises ModelError: it cannot be read, is damaged, or is none of ours.
    """
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise ModelError(f"{path}: cannot be read: {error.strerror}; give a file of uk-tag-export, or the name of a model that comes with uk-tag") from None
    carried = digest.read(content)
    if carried is None:
        raise ModelError(f"{path}: this is no model of uk-tag, or it was cut short; make one with uk-tag-export, or fetch it again")
    listed = CHECKSUMS.get(carried)
    if (listed is None or crc32(content) != listed) and not digest.holds(content):
        raise ModelError(f"{path}: the file is damaged (its content does not match its digest); fetch or export it again")
    return content


def read_ahead(path: str | Path) -> None:
    """Begin to read a file; the next :func:`model_content` of it has the bytes, or the error."""
    _ahead[Path(path).absolute()] = Early(partial(read_model, path))


def model_content(path: str | Path) -> bytes:
    """As :func:`read_model`, of what was read ahead if it was."""
    early = _ahead.pop(Path(path).absolute(), None)
    return early.result() if early else read_model(path)
