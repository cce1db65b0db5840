"""A name found in a text."""

from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class Entity:
    """A name, and its offsets in the string that was tagged: `text == string[start:end]`.

    :param start, end: offsets in code points, from 0, `end` exclusive.
    :param label: kind of the name, in the model's terms: `PERS`, `ORG`, `LOC`, `MISC`.
    :param score: probability, from 0 to 1, that a name of this label covers exactly this range.
    :param lemma: the name's base form, such as `Київ` for `Києві`; `None` unless base forms were asked for.
    """

    start: int
    end: int
    label: str
    text: str
    score: float
    lemma: str | None = None

    def to_dict(self, *, pipeline: bool = False) -> dict[str, Any]:
        """Return the entity as a dictionary, for JSON or a data frame.

        :param pipeline: with the keys of the token classification pipelines of other libraries: `entity_group`,
            `score`, `word`, `start`, `end`; else with the names of the fields, without `lemma` if it was not asked for.
        """
        if pipeline:
            names = {"entity_group": "label", "score": "score", "word": "text", "start": "start", "end": "end"}
            return {key: getattr(self, name) for key, name in names.items()}
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in values.items() if name != "lemma" or value is not None}
