"""Scores of parts of the data: sentences of about one length, and names by how often training has shown them.

Names seen in training are easy: what a tagger makes of the others tells what it will do on new text (Augenstein, Derczynski and Bontcheva 2017).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from tagger import tags as bio
from tagger.train.metrics import Counts, Report, score

LENGTHS = (1, 6, 11, 21, 41)
TIMES = (0, 1, 2, 5)

Name = tuple[str, ...]  # case-folded tokens


def by_length(gold: Sequence[Sequence[str]], predicted: Sequence[Sequence[str]], edges: Sequence[int] = LENGTHS) -> dict[str, Report]:
    """Strict scores of the sentences of each range of lengths, in tokens.

    :param edges: where ranges start, ascending; the last one has no end, and sentences shorter than the first edge are in none.
    :returns: reports by range (`1-5`, `41+`), empty ranges left out.
    """
    reports = {}
    for name, low, high in _ranges(edges):
        chosen = [pair for pair in zip(gold, predicted, strict=True) if low <= len(pair[0]) and (high is None or len(pair[0]) < high)]
        if chosen:
            reports[name] = score(*zip(*chosen, strict=True))
    return reports


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
    found = {name: Counts() for name, *_ in _ranges(edges)}
    for words, right, guess in zip(tokens, gold, predicted, strict=True):
        true, own = bio.spans(right), bio.spans(guess)
        for span in true:
            found[_range(counts.get(name_of(words, span), 0), edges)].gold += 1
        for span in own:
            found[_range(counts.get(name_of(words, span), 0), edges)].predicted += 1
        for span in set(true) & set(own):
            found[_range(counts.get(name_of(words, span), 0), edges)].right += 1
    return found


def name_counts(tokens: Iterable[Sequence[str]], tags: Iterable[Sequence[str]]) -> Counter[Name]:
    """How often each name occurs as an entity of any label."""
    return Counter(name_of(words, span) for words, own in zip(tokens, tags, strict=True) for span in bio.spans(own))


def name_of(tokens: Sequence[str], span: bio.Span) -> Name:
    """The tokens of a span, case-folded."""
    return tuple(token.casefold() for token in tokens[span.start : span.end])


def _ranges(edges: Sequence[int]) -> Iterator[tuple[str, int, int | None]]:
    """Name, first number and number behind the last of each range between edges."""
    for low, high in pairwise(edges):
        yield (f"{low}-{high - 1}" if high - low > 1 else f"{low}"), low, high
    yield f"{edges[-1]}+", edges[-1], None


def _range(number: int, edges: Sequence[int]) -> str:
    return next(name for name, low, high in _ranges(edges) if low <= number and (high is None or number < high))
