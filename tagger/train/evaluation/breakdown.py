"""Scores of parts of the data: sentences of about one length, and names by how often training has shown them.

Names seen in training are easy: what a tagger makes of the others tells what it will do on new text (Augenstein, Derczynski and Bontcheva 2017).
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from tagger import tags as bio
from tagger.train.evaluation import subsets as parts
from tagger.train.evaluation.metrics import Counts, Report
from tagger.train.evaluation.subsets import LENGTHS, TIMES, Name, Part, name_of


def by_length(gold: Sequence[Sequence[str]], predicted: Sequence[Sequence[str]], edges: Sequence[int] = LENGTHS) -> dict[str, Report]:
    """Strict scores of the sentences of each range of lengths, in tokens.

    :param edges: where ranges start, ascending; the last one has no end, and sentences shorter than the first edge are in none.
    :returns: reports by range (`1-5`, `41+`), empty ranges left out.
    """
    return {name: part.report for name, part in parts.by_length(Part(gold, predicted, [0] * len(gold)), edges).items()}


def by_seen(
    tokens: Sequence[Sequence[str]], gold: Sequence[Sequence[str]], predicted: Sequence[Sequence[str]], counts: Mapping[Name, int], edges: Sequence[int] = TIMES
) -> dict[str, Counts]:
    """Entities by how often training has the exact name, whatever its label there.

    An entity that is right is the same name on both sides, so every range has its own recall, precision and F1, and their counts sum up to those
    of the whole data.

    :param tokens, gold, predicted: sentence by sentence.
    :param counts: as :func:`name_counts` gives them for the training data.
    :returns: counts by range (`0`, `2-4`, `5+`), all of them.
    """
    found = parts.by_seen(Part(gold, predicted, [0] * len(gold)), tokens, counts, edges)
    return {name: part.report.micro for name, part in found.items()}


def name_counts(tokens: Iterable[Sequence[str]], tags: Iterable[Sequence[str]]) -> Counter[Name]:
    """How often each name (its case-folded tokens) occurs as an entity of any label."""
    return Counter(name_of(words, span) for words, own in zip(tokens, tags, strict=True) for span in bio.spans(own))
