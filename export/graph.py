"""The network as an ONNX graph, node by node from its weights; nothing is traced, so batch and time stay free.

    features (words, slots) -> Gather -> Cast -> ReduceSum -> Clip -> word vectors
    word vectors, index (time, batch) -> Gather -> LSTM | GRU | RNN with sequence_lens, layer by layer -> MatMul, Add -> emissions (time, batch, tags)

Weights of recurrent layers change their gate order: torch has i f g o and r z n, ONNX has i o f c and z r h.
"""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from tagger.bundle import EMISSIONS, FEATURES, INDEX, LENGTHS
from tagger.errors import ModelError
from tagger.train.network import Network

# LSTM was given a new version at opset 22, for which onnxruntime's CUDA provider may have no kernel.
OPSET = 17
IR_VERSION = 8  # the newest that onnxruntime 1.10 and later read
GATES = {"lstm": (0, 3, 1, 2), "gru": (1, 0, 2), "rnn": (0,)}
OPERATORS = {"lstm": "LSTM", "gru": "GRU", "rnn": "RNN"}


def build(network: Network) -> onnx.ModelProto:
    """Write the graph of a network. The embedding table is stored in half precision.

    :raises ModelError: the table's figures do not survive half precision; round them before (see :func:`round_embedding`).
    """
    weights = {name: tensor.detach().cpu().numpy() for name, tensor in network.state_dict().items()}
    settings = network.settings
    table = weights["embedding.weight"].astype(np.float16)
    if not np.array_equal(table.astype(np.float32), weights["embedding.weight"]):
        raise ModelError("the embedding table is not in half precision; train the checkpoint again with this version of uk-tag-train")
    tags = weights["output.bias"].shape[0]
    constants = {
        "table": table,
        "slot_axis": np.array([1]),
        "low": np.float32(-settings.clamp),
        "high": np.float32(settings.clamp),
        "output.weight": np.ascontiguousarray(weights["output.weight"].T),
        "output.bias": weights["output.bias"],
    }
    nodes = [
        helper.make_node("Gather", ["table", FEATURES], ["embedded.half"], name="embed"),
        helper.make_node("Cast", ["embedded.half"], ["embedded"], name="widen", to=TensorProto.FLOAT),
        helper.make_node("ReduceSum", ["embedded", "slot_axis"], ["summed"], name="sum", keepdims=0),
        helper.make_node("Clip", ["summed", "low", "high"], ["words"], name="clamp"),
        helper.make_node("Gather", ["words", INDEX], ["states.0"], name="spread"),
    ]
    for layer in range(settings.layers):
        layer_nodes, layer_constants = _recurrent(weights, settings.cell, settings.width, settings.bidirectional, layer)
        nodes += layer_nodes
        constants |= layer_constants
    top = f"states.{settings.layers}"
    if settings.layer_norm:
        constants |= {"norm.weight": weights["norm.weight"], "norm.bias": weights["norm.bias"]}
        nodes.append(helper.make_node("LayerNormalization", [top, "norm.weight", "norm.bias"], ["normed"], name="norm", axis=-1, epsilon=1e-5))
        top = "normed"
    nodes += [
        helper.make_node("MatMul", [top, "output.weight"], ["products"], name="output"),
        helper.make_node("Add", ["products", "output.bias"], [EMISSIONS], name="bias"),
    ]
    inputs = [
        helper.make_tensor_value_info(FEATURES, TensorProto.INT32, ["words", "slots"]),
        helper.make_tensor_value_info(INDEX, TensorProto.INT32, ["time", "batch"]),
        helper.make_tensor_value_info(LENGTHS, TensorProto.INT32, ["batch"]),
    ]
    outputs = [helper.make_tensor_value_info(EMISSIONS, TensorProto.FLOAT, ["time", "batch", tags])]
    initializers = [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()]
    graph = helper.make_graph(nodes, "uk-tag", inputs, outputs, initializers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION, producer_name="uk-tag-export")
    onnx.checker.check_model(model, full_check=True)
    return model


def _recurrent(weights: dict[str, np.ndarray], cell: str, width: int, bidirectional: bool, layer: int) -> tuple[list[onnx.NodeProto], dict[str, np.ndarray]]:
    """Nodes and constants of one recurrent layer, from `states.{layer}` to the next."""
    directions = ["", "_reverse"] if bidirectional else [""]

    def gathered(kind: str) -> np.ndarray:
        return np.stack([_reorder(weights[f"layers.{layer}.{kind}_l0{direction}"], cell) for direction in directions])

    name = f"layer.{layer}"
    constants = {
        f"{name}.W": gathered("weight_ih"),
        f"{name}.R": gathered("weight_hh"),
        f"{name}.B": np.concatenate([gathered("bias_ih"), gathered("bias_hh")], 1),
        f"{name}.flat": np.array([0, 0, len(directions) * width]),
    }
    options = {"linear_before_reset": 1} if cell == "gru" else {}
    nodes = [
        helper.make_node(
            OPERATORS[cell],
            [f"states.{layer}", f"{name}.W", f"{name}.R", f"{name}.B", LENGTHS],
            [f"{name}.Y"],  # (time, directions, batch, width)
            name=name,
            direction="bidirectional" if bidirectional else "forward",
            hidden_size=width,
            **options,
        ),
        helper.make_node("Transpose", [f"{name}.Y"], [f"{name}.T"], name=f"{name}.transpose", perm=[0, 2, 1, 3]),
        helper.make_node("Reshape", [f"{name}.T", f"{name}.flat"], [f"states.{layer + 1}"], name=f"{name}.reshape"),
    ]
    return nodes, constants


def _reorder(weight: np.ndarray, cell: str) -> np.ndarray:
    """Gates from torch's order into that of ONNX. *Shape:* (gates x width, ...) -> the same."""
    parts = np.split(weight, len(GATES[cell]))
    return np.concatenate([parts[gate] for gate in GATES[cell]])
