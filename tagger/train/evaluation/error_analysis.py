"""Every error of a tagger, told by kind: boundary, type, both, missed, invented.

Kinds as in the error analyses of Manning (2006, "Doing named entity recognition? Don't optimize for F1"): a wrong boundary costs a strict score twice,
as a missed and an invented entity, and is one mistake to a reader.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tagger import tags as bio
from tagger.atomic import atomic_write
from tagger.train.data.corpus import Document

BOUNDARY, TYPE, BOTH, MISSED, INVENTED = KINDS = "boundary", "type", "boundary and type", "missed", "invented"
AROUND = 8  # tokens of the sentence that are shown on each side
COLUMNS = ("kind", "document", "sentence", "gold label", "gold", "found label", "found", "text")


@dataclass(frozen=True, slots=True)
class Mistake:
    """One error.

    :param document: its name.
    :param sentence: the sentence's number in the document, from 1.
    :param gold, found: the entity that is there, and the one that was found; None where there is none.
    """

    kind: str
    document: str
    sentence: int
    gold: bio.Span | None
    found: bio.Span | None
    tokens: tuple[str, ...]

    @property
    def place(self) -> tuple[int, int]:
        """The tokens that either entity covers, `end` exclusive."""
        spans = [span for span in (self.gold, self.found) if span]
        return min(span.start for span in spans), max(span.end for span in spans)


def pair(gold: Sequence[bio.Span], found: Sequence[bio.Span]) -> list[tuple[str, bio.Span | None, bio.Span | None]]:
    """The errors of one sentence as (kind, gold, found), in order of place.

    Each entity is in at most one pair; pairs that share the most tokens come first, then those of one label. An entity that only overlaps one
    that is in another pair is missed or invented. So the errors that have a gold entity are as many as gold entities not found, and the same
    with those found.
    """
    right = set(gold) & set(found)
    left, own = [span for span in gold if span not in right], [span for span in found if span not in right]
    shared = [(min(one.end, other.end) - max(one.start, other.start), one.label == other.label, one, other) for one in left for other in own]
    errors: list[tuple[str, bio.Span | None, bio.Span | None]] = []
    for size, alike, one, other in sorted(shared, key=lambda entry: (-entry[0], not entry[1], entry[2], entry[3])):
        if size > 0 and one in left and other in own:
            same_place = (one.start, one.end) == (other.start, other.end)
            errors.append((BOUNDARY if alike else TYPE if same_place else BOTH, one, other))
            left.remove(one)
            own.remove(other)
    errors += [(MISSED, one, None) for one in left] + [(INVENTED, None, other) for other in own]
    return sorted(errors, key=lambda error: min(span.start for span in error[1:] if span))


def mistakes(documents: Sequence[Document], predicted: Iterable[Sequence[str]]) -> Iterator[Mistake]:
    """The errors of all sentences, in order.

    :param predicted: tags of each sentence of all documents.
    :raises ValueError: there are not as many tags as tokens.
    """
    tags = iter(predicted)
    for document in documents:
        for number, sentence in enumerate(document.sentences, 1):
            own = next(tags, ())
            if len(own) != len(sentence.tokens):
                raise ValueError(f"sentence {number} of {document.name} has {len(sentence.tokens)} tokens and {len(own)} predicted tags")
            for kind, gold, found in pair(bio.spans(sentence.tags), bio.spans(own)):
                yield Mistake(kind, document.name, number, gold, found, sentence.tokens)


def by_kind(errors: Iterable[Mistake]) -> dict[str, Counter[str]]:
    """How many errors of each kind, by the gold label, or the found one where there is no gold."""
    counts: dict[str, Counter[str]] = {kind: Counter() for kind in KINDS}
    for error in errors:
        span = error.gold or error.found
        counts[error.kind][span.label if span else ""] += 1
    return counts


def mistake_table(counts: dict[str, Counter[str]]) -> str:
    """For people."""
    labels = sorted({label for kind in counts.values() for label in kind})
    lines = [f"{'errors':<22}" + "".join(f"{label:>8}" for label in [*labels, "all"])]
    for kind, own in counts.items():
        lines.append(f"{kind:<22}" + "".join(f"{count:>8}" for count in [*(own[label] for label in labels), sum(own.values())]))
    return "\n".join(lines)


def write_mistakes(errors: Iterable[Mistake], path: str | Path) -> None:
    """Write the errors with tabs between, under a line of names; in the text, `[...]` is the gold entity and `<...>` what was found.

    :raises OSError: the file cannot be written; an old one then stays.
    """
    with atomic_write(path) as file:
        for row in [COLUMNS, *map(_row, errors)]:
            file.write(("\t".join(" ".join(cell.split()) for cell in row) + "\n").encode("utf-8", "surrogatepass"))


def _row(error: Mistake) -> tuple[str, ...]:
    start, end = error.place
    low, high = max(start - AROUND, 0), min(end + AROUND, len(error.tokens))
    words = []
    for position in range(low, high):
        opened = "".join(mark for span, mark in ((error.gold, "["), (error.found, "<")) if span and span.start == position)
        closed = "".join(mark for span, mark in ((error.found, ">"), (error.gold, "]")) if span and span.end == position + 1)
        words.append(opened + error.tokens[position] + closed)
    text = ("… " if low else "") + " ".join(words) + (" …" if high < len(error.tokens) else "")
    cells = []
    for span in (error.gold, error.found):
        cells += [span.label, " ".join(error.tokens[span.start : span.end])] if span else ["", ""]
    return (error.kind, error.document, str(error.sentence), *cells, text)
