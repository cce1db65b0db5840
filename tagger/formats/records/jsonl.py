"""JSON Lines: an object on each line, with a text or a list of tokens in it."""

import json
from collections.abc import Sequence
from typing import Any

from tagger.formats.encoding import Decoder
from tagger.formats.records.record import PASSING, TEXT, TOKENS, Record, RecordReader, kind_of
from tagger.formats.sentence import Piece, one_line

TOKEN_KEYS = ("text", "form")  # of a token that is an object, as Prodigy writes it


class JsonReader(RecordReader):
    """Turns JSON objects into sentences.

    :param field: key of a string or of a list of tokens; with dots in it also a path, as in `data.text`.
    """

    form = "jsonl"

    def __init__(self, decoder: Decoder, field: str) -> None:
        super().__init__(decoder, field)
        self._seen = False  # whether any object had the field

    def read(self, lines: list[bytes], number: int, found: list[Piece], *, ended: bool = True) -> None:
        """Add the sentences of whole lines to `found`; see :meth:`RecordReader.read`."""
        for index, line in enumerate(lines):
            content = line + (b"\n" if ended or index < len(lines) - 1 else b"")
            end = len(line.rstrip(b" \t\r")) - 1  # of the last brace
            end = len(line[:end].rstrip(b" \t\r"))
            record = Record(form=self.form, kind=PASSING, line=number + index, content=content, end=end)
            if not line.strip(b" \t\r"):
                self._add(record, "", found)
                continue
            record.fields = self._parsed(line, number + index)
            value = self._value(record.fields, number + index)
            if value is not None:
                record.kind = TEXT if isinstance(value, str) else TOKENS
            self._add(record, value or "", found)

    def finish(self, found: list[Piece]) -> None:
        """End the input. Nothing is left, since no object goes beyond its line."""

    def _parsed(self, line: bytes, number: int) -> dict[str, Any]:
        text = self._decoder.decode(line, number)
        try:
            # the value of a number is of no interest, and Python refuses very long ones
            value = json.loads(text, parse_int=lambda digits: 0)
        except json.JSONDecodeError as error:
            what = f"is not JSON ({error.msg} at character {error.pos + 1})"
            raise self._error(f"{what}; mend the line, each must be a JSON object as jq -c writes it", number) from None
        except RecursionError:
            raise self._error("is nested too deep; mend the line", number) from None
        if not isinstance(value, dict):
            raise self._error(f"is {kind_of(value)}; each line must be a JSON object, see jq -c '.[]'", number)
        return value

    def _value(self, value: dict[str, Any], number: int) -> str | Sequence[str] | None:
        """Return the text or the tokens of an object; `None` if there are none, as in some objects of many files."""
        own: Any = value
        for key in [self._field] if self._field in value else self._field.split("."):
            if not isinstance(own, dict) or key not in own:
                if self._seen:
                    return None
                known = ", ".join(map(repr, value))
                raise self._error(f"there is no field {self._field!r}, only {known}; name yours with --field", number)
            own = own[key]
        self._seen = True
        tokens = _tokens(own) if isinstance(own, list) else None
        if own is not None and not isinstance(own, str) and tokens is None:
            what = "a list of other things than strings" if isinstance(own, list) else kind_of(own)
            raise self._error(f"field {self._field!r} is {what}; it must be a string or a list of tokens", number)
        return own if tokens is None else tokens


def _tokens(value: list[Any]) -> list[str] | None:
    """Return the tokens of a list of strings, or of objects with a string in them; `None` if it is another list."""
    found = []
    for item in value:
        if isinstance(item, dict):
            item = next((item[key] for key in TOKEN_KEYS if key in item), None)
        if not isinstance(item, str):
            return None
        found.append(one_line(item))
    return found
