"""A name found in a text."""

from dataclasses import dataclass


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
