"""Checks of the values that a file holds, of their types and bounds. What passes can be used without further checks."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from reprlib import repr as cut_repr
from typing import Any

from tagger.errors import ModelError

MEND = "export the model again"


@contextmanager
def of_file(path: object) -> Iterator[None]:
    """Put the name of a file before the message of a ModelError."""
    try:
        yield
    except ModelError as error:
        raise ModelError(f"{path}: {error}") from None


def shown(value: object) -> str:
    """A value for a message: short, without control characters."""
    return cut_repr(value)


def first_line(error: Exception) -> str:
    """What an error of another program says, on one line without control characters."""
    line = str(error).strip().split("\n")[0][:500] or type(error).__name__
    return "".join(letter if letter.isprintable() else "?" for letter in line)


def is_plain(text: object) -> bool:
    """Whether this is a text that can be printed on one line as it is."""
    return isinstance(text, str) and text.isprintable()


def is_deep(value: object, most: int) -> bool:
    """Whether a JSON value has more than so many lists and objects one in the other."""
    level = [value]
    for _ in range(most + 1):
        holders = [own for own in level if isinstance(own, (dict, list))]
        if not holders:
            return False
        level = [part for own in holders for part in (own.values() if isinstance(own, dict) else own)]
    return True


def parse(texts: Mapping[str, str], key: str) -> Any:
    """The JSON under a key."""
    try:
        return json.loads(texts[key])
    except KeyError:
        raise ModelError(f"the model's metadata cannot be read (it has no {key}); {MEND}") from None
    except RecursionError:
        raise ModelError(f"the model's metadata cannot be read ({key} is nested too deep); {MEND}") from None
    except ValueError as error:
        raise ModelError(f"the model's metadata cannot be read ({key}: {first_line(error)}); {MEND}") from None


def table(value: Any, what: str) -> dict[str, Any]:
    """A JSON object."""
    if not isinstance(value, dict):
        raise _wrong(what, value, "an object")
    return value


def sequence(value: Any, what: str, least: int, most: int | None = None) -> list[Any]:
    """A list of `least` to `most` values, or of exactly `least`."""
    most = least if most is None else most
    if not isinstance(value, list) or not least <= len(value) <= most:
        raise _wrong(what, value, f"a list of {least}" if least == most else f"a list of {least} to {most}")
    return value


def whole(value: Any, what: str, low: int, high: int) -> int:
    """A whole number from `low` to `high`."""
    if type(value) is not int or not low <= value <= high:
        raise _wrong(what, value, f"a whole number from {low} to {high}")
    return value


def figure(value: Any, what: str, low: float, high: float) -> float:
    """A number from `low` to `high`, so neither infinite nor NaN."""
    if type(value) not in (int, float) or not low <= value <= high:
        raise _wrong(what, value, f"a number from {low:g} to {high:g}")
    return float(value)


def figures(value: Any, what: str, count: int, bound: float) -> list[float]:
    """A list of `count` numbers from `-bound` to `bound`."""
    return [figure(own, what, -bound, bound) for own in sequence(value, what, count)]


def flag(value: Any, what: str) -> bool:
    """`true` or `false`."""
    if type(value) is not bool:
        raise _wrong(what, value, "true or false")
    return value


def choice(value: Any, what: str, known: tuple[str, ...]) -> str:
    """One of some texts."""
    if not isinstance(value, str) or value not in known:
        raise _wrong(what, value, f"one of {', '.join(known)}")
    return value


def _wrong(what: str, value: object, expected: str) -> ModelError:
    return ModelError(f"{what} is {shown(value)}, not {expected}; {MEND}")
