"""The graph of a model file, read and followed node by node before onnxruntime gets it.

onnxruntime runs any graph, even one that reads other files, allocates gigabytes, or has other inputs than the tagger
gives. This module accepts only graphs that uk-tag-export writes: a few operators, each with the shapes it has there,
and weights contained in the file.
"""

from dataclasses import dataclass, field
from math import prod

import numpy as np

from tagger.errors import ModelError
from tagger.model_file.protobuf import DELIMITED, FIXED_32, VARINT, Message, Value, number, raw, read, text
from tagger.model_file.shapes import (
    EMBEDDED,
    EMISSIONS,
    FEATURES,
    FLOAT,
    HALF,
    INDEX,
    INT8,
    INT32,
    KINDS,
    LENGTHS,
    NOTHING,
    UINT8,
    VECTORS,
    Array,
    result,
)
from tagger.validation import MEND, shown

OPSET, QUANTIZED_DOMAIN = 17, "com.microsoft"
LARGEST_AXIS = 16384  # of weights, except their first axis: four gates of 4096 units
LARGEST_FIGURE = 1e6  # of weights, in absolute value; up to it no sum in a network overflows
MOST_NODES = 1000
HALF_INFINITY = 0x7C00

# Fields of messages in onnx.proto, with their wire types. Left out are those that let a graph contain another graph,
# functions or sparse weights. Names and descriptions, which nothing reads, are allowed.
MODEL = {1: VARINT, **dict.fromkeys((2, 3, 4), DELIMITED), 5: VARINT, **dict.fromkeys((6, 7, 8, 14), DELIMITED)}
OPERATORS = {1: DELIMITED, 2: VARINT}
GRAPH = dict.fromkeys((1, 2, 5, 10, 11, 12, 13), DELIMITED)
NODE = dict.fromkeys((1, 2, 3, 4, 5, 6, 7), DELIMITED)
ATTRIBUTE = {1: DELIMITED, 2: FIXED_32, 3: VARINT, 4: DELIMITED, 8: VARINT, 13: DELIMITED, 20: VARINT}
TENSOR = {1: VARINT, 2: VARINT, **dict.fromkeys((4, 5, 8, 9, 12, 13), DELIMITED), 14: VARINT}
NAMED, TYPED, SHAPE = {1: DELIMITED, 2: DELIMITED, 3: DELIMITED}, {1: DELIMITED}, {1: DELIMITED}
TENSOR_TYPE, AXIS = {1: VARINT, 2: DELIMITED}, {1: VARINT, 2: DELIMITED}
EXTERNAL, LOCATION = 13, 14
# Fields of a tensor that may hold its values: raw bytes of any type, or the field of its own type.
BYTES, FLOATS, INTEGERS = 9, 4, 5
VALUE_FIELDS = {FLOAT: (BYTES, FLOATS), INT8: (BYTES, INTEGERS), UINT8: (BYTES, INTEGERS)}

INPUTS = {
    FEATURES: Array(INT32, ("words", "slots"), indexes="rows"),
    INDEX: Array(INT32, ("time", "batch"), indexes="known"),
    LENGTHS: Array(INT32, ("batch",)),
}


@dataclass(slots=True)
class Graph:
    """The properties of a graph that the rest of the program needs.

    :param rows: number of rows of the embedding table.
    :param width: values of a word's vector.
    :param kind: type of these values.
    :param tags: number of scores of a token.
    :param weights: floating-point arrays by name.
    """

    rows: int = 0
    width: int = 0
    kind: np.dtype = field(default_factory=lambda: np.dtype(np.float32))
    tags: int = 0
    weights: dict[str, np.ndarray] = field(default_factory=dict)

    def check_weights(self) -> None:
        """Check every weight.

        :raises ModelError: one is NaN, infinite, or so large that sums could be.
        """
        for name, own in self.weights.items():
            if own.dtype == HALF:  # the largest is 65504; with all bits of the exponent set it is infinite or NaN
                fits = int((own.view(np.uint16) & HALF_INFINITY).max()) < HALF_INFINITY
            else:
                # A single NaN makes the extremes NaN, and the comparisons false.
                fits = -LARGEST_FIGURE <= float(own.min()) <= float(own.max()) <= LARGEST_FIGURE
            if not fits:
                what = f"NaN, infinity or a number beyond {LARGEST_FIGURE:g}"
                raise ModelError(f"the weights {shown(name)} hold {what}; {MEND}")


def read_graph(content: bytes) -> Graph:
    """Read a model file's graph, and follow it from its inputs to its outputs.

    The values of weights are not checked: see :meth:`Graph.check_weights`, which takes longer.

    :raises ModelError: the graph is not one that uk-tag-export writes.
    """
    try:
        return _graph(read(memoryview(content), MODEL, "the file"))
    except ValueError as error:
        raise ModelError(f"its network is not one that uk-tag-export writes ({error}); {MEND}") from None


def _graph(model: Message) -> Graph:
    for entry in model[8]:
        operators = read(entry, OPERATORS, "a set of operators")
        domain, version = text(operators, 1), number(operators, 2)
        if (domain, version) not in (("", OPSET), (QUANTIZED_DOMAIN, 1)):
            raise ValueError(f"it uses version {version} of the operators of {shown(domain)}")
    graph = read(raw(model, 7), GRAPH, "the graph")
    if not 1 <= len(graph[1]) <= MOST_NODES:
        raise ValueError(f"it has {len(graph[1])} nodes")
    found = Graph()
    known: dict[str, Array] = {}
    for entry in graph[5]:
        name, array = _tensor(read(entry, TENSOR, "a tensor"))
        _name(known, name, array)
        if array.kind in (FLOAT, HALF) and array.values is not None:
            found.weights[name] = array.values
    for entry in graph[11]:
        name, array = _declared(entry)
        if name == VECTORS and array.kind in (FLOAT, UINT8) and array.shape and isinstance(array.shape[-1], int):
            found.kind, found.width = array.kind, array.shape[-1]
            own = Array(found.kind, ("known", found.width))
        else:
            own = INPUTS.get(name, NOTHING)
        if own is NOTHING or not array.declares(own):
            raise ValueError(f"it has an input {shown(name)}, {array}")
        _name(known, name, own)
    if missing := {*INPUTS, VECTORS} - known.keys():
        raise ValueError(f"it has no input {min(missing)}")
    rows: set[int] = set()
    for entry in graph[1]:
        _follow(read(entry, NODE, "a node"), known, rows)
    declared = dict(map(_declared, graph[12]))
    if len(graph[12]) != 2 or declared.keys() != {EMBEDDED, EMISSIONS} or not declared.keys() <= known.keys():
        raise ValueError(f"its outputs are {', '.join(map(shown, declared)) or 'none'}")
    last = known[EMISSIONS].shape[-1:]
    found.tags = last[0] if last and isinstance(last[0], int) else 0
    expected = {EMBEDDED: (found.kind, ("words", found.width)), EMISSIONS: (FLOAT, ("time", "batch", found.tags))}
    for name, (kind, shape) in expected.items():
        if (known[name].kind, known[name].shape) != (kind, shape) or not declared[name].declares(known[name]):
            raise ValueError(f"its output {name} is {known[name]}, declared as {declared[name]}")
    if len(rows) != 1:
        raise ValueError(f"its embedding tables have {len(rows)} lengths")
    found.rows = rows.pop()
    return found


def _name(known: dict[str, Array], name: str, array: Array) -> None:
    """Enter an array under its name."""
    if not name or name in known:
        raise ValueError(f"{shown(name)} occurs twice or has no name")
    known[name] = array


def _follow(node: Message, known: dict[str, Array], rows: set[int]) -> None:
    """Infer the output of a node, and enter it into `known`.

    :param rows: takes the number of rows of an embedding table.
    """
    operator, domain = text(node, 4), text(node, 7)
    if domain != (QUANTIZED_DOMAIN if operator == "DynamicQuantizeLSTM" else ""):
        raise ValueError(f"it has an operator {shown(operator)} of {shown(domain)}")
    names = [str(name, "utf-8") for name in node[1] if isinstance(name, memoryview)]
    if unknown := [name for name in names if name and name not in known]:
        raise ValueError(f"a node reads {shown(unknown[0])}, which no node before it gives")
    inputs = [known[name] if name else NOTHING for name in names]
    attributes = dict(map(_attribute, node[5]))
    if len(attributes) != len(node[5]) or len(node[2]) != 1:
        raise ValueError(f"a node {shown(operator)} has an attribute twice, or not one output")
    output = result(operator, attributes, inputs)
    if output is None:
        raise ValueError(f"a node {shown(operator)} with {', '.join(map(str, inputs))} and {shown(attributes)}")
    if operator == "Gather" and inputs[1].indexes == "rows":
        rows.add(int(inputs[0].shape[0]))
    _name(known, text(node, 2), output)


def _attribute(entry: Value) -> tuple[str, int | float | str | tuple[int, ...]]:
    """Read name and value of an attribute: a number, a string, or a list of numbers."""
    own = read(entry, ATTRIBUTE, "an attribute")
    given = [key for key in (2, 3, 4, 8) if own[key]]
    if len(given) != 1 or number(own, 20) != {2: 1, 3: 2, 4: 3, 8: 7}[given[0]]:
        raise ValueError("an attribute is of another type than its value")
    match given[0]:
        case 2:
            return text(own, 1), float(np.frombuffer(raw(own, 2), "<f4")[0])
        case 3:
            return text(own, 1), number(own, 3)
        case 4:
            return text(own, 1), text(own, 4)
    return text(own, 1), tuple(value for value in own[8] if isinstance(value, int))


def _declared(entry: Value) -> tuple[str, Array]:
    """Read name, declared type and declared shape of an input or output; an axis of any length has a name."""
    own = read(entry, NAMED, "a declared value")
    tensor = read(raw(read(raw(own, 2), TYPED, "a type"), 1), TENSOR_TYPE, "the type of a tensor")
    axes = [read(axis, AXIS, "an axis") for axis in read(raw(tensor, 2), SHAPE, "a shape")[1]]
    shape = tuple(number(axis, 1) if axis[1] else text(axis, 2) for axis in axes)
    return text(own, 1), Array(_kind(tensor, 1), shape)


def _kind(message: Message, field_number: int) -> np.dtype:
    code = number(message, field_number)
    if code not in KINDS:
        raise ValueError(f"it has values of type {code}")
    return KINDS[code]


def _tensor(tensor: Message) -> tuple[str, Array]:
    """Read name and values of weights. Their size is compared with their shape before any array is made."""
    name = text(tensor, 8)
    if tensor[EXTERNAL] or number(tensor, LOCATION):
        raise ValueError(f"its weights {shown(name)} are in another file, which is not read")
    kind, shape = _kind(tensor, 2), tuple(axis for axis in tensor[1] if isinstance(axis, int))
    if any(axis < 1 for axis in shape) or any(axis > LARGEST_AXIS for axis in shape[1:]):
        raise ValueError(f"its weights {shown(name)} have the shape {shown(shape)}")
    used = [field_number for field_number in (BYTES, FLOATS, INTEGERS) if tensor[field_number]]
    if len(used) != 1 or used[0] not in VALUE_FIELDS.get(kind, (BYTES,)):
        raise ValueError(f"its weights {shown(name)} of type {kind} are not in the field of that type")
    content = raw(tensor, used[0])
    values: np.ndarray | None = None
    if used[0] == INTEGERS:  # zero points, of one or more bytes each, of which only the last is below 128
        fits = int((np.frombuffer(content, np.uint8) < 128).sum()) == prod(shape)
    else:
        fits = len(content) == prod(shape) * kind.itemsize
        values = np.frombuffer(content, kind) if fits else None
    if not fits:
        raise ValueError(f"the number of its weights {shown(name)} does not fit their shape {shown(shape)}")
    return name, Array(kind, shape, values)
