"""Reading the metadata of an ONNX file without onnxruntime.

onnxruntime takes longer to open the network than this module takes to read a vocabulary. A ModelProto has its metadata
in fields 14, each a message with a key (1) and a value (2).
"""

from tagger.errors import ModelError
from tagger.model_file.protobuf import DELIMITED, fields, read, text
from tagger.validation import shown

METADATA, KEY, VALUE = 14, 1, 2
ENTRY = METADATA << 3 | DELIMITED


def read_metadata(content: bytes) -> dict[str, str]:
    """Read the metadata by key.

    :raises ModelError: the file is not an ONNX file, or has a key twice.
    """
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
        raise ModelError(f"this is not an ONNX file ({error}); make one with uk-tag-export") from None
    return found


def without_metadata(content: bytes) -> bytes:
    """Return a model without its metadata, of which onnxruntime would keep a copy.

    :param content: a model file that :func:`read_metadata` accepts.
    """
    view = memoryview(content)
    return b"".join(view[begin:end] for key, begin, end, _ in fields(view) if key != ENTRY)
