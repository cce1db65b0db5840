"""What a program gives to be tagged: one sentence says what is wrong with a value of another kind, before it is taken for something else."""

from collections.abc import Mapping, Sequence, Set
from itertools import chain
from typing import Any

from tagger.errors import DataError, printable

STRINGS = (str, bytes, bytearray, memoryview)


def _shown(value: Any) -> str:
    return f"{type(value).__name__} ({printable(repr(value))[:50]})"


def check_sentence(sentence: Any, place: str = "the sentence") -> None:
    """Raise DataError where this is no sequence of tokens; the tokens themselves are for :func:`check_tokens`.

    :param place: which sentence it is, for the message.
    """
    if type(sentence) is list or type(sentence) is tuple:
        return
    if isinstance(sentence, str):
        raise DataError(f"{place} is a {_shown(sentence)}: give a list of its tokens, or a text as it was written to tagger(text)")
    if isinstance(sentence, (*STRINGS, Mapping, Set)) or not (hasattr(sentence, "__len__") and hasattr(sentence, "__iter__")):
        raise DataError(f"{place} is a {_shown(sentence)}: give a list of tokens")


def check_tokens(sentences: Sequence[Sequence[str]], first: int | None = None) -> None:
    """Raise DataError where a token is no string.

    :param first: the number of the first sentence, for the message; `None`: there is only one.
    """
    if (place := strange_token(sentences)) is not None:
        raise token_error(sentences, *place, first)


def strange_token(sentences: Sequence[Sequence[str]]) -> tuple[int, int] | None:
    """Sentence and token, from 0, of the first token that is no string."""
    kinds = set(map(type, chain.from_iterable(sentences)))
    if kinds <= {str} or all(issubclass(kind, str) for kind in kinds):
        return None
    return next((i, j) for i, sentence in enumerate(sentences) for j, token in enumerate(sentence) if not isinstance(token, str))


def token_error(sentences: Sequence[Sequence[str]], sentence: int, token: int, first: int | None) -> DataError:
    """The error for a place that :func:`strange_token` found; `first` is as for :func:`check_tokens`."""
    which = "" if first is None else f" of sentence {first + sentence + 1}"
    return DataError(f"token {token + 1}{which} is a {_shown(list(sentences[sentence])[token])}: give strings")


def check_sentences(sentences: Any) -> None:
    """Raise DataError where this is no sequence of sentences of strings."""
    if isinstance(sentences, (*STRINGS, Mapping, Set)) or not (hasattr(sentences, "__len__") and hasattr(sentences, "__iter__")):
        raise DataError(f"the sentences are a {_shown(sentences)}: give a list of lists of tokens; any other source of sentences is for stream")
    for number, sentence in enumerate(sentences):
        check_sentence(sentence, f"sentence {number + 1}")
    check_tokens(sentences, 0)


def check_source(source: Any, what: str, instead: str) -> None:
    """Raise DataError where this cannot give one thing after the other, or would give letters.

    :param what: what it should give.
    :param instead: what to use for one string.
    """
    if isinstance(source, STRINGS):
        raise DataError(f"this is one {_shown(source)} where {what} should be: give a list of them, or use {instead}")
    if not hasattr(source, "__iter__") and not hasattr(source, "__getitem__"):
        raise DataError(f"this is a {_shown(source)} where {what} should be: give a list of them, or anything that yields them")


def check_text(text: Any, place: str = "the text") -> None:
    """Raise DataError where a text is no string."""
    if not isinstance(text, str):
        raise DataError(f"{place} is a {_shown(text)}: give a string")
