"""Writers of records: the record as it was read, with what was found added at its end, or an object for each name.

- A table gets a column for each label, with the names in it joined by `; `, and a column `entities` with all of them in
  JSON, with their offsets in the cell. Cells that a spreadsheet would run as a formula get an apostrophe before them.
- An object of JSON Lines gets a list `entities`, or for tokens a list `tags`.
"""

import json
from collections.abc import Sequence
from typing import Any

from tagger.errors import DataError
from tagger.formats.entity_writers import entity_objects, without_surrogates
from tagger.formats.labels import LabelView
from tagger.formats.mentions import spreadsheet_cell
from tagger.formats.records.cells import Scanner
from tagger.formats.records.record import HEADER, PASSING, TEXT, TOKENS, Record
from tagger.formats.sentence import Sentence, one_line

ENTITIES, TAGS = "entities", "tags"  # names of what is added
SEPARATOR = "; "


class RecordWriter:
    """Collects what the sentences of a record have, and writes the record with its last sentence.

    :param path: the input's name, for messages.
    :param labels: all labels that may occur.
    :param key: name of what is added to JSON objects, and of the last column added to tables; `None`: ENTITIES, or
        TAGS for tokens.
    """

    def __init__(self, path: str, labels: Sequence[str], key: str | None = None) -> None:
        self._path, self._labels, self._key = path, labels, key
        self._entities: list[dict[str, Any]] = []
        self._tags: list[str] = []
        self._scores: list[float] = []
        self._count = 0  # sentences of the open record so far
        self._prefix = b""

    def __call__(self, sentence: Sentence, view: LabelView) -> bytes:
        """Return the bytes of the record if this sentence completes it.

        :raises DataError: the object already has a field with the name of what is added.
        """
        record = sentence.record
        if record is None:
            return b""
        self._entities += entity_objects(sentence, view, sentence.before)
        self._tags += view.tags
        self._scores += (round(score, 4) for score in view.scores)
        self._count += 1
        self._prefix = self._prefix or sentence.prefix
        if self._count < record.sentences:
            return b""
        data = self._prefix + self._written(record)
        self._entities, self._tags, self._scores, self._count, self._prefix = [], [], [], 0, b""
        return data

    def _written(self, record: Record) -> bytes:
        if record.kind == PASSING:
            return record.content
        if record.form == "jsonl":
            return record.extended(self._fields(record))
        scanner = Scanner(record.delimiter, tsv=record.form == "tsv")
        key = self._key or ENTITIES
        if record.kind == HEADER:
            cells = [*self._labels, key]
        else:
            names = [[own["text"] for own in self._entities if own["label"] == label] for label in self._labels]
            shown = [spreadsheet_cell(one_line(SEPARATOR.join(own))) for own in names]
            cells = [*[""] * record.missing, *shown, _json(self._entities)]
        return record.extended(b"".join(record.delimiter + scanner.cell(cell) for cell in cells))

    def _fields(self, record: Record) -> bytes:
        """Return the fields that an object gets, with the comma before them."""
        key = self._key or (TAGS if record.kind == TOKENS else ENTITIES)
        if key in record.fields:
            raise DataError(
                f"there is a field {key!r} already; name another for the result with --key",
                path=self._path,
                line=record.line,
            )
        added: dict[str, Any] = {key: self._tags if record.kind == TOKENS else self._entities}
        if record.kind == TOKENS and self._scores:
            added[f"{key}_scores"] = self._scores
        comma = ", " if record.fields else ""
        return (comma + _json(added)[1:-1]).encode()


class NameWriter:
    """Writes an object for each name in a table: line, name, offsets in the cell, and the other cells."""

    def __call__(self, sentence: Sentence, view: LabelView) -> bytes:
        """Return the lines of a sentence."""
        record = sentence.record
        if record is None or record.kind != TEXT:
            return b""
        rows = [
            {"line": record.line, **own, "row": record.fields}
            for own in entity_objects(sentence, view, sentence.before)
        ]
        return "".join(_json(row) + "\n" for row in rows).encode()


def _json(value: Any) -> str:
    return without_surrogates(json.dumps(value, ensure_ascii=False))
