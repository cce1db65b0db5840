"""Protocol buffers, read strictly: a message may hold the fields that its reader names and no others.

A message is a row of fields, each a key and a value (https://protobuf.dev/programming-guides/encoding/). Other readers
pass over unknown fields; a model file may come from anywhere, so here they are an error. Nothing here is recursive: no
nesting of messages can exhaust the stack.
"""

from collections.abc import Iterator, Mapping

VARINT, FIXED_64, DELIMITED, FIXED_32 = 0, 1, 2, 5
LONGEST_VARINT = 10  # bytes: enough for 64 bits
MOST_FIELDS = 10_000  # of a message: the largest ones, graphs, have some hundreds

Value = int | memoryview
Message = dict[int, list[Value]]


def fields(message: memoryview) -> Iterator[tuple[int, int, int, Value]]:
    """Cut a message into fields.

    :returns: yields of each field its key (its number times 8, plus its wire type), where it begins, where it ends, and
        its value: a number of 64 bits with its sign, or bytes.
    :raises ValueError: the message is cut short or none.
    """
    place, size = 0, len(message)
    for _ in range(MOST_FIELDS):
        if place == size:
            return
        begin = place
        key, place = _varint(message, place)
        kind = key & 7
        if kind == VARINT:
            value, place = _varint(message, place)
            yield key, begin, place, value - (1 << 64) if value >> 63 else value
            continue
        if kind == DELIMITED:
            length, place = _varint(message, place)
        elif kind in (FIXED_64, FIXED_32):
            length = 8 if kind == FIXED_64 else 4
        else:
            raise ValueError(f"a field of wire type {kind}")
        start, place = place, place + length
        if place > size:
            raise ValueError("a field is cut short")
        yield key, begin, place, message[start:place]
    raise ValueError(f"a message of more than {MOST_FIELDS} fields")


def read(message: Value, known: Mapping[int, int], what: str) -> Message:
    """The values of a message by field number.

    :param known: the wire type of each field that it may have, by number.
    :param what: the name of the message, for errors.
    :raises ValueError: it is damaged, or has another field.
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
    """The one value of a field of wire type VARINT. Raises ValueError where there are several."""
    value = _one(message, field, default)
    return value if isinstance(value, int) else default


def raw(message: Message, field: int) -> memoryview:
    """The one value of a field of another wire type, empty where there is none. Raises ValueError, too."""
    value = _one(message, field, memoryview(b""))
    return value if isinstance(value, memoryview) else memoryview(b"")


def text(message: Message, field: int) -> str:
    """The same as UTF-8. Raises ValueError, too, where it is not."""
    return str(raw(message, field), "utf-8")


def _one(message: Message, field: int, default: Value) -> Value:
    values = message[field]
    if len(values) > 1:
        raise ValueError(f"field {field} stands there {len(values)} times")
    return values[0] if values else default


def _varint(message: memoryview, place: int) -> tuple[int, int]:
    """A number of seven bits a byte, the lowest first, and where it ends."""
    if place < len(message) and (result := message[place]) < 128:  # most are short
        return result, place + 1
    result = 0
    for shift, byte in enumerate(message[place : place + LONGEST_VARINT]):
        result |= (byte & 127) << 7 * shift
        if byte < 128:
            if result >> 64:
                break
            return result, place + shift + 1
    raise ValueError("a number is cut short or too long")
