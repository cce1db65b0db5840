"""Reading a model's metadata without onnxruntime."""

import onnx
import onnxruntime
import pytest

from tagger.errors import ModelError
from tagger.model_file.metadata import read_metadata, without_metadata


def test_same_as_onnxruntime(tiny_model):
    content = tiny_model.read_bytes()
    metadata = read_metadata(content)
    assert (
        metadata
        == onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"]).get_modelmeta().custom_metadata_map
    )
    assert "entries" in metadata


@pytest.mark.parametrize("content", [b"\xff", b"\x72\x05ab", b"\x72\x02\x0b\x00", b"\x72\x00"])
def test_foreign_files_are_refused(content):
    with pytest.raises(ModelError, match="not an ONNX file"):
        read_metadata(content)


def test_other_fields_are_skipped():
    entry = b"\x0a\x01k\x12\x01v"
    content = b"\x08\x96\x01" + b"\x11" + b"\0" * 8 + b"\x1d" + b"\0" * 4 + b"\x72" + bytes([len(entry)]) + entry
    assert read_metadata(content) == {"k": "v"}


def test_without_it_the_model_is_the_same(tiny_model):
    content = tiny_model.read_bytes()
    whole, bare = onnx.load_from_string(content), onnx.load_from_string(without_metadata(content))
    assert whole.metadata_props and not bare.metadata_props
    del whole.metadata_props[:]
    assert bare == whole
