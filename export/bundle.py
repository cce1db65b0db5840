"""From a graph and what belongs to it to the bytes of one model file, sealed by a digest."""

from pathlib import Path

import onnx
from onnx import helper

from tagger import digest
from tagger.bundle import Bundle, to_metadata
from tagger.train.data.writing import whole_file


def to_bytes(model: onnx.ModelProto, bundle: Bundle) -> bytes:
    """One model file: the graph, with the bundle in its metadata. The same input gives the same bytes."""
    sealed = onnx.ModelProto()
    sealed.CopyFrom(model)
    helper.set_model_props(sealed, {**to_metadata(bundle), digest.KEY: digest.PLACEHOLDER})
    return digest.seal(sealed.SerializeToString(deterministic=True))


def write_model(content: bytes, path: str | Path) -> None:
    """Write the file whole or not at all. Raises DataError where it cannot be written."""
    with whole_file(path) as file:
        file.write(content)
