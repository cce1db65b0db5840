"""Inference of types and shapes through the operators of a network, as far as uk-tag-export uses them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod

import numpy as np

# Names of the graph's inputs and outputs, as the exporter writes them. The graph has two halves, so that a word's
# vector is computed once and not in each batch: from features to vectors, and from vectors (which are an input again)
# to emissions.
FEATURES, EMBEDDED = "features", "embedded"
VECTORS, INDEX, LENGTHS, EMISSIONS = "vectors", "index", "lengths", "emissions"

FLOAT, HALF = np.dtype(np.float32), np.dtype(np.float16)
UINT8, INT8, INT32, INT64 = (np.dtype(kind) for kind in (np.uint8, np.int8, np.int32, np.int64))
KINDS = {1: FLOAT, 2: UINT8, 3: INT8, 6: INT32, 7: INT64, 10: HALF}  # by their codes in onnx.proto
FLOAT_CODE = 1
WIDEST = 4096  # values of an embedding
GATES = {"LSTM": 4, "GRU": 3, "RNN": 1, "DynamicQuantizeLSTM": 4}
Shape = tuple[int | str, ...]
Attributes = Mapping[str, int | float | str | tuple[int, ...]]


@dataclass(slots=True)
class Array:
    """Type and shape of an array on an edge of the graph.

    :param shape: length of each axis, or a name for a length that comes with the batch.
    :param values: for weights, their values, flat; None for everything else.
    :param indexes: for an input of indices, the axis that they refer to.
    """

    kind: np.dtype
    shape: Shape
    values: np.ndarray | None = None
    indexes: str | None = None

    def __str__(self) -> str:
        axes = (axis if isinstance(axis, int) or axis.isidentifier() else "?" for axis in self.shape[:5])
        return f"{self.kind}[{', '.join(map(str, axes))}]"

    def numbers(self) -> tuple[int, ...] | None:
        """Return the values of a weight vector of whole numbers, None for any other array."""
        if self.values is None or self.kind != INT64 or len(self.shape) != 1:
            return None
        return tuple(map(int, self.values))

    def scalar(self) -> float:
        """Return the value of a scalar weight, NaN for any other array."""
        return float(self.values[0]) if self.values is not None and self.is_weights() else np.nan

    def is_weights(self, *shape: int | str) -> bool:
        """Tell whether this is a floating-point weight of the given shape."""
        return self.values is not None and self.kind == FLOAT and self.shape == shape

    def declares(self, other: "Array") -> bool:
        """Tell whether a file may declare `other` so: with the same lengths, or names for lengths of the batch."""
        if self.kind != other.kind or len(self.shape) != len(other.shape):
            return False
        axes = zip(self.shape, other.shape, strict=True)
        return all(own == axis if isinstance(axis, int) else isinstance(own, str) for own, axis in axes)


NOTHING = Array(np.dtype(np.void), ())  # an input that is omitted


def result(operator: str, attributes: Attributes, inputs: Sequence[Array]) -> Array | None:
    """Infer the output of an operator.

    :returns: type and shape, None if the exporter does not use the operator, or not with these attributes and inputs.
    """
    if operator in GATES:
        return _layer(operator, attributes, inputs)
    if not inputs:
        return None
    source, *others = inputs
    shape, rank = source.shape, len(source.shape)
    match operator, others:
        case "Gather", [index] if not attributes and rank == 2 and index.indexes:
            # Rows of the embedding table by feature, or vectors of known words by index.
            of_table = index.indexes == "rows" and source.values is not None and int(shape[1]) <= WIDEST
            return Array(source.kind, index.shape + shape[1:]) if of_table or shape[0] == index.indexes else None
        case "Cast", [] if attributes == {"to": FLOAT_CODE} and source.kind in (INT8, HALF):
            return Array(FLOAT, shape)
        case "Transpose", []:
            order = attributes.get("perm")
            if len(attributes) == 1 and isinstance(order, tuple) and sorted(order) == list(range(rank)):
                return Array(source.kind, tuple(shape[axis] for axis in order))
        case "DequantizeLinear", [step, zero] if not attributes and source.kind == UINT8 and _is_step(step, zero):
            return Array(FLOAT, shape)
    return _of_floats(operator, attributes, source, others) if source.kind == FLOAT else None


def _of_floats(operator: str, attributes: Attributes, source: Array, others: Sequence[Array]) -> Array | None:
    """Infer the output of an operator whose first input is float32."""
    shape, rank = source.shape, len(source.shape)
    match operator, others:
        case "MatMul", [other] if not attributes and rank == 3 and other.kind == FLOAT:
            if len(other.shape) == 2 and other.values is not None and shape[2] == other.shape[0]:
                return Array(FLOAT, (*shape[:2], other.shape[1]))
            if len(other.shape) == 3 and shape == (other.shape[0], 1, other.shape[1]):
                return Array(FLOAT, (*shape[:2], other.shape[2]))
        case "Mul", [scales] if not attributes and rank == 3 and scales.kind == FLOAT:
            return Array(FLOAT, shape) if scales.shape == (*shape[:2], 1) else None
        case "ReduceSum", [axes] if attributes == {"keepdims": 0} and rank == 3 and axes.numbers() == (1,):
            return Array(FLOAT, (shape[0], shape[2]))
        case "Squeeze", [axes] if not attributes and rank == 3 and shape[1] == 1 and axes.numbers() == (1,):
            return Array(FLOAT, (shape[0], shape[2]))
        case "Clip", [low, high] if not attributes and low.scalar() <= high.scalar():
            return Array(FLOAT, shape)
        case "Pad", [sizes, value] if not attributes and rank and not np.isnan(value.scalar()):
            if isinstance(shape[-1], int) and sizes.numbers() == (0,) * (2 * rank - 1) + (1,):
                return Array(FLOAT, (*shape[:-1], shape[-1] + 1))
        case "Add", [bias] if not attributes and bias.is_weights(*shape[-1:]):
            return Array(FLOAT, shape)
        case "LayerNormalization", [weights, bias] if weights.is_weights(*shape[-1:]) and bias.is_weights(*shape[-1:]):
            epsilon = attributes.get("epsilon")
            if attributes == {"axis": -1, "epsilon": epsilon} and isinstance(epsilon, float) and 0 < epsilon <= 1:
                return Array(FLOAT, shape)
        case "QuantizeLinear", [step, zero] if not attributes and _is_step(step, zero):
            return Array(UINT8, shape)
        case "Reshape", [target] if not attributes and rank == 4:
            columns = prod(axis for axis in shape[2:] if isinstance(axis, int))
            if not any(isinstance(axis, str) for axis in shape[2:]) and target.numbers() == (0, 0, columns):
                return Array(FLOAT, (*shape[:2], columns))
    return None


def _layer(operator: str, attributes: Attributes, inputs: Sequence[Array]) -> Array | None:
    """Infer the output of a recurrent layer: (time, batch, columns) -> (time, directions, batch, width)."""
    quantized = operator == "DynamicQuantizeLSTM"
    if len(inputs) != (12 if quantized else 5) or any(own is not NOTHING for own in inputs[5:8]):
        return None
    source, weights, recurrence, bias, lengths = inputs[:5]
    direction, width = attributes.get("direction"), attributes.get("hidden_size")
    directions = {"forward": 1, "bidirectional": 2}.get(str(direction))
    options = {"linear_before_reset": 1} if operator == "GRU" else {}
    expected = {"direction": direction, "hidden_size": width, **options}
    if directions is None or not isinstance(width, int) or attributes != expected:
        return None
    if source.kind != FLOAT or len(source.shape) != 3 or source.shape[:2] != ("time", "batch"):
        return None
    if lengths is not NOTHING and (lengths.kind, lengths.shape) != (INT32, ("batch",)):
        return None
    rows, columns = GATES[operator] * width, source.shape[2]
    if not bias.is_weights(directions, 2 * rows):
        return None
    if quantized:
        for own, axis, first in ((weights, columns, 8), (recurrence, width, 10)):
            scale, zero = inputs[first : first + 2]
            if own.shape != (directions, axis, rows) or own.kind not in (INT8, UINT8):
                return None
            if not scale.is_weights(directions, rows) or (zero.kind, zero.shape) != (own.kind, scale.shape):
                return None
    elif not weights.is_weights(directions, rows, columns) or not recurrence.is_weights(directions, rows, width):
        return None
    return Array(FLOAT, ("time", directions, "batch", width))


def _is_step(step: Array, zero: Array) -> bool:
    """Tell whether two inputs are the step and the zero point of a quantization to uint8."""
    return step.scalar() > 0 and (zero.kind, zero.shape) == (UINT8, ()) and zero.values is not None
