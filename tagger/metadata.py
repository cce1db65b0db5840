"""The metadata of an ONNX file, read without onnxruntime, which takes longer to open the network than this takes to read a vocabulary.

ONNX files are protocol buffers (https://protobuf.dev/programming-guides/encoding/): fields, each a key and a value; a ModelProto has its metadata in
fields 14, each a message of a key (1) and a value (2).
"""

from collections.abc import Iterator

from tagger.errors import ModelError

METADATA, KEY, VALUE = 14, 1, 2
VARINT, FIXED_64, DELIMITED, FIXED_32 = 0, 1, 2, 5


def read_metadata(content: bytes) -> dict[str, str]:
    """The metadata by key. Raises ModelError where the file is not of this format."""
    found: dict[str, str] = {}
    try:
        view = memoryview(content)
        for field, _, start, end in _fields(view):
            if field == METADATA:
                entry = view[start:end]
                parts = {own: bytes(entry[begin:stop]).decode("utf-8") for own, _, begin, stop in _fields(entry)}
                found[parts[KEY]] = parts.get(VALUE, "")
    except (IndexError, KeyError, TypeError, ValueError) as error:
        raise ModelError(f"this is no ONNX file ({error!r}); make one with uk-tag-export") from None
    return found


def without_metadata(content: bytes) -> bytes:
    """The same model without its metadata: what onnxruntime, which would keep a copy, has no use for. `content` is one that was read before."""
    view = memoryview(content)
    return b"".join(view[begin:end] for field, begin, _, end in _fields(view) if field != METADATA)


def _fields(message: memoryview) -> Iterator[tuple[int, int, int, int]]:
    """Of each field its number, where its key begins, where its content begins, and where it ends."""
    place = 0
    while place < len(message):
        begin = place
        key, place = _varint(message, place)
        start, kind = place, key & 7
        if kind == VARINT:
            _, place = _varint(message, place)
        elif kind in (FIXED_64, FIXED_32):
            place += 8 if kind == FIXED_64 else 4
        elif kind == DELIMITED:
            length, start = _varint(message, place)
            place = start + length
        else:
            raise ValueError(f"a field of kind {kind}")
        if place > len(message):
            raise ValueError("a field is cut short")
        yield key >> 3, begin, start, place


def _varint(message: memoryview, place: int) -> tuple[int, int]:
    """A number of seven bits a byte, the lowest first, and the place behind it."""
    number = shift = 0
    while True:
        byte = message[place]
        place += 1
        number |= (byte & 127) << shift
        if byte < 128:
            return number, place
        shift += 7
