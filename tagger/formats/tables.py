"""Tagging of table columns, for dictionaries of lists, data sets, data frames and Arrow tables alike."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from tagger.errors import DataError
from tagger.system.packages import need

ENTITY_FIELDS = {"start": "int64", "end": "int64", "label": "string", "text": "string", "score": "float64"}
LEMMA_FIELDS = {"lemma": "string"}  # if base forms are asked for
Row = Any  # a list of tags or of entities as dictionaries, or None


class Column(list[Row]):
    """A list that tells Arrow its type.

    From no rows, or from rows without tags or entities, Arrow would infer another type, and refuse later rows.

    :param kind: `tags`, `entities` or `entities with lemmas`.
    """

    def __init__(self, rows: Iterable[Row], kind: str) -> None:
        super().__init__(rows)
        self.kind = kind

    def __arrow_array__(self, type: Any = None) -> Any:
        return need("pyarrow").array(list(self), type or arrow_type(self.kind))

    def __reduce__(self) -> tuple[Any, ...]:
        return Column, (list(self), self.kind)


def arrow_type(kind: str) -> Any:
    """Return the Arrow type of a column.

    :param kind: `tags`, lists of strings, or `entities`, lists of structures like :class:`tagger.Entity`; these have a
        lemma only if the kind is `entities with lemmas`.
    """
    pyarrow = need("pyarrow")
    if kind == "tags":
        return pyarrow.list_(pyarrow.string())
    return pyarrow.list_(
        pyarrow.struct([(name, pyarrow.type_for_alias(alias)) for name, alias in _fields(kind).items()])
    )


def tag_columns(
    columns: Any,
    tag: Callable[[Iterable[Sequence[str]]], Iterator[list[str]]],
    find: Callable[[Iterable[str]], Iterator[list[Any]]],
    *,
    tokens: str,
    text: str,
    tags: str,
    entities: str,
    lemma: bool = False,
) -> dict[str, Column]:
    """Make the new columns of :meth:`tagger.Tagger.map_batch`.

    :param columns: a dictionary of lists, a batch of a data set, a data frame or an Arrow table.
    :param tag: returns the tags of sentences, in order.
    :param find: returns the entities of texts, in order.
    :param tokens, text: names of the input columns.
    :param tags, entities: names of the new columns.
    :param lemma: entities have base forms.
    :raises DataError: there is none of the input columns, or a row has the wrong type.
    """
    names = _names(columns)
    added = {}
    if tokens in names:
        sentences = [_tokens(row, tokens) for row in _values(columns[tokens], tokens)]
        tagged = tag(sentence or () for sentence in sentences)
        added[tags] = Column(
            [None if sentence is None else row for sentence, row in zip(sentences, tagged, strict=True)], "tags"
        )
    if text in names:
        texts = [_text(row, text) for row in _values(columns[text], text)]
        found = find(row or "" for row in texts)
        kind = "entities with lemmas" if lemma else "entities"
        names_of = _fields(kind)
        added[entities] = Column(
            [None if row is None else _dictionaries(own, names_of) for row, own in zip(texts, found, strict=True)], kind
        )
    if not added:
        raise DataError(
            f"there is neither a column {tokens!r} nor a column {text!r}, only {', '.join(map(repr, names))}; "
            "name yours: tokens=, text="
        )
    return added


def _names(columns: Any) -> list[str]:
    if hasattr(columns, "column_names"):  # Arrow's tables
        return list(columns.column_names)
    if hasattr(columns, "schema"):  # its record batches
        return list(columns.schema.names)
    if not isinstance(columns, Mapping) and not hasattr(columns, "keys"):
        raise DataError(
            f"columns cannot be a {type(columns).__name__}: give a dictionary of lists, a data frame or an Arrow table"
        )
    # keys() of a data frame are its columns; iteration may give something else
    return [str(name) for name in columns.keys()]  # noqa: SIM118


def _values(column: Any, name: str) -> list[Any]:
    if isinstance(column, str) or not hasattr(column, "__iter__"):
        raise DataError(
            f"column {name!r} is a {type(column).__name__}, not a list: give many rows at once, "
            "as Dataset.map does with batched=True"
        )
    for method in ("to_pylist", "tolist"):  # Arrow; pandas and NumPy
        if hasattr(column, method):
            return list(getattr(column, method)())
    return list(column)


def _missing(row: Any) -> bool:
    # pandas' NA refuses to be compared, and a NaN differs from itself
    return row is None or type(row).__name__ == "NAType" or row != row


def _text(row: Any, name: str) -> str | None:
    if isinstance(row, str):
        return row
    if _missing(row):
        return None
    raise DataError(f"column {name!r} must hold strings, not a {type(row).__name__}: {row!r:.50}")


def _tokens(row: Any, name: str) -> Sequence[str] | None:
    if hasattr(row, "tolist"):
        row = row.tolist()
    if isinstance(row, list | tuple) and all(isinstance(token, str) or token is None for token in row):
        return [token or "" for token in row] if None in row else row
    if not isinstance(row, list | tuple) and _missing(row):
        return None
    raise DataError(f"column {name!r} must hold lists of strings, not a {type(row).__name__}: {row!r:.50}")


def _fields(kind: str) -> dict[str, str]:
    return ENTITY_FIELDS | LEMMA_FIELDS if kind == "entities with lemmas" else ENTITY_FIELDS


def _dictionaries(found: Iterable[Any], names: Iterable[str]) -> list[dict[str, Any]]:
    return [{name: getattr(entity, name) for name in names} for entity in found]
