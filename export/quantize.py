"""A pinned graph with its LSTM layers and the vectors of its words in eight bits."""

import logging
import tempfile
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

from tagger.shapes import EMBEDDED, VECTORS

STEPS, ZERO = 255, 128  # onnxruntime's own of uint8, for a range from -128 steps to 127


def quantize(model: onnx.ModelProto) -> onnx.ModelProto:
    """Weights of LSTM layers as int8 with a scale for each gate unit, activations as uint8 with a scale for each batch.

    Weights use 7 of the 8 bits: processors without VNNI add pairs of products in 16 bits, which 8 could overflow.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "int8.onnx"
        logging.disable(logging.WARNING)  # advice to have a graph simplified that has nothing to simplify
        try:
            quantize_dynamic(model, path, weight_type=QuantType.QInt8, op_types_to_quantize=["LSTM"], per_channel=True, reduce_range=True)
        finally:
            logging.disable(logging.NOTSET)
        small = onnx.load(path)
    small.ir_version = model.ir_version
    _round_vectors(small.graph)
    onnx.checker.check_model(small, full_check=True)
    return small


def _round_vectors(graph: onnx.GraphProto) -> None:
    """Have the vectors of words leave the graph, and come back to it, in the steps in which the first layer rounds them: a quarter of the memory.

    The pinned columns come to stand at the outermost steps, so the layer finds that range in each batch, and rounds nothing twice.
    """
    stored = {tensor.name: tensor for tensor in graph.initializer}
    bound = float(numpy_helper.to_array(stored["high"]))
    graph.initializer.extend([numpy_helper.from_array(np.float32(2 * bound / STEPS), "step"), numpy_helper.from_array(np.uint8(ZERO), "zero")])
    for value in [*graph.input, *graph.output]:
        if value.name in (EMBEDDED, VECTORS):
            value.type.tensor_type.elem_type = TensorProto.UINT8
    nodes = []
    for node in graph.node:
        if EMBEDDED in node.output:
            node.output[0] = f"{EMBEDDED}.exact"
            nodes += [node, helper.make_node("QuantizeLinear", [node.output[0], "step", "zero"], [EMBEDDED], name="round")]
        elif VECTORS in node.input:
            spread, node.output[0] = node.output[0], f"{VECTORS}.steps"
            nodes += [node, helper.make_node("DequantizeLinear", [node.output[0], "step", "zero"], [spread], name="unround")]
        else:
            nodes.append(node)
    del graph.node[:]
    graph.node.extend(nodes)
