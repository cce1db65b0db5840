"""Checks of values from outside: of model files, of options, and of the data that a program gives to be tagged.

Values that pass can be used without further checks.
"""

import json
from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from itertools import chain
from operator import index
from reprlib import repr as short_repr
from typing import Any

from tagger.errors import DataError, ModelError, OptionError, printable

MEND = "export the model again"


@contextmanager
def of_file(path: object) -> Iterator[None]:
    """Put the name of a file before the message of a ModelError."""
    try:
        yield
    except ModelError as error:
        raise ModelError(f"{path}: {error}") from None


def shown(value: object) -> str:
    """Show a value in a message: short, without control characters."""
    return short_repr(value)


def first_line(error: Exception) -> str:
    """Return the first line of the message of an error of another library, without control characters."""
    line = str(error).strip().split("\n")[0][:500] or type(error).__name__
    return "".join(letter if letter.isprintable() else "?" for letter in line)


def is_plain(text: object) -> bool:
    """Tell whether a value is a string that can be printed on one line as it is."""
    return isinstance(text, str) and text.isprintable()


def is_deep(value: object, most: int) -> bool:
    """Tell whether a JSON value has more than `most` nested lists and objects."""
    level = [value]
    for _ in range(most + 1):
        containers = [own for own in level if isinstance(own, (dict, list))]
        if not containers:
            return False
        level = [item for own in containers for item in (own.values() if isinstance(own, dict) else own)]
    return True


def parse(texts: Mapping[str, str], key: str) -> Any:
    """Parse the JSON under a key of a model's metadata.

    :raises ModelError: there is no such key, or its text is not JSON.
    """
    try:
        return json.loads(texts[key])
    except KeyError:
        raise ModelError(f"the model's metadata cannot be read (it has no {key}); {MEND}") from None
    except RecursionError:
        raise ModelError(f"the model's metadata cannot be read ({key} is nested too deep); {MEND}") from None
    except ValueError as error:
        raise ModelError(f"the model's metadata cannot be read ({key}: {first_line(error)}); {MEND}") from None


def table(value: Any, what: str) -> dict[str, Any]:
    """Check that a value is a JSON object.

    :param what: name of the value, for the message.
    :raises ModelError: it is not. The checks below raise it, too.
    """
    if not isinstance(value, dict):
        raise _wrong(what, value, "an object")
    return value


def sequence(value: Any, what: str, least: int, most: int | None = None) -> list[Any]:
    """Check that a value is a list of `least` to `most` values, or of exactly `least`."""
    most = least if most is None else most
    if not isinstance(value, list) or not least <= len(value) <= most:
        raise _wrong(what, value, f"a list of {least}" if least == most else f"a list of {least} to {most}")
    return value


def whole(value: Any, what: str, low: int, high: int) -> int:
    """Check that a value is a whole number from `low` to `high`."""
    if type(value) is not int or not low <= value <= high:
        raise _wrong(what, value, f"a whole number from {low} to {high}")
    return value


def figure(value: Any, what: str, low: float, high: float) -> float:
    """Check that a value is a number from `low` to `high`, so neither infinite nor NaN, and return it as a float."""
    if type(value) not in (int, float) or not low <= value <= high:
        raise _wrong(what, value, f"a number from {low:g} to {high:g}")
    return float(value)


def figures(value: Any, what: str, count: int, bound: float) -> list[float]:
    """Check that a value is a list of `count` numbers from `-bound` to `bound`, and return them as floats."""
    return [figure(own, what, -bound, bound) for own in sequence(value, what, count)]


def flag(value: Any, what: str) -> bool:
    """Check that a value is `true` or `false`."""
    if type(value) is not bool:
        raise _wrong(what, value, "true or false")
    return value


def choice(value: Any, what: str, known: tuple[str, ...]) -> str:
    """Check that a value is one of the strings in `known`."""
    if not isinstance(value, str) or value not in known:
        raise _wrong(what, value, f"one of {', '.join(known)}")
    return value


def _wrong(what: str, value: object, expected: str) -> ModelError:
    return ModelError(f"{what} is {shown(value)}, not {expected}; {MEND}")


DEVICES = ("auto", "cpu", "cuda")
PRECISIONS = ("auto", "float32", "int8")


def one_of(name: str, value: Any, choices: tuple[str, ...]) -> None:
    """Raise OptionError if the value of option `name` is not one of the choices."""
    if value not in choices:
        raise OptionError(f"{name}={value!r}: give {', '.join(choices[:-1])} or {choices[-1]}")


def at_least_one(name: str, value: Any) -> int:
    """Check that the value of option `name` is a whole number of at least 1, and return it.

    :raises OptionError: it is not.
    """
    try:
        number = 0 if isinstance(value, bool) else index(value)
    except TypeError:
        number = 0
    if number < 1:
        raise OptionError(f"{name}={value!r}: give a whole number of at least 1")
    return number


STRINGS = (str, bytes, bytearray, memoryview)


def _shown(value: Any) -> str:
    return f"{type(value).__name__} ({printable(repr(value))[:50]})"


def check_sentence(sentence: Any, name: str = "the sentence") -> None:
    """Raise DataError if `sentence` is not a sequence. Its tokens are for :func:`check_tokens`.

    :param name: how the message calls the sentence.
    """
    if type(sentence) is list or type(sentence) is tuple:
        return
    if isinstance(sentence, str):
        mend = "give a list of its tokens, or pass the text to tagger(text)"
        raise DataError(f"{name} is a {_shown(sentence)}: {mend}")
    if isinstance(sentence, (*STRINGS, Mapping, Set)) or not (
        hasattr(sentence, "__len__") and hasattr(sentence, "__iter__")
    ):
        raise DataError(f"{name} is a {_shown(sentence)}: give a list of tokens")


def check_tokens(sentences: Sequence[Sequence[str]], first: int | None = None) -> None:
    """Raise DataError if a token is not a string.

    :param first: number of the first sentence, for the message; None if there is only one sentence.
    """
    if (position := strange_token(sentences)) is not None:
        raise token_error(sentences, *position, first)


def strange_token(sentences: Sequence[Sequence[str]]) -> tuple[int, int] | None:
    """Return sentence and token number, from 0, of the first token that is not a string, None if all are strings."""
    kinds = set(map(type, chain.from_iterable(sentences)))
    if kinds <= {str} or all(issubclass(kind, str) for kind in kinds):
        return None
    return next(
        (i, j) for i, sentence in enumerate(sentences) for j, token in enumerate(sentence) if not isinstance(token, str)
    )


def token_error(sentences: Sequence[Sequence[str]], sentence: int, token: int, first: int | None) -> DataError:
    """Make the error for a token that :func:`strange_token` found; `first` is as for :func:`check_tokens`."""
    which = "" if first is None else f" of sentence {first + sentence + 1}"
    found = list(sentences[sentence])[token]
    mend = ", or pass lists of sentences to tagger.stream" if isinstance(found, list | tuple) else ""
    return DataError(f"token {token + 1}{which} is a {_shown(found)}: give strings{mend}")


def check_sentences(sentences: Any) -> None:
    """Raise DataError if `sentences` is not a sequence of sequences of strings."""
    if isinstance(sentences, (*STRINGS, Mapping, Set)) or not (
        hasattr(sentences, "__len__") and hasattr(sentences, "__iter__")
    ):
        mend = "give a list of lists of tokens, or pass any other source of sentences to stream"
        raise DataError(f"the sentences are a {_shown(sentences)}: {mend}")
    for number, sentence in enumerate(sentences):
        check_sentence(sentence, f"sentence {number + 1}")
    check_tokens(sentences, 0)


def _check_no_table(value: Any, what: str) -> None:
    """Raise DataError if `value` is a table, which would yield the names of its columns, or its rows."""
    if isinstance(value, Mapping) or hasattr(value, "columns") or hasattr(value, "column_names"):
        mend = "use tagger.map_batch(table), or give one of its columns"
        raise DataError(f"this is a {type(value).__name__} where {what} should be: {mend}")


def check_source(source: Any, what: str, instead: str) -> None:
    """Raise DataError if `source` is not iterable, or is a single string, which would yield letters, or a table.

    :param what: name of the items that it should yield.
    :param instead: the call for a single string.
    """
    if isinstance(source, STRINGS):
        raise DataError(f"this is one {_shown(source)} where {what} should be: give a list of them, or use {instead}")
    _check_no_table(source, what)
    if not hasattr(source, "__iter__") and not hasattr(source, "__getitem__"):
        mend = "give a list of them, or anything that yields them"
        raise DataError(f"this is a {_shown(source)} where {what} should be: {mend}")


def check_texts(texts: Any) -> None:
    """Raise DataError if `texts` is not a sequence. Its items are for :func:`check_text`."""
    if isinstance(texts, (*STRINGS, Set)) or not hasattr(texts, "__iter__"):
        raise DataError(f"the text is a {_shown(texts)}: give a string, or a list of strings")
    _check_no_table(texts, "a text")
    if not hasattr(texts, "__len__"):
        mend = "give a string or a list of strings, or pass it to tagger.stream_entities"
        raise DataError(f"the text is a {_shown(texts)}: {mend}")


def check_text(text: Any, name: str = "the text") -> None:
    """Raise DataError if `text` is not a string. `name` is how the message calls it."""
    if isinstance(text, list | tuple):
        raise DataError(f"{name} is a {_shown(text)}: give a string, or pass lists of tokens to tagger.stream")
    if not isinstance(text, str):
        raise DataError(f"{name} is a {_shown(text)}: give a string")
