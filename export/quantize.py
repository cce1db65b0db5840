"""A pinned graph with its LSTM layers in int8."""

import tempfile
from pathlib import Path

import onnx
from onnxruntime.quantization import QuantType, quantize_dynamic


def quantize(model: onnx.ModelProto) -> onnx.ModelProto:
    """Weights of LSTM layers as int8 with a scale for each gate unit, activations as uint8 with a scale for each batch.

    Weights use 7 of the 8 bits: processors without VNNI add pairs of products in 16 bits, which 8 could overflow.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "int8.onnx"
        quantize_dynamic(model, path, weight_type=QuantType.QInt8, op_types_to_quantize=["LSTM"], per_channel=True, reduce_range=True)
        small = onnx.load(path)
    small.ir_version = model.ir_version
    return small
