"""The metadata of an ONNX file, read without onnxruntime, which takes longer to open the network than this takes to read a vocabulary.

A ModelProto has its metadata in fields 14, each a message of a key (1) and a value (2).
"""

from tagger.errors import ModelError
from tagger.model_file.protobuf import DELIMITED, fields, read, text
from tagger.validation import shown

METADATA, KEY, VALUE = 14, 1, 2
ENTRY = METADATA << 3 | DELIMITED


def read_metadata(content: bytes) -> dict[str, str]:
    """The metadata by key. Raises ModelError where the file is not of this format, or says something twice."""
    found: dict[str, str] = {}
    try:
        for key, _, _, value in fields(memoryview(content)):
            if key == ENTRY:
                entry = read(value, {KEY: DELIMITED, VALUE: DELIMITED}, "an entry of the metadata")
                name = text(entry, KEY)
                if name in found or not name:
                    raise ValueError(f"its metadata has {shown(name)} twice or without a name")
                found[name] = text(entry, VALUE)
    except ValueError as error:
        raise ModelError(f"this is no ONNX file ({error}); make one with uk-tag-export") from None
    return found


def without_metadata(content: bytes) -> bytes:
    """The same model without its metadata: what onnxruntime, which would keep a copy, has no use for. `content` is one that was read before."""
    view = memoryview(content)
    return b"".join(view[begin:end] for key, begin, end, _ in fields(view) if key != ENTRY)
