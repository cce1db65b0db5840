"""The choice of the model file: float32, or its int8 sister, which is faster on a CPU and cannot run on CUDA."""

import os
from pathlib import Path

from tagger import models
from tagger.errors import ModelError
from tagger.inference.device import has_gpu
from tagger.validation import PRECISIONS, one_of

SHIPPED_MODEL = Path(models.__file__).parent / "uk-ner.onnx"
MODEL_VARIABLE = "UK_TAG_MODEL"
SUFFIX = ".int8.onnx"


def default_model() -> Path:
    """Return the model used if none is named: that of the environment variable UK_TAG_MODEL, else the package's own."""
    return Path(os.environ.get(MODEL_VARIABLE) or SHIPPED_MODEL)


def sister(path: Path) -> Path:
    """Return the path of the int8 file next to a float32 file: `model.int8.onnx` for `model.onnx`."""
    return path.with_name(path.name.removesuffix(".onnx") + SUFFIX)


def model_file(path: str | Path | None, precision: str = "auto", device: str = "auto") -> Path:
    """Choose the model file to open.

    :param path: a model file, or the bare name of a model in the package; by default :func:`default_model`.
    :param precision: `float32`, `int8` or `auto`: a file as it is; of a model in the package int8 on the CPU, float32
        on CUDA.
    :param device: as for :class:`tagger.inference.session.Session`.
    :raises ModelError: there is no file of that precision.
    :raises OptionError: there is no such precision.
    """
    one_of("precision", precision, PRECISIONS)
    asked = os.fspath(path or default_model())
    chosen = Path(asked)
    shipped = not path and chosen == SHIPPED_MODEL
    if asked == os.path.basename(asked) and not chosen.exists():
        named = SHIPPED_MODEL.with_name(f"{asked}.onnx")
        if named.exists():
            chosen, shipped = named, True
    if precision == "float32" and chosen.name.endswith(SUFFIX):
        return chosen.with_name(chosen.name.removesuffix(SUFFIX) + ".onnx")
    if precision == "int8" and not chosen.name.endswith(SUFFIX):
        chosen = sister(chosen)
        if not chosen.exists():
            mend = f"make one with: uk-tag-export --precision int8 CHECKPOINT {chosen}"
            raise ModelError(f"{chosen}: there is no int8 file of this model; {mend}")
    if precision == "auto" and shipped and sister(chosen).exists():
        on_cpu = device == "cpu" or (device == "auto" and not has_gpu())
        return sister(chosen) if on_cpu else chosen
    return chosen
