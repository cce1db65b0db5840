"""Named-entity tagging of Ukrainian text."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tagger.entity import Entity
    from tagger.errors import DataError, DeviceError, ModelError, TaggerError
    from tagger.tagger import Tagger

__version__ = "0.8.1"
__all__ = ["DataError", "DeviceError", "Entity", "ModelError", "Tagger", "TaggerError", "__version__"]

_ROOMS = {"Entity": "entity", "Tagger": "tagger", **dict.fromkeys(["DataError", "DeviceError", "ModelError", "TaggerError"], "errors")}


def __getattr__(name: str) -> Any:
    # Only what is used is imported: numpy and the rest take longer than many a program that never tags anything.
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f"tagger.{_ROOMS[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
