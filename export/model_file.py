"""Writing of a model file: the graph and its bundle, sealed with a digest."""

from pathlib import Path

import onnx
from onnx import helper

from tagger.model_file import digest
from tagger.model_file.bundle import Bundle, to_metadata
from tagger.train.data.writing import whole_file


def to_bytes(model: onnx.ModelProto, bundle: Bundle) -> bytes:
    """Return the bytes of a model file: the graph, with the bundle in its metadata; they are reproducible."""
    sealed = onnx.ModelProto()
    sealed.CopyFrom(model)
    helper.set_model_props(sealed, {**to_metadata(bundle), digest.KEY: digest.PLACEHOLDER})
    return digest.seal(sealed.SerializeToString(deterministic=True))


def write_model(content: bytes, path: str | Path) -> None:
    """Write the file atomically.

    :raises DataError: it cannot be written.
    """
    with whole_file(path) as file:
        file.write(content)
