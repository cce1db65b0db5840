"""The network as an ONNX graph, node by node from its weights; nothing is traced, so batch and time stay free.

    features (words, slots) -> Gather -> Cast -> MatMul (each row's scale times the row) -> Clip
        -> embedded (words, width of a vector)
    vectors (words, width of a vector), index (time, batch) -> Gather
        -> LSTM | GRU | RNN with sequence_lens, layer by layer -> MatMul, Add -> emissions (time, batch, tags)

The two halves are not connected within the graph: the runtime caches what is embedded, and passes it back as vectors.
Only the second Gather reads these, so they can be a table of many more words than the batch has.

Weights of recurrent layers change their gate order: torch has i f g o and r z n, ONNX has i o f c and z r h.
"""

from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from export.pinned import EXTRA, pin_layer, pinned_columns
from tagger.errors import ModelError
from tagger.model_file.shapes import EMBEDDED, EMISSIONS, FEATURES, INDEX, LENGTHS, VECTORS
from tagger.train.student.embedding_quantization import split_table
from tagger.train.student.network import Network, NetworkSettings

# At opset 22 LSTM has a new version, for which onnxruntime's CUDA provider may have no kernel.
OPSET = 17
IR_VERSION = 8  # the newest that onnxruntime 1.10 reads
# Value of a vector's pinned columns over its largest value, so that they surely round to the outermost steps.
BEYOND = 2
GATES = {"lstm": (0, 3, 1, 2), "gru": (1, 0, 2), "rnn": (0,)}
OPERATORS = {"lstm": "LSTM", "gru": "GRU", "rnn": "RNN"}


def build(network: Network, *, pinned: bool = False) -> onnx.ModelProto:
    """Build the graph of a network. The embedding table is stored in eight bits.

    :param pinned: add the columns and units of :mod:`export.pinned` to the layers; the emissions stay the same.
    :raises ModelError: the table does not fit into eight bits, or the layers to be pinned are no LSTM.
    """
    weights = {name: tensor.detach().cpu().numpy() for name, tensor in network.state_dict().items()}
    settings = network.settings
    try:
        table, scales = (part.numpy() for part in split_table(network.embedding.weight.detach().cpu()))
    except ValueError as error:
        raise ModelError(f"{error}; train the checkpoint again with this version of uk-tag-train") from None
    if pinned and (settings.cell != "lstm" or settings.layer_norm):
        raise ModelError("int8 is for LSTM layers without --layer-norm; export in float32")
    tags = weights["output.bias"].shape[0]
    directions = 2 if settings.bidirectional else 1
    output = np.ascontiguousarray(weights["output.weight"].T)  # (width, tags)
    if pinned:
        columns = pinned_columns(directions, settings.width)
        output = np.zeros((directions * (settings.width + EXTRA), tags), np.float32)
        output[columns] = weights["output.weight"].T
    constants = {
        "table": table,
        "scales": scales,
        "slot_axis": np.array([1]),
        "low": np.array(-settings.clamp, np.float32),
        "high": np.array(settings.clamp, np.float32),
        "output.weight": output,
        "output.bias": weights["output.bias"],
    }
    nodes = [
        helper.make_node("Gather", ["table", FEATURES], ["rows.numbers"], name="embed"),
        helper.make_node("Cast", ["rows.numbers"], ["rows.steps"], name="widen", to=TensorProto.FLOAT),
        helper.make_node("Gather", ["scales", FEATURES], ["rows.scales.half"], name="scale"),
        helper.make_node("Cast", ["rows.scales.half"], ["rows.scales"], name="widen.scale", to=TensorProto.FLOAT),
        # a product of each word's scales and embedding rows takes 0.6 of the time of scaling them and then summing
        helper.make_node("Transpose", ["rows.scales"], ["rows.weights"], name="lay", perm=[0, 2, 1]),
        helper.make_node("MatMul", ["rows.weights", "rows.steps"], ["sums"], name="sum"),
        helper.make_node("Squeeze", ["sums", "slot_axis"], ["summed"], name="flatten"),
        helper.make_node("Clip", ["summed", "low", "high"], ["clamped" if pinned else EMBEDDED], name="clamp"),
    ]
    if pinned:
        nodes += _pin("clamped", EMBEDDED, 2, BEYOND * settings.clamp, constants)
    nodes.append(helper.make_node("Gather", [VECTORS, INDEX], ["states.0"], name="spread"))
    for layer in range(settings.layers):
        last = layer == settings.layers - 1
        layer_nodes, layer_constants = _recurrent(weights, settings, layer, pinned)
        nodes += layer_nodes
        constants |= layer_constants
        if pinned and not last:  # states are within 1, but how close they come depends on the longest sentence
            nodes += _pin(f"states.{layer + 1}", f"states.{layer + 1}.pinned", 3, 1.0, constants)
    top = f"states.{settings.layers}"
    if settings.layer_norm:
        constants |= {"norm.weight": weights["norm.weight"], "norm.bias": weights["norm.bias"]}
        nodes.append(
            helper.make_node(
                "LayerNormalization", [top, "norm.weight", "norm.bias"], ["normed"], name="norm", axis=-1, epsilon=1e-5
            )
        )
        top = "normed"
    nodes += [
        helper.make_node("MatMul", [top, "output.weight"], ["products"], name="output"),
        helper.make_node("Add", ["products", "output.bias"], [EMISSIONS], name="bias"),
    ]
    vector = settings.embedding + (EXTRA if pinned else 0)
    inputs = [
        helper.make_tensor_value_info(FEATURES, TensorProto.INT32, ["words", "slots"]),
        helper.make_tensor_value_info(VECTORS, TensorProto.FLOAT, ["known", vector]),
        helper.make_tensor_value_info(INDEX, TensorProto.INT32, ["time", "batch"]),
        helper.make_tensor_value_info(LENGTHS, TensorProto.INT32, ["batch"]),
    ]
    outputs = [
        helper.make_tensor_value_info(EMBEDDED, TensorProto.FLOAT, ["words", vector]),
        helper.make_tensor_value_info(EMISSIONS, TensorProto.FLOAT, ["time", "batch", tags]),
    ]
    initializers = [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()]
    graph = helper.make_graph(nodes, "uk-tag", inputs, outputs, initializers)
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION, producer_name="uk-tag-export"
    )
    onnx.checker.check_model(model, full_check=True)
    return model


def _pin(source: str, target: str, axes: int, bound: float, constants: dict[str, np.ndarray]) -> list[onnx.NodeProto]:
    """Return nodes that append a column of `bound` and one of `-bound` to the last of `axes` axes."""
    names = [f"{target}.{part}" for part in ("column", "plus", "minus", "half")]
    constants[names[0]] = np.array([0] * (2 * axes - 1) + [1])
    constants[names[1]], constants[names[2]] = np.array(bound, np.float32), np.array(-bound, np.float32)
    return [
        helper.make_node("Pad", [source, names[0], names[1]], [names[3]], name=f"{target}.pad.plus"),
        helper.make_node("Pad", [names[3], names[0], names[2]], [target], name=f"{target}.pad.minus"),
    ]


def _recurrent(
    weights: dict[str, np.ndarray], settings: NetworkSettings, layer: int, pinned: bool
) -> tuple[list[onnx.NodeProto], dict[str, np.ndarray]]:
    """Return the nodes and constants of one recurrent layer, from `states.{layer}` to the next."""
    cell, width = settings.cell, settings.width
    directions = ["", "_reverse"] if settings.bidirectional else [""]

    def gathered(kind: str) -> np.ndarray:
        return np.stack([_reorder(weights[f"layers.{layer}.{kind}_l0{direction}"], cell) for direction in directions])

    name = f"layer.{layer}"
    matrix, recurrence, bias = (
        gathered("weight_ih"),
        gathered("weight_hh"),
        np.concatenate([gathered("bias_ih"), gathered("bias_hh")], 1),
    )
    if pinned:
        columns = pinned_columns(len(directions), width) if layer else np.arange(settings.embedding)
        inputs = len(directions) * (width + EXTRA) + EXTRA if layer else settings.embedding + EXTRA
        matrix, recurrence, bias = pin_layer(matrix, recurrence, bias, columns, inputs)
        width += EXTRA
    constants = {
        f"{name}.W": matrix,
        f"{name}.R": recurrence,
        f"{name}.B": bias,
        f"{name}.flat": np.array([0, 0, len(directions) * width]),
    }
    source = f"states.{layer}.pinned" if pinned and layer else f"states.{layer}"
    options: dict[str, Any] = {"linear_before_reset": 1} if cell == "gru" else {}
    nodes = [
        helper.make_node(
            OPERATORS[cell],
            [source, f"{name}.W", f"{name}.R", f"{name}.B", LENGTHS],
            [f"{name}.Y"],  # (time, directions, batch, width)
            name=name,
            direction="bidirectional" if settings.bidirectional else "forward",
            hidden_size=width,
            **options,
        ),
        helper.make_node("Transpose", [f"{name}.Y"], [f"{name}.T"], name=f"{name}.transpose", perm=[0, 2, 1, 3]),
        helper.make_node("Reshape", [f"{name}.T", f"{name}.flat"], [f"states.{layer + 1}"], name=f"{name}.reshape"),
    ]
    return nodes, constants


def _reorder(weight: np.ndarray, cell: str) -> np.ndarray:
    """Reorder gates from torch's order to ONNX's. *Shape:* (gates x width, ...) -> the same."""
    parts = np.split(weight, len(GATES[cell]))
    return np.concatenate([parts[gate] for gate in GATES[cell]])
