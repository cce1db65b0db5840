"""The settings of the component for spaCy."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from tagger.errors import OptionError

LABELS = {"PERS": "PER"}  # the label of spaCy's own Ukrainian pipelines
OF_THE_MACHINE = ("device", "threads")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of a component, as its configuration has them.

    :param device, precision, threads: see :meth:`tagger.Tagger.load`.
    :param labels: labels to rename; `O` drops a label, and labels that the model does not have are ignored. spaCy
        merges the default into a configuration, so keeping the label PERS takes `{"PERS": "PERS"}`.
    :param sentences: where the document has no sentences: split its lines into sentences; else each line is one.
    :param retokenize: tag the text in our own tokens; else tag spaCy's tokens. A document that was made from words
        without their spaces is always tagged in its own tokens.
    :param overwrite: an entity that was set before gives way to a new one that overlaps it; else the new one does.
    :param spans_key: key of `doc.spans` that gets the entities as well, with their scores in `attrs["scores"]`.
    :param threshold: least score of an entity.
    :param names, forbid: see :meth:`tagger.Tagger.load`.
    :param lemma: also set `span._.uk_lemma`, the base form of an entity.
    """

    device: str = "auto"
    precision: str = "auto"
    threads: int = 1
    labels: Mapping[str, str] = field(default_factory=lambda: dict(LABELS))
    sentences: bool = True
    retokenize: bool = True
    overwrite: bool = False
    spans_key: str | None = None
    threshold: float = 0.0
    names: Any = None
    forbid: Any = None
    lemma: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.threshold <= 1:
            raise OptionError(f"threshold={self.threshold!r}: give a number from 0 to 1")

    def updated(self, stored: Mapping[str, Any]) -> "Settings":
        """Return stored settings, but for those of the machine that differ from the default here."""
        default = Settings()
        kept = [name for name in OF_THE_MACHINE if getattr(self, name) != getattr(default, name)]
        names = {own.name for own in fields(self)}  # a later version may have stored more
        return replace(self, **{name: value for name, value in stored.items() if name in names and name not in kept})
