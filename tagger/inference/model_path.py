"""Which file of a model is opened: float32, or its sister in int8, which is faster on a CPU and cannot run on CUDA."""

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
    """The model that is used when none is named: that of the environment variable UK_TAG_MODEL, else the one in the package."""
    return Path(os.environ.get(MODEL_VARIABLE) or SHIPPED_MODEL)


def sister(path: Path) -> Path:
    """Where the int8 file beside a float32 file is: `model.int8.onnx` beside `model.onnx`."""
    return path.with_name(path.name.removesuffix(".onnx") + SUFFIX)


def model_file(path: str | Path | None, precision: str = "auto", device: str = "auto") -> Path:
    """The file to open.

    :param path: a model file, or the bare name of a model in the package; `None`: :func:`default_model`.
    :param precision: `float32`, `int8` or `auto`, which takes a file as it is, and of a model in the package int8 on the CPU, float32 on CUDA.
    :param device: as for :class:`tagger.inference.session.Session`.
    :raises ModelError: there is no file of that precision.
    :raises OptionError: there is no such precision.
    """
    one_of("precision", precision, PRECISIONS)
    asked = os.fspath(path or default_model())
    chosen = Path(asked)
    own = not path and chosen == SHIPPED_MODEL
    if (
        asked == os.path.basename(asked)
        and not chosen.exists()
        and (packed := SHIPPED_MODEL.with_name(f"{asked}.onnx")).exists()
    ):
        chosen, own = packed, True
    if precision == "float32" and chosen.name.endswith(SUFFIX):
        chosen = chosen.with_name(chosen.name.removesuffix(SUFFIX) + ".onnx")
    if precision == "int8" and not chosen.name.endswith(SUFFIX):
        chosen = sister(chosen)
        if not chosen.exists():
            raise ModelError(
                f"{chosen}: there is no int8 file of this model; make one with: uk-tag-export --precision int8 CHECKPOINT {chosen}"
            )
    if (
        precision == "auto"
        and own
        and sister(chosen).exists()
        and (device == "cpu" or (device == "auto" and not has_gpu()))
    ):
        return sister(chosen)
    return chosen
