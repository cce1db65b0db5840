"""A name found in a text."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entity:
    """A name, and where it stands in the string that was tagged: `text == string[start:end]`.

    :param start, end: code points of that string, from 0, `end` exclusive.
    :param label: what it is, in the model's terms: `PERS`, `ORG`, `LOC`, `MISC`.
    :param score: the probability, from 0 to 1, that a name of this label stands on exactly this stretch.
    """

    start: int
    end: int
    label: str
    text: str
    score: float
