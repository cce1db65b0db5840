"""A record with a text in it: its bytes as they were read, and the sentences of its text."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tagger.errors import DataError
from tagger.formats import LARGEST_RECORD
from tagger.formats.encoding import Decoder
from tagger.formats.sentence import Piece, Sentence
from tagger.text.tokenizer import bounded, cell_starts, sentence_ranges, token_spans

TEXT, TOKENS, HEADER, PASSING = "text", "tokens", "header", "passing"


@dataclass(slots=True, kw_only=True)
class Record:
    """One record of an input.

    :param form: input format: `csv`, `tsv` or `jsonl`.
    :param kind: what is in it: TEXT, TOKENS, the HEADER of a table, or nothing to tag (PASSING).
    :param line: number of its first line, from 1.
    :param content: its bytes as they were read, with its line end.
    :param end: where in the content something can be added at the end, in bytes.
    :param delimiter: tables: what separates cells.
    :param missing: tables: number of cells that the row has less than the header.
    :param fields: JSON Lines: the object; tables: the cells other than the text, by name or by number.
    :param sentences: number of its sentences; the last one of them completes it.
    """

    form: str
    kind: str
    line: int
    content: bytes
    end: int
    delimiter: bytes = b""
    missing: int = 0
    fields: dict[str, Any] = field(default_factory=dict)
    sentences: int = 1

    def extended(self, addition: bytes) -> bytes:
        """Return the content with something added at the end."""
        return self.content[: self.end] + addition + self.content[self.end :]


class RecordReader(ABC):
    """The common part of the readers of records.

    :param field: name of the field with the text, or with the tokens.
    """

    form = ""
    whole = True  # a record is not read in parts, however long it is

    def __init__(self, decoder: Decoder, field: str) -> None:
        self._decoder, self._field = decoder, field

    @abstractmethod
    def read(self, lines: list[bytes], number: int, found: list[Piece], *, ended: bool = True) -> None:
        """Add the sentences of whole lines to `found`.

        :param number: number of the first line.
        :param ended: whether the last line has an end of line.
        :raises DataError: a record cannot be read; the sentences of the records before it are in `found`.
        """

    def read_block(self, block: bytes, number: int, found: list[Piece]) -> None:
        """Read the lines of a block, without the end of the last, like :meth:`read`."""
        self.read(block.split(b"\n"), number, found)

    def read_part(self, data: bytes, number: int, found: list[Piece]) -> int:
        """Refuse a line that is too long to be held.

        :raises DataError: always.
        """
        raise self._error(f"a record of more than {LARGEST_RECORD >> 20} MiB; split it", number)

    @abstractmethod
    def finish(self, found: list[Piece]) -> None:
        """End the input.

        :raises DataError: a record is incomplete.
        """

    def _error(self, what: str, number: int) -> DataError:
        return DataError(what, path=self._decoder.path, line=number)

    def _add(self, record: Record, value: str | Sequence[str], found: list[Piece]) -> None:
        """Add the sentences of a record, or one without tokens if there is nothing to tag."""
        line_end = b"\r\n" if record.content.endswith(b"\r\n") else b"\n"
        made = []
        if isinstance(value, str):
            for start, end in bounded(value, sentence_ranges(value)) if value else ():
                own = value[start:end]
                offsets = token_spans(own)
                tokens = [own[first:last] for first, last in offsets]
                last_of_line = end == len(value) or value[end] == "\n"
                made.append(
                    Sentence(
                        tokens,
                        record.line,
                        "text",
                        text=own,
                        offsets=offsets,
                        cells=cell_starts(own, offsets),
                        before=start,
                        ending=line_end if last_of_line else b"",
                        line_end=line_end,
                        record=record,
                    )
                )
        else:
            offsets, start = [], 0
            for token in value:
                offsets.append((start, start + len(token)))
                start += len(token) + 1
            text = " ".join(value)
            made.append(
                Sentence(list(value), record.line, "text", text=text, offsets=offsets, line_end=line_end, record=record)
            )
        record.sentences = len(made) or 1
        found += made or [Sentence([], record.line, "text", line_end=line_end, record=record)]


def kind_of(value: Any) -> str:
    """Return how JSON calls the type of a value, for messages."""
    names = {str: "a string", list: "a list", dict: "an object", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")
