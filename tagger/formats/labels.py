"""What a user sees of a sentence's tags: labels renamed or left out, entities with scores, another scheme."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from tagger import tags as bio
from tagger.errors import OptionError
from tagger.inference.window import Annotation

UNFIT = re.compile(r"[\s<>&|=]")  # what would be taken for the marks of a form


@dataclass(frozen=True, slots=True)
class LabelSettings:
    """How to show tags.

    :param scheme: one of :data:`tagger.tags.SCHEMES`.
    :param mapping: labels to rename; `O` drops one.
    :param only: labels (as renamed) to keep; empty: all.
    :param scores: whether probabilities are shown.
    """

    scheme: str = "bio"
    mapping: Mapping[str, str] = field(default_factory=dict)
    only: tuple[str, ...] = ()
    scores: bool = False


@dataclass(frozen=True, slots=True)
class ScoredSpan:
    """Tokens `start` to `end`, `end` exclusive, with a label; `score` is the probability that exactly these tokens are such an entity."""

    start: int
    end: int
    label: str
    score: float | None = None


@dataclass(slots=True)
class LabelView:
    """Tags as a user asked for them. `scores`, the probability of each, is empty unless it was asked for."""

    tags: list[str]
    spans: list[ScoredSpan]
    scores: list[float] = field(default_factory=list)


class Labels:
    """Makes views of annotations.

    :param tags: the model's tags, by number.
    :raises OptionError: a label is named that the model does not have.
    """

    def __init__(self, tags: Sequence[str], settings: LabelSettings) -> None:
        self._settings = settings
        own = list(dict.fromkeys(bio.parse(tag)[1] for tag in tags if tag != bio.OUTSIDE))
        if strange := sorted(set(settings.mapping) - set(own)):
            raise OptionError(f"--map: the model has no label {', '.join(strange)}, only {', '.join(own)}")
        if unfit := sorted(name for name in settings.mapping.values() if UNFIT.search(name) or not name.isprintable()):
            raise OptionError(f"--map: {unfit[0]!r} cannot be a label: no white space, and none of < > & | =")
        shown = {label: settings.mapping.get(label, label) for label in own}
        if strange := sorted(set(settings.only) - set(shown.values())):
            raise OptionError(
                f"--only: there is no label {', '.join(strange)}, only {', '.join(dict.fromkeys(shown.values()))}"
            )
        self._shown = {
            label: name
            for label, name in shown.items()
            if name != bio.OUTSIDE and (not settings.only or name in settings.only)
        }
        self._plain = settings.scheme == "bio" and all(self._shown.get(label) == label for label in own)
        written = [
            bio.OUTSIDE
            if tag == bio.OUTSIDE or (label := bio.parse(tag)[1]) not in self._shown
            else f"{tag[0]}-{self._shown[label]}"
            for tag in tags
        ]
        # [i, j]: whether the model's tags i and j are written alike, and so share their probability
        self._alike = np.array([[one == other for other in written] for one in written], np.float32)
        self._numbers = {tag: number for number, tag in enumerate(tags)}
        # what is written for each of the model's tags; none where that depends on the tags beside it
        self.by_number = written if settings.scheme == "bio" else None
        self.scored = settings.scores

    @property
    def names(self) -> list[str]:
        """The labels that may be written."""
        return list(dict.fromkeys(self._shown.values()))

    def view(self, annotation: Annotation, *, spans: bool = True) -> LabelView:
        """Show an annotation; without `spans` they may be left out, which is faster."""
        scores: list[float] = []
        if self.scored and annotation.probabilities is not None:
            scores = self.scores(
                np.array([self._numbers[tag] for tag in annotation.tags], np.int64), annotation.probabilities
            ).tolist()
        if self._plain and not spans:
            return LabelView(annotation.tags, [], scores)
        found = []
        for start, end, label in bio.spans(annotation.tags):
            if label in self._shown:
                score = self._score(annotation, start, end, label)
                found.append(ScoredSpan(start, end, self._shown[label], score))
        tags = annotation.tags
        if not self._plain:
            tags = bio.write(
                [bio.Span(span.start, span.end, span.label) for span in found], len(tags), self._settings.scheme
            )
        return LabelView(tags, found, scores)

    def scores(self, numbers: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
        """How probable is what is written at each token, given its tag's number, and how probable each tag is.

        *Shape:* (tokens,), (tokens, tags) -> (tokens,), float32.
        """
        return np.minimum((probabilities * self._alike[numbers]).sum(1), np.float32(1))

    def _score(self, annotation: Annotation, start: int, end: int, label: str) -> float | None:
        if annotation.probabilities is None:
            return None
        return annotation.span_probability(start, end, self._numbers[f"B-{label}"], self._numbers[f"I-{label}"])
