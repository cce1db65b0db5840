"""A strict reader of protocol buffers: a message may have only the fields that its reader names.

A message is a sequence of fields, each a key and a value (https://protobuf.dev/programming-guides/encoding/). Other
readers skip unknown fields; a model file may come from anywhere, so here they are an error. Nothing here is recursive,
so nested messages cannot exhaust the stack.
"""

from collections.abc import Iterator, Mapping

VARINT, FIXED_64, DELIMITED, FIXED_32 = 0, 1, 2, 5
LONGEST_VARINT = 10  # bytes, enough for 64 bits
MOST_FIELDS = 10_000  # of a message; the largest ones, graphs, have a few hundred

Value = int | memoryview
Message = dict[int, list[Value]]


def fields(message: memoryview) -> Iterator[tuple[int, int, int, Value]]:
    """Split a message into fields.

    :returns: yields for each field its key (its number times 8, plus its wire type), its start, its end, and its value:
        a signed number of 64 bits, or bytes.
    :raises ValueError: the message is truncated or malformed.
    """
    position, size = 0, len(message)
    for _ in range(MOST_FIELDS):
        if position == size:
            return
        begin = position
        key, position = _varint(message, position)
        kind = key & 7
        if kind == VARINT:
            value, position = _varint(message, position)
            yield key, begin, position, value - (1 << 64) if value >> 63 else value
            continue
        if kind == DELIMITED:
            length, position = _varint(message, position)
        elif kind in (FIXED_64, FIXED_32):
            length = 8 if kind == FIXED_64 else 4
        else:
            raise ValueError(f"a field of wire type {kind}")
        start, position = position, position + length
        if position > size:
            raise ValueError("a field is truncated")
        yield key, begin, position, message[start:position]
    raise ValueError(f"a message of more than {MOST_FIELDS} fields")


def read(message: Value, known: Mapping[int, int], what: str) -> Message:
    """Read the values of a message by field number.

    :param known: number and wire type of each field that the message may have.
    :param what: the name of the message, for errors.
    :raises ValueError: the message is malformed, or has another field.
    """
    found: Message = {number: [] for number in known}
    keys = {number << 3 | kind: number for number, kind in known.items()}
    if not isinstance(message, memoryview):
        raise ValueError(f"{what} is a number")
    for key, _, _, value in fields(message):
        if key not in keys:
            raise ValueError(f"{what} has a field {key >> 3} of wire type {key & 7}")
        found[keys[key]].append(value)
    return found


def number(message: Message, field: int, default: int = 0) -> int:
    """Return the only value of a field of wire type VARINT, `default` if there is none.

    :raises ValueError: there are several.
    """
    value = _one(message, field, default)
    return value if isinstance(value, int) else default


def raw(message: Message, field: int) -> memoryview:
    """Return the only value of a field of another wire type, empty if there is none.

    :raises ValueError: there are several.
    """
    value = _one(message, field, memoryview(b""))
    return value if isinstance(value, memoryview) else memoryview(b"")


def text(message: Message, field: int) -> str:
    """Return the only value of a field, decoded from UTF-8, empty if there is none.

    :raises ValueError: there are several, or it is not UTF-8.
    """
    return str(raw(message, field), "utf-8")


def _one(message: Message, field: int, default: Value) -> Value:
    values = message[field]
    if len(values) > 1:
        raise ValueError(f"field {field} occurs {len(values)} times")
    return values[0] if values else default


def _varint(message: memoryview, start: int) -> tuple[int, int]:
    """Read a number of seven bits per byte, the lowest first, and return it with its end."""
    if start < len(message) and (result := message[start]) < 128:  # most are short
        return result, start + 1
    result = 0
    for shift, byte in enumerate(message[start : start + LONGEST_VARINT]):
        result |= (byte & 127) << 7 * shift
        if byte < 128:
            if result >> 64:
                break
            return result, start + shift + 1
    raise ValueError("a number is truncated or too long")
