"""Subsets of tagged documents: by source, label, sentence length, and names seen in training.

Names seen in training are easy: the scores on the others tell how a tagger does on new text (Augenstein, Derczynski and
Bontcheva 2017).
"""

import math
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from tagger import tags as bio
from tagger.train.data.corpus import Document
from tagger.train.evaluation import bootstrap
from tagger.train.evaluation.metrics import Report, score

LENGTHS = (1, 6, 11, 21, 41)
TIMES = (0, 1, 2, 5)

Tags = Sequence[str]
Name = tuple[str, ...]  # case-folded tokens
Interval = tuple[float, float]


class Subset:
    """Gold and predicted tags of some sentences.

    :param gold: gold tags of each sentence.
    :param predicted: predicted tags of each sentence.
    :param documents: number or name of each sentence's document; by default all sentences are one document.
    """

    def __init__(
        self, gold: Sequence[Tags], predicted: Sequence[Tags], documents: Sequence[Hashable] | None = None
    ) -> None:
        self.gold, self.predicted = gold, predicted
        self.documents: Sequence[Hashable] = [0] * len(gold) if documents is None else documents
        self._report: Report | None = None
        self._interval: Interval | None = None

    def report(self) -> Report:
        """Return strict scores, computed at the first call."""
        if self._report is None:
            self._report = score(self.gold, self.predicted)
        return self._report

    def interval(self) -> Interval:
        """Return the 95% interval of micro F1 over documents, computed at the first call (1,000 resamples)."""
        if self._interval is None:
            self._interval = bootstrap.f1_interval(self.gold, self.predicted, self.documents)
        return self._interval

    def sentences(self, keep: Sequence[bool]) -> "Subset":
        """Return the sentences for which `keep` is true."""
        chosen = [number for number, kept in enumerate(keep) if kept]
        gold, predicted = [self.gold[number] for number in chosen], [self.predicted[number] for number in chosen]
        return Subset(gold, predicted, [self.documents[number] for number in chosen])

    def entities(self, keep: Callable[[int, bio.Span], bool]) -> "Subset":
        """Return all sentences with some of their entities.

        :param keep: tells whether an entity stays, given the sentence's number and the span.
        """

        def kept(column: Sequence[Tags]) -> list[Tags]:
            return [
                bio.write([span for span in bio.spans(tags) if keep(number, span)], len(tags))
                for number, tags in enumerate(column)
            ]

        return Subset(kept(self.gold), kept(self.predicted), self.documents)


def whole(documents: Sequence[Document], predicted: Sequence[Tags]) -> Subset:
    """Return all sentences.

    :param predicted: predicted tags of each sentence of all documents, in order.
    """
    numbers = [number for number, document in enumerate(documents) for _ in document.sentences]
    return Subset([sentence.tags for document in documents for sentence in document.sentences], predicted, numbers)


def by_source(subset: Subset, documents: Sequence[Document]) -> dict[str, Subset]:
    """Split all sentences of documents by their source; documents without one are `(none)`.

    Empty if no document has a source.
    """
    sources = sorted({document.source for document in documents})
    if sources == [""]:
        return {}
    owners = [document.source for document in documents for _ in document.sentences]
    return {source or "(none)": subset.sentences([own == source for own in owners]) for source in sources}


def by_label(subset: Subset) -> dict[str, Subset]:
    """Split by label, of gold and predicted entities; the most frequent in gold first."""
    classes = sorted(subset.report().classes.items(), key=lambda item: -item[1].gold)

    def has(label: str) -> Callable[[int, bio.Span], bool]:
        return lambda _, span: span.label == label

    return {label: subset.entities(has(label)) for label, _ in classes}


def by_length(subset: Subset, edges: Sequence[int] = LENGTHS) -> dict[str, Subset]:
    """Split by the number of tokens of a sentence: `1-5`, `41+`. Ranges without a sentence are left out.

    :param edges: where ranges start, ascending; the last one has no end, and shorter sentences than the first are in
        none.
    """
    found = {
        name: subset.sentences([low <= len(tags) < high for tags in subset.gold]) for name, low, high in ranges(edges)
    }
    return {name: own for name, own in found.items() if own.gold}


def by_seen(
    subset: Subset, tokens: Sequence[Sequence[str]], counts: Mapping[Name, int], edges: Sequence[int] = TIMES
) -> dict[str, Subset]:
    """Split entities by how often training has the exact name, whatever its case and label: `0`, `2-4`, `5+`.

    A correct entity is the same name on both sides, so every range has its own recall, precision and F1, and the counts
    of all ranges sum to those of the whole.

    :param tokens: tokens of each sentence.
    :param counts: names of the training data, see :func:`name_counts`.
    """

    def between(low: float, high: float) -> Callable[[int, bio.Span], bool]:
        return lambda number, span: low <= counts.get(name_of(tokens[number], span), 0) < high

    return {name: subset.entities(between(low, high)) for name, low, high in ranges(edges)}


def name_of(tokens: Sequence[str], span: bio.Span) -> Name:
    """Return the case-folded tokens of a span."""
    return tuple(token.casefold() for token in tokens[span.start : span.end])


def name_counts(tokens: Iterable[Sequence[str]], tags: Iterable[Sequence[str]]) -> Counter[Name]:
    """Count how often each name occurs as an entity of any label."""
    return Counter(name_of(words, span) for words, own in zip(tokens, tags, strict=True) for span in bio.spans(own))


def ranges(edges: Sequence[int]) -> Iterator[tuple[str, int, float]]:
    """Yield name, first number and end (exclusive) of each range between edges; the last range has no end."""
    for low, high in pairwise(edges):
        yield (f"{low}-{high - 1}" if high - low > 1 else f"{low}"), low, high
    yield f"{edges[-1]}+", edges[-1], math.inf
