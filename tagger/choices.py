"""Values that options may have, on the command line and from Python."""

from operator import index
from typing import Any

from tagger.errors import OptionError

DEVICES = ("auto", "cpu", "cuda")
PRECISIONS = ("auto", "float32", "int8")


def one_of(name: str, value: Any, choices: tuple[str, ...]) -> None:
    """Raise OptionError where a value is none of the choices."""
    if value not in choices:
        raise OptionError(f"{name}={value!r}: give {', '.join(choices[:-1])} or {choices[-1]}")


def at_least_one(name: str, value: Any) -> int:
    """A whole number. Raises OptionError where it is none, or less than 1."""
    try:
        number = 0 if isinstance(value, bool) else index(value)
    except TypeError:
        number = 0
    if number < 1:
        raise OptionError(f"{name}={value!r}: give a whole number of at least 1")
    return number
