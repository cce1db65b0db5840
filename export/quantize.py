"""Quantization of a pinned graph: its LSTM layers and the vectors of words in eight bits."""

import logging
import tempfile
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

from tagger.model_file.shapes import EMBEDDED, VECTORS

STEPS, ZERO = 255, 128  # those of onnxruntime for uint8, for a range from -128 steps to 127


def quantize(model: onnx.ModelProto) -> onnx.ModelProto:
    """Quantize the LSTM layers: int8 weights with a scale per gate unit, uint8 activations with a scale per batch.

    Weights use 7 of the 8 bits: processors without VNNI add pairs of products in 16 bits, which 8 bits could overflow.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "int8.onnx"
        logging.disable(logging.WARNING)  # advice to simplify a graph that is as simple as can be
        try:
            quantize_dynamic(
                model,
                path,
                weight_type=QuantType.QInt8,
                op_types_to_quantize=["LSTM"],
                per_channel=True,
                reduce_range=True,
            )
        finally:
            logging.disable(logging.NOTSET)
        small = onnx.load(path)
    small.ir_version = model.ir_version
    _round_vectors(small.graph)
    onnx.checker.check_model(small, full_check=True)
    return small


def _round_vectors(graph: onnx.GraphProto) -> None:
    """Quantize the vectors of words where they leave the graph and come back: a quarter of the memory.

    They have the steps to which the first layer rounds them. The pinned columns are at the outermost steps, so the
    layer finds the same range in each batch, and rounds nothing twice.
    """
    stored = {tensor.name: tensor for tensor in graph.initializer}
    bound = float(numpy_helper.to_array(stored["high"]))
    step, zero = np.array(2 * bound / STEPS, np.float32), np.array(ZERO, np.uint8)
    graph.initializer.extend([numpy_helper.from_array(step, "step"), numpy_helper.from_array(zero, "zero")])
    for value in [*graph.input, *graph.output]:
        if value.name in (EMBEDDED, VECTORS):
            value.type.tensor_type.elem_type = TensorProto.UINT8
    nodes = []
    for node in graph.node:
        if EMBEDDED in node.output:
            node.output[0] = f"{EMBEDDED}.exact"
            inputs = [node.output[0], "step", "zero"]
            nodes += [node, helper.make_node("QuantizeLinear", inputs, [EMBEDDED], name="round")]
        elif VECTORS in node.input:
            spread, node.output[0] = node.output[0], f"{VECTORS}.steps"
            inputs = [node.output[0], "step", "zero"]
            nodes += [node, helper.make_node("DequantizeLinear", inputs, [spread], name="unround")]
        else:
            nodes.append(node)
    del graph.node[:]
    graph.node.extend(nodes)
