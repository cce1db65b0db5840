"""Scores of base forms: how many names of annotated text come out as they should."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from tagger.base_forms.words import CLOSING, OPENING
from tagger.errors import DataError

FIELDS = {"start": int, "end": int, "label": str, "lemma": str}


class Expected(NamedTuple):
    """A name of annotated text.

    :param start, end: its position in the text, in code points, `end` exclusive.
    :param lemma: its base form.
    """

    text: str
    start: int
    end: int
    label: str
    lemma: str

    @property
    def form(self) -> str:
        """The name as it stands."""
        return self.text[self.start : self.end]


class Wrong(NamedTuple):
    """A base form that is not the expected one."""

    name: Expected
    found: str


@dataclass(slots=True)
class LemmaScores:
    """Counts by label.

    :ivar total: names.
    :ivar right: names whose base form is right.
    :ivar standing: names whose base form is the form in the text.
    """

    total: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    standing: Counter[str] = field(default_factory=Counter)
    wrong: list[Wrong] = field(default_factory=list)

    def as_dict(self) -> dict[str, dict[str, float]]:
        """Return names, accuracy, and the accuracy of the form as it stands, by label and of `all`."""
        rows = {label: (self.total[label], self.right[label], self.standing[label]) for label in sorted(self.total)}
        rows["all"] = self.total.total(), self.right.total(), self.standing.total()
        return {
            label: {"names": total, "right": right / max(total, 1), "as_it_stands": standing / max(total, 1)}
            for label, (total, right, standing) in rows.items()
        }

    def table(self) -> str:
        """Return the scores as aligned text."""
        lines = [f"{'':8}{'names':>8}{'right':>8}{'as it stands':>14}"]
        for label, row in self.as_dict().items():
            lines.append(f"{label:8}{row['names']:8.0f}{row['right']:8.3f}{row['as_it_stands']:14.3f}")
        return "\n".join(lines)


def read_expected(path: str | Path) -> Iterator[tuple[str, list[Expected]]]:
    """Yield each text of a JSON Lines file with its names.

    A line is `{"text": ..., "entities": [{"start", "end", "label", "lemma"}, ...]}`.

    :raises DataError: the file cannot be read, or a line is no such object.
    """
    try:
        content = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise DataError(f"cannot be read: {reason}", path=str(path)) from None
    for number, line in enumerate(content.split("\n"), 1):
        if line.strip():
            yield _parsed(line, str(path), number)


def _parsed(line: str, path: str, number: int) -> tuple[str, list[Expected]]:
    try:
        value = json.loads(line)
        text: str = _checked(value, "text", str)
        names = []
        for entity in value["entities"]:
            start, end, label, lemma = (_checked(entity, key, kind) for key, kind in FIELDS.items())
            if not 0 <= start < end <= len(text):
                raise ValueError(f"{start} to {end} is no part of the text")
            names.append(Expected(text, start, end, label, lemma))
    except (ValueError, KeyError, TypeError) as error:
        form = '{"text": ..., "entities": [{"start", "end", "label", "lemma"}]}'
        raise DataError(f"{error}; write {form}", path=path, line=number) from None
    return text, names


def _checked(value: dict[str, Any], key: str, kind: type) -> Any:
    if not isinstance(value[key], kind):
        raise TypeError(f"{key} is not of type {kind.__name__}")
    return value[key]


def comparable(lemma: str) -> str:
    """Return a base form without what the comparison leaves out: case, quotation marks, repeated spaces."""
    return " ".join("".join(sign for sign in lemma.lower() if sign not in OPENING + CLOSING).split())


def score_lemmas(names: Iterable[Expected], lemmatize: Callable[[str, int, int, str], str]) -> LemmaScores:
    """Compare base forms with the expected ones, case and quotation marks aside.

    :param lemmatize: as :func:`tagger.base_forms.base_form.base_form`.
    """
    scores = LemmaScores()
    for name in names:
        found = lemmatize(name.text, name.start, name.end, name.label)
        scores.total[name.label] += 1
        scores.standing[name.label] += comparable(name.form) == comparable(name.lemma)
        if comparable(found) == comparable(name.lemma):
            scores.right[name.label] += 1
        else:
            scores.wrong.append(Wrong(name, found))
    return scores
