"""Named-entity tagging of Ukrainian text."""

import os

TYPE_CHECKING = False  # instead of importing typing, which takes a while
if TYPE_CHECKING:
    from typing import Any

    from tagger.entity import Entity
    from tagger.errors import DataError, DeviceError, ModelError, OptionError, PackageError, TaggerError
    from tagger.tagger import Tagger

__version__ = "0.10.0"
__all__ = [
    "DataError",
    "DeviceError",
    "Entity",
    "ModelError",
    "OptionError",
    "PackageError",
    "Tagger",
    "TaggerError",
    "__version__",
]

# onnxruntime 1.29 and later store a device id and usage data below ~/.cache and send them to Microsoft. The variable is
# read when onnxruntime is imported, which is always after this line. To allow it, set the variable to 0.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

_ERRORS = ["DataError", "DeviceError", "ModelError", "OptionError", "PackageError", "TaggerError"]
_MODULES = {"Entity": "entity", "Tagger": "tagger", **dict.fromkeys(_ERRORS, "errors")}


def __getattr__(name: str) -> "Any":
    # Import names on first use: a program that tags nothing should not wait for numpy and the rest.
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f"tagger.{_MODULES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
