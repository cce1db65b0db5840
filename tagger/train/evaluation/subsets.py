"""Parts of tagged documents, each of which can be scored: sentences of a source or a length, entities of a class, names that training lacks."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from tagger import tags as bio
from tagger.train.data.corpus import Document
from tagger.train.evaluation import bootstrap
from tagger.train.evaluation.metrics import Report, score

LENGTHS = (1, 6, 11, 21, 41)
TIMES = (0, 1, 2, 5)

Tags = Sequence[str]
Name = tuple[str, ...]  # case-folded tokens


@dataclass(frozen=True, slots=True)
class Part:
    """Gold and predicted tags, sentence by sentence, and the number of each sentence's document."""

    gold: Sequence[Tags]
    predicted: Sequence[Tags]
    documents: Sequence[int]

    @property
    def report(self) -> Report:
        """Strict scores."""
        return score(self.gold, self.predicted)

    @property
    def interval(self) -> tuple[float, float]:
        """The 95% interval of micro F1 over documents, as :func:`tagger.train.evaluation.bootstrap.intervals` has it."""
        return bootstrap.intervals(self.gold, self.predicted, self.documents)

    def sentences(self, keep: Sequence[bool]) -> "Part":
        """The sentences where `keep` is true."""
        chosen = [number for number, kept in enumerate(keep) if kept]
        return Part(*([column[number] for number in chosen] for column in (self.gold, self.predicted, self.documents)))

    def entities(self, keep: Callable[[int, bio.Span], bool]) -> "Part":
        """All sentences, with the entities that `keep`, given the sentence's number and the span, is true of."""

        def kept(column: Sequence[Tags]) -> list[Tags]:
            return [bio.write([span for span in bio.spans(tags) if keep(number, span)], len(tags)) for number, tags in enumerate(column)]

        return Part(kept(self.gold), kept(self.predicted), self.documents)


def whole(documents: Sequence[Document], predicted: Sequence[Tags]) -> Part:
    """All sentences. `predicted` has the tags of each sentence of all documents, in order."""
    numbers = [number for number, document in enumerate(documents) for _ in document.sentences]
    return Part([sentence.tags for document in documents for sentence in document.sentences], predicted, numbers)


def by_source(part: Part, documents: Sequence[Document]) -> dict[str, Part]:
    """By where documents come from; empty where no document says so. Documents that do not are `(none)`."""
    sources = sorted({document.source for document in documents})
    if sources == [""]:
        return {}
    return {source or "(none)": part.sentences([documents[number].source == source for number in part.documents]) for source in sources}


def by_class(part: Part) -> dict[str, Part]:
    """By label: those of gold and of what was predicted, the most frequent in gold first."""
    classes = sorted(part.report.classes.items(), key=lambda item: -item[1].gold)
    return {label: part.entities(lambda _, span, label=label: span.label == label) for label, _ in classes}


def by_length(part: Part, edges: Sequence[int] = LENGTHS) -> dict[str, Part]:
    """By the number of a sentence's tokens: `1-5`, `41+`; ranges without a sentence are left out."""
    found = {name: part.sentences([low <= len(tags) < high for tags in part.gold]) for name, low, high in ranges(edges)}
    return {name: own for name, own in found.items() if own.gold}


def by_seen(part: Part, tokens: Sequence[Sequence[str]], counts: Mapping[Name, int], edges: Sequence[int] = TIMES) -> dict[str, Part]:
    """By how often training has the exact name, whatever its case and label: `0`, `2-4`, `5+`. See :func:`tagger.train.evaluation.breakdown.by_seen`."""

    def between(low: float, high: float) -> Callable[[int, bio.Span], bool]:
        return lambda number, span: low <= counts.get(name_of(tokens[number], span), 0) < high

    return {name: part.entities(between(low, high)) for name, low, high in ranges(edges)}


def name_of(tokens: Sequence[str], span: bio.Span) -> Name:
    """The tokens of a span, case-folded."""
    return tuple(token.casefold() for token in tokens[span.start : span.end])


def ranges(edges: Sequence[int]) -> Iterator[tuple[str, int, float]]:
    """Name, first number and number behind the last of each range between edges; the last range has no end."""
    for low, high in pairwise(edges):
        yield (f"{low}-{high - 1}" if high - low > 1 else f"{low}"), low, high
    yield f"{edges[-1]}+", edges[-1], math.inf
