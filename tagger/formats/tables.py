"""Tagging of table columns, for dictionaries of lists, data sets, data frames and Arrow tables alike."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from tagger.errors import DataError
from tagger.system.packages import need

ENTITY_FIELDS = {"start": "int64", "end": "int64", "label": "string", "text": "string", "score": "float64"}
LEMMA_FIELDS = {"lemma": "string"}  # if base forms are asked for
BATCHED = "give many rows at once: Dataset.map(tagger.map_batch, batched=True)"
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
) -> dict[str, Any]:
    """Make the new columns of :meth:`tagger.Tagger.map_batch`.

    :param columns: a dictionary of lists, a batch of a data set, a data frame or an Arrow table.
    :param tag: returns the tags of sentences, in order.
    :param find: returns the entities of texts, in order.
    :param tokens, text: names of the input columns.
    :param tags, entities: names of the new columns.
    :param lemma: entities have base forms.
    :returns: each a :class:`Column`, for a Polars frame a series.
    :raises DataError: there is none of the input columns, or a row has the wrong type.
    """
    names = _names(columns)
    added: dict[str, Column] = {}
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
    return {name: _series(name, column) for name, column in added.items()} if hasattr(columns, "get_columns") else added


def _series(name: str, column: Column) -> Any:
    """Return a column for a Polars frame, whose type does not depend on its rows."""
    polars = need("polars")
    types = {"int64": polars.Int64, "float64": polars.Float64, "string": polars.String}
    inner = (
        polars.String
        if column.kind == "tags"
        else polars.Struct({key: types[own] for key, own in _fields(column.kind).items()})
    )
    return polars.Series(name, list(column), dtype=polars.List(inner))


def _names(columns: Any) -> list[str]:
    """Return the names of the columns.

    :raises DataError: it is no table of many rows; the message names the right call.
    """
    kind = type(columns).__name__
    if hasattr(columns, "mapInArrow"):  # Spark
        raise DataError(f"this is a {kind} of Spark: use annotate(frame) of tagger.integrations.spark")
    if hasattr(columns, "collect_schema") and not hasattr(columns, "get_columns"):  # Polars' LazyFrame
        raise DataError(f"this is a {kind}, which has no rows yet: use tagger.map_batch(frame.collect())")
    if kind == "LazyRow":  # of datasets
        raise DataError(f"this is one row: {BATCHED}")
    if hasattr(columns, "index") and hasattr(columns, "iloc") and not hasattr(columns, "columns"):  # pandas' Series
        raise DataError(f"this is a {kind}, one row or column: use tagger.map_batch(frame), without apply")
    if hasattr(columns, "get_columns"):  # Polars
        return list(columns.columns)
    if hasattr(columns, "column_names"):  # Arrow's tables, data sets
        return list(columns.column_names)
    if hasattr(columns, "schema"):  # Arrow's record batches
        return list(columns.schema.names)
    if not isinstance(columns, Mapping) and not hasattr(columns, "keys"):
        mend = "give a dictionary of lists, a data frame or an Arrow table"
        if isinstance(columns, list | tuple) and all(isinstance(row, Mapping) for row in columns):
            mend += "; of a list of rows: tagger(row['text'] for each row), or pandas.DataFrame(rows)"
        elif not isinstance(columns, Mapping):
            mend += ", in Dataset.map without input_columns; for a list of texts use tagger(texts)"
        raise DataError(f"columns cannot be a {kind}: {mend}")
    # keys() of a data frame are its columns; iteration may give something else
    return [str(name) for name in columns.keys()]  # noqa: SIM118


def _values(column: Any, name: str) -> list[Any]:
    if isinstance(column, str) or not hasattr(column, "__iter__"):
        raise DataError(f"column {name!r} is a {type(column).__name__}, not a list: {BATCHED}")
    for method in ("to_pylist", "to_list", "tolist"):  # Arrow; Polars and pandas; NumPy
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
    mend = f'; for lists of tokens: tokens={name!r}, text=""' if isinstance(row, list | tuple) else ""
    raise DataError(f"column {name!r} must hold strings, not a {type(row).__name__}: {row!r:.50}{mend}")


def _tokens(row: Any, name: str) -> Sequence[str] | None:
    if hasattr(row, "tolist"):
        row = row.tolist()
    if isinstance(row, list | tuple) and all(isinstance(token, str) or token is None for token in row):
        return [token or "" for token in row] if None in row else row
    if not isinstance(row, list | tuple) and _missing(row):
        return None
    mend = f'; for texts: text={name!r}, tokens=""; for one row: {BATCHED}' if isinstance(row, str) else ""
    raise DataError(f"column {name!r} must hold lists of strings, not a {type(row).__name__}: {row!r:.50}{mend}")


def _fields(kind: str) -> dict[str, str]:
    return ENTITY_FIELDS | LEMMA_FIELDS if kind == "entities with lemmas" else ENTITY_FIELDS


def _dictionaries(found: Iterable[Any], names: Iterable[str]) -> list[dict[str, Any]]:
    return [{name: getattr(entity, name) for name in names} for entity in found]
