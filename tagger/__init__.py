"""Named-entity tagging of Ukrainian text."""

import os

TYPE_CHECKING = False  # as typing has it, which takes a while to import
if TYPE_CHECKING:
    from typing import Any

    from tagger.entity import Entity
    from tagger.errors import DataError, DeviceError, ModelError, OptionError, PackageError, TaggerError
    from tagger.tagger import Tagger

__version__ = "0.9.0"
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

# onnxruntime 1.29 and later note a device's id and what was run below ~/.cache, and send it to Microsoft. The variable is read when onnxruntime is
# imported, which nothing here does before this; whoever wants that sets the variable to 0.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

_ERRORS = ["DataError", "DeviceError", "ModelError", "OptionError", "PackageError", "TaggerError"]
_ROOMS = {"Entity": "entity", "Tagger": "tagger", **dict.fromkeys(_ERRORS, "errors")}


def __getattr__(name: str) -> "Any":
    # Only what is used is imported: numpy and the rest take longer than many a program that never tags anything.
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f"tagger.{_ROOMS[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
