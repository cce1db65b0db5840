"""Every error of a tagger by kind: boundary, type, both, missed, spurious.

Kinds as in Manning (2006, "Doing named entity recognition? Don't optimize for F1"): a wrong boundary costs a strict
score twice, as a missed and as a spurious entity, although a reader sees one error.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tagger import tags as bio
from tagger.train.data.corpus import Document
from tagger.train.data.writing import whole_file
from tagger.train.evaluation.metrics import overlap

BOUNDARY, TYPE, BOTH = "boundary", "type", "boundary and type"
MISSED, SPURIOUS = "missed", "spurious"
KINDS = (BOUNDARY, TYPE, BOTH, MISSED, SPURIOUS)
CONTEXT = 8  # tokens of the sentence that are shown on each side
COLUMNS = ("kind", "document", "sentence", "gold label", "gold", "predicted label", "predicted", "text")

Pair = tuple[str, bio.Span | None, bio.Span | None]


@dataclass(frozen=True, slots=True)
class EntityError:
    """One error.

    :param kind: one of KINDS.
    :param document: the document's name.
    :param sentence: the sentence's number in the document, from 1.
    :param gold: the gold entity, None if there is none.
    :param predicted: the predicted entity, None if there is none.
    :param tokens: the sentence.
    """

    kind: str
    document: str
    sentence: int
    gold: bio.Span | None
    predicted: bio.Span | None
    tokens: tuple[str, ...]

    @property
    def range(self) -> tuple[int, int]:
        """Range of the tokens that either entity covers, end exclusive."""
        spans = [span for span in (self.gold, self.predicted) if span]
        return min(span.start for span in spans), max(span.end for span in spans)


def pair(gold: Sequence[bio.Span], predicted: Sequence[bio.Span]) -> list[Pair]:
    """Return the errors of one sentence as (kind, gold, predicted), in the order of the text.

    Each entity is in at most one pair; pairs that share the most tokens come first, then those with the same label. An
    entity that only overlaps one of another pair is missed or spurious. So there are as many errors with a gold entity
    as gold entities that are not correct, and the same holds for predicted ones.
    """
    correct = set(gold) & set(predicted)
    left = [span for span in gold if span not in correct]
    right = [span for span in predicted if span not in correct]
    shared = [(overlap(one, other), one.label == other.label, one, other) for one in left for other in right]
    errors: list[Pair] = []
    for size, alike, one, other in sorted(shared, key=lambda entry: (-entry[0], not entry[1], entry[2], entry[3])):
        if size > 0 and one in left and other in right:
            same_range = (one.start, one.end) == (other.start, other.end)
            errors.append((BOUNDARY if alike else TYPE if same_range else BOTH, one, other))
            left.remove(one)
            right.remove(other)
    errors += [(MISSED, one, None) for one in left] + [(SPURIOUS, None, other) for other in right]
    return sorted(errors, key=lambda error: min(span.start for span in error[1:] if span))


def entity_errors(documents: Sequence[Document], predicted: Iterable[Sequence[str]]) -> Iterator[EntityError]:
    """Yield the errors of all sentences, in order.

    :param predicted: predicted tags of each sentence of all documents.
    :raises ValueError: the number of tags differs from that of the tokens.
    """
    tags = iter(predicted)
    for document in documents:
        for number, sentence in enumerate(document.sentences, 1):
            own = next(tags, ())
            if len(own) != len(sentence.tokens):
                where = f"sentence {number} of {document.name}"
                raise ValueError(f"{where} has {len(sentence.tokens)} tokens and {len(own)} predicted tags")
            for kind, gold, guess in pair(bio.spans(sentence.tags), bio.spans(own)):
                yield EntityError(kind, document.name, number, gold, guess, sentence.tokens)


def by_kind(errors: Iterable[EntityError]) -> dict[str, Counter[str]]:
    """Count the errors of each kind by the gold label, or by the predicted one if there is no gold entity."""
    counts: dict[str, Counter[str]] = {kind: Counter() for kind in KINDS}
    for error in errors:
        span = error.gold or error.predicted
        counts[error.kind][span.label if span else ""] += 1
    return counts


def error_table(counts: Mapping[str, Counter[str]]) -> str:
    """Format the counts of errors for reading."""
    labels = sorted({label for kind in counts.values() for label in kind})
    lines = [f"{'errors':<22}" + "".join(f"{label:>8}" for label in [*labels, "all"])]
    for kind, own in counts.items():
        cells = [*(own[label] for label in labels), sum(own.values())]
        lines.append(f"{kind:<22}" + "".join(f"{cell:>8}" for cell in cells))
    return "\n".join(lines)


def write_errors(errors: Iterable[EntityError], path: str | Path) -> None:
    """Write errors as tab-separated values with a header.

    In the text, `[...]` is the gold entity and `<...>` the predicted one.

    :raises DataError: the file cannot be written; an old file then stays.
    """
    with whole_file(path) as file:
        for row in [COLUMNS, *map(_row, errors)]:
            line = "\t".join(" ".join(cell.split()) for cell in row) + "\n"
            file.write(line.encode("utf-8", "surrogatepass"))


def _row(error: EntityError) -> tuple[str, ...]:
    start, end = error.range
    low, high = max(start - CONTEXT, 0), min(end + CONTEXT, len(error.tokens))
    words = []
    for position in range(low, high):
        opening = ((error.gold, "["), (error.predicted, "<"))
        opened = "".join(mark for span, mark in opening if span and span.start == position)
        closing = ((error.predicted, ">"), (error.gold, "]"))
        closed = "".join(mark for span, mark in closing if span and span.end == position + 1)
        words.append(opened + error.tokens[position] + closed)
    text = ("… " if low else "") + " ".join(words) + (" …" if high < len(error.tokens) else "")
    cells = []
    for span in (error.gold, error.predicted):
        cells += [span.label, " ".join(error.tokens[span.start : span.end])] if span else ["", ""]
    return (error.kind, error.document, str(error.sentence), *cells, text)
