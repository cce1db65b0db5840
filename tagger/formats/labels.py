"""The user's view of a sentence's tags: labels renamed or left out, entities with scores, another tagging scheme."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from tagger import tags as bio
from tagger.errors import OptionError
from tagger.inference.window import Annotation


@dataclass(frozen=True, slots=True)
class LabelSettings:
    """Options of how to show tags.

    :param scheme: one of :data:`tagger.tags.SCHEMES`.
    :param mapping: labels to rename; `O` drops one.
    :param only: labels, after renaming, to keep; empty keeps all.
    :param scores: show probabilities.
    :param min_score: leave out entities with a lower probability: their tokens get the tag `O`.
    """

    scheme: str = "bio"
    mapping: Mapping[str, str] = field(default_factory=dict)
    only: tuple[str, ...] = ()
    scores: bool = False
    min_score: float = 0.0

    @property
    def needs_probabilities(self) -> bool:
        """True if the labels depend on probabilities, or show them."""
        return self.scores or self.min_score > 0


@dataclass(frozen=True, slots=True)
class ScoredSpan:
    """An entity: tokens `start` to `end`, `end` exclusive, with a label.

    :ivar score: probability that exactly these tokens are an entity with this label; `None` if it was not asked for.
    :ivar own: the model's own label, before it was renamed.
    :ivar lemma: the base form of the name; `None` if it was not asked for.
    """

    start: int
    end: int
    label: str
    score: float | None = None
    own: str = ""
    lemma: str | None = None


@dataclass(slots=True)
class LabelView:
    """Tags and entities of a sentence as the user asked for them.

    :ivar scores: probability of each tag; empty if scores were not asked for.
    :ivar lemmas: whether the entities have base forms.
    """

    tags: list[str]
    spans: list[ScoredSpan]
    scores: list[float] = field(default_factory=list)
    lemmas: bool = False


class Labels:
    """Makes views of annotations.

    :param tags: the model's tags, by number.
    :raises OptionError: the settings name a label that the model does not have, or a new name is not fit for one.
    :ivar by_number: the text written for each of the model's tags; `None` if it depends on neighbouring tags or on
        scores.
    :ivar scored: whether scores are shown.
    """

    def __init__(self, tags: Sequence[str], settings: LabelSettings) -> None:
        self._settings = settings
        own = bio.labels_of(tags)
        if unknown := sorted(set(settings.mapping) - set(own)):
            raise OptionError(f"--map: the model has no label {', '.join(unknown)}, only {', '.join(own)}")
        if unfit := sorted(name for name in settings.mapping.values() if not bio.is_label(name)):
            raise OptionError(f"--map: {unfit[0]!r} cannot be a label: {bio.LABEL_RULE}")
        shown = {label: settings.mapping.get(label, label) for label in own}
        if unknown := sorted(set(settings.only) - set(shown.values())):
            raise OptionError(
                f"--only: there is no label {', '.join(unknown)}, only {', '.join(dict.fromkeys(shown.values()))}"
            )
        self._shown = {
            label: name
            for label, name in shown.items()
            if name != bio.OUTSIDE and (not settings.only or name in settings.only)
        }
        sure = settings.min_score > 0
        self._plain = settings.scheme == "bio" and not sure and all(self._shown.get(label) == label for label in own)
        written = [
            bio.OUTSIDE
            if tag == bio.OUTSIDE or (label := bio.parse(tag)[1]) not in self._shown
            else f"{tag[0]}-{self._shown[label]}"
            for tag in tags
        ]
        # [i, j] is 1 if the model's tags i and j are written alike, so that their probabilities are added
        self._alike = np.array([[one == other for other in written] for one in written], np.float32)
        self._numbers = {tag: number for number, tag in enumerate(tags)}
        self.by_number = written if settings.scheme == "bio" and not sure else None
        self.scored = settings.scores

    @property
    def names(self) -> list[str]:
        """Labels that may be written."""
        return list(dict.fromkeys(self._shown.values()))

    def view(self, annotation: Annotation, *, spans: bool = True) -> LabelView:
        """Return the view of an annotation.

        :param spans: whether entities are needed; without them it is faster.
        """
        if self._plain and not spans:
            return LabelView(annotation.tags, [], self._tag_scores(annotation, annotation.tags))
        found = []
        kept = annotation.tags
        for start, end, label in bio.spans(annotation.tags):
            if label in self._shown:
                score = self._score(annotation, start, end, label)
                if score is not None and score < self._settings.min_score:
                    kept = [*kept[:start], *[bio.OUTSIDE] * (end - start), *kept[end:]]
                else:
                    found.append(ScoredSpan(start, end, self._shown[label], score, label))
        tags = annotation.tags
        if not self._plain:
            tags = bio.write(
                [bio.Span(span.start, span.end, span.label) for span in found], len(tags), self._settings.scheme
            )
        return LabelView(tags, found, self._tag_scores(annotation, kept))

    def _tag_scores(self, annotation: Annotation, tags: Sequence[str]) -> list[float]:
        """Return the probability of the tag written at each token; none if scores are not shown.

        :param tags: of the model's tags, those that are written.
        """
        if not self.scored or annotation.probabilities is None:
            return []
        scores: list[float] = self.scores(
            np.array([self._numbers[tag] for tag in tags], np.int64), annotation.probabilities
        ).tolist()
        return scores

    def scores(self, numbers: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
        """Return the probability of the tag written at each token.

        :param numbers: number of each token's tag.
            *Shape:* (tokens,).
        :param probabilities: probability of each of the model's tags.
            *Shape:* (tokens, tags), float32.
        :returns: *Shape:* (tokens,), float32.
        """
        sums: np.ndarray = np.minimum((probabilities * self._alike[numbers]).sum(1), np.float32(1))
        return sums

    def _score(self, annotation: Annotation, start: int, end: int, label: str) -> float | None:
        if annotation.probabilities is None:
            return None
        return annotation.span_probability(start, end, self._numbers[f"B-{label}"], self._numbers[f"I-{label}"])
